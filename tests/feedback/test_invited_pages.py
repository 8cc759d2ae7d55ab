"""Personal addresses through their own doors: one answer each, clicks that are not scores, and nothing told."""

import logging
import re
from datetime import timedelta
from statistics import median
from time import perf_counter

import pytest
from django.utils import timezone
from pghistory.models import Context

from cxprogram.logs import WithoutSecrets
from feedback.models import ContactDecision, EmailClick, Invitation, Response, SurveyDraft, Ticket
from feedback.pages import ask_message
from feedback.services import invitations, surveys
from tests.factories import (
    make_customer,
    make_invitation,
    make_journey,
    make_program,
    make_steps,
    make_survey,
    make_touchpoint,
    make_unit,
)
from tests.feedback.test_survey_steps import fields, follow, names

pytestmark = pytest.mark.django_db
PERSON = {"HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


@pytest.fixture
def survey():
    return make_survey(
        make_program(), "short", questions=("NETPRO", "Q7ALL", "COMMENT"), hidden=("Q7ALL",), languages=["en", "sv"]
    )


def test_an_invitation_takes_one_answer_with_all_that_is_known_of_it(client, survey):
    program = survey.program
    unit, customer = make_unit(program, "G"), make_customer(program)
    touchpoint = make_touchpoint(make_journey(program).stages.first(), "security")
    invitation, token = make_invitation(
        survey,
        customer=customer,
        unit=unit,
        touchpoint_id=touchpoint.pk,
        language="sv",
        context={"flight": "SK 901", "Q7ALL": 4},
    )
    page = client.get(f"/r/{token}/", **PERSON)
    html = page.content.decode()
    assert page["Referrer-Policy"] == "no-referrer"
    assert '<html lang="sv">' in html and f'action="/r/{token}/?lang=sv"' in html
    invitation.refresh_from_db()
    assert invitation.opened_at is not None and bytes(invitation.token_hash) != token.encode()
    Invitation.objects.update(opened_at=timezone.now() - timedelta(minutes=1))
    for _time in range(2):
        answer = client.post(f"/r/{token}/?lang=sv", {"NETPRO": "3", "COMMENT": "Kö"}, **PERSON)
        assert (answer.status_code, answer["Location"]) == (303, "/s/short/done/?lang=sv")
    row = Response.objects.get()
    assert row.answers == {"NETPRO": 3, "COMMENT": "Kö", "Q7ALL": 4}
    assert (row.source, row.external_id, row.channel) == ("invitation", str(invitation.pk), "email")
    assert (row.unit, row.touchpoint, row.customer, row.language) == (unit, touchpoint, customer, "sv")
    assert row.attributes == {"flight": "SK 901"}
    invitation.refresh_from_db()
    assert (invitation.status, invitation.response) == ("answered", row)
    ticket = Ticket.objects.get()
    assert ticket.customer == customer
    addresses = [context.metadata.get("url", "") for context in Context.objects.all()]
    assert addresses and not any(token in address for address in addresses), "no copy of the secret is kept"


def test_pages_without_a_survey_speak_the_readers_language(client, survey):
    for address in ("/r/unknown/", "/unsubscribe/unknown/"):
        page = client.get(address, HTTP_ACCEPT_LANGUAGE="fi,en;q=0.5", **PERSON)
        assert page["Content-Language"] == "fi" and '<html lang="fi">' in page.content.decode()


def test_unknown_used_expired_and_closed_are_the_same_to_the_last_byte(client, survey):
    _used, used = make_invitation(survey)
    assert client.post(f"/r/{used}/", {"NETPRO": "9"}, **PERSON).status_code == 303
    _late, late = make_invitation(survey, expires_at=timezone.now() - timedelta(days=1))
    _off, off = make_invitation(survey, status="cancelled")
    closed = make_survey(survey.program, "closed", questions=("NETPRO",), is_open=False)
    _shut, shut = make_invitation(closed)
    addresses = ["unknown", "x" * 200, "%00", used, late, off, shut]
    for score in ("", "9/"):
        replies = {
            (page.status_code, page.content, tuple(sorted(page.headers.items())))
            for token in addresses
            for page in (client.get(f"/r/{token}/{score}", **PERSON),)
        }
        assert len(replies) == 1
    for token in addresses:
        assert client.post(f"/r/{token}/", {"NETPRO": "2"}, **PERSON).status_code == 404
    assert Response.objects.count() == 1
    taken: dict[str, list[float]] = {"unknown": [], used: []}
    for _time in range(100):
        for token, spans in taken.items():
            start = perf_counter()
            client.get(f"/r/{token}/", **PERSON)
            spans.append(perf_counter() - start)
    first, second = (median(spans) for spans in taken.values())
    assert abs(first - second) < 0.003, "nobody can tell them apart by waiting"


def test_a_click_chooses_a_score_and_counts_when_it_is_sent(client, survey):
    invitation, token = make_invitation(survey)
    page = client.get(f"/r/{token}/9/", **PERSON)
    assert re.findall(r'name="NETPRO" value="(\d+)" checked', page.content.decode()) == ["9"]
    click = EmailClick.objects.get()
    assert (click.question_code, click.score, click.is_suspect, click.method) == ("NETPRO", 9, False, "GET")
    assert not Response.objects.exists()
    assert "checked" not in client.get(f"/r/{token}/11/", **PERSON).content.decode()
    Invitation.objects.update(opened_at=timezone.now() - timedelta(minutes=1))
    client.post(f"/r/{token}/", {"NETPRO": "8"}, **PERSON)
    assert Response.objects.get().answers["NETPRO"] == 8, "what was sent counts, not what was clicked"
    assert invitation.clicks.by_people().count() == 1


def test_what_a_mail_scanner_does_is_kept_flagged_and_makes_no_score(client, survey):
    invitation, token = make_invitation(survey)
    for score in range(11):
        client.get(f"/r/{token}/{score}/", **PERSON)
    clicks = list(EmailClick.objects.order_by("pk"))
    assert len(clicks) == 11
    assert all(click.is_suspect and "burst" in click.reasons for click in clicks)
    client.head(f"/r/{token}/5/", HTTP_USER_AGENT="Barracuda Sentinel (EE)")
    assert EmailClick.objects.latest("pk").reasons[:2] == ["head", "agent"]
    _fresh, other = make_invitation(survey, at=timezone.now())
    client.get(f"/r/{other}/5/", **PERSON)
    assert EmailClick.objects.latest("pk").reasons == ["too_soon"]
    assert not Response.objects.exists()
    for _time in range(30):
        client.head(f"/r/{token}/5/", **PERSON)
    assert invitation.clicks.count() == invitations.MAX_CLICKS, "one address hammered writes no more"


def test_a_suspected_answer_is_kept_and_flagged(client, survey):
    _invitation, token = make_invitation(survey)
    client.get(f"/r/{token}/", **PERSON)
    client.post(f"/r/{token}/", {"NETPRO": "9", "homepage": "x"}, **PERSON)
    assert Response.objects.get().attributes == {"suspected_robot": True, "robot_signs": "honeypot, too_fast"}


def test_an_unfinished_answer_resumes_by_its_link(client):
    survey = make_steps(make_program())
    _invitation, token = make_invitation(survey)
    first = client.get(f"/r/{token}/3/", **PERSON)
    reply = client.post(f"/r/{token}/", fields(first), **PERSON)
    assert (reply.status_code, reply["Location"]) == (303, f"/r/{token}/?lang=en&page=2")
    assert reply["Referrer-Policy"] == "no-referrer"
    second = follow(client, reply, **PERSON)
    assert names(second) == ["WHY", "PROBLEMS"]
    third = follow(client, client.post(f"/r/{token}/", fields(second) | {"WHY": "Lines"}, **PERSON), **PERSON)
    assert names(client.get(reply["Location"], **PERSON)) == names(second), "the browser's way back"
    again = client.get(f"/r/{token}/", **PERSON)
    assert names(again) == names(third) and fields(again)["WHY"] == ["Lines"]
    assert client.post(f"/r/{token}/", fields(again), **PERSON).status_code == 303
    assert Response.objects.get().answers["WHY"] == "Lines"
    assert not SurveyDraft.objects.exists()


def test_a_rule_over_what_a_system_knows_holds_on_every_page_that_resumes(client):
    survey = make_steps(make_program())
    version = surveys.copy_version(survey.versions.get())
    version.items.filter(question__code="NETPRO").update(is_hidden=True)
    surveys.publish(version, at=timezone.now())
    _invitation, token = make_invitation(survey, context={"NETPRO": 3})
    first = client.get(f"/r/{token}/", **PERSON)
    second = follow(client, client.post(f"/r/{token}/", fields(first) | {"WHY": "Lines"}, **PERSON), **PERSON)
    assert names(second)[0] == "HALL_US"
    assert names(client.get(f"/r/{token}/?page=2", **PERSON)) == ["WHY", "PROBLEMS"]


def test_wrong_answers_are_refused_in_words_and_large_bodies_unread(client, survey):
    _invitation, token = make_invitation(survey)
    assert client.post(f"/r/{token}/", {"NETPRO": "11"}, **PERSON).status_code == 422
    assert client.post(f"/r/{token}/", {}, **PERSON).status_code == 422
    assert client.post(f"/r/{token}/", {"COMMENT": "a" * 70_000}, **PERSON).status_code == 413
    assert not Response.objects.exists()


def test_no_more_mail_by_page_and_by_one_click_and_the_reply_tells_nothing(client, survey):
    sent, token = make_invitation(survey)
    planned, _token = make_invitation(survey, status="planned", sent_at=None)
    other, _token = make_invitation(survey, status="planned", sent_at=None, address="bob@example.org")
    assert b"<form" in client.get(f"/unsubscribe/{token}/").content
    assert client.get(f"/unsubscribe/{token}/").content == client.get("/unsubscribe/unknown/").content
    replies = {
        client.post(f"/unsubscribe/{name}/", {"List-Unsubscribe": "One-Click"}).content
        for name in (token, token, "unknown")
    }
    assert len(replies) == 1
    states = dict(Invitation.objects.values_list("pk", "status"))
    assert states == {sent.pk: "sent", planned.pk: "cancelled", other.pk: "planned"}
    sent.refresh_from_db()
    assert sent.unsubscribed_at is not None


def test_the_page_names_the_purpose_that_ends_and_the_link_says_it_not_the_token(client, survey):
    sent, token = make_invitation(survey, customer=make_customer(survey.program))
    assert ask_message.way_out(sent, token).endswith("?for=survey")
    row = {
        "program": survey.program,
        "customer": sent.customer,
        "survey": survey,
        "outcome": "asked",
        "kind": "invitation",
    }
    ContactDecision.objects.create(**row, at=timezone.now(), purpose="marketing", invitation=sent)
    path = ask_message.way_out(sent, token)
    assert path == f"/unsubscribe/{token}/?for=marketing"
    for reply in (client.get(path), client.post(path)):
        assert "This is about one purpose: Marketing." in reply.content.decode()
    assert client.get(path).content == client.get("/unsubscribe/unknown/?for=marketing").content
    assert client.post(path).content == client.post("/unsubscribe/unknown/?for=marketing").content
    assert client.get(f"{path}x").content == client.get(f"/unsubscribe/{token}/").content  # no words of a stranger's
    assert sent.customer.consents.get().purpose == "marketing"


def test_an_address_is_a_secret_that_can_be_told_again_but_not_read_from_the_database(survey, settings):
    invitation, token = make_invitation(survey)
    assert len(token) == 32 and invitations.token_for(invitation) == token
    settings.SECRET_KEY = "another key of at least fifty characters, for this test alone"
    fresh = invitations.token_for(invitation)
    assert fresh != token and invitations.find(fresh) == invitation and invitations.find(token) is None
    line = logging.LogRecord("django.request", logging.WARNING, "", 1, "Not Found: %s", (f"/r/{token}/9/",), None)
    assert WithoutSecrets().filter(line)
    assert line.getMessage() == "Not Found: /r/…/9/"


def test_asking_twice_by_the_same_key_asks_once(survey):
    asking = invitations.Asking(source="crm", external_id="case-1")
    first, is_new = invitations.make(survey, asking, at=timezone.now())
    second, is_newer = invitations.make(survey, asking, at=timezone.now())
    assert (first, is_new, is_newer) == (second, True, False)
    assert list(Invitation.objects.due(timezone.now())) == [first]
    assert list(Invitation.objects.answerable(timezone.now())) == [first]
    assert surveys.door("short").questions["Q7ALL"].is_hidden


def test_who_is_invited_can_ask_to_be_asked_no_more_from_any_page_of_the_form(client, survey):
    _invitation, token = make_invitation(survey, customer=make_customer(survey.program))
    way_out = f'<a href="/unsubscribe/{token}/?for=survey">'
    assert client.get(f"/r/{token}/", **PERSON).content.decode().count(way_out) == 1
    wrong = client.post(f"/r/{token}/?lang=en", {}, **PERSON)
    assert wrong.status_code == 422 and wrong.content.decode().count(way_out) == 1
    assert "/unsubscribe/" not in client.get("/s/short/", **PERSON).content.decode()
