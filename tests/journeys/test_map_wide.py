import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.journeys.pages import answer_two_waves, make_airport, make_wide

pytestmark = pytest.mark.django_db


def test_the_page_asks_the_same_number_of_queries_for_five_and_for_sixty_touchpoints(client: Client) -> None:
    airport = make_airport()
    answer_two_waves(airport)
    make_wide(airport, 5, code="five")
    make_wide(airport, 60, code="sixty")
    factories.fold(airport.program)
    client.force_login(airport.people["owner"])
    counted = {}
    for code, touchpoints in (("five", 5), ("sixty", 60)):
        address = f"/map/?journey={code}&period=2017"
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            html = client.get(address).content.decode()
        counted[touchpoints] = len(captured)
        assert html.count('class="cx-no"') == touchpoints
    assert counted[5] == counted[60]
