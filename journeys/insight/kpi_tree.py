"""All KPIs of a program as the tree that they are: what belongs to what, and how each of them stands."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cxprogram.models import OrgUnit
from cxprogram.periods import Period
from journeys.choices import KpiLevel
from journeys.insight.targets import Target, Targets
from journeys.insight.waves import Waves
from journeys.kpis import counted, registry
from journeys.kpis.changes import Change, compare
from journeys.kpis.definitions import Definitions
from journeys.kpis.registry import KpiError, KpiQuery, KpiReading
from journeys.models import Kpi

LEVELS = [level.value for level in KpiLevel]


@dataclass(frozen=True)
class Branch:
    """One KPI in its place. `above` is the KPI that it is a part of; `reading` is None where it cannot be read."""

    kpi: Kpi
    above: Kpi | None
    depth: int
    reading: KpiReading | None
    target: Target | None
    change: Change | None


@dataclass(frozen=True)
class Tree:
    """The KPIs of one unit and period, from the whole down; `comparisons` of all steps since `before` together."""

    unit: OrgUnit
    period: Period
    before: Period | None
    branches: tuple[Branch, ...]
    comparisons: int


def build_tree(definitions: Definitions, known: Waves, unit: OrgUnit, period: Period) -> Tree:
    """Read every KPI in force in the period and the one before; a constant number of queries."""
    before = known.before(period) or period.previous()
    places = list(_places(list(definitions.by_code.values())))
    kpis = [
        kpi for kpi, _above, _depth in places if counted.counted(kpi) is not None or kpi.question_code in known.facts
    ]
    now = _read(definitions, kpis, unit, period)
    then = _read(definitions, kpis, unit, before) if before else {}
    both = [code for code in now if code in then]
    steps = dict(zip(both, compare([(now[code], then[code]) for code in both]), strict=True))
    targets = Targets(definitions.program, [unit], [period])
    return Tree(
        unit=unit,
        period=period,
        before=before,
        branches=tuple(
            Branch(
                kpi=kpi,
                above=above,
                depth=depth,
                reading=now.get(kpi.code),
                target=targets.of(now[kpi.code]) if kpi.code in now else None,
                change=steps.get(kpi.code),
            )
            for kpi, above, depth in places
        ),
        comparisons=next((step.comparisons for step in steps.values() if step), 0),
    )


def _read(definitions: Definitions, kpis: Sequence[Kpi], unit: OrgUnit, period: Period) -> dict[str, KpiReading]:
    """The readings by code. One definition that cannot be read does not take the others off the page."""
    queries = [KpiQuery(kpi, unit, period) for kpi in kpis]
    try:
        return {reading.kpi.code: reading for reading in registry.read(definitions.program, queries)}
    except KpiError:
        if len(kpis) <= 1:
            return {}
        return {code: reading for kpi in kpis for code, reading in _read(definitions, [kpi], unit, period).items()}


def _places(kpis: Sequence[Kpi]) -> Iterator[tuple[Kpi, Kpi | None, int]]:
    """Each KPI with the one above it and its depth: parts follow their whole, the whole program comes first."""
    by_code = {kpi.code: kpi for kpi in kpis}
    parts: dict[str, list[Kpi]] = defaultdict(list)
    for kpi in sorted(kpis, key=lambda kpi: (LEVELS.index(kpi.level), kpi.pk)):
        parts[kpi.parent_code if kpi.parent_code in by_code else ""].append(kpi)

    def below(code: str, depth: int) -> Iterator[tuple[Kpi, Kpi | None, int]]:
        for kpi in parts.pop(code, []):
            yield kpi, by_code.get(code), depth
            yield from below(kpi.code, depth + 1)

    yield from below("", 0)
