"""GET /api/v1/paths/ and /api/v1/funnels/: the journeys that customers really make, as their pages tell of them."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from msgspec import Meta

from cxprogram import api_schema
from cxprogram.access import Right, can
from cxprogram.api_base import ApiView, asked_program, asked_unit, reply
from cxprogram.errors import NotFoundError
from cxprogram.models import OrgUnit, Program
from cxprogram.periods import Period, parse
from journeys import asked
from journeys.analytics.funnels import Removal
from journeys.analytics.paths import Spread
from journeys.insight import funnels, paths
from journeys.insight.funnels import FunnelGroup, Step
from journeys.insight.paths import PathStudy
from journeys.models import Journey, Segment

Code = Annotated[str, Meta(description="Code of a touchpoint, or with `by=type` a type of interaction.")]


class Seconds(msgspec.Struct):
    """A time in seconds: the median and the middle half."""

    median: float
    low: float
    high: float
    n: int


class PathVariant(msgspec.Struct):
    """One way through: `coverage` is the share of journeys that went this or a commoner one."""

    steps: list[Code]
    n: int
    share: float
    coverage: float
    seconds: Seconds | None


class PathTransition(msgspec.Struct):
    """From one step directly to the next; `probability` is the share of the first step's events that led there."""

    origin: Code
    target: Code
    n: int
    probability: float
    seconds: Seconds


class StepCount(msgspec.Struct):
    step: Code
    n: int


class PathDeviation(msgspec.Struct):
    """A way not to follow the map, and how journeys with it are rated against the others: an association."""

    kind: Annotated[str, Meta(description="`missing`, `extra`, `repeated` or `out_of_order`.")]
    step: Code
    cases: int
    share: float
    difference: float | None
    low: float | None
    high: float | None
    p_adjusted: Annotated[float | None, Meta(description="Corrected over all deviations (Benjamini-Hochberg).")]


class UnitPaths(msgspec.Struct):
    """What a unit right below made of the journey."""

    unit: str
    suppressed: bool
    cases: int | None
    conforming: float | None
    seconds: Seconds | None


class PathReport(msgspec.Struct):
    """The runs of a journey that began in a period. What would tell of few is left out; `suppressed`: all of it."""

    journey: str
    unit: str
    period: str
    segment: str | None
    suppressed: bool
    cases: int | None
    still_open: Annotated[int | None, Meta(description="May still go on; null where it would tell of few.")]
    n_variants: int | None
    variants: list[PathVariant]
    other_ways: Annotated[int | None, Meta(description="Journeys whose ways are left out.")]
    transitions: list[PathTransition]
    starts: list[StepCount]
    ends: list[StepCount]
    repeated: list[StepCount]
    conforming: Annotated[float | None, Meta(description="The share that goes as the map plans.")]
    deviations: list[PathDeviation]
    seconds: Annotated[Seconds | None, Meta(description="From the first to the last event, of those that ended.")]
    units: Annotated[list[UnitPaths], Meta(description="With `by=unit`.")]
    computed_at: datetime


class FunnelStage(msgspec.Struct):
    """One step; null where a number would tell of few. `could_come_through`: an upper bound for mending the step;
    `more_without`: how many more took all other steps in order and in time, with the interval of their share of those
    who began; null also for the first step and the last."""

    step: Code
    name: str
    reached: int | None
    in_order: int | None
    in_window: int | None
    kept: Annotated[float | None, Meta(description="Of those in the window at the step before.")]
    low: float | None
    high: float | None
    seconds: Annotated[Seconds | None, Meta(description="Since the step before.")]
    could_come_through: float | None
    could_low: float | None
    could_high: float | None
    more_without: int | None
    more_without_low: float | None
    more_without_high: float | None


class FunnelChange(msgspec.Struct):
    """One change to a funnel, and how many more it would bring to the end."""

    change: Annotated[str, Meta(description="`mend` the step, or `remove` it.")]
    step: Code
    gain: float
    low: float
    high: float


