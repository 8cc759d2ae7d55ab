"""The public survey through its own door, as a browser without JavaScript uses it."""

import re
from unittest import mock

import pytest
from django.db import OperationalError
from django.utils import timezone

from feedback.choices import TicketReason
from feedback.models import Question, Response, Ticket
from feedback.pages import survey as pages
from feedback.services import responses, survey_drafting
from tests.factories import make_program, make_rule, make_survey

pytestmark = pytest.mark.django_db
LANGUAGES = ["en", "sv", "nb", "da", "fi"]


@pytest.fixture
def survey():
    program = make_program()
    return make_survey(
        program, "short", questions=("NETPRO", "Q7ALL", "COMMENT"), required=("NETPRO",), languages=LANGUAGES
    )


def key_of(page) -> str:
    return re.search(r'name="key" value="([^"]+)"', page.content.decode())[1]


def typed(client, **answers):
    """Open the page and send the form with these answers."""
    page = client.get("/s/short/")
    return client.post("/s/short/", {"key": key_of(page), **answers})


def test_the_page_asks_with_eleven_buttons_and_nothing_chosen(client, survey):
    page = client.get("/s/short/")
    html = page.content.decode()
    assert page.status_code == 200
    assert re.findall(r'type="radio"[^>]*name="NETPRO" value="(\d+)"', html) == [str(n) for n in range(11)]
    assert "checked" not in html
    assert "<script" not in html
    assert html.count("<button") == 1
    assert page["Cache-Control"] == "no-store"
    assert not page.cookies


def test_every_visit_gets_its_own_key(client, survey):
    assert key_of(client.get("/s/short/")) != key_of(client.get("/s/short/"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_speaks_every_language_of_the_survey(client, survey, language):
    page = client.get(f"/s/short/?lang={language}")
    html = page.content.decode()
    assert f'<html lang="{language}">' in html
    assert page["Content-Language"] == language
    assert f'hreflang="{language}" aria-current="true"' in html
    assert f'action="/s/short/?lang={language}"' in html


@pytest.mark.parametrize(
    ("asked", "accepted", "spoken"),
    [
        ("sv", "fi", "sv"),
        ("", "fi-FI,en;q=0.5", "fi"),
        ("fr", "fr,nb;q=0.9", "nb"),
        ("", "ja", "en"),
        ("", "", "en"),
    ],
)
def test_the_language_is_asked_for_else_the_browsers_else_the_programs(client, survey, asked, accepted, spoken):
    assert pages.choose_language(survey, asked=asked, accepted=accepted) == spoken


def test_a_language_that_the_survey_lacks_is_not_spoken(client):
    make_survey(make_program(), "english", languages=["en"])
    page = client.get("/s/english/?lang=sv", HTTP_ACCEPT_LANGUAGE="sv")
    assert '<html lang="en">' in page.content.decode()


def test_an_answer_is_stored_once_however_often_it_is_sent(client, survey):
    sent = {"key": key_of(client.get("/s/short/?lang=sv")), "NETPRO": "3", "Q7ALL": "", "COMMENT": "Kön\r\nvar lång"}
    for _ in range(2):
        answer = client.post("/s/short/?lang=sv", sent)
        assert (answer.status_code, answer["Location"]) == (303, "/s/short/done/?lang=sv")
    row = Response.objects.get()
    assert row.source == "web:short"
    assert row.external_id == sent["key"]
    assert row.answers == {"NETPRO": 3, "COMMENT": "Kön\nvar lång"}
    assert row.missing == {"Q7ALL": "blank"}
    assert (row.language, row.channel, row.attributes) == ("sv", "web", {})
    assert Ticket.objects.count() == 1


def test_the_thanks_speak_the_language_and_tell_nothing(client, survey):
    page = client.get("/s/short/done/?lang=fi")
    assert page.status_code == 200
    assert '<html lang="fi">' in page.content.decode()


def test_a_changed_answer_under_the_same_key_is_refused_and_the_first_one_kept(client, survey):
    sent = {"key": key_of(client.get("/s/short/")), "NETPRO": "3"}
    client.post("/s/short/", sent)
    assert client.post("/s/short/", sent | {"NETPRO": "9"}).status_code == 409
    assert Response.objects.get().answers == {"NETPRO": 3}


def test_what_is_missing_is_said_on_top_and_at_the_question_and_what_was_typed_stays(client, survey):
    page = typed(client, NETPRO="", Q7ALL="2", COMMENT="Long line")
    html = page.content.decode()
    assert page.status_code == 422
    assert 'role="alert"' in html
    assert 'href="#q1-0"' in html
    assert 'aria-describedby="q1-error"' in html
    assert "Long line</textarea>" in html
    assert re.search(r'name="Q7ALL" value="2" checked', html)
    assert not Response.objects.exists()


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        ({"NETPRO": "11"}, 422),
        ({"NETPRO": "-1"}, 422),
        ({"NETPRO": "three"}, 422),
        ({"NETPRO": ["3", "4"]}, 422),
        ({"NETPRO": "9" * 40}, 422),
        ({"NETPRO": "3", "COMMENT": "a\x00b"}, 422),
        ({"NETPRO": "3", "COMMENT": "a" * 10_001}, 422),
        ({"NETPRO": "3\x00"}, 422),
        ({"NETPRO": "not_applicable"}, 422),
        ({"NETPRO": "3", "Q7ALL": "not_applicable"}, 303),
        ({"NETPRO": "3", "COMMENT": "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16")}, 303),
        ({"NETPRO": "3", "UNKNOWN": "1"}, 303),
    ],
)
def test_odd_answers_are_refused_in_words(client, survey, answers, status):
    assert typed(client, **answers).status_code == status
    assert Response.objects.count() == (status == 303)


