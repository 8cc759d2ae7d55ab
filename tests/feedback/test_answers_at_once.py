"""R2 in small: the same answers at once are one answer each. Each test commits, so each builds its own house."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from cxprogram.choices import Role
from feedback.models import Response, Ticket
from journeys.models import Customer
from tests import factories
from tests.api_client import Api
from tests.feedback.answers import body, stored

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def house() -> factories.House:
    return factories.make_house()


@pytest.mark.parametrize("answers", [{"NETPRO": 9}, {"NETPRO": 2}], ids=["alone", "with its ticket"])
def test_one_key_posted_twenty_times_at_once_is_one_answer(house: factories.House, answers: dict):
    """R2 of the reliability targets, in small."""
    person, start = house.people[Role.INTEGRATION], threading.Barrier(20, timeout=30)
    callers = [Api(person, house.program) for _ in range(20)]
    facts = body(answers=answers, customer={"external_id": "c-1", "email": "ada@example.org"})

    def send(api: Api) -> tuple[int, dict[str, Any]]:
        start.wait()
        try:
            reply = api.post("responses/", facts)
            return reply.status_code, reply.json()
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        replies = list(pool.map(send, callers))
    assert sorted(status for status, _reply in replies) == [200] * 19 + [201]
    assert len({reply["id"] for _status, reply in replies}) == 1
    assert stored() == 1
    assert Customer.objects.filter(email="ada@example.org").count() == 1
    assert Ticket.objects.filter(response__source="crm").count() == (answers["NETPRO"] < 7)


def test_bulk_requests_with_the_same_keys_in_any_order_do_not_block_each_other(house: factories.House):
    person, start = house.people[Role.INTEGRATION], threading.Barrier(6, timeout=30)
    rows = [body(external_id=f"k-{n}", customer={"external_id": f"c-{n}"}) for n in range(200)]
    callers = [(Api(person, house.program), rows if n % 2 else rows[::-1]) for n in range(6)]

    def send(caller: tuple[Api, list]) -> dict[str, Any]:
        api, own = caller
        start.wait()
        try:
            reply = api.post("responses/bulk/", own)
            assert reply.status_code == 200, reply.content
            return reply.json()
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        accounts = list(pool.map(send, callers))
    assert sum(account["created"] for account in accounts) == 200
    assert sum(account["repeated"] for account in accounts) == 1000
    assert stored() == Response.objects.filter(source="crm").values("customer").distinct().count() == 200
