import pytest
from django.test import Client

from journeys.choices import Truth
from journeys.models import Touchpoint
from journeys.services import map_history, truths
from tests import factories
from tests.journeys.pages import Airport, answer_two_waves, make_airport

pytestmark = pytest.mark.django_db
WHY = "Goes with the rating of the whole more than most: 31 % of what the ratings explain"


@pytest.fixture
def airport() -> Airport:
    return make_airport()


@pytest.fixture
def food(airport: Airport) -> Touchpoint:
    """Proposed, with its evidence."""
    Touchpoint.objects.filter(code="food").update(truth_reason=WHY)
    return Touchpoint.objects.select_related("stage__journey").get(code="food")


def post(client: Client, airport: Airport, *, do: str, seen: str = "proposed", role: str = "owner") -> str:
    client.force_login(airport.people[role])
    reply = client.post("/map/touchpoint/food/truth/", {"do": do, "seen": seen}, headers={"accept-language": "en"})
    assert (reply.status_code, reply["location"]) == (303, "/map/touchpoint/food/#truth")
    return client.get("/map/touchpoint/food/?period=2017", headers={"accept-language": "en"}).content.decode()


def test_who_defines_confirms_it_beside_its_evidence(airport: Airport, food: Touchpoint, client: Client) -> None:
    answer_two_waves(airport)
    client.force_login(airport.people["owner"])
    html = client.get("/map/touchpoint/food/?period=2017", headers={"accept-language": "en"}).content.decode()
    for said in (WHY, "Confirm as a moment of truth", "It is none"):
        assert said in html, said
    html = post(client, airport, do="confirm")
    assert "Confirm as a moment of truth" not in html
    assert WHY in html
    food.refresh_from_db()
    assert (food.truth, food.truth_reason, food.revision) == (Truth.CONFIRMED, WHY, 1)
    event = food.events.latest("pgh_id")
    assert (event.truth, event.pgh_context.metadata["user"]) == ("confirmed", airport.people["owner"].pk)


def test_it_is_taken_back_its_evidence_stays_and_does_not_propose_it_again(
    airport: Airport, food: Touchpoint, client: Client
) -> None:
    answer_two_waves(airport)
    html = post(client, airport, do="dismiss")
    assert f"It was proposed: {WHY}" in html
    assert "It is none" not in html
    assert Touchpoint.objects.get(code="food").truth == Truth.NO
    assert truths.propose(airport.program, at=factories.NOON) == 0


def test_who_reads_sees_the_evidence_and_no_button(airport: Airport, food: Touchpoint, client: Client) -> None:
    answer_two_waves(airport)
    client.force_login(airport.people["executive"])
    html = client.get("/map/touchpoint/food/?period=2017", headers={"accept-language": "en"}).content.decode()
    assert WHY in html
    assert "Confirm as a moment of truth" not in html


def test_who_saw_something_else_is_told_and_nothing_is_written(
    airport: Airport, food: Touchpoint, client: Client
) -> None:
    answer_two_waves(airport)
    assert "Somebody else has said otherwise meanwhile." in post(client, airport, do="dismiss", seen="confirmed")
    assert Touchpoint.objects.get(code="food").truth == Truth.PROPOSED


def test_it_is_an_edit_of_the_map_and_can_be_undone(airport: Airport, food: Touchpoint) -> None:
    who = {"by": airport.people["owner"], "at": factories.NOON}
    truths.confirm(food, seen="proposed", **who)
    truths.confirm(food, seen="proposed", **who)  # twice changes nothing
    map_history.undo(airport.journey, **who)
    assert Touchpoint.objects.get(code="food").truth == Truth.PROPOSED


def test_nothing_else_can_be_said(airport: Airport, client: Client) -> None:
    client.force_login(airport.people["owner"])
    assert client.post("/map/touchpoint/food/truth/", {"do": "perhaps"}).status_code == 404
    assert client.post("/map/touchpoint/nothing/truth/", {"do": "confirm"}).status_code == 404
