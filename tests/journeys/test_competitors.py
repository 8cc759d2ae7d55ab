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
from journeys.models import Competitor, CompetitorRating, Customer, Segment
from journeys.services import competitor_ratings, segments, subjects
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
    found = competitors.compare(house.program, house.root, ALL)
    verdicts = {(each.touchpoint.code, each.context): each.verdict for each in found.moments}
    assert verdicts == {("food", "business"): "won", ("food", "family"): "lost"}
    (business,) = competitors.compare(house.program, house.root, ALL, context="business").moments
    assert business.relative.difference == pytest.approx(30)


def test_what_a_touchpoint_is_told_over_all_contexts_leaves_none_of_few(house: House) -> None:
    for number, (unit, business, family, alone) in enumerate([("A", 12, 14, 4), ("G", 20, 3, 6), ("B", 9, 5, 0)]):
        for place, (context, n) in enumerate({"business": business, "family": family, "alone": alone}.items()):
            start = 1_000 * number + 100 * place
            for point in ("food", ""):
                many(house, n, 8, 5, touchpoint=point, context=context, start=start, unit=house.units[unit])
    told: dict[tuple[str, int | None, str], int] = {}
    for code in ("SFO", "A", "B", "G"):
        unit = house.units[code]
        for point, relative in competitors.relatives(house.program, unit, ALL).items():
            told[code, point, "all"] = relative.n
        for each in competitors.compare(house.program, unit, ALL).moments:
            told[code, each.touchpoint and each.touchpoint.pk, each.context] = each.relative.n
        for context in ("business", "family", "alone"):
            found = competitors.compare(house.program, unit, ALL, context=context)
            numbers = [found.n, *(brand.share.users for brand in found.brands if brand.share)]
            assert all(n in (None, 0, told.get((code, None, context))) for n in numbers)
    of_food = {(code, context): n for (code, point, context), n in told.items() if point == house.touchpoint.pk}
    assert of_food == {(code, context): n for (code, point, context), n in told.items() if point is None}
    # 41, 22 and 10 of all 73; at A 12, 14 and 4; at G 20, 3 and 6; at B 9, 5 and nobody.
    assert {of_food["SFO", context] for context in ("all", "business", "family", "alone")} == {73, 41, 22, 10}
    for code in ("A", "G", "B"):
        shown = [n for (unit, context), n in of_food.items() if unit == code and context != "all"]
        assert of_food.get((code, "all"), 99) - sum(shown) not in (1, 2, 3, 4)
    for context, whole in (("business", 41), ("family", 22), ("alone", 10)):
        shown = [n for (unit, each), n in of_food.items() if unit != "SFO" and each == context]
        assert whole - sum(shown) not in (1, 2, 3, 4)


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


@pytest.fixture
def swedish(house: House) -> Segment:
    """Those who speak Swedish: one of them is `factories.make_customer` with the language sv."""
    rule = {"all": [{"field": "language", "is": "sv"}]}
    return Segment.objects.create(program=house.program, code="swedish", name="Swedish", definition=rule)


def speaker(house: House, language: str) -> Customer:
    customer = factories.make_customer(house.program, identity=f"{language}@example.org")
    Customer.objects.filter(pk=customer.pk).update(language=language)
    return customer


def of_segment(house: House, segment: Segment, **asked: Any) -> competitors.Comparison:
    return competitors.compare(house.program, house.root, ALL, customers=segments.customers(segment, NOON), **asked)


def test_a_segment_holds_what_its_customers_said(house: House, swedish: Segment) -> None:
    many(house, 12, 8, 5, customer=speaker(house, "sv"))
    many(house, 12, 4, 7, start=50, customer=speaker(house, "da"))
    many(house, 12, 4, 7, start=100)  # of nobody who is known: in no segment
    many(house, 12, 8, 5, start=150, touchpoint="food", customer=speaker(house, "sv2"))
    found = of_segment(house, swedish)
    (oak,) = [brand for brand in found.brands if not brand.is_us]
    assert (found.n, found.standing.n, oak.relative.difference) == (12, 12, pytest.approx(30))
    assert competitors.compare(house.program, house.root, ALL).n == 36
    assert found.moments[0].touchpoint is None and len(found.moments) == 1


