"""How the columns of one file become responses of one survey: a JSON document.

A mapping is data, so that a tracker whose columns are renamed every year keeps one identity per question.
It is strict: an unknown key, a wrong type or a rule that cannot work refuses it before any row is read.

    {
      "survey": "sfo-2016",                   code of the survey the responses belong to
      "source": "sfo-2016",                   with the external id the natural key of a response
      "title": "…", "notes": ["…"],           for people
      "encoding": "utf-8", "delimiter": ",",  optional; handed to the reader instead of guessing
      "decimal": ",",                         optional; how weights and numbers are written
      "sheet": "Sheet1",                      optional; of a workbook
      "header": {"rows": 3, "names": "import-id", "line": 4},   optional; see cxprogram/imports/headers.py
      "format": "qualtrics",                  for people: as what the file was recognised
      "external_id": {"column": "*RESPNUM"},
      "answered": a date rule,
      "unit": a lookup, "channel": a lookup, "language": a lookup,
      "weight": {"column": "WEIGHT"},         without it every response weighs 1
      "customer": {"email": "E-mail", "key": "Person ID", "names": ["First", "Last"]},   optional; whose answer it is
      "attributes": [{"name": "peak", "column": "PEAK", "codes": {"1": "…"}, "missing": ["0"]}, …],
      "skip": [{"column": "status", "values": ["1", "2"], "why": "test answers"}],
      "ignored": ["IP address"],              columns left out on purpose: personal data, mostly
      "questions": [ … ]
    }

A file without ids has {"digest": true} for the external id: a row is known by what it says, the second one that says
the same by that too.

A date rule is one of
    {"kind": "day-of-month", "column": "INTDATE", "month": "2017-05"}
    {"kind": "date", "column": "INTDATE", "format": "%m/%d/%Y %I:%M:%S %p"}
    {"kind": "timestamp", "column": "EndDate", "zone": "Europe/Stockholm", "format": "%Y-%m-%d %H:%M"}
    {"kind": "on", "on": "2024-05-31"}                              the file has no dates; a person says when
A timestamp without format is ISO 8601; an offset in the cell beats the zone.

A lookup is one of
    {"constant": "email"}
    {"column": "BAREA"}                                            the cell is the code
    {"column": "LANG", "codes": {"1": "en", "2": "es"}}            an unlisted cell is an error
    {"column": "GATE", "ranges": [{"from": 1, "to": 12, "code": "A"}, …]}    whole numbers, ends included
and may have a "default", which an empty cell takes; without one an empty cell is an error.

An attribute reads "column" (a text) or "columns" (a list of texts). Without "codes" the cell is kept as it
is. Cells listed in "missing", and empty ones, leave the attribute out.

A question is one of
    {"kind": "scale", "question": "Q7ALL", "column": "Q7O_WHOLE", "scale": [1, 5],
     "missing": {"0": "blank", "6": "not_applicable"}, "codes": {"Outstanding": 5}}
    {"kind": "single", "question": "Q15PROBLEM", "column": "Q15_PROBLEMS", "codes": {"1": 1, "2": 2},
     "missing": {"0": "blank"}}
    {"kind": "multiple", "question": "Q15COM", "columns": ["Q15COM1", "Q15COM2"], "codes": {"1": 1001},
     "offset": 0, "missing": {"0": "blank"}}
    {"kind": "text", "question": "WHY", "column": "Why do you say that?"}
    {"kind": "number", "question": "AGE", "column": "Age"}
    {"kind": "date", "question": "SINCE", "column": "Since", "format": "%d/%m/%Y"}
A "multiple" with "ticked" {"column": code} takes the code of each column that is filled at all.
An empty cell is "blank" always. A "scale" takes whole numbers within its ends and whatever "codes" names;
any other cell is an error of the row. "single" and "multiple" take what "codes" lists; a "multiple" without
"codes" takes any whole number and adds "offset", which keeps code lists of different waves apart.
A "multiple" question without a single code is neither answered nor missing: from coded comments nobody can
tell "not asked" from "nothing to say".

Spaces around a cell are ignored. Cells stay text until a rule says otherwise, so leading zeros survive.
"""

import os
from itertools import pairwise
from typing import Literal

import msgspec

from feedback.imports.cells import whole_number
from feedback.imports.dates import DateRule
from feedback.imports.rules import Header, Part, Skip, load

Missing = Literal["blank", "not_applicable"]


class ColumnRule(Part, frozen=True):
    column: str


class KeyRule(Part, frozen=True):
    """Where the id of a row comes from: a column, or what the row says when there is none."""

    column: str | None = None
    digest: bool = False

    def __post_init__(self) -> None:
        if (self.column is None) != self.digest:
            raise ValueError("give either a column or digest")


class CustomerRule(Part, frozen=True):
    """Whose answer it is: known by the address, else by the source's own key; the name is for one who is met first."""

    email: str | None = None
    key: str | None = None
    names: list[str] = []

    def __post_init__(self) -> None:
        if self.email is None and self.key is None:
            raise ValueError("a customer is known by an e-mail address or a key")

    @property
    def columns(self) -> list[str]:
        return [name for name in (self.email, self.key, *self.names) if name is not None]


class Range(Part, frozen=True):
    low: int = msgspec.field(name="from")
    high: int = msgspec.field(name="to")
    code: str


