"""The few KPIs of the overview: value, target, change since the wave before."""

from dataclasses import dataclass

from cxprogram.models import OrgUnit, Program
from cxprogram.periods import Period
from journeys.insight import waves
from journeys.insight.targets import Target, Targets
from journeys.kpis import changes as kpi_changes
from journeys.kpis import registry
from journeys.kpis.changes import Change
from journeys.kpis.definitions import Definitions
from journeys.kpis.registry import KpiQuery, KpiReading
from journeys.models import Kpi, Touchpoint


@dataclass(frozen=True)
class KpiTile:
    """One KPI of the overview.

    change      against the compare period, corrected over the tiles; None where nothing can be compared
    is_first    nobody was asked before this period
    """

    kpi: Kpi
    reading: KpiReading
    weighted: KpiReading
    target: Target | None
    scale: tuple[int, int] | None
    change: Change | None
    is_first: bool


@dataclass(frozen=True)
class Headline:
    program: Program
    unit: OrgUnit
    period: Period
    compare: Period | None
    tiles: tuple[KpiTile, ...]
    comparisons: int

    @property
    def of_everyone(self) -> tuple[KpiTile, ...]:
        """The numbers by which the whole can be said to stand: not those about a part of the customers."""
        return tuple(tile for tile in self.tiles if tile.kpi.population_id is None)

    def tile(self, code: str) -> KpiTile | None:
        """The tile of the KPI, if it is about everyone."""
        return next((tile for tile in self.of_everyone if tile.kpi.code == code), None)


def build_headline(
    program: Program, unit: OrgUnit, period: Period | None = None, compare: Period | None = None
) -> Headline:
    """Read the program's headline KPIs (`Program.headline_kpis`, four at most); a constant number of queries.

    Without `period` it is the default wave, without `compare` the wave before. A KPI whose question does not exist is
    left out.
    """
    definitions = Definitions(program)
    known = waves.find(program, definitions, Touchpoint.objects.filter(program=program))
    period = period or known.default
    against = compare or known.before(period)
    kpis = [kpi for kpi in definitions.headline if kpi.question_code in known.facts]
    queries = [KpiQuery(kpi, unit, period, weighted=w) for w in (False, True) for kpi in kpis]
    queries += [KpiQuery(kpi, unit, against) for kpi in kpis] if against else []
    found = registry.read(program, queries)
    k = len(kpis)
    now, weighted, before = found[:k], found[k : 2 * k], found[2 * k :]
    changes = _changes(now, before) if against else [None] * k
    targets = Targets(program, [unit], [period])
    tiles = tuple(
        KpiTile(
            kpi=kpi,
            reading=reading,
            weighted=w,
            target=targets.of(reading),
            scale=known.scale(reading.question),
            change=change,
            is_first=period.code != "all" and not _asked_before(known, reading),
        )
        for kpi, reading, w, change in zip(kpis, now, weighted, changes, strict=True)
    )
    comparisons = next((change.comparisons for change in changes if change), 0)
    return Headline(program, unit, period, against, tiles, comparisons)


def _changes(now: list[KpiReading], before: list[KpiReading]) -> list[Change | None]:
    return kpi_changes.compare(list(zip(now, before, strict=True)))


def _asked_before(known: waves.Waves, reading: KpiReading) -> bool:
    facts = known.facts[reading.question]
    return any(year < reading.period.start.year for year in facts.years)
