"""Links from map to map: what is shown goes along, and those who define find where to define."""

import re

import pytest
from django.test import Client

from journeys.models import Touchpoint
from tests import factories
from tests.journeys.pages import Airport, answer_two_waves, make_airport

pytestmark = pytest.mark.django_db

SHOWN = "unit=SFO&amp;period=2017&amp;compare=2016"


@pytest.fixture
def airport() -> Airport:
    """A life cycle whose touchpoint `flight` opens into the departure, whose touchpoint `food` opens into a meal."""
    found = make_airport()
    answer_two_waves(found)
    cycle = factories.make_journey(found.program, "years", stages=("use",))
    factories.make_touchpoint(cycle.stages.get(), "flight", opens=found.journey)
    meal = factories.make_journey(found.program, "meal", stages=("eat",))
    Touchpoint.objects.filter(code="food").update(opens=meal)
    return found


def links(client: Client, airport: Airport, address: str, role: str = "owner") -> list[str]:
    """The links of a page into the map and its neighbours."""
    client.force_login(airport.people[role])
    reply = client.get(address, headers={"accept-language": "en"})
    assert reply.status_code == 200, reply.content[:500]
    main = re.search(r"<main.*</main>", reply.content.decode(), re.S)
    assert main
    return [each for each in re.findall(r'href="([^"]*)"', main[0]) if each.startswith(("/map/", "/journeys/"))]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/map/?journey=departure&period=2017", ["/map/?journey=years&amp;{}", "/map/?journey=meal&amp;{}"]),
        ("/map/?journey=departure&period=2017", ["/map/touchpoint/food/?{}", "/map/touchpoint/checkin/?{}"]),
        ("/map/?journey=departure&period=2017", ["/journeys/?{}"]),
        ("/map/touchpoint/food/?period=2017", ["/map/?journey=departure&amp;{}", "/map/?journey=meal&amp;{}"]),
        ("/journeys/?period=2017&compare=2016", ["/map/?journey=departure&amp;{}"]),
    ],
)
def test_period_unit_and_comparison_go_along(
    airport: Airport, client: Client, address: str, expected: list[str]
) -> None:
    found = links(client, airport, address)
    assert [each.format(SHOWN) for each in expected if each.format(SHOWN) not in found] == []


def test_who_defines_finds_from_a_touchpoint_where_its_details_are_set(airport: Airport, client: Client) -> None:
    place = f"/admin/journeys/touchpoint/{airport.touchpoints['food'].pk}/change/"
    for role, is_there in (("owner", True), ("executive", False)):
        client.force_login(airport.people[role])
        page = client.get("/map/touchpoint/food/?period=2017", headers={"accept-language": "en"}).content.decode()
        assert (f'<a href="{place}">Edit details: moment of truth, expectation' in page) == is_there
    client.force_login(airport.people["owner"])
    assert client.get(place).status_code == 200


def test_no_comparison_stays_none(airport: Airport, client: Client) -> None:
    found = links(client, airport, "/map/touchpoint/food/?period=2017&compare=none")
    assert "/map/?journey=departure&amp;unit=SFO&amp;period=2017&amp;compare=none" in found
    page = client.get("/map/touchpoint/food/?period=2017&compare=none", headers={"accept-language": "en"})
    assert "since 2016" not in page.content.decode()
