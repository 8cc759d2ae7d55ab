"""What was told of a period before the value that stands there now."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from cxprogram.models import Program
from cxprogram.periods import Period
from journeys.kpis.registry import KpiReading
from journeys.models import KpiValue
from journeys.services import kpi_values


@dataclass(frozen=True)
class Correction:
    """One value of a period that is over gave way to another. None: hidden then, or nothing was there."""

    period: Period
    at: datetime
    before: float | None
    before_n: int | None
    after: float | None
    after_n: int | None


def of(program: Program, readings: Sequence[KpiReading]) -> list[list[Correction]]:
    """The corrections of each reading, oldest first; one query. A hidden value tells nothing of earlier ones.

    A value that differs from the newest one told is a correction of the moment at which it was computed.
    """
    rows = KpiValue.objects.filter(
        kpi__in={reading.kpi.pk for reading in readings},
        unit__in={reading.unit.pk for reading in readings},
        period__in={reading.period.code for reading in readings},
        question_code__in={reading.question for reading in readings},
    )
    told: dict[tuple, list[KpiValue]] = defaultdict(list)
    for row in rows.oldest_first():
        told[row.kpi_id, row.unit_id, row.period, row.question_code, row.is_weighted].append(row)
    return [_corrections(program, reading, told[_key(reading)]) for reading in readings]


def _key(reading: KpiReading) -> tuple:
    return reading.kpi.pk, reading.unit.pk, reading.period.code, reading.question, reading.weighted


def _corrections(program: Program, reading: KpiReading, told: Sequence[KpiValue]) -> list[Correction]:
    if reading.suppressed:
        return []
    over = kpi_values.over_at(reading.period, program)
    final = [row for row in told if row.computed_at >= over]
    if not final:
        return []
    states = [(row.computed_at, row.value, row.n) for row in final]
    if not kpi_values.is_same(reading, final[-1]):
        states.append((reading.computed_at, reading.value, reading.n))
    return [
        Correction(reading.period, at, before, before_n, after, after_n)
        for (_then, before, before_n), (at, after, after_n) in pairwise(states)
        if (before, before_n) != (after, after_n)
    ]
