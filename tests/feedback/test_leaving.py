"""Who is heard of after a low and after a high score, and the moments of truth that this proposes."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from feedback.leaving import after_scores
from journeys.analytics.leaving import Outcomes
from journeys.choices import Truth
from journeys.models import Touchpoint
from journeys.services import interactions, truths
from journeys.services.customers import CustomerFacts
from journeys.services.interactions import Happening
from tests import factories
from tests.factories import NOON, House

SAID = NOON - timedelta(days=200)


@pytest.fixture
def desk(house: House) -> Touchpoint:
    factories.make_stream(house.program, "visits")
    # The record goes on: who is silent has left.
    factories.make_response(house.survey, {"NETPRO": 9}, answered_at=NOON)
    return factories.make_touchpoint(
        factories.make_journey(house.program, "visit").stages.first(), "desk", question_code="Q7FOOD"
    )


def say(house: House, rating: int, who: range, *, again: float | None = None, at: datetime = SAID) -> None:
    """Customers who rate, and who are heard of again so many days later, if at all."""
    for number in who:
        customer = CustomerFacts("test", f"walker-{number}")
        factories.make_response(house.survey, {"Q7FOOD": rating}, customer=customer, answered_at=at)
        if again is not None:
            later = at + timedelta(days=again)
            factories.make_response(house.survey, {"NETPRO": 5}, customer=customer, answered_at=later)


def happen(house: House, kind: str, who: range, *, after: float) -> None:
    door = interactions.door(house.program)
    rows = [
        Happening(
            "visits", "test", f"{kind}-{number}", SAID + timedelta(days=after), kind,
            customer=CustomerFacts("test", f"walker-{number}"),
        )
        for number in who
    ]  # fmt: skip
    interactions.record_many(door, [interactions.prepare(door, row, at=NOON) for row in rows], at=NOON)


def found(house: House) -> Outcomes:
    return after_scores(house.program, {"Q7FOOD"}, NOON)["Q7FOOD"]


def test_who_is_heard_of_within_ninety_days_has_stayed(house: House, desk: Touchpoint) -> None:
    say(house, 1, range(3))
    say(house, 2, range(3, 5), again=90)
    say(house, 5, range(5, 6), again=91)
    say(house, 4, range(6, 10), again=1)
    say(house, 3, range(10, 20))  # neither low nor high
    assert found(house) == Outcomes(low_n=5, low_left=3, high_n=5, high_left=1)


def test_what_happens_is_being_heard_of_and_churn_is_leaving(house: House, desk: Touchpoint) -> None:
    say(house, 1, range(6))
    happen(house, "visit", range(3), after=10)
    happen(house, "visit", range(3, 4), after=-1)
    say(house, 5, range(6, 10), again=5)
    happen(house, "churn", range(6, 8), after=60)
    happen(house, "churn", range(8, 9), after=120)
    assert found(house) == Outcomes(low_n=6, low_left=3, high_n=4, high_left=2)


def test_a_customer_counts_once_by_the_first_answer(house: House, desk: Touchpoint) -> None:
    say(house, 1, range(3))
    say(house, 5, range(3), at=SAID + timedelta(days=30))
    assert found(house) == Outcomes(low_n=3, low_left=0, high_n=0, high_left=0)


def test_nobody_has_left_where_the_record_ends(house: House, desk: Touchpoint) -> None:
    say(house, 1, range(3), at=NOON - timedelta(days=89))
    assert after_scores(house.program, {"Q7FOOD"}, NOON) == {}


def furnish(house: House) -> None:
    say(house, 1, range(14))
    say(house, 1, range(14, 20), again=9)
    say(house, 5, range(20, 25))
    say(house, 5, range(25, 40), again=9)


def test_evidence_that_survives_proposes_and_says_why(house: House, desk: Touchpoint) -> None:
    furnish(house)
    measured = Touchpoint.objects.on_map().filter(question_code="Q7FOOD")
    assert truths.propose(house.program, at=NOON) == measured.count() > 0
    desk.refresh_from_db()
    assert desk.truth == Truth.PROPOSED
    assert desk.truth_reason.startswith("After a low score 70.0\xa0% leave (n 20), after a high one 25.0\xa0% (n 20):")
    assert truths.propose(house.program, at=NOON) == 0
    client = Client(headers={"accept-language": "en"})
    client.force_login(house.people["owner"])
    for address in ("/map/?journey=visit", "/admin/journeys/touchpoint/?truth__exact=proposed"):
        assert "After a low score 70.0" in client.get(address).content.decode()


def test_why_is_said_in_the_reader_s_language_until_a_person_writes_another_reason(
    house: House, desk: Touchpoint
) -> None:
    furnish(house)
    truths.propose(house.program, at=NOON)
    client = Client(headers={"accept-language": "sv"})
    client.force_login(house.people["owner"])
    addresses = (
        "/map/?journey=visit", "/map/touchpoint/desk/", "/admin/journeys/touchpoint/?truth__exact=proposed",
    )  # fmt: skip
    for address in addresses:
        assert "Efter ett lågt betyg lämnar 70,0" in client.get(address).content.decode(), address
    Touchpoint.objects.filter(question_code="Q7FOOD").update(truth_reason="Everybody says so")
    for address in addresses:
        text = client.get(address).content.decode()
        assert "Everybody says so" in text and "Efter ett lågt betyg" not in text, address


def test_what_a_person_took_back_or_confirmed_stays_so(house: House, desk: Touchpoint) -> None:
    furnish(house)
    truths.propose(house.program, at=NOON)
    desk.refresh_from_db()
    desk.truth, desk.truth_reason = Truth.NO, ""
    desk.save()
    assert truths.propose(house.program, at=NOON) == 0
    desk.truth, desk.truth_reason = Truth.CONFIRMED, "We know it"
    desk.save()
    assert truths.propose(house.program, at=NOON) == 0
    desk.refresh_from_db()
    assert (desk.truth, desk.truth_reason) == (Truth.CONFIRMED, "We know it")
