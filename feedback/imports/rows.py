"""One row of a table as one response, or every reason why it is none."""

import hashlib
import re
from dataclasses import dataclass
from datetime import date, datetime

from cxprogram.imports.errors import RowError, gettext_noop, shown, told
from feedback.imports.cells import whole_number, with_point
from feedback.imports.dates import DateText
from feedback.imports.mapping import (
    Attribute,
    CustomerRule,
    DateQuestion,
    KeyRule,
    Lookup,
    Mapping,
    Missing,
    MultipleQuestion,
    NumberQuestion,
    Question,
    ScaleQuestion,
    SingleQuestion,
    TextQuestion,
)
from feedback.imports.rules import Skip

DECIMAL_NUMBER = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,20})?")
MAX_ID_CHARACTERS = 200
MAX_TEXT_CHARACTERS = 10_000
MAX_REMEMBERED = 10_000
NO_ID = gettext_noop("The row has no id.")
LONG_ID = gettext_noop("An id has at most %(limit)s characters.")
NO_DATE = gettext_noop("%(cell)s is no date of the expected form.")
UNKNOWN = {
    "unit": gettext_noop("No unit is known for %(cell)s."),
    "channel": gettext_noop("No channel is known for %(cell)s."),
    "language": gettext_noop("No language is known for %(cell)s."),
}
NO_WEIGHT = gettext_noop("%(cell)s is no weight.")
NOT_KNOWN = gettext_noop("%(cell)s is no known %(name)s.")
LONG_TEXT = gettext_noop("A text has at most %(limit)s characters.")
NO_CODE = gettext_noop("%(cell)s is no code of %(question)s.")
NO_WHOLE_NUMBER = gettext_noop("%(cell)s is no whole number.")
OUTSIDE = gettext_noop("%(number)s is not within %(low)s to %(high)s.")


@dataclass(frozen=True, slots=True)
class Respondent:
    """Whose answer it is, as far as the row says."""

    email: str
    key: str
    name: str


@dataclass(frozen=True, slots=True)
class MappedResponse:
    """One row, understood.

    Each question of the mapping stands either in `answers` or in `missing`; a multiple one without any code
    in neither. `answered_at` is known only when the file gives a moment.
    """

    line: int
    external_id: str
    answered_on: date
    answered_at: datetime | None
    unit: str
    channel: str
    language: str
    weight: float
    answers: dict[str, int | list[int] | str]
    missing: dict[str, Missing]
    attributes: dict[str, str | list[str]]
    respondent: Respondent | None = None


@dataclass(frozen=True, slots=True)
class SkippedRow:
    """A row that the mapping leaves out, and why."""

    line: int
    why: str


class RowKeys:
    """What is remembered from row to row of one file.

    Ids for the rows of a file that has none: what a row says, and how often it was said above. So the same file again
    gives the same ids, and two people who say the same are two. And how cells were understood: most come back.
    """

    def __init__(self) -> None:
        self.said: set[int] = set()  # of a million rows: a third of what a dict of digests takes
        self.said_again: dict[int, int] = {}
        self.understood: dict[tuple[str, str], int | str] = {}

    def of(self, row: dict[str, str]) -> str:
        digest = hashlib.sha256(
            "\x1f".join(f"{name}\x1e{cell.strip()}" for name, cell in row.items()).encode()
        ).digest()
        mark = int.from_bytes(digest[:8])
        if mark not in self.said:
            self.said.add(mark)
            return digest[:16].hex()
        number = self.said_again[mark] = self.said_again.get(mark, 1) + 1
        return f"{digest[:16].hex()}-{number}"


def is_skipped(skips: list[Skip], row: dict[str, str]) -> str | None:
    """Why the row is left out, if it is."""
    return next((skip.why for skip in skips if row[skip.column].strip() in skip.values), None)


