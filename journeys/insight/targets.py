"""Targets for readings: those of the unit and the period, else of the year that holds the month."""

from collections.abc import Iterable
from dataclasses import dataclass

from cxprogram.models import OrgUnit, Program
from cxprogram.periods import Period
from journeys.kpis.registry import KpiReading
from journeys.models import KpiTarget


@dataclass(frozen=True)
class Target:
    value: float
    basis: str
    is_illustrative: bool


class Targets:
    """The targets in force of some units and periods, read in one query."""

    def __init__(self, program: Program, units: Iterable[OrgUnit], periods: Iterable[Period]) -> None:
        codes = {code for period in periods for code in _codes(period)}
        rows = KpiTarget.objects.in_force().filter(program=program, unit__in=list(units), period__in=codes)
        self._by_key = {
            (row.kpi_code, row.question_code, row.unit_id, row.period): Target(
                float(row.value), row.basis, row.is_illustrative
            )
            for row in rows
        }

    def of(self, reading: KpiReading) -> Target | None:
        """The target that this reading is held against."""
        questions = [reading.question]
        if reading.question == reading.kpi.question_code:
            questions.append("")
        for period in _codes(reading.period):
            for question in questions:
                if found := self._by_key.get((reading.kpi.code, question, reading.unit.pk, period)):
                    return found
        return None


def _codes(period: Period) -> list[str]:
    return [period.code, period.code[:4]] if period.is_month else [period.code]