def test_a_form_without_any_answer_is_refused(client):
    make_survey(make_program(), "short", questions=("NETPRO", "COMMENT"))
    page = typed(client, NETPRO="", COMMENT="  ")
    assert page.status_code == 422
    assert "Answer at least one question." in page.content.decode()
    assert not Response.objects.exists()


@pytest.mark.parametrize("key", ["", " ", "a\x00b", "k" * (responses.MAX_KEY + 1)])
def test_a_bad_key_is_refused_and_a_good_one_given(client, survey, key):
    page = client.post("/s/short/", {"key": key, "NETPRO": "5"})
    assert page.status_code == 422
    assert client.post("/s/short/", {"key": key_of(page), "NETPRO": "5"}).status_code == 303


def test_bytes_that_are_no_form_are_refused(client, survey):
    for kind in ("application/json", "text/plain", "application/x-www-form-urlencoded"):
        page = client.post("/s/short/", b'{"NETPRO": "\xff\xfe"}', content_type=kind)
        assert page.status_code == 422, kind
    broken = client.post("/s/short/", b"--x\r\nnonsense", content_type="multipart/form-data; boundary=x")
    assert 400 <= broken.status_code < 500


def test_a_body_over_64_kb_is_not_read(client, survey):
    assert typed(client, NETPRO="3", COMMENT="a" * 70_000).status_code == 413
    assert not Response.objects.exists()


def test_a_filled_trap_marks_the_answer_and_keeps_it(client, survey):
    assert typed(client, NETPRO="3", **{pages.HONEYPOT: "http://example.org"}).status_code == 303
    assert Response.objects.get().attributes == {"suspected_robot": True, "robot_signs": "honeypot"}


def test_a_hidden_question_is_neither_shown_nor_taken(client):
    make_survey(make_program(), "short", questions=("NETPRO", "PROBLEMS"), hidden=("PROBLEMS",))
    page = client.get("/s/short/")
    assert 'name="PROBLEMS"' not in page.content.decode()
    client.post("/s/short/", {"key": key_of(page), "NETPRO": "9", "PROBLEMS": "1"})
    assert Response.objects.get().answers == {"NETPRO": 9}


def test_several_choices_come_as_boxes(client):
    make_survey(make_program(), "short", questions=("PROBLEMS",))
    page = client.get("/s/short/")
    assert re.findall(r'type="checkbox"[^>]*value="(\d)"', page.content.decode()) == ["1", "2", "3"]
    client.post("/s/short/", {"key": key_of(page), "PROBLEMS": ["3", "1"]})
    assert Response.objects.get().answers == {"PROBLEMS": [1, 3]}


def test_a_closed_survey_says_so_and_takes_nothing_new(client, survey):
    sent = {"key": key_of(client.get("/s/short/")), "NETPRO": "3"}
    client.post("/s/short/", sent)
    survey.is_open = False
    survey.save()
    assert client.get("/s/short/").status_code == 410
    assert client.post("/s/short/", {"key": "another", "NETPRO": "3"}).status_code == 410
    assert client.post("/s/short/", sent).status_code == 303, "what was taken in stays taken in"
    assert Response.objects.count() == 1


def test_an_unknown_survey_is_not_found(client):
    assert client.get("/s/nowhere/").status_code == 404
    assert client.post("/s/nowhere/", {}).status_code == 404


def test_a_published_draft_and_a_new_rule_show_at_once(client, survey):
    assert "How was Q7ALL?" in client.get("/s/short/").content.decode()
    Question.objects.filter(code="Q7ALL").update(wordings={"en": "How was it?"})
    assert "How was Q7ALL?" in client.get("/s/short/").content.decode(), "a published version keeps its words"
    survey_drafting.publish(survey_drafting.draft_of(survey), at=timezone.now())
    assert "How was it?" in client.get("/s/short/").content.decode()
    make_rule(survey, "Q7ALL", TicketReason.PROBLEM_MET, 1, 1)
    typed(client, NETPRO="9", Q7ALL="1")
    assert Ticket.objects.get().reasons == ["problem_met"]


def test_page_and_answer_need_few_queries(client, survey, django_assert_num_queries):
    key = key_of(client.get("/s/short/"))
    with django_assert_num_queries(1):
        client.get("/s/short/")
    # the door's stamp, the answer: a statement alone is a transaction of its own
    with django_assert_num_queries(2):
        assert client.post("/s/short/", {"key": key, "NETPRO": "9"}).status_code == 303


@pytest.mark.parametrize("method", ["get", "post"])
def test_without_the_database_it_asks_to_come_back(client, survey, method):
    with mock.patch("feedback.services.surveys.door", side_effect=OperationalError("away")):
        page = getattr(client, method)("/s/short/")
    assert page.status_code == 503
    assert int(page["Retry-After"]) > 0
    assert "Traceback" not in page.content.decode()
    assert "CX Program" not in page.content.decode(), "a customer never sees our name"
