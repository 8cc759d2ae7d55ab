"""What a system says beforehand comes with the link, the widget or the invitation, and nobody sees it."""

import re

import pytest
from django.utils import timezone

from feedback.models import Question, Response, SurveyItem
from feedback.services import survey_drafting, survey_words, surveys
from journeys.models import Consent, Customer
from tests.factories import (
    make_consent_text,
    make_invitation,
    make_journey,
    make_program,
    make_question,
    make_survey,
    make_touchpoint,
    make_user,
    root_of,
)

NO_SCALE = {"scale_low": None, "scale_high": None}


@pytest.fixture
def program(db):
    return make_program()


@pytest.fixture
def survey(program):
    make_question(program, "PLAN", kind="text", **NO_SCALE)
    make_question(program, "SIZE", kind="number", **NO_SCALE)
    make_question(program, "AGREES", kind="consent", **NO_SCALE)
    asked = ("NETPRO", "COMMENT", "PLAN", "SIZE", "AGREES")
    return make_survey(program, "short", questions=asked, hidden=("PLAN", "SIZE", "AGREES"), has_rules=False)


def test_the_link_says_what_is_hidden_and_the_answer_carries_it(client, survey):
    page = client.get("/s/short/?PLAN=gold%20%26%20more&SIZE=12&x=1").content.decode()
    action = re.search(r'action="([^"]+)"', page)[1].replace("&amp;", "&")
    assert "x=1" not in action
    key = re.search(r'name="key" value="([^"]+)"', page)[1]
    assert client.post(action, {"key": key, "NETPRO": "9"}).status_code == 303
    assert Response.objects.get().answers == {"NETPRO": 9, "PLAN": "gold & more", "SIZE": 12}


@pytest.mark.parametrize(
    "query",
    ["SIZE=many", "PLAN=" + "x" * 300, "AGREES=1", "NETPRO=9", "NOBODY=1", "PLAN=", "SIZE=1,2", "SIZE=-" + "9" * 11],
)
def test_what_a_link_says_wrong_is_left_out_and_nobody_is_refused_for_it(client, survey, query):
    assert client.post(f"/s/short/?{query}", {"key": "k" * 24, "NETPRO": "3"}).status_code == 303
    assert Response.objects.get().answers == {"NETPRO": 3}


def test_the_link_cannot_write_into_the_page(client, survey):
    page = client.get("/s/short/?PLAN=%22%3E%3Cscript%3Ealert(1)%3C/script%3E").content.decode()
    assert "<script" not in page and '"><' + "script" not in page


def test_what_is_hidden_decides_what_is_asked(client, program):
    make_question(program, "PLAN", kind="text", **NO_SCALE)
    survey = make_survey(
        program, "ruled", questions=("PLAN", "NETPRO", "COMMENT"), hidden=("PLAN",), is_published=False
    )
    rule = {"question": "PLAN", "is": "is", "value": "gold"}
    SurveyItem.objects.filter(question__code="COMMENT").update(show_if=rule)
    surveys.publish(survey.versions.get(), at=timezone.now())
    assert "How was COMMENT?" not in client.get("/s/ruled/").content.decode()
    assert 'name="COMMENT"' not in client.get("/s/ruled/").content.decode()
    assert 'name="COMMENT"' in client.get("/s/ruled/?PLAN=gold").content.decode()
    sent = client.post("/s/ruled/?PLAN=gold", {"key": "k" * 24, "NETPRO": "3", "COMMENT": "Well"})
    assert sent.status_code == 303 and Response.objects.get().answers["COMMENT"] == "Well"


def test_the_widget_knows_the_hidden_fields_and_an_invitation_fills_them(client, survey):
    script = client.get("/embed/short.js").content.decode()
    assert '"fields":["PLAN","SIZE","AGREES"]' in script and "data-field-" in script
    _invitation, token = make_invitation(survey, context={"PLAN": "gold"})
    assert client.post(f"/r/{token}/", {"NETPRO": "9"}).status_code == 303
    assert Response.objects.get().answers == {"NETPRO": 9, "PLAN": "gold"}


def test_a_link_with_hidden_fields_needs_no_query_more(client, survey, django_assert_num_queries):
    client.get("/s/short/?PLAN=gold")
    with django_assert_num_queries(1):
        client.get("/s/short/?PLAN=gold")
    with django_assert_num_queries(2):
        client.post("/s/short/?PLAN=gold", {"key": "k" * 24, "NETPRO": "9"})


# --- the editor -------------------------------------------------------------------------------
@pytest.fixture
def owner(client, program):
    client.force_login(make_user("owner", root_of(program)))
    return client


def body(version, code: str, **facts) -> dict:
    item = next(each for each in survey_words.items(version) if each.question.code == code)
    return {"do": "item", "item": item.pk, "page": 1, "wording_en": item.question.wordings["en"], **facts}


def test_a_question_is_hidden_on_the_editing_page_which_says_how_it_is_filled(owner, program):
    survey = make_survey(program, "draft", questions=("NETPRO", "COMMENT"), is_published=False, has_rules=False)
    version, url = survey_drafting.newest_of(survey), "/surveys/draft/edit/"
    page = owner.get(url).content.decode()
    assert "?COMMENT=…" in page and "data-field-comment" in page
    assert owner.post(url, body(version, "COMMENT", is_hidden="on", is_required="on")).status_code == 422
    assert owner.post(url, body(version, "COMMENT", is_hidden="on")).status_code == 303
    assert version.items.get(question__code="COMMENT").is_hidden
    assert 'name="COMMENT"' not in owner.get("/surveys/draft/preview/").content.decode()


def test_a_consent_made_on_the_editing_page_records_what_is_consented_to(owner, program, client):
    survey = make_survey(program, "draft", questions=("NETPRO",), is_published=False, has_rules=False)
    make_consent_text(program, "marketing")
    version, url = survey_drafting.newest_of(survey), "/surveys/draft/edit/"
    owner.post(url, {"do": "add", "wording": "May we write to you?", "kind": "consent"})
    question = Question.objects.get(kind="consent")
    assert owner.post(url, body(version, question.code, consent_purpose="marketing")).status_code == 303
    assert owner.post(url, {"do": "publish"}).status_code == 303
    customer = Customer.objects.create(program=program, name="Ada")
    _invitation, token = make_invitation(survey, customer=customer)
    client.post(f"/r/{token}/", {"NETPRO": "9", question.code: "1"})
    assert Consent.objects.get().purpose == "marketing"
    owner.post(url, {"do": "begin"})
    version = survey_drafting.newest_of(survey)
    assert owner.post(url, body(version, question.code, consent_purpose="profiling")).status_code == 303
    question.refresh_from_db()
    assert question.consent_purpose == "marketing", "people agreed to it"


def test_the_touchpoint_of_a_single_question_is_chosen_on_the_editing_page(owner, program):
    point = make_touchpoint(make_journey(program).stages.first(), "gate")
    survey = make_survey(program, "draft", questions=("NETPRO", "Q7ALL"), is_published=False, has_rules=False)
    version, url = survey_drafting.newest_of(survey), "/surveys/draft/edit/"
    assert owner.post(url, body(version, "Q7ALL", touchpoint=point.pk)).status_code == 303
    assert Question.objects.get(code="Q7ALL").touchpoint == point
    assert owner.post(url, body(version, "Q7ALL", touchpoint="999999")).status_code == 422