def test_a_segment_that_leaves_few_others_is_hidden(house: House, swedish: Segment) -> None:
    many(house, 10, 8, 5, customer=speaker(house, "sv"))
    many(house, 12, 8, 5, touchpoint="food", start=50, customer=Customer.objects.get(language="sv"))
    many(house, 3, 8, 5, start=100)
    found = of_segment(house, swedish)
    assert (found.n, found.wallet, found.standing, found.brands) == (None, None, None, ())  # 13 less 10 would tell of 3
    assert [each.touchpoint.code for each in found.moments] == ["food"]
    many(house, 3, 8, 5, touchpoint="food", start=150)
    assert of_segment(house, swedish).moments == ()
    many(house, 2, 8, 5, start=200)
    assert of_segment(house, swedish).n == 10


def test_a_unit_asked_for_alone_is_hidden_as_beside_the_others(house: House) -> None:
    for start, (code, n) in enumerate({"G": 12, "A": 9, "B": 3}.items()):
        many(house, n, 8, 5, unit=house.units[code], start=100 * start)
        many(house, n, 8, 5, unit=house.units[code], start=100 * start, touchpoint="food")
    found = {code: competitors.compare(house.program, house.units[code], ALL) for code in "GAB"}
    assert {code: each.n for code, each in found.items()} == {"G": 12, "A": None, "B": None}
    assert {code: len(each.moments) for code, each in found.items()} == {"G": 2, "A": 0, "B": 0}
    assert "so is whatever would reveal them" in page(house, unit="A").content.decode()
    assert "without revealing a small group" in page(house, unit="A").content.decode()


def test_the_map_and_the_targets_hide_of_units_what_the_page_hides(house: House) -> None:
    for start, (code, n) in enumerate({"G": 12, "A": 9, "B": 3}.items()):
        many(house, n, 8, 5, unit=house.units[code], start=100 * start)
        many(house, n, 8, 5, unit=house.units[code], start=100 * start, touchpoint="food")
    food = house.touchpoint.pk
    for unit, places in ((house.root, {food, None}), (house.units["G"], {food, None}), (house.units["A"], set())):
        assert set(competitors.relatives(house.program, unit, ALL)) == places
        assert set(competitors.standings(house.program, unit, ALL)) == places - {None}
    assert competitors.relatives(house.program, house.units["G"], ALL)[food].n == 12


def test_a_context_asked_for_alone_is_hidden_as_beside_the_others(house: House) -> None:
    for start, (context, n) in enumerate({"business": 12, "family": 9, "alone": 3}.items()):
        many(house, n, 8, 5, context=context, start=100 * start)
    found = {each: competitors.compare(house.program, house.root, ALL, context=each).n for each in
             ("business", "family", "alone", "none")}  # fmt: skip
    assert found == {"business": 12, "family": None, "alone": None, "none": 0}


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


def test_the_page_asks_for_a_segment_in_the_words_of_the_funnels(house: House, swedish: Segment) -> None:
    many(house, 12, 8, 5, customer=speaker(house, "sv"))
    many(house, 12, 4, 7, start=50)
    told = page(house, segment="swedish")
    assert [(each.label, each.is_chosen) for each in told.context["segments"]] == [
        ("All customers", False), ("Swedish", True),
    ]  # fmt: skip
    assert told.context["found"].n == 12
    assert '<option value="swedish" selected>' in told.content.decode()
    assert page(house, segment="none").status_code == 404


def test_the_page_says_how_sure_each_place_is(house: House) -> None:
    many(house, 30, 5, 5.5)
    told = page(house)
    found = told.context["found"]
    assert (found.standing.rank, told.context["headline"][:12]) == (2, "Place 2 of 2")
    own, first = (f"{100 * share:.1f}" for share in (found.standing.ranks[1], found.standing.ahead))
    assert told.context["lead"] == f"{own}\xa0% sure that this is our place, {first}\xa0% that we are first (n\xa030)."
    table = told.context["wallet"]
    assert [column.label for column in table.columns[-3:]] == ["Place", "Sure of the place", "Sure to be first"]
    assert {row[0]: row[-3:] for row in table.rows} == {
        house.program.organisation: ("2", f"{own}\xa0%", f"{first}\xa0%"),
        "Oakland": ("1", f"{own}\xa0%", f"{own}\xa0%"),
    }


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
    many(house, 4, 8, 5, source="other")
    before = competitors.compare(house.program, house.root, ALL).n
    subjects.erase(Customer.objects.get(pk=customer.pk), at=NOON)
    rows = CompetitorRating.objects.exclude(source="other")
    assert {row.external_id for row in rows} == {f"erased-{min(row.pk for row in rows)}"}
    assert {row.context for row in rows} == {""}
    assert competitors.compare(house.program, house.root, ALL).n == before == 5
    assert np.unique([row.rating for row in rows]).size == 2
