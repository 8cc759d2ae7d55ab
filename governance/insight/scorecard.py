"""The scorecard: every headline KPI at every unit against its target, and which units stand apart from the rest."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from cxprogram.access import Right, can
from cxprogram.models import OrgUnit, Program
from cxprogram.periods import Period
from cxprogram.stats import estimate
from cxprogram.stats.estimate import Estimate, Verdict
from journeys.insight.headline import KpiTile, build_headline
from journeys.insight.targets import Target, Targets
from journeys.insight.units import UnitTable, build_units
from journeys.kpis import registry
from journeys.kpis.registry import KpiQuery, KpiReading
from journeys.models import Kpi


def verdict_of(reading: KpiReading, target: Target | None) -> Verdict | None:
    """What the interval says about the target; None without a target or without a value that may be shown."""
    if target is None or reading.suppressed or reading.value is None or reading.n is None:
        return None
    held = Estimate(
        value=reading.value,
        low=reading.low,
        high=reading.high,
        n=reading.n,
        n_eff=reading.n_eff or 0.0,
        kish_deff=reading.kish_deff,
        method=reading.method,
        se=None,
    )
    return estimate.verdict(held, target.value, higher_is_better=reading.kpi.higher_is_better)


@dataclass(frozen=True)
class Score:
    """One KPI at one unit."""

    reading: KpiReading
    target: Target | None

    @property
    def verdict(self) -> Verdict | None:
        return verdict_of(self.reading, self.target)


@dataclass(frozen=True)
class UnitScores:
    """One unit's row: a score per KPI, in the order of the scorecard's KPIs."""

    unit: OrgUnit
    scores: tuple[Score, ...]

    def of(self, kpi: Kpi) -> Score:
        return next(score for score in self.scores if score.reading.kpi.pk == kpi.pk)


@dataclass(frozen=True)
class Scorecard:
    """The scorecard of one unit and its direct parts in one period.

    tiles    the KPIs of the whole, with target and change since `compare`
    rows     the units below, KPI by KPI
    apart    the chosen KPI at these units, each against all the others; None where there is nothing below
    """

    program: Program
    unit: OrgUnit
    period: Period
    compare: Period | None
    comparisons: int
    tiles: tuple[KpiTile, ...]
    rows: tuple[UnitScores, ...]
    apart: UnitTable | None

    @property
    def kpis(self) -> tuple[Kpi, ...]:
        return tuple(tile.kpi for tile in self.tiles)

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """The verdict of every score that has a target, those of the whole included."""
        return tuple(found for found in self._all() if found is not None)

    def _all(self) -> Iterator[Verdict | None]:
        yield from (verdict_of(tile.reading, tile.target) for tile in self.tiles)
        yield from (score.verdict for row in self.rows for score in row.scores)


def build_scorecard(
    program: Program, unit: OrgUnit, period: Period | None = None, *, kpi: str = "", user: Any = None
) -> Scorecard:
    """Read the scorecard; a constant number of queries.

    - without `period` it is the program's default wave;
    - units below are those that the user may see the scorecard of (all of them without a user);
    - `kpi` names the KPI by which the units are held against each other, by default that of loyalty.
    """
    head = build_headline(program, unit, period)
    kpis = [tile.kpi for tile in head.tiles]
    below = [
        child
        for child in OrgUnit.objects.filter(program=program, parent=unit).order_by("code")
        if user is None or can(user, Right.SEE_SCORECARD, program=program, unit=child)
    ]
    readings = registry.read(program, [KpiQuery(each, child, head.period) for child in below for each in kpis])
    targets = Targets(program, below, [head.period])
    rows = tuple(
        UnitScores(
            child,
            tuple(
                Score(reading, targets.of(reading)) for reading in readings[place * len(kpis) : (place + 1) * len(kpis)]
            ),
        )
        for place, child in enumerate(below)
    )
    chosen = next((each for each in kpis if each.code == (kpi or program.loyalty_kpi)), None) or next(iter(kpis), None)
    return Scorecard(
        program=program,
        unit=unit,
        period=head.period,
        compare=head.compare,
        comparisons=head.comparisons,
        tiles=head.tiles,
        rows=rows,
        apart=_apart(program, chosen, unit, head.period, {child.pk for child in below}) if chosen and below else None,
    )


def _apart(program: Program, kpi: Kpi, unit: OrgUnit, period: Period, seen: set[int]) -> UnitTable:
    """Every unit counts in the correction; only those that may be seen are handed on."""
    table = build_units(program, kpi, unit, period)
    return replace(table, rows=tuple(row for row in table.rows if row.unit.pk in seen))
