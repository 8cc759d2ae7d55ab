"""All journeys of a program at a glance: which opens into which, and each in a few numbers."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cxprogram.models import OrgUnit, Program
from cxprogram.periods import Period
from journeys.analytics.rollup import Part, Rollup, roll_up
from journeys.choices import Aspect, JourneyLevel, Truth
from journeys.insight import waves
from journeys.insight.expected import expectations
from journeys.insight.waves import Waves
from journeys.kpis import registry
from journeys.kpis.definitions import Definitions
from journeys.kpis.registry import KpiQuery, KpiReading
from journeys.models import Journey, Kpi, Touchpoint

LEVELS = tuple(JourneyLevel)


@dataclass(frozen=True)
class JourneySummary:
    """One journey in one period: what stands on its map, how much of it is measured, and the mean of that."""

    journey: Journey
    touchpoints: int
    measured: int
    pains: int
    truths: int
    rollup: Rollup


@dataclass(frozen=True)
class Branch:
    """One journey in the tree; `through` is the touchpoint that opens into it."""

    summary: JourneySummary
    through: Touchpoint | None
    parts: tuple["Branch", ...]

    @property
    def journeys(self) -> frozenset[int]:
        """This journey and all below it."""
        return frozenset({self.summary.journey.pk}).union(*(part.journeys for part in self.parts))


@dataclass(frozen=True)
class Overview:
    """`scale` is that of the touchpoints that the means are made of."""

    kpi: Kpi
    unit: OrgUnit
    period: Period
    waves: Waves
    scale: tuple[int, int] | None
    summaries: Mapping[int, JourneySummary]
    touchpoints: tuple[Touchpoint, ...]

    @property
    def branches(self) -> tuple[Branch, ...]:
        """The journeys that no other opens, life cycles first, each with what it opens into."""
        doors = defaultdict(list)
        for point in self.touchpoints:
            if point.opens_id in self.summaries and point.opens_id != point.stage.journey_id:
                doors[point.stage.journey_id].append(point)
        opened = {point.opens_id for points in doors.values() for point in points}
        rows = sorted(
            self.summaries.values(),
            key=lambda row: (row.journey.pk in opened, LEVELS.index(row.journey.level), row.journey.pk),
        )
        found: list[Branch] = []
        listed: set[int] = set()
        for row in rows:
            # One that is opened comes by its door, unless it stands in a ring that nothing else leads into.
            if row.journey.pk not in listed:
                found.append(self._branch(row, None, doors, ()))
                listed |= found[-1].journeys
        return tuple(found)

    def _branch(
        self,
        summary: JourneySummary,
        through: Touchpoint | None,
        doors: Mapping[int, Sequence[Touchpoint]],
        above: tuple[int, ...],
    ) -> Branch:
        here = (*above, summary.journey.pk)
        return Branch(
            summary,
            through,
            tuple(
                self._branch(self.summaries[opened], point, doors, here)
                for point in doors.get(summary.journey.pk, ())
                if (opened := point.opens_id) is not None and opened not in here
            ),
        )


def overview(program: Program, unit: OrgUnit, period: Period | None = None) -> Overview:
    """Read all journeys of the program; a constant number of queries. Without `period` it is the default wave.

    Raises KpiError (`kpi-unknown`) without a KPI that is a mean.
    """
    definitions = Definitions(program)
    journeys = list(Journey.objects.on_map().filter(program=program).order_by("pk"))
    touchpoints = list(
        Touchpoint.objects.on_map()
        .filter(stage__retired_at=None, stage__journey__in=journeys)
        .select_related("stage")
        .order_by("stage__journey_id", "stage__position", "position")
    )
    known = waves.find(program, definitions, touchpoints, also=[each.expectation_question for each in touchpoints])
    period = period or known.default
    now, asked = _read(definitions, known, unit, period, touchpoints)
    scales: dict[str, Any] = {code: known.scale(code) for code in known.facts}
    missed = {pk for pk, found in expectations(touchpoints, period, now, asked, scales).items() if found.is_missed}
    used = [known.scale(each.question_code) for each in touchpoints if each.pk in now]
    scale = max(sorted(set(used), key=str), key=used.count) if used else None
    by_journey: dict[int, list[Touchpoint]] = {journey.pk: [] for journey in journeys}
    for point in touchpoints:
        by_journey[point.stage.journey_id].append(point)

    def part(point: Touchpoint) -> Part:
        is_same = point.aspect in ("", Aspect.QUALITY) and known.scale(point.question_code) == scale
        return Part(now[point.pk].value if point.pk in now and is_same else None, point.opens_id)

    means = roll_up({pk: [part(point) for point in points] for pk, points in by_journey.items()})
    return Overview(
        kpi=definitions.touchpoints,
        unit=unit,
        period=period,
        waves=known,
        scale=scale,
        summaries={
            journey.pk: JourneySummary(
                journey=journey,
                touchpoints=len(points := by_journey[journey.pk]),
                measured=sum(each.pk in now and now[each.pk].value is not None for each in points),
                pains=sum(each.pk in missed for each in points),
                truths=sum(each.truth != Truth.NO for each in points),
                rollup=means[journey.pk],
            )
            for journey in journeys
        },
        touchpoints=tuple(touchpoints),
    )


def _read(
    definitions: Definitions, known: Waves, unit: OrgUnit, period: Period, touchpoints: Sequence[Touchpoint]
) -> tuple[dict[int, KpiReading], dict[int, KpiReading]]:
    """Experience and expectation of the touchpoints that a question measures, in one call of the registry."""
    kpi = definitions.touchpoints
    queries: dict[tuple[str, int], KpiQuery] = {}
    for each in touchpoints:
        if known.scale(each.question_code):
            queries["now", each.pk] = KpiQuery(kpi, unit, period, each.question_code, each.code)
            if known.scale(each.expectation_question):
                queries["expected", each.pk] = KpiQuery(kpi, unit, period, each.expectation_question, each.code)
    found = dict(zip(queries, registry.read(definitions.program, list(queries.values())), strict=True))
    return (
        {pk: reading for (what, pk), reading in found.items() if what == "now"},
        {pk: reading for (what, pk), reading in found.items() if what == "expected"},
    )
