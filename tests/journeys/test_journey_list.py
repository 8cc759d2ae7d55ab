import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cxprogram.periods import parse
from journeys.insight import journey_tree
from journeys.insight.map import build_map
from journeys.models import Journey, Stage
from tests import factories
from tests.factories import NOON
from tests.journeys.pages import Airport, answer_two_waves, make_airport

TODAY = NOON.date()

pytestmark = pytest.mark.django_db


@pytest.fixture
def airport() -> Airport:
    """A life cycle whose touchpoint `flight` opens into the departure; its touchpoint `club` is rated 4.5 itself."""
    found = make_airport()
    answer_two_waves(found)
    cycle = factories.make_journey(found.program, "years", stages=("use",))
    Journey.objects.filter(pk=cycle.pk).update(level="life_cycle")
    use = cycle.stages.get()
    factories.make_touchpoint(use, "flight", opens=found.journey)
    factories.make_touchpoint(use, "club", question_code="Q7SIGN", aspect="quality", truth="confirmed")
    return found


def page(client: Client, airport: Airport, address: str = "/journeys/?period=2017", role: str = "owner") -> str:
    client.force_login(airport.people[role])
    reply = client.get(address, headers={"accept-language": "en"})
    assert reply.status_code == 200, reply.content[:500]
    return reply.content.decode()


def test_it_counts_what_stands_on_each_map_and_rates_it_by_its_comparable_touchpoints(airport: Airport) -> None:
    found = journey_tree.overview(airport.program, airport.root, parse("2017"))
    departure = found.summaries[airport.journey.pk]
    assert (departure.touchpoints, departure.measured, departure.pains, departure.truths) == (5, 4, 2, 1)
    assert departure.rollup.of == 3  # ease asks something else
    assert departure.rollup.value == pytest.approx((4.5 + 340 / 120 + 400 / 120) / 3)


def test_the_life_cycle_stands_above_the_journey_that_its_touchpoint_opens(airport: Airport) -> None:
    found = journey_tree.overview(airport.program, airport.root, parse("2017"))
    (top,) = found.branches
    (below,) = top.parts
    assert (top.summary.journey.code, below.summary.journey.code) == ("years", "departure")
    assert below.through is not None and below.through.code == "flight"
    departure = found.summaries[airport.journey.pk].rollup.value
    assert departure is not None
    assert top.summary.rollup.value == pytest.approx((departure + 4.5) / 2)


def test_journeys_that_open_into_each_other_are_listed_once(airport: Airport) -> None:
    stage = Stage.objects.get(journey=airport.journey, code="wait")
    factories.make_touchpoint(stage, "back", opens=Journey.objects.get(code="years"))
    found = journey_tree.overview(airport.program, airport.root, parse("2017"))
    (top,) = found.branches
    assert top.journeys == found.summaries.keys()


def test_what_is_taken_off_is_neither_listed_nor_counted(airport: Airport) -> None:
    Journey.objects.filter(code="years").update(retired_at=factories.NOON)
    found = journey_tree.overview(airport.program, airport.root, parse("2017"))
    assert [branch.summary.journey.code for branch in found.branches] == ["departure"]


def test_the_page_links_each_journey_to_its_map_its_editing_and_its_paths(airport: Airport, client: Client) -> None:
    html = page(client, airport)
    for address in ("/map/?journey=departure", "/map/edit/?journey=departure", "/paths/?journey=departure"):
        assert address in html
    assert "4 of 5 touchpoints measured" in html
    assert "mean of 3 touchpoints" in html
    assert "/map/edit/" not in page(client, airport, role="unit_manager")


@pytest.mark.parametrize("address", ["/journeys/", "/map/?journey=years"])
def test_a_life_cycle_which_nobody_travels_as_such_leads_to_no_paths(airport: Airport, client: Client, address) -> None:
    html = page(client, airport, address)
    assert "/paths/?journey=years" not in html
    assert "/funnels/?journey=years" not in html


def test_the_map_shows_of_a_touchpoint_that_opens_the_rating_that_the_list_shows(
    airport: Airport, client: Client
) -> None:
    found = re.search(r'data-journey="departure" data-value="([\d.]+)"', page(client, airport))
    shown = re.search(
        r'data-journey="departure" data-value="([\d.]+)"', page(client, airport, "/map/?journey=years&period=2017")
    )
    assert found and shown and found[1] == shown[1]


def test_a_map_whose_touchpoints_open_nothing_asks_no_more_queries(airport: Airport) -> None:
    factories.fold(airport.program)
    counted = []
    for code in ("departure", "years"):
        build_map(airport.program, airport.root, parse("2017"), journey=code, today=TODAY)
        with CaptureQueriesContext(connection) as captured:
            build_map(airport.program, airport.root, parse("2017"), journey=code, today=TODAY)
        counted.append(len(captured))
    assert counted[0] <= 19 < counted[1] <= 34


def test_the_number_of_queries_does_not_follow_the_number_of_journeys(airport: Airport) -> None:
    factories.fold(airport.program)

    def asked() -> int:
        journey_tree.overview(airport.program, airport.root, parse("2017"))
        with CaptureQueriesContext(connection) as captured:
            assert journey_tree.overview(airport.program, airport.root, parse("2017")).branches
        return len(captured)

    few = asked()
    for number in range(6):
        more = factories.make_journey(airport.program, f"more-{number}", stages=("only",))
        factories.make_touchpoint(more.stages.get(), f"point-{number}", question_code="Q7FOOD", aspect="quality")
    assert asked() == few


def test_a_program_without_a_journey_says_so(client: Client) -> None:
    program = factories.make_program("new")
    client.force_login(factories.make_user("executive", factories.root_of(program)))
    html = client.get("/journeys/", headers={"accept-language": "en"}).content.decode()
    assert "The journey is not drawn yet" in html
