"""GET /api/v1/paths/: the journeys that customers really make, as the page tells of them."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from django.http import HttpResponse
from msgspec import Meta, structs

from cxprogram import api_schema
from cxprogram.access import Right
from cxprogram.api_base import ApiView, reply
from cxprogram.models import OrgUnit
from journeys import asked
from journeys.api.actual import PARAMETERS, REFUSALS, Code, Seconds, asked_of, seconds_of, sees
from journeys.insight import paths
from journeys.insight.paths import PathStudy
from journeys.models import Segment


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


class StepLeft(msgspec.Struct):
    """How many journeys ended with the step before they came to the last one planned; `share` of all journeys."""

    step: Code
    n: int
    share: float


class PathDeviation(msgspec.Struct):
    """A way not to follow the map, and how journeys with it are rated against the others: an association."""

    kind: Annotated[str, Meta(description="`missing`, `extra`, `repeated` or `out_of_order`.")]
    step: Code
    cases: int
    share: Annotated[float | None, Meta(description="Of those that ended; null where it would tell how few have not.")]
    rated: Annotated[int | None, Meta(description="Of these; null where it would tell of few.")]
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
    left: list[StepLeft]
    repeated: list[StepCount]
    conforming: Annotated[float | None, Meta(description="The share that goes as the map plans.")]
    deviations: list[PathDeviation]
    rated_by: Annotated[
        str | None, Meta(description="The KPI whose question rated them: the journey's own before that of the program.")
    ]
    seconds: Annotated[Seconds | None, Meta(description="From the first to the last event, of those that ended.")]
    units: Annotated[list[UnitPaths], Meta(description="With `by=unit`.")]
    computed_at: datetime


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
        program, unit, period, segment, journey, at = asked_of(request, self.right)
        by = asked.parts(request, "type", "unit")
        study = paths.read_paths(journey, unit, period, at=at, segment=segment, by_type="type" in by)
        compared = paths.compare_units(study, at=at, segment=segment) if "unit" in by else []
        seen = [(each, found) for each, found in compared if sees(request, program, each)]
        return reply(_paths(study, segment, seen, at))


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
                        seconds_of(each.seconds, least))
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
        left=[StepLeft(codes[step], n, n / found.cases) for step, n in study.left.items()],
        repeated=[StepCount(codes[each.step], each.cases) for each in study.repeated],
        conforming=study.conforming,
        deviations=[
            PathDeviation(each.deviation.kind, codes[each.deviation.step], each.cases, study.share_of(each),
                          study.rated_with(each), each.difference, each.low, each.high, each.p_adjusted)
            for each in study.costs
        ],
        rated_by=study.rated_by.code if study.rated_by else None,
        seconds=None if study.is_hidden else _duration(study),
        units=[
            UnitPaths(unit.code, True, None, None, None) if each is None else
            UnitPaths(unit.code, False, each.paths.cases, each.conforming, _duration(each))
            for unit, each in compared
        ],
        computed_at=at,
    )  # fmt: skip


def _duration(study: PathStudy) -> Seconds | None:
    """Of the runs that have ended; how many, only where that tells nothing of those that have not."""
    found = seconds_of(study.paths.duration, study.least)
    return found if found is None or study.tells_ended else structs.replace(found, n=None)
