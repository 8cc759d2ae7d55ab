"""Surveys, answers and tickets in the admin: what was published stays, small numbers are hidden."""

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cxprogram.errors import ConflictError
from cxprogram.models import User
from feedback.models import (
    ImportMapping,
    Question,
    ScoreCell,
    ScoreMonth,
    Survey,
    SurveyItem,
    SurveyVersion,
    Ticket,
    TicketRule,
)
from feedback.services import surveys
from tests import factories
from tests.cxprogram.admin_house import MAPPING, url
from tests.factories import House

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(house: House) -> SurveyVersion:
    return house.survey.versions.get()


def as_(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def items(*rows: dict[str, Any], initial: int = 0) -> dict[str, Any]:
    facts: dict[str, Any] = {"items-TOTAL_FORMS": len(rows), "items-INITIAL_FORMS": initial}
    for number, row in enumerate(rows):
        facts |= {f"items-{number}-{name}": value for name, value in row.items()}
    return facts


# --- versions ---------------------------------------------------------------------------------
def test_it_changes_nothing_of_a_published_version(house: House, version: SurveyVersion) -> None:
    client, item = as_(house.people["owner"]), version.items.first()
    before = list(version.items.values_list())
    tries = [
        client.post(url(SurveyVersion, "change", version.pk), {"titles_en": "Other"} | items()),
        client.post(url(SurveyVersion, "delete", version.pk), {"post": "yes"}),
        client.post(url(SurveyItem, "change", item.pk), {"position": 9, "is_required": "on"}),
        client.post(url(SurveyItem, "delete", item.pk), {"post": "yes"}),
    ]
    assert [answer.status_code for answer in tries] == [403] * 4
    version.refresh_from_db()
    assert (version.titles, list(version.items.values_list())) == ({"en": "How was your visit?"}, before)
    page = client.get(url(SurveyVersion, "change", version.pk)).content.decode()
    assert 'name="items-0-position"' not in page


def test_it_copies_a_version_and_publishes_the_draft(house: House, version: SurveyVersion) -> None:
    client = as_(house.people["owner"])
    answer = client.post(url(SurveyVersion, "act", version.pk, "copy"))
    draft = SurveyVersion.objects.get(survey=house.survey, number=2)
    assert answer.url == url(SurveyVersion, "change", draft.pk)
    names = ("question_id", "position", "column", "is_hidden", "is_required")
    assert list(draft.items.values_list(*names)) == list(version.items.values_list(*names))
    assert (draft.titles, draft.published_at) == (version.titles, None)
    with pytest.raises(ConflictError) as refused:
        surveys.copy_version(version)
    assert refused.value.code == "survey-version-draft"
    client.post(url(SurveyVersion, "act", draft.pk, "publish"))
    draft.refresh_from_db()
    assert draft.published_at is not None
    answer = client.post(url(SurveyVersion, "act", draft.pk, "publish"), follow=True)
    assert any("This version is published already." in str(message) for message in answer.context["messages"])


def test_it_edits_a_draft_with_its_questions(house: House, version: SurveyVersion) -> None:
    client = as_(house.people["owner"])
    draft = surveys.copy_version(version)
    first = draft.items.first()
    other = factories.make_question(house.program, "Q9")
    rows = [
        {"id": first.pk, "question": first.question_id, "position": 1, "is_required": "on"},
        {"question": other.pk, "position": 9},
    ]
    facts = {"titles_en": "How was it?", "titles_sv": "Hur var det?"} | items(
        *({"version": draft.pk, "page": 1} | row for row in rows), initial=1
    )
    assert client.post(url(SurveyVersion, "change", draft.pk), facts).status_code == 302
    draft.refresh_from_db()
    first.refresh_from_db()
    assert draft.titles == {"en": "How was it?", "sv": "Hur var det?"}
    assert first.is_required
    assert draft.items.get(position=9).question == other


def test_it_numbers_a_new_version_itself(house: House) -> None:
    facts = {"survey": house.survey.pk, "titles_en": "New"} | items()
    as_(house.people["owner"]).post(url(SurveyVersion, "add"), facts)
    assert house.survey.versions.get(number=2).titles == {"en": "New"}


def test_it_leads_from_the_survey_to_its_public_page(house: House) -> None:
    page = as_(house.people["owner"]).get(url(Survey, "change", house.survey.pk))
    assert page.context["absolute_url"] == "/s/passengers/"


# --- questions --------------------------------------------------------------------------------
def question_facts(question: Question, **changes: Any) -> dict[str, Any]:
    facts = {"name": question.name, "wordings_en": question.wordings["en"], "options": json.dumps(question.options)}
    return facts | changes


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"wordings_en": "Other words?"}, "wordings"),
        ({"options": "{}"}, "options"),
        ({"options": '{"1": {"title": {"en": "Lines"}}}'}, "options"),
    ],
)
def test_it_keeps_the_words_that_a_published_version_asked(house: House, changes: dict[str, Any], field: str) -> None:
    question = Question.objects.get(program=house.program, code="PROBLEMS")
    answer = as_(house.people["owner"]).post(url(Question, "change", question.pk), question_facts(question, **changes))
    assert set(answer.context["adminform"].form.errors) == {field}


