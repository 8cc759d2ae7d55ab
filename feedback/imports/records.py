"""Rows of a table as neutral records of what is no answer: customers, what happened to them, what they said elsewhere.

A record mapping is a JSON document like that of answers (feedback/imports/mapping.py), and as strict:

    {
      "target": "support-cases",              what a row is, see TARGETS
      "source": "zendesk",                    with the external id the natural key of a record
      "table": "comment",                     optional; keeps the keys of one table apart from those of another
      "fields": {"external_id": "id", "subject": "subject", "customer": "requester_id"},
      "constants": {"type": "page"},          what every row of the file is
      "codes": {"rating": {"good": "5"}},     what a cell of a field means; an unlisted cell is an error then
      "at": a date rule, "closed_at": a date rule,
      "changed_at": a date rule,              of a case that is over, where no `closed_at` tells since when
      "attributes": {"priority": "priority"}, by name; kept as they are
      "brands": ["Us", "Oakland"],            of ratings: columns that are each named for whom they rate
      "consent": {"column": "optin", "purpose": "marketing", "at": a date rule, "text_version": 2},  of customers
      "skip": [{"column": "status", "values": ["deleted"], "why": "deleted"}],
      "ignored": ["recipient"],
      "encoding", "delimiter", "decimal", "sheet", "header", "format", "title", "notes"
    }
"""

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from cxprogram.imports.errors import RowError, Told, gettext_noop, shown, told
from feedback.imports.cells import with_point
from feedback.imports.consent_words import ConsentRule, state_of
from feedback.imports.dates import DateRule, OnDay
from feedback.imports.rows import (
    LONG_TEXT,
    MAX_ID_CHARACTERS,
    MAX_TEXT_CHARACTERS,
    NO_DATE,
    NOT_KNOWN,
    RowKeys,
    SkippedRow,
    is_skipped,
)
from feedback.imports.rules import Header, Part, Skip, load

Target = Literal[
    "customers",
    "accounts",
    "interactions",
    "support-cases",
    "mentions",
    "feature-requests",
    "conversations",
    "employee-remarks",
    "competitor-ratings",
    "people",
    "units",
]
TARGETS: tuple[Target, ...] = get_args(Target)
# The fields that a record of each kind has; those of the second set it cannot be without.
FIELDS: dict[Target, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "customers": (
        ("external_id", "email", "phone", "name", "first_name", "last_name", "language", "account", "unit"), ()
    ),
    "accounts": (("external_id", "name", "domain", "phone", "unit"), ("name",)),
    "interactions": (
        ("external_id", "customer", "case", "type", "channel", "value", "touchpoint", "unit", "text"), ("type",)
    ),
    "support-cases": (
        ("external_id", "customer", "status", "subject", "text", "channel", "priority", "rating", "unit",
         "touchpoint"),
        ("external_id",),
    ),
    "mentions": (
        ("external_id", "rating", "text", "title", "author", "url", "customer", "unit", "language", "touchpoint"), ()
    ),
    "feature-requests": (("external_id", "title", "text", "status", "customer", "votes", "unit", "touchpoint"), ()),
    "conversations": (
        ("external_id", "subject", "text", "channel", "rating", "customer", "unit", "language", "touchpoint"), ()
    ),
    "employee-remarks": (("external_id", "title", "text", "rating", "unit", "touchpoint"), ()),
    "competitor-ratings": (
        ("external_id", "respondent", "customer", "competitor", "rating", "touchpoint", "context", "unit",
         "scale_low", "scale_high"),
        ("scale_low", "scale_high"),
    ),
    "people": (
        ("external_id", "email", "name", "first_name", "last_name", "unit", "role", "manager"),
        ("email", "role", "unit"),
    ),
    "units": (("external_id", "name", "parent"), ()),
}  # fmt: skip
TIMED: frozenset[Target] = frozenset(
    {
        "interactions", "support-cases", "mentions", "feature-requests", "conversations", "employee-remarks",
        "competitor-ratings",
    }
)  # fmt: skip
# Of the others nothing is kept but their fields.
KEEPS_ATTRIBUTES: frozenset[Target] = frozenset(TARGETS) - {"competitor-ratings", "people", "units"}
NUMBERS = frozenset({"value", "rating", "votes", "scale_low", "scale_high"})
# By one of these the ratings of one person belong together.
WHOSE = frozenset({"external_id", "respondent", "customer"})
EMPTY = ("[]", "{}", "null", "NULL")  # an empty list is no text
NO_NUMBER = gettext_noop("%(cell)s is no number.")
NO_CONSENT = gettext_noop("%(cell)s is no word of consent.")
DATELESS = gettext_noop("The row has no date.")
LACKS = {
    "external_id": gettext_noop("The row has no external_id."),
    "name": gettext_noop("The row has no name."),
    "type": gettext_noop("The row has no type."),
    "email": gettext_noop("The row has no email."),
    "role": gettext_noop("The row has no role."),
    "unit": gettext_noop("The row has no unit."),
    "scale_low": gettext_noop("The row has no scale_low."),
    "scale_high": gettext_noop("The row has no scale_high."),
}
NEEDED = {
    "external_id": gettext_noop("no column is the key"),
    "name": gettext_noop("no column is the name"),
    "type": gettext_noop("nothing says what happened"),
    "email": gettext_noop("no column is the e-mail address"),
    "role": gettext_noop("nothing says which role people have"),
    "unit": gettext_noop("nothing says which unit people belong to"),
    "scale_low": gettext_noop("nothing says which the lowest rating is"),
    "scale_high": gettext_noop("nothing says which the highest rating is"),
}


