"""R2, R7 and F3: many at once lose nothing, double nothing, wait for each other in no circle, and none is refused.

Small in the suite; at size by CX_FAULT_KEYS=500, CX_FAULT_SECONDS=60, CX_FAULT_RESPONDENTS=1000.
"""

import os
import time
import uuid
from collections import Counter

import pytest

from tests.demo_site import DemoSite
from tests.fault.clients import PAGE, Client, answer, at_once, read

pytestmark = [pytest.mark.fault, pytest.mark.xdist_group("demo")]
KEYS = int(os.environ.get("CX_FAULT_KEYS", "20"))
SECONDS = float(os.environ.get("CX_FAULT_SECONDS", "4"))
RESPONDENTS = int(os.environ.get("CX_FAULT_RESPONDENTS", "200"))
AT_ONCE = 20
POOL = 6  # connections to the database of the web server as `serve` starts it: two workers of three threads
STORED = "SELECT count(*) FROM feedback_response WHERE source = %s"
NAMED = "SELECT count(*) FROM feedback_response WHERE external_id = ANY(%s)"
TICKETS = """SELECT count(*) FROM feedback_ticket t JOIN feedback_response r ON r.id = t.response_id
    WHERE r.external_id = ANY(%s)"""
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"


def test_one_key_twenty_times_at_once_is_one_answer_by_api(demo_site: DemoSite) -> None:
    source = f"r2-{uuid.uuid4()}"

    def work(client: Client, _number: int) -> list[tuple[int, int]]:
        replies = [client.api("responses/", answer(source, f"k{key}", key % 11)) for key in range(KEYS)]
        return [(status, said["id"]) for status, said in replies]

    for replies in zip(*at_once(demo_site, AT_ONCE, work), strict=True):
        assert Counter(status for status, _id in replies) == {201: 1, 200: AT_ONCE - 1}
        assert len({made for _status, made in replies}) == 1, "every reply names the one answer"
    assert read(demo_site, STORED, source) == KEYS
    status, said = Client(demo_site).api("responses/", answer(source, "k0", 10))
    assert (status, said["code"]) == (409, "idempotency-conflict")


def test_one_form_twenty_times_at_once_is_one_answer(demo_site: DemoSite) -> None:
    keys = [str(uuid.uuid4()) for _ in range(KEYS)]
    scores = [3 if number % 2 else 9 for number in range(KEYS)]

    def work(client: Client, _number: int) -> list[int]:
        return [client.page(key, score) for key, score in zip(keys, scores, strict=True)]

    replies = at_once(demo_site, AT_ONCE, work)
    assert {status for each in replies for status in each} == {303}
    assert read(demo_site, NAMED, keys) == KEYS
    assert read(demo_site, TICKETS, keys) == KEYS // 2, "each low score opens its ticket once"


def test_four_times_the_pool_ends_in_no_circle_and_no_failure(demo_site: DemoSite) -> None:
    """The same few customers, in every order, by one answer and by many, with tickets: what could lock each other."""
    source, before = f"r7-{uuid.uuid4()}", read(demo_site, DEADLOCKS)
    rates = {}
    for clients in (POOL, 4 * POOL):
        end = time.monotonic() + SECONDS

        def work(client: Client, number: int, clients: int = clients, end: float = end) -> Counter[int]:
            seen: Counter[int] = Counter()
            while time.monotonic() < end:
                turn = sum(seen.values())
                key = f"{clients}-{number}-{turn}"
                people = [(turn * 7 + number + step) % 12 for step in range(4)]
                if turn % 5:
                    who = {"external_id": f"c{people[0]}", "email": f"c{people[0]}@example.org"}
                    status, _said = client.api("responses/", answer(source, key, turn % 11, customer=who))
                else:
                    rows = [
                        answer(source, f"{key}-{each}", each % 11, customer={"external_id": f"c{each}"})
                        for each in (people if number % 2 else people[::-1])
                    ]
                    status, _said = client.api("responses/bulk/", rows)
                seen[status] += 1
            return seen

        seen = sum(at_once(demo_site, clients, work), Counter[int]())
        assert seen.keys() <= {200, 201}, seen
        rates[clients] = sum(seen.values()) / SECONDS
    print(f"requests a second by clients: {rates}")
    assert read(demo_site, DEADLOCKS) == before
    people = "SELECT count(*) FROM journeys_customeridentity WHERE source = %s"
    assert read(demo_site, people, source) == 12


def test_no_respondent_behind_one_address_is_refused(demo_site: DemoSite) -> None:
    keys = [str(uuid.uuid4()) for _ in range(RESPONDENTS)]
    clients, started = 10, time.monotonic()

    def work(client: Client, number: int) -> list[int]:
        statuses = []
        for key in keys[number::clients]:
            statuses += [client.send("GET", PAGE)[0], client.page(key, 9)]
        return statuses

    seen = Counter(status for statuses in at_once(demo_site, clients, work) for status in statuses)
    print(f"{RESPONDENTS} respondents in {time.monotonic() - started:.1f} s")
    assert seen == {200: RESPONDENTS, 303: RESPONDENTS}
    assert read(demo_site, NAMED, keys) == RESPONDENTS
