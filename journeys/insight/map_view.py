"""What the map of a journey shows: its stages and touchpoints in one period, at one unit."""

from dataclasses import dataclass
from functools import cached_property

from cxprogram import figures
from cxprogram.models import OrgUnit, Program
from cxprogram.periods import Period
from journeys import truth_words
from journeys.analytics.competitors import Standing
from journeys.analytics.evidence import Grade
from journeys.choices import Aspect, Channel, Truth
from journeys.insight.competitors import SURE
from journeys.insight.expected import Expected
from journeys.insight.journey_tree import JourneySummary
from journeys.insight.problems import StageProblems
from journeys.insight.sources import Sources
from journeys.insight.strongest import Driver
from journeys.insight.targets import Target
from journeys.insight.waves import Waves
from journeys.kpis.changes import Change
from journeys.kpis.registry import KpiReading
from journeys.models import Finding, Journey, Kpi, Persona, Stage, Touchpoint

DRAWN_PAINS = 3


@dataclass(frozen=True)
class MapTouchpoint:
    """One touchpoint on the map.

    number      its place among the measured ones; None for a hole
    reading     None for a hole: no question measures it
    change      against the compare period; None where nothing can be compared
    pain_rank   1 for the widest gap among those whose whole interval lies below the expectation
    opened      the journey that it opens into, in a few numbers
    problems    how often its own problems were named; None when fewer than may be shown
    """

    touchpoint: Touchpoint
    reading: KpiReading | None
    is_same_question: bool
    target: Target | None
    expectation: Expected | None
    responsible: str
    problems: int | None
    sources: Sources
    grade: Grade = "assumed"
    standing: Standing | None = None
    findings: tuple[Finding, ...] = ()
    change: Change | None = None
    opened: JourneySummary | None = None
    number: int | None = None
    pain_rank: int | None = None

    @property
    def label(self) -> str:
        return self.touchpoint.label

    @property
    def is_hole(self) -> bool:
        return self.reading is None

    @property
    def value(self) -> float | None:
        return self.reading.value if self.reading else None

    @property
    def gap(self) -> float | None:
        """Experience minus expectation: negative for a pain point."""
        return self.expectation.gap if self.expectation else None

    @property
    def ahead(self) -> float | None:
        """How sure it is that we are ahead of all others here, if it is sure enough to say so."""
        return self.standing.ahead if self.standing and self.standing.ahead >= SURE else None

    @property
    def channels(self) -> tuple[str, ...]:
        return tuple(str(Channel(code).label) for code in self.touchpoint.channels if code in Channel.values)

    @property
    def streams(self) -> tuple[str, ...]:
        """The names of what tells of it."""
        return self.sources.of(self.touchpoint)

    @property
    def is_truth(self) -> bool:
        return self.touchpoint.truth != Truth.NO

    @property
    def is_proposed(self) -> bool:
        return self.touchpoint.truth == Truth.PROPOSED

    @property
    def why(self) -> str:
        """Why it is a moment of truth, or was proposed as one."""
        return truth_words.why(self.touchpoint)

    @property
    def asks(self) -> str:
        """What the question asks where it is not the quality, else nothing."""
        return "" if self.touchpoint.aspect in ("", Aspect.QUALITY) else str(self.touchpoint.get_aspect_display())

    @property
    def mark(self) -> figures.Change | None:
        """The change as it is drawn; None unless it survives correction over all touchpoints compared."""
        if self.change is None or not self.change.is_marked:
            return None
        kind = figures.kind_of(self.change.reading.kpi)
        return figures.Change(self.change.direction, self.change.delta, self.change.against.period.label, kind)

    @property
    def is_drawn_pain(self) -> bool:
        return self.pain_rank is not None and self.pain_rank <= DRAWN_PAINS


@dataclass(frozen=True)
class MapStage:
    stage: Stage
    touchpoints: tuple[MapTouchpoint, ...]
    problems: StageProblems | None
    grade: Grade = "assumed"
    findings: tuple[Finding, ...] = ()

    @property
    def label(self) -> str:
        return self.stage.label

    @property
    def measured(self) -> tuple[MapTouchpoint, ...]:
        return tuple(each for each in self.touchpoints if not each.is_hole)


@dataclass(frozen=True)
class Figure:
    """One KPI of the whole beside the map."""

    reading: KpiReading
    target: Target | None
    scale: tuple[int, int] | None

    @property
    def is_lower_better(self) -> bool:
        return not self.reading.kpi.higher_is_better


@dataclass(frozen=True)
class MapView:
    """One map. `comparisons` is the size of the family that the changes were corrected over."""

    program: Program
    journey: Journey
    unit: OrgUnit
    period: Period
    compare: Period | None
    kpi: Kpi
    stages: tuple[MapStage, ...]
    overall: Figure | None
    loyalty: Figure | None
    comparisons: int
    question_scale: tuple[int, int] | None
    bar_scale: tuple[float, float] | None
    problems_named: int | None
    problems_placed: int | None
    drivers: tuple[Driver, ...]
    waves: Waves
    may_define: bool
    grade: Grade = "assumed"
    personas: tuple[Persona, ...] = ()
    opened_from: Touchpoint | None = None
    findings: tuple[Finding, ...] = ()

    @cached_property
    def touchpoints(self) -> tuple[MapTouchpoint, ...]:
        return tuple(each for stage in self.stages for each in stage.touchpoints)

    @cached_property
    def measured(self) -> tuple[MapTouchpoint, ...]:
        return tuple(each for each in self.touchpoints if not each.is_hole)

    @cached_property
    def comparable(self) -> tuple[MapTouchpoint, ...]:
        """The touchpoints that share one question and have a value, lowest first."""
        found = [each for each in self.measured if each.is_same_question and each.value is not None]
        return tuple(sorted(found, key=lambda each: each.value or 0.0))

    @property
    def pains(self) -> tuple[MapTouchpoint, ...]:
        """Pain points, the widest gap first."""
        found = [each for each in self.measured if each.pain_rank is not None]
        return tuple(sorted(found, key=lambda each: each.pain_rank or 0))

    @property
    def moved(self) -> tuple[MapTouchpoint, ...]:
        """What has changed beyond chance, the largest step first."""
        found = [each for each in self.measured if each.change is not None and each.change.is_marked]
        return tuple(sorted(found, key=lambda each: -abs((each.change and each.change.delta) or 0.0)))

    @property
    def is_illustrative(self) -> bool:
        return any(each.target is not None and each.target.is_illustrative for each in self.measured)

    @property
    def has_proposed(self) -> bool:
        """Whether a moment of truth waits for a person's word."""
        return any(each.is_proposed for each in self.touchpoints)

    @property
    def has_lead(self) -> bool:
        """Whether we are ahead of all competitors somewhere."""
        return any(each.ahead is not None for each in self.touchpoints)

    @property
    def expectations(self) -> tuple[Expected, ...]:
        return tuple(each.expectation for each in self.measured if each.expectation is not None)
