"""What was told of periods that are over, kept: a value that comes out otherwise later is a new row beside the old one.

Answers and events may come late, be taken away, counted at another touchpoint or unit. The page and the API read the
value as it is now; `journeys/insight/corrections.py` says beside it what was told before.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db import connection, transaction

from cxprogram.models import OrgUnit, Program
from cxprogram.periods import Period, parse
from journeys.kpis import cells, counted, questions, registry
from journeys.kpis.definitions import Definitions
from journeys.kpis.registry import KpiError, KpiQuery, KpiReading
from journeys.models import Kpi, KpiValue, Touchpoint

log = logging.getLogger(__name__)

_LOCK = 0x6B7069  # "kpi"


@dataclass(frozen=True)
class Series:
    """One KPI, of one question where it is asked; `periods` are those that are over and may hold something."""

    kpi: Kpi
    question: str
    periods: tuple[Period, ...]

    @property
    def is_counted(self) -> bool:
        return counted.counted(self.kpi) is not None


def keep_all(programs: Iterable[Program], *, at: datetime) -> int:
    return sum(keep(program, at=at) for program in programs)


def keep(program: Program, *, at: datetime) -> int:
    """Write down every value that was not told before, or that is no longer what was; how many. Twice changes nothing.

    All versions, all units; the years and months that are over.
    """
    units = list(OrgUnit.objects.filter(program=program))
    kept = 0
    for series in _series(program, at):
        try:
            kept += _keep(program, series, units, at)
        except KpiError:
            log.exception("%s cannot be read", series.kpi)
    return kept


def _series(program: Program, at: datetime) -> Iterator[Series]:
    kpis = list(Kpi.objects.filter(program=program).select_related("program").order_by("pk"))
    asked = [(kpi, kpi.question_code) for kpi in kpis if kpi.question_code]
    try:
        rated = Definitions(program).touchpoints
    except KpiError:  # no KPI is a mean: touchpoints have no values
        pass
    else:
        points = Touchpoint.objects.in_use().filter(program=program).exclude(question_code="").order_by("pk")
        asked += [(rated, code) for code in points.values_list("question_code", flat=True)]
    facts = questions.facts(program, {code for _kpi, code in asked})
    told: dict[tuple[int, str], set[int]] = defaultdict(set)  # of what was taken away nothing is left to be found
    for kpi_id, code, period in KpiValue.objects.filter(program=program).series():
        told[kpi_id, code].add(int(period[:4]))
    for kpi, code in dict.fromkeys(asked):
        if code in facts and (kpi.collector != "mean" or facts[code].scale):
            yield Series(kpi, code, tuple(_over(told[kpi.pk, code].union(facts[code].years), program, at)))
    for kpi in kpis:
        if counted.counted(kpi) is not None:
            years = told[kpi.pk, ""].union(cells.facts(program, kpi).years)
            yield Series(kpi, "", tuple(_over(years, program, at)))


def _over(years: Iterable[int], program: Program, at: datetime) -> Iterator[Period]:
    for year in sorted(years):
        for code in (f"{year:04}", *(f"{year:04}-{month:02}" for month in range(1, 13))):
            if over_at(period := parse(code), program) <= at:
                yield period


def over_at(period: Period, program: Program) -> datetime:
    """The first moment after the period. What was told before it was told of a part."""
    return datetime.combine(period.end + timedelta(days=1), time(), tzinfo=program.zone)


def _keep(program: Program, series: Series, units: Sequence[OrgUnit], at: datetime) -> int:
    if not series.periods:
        return 0
    weights = (False,) if series.is_counted else (False, True)
    queries = [
        KpiQuery(series.kpi, unit, period, series.question, weighted=weighted)
        for unit in units
        for period in series.periods
        for weighted in weights
    ]
    over = {period.code: over_at(period, program) for period in series.periods}
    with transaction.atomic():
        with connection.cursor() as cursor:  # of two workers the second finds what the first one wrote
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, series.kpi.pk])
        told = {
            (row.unit_id, row.period, row.is_weighted): row
            for row in KpiValue.objects.filter(kpi=series.kpi, question_code=series.question).oldest_first()
            if row.period in over and row.computed_at >= over[row.period]
        }
        new = [
            row_of(program, reading, at=at)
            for reading in registry.read(program, queries)
            if _is_new(reading, told.get((reading.unit.pk, reading.period.code, reading.weighted)))
        ]
        KpiValue.objects.bulk_create(new, batch_size=5_000)
    return len(new)


def _is_new(reading: KpiReading, told: KpiValue | None) -> bool:
    """Whether the reading is to be written down.

    - what was told was another value;
    - or nothing was told and there is something: of weighted values only where there are weights.
    """
    if told is not None:
        return not is_same(reading, told)
    is_weightless = reading.weighted and reading.kish_deff in (None, 1.0)
    return (bool(reading.n) or reading.suppressed) and not is_weightless


def is_same(reading: KpiReading, told: KpiValue) -> bool:
    """Whether the row says what the reading says; sums of fractions in another order are the same."""
    if reading.suppressed or told.is_suppressed:
        return reading.suppressed == told.is_suppressed
    now, then = (reading.value, reading.low, reading.high), (told.value, told.low, told.high)
    return (reading.n or 0) == (told.n or 0) and all(_is_close(a, b) for a, b in zip(now, then, strict=True))


def _is_close(first: float | None, second: float | None) -> bool:
    if first is None or second is None:
        return first is second
    return abs(first - second) <= 1e-9 * max(1.0, abs(first), abs(second))


def row_of(program: Program, reading: KpiReading, *, at: datetime) -> KpiValue:
    return KpiValue(
        program=program,
        kpi=reading.kpi,
        question_code=reading.question,
        unit=reading.unit,
        period=reading.period.code,
        is_weighted=reading.weighted,
        value=reading.value,
        low=reading.low,
        high=reading.high,
        n=reading.n,
        is_suppressed=reading.suppressed,
        method=reading.method,
        computed_at=at,
    )
