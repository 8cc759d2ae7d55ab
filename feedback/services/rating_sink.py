"""Files of ratings of us and of competitors."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.utils.translation import gettext as _

from cxprogram.errors import DomainError
from cxprogram.imports.errors import ImportFileError
from cxprogram.imports.reader import Table
from cxprogram.models import ImportRun
from cxprogram.sentences import reason
from feedback.imports.records import WHOSE, Record
from feedback.imports.rows import SkippedRow
from feedback.services.sink_base import Outcome, RecordSink, conflict, customer_behind
from journeys.services import competitor_ratings
from journeys.services.competitor_ratings import Given, Sitting


class RatingSink(RecordSink):
    """Ratings of us and competitors: a row is one rating, or one respondent with a column for each organisation.

    Ratings belong together that have one key, else those of one respondent on one day in one context.
    """

    def __init__(self, run: ImportRun) -> None:
        super().__init__(run)
        self.door = competitor_ratings.Door(self.program)
        self.root = next(unit for unit in self.units.values() if unit.parent_id is None)
        self.brands: dict[str, str] = {}

    def open(self, path: Path) -> Table:
        try:
            self.brands = {column: self.door.competitor(column) for column in self.mapping.brands}
        except DomainError as error:
            raise ImportFileError(error.code, reason(error), line=1) from error
        return super().open(path)

    def understood(self, record: Record) -> competitor_ratings.Prepared | SkippedRow:
        fields = record.fields
        place = self.door.touchpoint(fields.get("touchpoint", ""))
        if self.mapping.brands:
            given = [Given(float(value), self.brands[name], place) for name, value in record.ratings.items()]
        elif "rating" in fields:
            given = [Given(float(fields["rating"]), self.door.competitor(fields.get("competitor", "")), place)]
        else:
            given = []
        if not given:
            return SkippedRow(record.line, _("nobody rated"))
        assert record.at is not None, "ratings have a time"
        sitting = Sitting(
            source=self.mapping.source,
            external_id=self._key(record),
            at=record.at,
            scale=(float(fields["scale_low"]), float(fields["scale_high"])),
            given=given,
            unit=self.unit_of(record) or self.root,
            context=fields.get("context", "")[:100],
        )
        who = customer_behind(self.mapping.source, fields.get("customer", ""))
        return competitor_ratings.prepare(self.door, sitting, customer=who)

    def _key(self, record: Record) -> str:
        """Of a row without a respondent what it says is its key; it belongs to no other."""
        who = record.fields.get("respondent") or record.fields.get("customer")
        if "external_id" in self.mapping.fields or not WHOSE & self.mapping.fields.keys():
            return record.external_id
        if not who:
            raise competitor_ratings.RatingError(_("The row names no respondent."), code="respondent-missing")
        assert record.at is not None, "ratings have a time"
        day = record.at.astimezone(self.program.zone).date()
        return " ".join(filter(None, (who[:80], day.isoformat(), record.fields.get("context", "")[:100])))

    def write(self, items: Sequence[competitor_ratings.Prepared], *, at: datetime) -> list[Outcome]:
        statuses = competitor_ratings.record_many(self.program, items)
        return [conflict() if status == "conflict" else Outcome(status) for status in statuses]
