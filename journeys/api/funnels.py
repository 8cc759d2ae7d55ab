"""GET /api/v1/funnels/: how far customers come, as the page tells of it."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from django.http import HttpResponse
from msgspec import Meta

from cxprogram import api_schema
from cxprogram.access import Right
from cxprogram.api_base import ApiView, reply
from journeys import asked
from journeys.analytics.funnels import Removal
from journeys.api.actual import PARAMETERS, REFUSALS, Code, Seconds, asked_of, seconds_of, sees
from journeys.insight import funnels
from journeys.insight.funnels import FunnelGroup, Step


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
        program, unit, period, segment, journey, at = asked_of(request, self.right)
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
                if each.unit is None or sees(request, program, each.unit)
            ],
            computed_at=at,
        )
        return reply(report)


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
                seconds=seconds_of(stage.seconds, least),
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
