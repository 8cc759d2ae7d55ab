"""From the decision to the customer: a real SMTP server takes the mails, and what comes back is heard."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from feedback import delivery
from feedback.choices import InvitationStatus
from feedback.models import ContactDecision, Invitation, PlannedAsk, StoppedAddress, Survey
from feedback.services import bounces, sending, tickets
from journeys.models import Consent
from journeys.services import consents
from tests import factories
from tests.feedback.test_sending import DAY, HOUR, make_base, make_plan, make_rule, run
from tests.mail_box import MailBox, listening

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.fixture
def mail_box(settings: Any) -> Any:
    with listening() as box:
        for name, value in box.settings.items():
            setattr(settings, name, value)
        yield box


@pytest.fixture
def survey(db: None) -> Survey:
    program = factories.make_program("nordic", time_zone="Europe/Stockholm")
    factories.make_consent_text(program)
    return factories.make_survey(program, "stay")


def statuses() -> dict[str, str]:
    return dict(Invitation.objects.values_list("address", "status"))


def test_a_mail_server_gets_each_mail_once_with_a_way_out(survey: Survey, mail_box: MailBox) -> None:
    ann, bo, gone = make_base(survey, 3)
    run(make_plan(survey, reminders=1), NOW)
    consents.withdraw(gone, "survey", channel="phone", at=NOW)  # between the decision and the sending
    assert delivery.deliver_due(at=NOW) == 2
    assert delivery.deliver_due(at=NOW + HOUR) == 0
    assert mail_box.to() == sorted([ann.email, bo.email])
    assert statuses() == {ann.email: "sent", bo.email: "sent", gone.email: "cancelled"}
    last = ContactDecision.objects.filter(customer=gone).order_by("-pk")[0]
    assert (last.outcome, last.reason) == ("skipped", "consent-withdrawn")
    mail = next(mail for mail in mail_box.mails if mail["To"] == ann.email)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    (way_out,) = re.findall(r"<https?://[^/]+(/unsubscribe/[^>]+)>", mail["List-Unsubscribe"])
    assert way_out in mail.get_body(("plain",)).get_content()
    # The mail program's one click, without log-in or cookie, ends it for good.
    for _again in range(2):
        with time_machine.travel(NOW + HOUR, tick=False):
            assert Client().post(way_out, {"List-Unsubscribe": "One-Click"}).status_code == 200
    withdrawn = Consent.objects.get(customer=ann)
    assert (withdrawn.state, withdrawn.purpose, withdrawn.channel) == ("withdrawn", "survey", "email")
    # Five days later only the other one is reminded, by the same address.
    sending.decide_due(at=NOW + 6 * DAY)
    mail_box.mails.clear()
    assert delivery.deliver_due(at=NOW + 6 * DAY) == 1
    assert mail_box.to() == [bo.email]
    assert mail_box.mails[0]["Subject"].startswith("Reminder")
    reminded = Invitation.objects.get(address=bo.email)
    assert (reminded.status, reminded.sent_at) == ("sent", NOW)
    assert reminded.reminded_at > NOW


def test_what_comes_back_stops_the_address(survey: Survey, mail_box: MailBox) -> None:
    hard, soft = (factories.make_customer(survey.program, email=email) for email in ("nobody@x.org", "busy@x.org"))
    plan = make_plan(survey)
    run(plan, NOW)
    at = NOW
    for _try in range(5):
        delivery.deliver_due(at=at)
        at += HOUR
    assert mail_box.mails == []
    assert statuses() == {"nobody@x.org": "bounced", "busy@x.org": "bounced"}
    known = {row.kind: (row.bounces, row.is_stopped) for row in StoppedAddress.objects.all()}
    assert known == {"hard": (1, True), "soft": (3, True)}
    run(plan, at)
    assert Counter(ContactDecision.objects.filter(at=at).values_list("reason", flat=True)) == {"address-stopped": 2}
    bounces.try_again(StoppedAddress.objects.get(kind="hard"))
    run(plan, at + DAY)
    assert ContactDecision.objects.get(at=at + DAY, outcome="asked").customer == hard
    # Told by another system: the same bounce twice is one, a complaint takes the consent back.
    for _again in range(2):
        row = bounces.record(survey.program, " Busy@X.org", kind="complaint", at=at + 2 * DAY)
    assert (row.kind, row.bounces) == ("complaint", 4)
    assert consents.may_contact(soft, purpose="survey", at=at + 2 * DAY).reason == "consent-withdrawn"


def test_a_server_that_is_away_costs_time_and_no_mail(survey: Survey, settings: Any) -> None:
    make_base(survey, 1)
    run(make_plan(survey), NOW)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 9, 1
    at = NOW
    for attempt in range(1, 9):
        assert delivery.deliver_due(at=at) == 0
        assert delivery.deliver_due(at=at) == 0
        assert Invitation.objects.get().attempts == attempt
        at += timedelta(minutes=2**attempt + 1)
    assert Invitation.objects.get().status == InvitationStatus.FAILED


def test_nothing_is_sent_that_the_ledger_does_not_know(survey: Survey, mail_box: MailBox) -> None:
    (customer,) = make_base(survey, 1)
    invitation, _token = factories.make_invitation(survey, customer=customer)
    Invitation.objects.filter(pk=invitation.pk).update(status="planned", send_at=NOW, sent_at=None)
    assert delivery.deliver_due(at=NOW) == 0
    assert mail_box.mails == []


def test_a_closed_ticket_is_told_whatever_the_rules_and_asked_about_later(survey: Survey) -> None:
    make_rule(survey)
    (customer,) = make_base(survey, 1)
    factories.make_invitation(survey, customer=customer, at=NOW)
    plan = make_plan(survey, trigger="event", event="ticket_closed", delay_hours=48)
    person = factories.make_user("owner", factories.root_of(survey.program))
    ticket = factories.make_ticket(survey, customer=customer)
    for _again in range(2):
        tickets.close(ticket, by=person, root_cause="Staffing", action="We called.", at=NOW)
    assert list(ContactDecision.objects.values_list("kind", "outcome", "cause")) == [
        ("transactional", "asked", f"ticket-{ticket.pk}")
    ]
    ask = PlannedAsk.objects.get()
    assert (ask.plan, ask.customer, ask.due_at) == (plan, customer, NOW + 2 * DAY)
    sending.decide_due(at=NOW + 2 * DAY)
    assert ContactDecision.objects.get(kind="invitation").reason == "rule"
