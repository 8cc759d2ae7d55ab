"""F1: whatever comes in by a public door or the API, nothing fails, and nothing that is stored breaks a later reading.

    python -m tests.hostile 500000 [--seed 7]      at size; CX_HOSTILE_N and CX_HOSTILE_SEED in the suite

What fails is told with its number; the same seed makes it again.
"""

import itertools
import json
import logging
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client
from django.urls import reverse

from cxprogram import periods
from cxprogram.choices import Role
from feedback.models import Response
from feedback.services import folding
from governance.services import reports
from journeys.models import Customer
from tests import factories
from tests import test_permissions as table
from tests.factories import House
from tests.hostile.inputs import Door, Hostile, request
from tests.permission_calls import BODIES, PLACES
from tests.permission_desks import DESKS
from tests.permission_table import ROWS
from tests.test_permissions import desk_url, is_refused

# The second mark makes the database where this file runs alone.
pytestmark = [pytest.mark.xdist_group("hostile"), pytest.mark.django_db]
N = int(os.environ.get("CX_HOSTILE_N", "300"))
SEED = int(os.environ.get("CX_HOSTILE_SEED", "7"))
PUBLIC = (
    "feedback:survey", "feedback:survey-done", "feedback:embed", "feedback:brand-style", "feedback:brand-logo",
    "feedback:invited", "feedback:invited-score", "feedback:unsubscribe", "set_language", "account_login",
    "account_reset_password", "governance:start",
)  # fmt: skip
NAMES = (
    "program", "period", "unit", "kpi", "question", "status", "cursor", "page_size", "source", "external_id", "email",
    "format", "weighted", "touchpoint", "lang", "place", "via", "key", "NETPRO", "Q7ALL", "PROBLEMS", "COMMENT",
    "Q7FOOD",
    "next", "login", "password", "language", "step", "opened",
)  # fmt: skip
ANSWERED = ("feedback:invited", "feedback:invited-score")  # one answer each, and it has been given
SHOWN = min(25, max(2, N // 200))  # newest rows of each kind that are opened one by one afterwards


@pytest.fixture(scope="module")
def house(django_db_setup: Any, django_db_blocker: Any) -> Iterator[House]:
    yield from table.furnished(django_db_blocker)


@pytest.fixture(autouse=True)
def unlogged() -> Iterator[None]:
    """A line for every refusal would be more than anybody reads."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def doors(house: House) -> list[Door]:
    """Every door of the API and of the public, at one of the addresses that lead to something."""
    made = []
    for row in ROWS:
        if not row.door.startswith("api:") and row.door not in PUBLIC:
            continue
        name = row.door.rpartition(":")[-1]
        place = PLACES.get(name) or PLACES.get(name.split("-")[0])
        body = BODIES[row.door](house, row.where or "") if row.door in BODIES else None
        address = reverse(row.door, kwargs=place(house, row.where) if row.where is not None and place else {})
        is_form = not row.door.startswith("api:")
        made.append(Door(row.door, lambda address=address: address, row.method, body, is_form, NAMES))
    return list({(door.name, door.method, door.path()): door for door in made}.values())


def send(client: Client, key: str, asked: Hostile) -> Any:
    headers = dict(asked.headers)
    if asked.door.startswith("api:"):
        headers["Authorization"] = f"Bearer {key}"
    if "segment" in asked.door:
        headers.pop("Authorization")
    return client.generic(asked.method, asked.path, asked.body, content_type=asked.content_type, headers=headers)


def test_nothing_fails_and_nothing_stored_breaks_a_later_reading(house: House) -> None:
    chance, known = random.Random(SEED), doors(house)
    assert len({door.name for door in known}) > 40
    key = factories.make_token(house.people[Role.INTEGRATION], house.program)
    client, statuses, failed = Client(raise_request_exception=False), Counter[int](), []
    started = time.monotonic()
    for number in range(N):
        asked = request(chance, known)
        with transaction.atomic():
            try:
                status = send(client, key, asked).status_code
            except Exception as error:  # a failure outside every view is one as well
                status, asked = 599, Hostile(f"{asked.door}: {error!r}", *list(vars(asked).values())[1:])
            if status >= 500:
                transaction.set_rollback(True)
                failed.append((number, status, asked))
        statuses[status] += 1
        if number % 1_000 == 0:
            client = Client(raise_request_exception=False)
    stored = Response.objects.filter(program=house.program).count()
    print(f"seed {SEED}: {N:,} in {time.monotonic() - started:.0f} s, {dict(statuses)}, {stored:,} answers stored")
    assert failed == [], failed[:5]
    assert statuses[201] + statuses[303] > N // 200, "some must come all the way in"
    broken = list(itertools.islice(unreadable(house), 10))
    assert broken == []


def unreadable(house: House) -> Iterator[tuple[str, Any]]:
    """Every page, list, export and report that does not come out as it should."""
    folding.fold(house.program, at=factories.NOON)
    owner = Client(raise_request_exception=False)
    owner.force_login(house.people[Role.OWNER])
    for row in ROWS:
        if row.method == "GET" and row.expected[Role.OWNER] == 200 and row.door not in ANSWERED:
            reply = table.call(house, owner, row)
            if reply.streaming:
                reply.getvalue()
            if reply.status_code != 200:
                yield row.title, reply.status_code
    for form in ("csv", "ndjson"):
        lines = owner.get("/api/v1/responses/export/", {"format": form}).getvalue().decode().splitlines()
        if form == "ndjson" and [line for line in lines if not isinstance(json.loads(line)["answers"], dict)]:
            yield "export", form
    for label in DESKS:
        model = apps.get_model(label)
        yield from _opened(owner, label, [desk_url(model, "changelist")])
        if label.startswith(("feedback.", "journeys.C", "journeys.I", "journeys.E")):
            keys = model._default_manager.order_by("-pk").values_list("pk", flat=True)[:SHOWN]
            yield from _opened(owner, label, [desk_url(model, "change", key) for key in keys])
    for number in Customer.objects.filter(program=house.program).order_by("-pk").values_list("pk", flat=True)[:SHOWN]:
        yield from _opened(owner, "customer", [reverse("journeys:customer-detail", kwargs={"number": number})])
        reply = owner.post(reverse("journeys:customer-export", kwargs={"number": number}))
        if reply.status_code != 200:
            yield "export of a customer", number
    yield from _reported(house)


def _opened(client: Client, what: str, addresses: list[str]) -> Iterator[tuple[str, Any]]:
    for address in addresses:
        reply = client.get(address)
        if (reply.status_code != 200 and not is_refused(reply.status_code)) or reply.status_code >= 500:
            yield what, (address, reply.status_code)


def _reported(house: House) -> Iterator[tuple[str, Any]]:
    """The steering report of these answers, as a PDF."""
    made = reports.make_steering_report(
        house.program, house.root, periods.parse("2017"), "en", at=factories.NOON, by=house.people[Role.OWNER]
    )
    if not bytes(made.pdf).startswith(b"%PDF"):
        yield "report", made.pk
