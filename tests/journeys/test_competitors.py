"""Us and others: how ratings come in, and what the page tells of them."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.test import Client

from cxprogram.errors import ConflictError, DomainError
from cxprogram.models import Program
from cxprogram.periods import ALL, parse
from journeys.insight import competitors
from journeys.models import Competitor, CompetitorRating, Customer
from journeys.services import competitor_ratings, subjects
from journeys.services.competitor_ratings import Given, Sitting
from tests import factories
from tests.api_client import Api
from tests.factories import NOON, House


def sit(program: Program, key: str, *given: Given, **fields: Any) -> competitor_ratings.Recorded:
    facts = {"source": "panel", "external_id": key, "at": NOON, "scale": (0, 10)} | fields
    return competitor_ratings.record(program, Sitting(given=given, **facts))


def many(house: House, n: int, ours: float, theirs: float, *, start: int = 0, **fields: Any) -> None:
    """Ours and theirs by n people, each a little above and below."""
    Competitor.objects.get_or_create(program=house.program, code="oak", defaults={"name": "Oakland"})
    place = fields.pop("touchpoint", "")
    for number in range(start, start + n):
        step = (number % 3) - 1
        given = (Given(ours + step, "", place), Given(theirs - step / 2, "oak", place))
        sit(house.program, f"p-{place}-{number}", *given, **fields)


def test_a_sitting_is_written_once_repeated_and_never_changed(house: House) -> None:
    factories.make_competitor(house.program, "oak")
    first = sit(house.program, "p-1", Given(8), Given(6, "oak"))
    again = sit(house.program, "p-1", Given(6, "oak"), Given(8))
    assert (first.is_new, again.is_new, again.id) == (True, False, first.id)
    for other in ((Given(9), Given(6, "oak")), (Given(8),)):
        with pytest.raises(ConflictError):
            sit(house.program, "p-1", *other)
    assert CompetitorRating.objects.count() == 2


@pytest.mark.parametrize(
    ("given", "scale", "code"),
    [
        ((), (0, 10), "rating-missing"),
        ((Given(8), Given(7)), (0, 10), "rating-repeated"),
        ((Given(8, "none"),), (0, 10), "competitor-unknown"),
        ((Given(8, "", "none"),), (0, 10), "touchpoint-unknown"),
        ((Given(11),), (0, 10), "rating-out-of-range"),
        ((Given(float("nan")),), (0, 10), "rating-out-of-range"),
        ((Given(8),), (10, 0), "scale-invalid"),
        ((Given(8),), (0, float("inf")), "scale-invalid"),
    ],
)
def test_what_cannot_be_a_sitting_is_refused(house: House, given, scale, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        sit(house.program, "p-1", *given, scale=scale)
    assert refused.value.code == code
    assert not CompetitorRating.objects.exists()


def test_the_api_takes_one_and_many(house: House) -> None:
    factories.make_competitor(house.program, "oak")
    client = Api(house.people["integration"], house.program)
    body = {"source": "panel", "external_id": "p-1", "at": "2017-05-15T12:00:00Z", "context": "business"}
    body |= {"ratings": [{"rating": 8}, {"rating": 6, "competitor": "oak", "touchpoint": "food"}]}
    first, again = (client.post("/api/v1/competitor-ratings/", body) for _ in range(2))
    assert (first.status_code, first.json()["status"]) == (201, "created")
    assert (again.status_code, again.json()) == (200, {"id": first.json()["id"], "status": "repeated"})
    rows = [body | {"external_id": "p-2"}, body, body | {"ratings": [{"rating": 99}]}, {"source": "x"}]
    account = client.post("/api/v1/competitor-ratings/bulk/", rows).json()
    assert [(row["status"], row["code"]) for row in account["rows"]] == [
        ("created", None), ("repeated", None), ("rejected", "rating-out-of-range"), ("rejected", "body-invalid"),
    ]  # fmt: skip


# --- what is told -----------------------------------------------------------------------------
def test_scales_are_made_alike_and_people_compared_with_themselves(house: House) -> None:
    Competitor.objects.create(program=house.program, code="oak", name="Oakland")
    for number in range(3):
        sit(house.program, f"a-{number}", Given(8), Given(6, "oak"))
        sit(house.program, f"b-{number}", Given(4), Given(3, "oak"), scale=(1, 5))
    sit(house.program, "alone", Given(0))  # knows no other: in the wallet, in no difference
    found = competitors.compare(house.program, house.root, ALL)
    oak = next(brand for brand in found.brands if brand.name == "Oakland")
    assert (oak.relative.n, oak.relative.difference) == (6, pytest.approx((3 * 20 + 3 * 25) / 6))
    assert found.wallet.people == 7
    us = next(brand for brand in found.brands if brand.is_us)
    assert us.share.mean == pytest.approx((6 * 2 / 3 + 1) / 7)


def test_moments_are_won_and_lost_by_touchpoint_and_context(house: House) -> None:
    many(house, 12, 8, 5, touchpoint="food", context="business")
    many(house, 12, 4, 7, touchpoint="food", context="family", start=50)
    many(house, 4, 9, 1, touchpoint="food", context="alone", start=90)
    found = competitors.compare(house.program, house.root, ALL)
    verdicts = {(each.touchpoint.code, each.context): each.verdict for each in found.moments}
    assert verdicts == {("food", "business"): "won", ("food", "family"): "lost"}  # four are too few to tell of
    (business,) = competitors.compare(house.program, house.root, ALL, context="business").moments
    assert business.relative.difference == pytest.approx(30)


def test_the_standing_at_a_touchpoint_is_read_by_its_key(house: House) -> None:
    many(house, 12, 8, 5, touchpoint="food")
    (standing,) = competitors.standings(house.program, house.root, ALL).values()
    assert (standing.rank, standing.of, standing.n) == (1, 2, 12)
    assert standing.ahead > 0.99
    assert list(competitors.standings(house.program, house.root, ALL)) == [house.touchpoint.pk]


def test_period_and_unit_hold_what_was_said_then_and_there(house: House) -> None:
    many(house, 6, 8, 5, unit=house.units["G"])
    many(house, 7, 8, 5, unit=house.units["A"], start=50, at=NOON - timedelta(days=400))
    assert competitors.compare(house.program, house.root, ALL).n == 13
    assert competitors.compare(house.program, house.root, parse("2017")).n == 6
    assert competitors.compare(house.program, house.units["A"], ALL).n == 7


def test_few_are_hidden(house: House) -> None:
    many(house, 4, 8, 5)
    found = competitors.compare(house.program, house.root, ALL)
    assert (found.wallet, found.standing, found.moments) == (None, None, ())
    assert page(house).status_code == 200
    assert "Too few compare us" in page(house).content.decode()


def page(house: House, role: str = "owner", **asked: str):
    client = Client(headers={"accept-language": "en"})
    client.force_login(house.people[role])
    return client.get("/competitors/", asked)


def test_the_page_tells_who_is_ahead_and_where(house: House) -> None:
    many(house, 12, 8, 5)
    many(house, 12, 4, 7, touchpoint="food", start=50)
    text = page(house).content.decode()
    assert "Ahead of the other" in text
    assert "Behind at Food" in text
    assert 'data-value="-30.0"' in text
    assert "Oakland" in text


def test_a_program_without_competitors_says_how_to_begin(house: House) -> None:
    text = page(house).content.decode()
    assert "Nobody has compared us with others yet" in text
    assert "Name a competitor" in text
    assert "Name a competitor" not in page(house, "executive").content.decode()


def test_erased_the_ratings_of_a_sitting_stay_together_and_name_nobody(house: House) -> None:
    customer = factories.make_customer(house.program, identity="ann@example.org")
    Competitor.objects.create(program=house.program, code="oak", name="Oakland")
    sit(house.program, "ann@example.org", Given(8), Given(6, "oak"), customer=customer, context="Ann's trip")
    before = competitors.compare(house.program, house.root, ALL).n
    subjects.erase(Customer.objects.get(pk=customer.pk), at=NOON)
    rows = CompetitorRating.objects.all()
    assert {row.external_id for row in rows} == {f"erased-{min(row.pk for row in rows)}"}
    assert {row.context for row in rows} == {""}
    assert competitors.compare(house.program, house.root, ALL).n == before == 1
    assert np.unique([row.rating for row in rows]).size == 2
