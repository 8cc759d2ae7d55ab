"""Plans and the ledger through their doors: pages and API."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from feedback import contact_words
from feedback.models import ContactDecision, ContactRule, PlannedAsk, StoppedAddress, Survey
from feedback.services import plans, sending
from journeys import holdings
from tests import factories
from tests.feedback.test_sending import DAY, make_base, make_plan, make_rule, survey

__all__ = ["survey"]
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.fixture
def owner(survey: Survey) -> Client:
    client = Client()
    client.force_login(factories.make_user("owner", factories.root_of(survey.program), language="en"))
    return client


def test_a_plan_says_what_it_would_do_and_starts_its_wave_once(
    survey: Survey, owner: Client, django_assert_max_num_queries: Any
) -> None:
    make_base(survey, 5)
    make_rule(survey)
    plan = make_plan(survey, name="Guests", hold_out_share=0.0)
    address = reverse("feedback:plan-detail", args=[plan.pk])
    with django_assert_max_num_queries(40):
        page = owner.get(address).content.decode()
    assert "If it ran now, 5 of 5 would be asked" in page
    assert ContactDecision.objects.count() == PlannedAsk.objects.count() == 0
    for _again in range(2):
        assert owner.post(reverse("feedback:plan-start", args=[plan.pk]), {"wave": "1"}).status_code == 303
        assert "Wave 1 is drawn: 5 customers are asked" in owner.get(address).content.decode()
    assert plan.waves.count() == 1
    for wave in ("3", "x", ""):
        assert owner.post(reverse("feedback:plan-start", args=[plan.pk]), {"wave": wave}).status_code == 404
    sending.decide_due(at=timezone.now())
    page = owner.get(address).content.decode()
    assert "If it ran now, 0 of 5 would be asked" in page
    assert "Month" in page
    listed = owner.get(reverse("feedback:plan-list")).content.decode()
    assert "1 of 1 plan runs" in listed
    assert "At most 1 invitation in 30 days, within the whole program" in listed


def test_people_are_put_on_a_list_all_or_none(survey: Survey, owner: Client) -> None:
    plan = make_plan(survey, audience="list")
    address, page = (reverse(f"feedback:{door}", args=[plan.pk]) for door in ("plan-people", "plan-detail"))
    refused = owner.post(address, {"people": "ann@example.org\nnonsense"})
    assert refused.status_code == 422
    assert "Line 2 is no e-mail address." in refused.content.decode()
    assert "ann@example.org\nnonsense</textarea>" in refused.content.decode()
    for _again in range(2):
        assert owner.post(address, {"people": "Ann <ann@example.org>\nbo@example.org"}).status_code == 303
        assert "2 people are on the list." in owner.get(page).content.decode()


def test_the_ledger_is_found_by_plan_decision_and_customer(survey: Survey, owner: Client) -> None:
    ann, bo = make_base(survey, 2)
    make_rule(survey)
    factories.make_invitation(survey, customer=bo, at=NOW)
    plan = make_plan(survey)
    plans.start_wave(plan, at=NOW)
    sending.decide_due(at=NOW)
    address = reverse("feedback:decision-list")
    for query, found in (
        ({}, {ann, bo}),
        ({"customer": str(ann.pk)}, {ann}),
        ({"customer": bo.email.upper()}, {bo}),
        ({"outcome": "skipped"}, {bo}),
        ({"plan": str(plan.pk), "outcome": "asked"}, {ann}),
        ({"customer": "nobody@example.org"}, set()),
        ({"customer": "9" * 30, "plan": "x", "outcome": "?", "before": "-1"}, set()),
        ({"customer": "\x00"}, {ann, bo}),
    ):
        page = owner.get(address, query).content.decode()
        assert {customer for customer in (ann, bo) if f"<td>{customer}</td>" in page} == found, query
    told = list(holdings.holding("contact_decisions").story(ContactDecision.objects.all(), 5))
    assert {entry.title for entry in told} == {"Asked: Stay by E-mail", "Not asked: Stay"}
    assert any("Month; free again 24 Dec 2026" in entry.detail for entry in told)


def test_other_systems_read_the_ledger_and_tell_what_came_back(survey: Survey) -> None:
    ann, bo = make_base(survey, 2)
    plan = make_plan(survey)
    plans.start_wave(plan, at=NOW)
    sending.decide_due(at=NOW)
    user = factories.make_user("integration", factories.root_of(survey.program))
    headers = {"Authorization": f"Bearer {factories.make_token(user, survey.program)}"}
    client = Client(headers=headers)
    rows = client.get("/api/v1/contact-decisions/", {"customer": ann.pk}).json()["results"]
    assert [(row["customer"], row["outcome"], row["plan"], row["wave"]) for row in rows] == [
        (ann.pk, "asked", plan.pk, 1)
    ]
    for bad in ({"customer": "x"}, {"plan": "9" * 25}, {"outcome": "never"}):
        assert client.get("/api/v1/contact-decisions/", bad).json()["code"] == "parameter-invalid"
    body = {"address": bo.email, "kind": "hard", "at": (timezone.now() - DAY).isoformat()}
    for _again in range(2):
        reply = client.post("/api/v1/bounces/", body, content_type="application/json")
        assert reply.status_code == 200
        assert {name: reply.json()[name] for name in ("kind", "bounces", "is_stopped")} == {
            "kind": "hard", "bounces": 1, "is_stopped": True,
        }  # fmt: skip
    assert StoppedAddress.objects.count() == 1
    for bad, code in (
        ({"address": " "}, "address-missing"),
        ({"address": "a", "at": "2226-01-01T00:00:00Z"}, "bounced-in-future"),
    ):
        assert client.post("/api/v1/bounces/", bad, content_type="application/json").json()["code"] == code


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"at_most": 2, "window_hours": 720}, "At most 2 invitations in 30 days, within the whole program"),
        ({"pause_hours": 36, "scope": "survey"}, "None for 36 hours after an invitation, within the same survey"),
        (
            {
                "at_most": 1,
                "window_hours": 24,
                "pause_hours": 12,
                "clock": "response",
                "attributes": {"x": ["a", "b"]},
            },
            "At most 1 answer in 1 day and none for 12 hours after an answer, within the whole program, for customers "
            "with x a or b",
        ),
    ],
)
def test_a_rule_reads_as_a_sentence(fields: dict, sentence: str) -> None:
    assert contact_words.rule_sentence(ContactRule(**fields)) == sentence
