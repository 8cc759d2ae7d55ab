"""Every door while the database is away, and what a rule refuses: said in the house's words."""

import json
from unittest import mock

import pytest
from django.db import InterfaceError, OperationalError

from tests.factories import make_token

pytestmark = pytest.mark.django_db


@pytest.fixture
def away():
    """From here on no statement reaches the database."""
    with mock.patch("django.db.backends.utils.CursorWrapper.execute", side_effect=OperationalError("gone away")):
        yield


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("get", "/"),
        ("get", "/tickets/"),
        ("post", "/tickets/1/take/"),
        ("get", "/s/passengers/"),
        ("post", "/s/passengers/"),
        ("get", "/s/passengers/done/"),
        ("get", "/map/"),
    ],
)
def test_people_are_asked_to_come_back(client, house, request, method, address):
    client.force_login(house.people["owner"])
    client.raise_request_exception = False
    request.getfixturevalue("away")
    page = getattr(client, method)(address)
    html = page.content.decode()
    assert page.status_code == 503
    assert int(page["Retry-After"]) > 0
    assert page["Cache-Control"] == "no-store"
    assert "<h1>" in html
    assert "gone away" not in html
    assert ("CX Program" in html) == (not address.startswith("/s/"))


def test_programs_get_a_problem_that_says_when_to_retry(client, house, request):
    token = make_token(house.people["integration"], house.program)
    request.getfixturevalue("away")
    answer = client.get("/api/v1/tickets/", headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 503
    assert answer["Content-Type"].startswith("application/problem+json")
    assert json.loads(answer.content)["code"] == "unavailable"
    assert int(answer["Retry-After"]) > 0


def test_a_broken_connection_is_the_same(client):
    with mock.patch("feedback.services.surveys.door", side_effect=InterfaceError("closed")):
        assert client.get("/s/passengers/").status_code == 503


def test_any_other_failure_stays_a_failure(client):
    client.raise_request_exception = False
    with mock.patch("feedback.services.surveys.door", side_effect=RuntimeError("a mistake of ours")):
        page = client.get("/s/passengers/")
    assert page.status_code == 500
    assert "a mistake of ours" not in page.content.decode()


def test_a_refusal_of_a_rule_has_its_status_and_its_words(client, house):
    client.force_login(house.people["owner"])
    page = client.get("/tickets/?period=May")
    assert page.status_code == 400
    assert "Write the period as 2017, 2017-05 or all." in page.content.decode()
