"""Files of our own people and units."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from cxprogram.errors import DomainError
from cxprogram.models import ImportRun, OrgUnit
from cxprogram.sentences import reason
from cxprogram.services import staff
from feedback.imports.records import Record
from feedback.services.sink_base import Outcome, RecordSink


class StaffSink(RecordSink):
    """Own people and units, by the rights of whoever brought the file. Units above come before those below them.

    A person without a role or a unit that we know is refused: nobody is let in anywhere by default.
    """

    def __init__(self, run: ImportRun) -> None:
        super().__init__(run)
        self.by = run.by
        self.today = run.started_at.astimezone(self.program.zone).date()
        standing = OrgUnit.objects.filter(program=self.program).valid_on(self.today)
        names = Counter(unit.name.casefold() for unit in standing)
        # By its name too, where only one is called so.
        named = {unit.name.casefold(): unit for unit in standing if names[unit.name.casefold()] == 1}
        self.units = named | {unit.code.casefold(): unit for unit in standing}

    def understood(self, record: Record) -> Record:
        if record.target == "units":
            return record
        role = staff.role_named(record.fields["role"])
        return replace(record, fields=record.fields | {"role": role.value})

    def write(self, items: Sequence[Record], *, at: datetime) -> list[Outcome]:
        return [self._place(record) for record in items]

    def _place(self, record: Record) -> Outcome:
        fields, name = record.fields, record.name
        try:
            if record.target == "units":
                parent = fields.get("parent", "")
                status = staff.place_unit(
                    self.program, code=record.external_id, name=name, parent=parent, by=self.by, on=self.today
                )
            else:
                unit = self.unit_of(record)
                assert unit is not None, "a person without a unit was refused"
                status = staff.place_person(
                    self.program, email=fields["email"], name=name, role=fields["role"], unit=unit, by=self.by
                )
        except DomainError as error:
            return Outcome("refused", error.code, reason(error))
        return Outcome(status)
