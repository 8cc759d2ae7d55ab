"""What the cells of a column look like, from a first reading of the file: the ground on which a mapping is proposed."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from cxprogram.imports.errors import RowError
from feedback.imports.cells import whole_number
from feedback.imports.dates import ISO

SAMPLE_ROWS = 20_000
MAX_DISTINCT = 300
DATE_SAMPLE = 400
EMAIL = re.compile(r"[^@\s,;<>]{1,64}@[^@\s,;<>]{1,190}\.[A-Za-z]{2,24}")
IP_ADDRESS = re.compile(r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}|(?:[0-9a-fA-F]{1,4}:){5,7}[0-9a-fA-F]{1,4}")
PHONE = re.compile(r"[+(]?[0-9][0-9 ()./-]{5,20}[0-9](?: ?x[0-9]{1,6})?")
DOMAIN = re.compile(r"(?:[a-z0-9-]{1,63}\.){1,5}[a-z]{2,24}")
DECIMAL_POINT = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,20})?")
DECIMAL_COMMA = re.compile(r"[+-]?[0-9]{1,15}(?:,[0-9]{1,20})?")
# Written as a number is and a code is not: no zeros in front, no sign but minus, few enough digits to be kept exactly.
PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,6})?")
MIN_CODE = 5
DATE_SHAPE = re.compile(r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}(?:[T ,].*)?")
TIMES = ("", " %H:%M:%S UTC", " %H:%M:%S %z", " %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p", " %H:%M:%S.%f")
DATES = tuple(
    separator.join(parts)
    for separator in "-/."
    for parts in (
        ("%Y", "%m", "%d"), ("%d", "%m", "%Y"), ("%m", "%d", "%Y"), ("%d", "%m", "%y"), ("%m", "%d", "%y")
    )
)  # fmt: skip
FORMATS = tuple(day + hour for day in DATES for hour in TIMES)


@dataclass(slots=True)
class Profile:
    """One column: how many cells are filled, with what, and which readings all of them allow."""

    name: str
    filled: int = 0
    longest: int = 0
    shortest: int = 0
    characters: int = 0
    values: Counter[str] = field(default_factory=Counter)
    is_open: bool = False  # more different values than were counted
    emails: int = 0
    addresses: int = 0
    domains: int = 0
    phones: int = 0
    plain_numbers: int = 0
    whole: int = 0
    decimal_points: int = 0
    decimal_commas: int = 0
    date_cells: list[str] = field(default_factory=list)
    shaped_like_dates: int = 0
    seen: set[int] = field(default_factory=set)

    def take(self, cell: str) -> None:
        self.filled += 1
        self.longest = max(self.longest, len(cell))
        self.shortest = min(self.shortest or len(cell), len(cell))
        self.characters += len(cell)
        self.seen.add(hash(cell))
        if cell in self.values or len(self.values) < MAX_DISTINCT:
            self.values[cell] += 1
        else:
            self.is_open = True
        if len(cell) > 254:
            return
        if "@" in cell:
            self.emails += bool(EMAIL.fullmatch(cell))
        elif cell[0].isdigit() or cell[0] in "+-.:(" or ":" in cell:
            self.plain_numbers += bool(PLAIN_NUMBER.fullmatch(cell))
            self.whole += whole_number(cell) is not None
            self.decimal_points += bool(DECIMAL_POINT.fullmatch(cell))
            self.decimal_commas += bool(DECIMAL_COMMA.fullmatch(cell))
            self.phones += bool(PHONE.fullmatch(cell))
            self.addresses += bool(IP_ADDRESS.fullmatch(cell))
            if DATE_SHAPE.fullmatch(cell):
                self.shaped_like_dates += 1
                if len(self.date_cells) < DATE_SAMPLE:
                    self.date_cells.append(cell)
        if "." in cell:
            self.domains += bool(DOMAIN.fullmatch(cell.lower()))

    @property
    def distinct(self) -> int:
        return len(self.seen)

    @property
    def is_key(self) -> bool:
        return self.filled > 0 and self.distinct == self.filled

    @property
    def is_whole(self) -> bool:
        return self.filled > 0 and self.whole == self.filled

    @property
    def is_number(self) -> bool:
        return self.filled > 0 and self.decimal_points == self.filled

    @property
    def has_decimal_comma(self) -> bool:
        return not self.is_number and self.filled > 0 and self.decimal_commas == self.filled

    @property
    def is_email(self) -> bool:
        return self.filled > 0 and self.emails >= 0.9 * self.filled

    @property
    def is_address(self) -> bool:
        return self.filled > 0 and self.addresses == self.filled and not self.is_number

    @property
    def is_phone(self) -> bool:
        return self.filled > 0 and self.phones >= 0.9 * self.filled and not self.is_number and not self.is_date

    @property
    def is_domain(self) -> bool:
        return self.filled > 0 and self.domains >= 0.9 * self.filled and not self.is_number

    @property
    def value_type(self) -> str:
        """Of which type something known of customers is: date, number, boolean or text.

        Codes stay text, whatever digits they have: whole numbers of one length are some.
        """
        if self.date_formats() == ["%Y-%m-%d"]:
            return "date"
        if self.filled and {value.lower() for value in self.values} <= {"true", "false"}:
            return "boolean"
        is_code = self.is_whole and self.shortest == self.longest >= MIN_CODE
        return "number" if self.filled and self.plain_numbers == self.filled and not is_code else "text"

    @property
    def is_prose(self) -> bool:
        """Whether one in five of the values, or more, is a sentence or the better part of one."""
        return sum(map(_is_sentence, self.values)) >= 0.2 * max(len(self.values), 1)

    @property
    def mean_length(self) -> float:
        return self.characters / self.filled if self.filled else 0.0

    @property
    def span(self) -> tuple[int, int]:
        """The smallest and the largest whole number among the values that were counted."""
        numbers = [number for number in map(whole_number, self.values) if number is not None]
        return (min(numbers), max(numbers)) if numbers else (0, 0)

    def date_formats(self) -> list[str]:
        """The formats that every cell of the sample allows; two that differ in the order of day and month may stay."""
        if not self.filled or self.shaped_like_dates < self.filled:
            return []
        if all(_is_iso(cell) for cell in self.date_cells):
            return ["%Y-%m-%d"] if all(len(cell) == 10 for cell in self.date_cells) else [ISO]
        return [form for form in FORMATS if all(_parses(cell, form) for cell in self.date_cells)]

    @property
    def is_date(self) -> bool:
        return bool(self.date_formats())


def _is_sentence(value: str) -> bool:
    """Six words, or three that end as a sentence does: no name is like that, not even one with two titles."""
    words = len(value.split())
    return words >= 6 or (words >= 3 and value[-1] in ".!?…")


def is_id(profile: Profile, *, is_first: bool = True) -> bool:
    """Whether the cells look like keys: no two the same, short, without spaces; further right they hold digits too."""
    if not profile.is_key or profile.filled < 2 or profile.is_date or profile.mean_length > 60:
        return False
    if any(" " in value for value in profile.values):
        return False
    return is_first or (profile.mean_length >= 6 and all(any(map(str.isdigit, value)) for value in profile.values))


def _is_iso(cell: str) -> bool:
    try:
        datetime.fromisoformat(cell)
    except ValueError:
        return False
    return True


def _parses(cell: str, form: str) -> bool:
    try:
        datetime.strptime(cell, form)
    except ValueError:
        return False
    return True


def profiles_of(
    header: list[str], rows: Iterable[tuple[int, dict[str, str] | RowError]], *, limit: int = SAMPLE_ROWS
) -> dict[str, Profile]:
    """One profile for each column, from the first rows of a table."""
    profiles = {name: Profile(name) for name in header}
    for _line, row in islice(rows, limit):
        if isinstance(row, RowError):
            continue
        for name, cell in row.items():
            if text := cell.strip():
                profiles[name].take(text)
    return profiles
