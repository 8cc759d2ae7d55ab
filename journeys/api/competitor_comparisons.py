"""GET /api/v1/competitor-comparisons/: us and others in the eyes of the same people, as the page tells of it."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from django.http import HttpResponse
from django.utils import timezone
from msgspec import Meta

from cxprogram import api_schema
from cxprogram.access import Right
from cxprogram.api_base import ApiView, asked_program, asked_unit, reply
from cxprogram.periods import parse
from journeys import asked
from journeys.api.actual import REFUSALS
from journeys.insight import competitors
from journeys.insight.competitors import Brand, Comparison, Moment, Verdict
from journeys.services import segments


class CompetitorStanding(msgspec.Struct):
    """Our place among all that somebody rated beside us; equal means share the better one."""

    rank: int
    of: int
    probability: Annotated[float, Meta(description="That this is our place.")]
    first: Annotated[float, Meta(description="That we are first.")]
    ranks: Annotated[list[float], Meta(description="The probability of each place, from the first on.")]
    n: int


class ComparedOrganisation(msgspec.Struct):
    """One organisation; null where a number would tell of few. Differences are ours minus theirs, in points of 0–100,
    within the people who rate both."""

    competitor: Annotated[str | None, Meta(description="Code of the competitor; null: us.")]
    name: str
    share: Annotated[float | None, Meta(description="Rank-based share of wallet, in the mean over its users.")]
    share_low: float | None
    share_high: float | None
    users: int | None
    difference: float | None
    low: float | None
    high: float | None
    n: int | None
    rank: int | None
    rank_probability: float | None
    first: float | None


class ComparedMoment(msgspec.Struct):
    """One touchpoint (null: the whole) in one context: ours minus the mean of the others by the same people."""

    touchpoint: str | None
    context: str | None
    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    p_adjusted: Annotated[float | None, Meta(description="Corrected over all moments told (Benjamini-Hochberg).")]
    verdict: Annotated[Verdict, Meta(description="Empty where chance may be all of it.")]
    n: int


class CompetitorComparison(msgspec.Struct):
    """Us against others by the same respondents. `suppressed`: the ratings of the whole would tell of few; moments that
    would are left out."""

    unit: str
    period: str
    context: str | None
    segment: str | None
    suppressed: bool
    n: Annotated[int | None, Meta(description="Sittings that rate organisations as a whole.")]
    several: Annotated[float | None, Meta(description="The share of people who use more than one.")]
    organisations_used: Annotated[float | None, Meta(description="How many they use in the mean.")]
    standing: CompetitorStanding | None
    organisations: list[ComparedOrganisation]
    moments: list[ComparedMoment]
    contexts: Annotated[list[str], Meta(description="Those that may be asked for here.")]
    computed_at: datetime


class CompetitorComparisonView(ApiView):
    right = Right.SEE_SCORES

    @api_schema.describe(
        "Compare us with competitors",
        name="competitor-comparisons",
        tag="Journeys",
        description="Share of wallet, places with their probability, and where we win and lose.",
        parameters=[
            api_schema.PROGRAM,
            api_schema.PERIOD,
            api_schema.UNIT,
            api_schema.parameter("context", "Only what was said in it."),
            api_schema.parameter("segment", "Code of a segment: its customers only."),
        ],
        replies={200: CompetitorComparison},
        refusals={**REFUSALS, 404: ("program-unknown", "unit-unknown", "segment-unknown")},
    )
    def get(self, request: Any) -> HttpResponse:
        program, at = asked_program(request, self.right), timezone.now()
        unit, period = asked_unit(request, program), parse(request.GET.get("period") or "all")
        segment, context = asked.segment(request, program), request.GET.get("context", "")
        customers = segments.customers(segment, at) if segment else None
        found = competitors.compare(program, unit, period, context=context, customers=customers)
        return reply(_comparison(found, context or None, segment.code if segment else None, at))


def _comparison(found: Comparison, context: str | None, segment: str | None, at: datetime) -> CompetitorComparison:
    standing, wallet = found.standing, found.wallet
    return CompetitorComparison(
        unit=found.unit.code,
        period=found.period.code,
        context=context,
        segment=segment,
        suppressed=found.n is None,
        n=found.n,
        several=wallet.several if wallet else None,
        organisations_used=wallet.brands if wallet else None,
        standing=CompetitorStanding(
            rank=standing.rank,
            of=standing.of,
            probability=standing.ranks[standing.rank - 1],
            first=standing.ahead,
            ranks=list(standing.ranks),
            n=standing.n,
        )
        if standing
        else None,
        organisations=[_organisation(each) for each in found.brands],
        moments=[_moment(each) for each in found.moments],
        contexts=list(found.contexts),
        computed_at=at,
    )


def _organisation(brand: Brand) -> ComparedOrganisation:
    share, relative, place = brand.share, brand.relative, brand.place
    return ComparedOrganisation(
        competitor=brand.competitor.code if brand.competitor else None,
        name=brand.name,
        share=share.mean if share else None,
        share_low=share.low if share else None,
        share_high=share.high if share else None,
        users=share.users if share else None,
        difference=relative.difference if relative else None,
        low=relative.low if relative else None,
        high=relative.high if relative else None,
        n=relative.n if relative else None,
        rank=place.rank if place else None,
        rank_probability=place.probability if place else None,
        first=place.first if place else None,
    )


def _moment(each: Moment) -> ComparedMoment:
    relative = each.relative
    return ComparedMoment(
        touchpoint=each.touchpoint.code if each.touchpoint else None,
        context=each.context or None,
        difference=relative.difference,
        low=relative.low,
        high=relative.high,
        p=relative.p,
        p_adjusted=each.p_adjusted,
        verdict=each.verdict,
        n=relative.n,
    )
