"""Interactions: once and no more, by month, never without a purpose."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from cxprogram.errors import ConflictError, DomainError
from cxprogram.models import Program
from journeys.models import Customer, DataStream, Interaction, InteractionKey
from journeys.services import consents, interactions, partitions
from journeys.services.customers import CustomerFacts
from journeys.services.interactions import Happening, InteractionError
from tests import factories
from tests.factories import NOON
from tests.factories.knowledge import make_use_case

pytestmark = pytest.mark.django_db
ADA = CustomerFacts("crm", "1", name="Ada Example", email="ada@example.org")


@pytest.fixture
def program() -> Program:
    program = factories.make_program()
    factories.make_stream(program)
    return program


def happening(**fields: Any) -> Happening:
    return Happening(
        **({"stream": "orders", "source": "shop", "external_id": "o-1", "at": NOON, "type": "order"} | fields)
    )


def record(program: Program, **fields: Any) -> interactions.Recorded:
    return interactions.record(interactions.door(program), happening(**fields), at=NOON)


def test_it_writes_once_repeats_and_refuses_another_body_even_at_another_time(program: Program) -> None:
    first = record(program, customer=ADA, value="19.90", properties={"basket": [1, 2]})
    again = record(program, customer=ADA, value=Decimal("19.9000"), properties={"basket": [1, 2]})
    assert (first.is_new, again.is_new, again.interaction_id) == (True, False, first.interaction_id)
    # The month after has another partition: a unique constraint there would let it pass.
    for other in ({"at": NOON - timedelta(days=60)}, {"value": 20, "customer": ADA}):
        with pytest.raises(ConflictError, match="another"):
            record(program, **other)
    row = Interaction.objects.get()
    assert (row.pk, row.customer.name, row.value, row.properties) == (
        first.interaction_id, "Ada Example", Decimal("19.9"), {"basket": [1, 2]},
    )  # fmt: skip


def test_many_are_accounted_for_one_by_one(program: Program) -> None:
    record(program, external_id="known", customer=ADA)
    door = interactions.door(program)
    said = [
        happening(external_id="known", customer=ADA),
        happening(external_id="known", customer=ADA, type="return"),
        happening(external_id="new", at=NOON - timedelta(days=400)),
        happening(external_id="new", at=NOON - timedelta(days=400)),
        happening(external_id="new", at=NOON),
    ]
    rows = [interactions.prepare(door, each, at=NOON) for each in said]
    account = interactions.record_many(door, rows, at=NOON)
    assert [status for status, _id in account.statuses] == ["repeated", "conflict", "created", "repeated", "conflict"]
    assert account.statuses[2][1] == account.statuses[3][1]
    assert Interaction.objects.count() == InteractionKey.objects.count() == 2
    again = interactions.record_many(door, rows, at=NOON)
    assert again.count("created") == 0


def test_what_happened_at_one_moment_keeps_the_order_in_which_it_was_told(program: Program) -> None:
    door = interactions.door(program)
    told = [f"step-{number}" for number in range(40)]
    rows = [interactions.prepare(door, happening(external_id=each, type=each), at=NOON) for each in told]
    interactions.record_many(door, rows, at=NOON)
    assert list(Interaction.objects.order_by("at", "pk").values_list("type", flat=True)) == told


@pytest.mark.parametrize(
    ("moment", "table"),
    [
        ("2017-01-31T23:59:59.999999+00:00", "journeys_interaction_201701"),
        ("2017-02-01T00:00:00+00:00", "journeys_interaction_201702"),
        ("2017-02-01T01:00:00+02:00", "journeys_interaction_201701"),
        ("2016-12-31T23:30:00-05:00", "journeys_interaction_201701"),
        ("1999-12-31T23:59:59+00:00", "journeys_interaction_early"),
        ("1900-01-02T00:00:00+00:00", "journeys_interaction_early"),
    ],
)
def test_each_lies_in_the_month_of_its_utc_time(program: Program, moment: str, table: str) -> None:
    record(program, at=datetime.fromisoformat(moment))
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM journeys_interaction")
        assert cursor.fetchall() == [(table,)]


def test_a_month_knows_the_next() -> None:
    assert partitions.Month(2016, 12).next == partitions.Month(2017, 1)
    assert partitions.Month(2017, 1).next.start == datetime(2017, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("facts", "lacks"),
    [
        ({}, "No active use case needs it yet."),
        ({"purpose": ""}, "It has no purpose yet. No active use case needs it yet."),
        ({"legal_basis": ""}, "It has no legal basis yet. No active use case needs it yet."),
    ],
)
def test_a_draft_says_what_it_lacks(program: Program, facts: dict[str, str], lacks: str) -> None:
    factories.make_stream(program, "draft", status="draft", **facts)
    with pytest.raises(InteractionError) as refused:
        interactions.prepare(interactions.door(program), happening(stream="draft"), at=NOON)
    assert str(refused.value.detail) == f"The data stream is a draft and takes nothing in. {lacks}"


def test_a_draft_that_lacks_nothing_waits_for_a_person(program: Program) -> None:
    stream = factories.make_stream(program, "draft", status="draft")
    stream.use_cases.add(make_use_case(program))
    with pytest.raises(InteractionError, match="Nobody has made it active yet"):
        interactions.prepare(interactions.door(program), happening(stream="draft"), at=NOON)


def test_it_says_why_it_takes_an_interaction_not(program: Program) -> None:
    factories.make_stream(program, "draft", status="draft", purpose="")
    factories.make_stream(program, "short", retention_days=30)
    factories.make_stream(program, "health", legal_basis="consent", is_special_category=True)
    reasons = {
        "stream-unknown": {"stream": "nothing"},
        "stream-draft": {"stream": "draft"},
        "interaction-too-old": {"stream": "short", "at": NOON - timedelta(days=31)},
        "happened-in-future": {"at": NOON + timedelta(days=2)},
        "happened-at-invalid": {"at": datetime(1800, 1, 1, tzinfo=UTC)},
        "key-missing": {"external_id": ""},
        "type-missing": {"type": " "},
        "touchpoint-unknown": {"touchpoint": "nowhere"},
        "value-invalid": {"value": "NaN"},
        "properties-too-many": {"properties": {str(number): 1 for number in range(101)}},
        "text-not-storable": {"properties": {"a": [{"b": "\x00"}]}},
        "customer-key-missing": {"customer": CustomerFacts("crm", "")},
        "customer-missing": {"stream": "health"},
        "consent-missing": {"stream": "health", "customer": ADA},
    }
    found = {}
    for code, fields in reasons.items():
        with pytest.raises(DomainError) as refusal:
            record(program, **fields)
        found[code] = refusal.value.code
    assert found == {code: code for code in reasons}
    assert not Interaction.objects.exists()


def test_a_sensitive_stream_takes_what_the_customer_consents_to(program: Program) -> None:
    factories.make_stream(program, "health", legal_basis="consent", is_special_category=True)
    factories.make_consent_text(program, "special_category", legal_basis="consent")
    record(program, customer=ADA)
    ada = Customer.objects.get()
    consents.give(ada, "special_category", channel="web", at=NOON)
    assert record(program, stream="health", external_id="h-1", customer=ADA).is_new
    consents.withdraw(ada, "special_category", channel="web", at=NOON)
    door = interactions.door(program)
    row = interactions.prepare(door, happening(stream="health", external_id="h-2", customer=ADA), at=NOON)
    assert interactions.record_many(door, [row], at=NOON).statuses == [("consent-missing", None)]


def test_an_active_stream_has_a_purpose_and_a_basis(program: Program) -> None:
    from django.db import IntegrityError, transaction

    for missing in ({"purpose": ""}, {"legal_basis": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            DataStream.objects.create(
                program=program, **({"code": "x", "kind": "transaction", "purpose": "p", "legal_basis": "contract",
                                     "status": "active"} | missing)
            )  # fmt: skip