def map_row(
    mapping: Mapping, row: dict[str, str] | RowError, line: int, keys: RowKeys | None = None
) -> MappedResponse | SkippedRow | list[RowError]:
    """Apply a mapping to one row of the reader; a row the reader could not cut is handed through.

    The caller has seen that `missing_columns` is empty. A response is returned only when nothing at all is
    wrong with the row. `keys` is needed for a file without ids, one for the whole file.
    """
    if isinstance(row, RowError):
        return [row]
    if mapping.skip and (why := is_skipped(mapping.skip, row)):
        return SkippedRow(line, why)
    keys = keys or RowKeys()
    reading = _Reading(row, line, mapping.decimal, keys.understood)
    external_id = reading.key(mapping.external_id, keys)
    on, at = reading.answered(mapping)
    unit = reading.lookup("unit", mapping.unit)
    channel = reading.lookup("channel", mapping.channel)
    language = reading.lookup("language", mapping.language)
    weight = reading.weight(mapping.weight.column) if mapping.weight else 1.0
    attributes = {}
    for attribute in mapping.attributes:
        value = reading.attribute(attribute)
        if value:
            attributes[attribute.name] = value
    answers, missing = reading.questions(mapping.questions)
    if reading.errors or on is None:
        return reading.errors
    who = reading.respondent(mapping.customer) if mapping.customer else None
    return MappedResponse(line, external_id, on, at, unit, channel, language, weight, answers, missing, attributes, who)