class FunnelPart(msgspec.Struct):
    """The funnel of everyone, of a segment, or of what was done at a unit."""

    segment: str | None
    unit: str | None
    suppressed: bool
    conversion: float | None
    stages: list[FunnelStage]
    best: Annotated[
        list[FunnelChange],
        Meta(description="What would help most; several, most first, where chance may be all that parts them."),
    ]


class FunnelReport(msgspec.Struct):
    """How far the runs of a journey came. Those that may still go on count nowhere."""

    journey: str
    unit: str
    period: str
    segment: str | None
    window_days: float | None
    groups: list[FunnelPart]
    computed_at: datetime


PARAMETERS = [
    api_schema.PROGRAM,
    api_schema.parameter("journey", "Code of a journey; without it, the first that somebody made."),
    api_schema.PERIOD,
    api_schema.UNIT,
    api_schema.parameter("segment", "Code of a segment: its customers only."),
]
REFUSALS = {
    400: ("program-missing", "period-unknown", "parameter-invalid", "text-not-storable"),
    404: ("program-unknown", "journey-unknown", "unit-unknown", "segment-unknown"),
}


class PathView(ApiView):
    right = Right.SEE_SCORES

    @api_schema.describe(
        "Read the actual journeys",
        name="paths",
        tag="Journeys",
        description="The ways through a journey that customers really go, computed now, as the page tells of them.",
        parameters=[
            *PARAMETERS,
            api_schema.parameter(
                "by",
                "`type`: the steps are types of interactions; `unit`: with each unit right below; or both, by comma.",
            ),
        ],
        replies={200: PathReport},
        refusals=REFUSALS,
    )
    def get(self, request: Any) -> HttpResponse:
        program, unit, period, segment, journey, at = _asked(request, self.right)
        by = asked.parts(request, "type", "unit")
        study = paths.read_paths(journey, unit, period, at=at, segment=segment, by_type="type" in by)
        compared = paths.compare_units(study, at=at, segment=segment) if "unit" in by else []
        seen = [(each, found) for each, found in compared if _sees(request, program, each)]
        return reply(_paths(study, segment, seen, at))


class FunnelView(ApiView):
    right = Right.SEE_SCORES

    @api_schema.describe(
        "Read a funnel",
        name="funnels",
        tag="Journeys",
        description="How many come to each step for the first time: at all, in order, and within a time.",
        parameters=[
            *PARAMETERS,
            api_schema.parameter(
                "steps", "Codes by comma, in their order; without it, the touchpoints of the map that somebody took."
            ),
            api_schema.parameter("window", "Days from the first step.", type="number"),
            api_schema.parameter(
                "by",
                "`segment`, `unit`: with each of them; `type`: the steps are types of interactions; several by comma.",
            ),
        ],
        replies={200: FunnelReport},
        refusals={**REFUSALS, 400: (*REFUSALS[400], "funnel-steps")},
    )
    def get(self, request: Any) -> HttpResponse:
        program, unit, period, segment, journey, at = _asked(request, self.right)
        window = asked.window(request)
        steps, groups = funnels.read_funnels(
            journey,
            unit,
            period,
            at=at,
            steps=asked.steps(request),
            window_days=window,
            segment=segment,
            by=asked.parts(request, "type", "segment", "unit"),
        )
        report = FunnelReport(
            journey=journey.code,
            unit=unit.code,
            period=period.code,
            segment=segment.code if segment else None,
            window_days=window,
            groups=[
                _funnel(steps, each, program.min_n)
                for each in groups
                if each.unit is None or _sees(request, program, each.unit)
            ],
            computed_at=at,
        )
        return reply(report)


def _asked(request: HttpRequest, right: Right) -> tuple[Program, OrgUnit, Period, Segment | None, Journey, datetime]:
    program = asked_program(request, right)
    unit, period = asked_unit(request, program), parse(request.GET.get("period") or "all")
    journey = asked.journey(request, program)
    if journey is None:
        raise NotFoundError(_("There is no such journey."), code="journey-unknown")
    return program, unit, period, asked.segment(request, program), journey, timezone.now()


