"""Who is who: identities, certain merges, and undoing them exactly."""

import json
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from cxprogram.errors import ConflictError, DomainError
from cxprogram.models import Program
from journeys import holdings
from journeys.alphabet import sort_key
from journeys.models import Consent, Customer, CustomerIdentity, CustomerMerge, Interaction
from journeys.services import consents, customers, identities, interactions, merges, people
from journeys.services.interactions import Happening
from journeys.services.people import PersonFacts
from tests import factories
from tests.factories import NOON


def identify(program: Program, *keys: tuple[str, str], **facts: Any) -> people.Saved:
    return people.identify(program, PersonFacts(keys, **facts), at=NOON)


@pytest.fixture
def program() -> Program:
    return factories.make_program()


# --- pure -------------------------------------------------------------------------------------
def test_names_are_in_the_order_of_their_alphabet() -> None:
    swedish = ["Zorn", "Åberg", "Ärlig", "Öberg"]
    assert sorted(["Öberg", "Zorn", "Ärlig", "Åberg"], key=lambda name: sort_key(name, "sv")) == swedish
    danish = ["Zahle", "Æbelø", "Østergård", "Ågård"]
    assert sorted(["Ågård", "Østergård", "Zahle", "Æbelø"], key=lambda name: sort_key(name, "da")) == danish
    assert sort_key("  Éva  MÜLLER ") == "eva muller"


def test_addresses_have_one_form() -> None:
    assert identities.keys([("email", " Ada@Example.ORG ")]) == (("email", "ada@example.org"),)
    numbers = {
        "+46 70-123 45 67": "+46701234567",
        "0046 70 1234567": "+46701234567",
        "070-123 45 67": None,
        "abc": None,
    }
    assert {text: identities.phone_number(text) for text in numbers} == numbers