class _Reading:
    """The cells of one row while they are read, and what was wrong with them so far."""

    def __init__(
        self, row: dict[str, str], line: int, decimal: str, understood: dict[tuple[str, str], int | str]
    ) -> None:
        self.row = row
        self.line = line
        self.decimal = decimal
        self.understood = understood
        self.errors: list[RowError] = []

    def cell(self, column: str) -> str:
        return self.row[column].strip()

    def refuse(self, column: str, code: str, detail: str) -> None:
        self.errors.append(RowError(self.line, column, code, detail))

    def key(self, rule: KeyRule, keys: RowKeys) -> str:
        return keys.of(self.row) if rule.column is None else self.external_id(rule.column)

    def external_id(self, column: str) -> str:
        cell = self.cell(column)
        if not cell:
            self.refuse(column, "external-id-missing", told(NO_ID))
        elif len(cell) > MAX_ID_CHARACTERS:
            self.refuse(column, "external-id-too-long", told(LONG_ID, limit=MAX_ID_CHARACTERS))
        return cell

    def answered(self, mapping: Mapping) -> tuple[date | None, datetime | None]:
        column = mapping.answered.column
        cell = self.cell(column) if column is not None else ""
        try:
            return mapping.answered.read(cell)
        except (ValueError, OverflowError):
            self.refuse(column or "", "date-invalid", told(NO_DATE, cell=shown(cell)))
            return None, None

    def lookup(self, name: str, lookup: Lookup) -> str:
        if lookup.column is None:
            return lookup.constant or ""
        cell = self.cell(lookup.column)
        code = lookup.read(cell)
        if code is None:
            self.refuse(lookup.column, f"{name}-unknown", told(UNKNOWN[name], cell=shown(cell)))
        return code or ""

    def weight(self, column: str) -> float:
        cell = with_point(self.cell(column), self.decimal)
        if not DECIMAL_NUMBER.fullmatch(cell):
            self.refuse(column, "weight-invalid", told(NO_WEIGHT, cell=shown(cell)))
            return 0.0
        return float(cell)

    def attribute(self, attribute: Attribute) -> str | list[str] | None:
        values: list[str] = []
        for column in attribute.columns or [attribute.column or ""]:
            cell = self.cell(column)
            if not cell or cell in attribute.missing:
                continue
            value = cell if attribute.codes is None else attribute.codes.get(cell)
            if value is None:
                self.refuse(column, "code-unknown", told(NOT_KNOWN, cell=shown(cell), name=attribute.name))
            elif value not in values:
                values.append(value)
        if attribute.columns:
            return values
        return values[0] if values else None

    def respondent(self, rule: CustomerRule) -> Respondent | None:
        email = self.cell(rule.email) if rule.email else ""
        key = self.cell(rule.key) if rule.key else ""
        name = " ".join(filter(None, (self.cell(column) for column in rule.names)))
        return Respondent(email, key, name[:200]) if email or key else None

    def questions(self, questions: list[Question]) -> tuple[dict[str, int | list[int] | str], dict[str, Missing]]:
        answers: dict[str, int | list[int] | str] = {}
        missing: dict[str, Missing] = {}
        for question in questions:
            if isinstance(question, MultipleQuestion):
                chosen = self.multiple(question)
                if chosen:
                    answers[question.question] = chosen
                continue
            cell = self.row[question.column].strip()
            known = self.understood.get((question.question, cell))
            if known is not None:
                answers[question.question] = known
            elif cell in question.missing:
                missing[question.question] = question.missing[cell]
            elif not cell:
                missing[question.question] = "blank"
            else:
                answer = self.answer(question, cell)
                if answer is not None:
                    answers[question.question] = answer
                    if not isinstance(question, TextQuestion) and len(self.understood) < MAX_REMEMBERED:
                        self.understood[question.question, cell] = answer
        return answers, missing

    def answer(
        self, question: ScaleQuestion | SingleQuestion | TextQuestion | NumberQuestion | DateQuestion, cell: str
    ) -> int | str | None:
        """The answer in a cell that is not missing; None after a refusal."""
        if isinstance(question, TextQuestion):
            if len(cell) <= MAX_TEXT_CHARACTERS:
                return cell
            self.refuse(question.column, "text-too-long", told(LONG_TEXT, limit=MAX_TEXT_CHARACTERS))
            return None
        if isinstance(question, NumberQuestion):
            return self.number(question, cell)
        if isinstance(question, DateQuestion):
            return self.date(question, cell)
        if cell in question.codes:
            return question.codes[cell]
        if isinstance(question, SingleQuestion):
            detail = told(NO_CODE, cell=shown(cell), question=question.question)
            self.refuse(question.column, "code-unknown", detail)
            return None
        return self.scale(question, cell)

    def scale(self, question: ScaleQuestion, cell: str) -> int | None:
        number = whole_number(cell)
        low, high = question.scale
        if number is None:
            self.refuse(question.column, "value-not-a-number", told(NO_WHOLE_NUMBER, cell=shown(cell)))
        elif not low <= number <= high:
            detail = told(OUTSIDE, number=str(number), low=str(low), high=str(high))
            self.refuse(question.column, "value-out-of-range", detail)
            return None
        return number

    def number(self, question: NumberQuestion, cell: str) -> int | None:
        number = whole_number(with_point(cell, self.decimal))
        if number is None:
            self.refuse(question.column, "value-not-a-number", told(NO_WHOLE_NUMBER, cell=shown(cell)))
        return number

    def date(self, question: DateQuestion, cell: str) -> str | None:
        try:
            return DateText(question.column, question.format).read(cell)[0].isoformat()
        except (ValueError, OverflowError):
            self.refuse(question.column, "date-invalid", told(NO_DATE, cell=shown(cell)))
            return None

    def multiple(self, question: MultipleQuestion) -> list[int]:
        """The codes of all columns, each once, in the order of the columns."""
        chosen: list[int] = []
        for column in question.columns:
            cell = self.cell(column)
            if not cell or cell in question.missing:
                continue
            if question.ticked is not None:
                code: int | None = question.ticked[column]
            elif question.codes is not None:
                code = question.codes.get(cell)
            else:
                number = whole_number(cell)
                code = None if number is None else number + question.offset
            if code is None:
                detail = told(NO_CODE, cell=shown(cell), question=question.question)
                self.refuse(column, "code-unknown", detail)
            elif code not in chosen:
                chosen.append(code)
        return chosen
