"""Targets for readings: those of the unit and the period, else of the year that holds the month."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cxprogram.models import OrgUnit, Program
from cxprogram.periods import Period
from journeys.kpis.registry import KpiReading
from journeys.models import KpiTarget


@dataclass(frozen=True)
class Target:
    """`version`: of the KPI, for which it was set; None where that is not known."""

    value: float
    basis: str
    is_illustrative: bool
    period: str
    version: int | None

    def is_for(self, reading: KpiReading) -> bool:
        return self.version in (None, reading.version)


class Targets:
    """The targets in force of some units and periods, read in one query."""

    def __init__(self, program: Program, units: Iterable[OrgUnit], periods: Iterable[Period]) -> None:
        codes = {code for period in periods for code in _codes(period)}
        rows = KpiTarget.objects.in_force().filter(program=program, unit__in=list(units), period__in=codes)
        self._by_key = {
            (row.kpi_code, row.question_code, row.unit_id, row.period): Target(
                float(row.value), row.basis, row.is_illustrative, row.period, row.kpi_version
            )
            for row in rows
        }

    def of(self, reading: KpiReading) -> Target | None:
        """The target that this reading is held against: of its version of the KPI."""
        return next((each for each in self._found(reading) if each.is_for(reading)), None)

    def of_another(self, reading: KpiReading) -> Target | None:
        """The target that was set for another version of the KPI, where none was for this one."""
        return None if self.of(reading) else next(self._found(reading), None)

    def _found(self, reading: KpiReading) -> Iterator[Target]:
        questions = [reading.question]
        if reading.question == reading.kpi.question_code:
            questions.append("")
        for period in _codes(reading.period):
            for question in questions:
                if found := self._by_key.get((reading.kpi.code, question, reading.unit.pk, period)):
                    yield found


def _codes(period: Period) -> list[str]:
    return [period.code, period.code[:4]] if period.is_month else [period.code]
