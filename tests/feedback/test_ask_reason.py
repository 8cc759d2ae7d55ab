"""Why somebody is asked: the message says how they were chosen, and nothing that is not true of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cxprogram import sms
from feedback.models import Invitation, PlannedAsk, SamplingPlan, Survey
from feedback.pages import ask_message
from feedback.services import invitations, people_lists, plans, sending, surveys
from tests import factories
from tests.feedback.test_sending import make_plan

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
LANGUAGES = ["en", "sv", "nb", "da", "fi"]


@pytest.fixture
def survey() -> Survey:
    program = factories.make_program("nordic", time_zone="Europe/Stockholm")
    factories.make_consent_text(program)
    return factories.make_survey(program, "stay", languages=LANGUAGES)


def mailed(survey: Survey, invitation: Invitation) -> str:
    return ask_message.mail(invitation, surveys.door(survey.slug), invitations.token_for(invitation)).text


def asked_by(plan: SamplingPlan, **facts: Any) -> Invitation:
    customer = factories.make_customer(plan.program)
    PlannedAsk.objects.create(
        plan=plan, customer=customer, cause="x", due_at=NOW, until=NOW + timedelta(days=9), **facts
    )
    sending.decide_due(at=NOW)
    return Invitation.objects.get(customer=customer)


def test_a_customer_in_a_wave_is_told_so(survey: Survey) -> None:
    assert "You are a customer of ours, and we ask our customers" in mailed(survey, asked_by(make_plan(survey)))


def test_a_stranger_on_a_list_is_not_told_of_what_never_was(survey: Survey) -> None:
    plan = make_plan(survey, audience="list")
    people_lists.add(plan, people_lists.read("Ann <ann@example.org>"), at=NOW)
    plans.start_wave(plan, at=NOW)
    sending.decide_due(at=NOW)
    text = mailed(survey, Invitation.objects.get())
    assert "You are on a list of people whom we would like to hear from." in text
    assert "been in touch" not in text and "customer of ours" not in text


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ({"event": "ticket_closed"}, "You told us that something went wrong"),
        ({"event": "case_closed"}, "Your case with our customer service has been closed."),
        ({"event": "interaction", "event_type": "delivered"}, "because of what has happened: "),
        ({"event": "stage"}, "because you have been here with us: Arrive."),
    ],
)
def test_after_an_event_it_is_named(survey: Survey, event: dict[str, Any], said: str) -> None:
    if event["event"] == "stage":
        event = event | {"stage": factories.make_journey(survey.program).stages.first()}
    assert said in mailed(survey, asked_by(make_plan(survey, trigger="event", **event)))


def test_a_text_message_has_a_way_out_and_is_short(survey: Survey, settings: Any) -> None:
    settings.BASE_URL = "https://customers.example-organisation.org"
    invitation = asked_by(make_plan(survey))
    invitation.address = "+46701234567"
    for language in LANGUAGES:
        invitation.language = language
        token = invitations.token_for(invitation)
        message = ask_message.text(invitation, surveys.door(survey.slug), token)
        assert f"https://customers.example-organisation.org/r/{token}/" in message.text
        assert message.text.endswith(f"https://customers.example-organisation.org/unsubscribe/{token}/?for=survey")
        assert sms.parts(message.text) <= sms.MOST_PARTS