def test_it_adds_languages_to_a_question_that_was_asked(house: House) -> None:
    question = Question.objects.get(program=house.program, code="PROBLEMS")
    options = {code: parts | {"title": parts["title"] | {"sv": "Köer"}} for code, parts in question.options.items()}
    facts = question_facts(question, wordings_sv="Vad gick fel?", options=json.dumps(options), kind="text", code="X")
    assert as_(house.people["owner"]).post(url(Question, "change", question.pk), facts).status_code == 302
    question.refresh_from_db()
    assert (question.wordings["sv"], question.options["1"]["title"]["sv"]) == ("Vad gick fel?", "Köer")
    assert (question.kind, question.code) == ("multiple", "PROBLEMS")


def test_it_rewrites_a_question_that_nobody_was_asked(house: House) -> None:
    question = factories.make_question(house.program, "Q9", options={"1": {"title": {"en": "Yes"}}})
    facts = question_facts(question, wordings_en="Better?", options="{}", code="Q99", kind="text")
    as_(house.people["owner"]).post(url(Question, "change", question.pk), facts | {"program": house.program.pk})
    question.refresh_from_db()
    assert (question.code, question.kind, question.wordings, question.options) == ("Q99", "text", {"en": "Better?"}, {})


# --- answers ----------------------------------------------------------------------------------
@pytest.mark.parametrize("model", [ScoreCell, ScoreMonth])
def test_it_hides_small_numbers_and_what_would_reveal_them(house: House, model: Any) -> None:
    factories.make_scores(house.survey, "Q7FOOD", {1: 2, 2: 8, 3: 9, 5: 30})
    factories.fold(house.program)
    client = as_(house.people["owner"])
    page = client.get(
        url(model, "changelist"), {"question__id__exact": Question.objects.get(program=house.program, code="Q7FOOD").pk}
    )
    shown = {}
    for row in page.context["cl"].result_list:
        text = client.get(url(model, "change", row.pk)).content.decode()
        shown[row.code] = "fewer than 5" in text, row.is_hidden
    assert {code: flags for code, flags in shown.items() if code} == {
        1: (True, True),
        2: (True, True),
        3: (False, False),
        5: (False, False),
    }
    assert page.content.decode().count("fewer than 5, or protecting such") == sum(
        hidden for _text, hidden in shown.values()
    )


def test_it_says_where_a_mapping_is_wrong(house: House, version: SurveyVersion) -> None:
    client = as_(house.people["owner"])
    facts = {"program": house.program.pk, "slug": "m", "survey_version": version.pk}
    answer = client.post(url(ImportMapping, "add"), facts | {"definition": '{"survey": "x"}'})
    (error,) = answer.context["adminform"].form.errors["definition"]
    assert "source" in error or "required" in error
    answer = client.post(url(ImportMapping, "add"), facts | {"definition": "[1]"})
    assert answer.context["adminform"].form.errors["definition"], "JSON, but no mapping"
    assert client.post(url(ImportMapping, "add"), facts | {"definition": json.dumps(MAPPING)}).status_code == 302


# --- tickets ----------------------------------------------------------------------------------
def test_it_takes_tickets_and_tells_which_were_taken_already(house: House) -> None:
    mine, theirs = house.tickets[""], house.tickets["G"]
    Ticket.objects.filter(pk=theirs.pk).update(status="taken", owner=house.people["frontline"], taken_at=timezone.now())
    facts = {"action": "take", "_selected_action": [mine.pk, theirs.pk]}
    answer = as_(house.people["owner"]).post(url(Ticket, "changelist"), facts, follow=True)
    done, refused = (str(message) for message in answer.context["messages"])
    assert done == "The ticket is yours."
    assert "has taken the ticket" in refused
    mine.refresh_from_db()
    assert (mine.owner, mine.story.last().act) == (house.people["owner"], "taken")


def test_it_closes_no_ticket(house: House) -> None:
    client = as_(house.people["owner"])
    assert client.post(url(Ticket, "change", house.tickets[""].pk), {"status": "closed"}).status_code == 403
    page = client.get(url(Ticket, "change", house.tickets[""].pk))
    assert [label for _url, label in page.context["object_actions"]] == ["Take it"]
    assert page.context["absolute_url"] == f"/tickets/{house.tickets[''].pk}/"


@pytest.mark.parametrize("term", ["{pk}", "{email}"])
def test_it_finds_a_ticket_by_its_number_or_customer(house: House, term: str) -> None:
    ticket = house.tickets["G"]
    facts = {"q": term.format(pk=ticket.pk, email=ticket.customer.email)}
    rows = as_(house.people["owner"]).get(url(Ticket, "changelist"), facts).context["cl"].result_list
    assert list(rows) == [ticket]


# --- rules ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"question_code": "UNKNOWN"}, "question_code"),
        ({"reason": "bad mood"}, "reason"),
        ({"code_low": 6, "code_high": 0}, "code_high"),
        ({}, None),
    ],
)
def test_it_takes_rules_that_can_be_met(house: House, changes: dict[str, Any], field: str | None) -> None:
    facts = {"program": house.program.pk, "survey": house.survey.pk, "reason": "low_score", "question_code": "Q7ALL"}
    facts |= {"code_low": 1, "code_high": 2, "first_contact_hours": 24} | changes
    answer = as_(house.people["owner"]).post(url(TicketRule, "add"), facts)
    errors = set(answer.context["adminform"].form.errors) if answer.status_code == 200 else set()
    assert errors == ({field} if field else set())