class RecordMapping(Part, frozen=True):
    """One file layout of one kind of records."""

    target: Target
    source: str
    fields: dict[str, str]
    table: str = ""
    constants: dict[str, str] = {}
    codes: dict[str, dict[str, str]] = {}
    at: DateRule | None = None
    closed_at: DateRule | None = None
    changed_at: DateRule | None = None
    attributes: dict[str, str] = {}
    brands: list[str] = []
    consent: ConsentRule | None = None
    skip: list[Skip] = []
    ignored: list[str] = []
    encoding: str | None = None
    delimiter: str | None = None
    decimal: Literal[".", ","] = "."
    sheet: str | None = None
    header: Header = Header()
    format: str = ""
    title: str = ""
    notes: list[str] = []

    def __post_init__(self) -> None:
        known, needed = FIELDS[self.target]
        strange = sorted((self.fields.keys() | self.constants.keys() | self.codes.keys()) - set(known))
        if strange:
            raise ValueError(f"{self.target} have no field {strange[0]}")
        absent = [name for name in needed if name not in self.fields and name not in self.constants]
        if absent:
            raise ValueError(Told(f"{self.target} need {absent[0]}", NEEDED[absent[0]]))
        if words := [name for name in NUMBERS & self.constants.keys() if _number(self.constants[name], ".") is None]:
            raise ValueError(f"{words[0]} is no number")
        if self.target in TIMED and self.at is None:
            raise ValueError(f"{self.target} need a date")
        if self.target == "customers" and not {"external_id", "email", "phone"} & self.fields.keys():
            raise ValueError(gettext_noop("customers need an id, an e-mail address or a phone number"))
        if self.target == "units" and not {"external_id", "name"} & self.fields.keys():
            raise ValueError(gettext_noop("units need a code or a name"))
        if self.target == "mentions" and not {"text", "rating"} & self.fields.keys():
            raise ValueError(gettext_noop("mentions need a text or a rating"))
        if self.changed_at and self.target != "support-cases":
            raise ValueError(f"{self.target} are never over")
        if self.consent and self.target != "customers":
            raise ValueError(f"{self.target} consent to nothing")
        if self.brands and self.target != "competitor-ratings":
            raise ValueError(f"{self.target} rate nobody")
        if self.target == "competitor-ratings":
            if bool(self.brands) == ("rating" in self.fields):
                raise ValueError(gettext_noop("ratings stand in one column, or in one for each organisation"))
            if not self.brands and not WHOSE & self.fields.keys():
                raise ValueError(gettext_noop("ratings in one column need the respondent"))

    @property
    def needed(self) -> tuple[str, ...]:
        """The fields that no row may be without. A file of units that has codes knows every unit by its code."""
        if self.target == "units":
            return ("external_id",) if "external_id" in self.fields else ("name",)
        return FIELDS[self.target][1]

    @property
    def columns(self) -> list[str]:
        """Every column the mapping reads, once."""
        dates = (self.at, self.closed_at, self.changed_at, self.consent.at if self.consent else None)
        rules = [rule.column for rule in dates if rule is not None and rule.column is not None]
        said = [self.consent.column] if self.consent else []
        kept = [*said, *self.attributes.values(), *self.brands, *(skip.column for skip in self.skip)]
        return list(dict.fromkeys([*self.fields.values(), *rules, *kept]))


@dataclass(frozen=True, slots=True)
class Record:
    """One row, understood: texts by field, without the empty ones."""

    line: int
    target: Target
    external_id: str
    at: datetime | None
    closed_at: datetime | None
    fields: dict[str, str]
    attributes: dict[str, str] = field(default_factory=dict)
    ratings: dict[str, str] = field(default_factory=dict)  # numbers by the column that is named for whom they rate
    changed_at: datetime | None = None
    consent: tuple[str, datetime] | None = None  # the word and when it was said

    @property
    def name(self) -> str:
        """The whole name, else what there is of its parts."""
        parts = (self.fields.get("first_name"), self.fields.get("last_name"))
        return self.fields.get("name") or " ".join(filter(None, parts))


