"""What every place has where the rows of an import go: how a sink is used, and what all sinks of records do alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import msgspec

from cxprogram.errors import DomainError
from cxprogram.imports.errors import RowError, gettext_noop, told
from cxprogram.imports.headers import require_columns
from cxprogram.imports.reader import Table
from cxprogram.models import ImportRun, OrgUnit, Program
from cxprogram.sentences import reason
from feedback.imports.records import Record, RecordMapping, load_record_mapping, map_record
from feedback.imports.rows import RowKeys, SkippedRow
from feedback.imports.rules import open_table
from feedback.services import unkept
from journeys.services import attributes
from journeys.services.customers import CustomerFacts

Taken = SkippedRow | list[RowError]
NO_UNIT = gettext_noop("The program has no such unit.")
NO_ROWS = gettext_noop("The file has a header and no rows.")
OTHER_ANSWER = gettext_noop("This key carries another answer already.")


@dataclass(frozen=True)
class Outcome:
    """What became of one row: created, updated, repeated, or refused with a code and a sentence."""

    status: str
    code: str = ""
    detail: str = ""

    @property
    def is_refused(self) -> bool:
        return self.status == "refused"


class Sink(Protocol):
    """`open` checks that the file fits, `notes` says what of it is not kept, `take` understands one row, `remarks` says
    what was seen in the rows until now, `write` keeps many at once, `close` ends it."""

    def open(self, path: Path) -> Table: ...

    def notes(self) -> list[str]: ...

    def remarks(self) -> list[str]: ...

    def take(self, row: dict[str, str] | RowError, line: int) -> Any: ...

    def write(self, items: Sequence[Any], *, at: datetime) -> list[Outcome]: ...

    def close(self, *, at: datetime) -> None: ...


def conflict() -> Outcome:
    return Outcome("refused", "idempotency-conflict", told(OTHER_ANSWER))


class RecordSink:
    """Base of the sinks of records: the mapping, the ids of rows without any, the program's units."""

    def __init__(self, run: ImportRun) -> None:
        self.program: Program = run.program
        self.mapping: RecordMapping = load_record_mapping(msgspec.json.encode(run.definition))
        self.keys = RowKeys()
        self.options = run.options
        self.units = {unit.code.casefold(): unit for unit in OrgUnit.objects.filter(program=self.program)}

    def open(self, path: Path) -> Table:
        table = open_table(path, self.mapping)
        require_columns(table.header, self.mapping.columns)
        return table

    def notes(self) -> list[str]:
        mapping, known = self.mapping, attributes.definitions(self.program)
        return unkept.notes(unkept.of_mapping(mapping.target, mapping.fields, mapping.attributes, known))

    def remarks(self) -> list[str]:
        return []

    def take(self, row: dict[str, str] | RowError, line: int) -> Any:
        record = map_record(self.mapping, row, line, self.keys, zone=self.program.zone)
        if not isinstance(record, Record):
            return record
        unit = record.fields.get("unit", "")
        if unit and unit.casefold() not in self.units:
            return [RowError(line, self.mapping.fields.get("unit", ""), "unit-unknown", told(NO_UNIT))]
        try:
            return self.understood(record)
        except DomainError as error:
            return [RowError(line, "", error.code, reason(error))]

    def unit_of(self, record: Record) -> OrgUnit | None:
        return self.units.get(record.fields.get("unit", "").casefold())

    def understood(self, record: Record) -> Any:
        raise NotImplementedError

    def close(self, *, at: datetime) -> None:
        """Nothing is counted afterwards."""


def customer_behind(source: str, value: str) -> CustomerFacts | None:
    """The customer behind a cell: an e-mail address, or the source's own key."""
    if not value:
        return None
    if "@" in value:
        return CustomerFacts(source="email", external_id=value.lower(), email=value)
    return CustomerFacts(source=source, external_id=value)
