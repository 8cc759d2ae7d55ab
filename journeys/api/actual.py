"""What the doors of the actual journeys have in common: what they are asked for, and times."""

from datetime import datetime
from typing import Annotated

import msgspec
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from msgspec import Meta

from cxprogram import api_schema
from cxprogram.access import Right, can
from cxprogram.api_base import asked_program, asked_unit
from cxprogram.errors import NotFoundError
from cxprogram.models import OrgUnit, Program
from cxprogram.periods import Period, parse
from journeys import asked
from journeys.analytics.paths import Spread
from journeys.models import Journey, Segment

Code = Annotated[str, Meta(description="Code of a touchpoint, or with `by=type` a type of interaction.")]
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


class Seconds(msgspec.Struct):
    """A time in seconds: the median and the middle half."""

    median: float
    low: float
    high: float
    n: Annotated[int | None, Meta(description="Of so many; null where it would tell of few.")]


def asked_of(request: HttpRequest, right: Right) -> tuple[Program, OrgUnit, Period, Segment | None, Journey, datetime]:
    program = asked_program(request, right)
    unit, period = asked_unit(request, program), parse(request.GET.get("period") or "all")
    journey = asked.journey(request, program)
    if journey is None:
        raise NotFoundError(_("There is no such journey."), code="journey-unknown")
    return program, unit, period, asked.segment(request, program), journey, timezone.now()


def sees(request: HttpRequest, program: Program, unit: OrgUnit) -> bool:
    return can(request.user, Right.SEE_SCORES, program=program, unit=unit)


def seconds_of(found: Spread | None, least: int) -> Seconds | None:
    return Seconds(found.median, found.low, found.high, found.n) if found and found.n >= least else None
