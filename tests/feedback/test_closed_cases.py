"""A support case that becomes closed wakes the plans that ask after it: by API and file, once a case."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from feedback.models import PlannedAsk, SamplingPlan, SupportCase, Survey
from feedback.services import case_closings, plans, voice
from feedback.services.voice import Said
from journeys.services import merges
from journeys.services.customers import CustomerFacts
from tests import factories
from tests.api_client import Api
from tests.feedback.test_sending import make_plan

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def survey() -> Survey:
    program = factories.make_program("harbour")
    survey = factories.make_survey(program)
    factories.make_consent_text(program)
    return survey


@pytest.fixture
def plan(survey: Survey) -> SamplingPlan:
    return make_plan(survey, trigger="event", event="case_closed", delay_hours=24)


def tell(survey: Survey, *, hours_ago: float = 0, closed: float | None = None, key: str = "1", **facts: Any) -> str:
    """A case opened two days ago, told so many hours ago; `closed` so many hours ago."""
    now = timezone.now()
    who = CustomerFacts("crm", facts.pop("customer", "c-1"), email="ada@example.org")
    facts["closed_at"] = None if closed is None else now - closed * HOUR
    opened = now - facts.pop("opened", 48) * HOUR
    said = Said("zendesk", key, opened, text="Where is it?", customer=who, facts=facts)
    return voice.record(survey.program, "support-cases", said, at=now - hours_ago * HOUR).status


def test_a_case_that_becomes_closed_is_asked_about_once(survey: Survey, plan: SamplingPlan) -> None:
    tell(survey, status="open")
    assert not PlannedAsk.objects.exists()
    tell(survey, status="closed", closed=2)
    ask = PlannedAsk.objects.get()
    case = SupportCase.objects.get()
    assert case.closed_at is not None
    assert (ask.plan, ask.customer, ask.cause) == (plan, case.customer, f"case-{case.pk}")
    assert ask.due_at == case.closed_at + 24 * HOUR
    for change in ({"closed": 2}, {"closed": 1, "priority": "high"}, {"closed": None}, {"closed": 1}):
        tell(survey, **change)
    assert PlannedAsk.objects.count() == 1
    assert plans.dry_run(plan, at=timezone.now() + HOUR).drawn == 1


def test_its_customer_found_to_be_another_is_not_asked_again(survey: Survey, plan: SamplingPlan) -> None:
    tell(survey, closed=2)
    other = factories.make_customer(survey.program, identity="other")
    merges.merge(other, SupportCase.objects.get().customer, rule="x", at=timezone.now())
    tell(survey)
    tell(survey, closed=1)
    assert PlannedAsk.objects.count() == 1


def test_a_word_for_what_is_over_closes_a_case_that_was_open(survey: Survey, plan: SamplingPlan) -> None:
    tell(survey, status="open")
    tell(survey, status="Solved", opened=48)
    ask = PlannedAsk.objects.get()
    assert abs(ask.due_at - timezone.now() - 24 * HOUR) < HOUR


def test_a_file_of_old_cases_asks_nobody(survey: Survey, plan: SamplingPlan) -> None:
    tell(survey, key="1", status="closed", opened=24 * 400)
    tell(survey, key="2", closed=24 * 300, opened=24 * 400)
    assert not PlannedAsk.objects.exists()


def test_a_case_without_a_customer_wakes_when_its_customer_is_known(survey: Survey, plan: SamplingPlan) -> None:
    now = timezone.now()
    nobody = Said("zendesk", "1", now - 48 * HOUR, text="Where?", facts={"closed_at": now - HOUR})
    voice.record(survey.program, "support-cases", nobody, at=now)
    assert not PlannedAsk.objects.exists()
    tell(survey, closed=1)
    assert PlannedAsk.objects.count() == 1


def test_by_api_many_cases_wake_each_its_customer(survey: Survey, plan: SamplingPlan) -> None:
    api = Api(factories.make_user("integration", factories.root_of(survey.program)), survey.program)
    now = timezone.now()
    rows = [
        {"source": "helpdesk", "external_id": str(n), "at": (now - 48 * HOUR).isoformat(), "subject": "Bag",
         "customer": {"external_id": f"c-{n}"}, "closed_at": (now - HOUR).isoformat() if n else None}
        for n in range(4)
    ]  # fmt: skip
    for _again in range(2):
        api.post("support-cases/bulk/", rows)
    assert PlannedAsk.objects.count() == 3


def test_no_plan_that_waits_for_cases_reads_none(survey: Survey) -> None:
    make_plan(survey, trigger="event", event="ticket_closed")
    tell(survey, closed=2)
    assert not PlannedAsk.objects.exists()


def test_a_dry_run_tells_of_the_cases_that_the_plan_would_have_asked_after(survey: Survey, plan: SamplingPlan) -> None:
    days = 24
    for key, said in {
        "closed by a word": [{"status": "open"}, {"status": "Solved"}],
        "open long before": [{"status": "open", "opened": 400 * days}, {"status": "Löst", "opened": 400 * days}],
        "opened again": [{"status": "open"}, {"status": "closed"}, {"status": "open"}],
        "met closed": [{"status": "closed"}],
        "met closed, old": [{"status": "closed", "opened": 400 * days}],
        "closed at a time": [{"closed": 2}],
        "open": [{"status": "open"}],
    }.items():
        for facts in said:
            tell(survey, key=key, customer=key, **facts)
    keys = {f"case-{case.pk}": case.external_id for case in SupportCase.objects.all()}
    asked = {keys[ask.cause]: ask.due_at - 24 * HOUR for ask in PlannedAsk.objects.all()}
    del asked["opened again"]
    run = plans.dry_run(plan, at=timezone.now())
    assert {keys[each.ask.cause] for each in run.examples} == set(asked)
    closings = case_closings.since(survey.program_id, timezone.now() - plans.LOOK_BACK)
    moments = {case.external_id: at for case, at in closings}
    assert set(moments) == set(asked) == {"closed by a word", "open long before", "met closed", "closed at a time"}
    assert all(abs(asked[key] - moments[key]) < HOUR for key in asked)
