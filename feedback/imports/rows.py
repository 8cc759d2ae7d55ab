"""One row of a table as one response, or every reason why it is none."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from cxprogram.imports.errors import RowError, shown
from feedback.imports.mapping import (
    Attribute,
    Lookup,
    Mapping,
    Missing,
    MultipleQuestion,
    Question,
    ScaleQuestion,
    SingleQuestion,
    TextQuestion,
    whole_number,
)

DECIMAL_NUMBER = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,20})?")
MAX_ID_CHARACTERS = 200
MAX_TEXT_CHARACTERS = 10_000


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


def map_row(mapping: Mapping, row: dict[str, str] | RowError, line: int) -> MappedResponse | list[RowError]:
    """Apply a mapping to one row of the reader; a row the reader could not cut is handed through.

    The caller has seen that `missing_columns` is empty. A response is returned only when nothing at all is
    wrong with the row.
    """
    if isinstance(row, RowError):
        return [row]
    reading = _Reading(row, line)
    external_id = reading.external_id(mapping.external_id.column)
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
    return MappedResponse(line, external_id, on, at, unit, channel, language, weight, answers, missing, attributes)


class _Reading:
    """The cells of one row while they are read, and what was wrong with them so far."""

    def __init__(self, row: dict[str, str], line: int) -> None:
        self.row = row
        self.line = line
        self.errors: list[RowError] = []

    def cell(self, column: str) -> str:
        return self.row[column].strip()

    def refuse(self, column: str, code: str, detail: str) -> None:
        self.errors.append(RowError(self.line, column, code, detail))

    def external_id(self, column: str) -> str:
        cell = self.cell(column)
        if not cell:
            self.refuse(column, "external-id-missing", "The row has no id.")
        elif len(cell) > MAX_ID_CHARACTERS:
            self.refuse(column, "external-id-too-long", f"An id has at most {MAX_ID_CHARACTERS} characters.")
        return cell

    def answered(self, mapping: Mapping) -> tuple[date | None, datetime | None]:
        cell = self.cell(mapping.answered.column)
        try:
            return mapping.answered.read(cell)
        except (ValueError, OverflowError):
            detail = f"{shown(cell)} is no date of the expected form."
            self.refuse(mapping.answered.column, "date-invalid", detail)
            return None, None

    def lookup(self, name: str, lookup: Lookup) -> str:
        if lookup.column is None:
            return lookup.constant or ""
        cell = self.cell(lookup.column)
        code = lookup.read(cell)
        if code is None:
            self.refuse(lookup.column, f"{name}-unknown", f"No {name} is known for {shown(cell)}.")
        return code or ""

    def weight(self, column: str) -> float:
        cell = self.cell(column)
        if not DECIMAL_NUMBER.fullmatch(cell):
            self.refuse(column, "weight-invalid", f"{shown(cell)} is no weight.")
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
                self.refuse(column, "code-unknown", f"{shown(cell)} is no known {attribute.name}.")
            elif value not in values:
                values.append(value)
        if attribute.columns:
            return values
        return values[0] if values else None

    def questions(self, questions: list[Question]) -> tuple[dict[str, int | list[int] | str], dict[str, Missing]]:
        answers: dict[str, int | list[int] | str] = {}
        missing: dict[str, Missing] = {}
        for question in questions:
            if isinstance(question, MultipleQuestion):
                chosen = self.multiple(question)
                if chosen:
                    answers[question.question] = chosen
                continue
            cell = self.cell(question.column)
            if cell in question.missing:
                missing[question.question] = question.missing[cell]
            elif not cell:
                missing[question.question] = "blank"
            else:
                answer = self.answer(question, cell)
                if answer is not None:
                    answers[question.question] = answer
        return answers, missing

    def answer(self, question: ScaleQuestion | SingleQuestion | TextQuestion, cell: str) -> int | str | None:
        """The answer in a cell that is not missing; None after a refusal."""
        if isinstance(question, TextQuestion):
            if len(cell) <= MAX_TEXT_CHARACTERS:
                return cell
            detail = f"A text has at most {MAX_TEXT_CHARACTERS:,} characters."
            self.refuse(question.column, "text-too-long", detail)
            return None
        if cell in question.codes:
            return question.codes[cell]
        if isinstance(question, SingleQuestion):
            detail = f"{shown(cell)} is no code of {question.question}."
            self.refuse(question.column, "code-unknown", detail)
            return None
        return self.scale(question, cell)

    def scale(self, question: ScaleQuestion, cell: str) -> int | None:
        number = whole_number(cell)
        low, high = question.scale
        if number is None:
            self.refuse(question.column, "value-not-a-number", f"{shown(cell)} is no whole number.")
        elif not low <= number <= high:
            self.refuse(question.column, "value-out-of-range", f"{number} is not within {low} to {high}.")
            return None
        return number

    def multiple(self, question: MultipleQuestion) -> list[int]:
        """The codes of all columns, each once, in the order of the columns."""
        chosen: list[int] = []
        for column in question.columns:
            cell = self.cell(column)
            if not cell or cell in question.missing:
                continue
            if question.codes is not None:
                code = question.codes.get(cell)
            else:
                number = whole_number(cell)
                code = None if number is None else number + question.offset
            if code is None:
                self.refuse(column, "code-unknown", f"{shown(cell)} is no code of {question.question}.")
            elif code not in chosen:
                chosen.append(code)
        return chosen
