import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from journeys.models import Measurement, Stage, Touchpoint
from tests import factories
from tests.factories.knowledge import make_finding, make_study
from tests.journeys.pages import Airport, answer_two_waves, make_airport, make_wide, values

pytestmark = pytest.mark.django_db


@pytest.fixture
def airport() -> Airport:
    found = make_airport()
    answer_two_waves(found)
    return found


def page(client: Client, airport: Airport, code: str, *, role: str = "owner", query: str = "?period=2017") -> str:
    client.force_login(airport.people[role])
    reply = client.get(f"/map/touchpoint/{code}/{query}", headers={"accept-language": "en"})
    assert reply.status_code == 200, reply.content[:500]
    return reply.content.decode()


def test_it_tells_experience_expectation_gap_trend_and_units_of_a_measured_touchpoint(
    airport: Airport, client: Client
) -> None:
    html = page(client, airport, "shops").replace("\xa0", " ")
    found = values(html)
    assert found["mean", "2017", "Q7STORE"] == pytest.approx(400 / 120)
    assert found["mean", "2016", "Q7STORE"] == pytest.approx(4.5)
    for said in ("4.00 · assumed", "−0.67", "−1.17 since 2016", "By unit, 2017", "Pain point 2"):
        assert said in html, said
    assert "/kpis/?kpi=mean:Q7STORE" in html


def test_it_tells_what_is_linked_promise_channels_findings_with_their_study_and_the_plan(
    airport: Airport, client: Client
) -> None:
    food = airport.touchpoints["food"]
    Touchpoint.objects.filter(pk=food.pk).update(promises={"en": "Fresh and fair"}, channels=["store"])
    make_finding(food, study=make_study(airport.program, "hall"), texts={"en": "Nobody finds the menu"})
    Measurement.objects.create(
        program=airport.program, touchpoint=food, whats={"en": "Time in line"}, method="survey", when="Weekly"
    )
    factories.make_responsibility(airport.people["analyst"], food)
    html = page(client, airport, "food")
    for said in ("Fresh and fair", "Nobody finds the menu", "Time in line", "Weekly", "Analyst"):
        assert said in html, said


def test_a_touchpoint_that_nothing_measures_says_so(airport: Airport, client: Client) -> None:
    html = page(client, airport, "checkin")
    assert "Nobody measures yet: Checkin" in html
    assert "Nothing is planned here." in html


def test_what_is_off_the_map_or_of_others_is_not_found(airport: Airport, client: Client) -> None:
    client.force_login(airport.people["owner"])
    Touchpoint.objects.filter(code="signs").update(retired_at=factories.NOON, position=None)
    other = factories.make_program("other")
    stage = Stage.objects.get(journey=factories.make_journey(other, stages=("one",)))
    factories.make_touchpoint(stage, "theirs")
    for code in ("signs", "theirs", "nothing"):
        assert client.get(f"/map/touchpoint/{code}/").status_code == 404


def test_the_number_of_queries_does_not_follow_the_size_of_its_journey(airport: Airport, client: Client) -> None:
    make_wide(airport, 5, code="five")
    make_wide(airport, 60, code="sixty")
    factories.fold(airport.program)
    counted = []
    for code in ("five-1", "sixty-1"):
        page(client, airport, code)
        with CaptureQueriesContext(connection) as captured:
            page(client, airport, code)
        counted.append(len(captured))
    assert counted[0] == counted[1]


def test_the_map_leads_to_each_of_its_touchpoints(airport: Airport, client: Client) -> None:
    client.force_login(airport.people["owner"])
    html = client.get("/map/?period=2017").content.decode()
    for code in airport.touchpoints:
        assert f"/map/touchpoint/{code}/?unit=SFO&amp;period=2017" in html
