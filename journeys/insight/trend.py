"""One KPI through time: its value in every wave, and which steps are larger than chance."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from cxprogram.models import OrgUnit, Program
from cxprogram.periods import Period, parse
from journeys.insight.targets import Target, Targets
from journeys.kpis import registry
from journeys.kpis.changes import Change, compare
from journeys.kpis.questions import QuestionFacts
from journeys.kpis.registry import KpiQuery, KpiReading
from journeys.models import Kpi


@dataclass(frozen=True)
class TrendPoint:
    """One period of a trend.

    weighted   the same with survey weights
    before     the period that `change` compares with; None for the first wave
    change     None where nothing can be compared: the first wave, a suppressed side
    """

    reading: KpiReading
    weighted: KpiReading
    target: Target | None
    before: Period | None
    change: Change | None

    @property
    def period(self) -> Period:
        return self.reading.period

    @property
    def is_first(self) -> bool:
        return self.before is None


@dataclass(frozen=True)
class Trend:
    """The points of a KPI, oldest first. `total` is everything together, read only when asked for.

    `foreign` are targets of these periods that were set for another version of the KPI.
    """

    kpi: Kpi
    question: QuestionFacts
    unit: OrgUnit
    points: tuple[TrendPoint, ...]
    total: TrendPoint | None
    comparisons: int
    foreign: tuple[Target, ...]

    def at(self, period: Period) -> TrendPoint | None:
        points = (*self.points, self.total) if self.total else self.points
        return next((point for point in points if point.period.code == period.code), None)

    @property
    def shown(self) -> tuple[TrendPoint, ...]:
        """The points that have a value."""
        return tuple(point for point in self.points if point.reading.value is not None)

    @property
    def marked(self) -> tuple[TrendPoint, ...]:
        """The steps that survive correction over all steps of the trend."""
        return tuple(point for point in self.points if point.change is not None and point.change.is_marked)


def build_trend(
    program: Program,
    kpi: Kpi,
    unit: OrgUnit,
    *,
    question: QuestionFacts,
    focus: Period | None = None,
) -> Trend:
    """Read the KPI in every calendar year with answers; a constant number of queries.

    With `focus` a month, the months of that year are read instead; with `focus` everything, the years and their total.
    The yearly (or monthly) steps are one family, corrected together; a step over a changed wording is no step.
    """
    periods = _periods(question, focus)
    waves = [*periods, focus] if focus and focus.code == "all" else periods
    queries = [KpiQuery(kpi, unit, period, question.code, weighted=w) for w in (False, True) for period in waves]
    found = registry.read(program, queries)
    readings = list(zip(found[: len(waves)], found[len(waves) :], strict=True))
    total = readings.pop() if len(waves) > len(periods) else None
    if focus and focus.is_month:
        readings = [pair for pair in readings if pair[0].suppressed or pair[0].rows]
    targets = Targets(program, [unit], waves)
    steps = _compare_within_wordings(question, [(now, before) for (before, _b), (now, _n) in pairwise(readings)])
    points = _points(readings, [None, *steps], targets)
    return Trend(
        kpi=kpi,
        question=question,
        unit=unit,
        points=points,
        total=TrendPoint(*total, targets.of(total[0]), None, None) if total else None,
        comparisons=next((step.comparisons for step in steps if step), 0),
        foreign=tuple(dict.fromkeys(aim for pair in readings if (aim := targets.of_another(pair[0])))),
    )


def _compare_within_wordings(
    question: QuestionFacts, pairs: Sequence[tuple[KpiReading, KpiReading]]
) -> list[Change | None]:
    same = [pair for pair in pairs if question.revision(pair[0].period) == question.revision(pair[1].period)]
    found = iter(compare(same))
    return [next(found) if pair in same else None for pair in pairs]


def _periods(question: QuestionFacts, focus: Period | None) -> list[Period]:
    if focus and focus.is_month:
        return [parse(f"{focus.code[:4]}-{month:02}") for month in range(1, 13)]
    return question.periods


def _points(
    readings: Sequence[tuple[KpiReading, KpiReading]], steps: Sequence[Change | None], targets: Targets
) -> tuple[TrendPoint, ...]:
    before: Period | None = None
    points = []
    for (reading, weighted), step in zip(readings, steps, strict=False):
        points.append(TrendPoint(reading, weighted, targets.of(reading), before, step))
        before = reading.period
    return tuple(points)
