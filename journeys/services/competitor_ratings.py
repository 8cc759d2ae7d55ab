"""Ratings of us and others come in by API, from surveys and from files; each sitting once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite

from django.db import connection, transaction
from django.utils.translation import gettext as _

from cxprogram.errors import ConflictError, DomainError
from cxprogram.models import OrgUnit, Program
from journeys.models import Competitor, CompetitorRating, Customer, Touchpoint

_LOCK = 0x726174696E67  # "rating"


class RatingError(DomainError):
    code = "rating-invalid"


@dataclass(frozen=True)
class Given:
    """One rating of a sitting: of us (no competitor) or of another, as a whole or at one touchpoint."""

    rating: float
    competitor: str = ""
    touchpoint: str = ""


@dataclass(frozen=True)
class Sitting:
    """What one respondent gave at one time, on one scale. (`source`, `external_id`) is its key."""

    source: str
    external_id: str
    at: datetime
    scale: tuple[float, float]
    given: Sequence[Given]
    customer: Customer | None = None
    unit: OrgUnit | None = None
    context: str = ""


@dataclass(frozen=True)
class Recorded:
    id: int
    is_new: bool


@transaction.atomic
def record(program: Program, sitting: Sitting) -> Recorded:
    """Write a sitting; the same again is a repeat, the same key with other ratings a conflict.

    Raises RatingError (`rating-invalid`, `competitor-unknown`, `touchpoint-unknown`, `rating-missing`,
    `rating-repeated`), ConflictError (`idempotency-conflict`).
    """
    rows = _rows(program, sitting)
    with connection.cursor() as cursor:
        # Two at once with one key: the second waits, then sees what the first wrote.
        key = f"{program.pk}:{sitting.source}:{sitting.external_id}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", [key, _LOCK])
    known = list(
        CompetitorRating.objects.filter(
            program=program, source=sitting.source, external_id=sitting.external_id
        ).order_by("pk")
    )
    if not known:
        return Recorded(CompetitorRating.objects.bulk_create(rows)[0].pk, is_new=True)
    if {_facts(row) for row in known} != {_facts(row) for row in rows}:
        raise ConflictError(_("This key carries other ratings already."), code="idempotency-conflict")
    return Recorded(known[0].pk, is_new=False)


def _facts(row: CompetitorRating) -> tuple[object, ...]:
    return (
        row.competitor_id, row.touchpoint_id, row.rating, row.scale_low, row.scale_high, row.at, row.context,
        row.unit_id,
    )  # fmt: skip


def _rows(program: Program, sitting: Sitting) -> list[CompetitorRating]:
    low, high = sitting.scale
    if not (isfinite(low) and isfinite(high) and low < high):
        raise RatingError(_("A scale runs from a lower to a higher number."), code="scale-invalid")
    if not sitting.given:
        raise RatingError(_("There is no rating."), code="rating-missing")
    if len({(each.competitor, each.touchpoint) for each in sitting.given}) < len(sitting.given):
        raise RatingError(_("One organisation is rated twice at one touchpoint."), code="rating-repeated")
    codes = {each.competitor for each in sitting.given} - {""}
    competitors = {each.code: each for each in Competitor.objects.filter(program=program, code__in=codes)}
    places = {each.touchpoint for each in sitting.given} - {""}
    touchpoints = {each.code: each for each in Touchpoint.objects.filter(program=program, code__in=places)}
    if unknown := codes - competitors.keys():
        raise RatingError(
            _("There is no competitor %(code)s.") % {"code": min(unknown)[:60]}, code="competitor-unknown"
        )
    if unknown := places - touchpoints.keys():
        raise RatingError(
            _("There is no touchpoint %(code)s.") % {"code": min(unknown)[:60]}, code="touchpoint-unknown"
        )
    for each in sitting.given:
        if not (isfinite(each.rating) and low <= each.rating <= high):
            raise RatingError(_("A rating lies outside its scale."), code="rating-out-of-range")
    return [
        CompetitorRating(
            program=program,
            source=sitting.source,
            external_id=sitting.external_id,
            competitor=competitors.get(each.competitor),
            touchpoint=touchpoints.get(each.touchpoint),
            customer=sitting.customer,
            unit=sitting.unit,
            context=sitting.context,
            rating=each.rating,
            scale_low=low,
            scale_high=high,
            at=sitting.at,
        )
        for each in sitting.given
    ]