def _sees(request: HttpRequest, program: Program, unit: OrgUnit) -> bool:
    return can(request.user, Right.SEE_SCORES, program=program, unit=unit)


def _seconds(found: Spread | None, least: int) -> Seconds | None:
    return Seconds(found.median, found.low, found.high, found.n) if found and found.n >= least else None


def _paths(
    study: PathStudy, segment: Segment | None, compared: list[tuple[OrgUnit, PathStudy | None]], at: datetime
) -> PathReport:
    codes, least, found = study.paths.steps, study.least, study.paths
    return PathReport(
        journey=study.journey.code,
        unit=study.unit.code,
        period=study.period.code,
        segment=segment.code if segment else None,
        suppressed=study.is_hidden,
        cases=None if study.is_hidden else found.cases,
        still_open=study.still_open or (None if study.is_hidden or found.open_cases else 0),
        n_variants=None if study.is_hidden else found.n_variants,
        variants=[
            PathVariant([codes[step] for step in each.steps], each.n, each.share, each.coverage,
                        _seconds(each.seconds, least))
            for each in study.shown
        ],
        other_ways=None if study.is_hidden or 0 < study.hidden < least else study.hidden,
        transitions=[
            PathTransition(codes[each.origin], codes[each.target], each.n, each.probability,
                           Seconds(each.seconds.median, each.seconds.low, each.seconds.high, each.seconds.n))
            for each in study.moves
        ],
        starts=[StepCount(codes[step], n) for step, n in study.first_steps.items()],
        ends=[StepCount(codes[step], n) for step, n in study.last_steps.items()],
        repeated=[StepCount(codes[each.step], each.cases) for each in study.repeated],
        conforming=study.conforming,
        deviations=[
            PathDeviation(each.deviation.kind, codes[each.deviation.step], each.cases, each.share, each.difference,
                          each.low, each.high, each.p_adjusted)
            for each in study.costs
        ],
        seconds=None if study.is_hidden else _seconds(found.duration, least),
        units=[
            UnitPaths(unit.code, True, None, None, None) if each is None else
            UnitPaths(unit.code, False, each.paths.cases, each.conforming, _seconds(each.paths.duration, least))
            for unit, each in compared
        ],
        computed_at=at,
    )  # fmt: skip


def _funnel(steps: list[Step], group: FunnelGroup, least: int) -> FunnelPart:
    unit, made = group.unit.code if group.unit else None, group.funnel
    if made is None:
        return FunnelPart(group.segment or None, unit, True, None, [], [])
    gains, removals, stages = group.gains(least), group.removals(least), []
    for place, (step, stage, told) in enumerate(zip(steps, made.stages, group.told, strict=True)):
        gain, removal, tells = gains.get(place), removals.get(place), group.tells_kept(place)
        stages.append(
            FunnelStage(
                step=step.code,
                name=step.label,
                reached=told.reached,
                in_order=told.in_order,
                in_window=told.in_window,
                kept=stage.kept if tells else None,
                low=stage.low if tells else None,
                high=stage.high if tells else None,
                seconds=_seconds(stage.seconds, least),
                could_come_through=gain.gain if gain else None,
                could_low=gain.low if gain else None,
                could_high=gain.high if gain else None,
                more_without=removal.gain if removal else None,
                more_without_low=removal.low if removal else None,
                more_without_high=removal.high if removal else None,
            )
        )
    best = [
        FunnelChange(
            change="remove" if isinstance(each, Removal) else "mend",
            step=steps[place].code,
            gain=each.gain,
            low=each.low,
            high=each.high,
        )
        for each, place in group.best(least).items()
    ]
    return FunnelPart(group.segment or None, unit, False, group.conversion, stages, best)
