"""One KPI at the units below one unit: each against the rest."""

from dataclasses import dataclass, replace
from typing import Any

from cxprogram.access import Right, grants
from cxprogram.models import OrgUnit, Program
from cxprogram.periods import Period
from journeys.insight.targets import Target, Targets
from journeys.kpis import cells, registry
from journeys.kpis.changes import Change, compare
from journeys.kpis.registry import KpiQuery, KpiReading, collector_of
from journeys.models import Kpi


@dataclass(frozen=True)
class UnitRow:
    """One unit. `change` compares it with all the others together, whose value is `rest`."""

    unit: OrgUnit
    reading: KpiReading
    weighted: KpiReading
    target: Target | None
    rest: float | None
    change: Change | None


@dataclass(frozen=True)
class UnitTable:
    """The units below `unit`, in their own order; `whole` is their total, the unit's own answers included."""

    kpi: Kpi
    question: str
    unit: OrgUnit
    period: Period
    whole: KpiReading
    rows: tuple[UnitRow, ...]
    comparisons: int

    @property
    def marked(self) -> tuple[UnitRow, ...]:
        return tuple(row for row in self.rows if row.change is not None and row.change.is_marked)


def build_units(
    program: Program, kpi: Kpi, unit: OrgUnit, period: Period, *, question: str = "", user: Any = None
) -> UnitTable:
    """Read the units just below `unit` that the user may see (all of them without a user); four queries and targets.

    "The rest" is the total's counts less the unit's, so the two sides share nobody. All comparisons are one family.
    """
    below = [
        child
        for child in OrgUnit.objects.filter(program=program, parent=unit).order_by("code")
        if user is None or _may_see(user, program, child)
    ]
    queries = [KpiQuery(kpi, each, period, question) for each in (unit, *below)]
    queries += [KpiQuery(kpi, each, period, question, weighted=True) for each in below]
    whole, *found = registry.read(program, queries)
    readings, weighted = found[: len(below)], found[len(below) :]
    rests = [_rest(whole, reading) for reading in readings]
    pairs = [(reading, rest or replace(whole, value=None)) for reading, rest in zip(readings, rests, strict=True)]
    changes = compare(pairs)
    targets = Targets(program, below, [period])
    rows = tuple(
        UnitRow(each, reading, w, targets.of(reading), rest.value if rest else None, change)
        for each, reading, w, rest, change in zip(below, readings, weighted, rests, changes, strict=True)
    )
    return UnitTable(
        kpi=kpi,
        question=whole.question,
        unit=unit,
        period=period,
        whole=whole,
        rows=rows,
        comparisons=next((change.comparisons for change in changes if change), 0),
    )


def _may_see(user: Any, program: Program, unit: OrgUnit) -> bool:
    return any(
        grant.program_id == program.pk and grant.gives(Right.SEE_SCORES) and unit.path.startswith(grant.unit_path)
        for grant in grants(user)
    )


def _rest(whole: KpiReading, part: KpiReading) -> KpiReading | None:
    """Everyone of the whole but the part; None when either is hidden or nobody is left."""
    if whole.suppressed or part.suppressed or part.value is None:
        return None
    if whole.sums is not None and part.sums is not None:
        return replace(whole, value=cells.rest(whole, part).value, sums=whole.sums - part.sums, low=None, high=None)
    counts = {code: n - part.counts.get(code, 0) for code, n in whole.counts.items()}
    n = sum(counts.values())
    if n == 0:
        return None
    rest = replace(whole, counts=counts, missing={}, n=n, low=None, high=None, n_eff=None, kish_deff=None, rows=None)
    delta = collector_of(part.kpi).differ(part, rest).delta
    return None if delta is None else replace(rest, value=part.value - delta)
