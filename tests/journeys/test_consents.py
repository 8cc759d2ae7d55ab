"""What customers allow: the newest word holds, no purpose without a basis, the query says what the decision says."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxprogram.errors import DomainError
from cxprogram.models import Program
from journeys.models import Customer, CustomerIdentity, Segment
from journeys.services import consents, segments
from journeys.services.customers import CustomerFacts
from journeys.services.interactions import Happening, door, prepare, record_many
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db
PURPOSES = ("survey", "marketing", "profiling", "special_category")
WORDS = st.lists(
    st.tuples(st.sampled_from(["give", "deny", "withdraw"]), st.sampled_from(PURPOSES), st.integers(0, 5)), max_size=8
)


def expected(history: list[tuple[str, str, int]], purpose: str, at: int) -> str:
    """The rule again, in plain Python: survey stands on interest, profiling on nothing, the others on consent."""
    said = [(day, place, word) for place, (word, about, day) in enumerate(history) if about == purpose and day <= at]
    newest = max(said)[2] if said else None
    if newest in ("deny", "withdraw"):
        return {"deny": "consent-denied", "withdraw": "consent-withdrawn"}[newest]
    if purpose == "profiling":
        return "basis-missing"
    if purpose == "survey":
        return "legitimate_interest"
    return "consent-granted" if newest == "give" else "consent-missing"


@pytest.fixture
def program() -> Program:
    program = factories.make_program()
    factories.make_consent_text(program, "survey")
    for purpose in ("marketing", "special_category"):
        factories.make_consent_text(program, purpose, legal_basis="consent")
    return program


@settings(max_examples=25, derandomize=True, suppress_health_check=list(HealthCheck))
@given(history=WORDS)
def test_the_newest_word_holds_and_decision_and_query_agree(
    program: Program, history: list[tuple[str, str, int]]
) -> None:
    with transaction.atomic():
        customer = factories.make_customer(program)
        for word, purpose, day in history:
            if purpose == "profiling" and word == "give":
                with pytest.raises(consents.ConsentError, match="no text"):
                    consents.give(customer, purpose, channel="web", at=NOON + timedelta(days=day))
            else:
                getattr(consents, word)(customer, purpose, channel="web", at=NOON + timedelta(days=day))
        told = [row for row in history if row[:2] != ("give", "profiling")]
        for purpose in PURPOSES:
            at = NOON + timedelta(days=3)
            decision = consents.may_contact(customer, purpose=purpose, at=at)
            assert decision.reason == expected(told, purpose, 3)
            assert Customer.objects.contactable(purpose, at).filter(pk=customer.pk).exists() == decision.is_allowed
        transaction.set_rollback(True)


def test_there_must_be_an_address_and_a_customer(program: Program) -> None:
    customer = factories.make_customer(program, email="", phone="")

    def reason(**asked: Any) -> str:
        return consents.may_contact(customer, purpose="survey", at=NOON, **asked).reason

    assert (reason(), reason(channel="email"), reason(channel="sms")) == (
        "legitimate_interest", "address-missing", "address-missing",
    )  # fmt: skip
    customer.erased_at = NOON
    assert reason() == "customer-erased"


def test_a_text_is_about_its_purpose_and_sensitive_data_stand_on_consent(program: Program) -> None:
    customer = factories.make_customer(program)
    other = factories.make_consent_text(program, "marketing", version=2, legal_basis="consent")
    with pytest.raises(consents.ConsentError) as refusal:
        consents.give(customer, "survey", text=other, channel="web", at=NOON)
    assert refusal.value.code == "consent-text-other"
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.make_consent_text(program, "special_category", version=2, legal_basis="contract")
    # The newest text decides on which basis it stands.
    assert consents.basis(program, "survey", NOON) == "legitimate_interest"
    factories.make_consent_text(program, "survey", version=2, legal_basis="consent", valid_from=NOON)
    assert consents.may_contact(customer, purpose="survey", at=NOON).reason == "consent-missing"
    assert consents.may_contact(customer, purpose="survey", at=NOON - timedelta(days=1)).is_allowed


# --- segments ---------------------------------------------------------------------------------
def test_a_segment_finds_who_it_says(program: Program) -> None:
    units = factories.make_units(program, ["A", "B"])
    factories.make_stream(program)
    factories.make_attribute(program, "tier", type="choice", choices=["gold", "blue"])
    factories.make_attribute(program, "spend", type="number")
    factories.make_attribute(program, "since", type="date")
    facts: dict[str, dict[str, Any]] = {
        "ada": {
            "language": "sv",
            "unit": units["A"],
            "attributes": {"tier": "gold", "spend": 200, "since": "2015-01-01"},
        },
        "bo": {"language": "sv", "unit": units["B"], "attributes": {"tier": "blue", "spend": 99.5}},
        "cy": {"language": "en", "unit": units["A"], "attributes": {"spend": 1000}},
        "acme": {"kind": "account"},
    }
    people = {name: factories.make_customer(program, name=name, identity=name, **row) for name, row in facts.items()}
    entrance = door(program)
    said = [
        Happening("orders", "shop", str(n), NOON - timedelta(days=days), "order", customer=CustomerFacts("crm", name))
        for n, (name, days) in enumerate([("ada", 1), ("ada", 40), ("bo", 200), ("cy", 1), ("cy", 2)])
    ]
    record_many(entrance, [prepare(entrance, each, at=NOON) for each in said], at=NOON)
    consents.withdraw(people["ada"], "survey", channel="web", at=NOON)
    order = {"stream": "orders", "type": "order"}
    rules_sv = {"field": "language", "is": "sv"}
    rules: list[tuple[Any, set[str]]] = [
        ({}, {"ada", "bo", "cy", "acme"}),
        ({"field": "language", "is": "sv"}, {"ada", "bo"}),
        ({"field": "unit", "is": "a"}, {"ada", "cy"}),
        ({"field": "unit", "is": "SFO"}, {"ada", "bo", "cy"}),
        ({"field": "kind", "is": "account"}, {"acme"}),
        ({"attribute": "tier", "in": ["gold", "blue"]}, {"ada", "bo"}),
        ({"attribute": "spend", "below": 100}, {"bo"}),
        ({"attribute": "spend", "at_least": 200}, {"ada", "cy"}),
        ({"attribute": "since", "below": "2016-01-01"}, {"ada"}),
        ({"not": {"attribute": "tier", "known": True}}, {"cy", "acme"}),
        ({"interaction": order, "days": 30}, {"ada", "cy"}),
        ({"interaction": order, "days": 90, "at_least": 2}, {"ada", "cy"}),
        ({"interaction": order, "days": 90, "at_most": 0}, {"bo", "acme"}),
        ({"consent": "survey"}, {"bo", "cy", "acme"}),
        ({"consent": "survey", "allowed": False}, {"ada"}),
        ({"any": [{"field": "kind", "is": "account"}, {"all": [rules_sv, {"consent": "survey"}]}]}, {"acme", "bo"}),
    ]  # fmt: skip
    found = [({row.name for row in segments.matching(program, rule, NOON)}) for rule, _names in rules]
    assert found == [names for _rule, names in rules]
    segment = Segment(program=program, code="swedes", definition=rules[1][0])
    assert segments.customers(segment, NOON).count() == 2


DEEP: dict[str, Any] = {"field": "kind", "is": "person"}
for _level in range(9):
    DEEP = {"not": DEEP}


@pytest.mark.parametrize(
    "definition",
    [
        [], "x", {"all": []}, {"all": "x"}, {"field": "name", "is": "Ada"}, {"field": "language"}, {"x": 1},
        {"field": "language", "is": 1}, {"field": "language", "above": "a"}, {"field": ["a"], "is": 1},
        {"attribute": "nothing", "is": 1}, {"attribute": "tier", "is": "red"}, {"attribute": "tier", "above": "blue"},
        {"attribute": "tier", "known": "yes"}, {"attribute": {"$gt": 1}, "is": 1}, {"attribute": "tier", "in": []},
        {"field": "unit", "is": "nowhere"}, {"field": "created", "above": "soon"}, {"consent": "all"},
        {"interaction": {"sql": "1"}}, {"interaction": {}, "days": -1}, {"interaction": {"stream": "nothing"}},
        {"interaction": {"type": "\x00"}}, {"interaction": {}, "days": True}, {"field": "is_customer", "is": "yes"},
        DEEP,
        {"field": "kind", "is": "person' OR 1=1 --"},
    ],
)  # fmt: skip
def test_what_is_no_filter_is_refused_with_its_place(program: Program, definition: Any) -> None:
    factories.make_attribute(program, "tier", type="choice", choices=["gold", "blue"])
    with pytest.raises(DomainError) as refusal:
        segments.check(program, definition, at=NOON)
    assert (refusal.value.code, refusal.value.extra["path"][:1]) == ("segment-invalid", "/")


# --- look-up ----------------------------------------------------------------------------------
LOOK_UPS = {
    "customer_identity_": "FROM journeys_customeridentity WHERE program_id = 1 AND source = 'crm' AND value = 'x'",
    "customer_identity_value": "FROM journeys_customeridentity WHERE program_id = 1 AND value = 'x'",
    "customer_alphabet": "FROM journeys_customer WHERE program_id = 1 AND sort_key LIKE 'ada%'",
    "customer_email": "FROM journeys_customer WHERE program_id = 1 AND lower(email) = 'x' AND email <> ''",
    "customer_words": "FROM journeys_customer WHERE to_tsvector('simple'::regconfig, COALESCE(name, ''))"
    " @@ to_tsquery('simple', 'ada:*')",
    "consent_newest": "FROM journeys_consent WHERE customer_id = 1 AND purpose = 'survey' ORDER BY at DESC, id DESC",
    "customer_id_at_idx": "FROM journeys_interaction WHERE customer_id = 1 ORDER BY at DESC LIMIT 50",
}


def test_a_look_up_reads_an_index_and_no_table(program: Program) -> None:
    """At ten million customers a scan is seconds: each way to look one up has its index.

    A thousand and their statistics: in an empty table every index costs the same.
    """
    made = Customer.objects.bulk_create(
        Customer(program=program, name=f"Ada {n}", sort_key=f"ada {n}", email=f"ada{n}@example.org")
        for n in range(1_000)
    )
    CustomerIdentity.objects.bulk_create(
        CustomerIdentity(program=program, customer=each, source="crm", value=f"c-{each.pk}") for each in made
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE journeys_customer, journeys_customeridentity")
        cursor.execute("SET LOCAL enable_seqscan = off")
        for index, sql in LOOK_UPS.items():
            cursor.execute(f"EXPLAIN SELECT 1 {sql}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert index in plan and "Seq Scan" not in plan, plan