@pytest.mark.django_db
def test_the_planner_knows_that_few_share_an_address(program: Program) -> None:
    """Else it walks the whole base from its newest end: a second or more among millions."""
    program_id, unit = program.pk, factories.root_of(program).pk
    Customer.objects.bulk_create(
        Customer(program_id=program_id, unit_id=unit, name="x", email=f"p{n}@example.org") for n in range(2_000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE journeys_customer")
    plan = Customer.objects.with_email("p7@example.org").filter(program=program).explain(format="json")
    assert json.loads(plan)[0]["Plan"]["Plan Rows"] == 1


# --- identify ---------------------------------------------------------------------------------
@pytest.mark.django_db
def test_one_person_under_many_names_is_one_customer(program: Program) -> None:
    first = identify(program, ("crm", "1"), name="Ada Example", email="Ada@example.org")
    assert first.status == "created"
    assert identify(program, ("crm", "1"), name="Ada Example").status == "repeated"
    by_address = identify(program, ("loyalty", "9"), email="ada@EXAMPLE.org", phone="+46 70 123 45 67")
    assert (by_address.customer.pk, by_address.status) == (first.customer.pk, "updated")
    assert identify(program, ("phone", "0046701234567"), language="sv").customer.pk == first.customer.pk
    # The CRM knows two people at one address: they stay two.
    wife = identify(program, ("crm", "2"), name="Eva Example", email="ada@example.org")
    assert (wife.status, wife.customer.pk != first.customer.pk) == ("created", True)
    # Somebody says in one breath that two keys are one person.
    shop = identify(program, ("shop", "77"), phone="+46700000000").customer
    one = identify(program, ("loyalty", "9"), ("shop", "77"))
    assert (one.customer.pk, one.merged) == (first.customer.pk, (shop.pk,))
    assert CustomerMerge.objects.get().rule == "shop"
    shop.refresh_from_db()
    assert shop.merged_into_id == first.customer.pk
    assert {key.value for key in one.customer.identities.all()} == {
        "1", "9", "77", "ada@example.org", "+46701234567", "+46700000000",
    }  # fmt: skip


@pytest.mark.django_db
def test_what_a_person_took_apart_no_rule_puts_together(program: Program) -> None:
    one, other = (identify(program, (source, "1")).customer for source in ("crm", "shop"))
    merge = merges.merge(one, other, rule=merges.BY_HAND, at=NOON)
    merges.undo(merge, at=NOON)
    assert identify(program, ("crm", "1"), ("shop", "1")).merged == ()
    with pytest.raises(ConflictError):
        merges.undo(merge, at=NOON)


@pytest.mark.django_db
def test_accounts_have_contacts_and_attributes_have_types(program: Program) -> None:
    for code, kind in (("tier", "choice"), ("spend", "number"), ("since", "date"), ("vip", "boolean")):
        factories.make_attribute(program, code, type=kind, choices=["gold", "blue"] if kind == "choice" else [])
    factories.make_attribute(program, "allergy", is_special_category=True)
    said = {"tier": "gold", "spend": "12.50", "since": "2015-02-01", "vip": True}
    ada = identify(program, ("crm", "1"), account=("crm", "acme"), attributes=said).customer
    assert ada.account is not None and ada.account.kind == "account"
    assert ada.attributes == {"tier": "gold", "spend": 12.5, "since": "2015-02-01", "vip": True}
    assert identify(program, ("crm", "1"), attributes={"vip": None}).customer.attributes.keys() == {
        "tier",
        "spend",
        "since",
    }
    refused = {}
    for code, value in (
        ("tier", "red"),
        ("spend", "NaN"),
        ("since", "soon"),
        ("vip", 1),
        ("x", 1),
        ("allergy", "nuts"),
    ):
        with pytest.raises(DomainError) as refusal:
            identify(program, ("crm", "1"), attributes={code: value})
        refused[code] = refusal.value.code
    wrong = dict.fromkeys(("tier", "spend", "since", "vip"), "attribute-invalid")
    assert refused == wrong | {"x": "attribute-unknown", "allergy": "attribute-without-consent"}
    # With explicit consent, and gone with it.
    factories.make_consent_text(program, "special_category", legal_basis="consent")
    consents.give(ada, "special_category", channel="web", at=NOON)
    ada = identify(program, ("crm", "1"), attributes={"allergy": "nuts"}).customer
    consents.withdraw(ada, "special_category", channel="web", at=NOON)
    assert "allergy" not in Customer.objects.get(pk=ada.pk).attributes


@pytest.mark.django_db
def test_many_at_once_become_what_one_by_one_they_would(program: Program) -> None:
    identify(program, ("crm", "1"), name="Ada", email="ada@example.org")
    rows = [
        PersonFacts((("crm", "1"),), name="Ada"),
        PersonFacts((("crm", "1"),), name="Ada Example"),
        PersonFacts((("crm", "2"),), name="Bo Åberg", email="bo@example.org"),
        PersonFacts((("shop", "5"),), email="BO@example.org"),
        PersonFacts((("crm", "3"),), email="no address"),
        PersonFacts((("crm", "4"),), name="Cy"),
    ]
    saved = people.identify_many(program, rows, at=NOON)
    words = [row.code if isinstance(row, DomainError) else row.status for row in saved]
    assert words == ["repeated", "updated", "created", "updated", "email-invalid", "created"]
    assert [row.name for row in Customer.objects.order_by("sort_key")] == ["Ada Example", "Bo Åberg", "Cy"]
    with CaptureCount() as few:
        people.identify_many(program, [PersonFacts((("n", str(n)),), name=f"N {n}") for n in range(40)], at=NOON)
    with CaptureCount() as many:
        people.identify_many(program, [PersonFacts((("m", str(n)),), name=f"N {n}") for n in range(400)], at=NOON)
    assert few.count == many.count


class CaptureCount:
    def __enter__(self) -> "CaptureCount":
        self.force, connection.force_debug_cursor = connection.force_debug_cursor, True
        self.before = len(connection.queries_log)
        return self

    def __exit__(self, *args: Any) -> None:
        self.count = len(connection.queries_log) - self.before
        connection.force_debug_cursor = self.force


@pytest.mark.django_db
def test_a_refusal_said_while_two_were_one_holds_for_both(program: Program) -> None:
    factories.make_consent_text(program)
    one, other = (identify(program, (source, "1")).customer for source in ("crm", "shop"))
    merge = merges.merge(one, other, rule=merges.BY_HAND, at=NOON)
    consents.withdraw(one, "survey", channel="web", at=NOON)
    merges.undo(merge, at=NOON)
    other.refresh_from_db()
    for customer in (one, other):
        assert consents.may_contact(customer, purpose="survey", at=NOON).reason == "consent-withdrawn"


def test_every_key_to_a_customer_is_held_by_a_room() -> None:
    """A new table with people in it is not forgotten by merging, export and erasure."""
    held = {(each.model, each.lookup) for each in holdings.holdings()}
    keys = {
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.is_relation and field.many_to_one and field.concrete and field.related_model is Customer
        and not model.__name__.endswith("Event")
    }  # fmt: skip
    assert keys - held == set(), "these point at customers: register a Holding"


# --- a random life ----------------------------------------------------------------------------
SOURCES = st.sampled_from(["crm", "shop", "app"])
VALUES = st.sampled_from(["1", "2", "3"])
ADDRESSES = st.sampled_from(["", "a@example.org", "B@example.org", "b@EXAMPLE.org"])


def tables() -> dict[str, list[tuple[Any, ...]]]:
    names = ("name", "email", "phone", "language", "attributes", "merged_into_id", "sort_key", "account_id")
    return {
        "customers": list(Customer.objects.order_by("pk").values_list("pk", *names)),
        "identities": list(CustomerIdentity.objects.order_by("pk").values_list("pk", "customer_id", "source", "value")),
        "consents": list(Consent.objects.order_by("pk").values_list("pk", "customer_id", "state", "at")),
        "interactions": list(Interaction.objects.order_by("pk").values_list("pk", "customer_id", "external_id")),
    }


class Life(RuleBasedStateMachine):
    """Customers are met, named, merged, taken apart; at each step nobody is lost and undoing is exact."""

    def __init__(self) -> None:
        super().__init__()
        self.outer = transaction.atomic()
        self.outer.__enter__()
        self.program = factories.make_program(f"life-{id(self)}")
        factories.make_stream(self.program)
        factories.make_consent_text(self.program)
        self.before: list[tuple[CustomerMerge, dict[str, Any]]] = []
        self.interactions = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.outer.__exit__(None, None, None)

    def standing(self) -> list[Customer]:
        return list(Customer.objects.standing().filter(program=self.program).order_by("pk"))

    @rule(
        named=st.lists(st.tuples(SOURCES, VALUES), min_size=1, max_size=2),
        email=ADDRESSES,
        name=st.sampled_from(["", "Ada"]),
    )
    def meet(self, named: list[tuple[str, str]], email: str, name: str) -> None:
        saved = people.identify(self.program, PersonFacts(tuple(named), name=name, email=email), at=NOON)
        assert saved.customer.is_standing
        if saved.status != "repeated":
            self.before.clear()

    @precondition(lambda self: self.standing())
    @rule(place=st.integers(0, 9), state=st.sampled_from(["give", "deny", "withdraw"]))
    def say(self, place: int, state: str) -> None:
        chosen = self.standing()
        getattr(consents, state)(chosen[place % len(chosen)], "survey", channel="web", at=NOON)
        self.before.clear()

    @rule(value=VALUES)
    def buy(self, value: str) -> None:
        self.interactions += 1
        said = Happening(
            "orders", "shop", str(self.interactions), NOON, "order", customer=customers.CustomerFacts("shop", value)
        )
        interactions.record(interactions.door(self.program), said, at=NOON)
        self.before.clear()

    @precondition(lambda self: len(self.standing()) > 1)
    @rule(one=st.integers(0, 9), other=st.integers(0, 9))
    def merge(self, one: int, other: int) -> None:
        chosen = self.standing()
        kept, gone = chosen[one % len(chosen)], chosen[other % len(chosen)]
        if kept != gone:
            was = tables()
            self.before.append((merges.merge(kept, gone, rule=merges.BY_HAND, at=NOON), was))

    @precondition(lambda self: self.before)
    @rule()
    def undo(self) -> None:
        merge, was = self.before.pop()
        merges.undo(merge, at=NOON)
        assert tables() == was

    @invariant()
    def nothing_hangs_on_who_is_no_more(self) -> None:
        for held in holdings.holdings():
            if held.moves:
                gone = held.model._default_manager.filter(**{f"{held.lookup}__merged_into__isnull": False})
                assert not gone.exists(), held.code

    @invariant()
    def a_source_that_tells_two_apart_is_believed(self) -> None:
        assert Interaction.objects.filter(program=self.program).count() == self.interactions


@pytest.mark.django_db
def test_a_random_life_of_merges_is_undone_exactly() -> None:
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=6, stateful_step_count=16, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
