"""Where the rows of an import go: one sink a kind of rows, all with the verbs of `sink_base.Sink`."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from cxprogram import languages
from cxprogram.imports.errors import RowError
from cxprogram.imports.reader import Table
from cxprogram.models import ImportRun
from feedback.choices import CLOSED_WORDS
from feedback.imports.mapping import load_mapping
from feedback.imports.records import Record
from feedback.imports.rules import open_table
from feedback.models import SurveyVersion
from feedback.services import folding, surveys, voice
from feedback.services.customer_sink import CustomerSink
from feedback.services.imports import AnswerIntake, check_fit, record_rows
from feedback.services.rating_sink import RatingSink
from feedback.services.responses import Prepared
from feedback.services.sink_base import Outcome, RecordSink, Sink, Taken, conflict, customer_behind
from feedback.services.staff_sink import StaffSink
from journeys.models import Touchpoint
from journeys.services import interactions


class AnswerSink:
    """Answers to one published version of a survey. Importing history opens no tickets."""

    def __init__(self, run: ImportRun) -> None:
        version = SurveyVersion.objects.select_related("survey__program").get(
            pk=run.options["survey_version"], survey__program=run.program_id
        )
        self.door = surveys.door_of(version)
        self.mapping = load_mapping(msgspec.json.encode(run.definition))
        self.intake = AnswerIntake(self.door, self.mapping)

    def open(self, path: Path) -> Table:
        table = open_table(path, self.mapping)
        check_fit(self.door, self.mapping, table.header)
        return table

    def notes(self) -> list[str]:
        return []

    def remarks(self) -> list[str]:
        return []

    def take(self, row: dict[str, str] | RowError, line: int) -> Prepared | Taken:
        return self.intake.take(row, line)

    def write(self, items: Sequence[Prepared], *, at: datetime) -> list[Outcome]:
        statuses = record_rows(self.door, self.mapping.source, items)
        return [conflict() if status == "conflict" else Outcome(status) for status in statuses]

    def close(self, *, at: datetime) -> None:
        folding.fold(self.door.survey.program, at=at)


class InteractionSink(RecordSink):
    """What happened to customers, into the data stream that a person chose. A case without a customer is one; a step
    of a case happened at the touchpoint that bears its name."""

    def __init__(self, run: ImportRun) -> None:
        super().__init__(run)
        self.door = interactions.door(self.program)
        self.now = run.started_at
        self.named = Touchpoint.objects.in_use().filter(program=self.program).codes_by_word()

    def understood(self, record: Record) -> interactions.Prepared:
        fields = record.fields
        customer = fields.get("customer") or fields.get("case") or ""
        if "case" in self.mapping.fields and not customer:
            raise interactions.InteractionError(_("The step names no case."), code="case-missing")
        properties: dict[str, Any] = dict(record.attributes)
        for name in ("case", "text"):
            if fields.get(name):
                properties[name] = fields[name]
        assert record.at is not None, "interactions have a time"
        happening = interactions.Happening(
            stream=str(self.options.get("stream", "")),
            source=self.mapping.source,
            external_id=record.external_id,
            at=record.at,
            type=fields["type"][:60],
            customer=customer_behind(self.mapping.source, customer),
            touchpoint=self._place(fields),
            unit=self.unit_of(record),
            channel=fields.get("channel", "")[:20],
            value=fields.get("value"),
            properties=properties,
        )
        return interactions.prepare(self.door, happening, at=self.now)

    def _place(self, fields: Mapping[str, Any]) -> str:
        if told := fields.get("touchpoint", ""):
            return self.named.get(told.casefold(), told)
        return self.named.get(fields["type"].casefold(), "") if fields.get("case") else ""

    def write(self, items: Sequence[interactions.Prepared], *, at: datetime) -> list[Outcome]:
        account = interactions.record_many(self.door, items, at=at)
        outcomes = []
        for status, _id in account.statuses:
            if status in ("created", "repeated"):
                outcomes.append(Outcome(status))
            elif status == "conflict":
                outcomes.append(conflict())
            else:
                outcomes.append(Outcome("refused", status, _("The row was not taken.")))
        return outcomes


class VoiceSink(RecordSink):
    """What is said elsewhere. What the source changed since is changed here."""

    def __init__(self, run: ImportRun) -> None:
        super().__init__(run)
        self.now = run.started_at
        self.places = voice.Places(by_name=True)

    def understood(self, record: Record) -> voice.Prepared:
        fields = dict(record.fields)
        customer, text, place = (fields.pop(name, "") for name in ("customer", "text", "touchpoint"))
        assert record.at is not None, "what was said has a time"
        facts: dict[str, Any] = {name: value for name, value in fields.items() if name != "unit"}
        if len(language := facts.get("language", "")) > languages.MAX_CODE:
            facts["language"] = languages.code_of(language) or language[: languages.MAX_CODE]
        if closed_at := record.closed_at or _last_known(record):
            facts["closed_at"] = closed_at
        said = voice.Said(
            source=self.mapping.source,
            external_id=record.external_id,
            at=record.at,
            text=text,
            customer=customer_behind(self.mapping.source, customer),
            unit=self.unit_of(record),
            touchpoint=self.places.find(self.program, place),
            facts=facts,
            attributes=record.attributes,
        )
        return voice.prepare(self.mapping.target, said, at=self.now)  # type: ignore[arg-type]

    def write(self, items: Sequence[voice.Prepared], *, at: datetime) -> list[Outcome]:
        recorded = voice.record_many(self.program, self.mapping.target, items)  # type: ignore[arg-type]
        return [Outcome(each.status) for each in recorded]


def _last_known(record: Record) -> datetime | None:
    """When a case was over at the latest: its state says that it is, and the source when it last changed."""
    is_over = record.fields.get("status", "").casefold() in CLOSED_WORDS
    is_later = record.changed_at is not None and record.at is not None and record.changed_at >= record.at
    return record.changed_at if is_over and is_later else None


SINKS: dict[str, Callable[[ImportRun], Sink]] = {
    "responses": AnswerSink,
    "customers": CustomerSink,
    "accounts": CustomerSink,
    "interactions": InteractionSink,
    "mentions": VoiceSink,
    "support-cases": VoiceSink,
    "feature-requests": VoiceSink,
    "conversations": VoiceSink,
    "employee-remarks": VoiceSink,
    "competitor-ratings": RatingSink,
    "people": StaffSink,
    "units": StaffSink,
}


def can_take(target: str) -> bool:
    return target in SINKS


def sink_of(run: ImportRun) -> Sink:
    return SINKS[run.kind](run)
