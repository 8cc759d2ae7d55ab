"""The page of streams: what each is for, how far it can be trusted, and whether it delivers."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cxprogram.choices import Role
from journeys.insight import freshness
from journeys.pages import streams
from journeys.services import interactions
from journeys.services.customers import CustomerFacts
from journeys.services.interactions import Happening
from tests import factories
from tests.factories import NOON, House
from tests.factories.knowledge import make_use_case

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> House:
    return factories.make_house()


def page(house: House) -> HttpResponse:
    client = Client()
    client.force_login(house.people[Role.ANALYST])
    return client.get("/streams/")


def test_a_stream_says_how_far_it_can_be_trusted(house: House) -> None:
    good = factories.make_stream(
        house.program, "good", cadence_hours=24, retention_days=400, responsible=house.people["owner"]
    )
    factories.make_stream(house.program, "idea", status="draft", purpose="")
    door = interactions.door(house.program)
    ada = CustomerFacts("crm", "ada")
    rows = [
        Happening("good", "shop", str(n), NOON, "order", customer=None if n == 3 else ada, channel="web" if n else "",
                  value=n // 2, touchpoint="food")
        for n in range(4)
    ]  # fmt: skip
    interactions.record_many(door, [interactions.prepare(door, row, at=NOON) for row in rows], at=NOON)
    measured = {row.stream.code: row for row in streams.streams(house.program, NOON)}
    assert measured["good"].rows == 4 and measured["good"].stream == good
    shares = (measured["good"].with_touchpoint, measured["good"].with_channel, measured["good"].with_value)
    assert shares == (1.0, 0.75, 1.0)
    assert (measured["good"].duplicates, measured["good"].orphans, measured["good"].is_stale) == (1, 1, False)
    assert measured["good"].complaints == ["1 look doubled.", "25 % belong to nobody we know."]
    received = measured["good"].received_at
    assert received is not None
    later = {row.stream.code: row for row in streams.streams(house.program, received + timedelta(days=2))}
    assert later["idea"].complaints[0].startswith("Takes nothing in") and not later["idea"].is_stale
    assert page(house).status_code == 200


def test_the_streams_say_what_for_on_which_basis_how_often_for_how_much_and_whose(house: House) -> None:
    stream = factories.make_stream(
        house.program, "calls", purpose="To mend what people call about.", legal_basis="contract", cadence_hours=48,
        cost_amount=1200, responsible=house.people["owner"],
    )  # fmt: skip
    factories.make_stream(house.program, "hourly", cadence_hours=1)
    case = make_use_case(house.program, "answer", name="Answer sooner")
    later = make_use_case(house.program, "offer", name="Offer more", status="proposed")
    stream.use_cases.set([case, later])
    html = page(house).content.decode().replace("\xa0", " ")
    row = re.search(r"<tr><th scope=\"row\">Calls</th>.*?</tr>", html)
    assert row is not None
    for said in (
        "To mend what people call about.", "Contract", case.name, f"{later.name} (Proposed)", "every 2 days",
        f"{house.program.currency} 1,200", str(house.people["owner"]),
    ):  # fmt: skip
        assert said in row[0], said
    assert "every hour" in html


def test_the_streams_take_as_many_queries_however_many_they_are(house: House, django_assert_num_queries: Any) -> None:
    for number in range(20):
        stream = factories.make_stream(house.program, f"s{number}", status="draft")
        stream.use_cases.add(make_use_case(house.program, f"u{number}", status="proposed"))
    with django_assert_num_queries(4):
        for row in streams.streams(house.program, NOON):
            assert len(row.use_cases) == 1


def test_old_rows_that_came_in_today_are_a_delivery_of_today(house: House) -> None:
    factories.make_stream(house.program, "orders", cadence_hours=24, responsible=house.people["owner"])
    at = NOON - timedelta(days=500)
    row = interactions.prepare(interactions.door(house.program), Happening("orders", "shop", "1", at, "order"), at=NOON)
    interactions.record_many(interactions.door(house.program), [row], at=NOON)
    now = timezone.now()
    (found,) = (each for each in streams.streams(house.program, now) if each.stream.code == "orders")
    assert (found.rows, found.is_stale, found.received_at is not None) == (1, False, True)
    assert not any("Nothing came in" in said or "Not fresh" in said for said in found.complaints)
    assert freshness.last_deliveries([found.stream], now) == {found.stream.pk: found.received_at}
    (later,) = (each for each in streams.streams(house.program, now + timedelta(days=2)) if each.rows)
    assert later.is_stale


def test_a_stream_that_was_silent_for_long_tells_its_last_delivery(house: House) -> None:
    door = interactions.door(house.program)
    quarterly = {"cadence_hours": 200 * 24, "responsible": house.people["owner"], "retention_days": 900}
    now = timezone.now()
    later = now + timedelta(days=150)
    counts = []
    for n in (1, 4):
        for number in range(n):
            factories.make_stream(house.program, f"{n}-{number}", **quarterly)
            factories.make_stream(house.program, f"empty-{n}-{number}")
        door = interactions.door(house.program)
        rows = [Happening(f"{n}-{number}", "shop", f"{n}-{number}", NOON, "order") for number in range(n)]
        interactions.record_many(door, [interactions.prepare(door, row, at=NOON) for row in rows], at=NOON)
        with CaptureQueriesContext(connection) as caught:
            found = {each.stream.code: each for each in streams.streams(house.program, later)}
        counts.append(len(caught))
    assert counts[0] == counts[1]
    told = found["4-3"]
    assert told.rows == 0 and told.received_at is not None and told.received_at >= now
    assert not told.is_stale and told.complaints == []
    assert found["empty-4-3"].received_at is None and found["empty-4-3"].is_stale