def load_record_mapping(source: bytes | str | os.PathLike[str]) -> RecordMapping:
    """A record mapping from JSON bytes or from a file. Raises `MappingError` and says where it is wrong."""
    return load(source, RecordMapping)


def map_record(
    mapping: RecordMapping, row: dict[str, str] | RowError, line: int, keys: RowKeys, *, zone: ZoneInfo
) -> Record | SkippedRow | list[RowError]:
    """Apply a mapping to one row; a row the reader could not cut is handed through. `zone`: where bare days end."""
    if isinstance(row, RowError):
        return [row]
    if mapping.skip and (why := is_skipped(mapping.skip, row)):
        return SkippedRow(line, why)
    errors: list[RowError] = []
    fields = dict(mapping.constants)
    for name, column in mapping.fields.items():
        cell = row[column].strip()
        if not cell or cell in EMPTY:
            continue
        limit = MAX_TEXT_CHARACTERS if name == "text" else MAX_ID_CHARACTERS if name == "external_id" else 1_000
        if len(cell) > limit:
            errors.append(RowError(line, column, "text-too-long", told(LONG_TEXT, limit=limit)))
            continue
        if name in mapping.codes:
            if cell not in mapping.codes[name]:
                errors.append(RowError(line, column, "code-unknown", told(NOT_KNOWN, cell=shown(cell), name=name)))
                continue
            cell = mapping.codes[name][cell]
        if name in NUMBERS:
            number = _number(cell, mapping.decimal)
            if number is None:
                errors.append(RowError(line, column, "value-not-a-number", told(NO_NUMBER, cell=shown(cell))))
                continue
            cell = number
        fields[name] = cell
    for needed in mapping.needed:
        if needed not in fields and not errors:
            errors.append(RowError(line, mapping.fields.get(needed, ""), "field-missing", told(LACKS[needed])))
    at = _moment(mapping.at, row, line, errors, zone, is_needed=mapping.target in TIMED)
    closed_at = _moment(mapping.closed_at, row, line, errors, zone, is_needed=False)
    changed_at = _moment(mapping.changed_at, row, line, errors, zone, is_needed=False)
    consent = _consent(mapping.consent, row, line, errors, zone) if mapping.consent else None
    attributes = {}
    for name, column in mapping.attributes.items():
        if (cell := row[column].strip()) and cell not in EMPTY:
            attributes[name] = cell[:1_000]
    ratings = {}
    for column in mapping.brands:
        if (cell := row[column].strip()) and cell not in EMPTY:
            number = _number(cell, mapping.decimal)
            if number is None:
                errors.append(RowError(line, column, "value-not-a-number", told(NO_NUMBER, cell=shown(cell))))
            else:
                ratings[column] = number
    if errors:
        return errors
    external_id = fields.pop("external_id", "")
    if external_id and mapping.table:
        external_id = f"{mapping.table}:{external_id}"
    if not external_id and mapping.target in TIMED:
        external_id = keys.of(row)
    return Record(line, mapping.target, external_id, at, closed_at, fields, attributes, ratings, changed_at, consent)


def _number(cell: str, decimal: str) -> str | None:
    plain = with_point(cell, decimal)
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return None
    return plain if number.is_finite() and abs(number) < Decimal(10) ** 14 else None


def _consent(
    rule: ConsentRule, row: dict[str, str], line: int, errors: list[RowError], zone: ZoneInfo
) -> tuple[str, datetime] | None:
    """The row's word; an empty cell is none. A bare day counts from its start: a word holds on its own day."""
    cell = row[rule.column].strip()
    if not cell or cell in EMPTY:
        return None
    state = state_of(cell)
    if state is None:
        errors.append(RowError(line, rule.column, "consent-unknown", told(NO_CONSENT, cell=shown(cell))))
        return None
    said = _moment(rule.at, row, line, errors, zone, is_needed=True, hour=0)
    return (state, said) if said is not None else None


def _moment(
    rule: DateRule | None,
    row: dict[str, str],
    line: int,
    errors: list[RowError],
    zone: ZoneInfo,
    *,
    is_needed: bool,
    hour: int = 12,
) -> datetime | None:
    if rule is None:
        return None
    column = rule.column
    cell = row[column].strip() if column is not None else ""
    if not cell and not isinstance(rule, OnDay):
        if is_needed:
            errors.append(RowError(line, column or "", "date-missing", told(DATELESS)))
        return None
    try:
        on, moment = rule.read(cell)
    except (ValueError, OverflowError):
        errors.append(RowError(line, column or "", "date-invalid", told(NO_DATE, cell=shown(cell))))
        return None
    if moment is None:
        moment = datetime.combine(on, time(hour), tzinfo=zone)
    return moment.astimezone(UTC)
