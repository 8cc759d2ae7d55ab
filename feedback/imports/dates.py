"""How the date of a row is read: the rules that mappings name, and how one is chosen for a column."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cxprogram.imports.errors import gettext_noop, shown, told
from feedback.imports.rules import Part

ISO = "ISO 8601"
NO_ZONE = gettext_noop("there is no time zone %(name)s")


class DayOfMonth(Part, frozen=True, tag_field="kind", tag="day-of-month"):
    """The cell is a day, the month is known from elsewhere."""

    column: str
    month: str

    def __post_init__(self) -> None:
        self.on("1")

    def on(self, cell: str) -> date:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}", self.month) or not re.fullmatch(r"[0-9]{1,2}", cell):
            raise ValueError("month is YYYY-MM, a day one or two digits")
        return date(int(self.month[:4]), int(self.month[5:]), int(cell))

    def read(self, cell: str) -> tuple[date, datetime | None]:
        return self.on(cell), None


class DateText(Part, frozen=True, tag_field="kind", tag="date"):
    """The cell is a date written in one format; a time in it is not kept."""

    column: str
    format: str = "%Y-%m-%d"

    def read(self, cell: str) -> tuple[date, datetime | None]:
        return _parsed(cell, self.format).date(), None


class Timestamp(Part, frozen=True, tag_field="kind", tag="timestamp"):
    """The cell is a moment. `zone` is where the clock hung when the cell itself does not say."""

    column: str
    zone: str
    format: str | None = None

    def __post_init__(self) -> None:
        _zone(self.zone)

    def read(self, cell: str) -> tuple[date, datetime | None]:
        moment = _parsed(cell, self.format) if self.format else datetime.fromisoformat(cell)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=_zone(self.zone))
        return moment.astimezone(_zone(self.zone)).date(), moment


class OnDay(Part, frozen=True, tag_field="kind", tag="on"):
    """The file has no dates: all rows are of one day that a person named."""

    on: str

    def __post_init__(self) -> None:
        date.fromisoformat(self.on)

    @property
    def column(self) -> None:
        return None

    def read(self, cell: str) -> tuple[date, datetime | None]:
        return date.fromisoformat(self.on), None


DateRule = DayOfMonth | DateText | Timestamp | OnDay


def open_questions(formats: Sequence[str]) -> Iterator[str]:
    """What the formats that a column allows leave open: the order of day and month, and where the clock hung."""
    if len({form[:5] for form in formats}) > 1:
        yield "date-order"
    if list(formats) == [ISO] or any(_has_time(form) and not form.endswith(("UTC", "%z")) for form in formats):
        yield "zone"


def date_rule(
    column: str | None, formats: Sequence[str], *, form: str | None, needs_order: bool, zone: str, day: str | None
) -> DateRule:
    """The rule for a column of these formats, by the one that a person chose; without a column the day they named.

    Raises ValueError with the code of what is still to be said: `day`, `date-order`.
    """
    if column is None:
        if not day:
            raise ValueError("day")
        return OnDay(on=day)
    if form is None and needs_order:
        raise ValueError("date-order")
    formats = formats or [ISO]
    chosen = form if form is not None and form in formats else formats[0]
    if chosen == ISO:
        return Timestamp(column=column, zone=zone)
    if _has_time(chosen):
        return Timestamp(column=column, zone="UTC" if chosen.endswith("UTC") else zone, format=chosen)
    return DateText(column=column, format=chosen)


def _has_time(form: str) -> bool:
    return "%H" in form or "%I" in form


@lru_cache(maxsize=4096)
def _parsed(cell: str, form: str) -> datetime:
    return datetime.strptime(cell, form)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError):
        raise ValueError(told(NO_ZONE, name=shown(name))) from None