class Lookup(Part, frozen=True):
    """A code out of a cell, or a constant."""

    column: str | None = None
    constant: str | None = None
    codes: dict[str, str] | None = None
    ranges: list[Range] | None = None
    default: str | None = None

    def __post_init__(self) -> None:
        if (self.column is None) == (self.constant is None):
            raise ValueError("give either a column or a constant")
        if self.codes is not None and self.ranges is not None:
            raise ValueError("give codes or ranges, not both")
        if self.constant is not None and (self.codes is not None or self.ranges is not None):
            raise ValueError("a constant needs no codes")
        spans = sorted(self.ranges or [], key=lambda span: span.low)
        if any(span.low > span.high for span in spans):
            raise ValueError("a range ends before it begins")
        if any(second.low <= first.high for first, second in pairwise(spans)):
            raise ValueError("ranges overlap")

    def read(self, cell: str) -> str | None:
        """The code, or None when the rule knows none for this cell."""
        if not cell:
            return self.default
        if self.codes is not None:
            return self.codes.get(cell)
        if self.ranges is not None:
            number = whole_number(cell)
            if number is None:
                return None
            return next((span.code for span in self.ranges if span.low <= number <= span.high), None)
        return cell


class Attribute(Part, frozen=True):
    """Something known about the response that is no answer: strata, peak, airline."""

    name: str
    column: str | None = None
    columns: list[str] | None = None
    codes: dict[str, str] | None = None
    missing: list[str] = []

    def __post_init__(self) -> None:
        if (self.column is None) == (not self.columns):
            raise ValueError("give either column or columns")


class ScaleQuestion(Part, frozen=True, tag_field="kind", tag="scale"):
    question: str
    column: str
    scale: tuple[int, int]
    missing: dict[str, Missing] = {}
    codes: dict[str, int] = {}

    def __post_init__(self) -> None:
        low, high = self.scale
        if low >= high:
            raise ValueError("a scale runs from low to high")
        if any(not low <= code <= high for code in self.codes.values()):
            raise ValueError("a code lies outside the scale")


class SingleQuestion(Part, frozen=True, tag_field="kind", tag="single"):
    question: str
    column: str
    codes: dict[str, int]
    missing: dict[str, Missing] = {}


class MultipleQuestion(Part, frozen=True, tag_field="kind", tag="multiple"):
    question: str
    columns: list[str]
    codes: dict[str, int] | None = None
    offset: int = 0
    missing: dict[str, Missing] = {}
    ticked: dict[str, int] | None = None

    def __post_init__(self) -> None:
        if not self.columns:
            raise ValueError("a multiple question needs columns")
        if self.ticked is not None and (self.codes is not None or self.ticked.keys() != set(self.columns)):
            raise ValueError("ticked gives a code to each column, and there are no other codes")
        if self.codes is not None and self.offset:
            raise ValueError("give codes or an offset, not both")


class TextQuestion(Part, frozen=True, tag_field="kind", tag="text"):
    question: str
    column: str
    missing: dict[str, Missing] = {}


class NumberQuestion(Part, frozen=True, tag_field="kind", tag="number"):
    question: str
    column: str
    missing: dict[str, Missing] = {}


class DateQuestion(Part, frozen=True, tag_field="kind", tag="date"):
    question: str
    column: str
    format: str = "%Y-%m-%d"
    missing: dict[str, Missing] = {}


Question = ScaleQuestion | SingleQuestion | MultipleQuestion | TextQuestion | NumberQuestion | DateQuestion


def columns_of(rule: Question) -> list[str]:
    """The columns that answer a question."""
    return rule.columns if isinstance(rule, MultipleQuestion) else [rule.column]


class Mapping(Part, frozen=True):
    """One file layout of one survey."""

    survey: str
    source: str
    external_id: KeyRule
    answered: DateRule
    unit: Lookup
    channel: Lookup
    language: Lookup
    questions: list[Question]
    weight: ColumnRule | None = None
    customer: CustomerRule | None = None
    attributes: list[Attribute] = []
    title: str = ""
    notes: list[str] = []
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    decimal: Literal[".", ","] = "."
    header: Header = Header()
    format: str = ""
    skip: list[Skip] = []
    ignored: list[str] = []

    def __post_init__(self) -> None:
        if not self.questions:
            raise ValueError("a mapping needs questions")
        for kind, names in (
            ("question", [question.question for question in self.questions]),
            ("attribute", [attribute.name for attribute in self.attributes]),
        ):
            repeated = sorted({name for name in names if names.count(name) > 1})
            if repeated:
                raise ValueError(f"{kind} {repeated[0]} is mapped twice")


def load_mapping(source: bytes | str | os.PathLike[str]) -> Mapping:
    """A mapping from JSON bytes or from a file. Raises `MappingError` and says where it is wrong."""
    return load(source, Mapping)


def columns(mapping: Mapping) -> list[str]:
    """Every column the mapping reads, in its order, once."""
    names: list[str | None] = [mapping.external_id.column, mapping.answered.column]
    names += [lookup.column for lookup in (mapping.unit, mapping.channel, mapping.language)]
    names += [skip.column for skip in mapping.skip]
    names.append(mapping.weight.column if mapping.weight else None)
    names += mapping.customer.columns if mapping.customer else []
    for attribute in mapping.attributes:
        names += attribute.columns or [attribute.column]
    for question in mapping.questions:
        names += columns_of(question)
    return list(dict.fromkeys(name for name in names if name is not None))


def missing_columns(mapping: Mapping, header: list[str]) -> list[str]:
    """Columns the mapping reads and the file does not have."""
    present = set(header)
    return [name for name in columns(mapping) if name not in present]
