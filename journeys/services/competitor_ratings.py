"""Ratings of us and others come in by API, from surveys and from files; each sitting once.

A sender of a sitting says all of it at once. A file may say each rating in a row of its own, so that its rows are told
apart by whom and where they rate.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cxprogram.errors import ConflictError, DomainError
from cxprogram.models import OrgUnit, Program
from cxprogram.sentences import say
from journeys.models import Competitor, CompetitorRating, Customer, Touchpoint
from journeys.services import customers
from journeys.services.customers import CustomerFacts

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
    codes = {each.competitor for each in sitting.given}
    places = {each.touchpoint for each in sitting.given}
    rows = _rows(
        program,
        sitting,
        {each.code: each for each in Competitor.objects.filter(program=program, code__in=codes)},
        {each.code: each for each in Touchpoint.objects.filter(program=program, code__in=places)},
    )
    with connection.cursor() as cursor:
        # Two at once with one key: the second waits, then sees what the first wrote.
        _lock(cursor, f"{program.pk}:{sitting.source}", is_shared=True)
        key = f"{program.pk}:{sitting.source}:{sitting.external_id}"
        _lock(cursor, key)
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


class Door:
    """Whom the rows of a file may rate, and where, by their codes and names; looked up once for all of them."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.competitors = {each.code: each for each in Competitor.objects.filter(program=program)}
        self.touchpoints = {each.code: each for each in Touchpoint.objects.filter(program=program)}
        # No name, and our own: us.
        self._codes = {name.casefold(): "" for name in ("", program.organisation, program.name, program.slug)}
        for code, each in self.competitors.items():
            self._codes |= {name.casefold(): code for name in (*each.names.values(), each.name, code)}
        self._places = Touchpoint.objects.in_use().filter(program=program).codes_by_word()

    def competitor(self, name: str) -> str:
        """The code of whom the name means; empty for us. Raises RatingError (`competitor-unknown`)."""
        if name.strip().casefold() in self._codes:
            return self._codes[name.strip().casefold()]
        why = gettext_noop(
            "There is no competitor %(name)s. Add it in the admin, or write the name as it stands there."
        )
        raise RatingError(say(why, name=name[:60]), code="competitor-unknown")

    def touchpoint(self, name: str) -> str:
        return self._places.get(name.casefold(), name)


@dataclass(frozen=True)
class Prepared:
    """The ratings of one row of a file, and the customer who gave them."""

    rows: Sequence[CompetitorRating]
    customer: CustomerFacts | None


def prepare(door: Door, sitting: Sitting, *, customer: CustomerFacts | None = None) -> Prepared:
    """What a row of a file says, checked. Raises RatingError and CustomerError."""
    if customer is not None:
        customers.check(customer)
    return Prepared(_rows(door.program, sitting, door.competitors, door.touchpoints), customer)


@transaction.atomic
def record_many(program: Program, items: Sequence[Prepared]) -> list[str]:
    """Write the rows of a file, of which several may belong to one sitting; what became of each.

    - conflict: one of its ratings was given otherwise before; nothing of the row is written;
    - repeated: all of it is there already; created: some of it is new.
    """
    keys = {(row.source, row.external_id) for each in items for row in each.rows}
    with connection.cursor() as cursor:
        for source in sorted({source for source, _key in keys}):  # no sitting of the source comes in between
            _lock(cursor, f"{program.pk}:{source}")
    known = CompetitorRating.objects.filter(
        program=program, source__in={key[0] for key in keys}, external_id__in={key[1] for key in keys}
    )
    told = {_place(row): _facts(row) for row in known}
    statuses, new = [], []
    for each in items:
        if any(told.get(_place(row), _facts(row)) != _facts(row) for row in each.rows):
            statuses.append("conflict")
            continue
        fresh = [row for row in each.rows if _place(row) not in told]
        told |= {_place(row): _facts(row) for row in fresh}
        statuses.append("created" if fresh else "repeated")
        new += [(row, each.customer) for row in fresh]
    met = [(facts, row.unit) for row, facts in new if facts]
    people = customers.upsert_many(program, met) if met else {}
    for row, facts in new:
        row.customer = people[facts.source, facts.external_id] if facts else None
    CompetitorRating.objects.bulk_create([row for row, _facts in new])
    return statuses


def _place(row: CompetitorRating) -> tuple[object, ...]:
    return row.source, row.external_id, row.competitor_id, row.touchpoint_id


def _lock(cursor: Any, name: str, *, is_shared: bool = False) -> None:
    """Hold the name until the transaction ends; those who share it wait only for one who does not."""
    function = "pg_advisory_xact_lock_shared" if is_shared else "pg_advisory_xact_lock"
    cursor.execute(f"SELECT {function}(hashtextextended(%s, %s))", [name, _LOCK])


def _facts(row: CompetitorRating) -> tuple[object, ...]:
    return (
        row.competitor_id, row.touchpoint_id, row.rating, row.scale_low, row.scale_high, row.at, row.context,
        row.unit_id,
    )  # fmt: skip


def _rows(
    program: Program, sitting: Sitting, competitors: Mapping[str, Competitor], touchpoints: Mapping[str, Touchpoint]
) -> list[CompetitorRating]:
    low, high = sitting.scale
    if not (isfinite(low) and isfinite(high) and low < high):
        raise RatingError(_("A scale runs from a lower to a higher number."), code="scale-invalid")
    if not sitting.given:
        raise RatingError(_("There is no rating."), code="rating-missing")
    if len({(each.competitor, each.touchpoint) for each in sitting.given}) < len(sitting.given):
        raise RatingError(_("One organisation is rated twice at one touchpoint."), code="rating-repeated")
    codes = {each.competitor for each in sitting.given} - {""}
    places = {each.touchpoint for each in sitting.given} - {""}
    if unknown := codes - competitors.keys():
        raise RatingError(
            say(gettext_noop("There is no competitor %(code)s."), code=min(unknown)[:60]), code="competitor-unknown"
        )
    if unknown := places - touchpoints.keys():
        raise RatingError(
            say(gettext_noop("There is no touchpoint %(code)s."), code=min(unknown)[:60]), code="touchpoint-unknown"
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
