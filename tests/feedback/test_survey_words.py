"""A published version never changes: customers read its words until a draft that changes them is published."""

from datetime import UTC, date, datetime
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone, translation

from cxprogram.errors import ConflictError
from feedback.models import Question, QuestionRevision, Response, SurveyVersion
from feedback.pages import ask_message
from feedback.services import survey_drafting, survey_grids, survey_words, surveys
from feedback.services.survey_drafting import ItemFacts
from tests.factories import make_invitation, make_program, make_question, make_survey, make_user, root_of

OLD, NEW = "How was NETPRO?", "Would you tell a friend about us?"
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def survey(db):
    return make_survey(make_program(), "short", questions=("NETPRO", "PROBLEMS", "COMMENT"), has_rules=False)


@pytest.fixture
def owner(client, survey):
    client.force_login(make_user("owner", root_of(survey.program)))
    return client


def item(version, code):
    return next(each for each in survey_words.items(version) if each.question.code == code)


def reword(version, code, *, meaning="", wording=None, titles=None):
    """Save the question of the draft with other words in English."""
    asked = item(version, code)
    wordings = asked.question.wordings | ({"en": wording} if wording else {})
    options = {name: dict(texts["title"]) for name, texts in asked.question.options.items()}
    for name, words in (titles or {}).items():
        options[name] = options.get(name, {}) | {"en": words}
    facts = ItemFacts(wordings, options, page=1, is_required=False, show_if={}, limits={}, meaning=meaning)
    survey_drafting.save_item(asked, facts)


def test_words_of_a_draft_are_seen_in_its_preview_only_until_it_is_published(owner, survey, client):
    invitation, token = make_invitation(survey)
    owner.post("/surveys/short/edit/", {"do": "begin"})
    draft = survey_drafting.newest_of(survey)
    asked = item(draft, "NETPRO")
    body = {"do": "item", "item": asked.pk, "page": 1, "wording_en": NEW, "meaning": "new"}
    assert owner.post("/surveys/short/edit/", body).status_code == 303

    def doors() -> dict[str, str]:
        with translation.override("en"):
            mail = ask_message.mail(invitation, surveys.door("short"), token)
            text = ask_message.text(invitation, surveys.door("short"), token)
        urls = ("/s/short/", f"/r/{token}/", f"/r/{token}/9/", "/embed/short.js")
        return {url: client.get(url).content.decode() for url in urls} | {
            "mail": mail.html, "plain": mail.text, "sms": text.text
        }  # fmt: skip

    assert {door: (OLD in said, NEW in said) for door, said in doors().items()} == dict.fromkeys(doors(), (True, False))
    assert NEW in owner.get("/surveys/short/preview/").content.decode()
    assert NEW in owner.get("/surveys/short/edit/").content.decode()
    assert not QuestionRevision.objects.exists() and Question.objects.get(code="NETPRO").wordings == {"en": OLD}
    assert owner.post("/surveys/short/edit/", {"do": "publish"}).status_code == 303
    assert {door: (OLD in said, NEW in said) for door, said in doors().items()} == dict.fromkeys(doors(), (False, True))


def test_the_trend_breaks_on_the_day_of_the_publication_and_each_version_keeps_its_words(survey):
    draft = survey_drafting.draft_of(survey)
    reword(draft, "NETPRO", wording=NEW, meaning="new")
    survey_drafting.publish(draft, at=datetime(2026, 12, 24, 23, 30, tzinfo=UTC))
    revision = QuestionRevision.objects.get()
    assert (revision.number, revision.valid_from, revision.wordings_before) == (2, date(2026, 12, 24), {"en": OLD})
    first, second = SurveyVersion.objects.order_by("number")
    assert [item(version, "NETPRO").question.wording for version in (first, second)] == [OLD, NEW]
    assert Question.objects.get(code="NETPRO").wordings == {"en": NEW}
    survey_drafting.publish(survey_drafting.draft_of(survey), at=timezone.now())
    assert QuestionRevision.objects.count() == 1, "what stayed breaks nothing"


def test_an_answer_records_the_version_in_whose_words_it_was_asked(survey, client):
    draft = survey_drafting.draft_of(survey)
    reword(draft, "NETPRO", wording=NEW, meaning="new")
    client.post("/s/short/", {"NETPRO": "9", "key": "k" * 24})
    survey_drafting.publish(draft, at=AT)
    client.post("/s/short/", {"NETPRO": "3", "key": "l" * 24})
    rows = Response.objects.order_by("pk").select_related("survey_version")
    assert [item(row.survey_version, "NETPRO").question.wording for row in rows] == [OLD, NEW]


def test_a_slip_of_the_pen_is_corrected_and_the_trend_goes_on(survey, client):
    draft = survey_drafting.draft_of(survey)
    with pytest.raises(ConflictError):
        reword(draft, "PROBLEMS", titles={"1": "Long queues"})
    reword(draft, "PROBLEMS", titles={"1": "Long queues"}, meaning="same")
    assert "Long lines" in client.get("/s/short/").content.decode()
    survey_drafting.publish(draft, at=AT)
    page = client.get("/s/short/").content.decode()
    assert "Long queues" in page and "Long lines" not in page
    question = Question.objects.get(code="PROBLEMS")
    assert question.options["1"] == {"title": {"en": "Long queues"}, "sentence": {"en": "the lines were long"}}
    assert not question.revisions.exists()


def test_an_answer_that_means_something_new_breaks_the_trend_when_it_is_published(survey):
    draft = survey_drafting.draft_of(survey)
    reword(draft, "PROBLEMS", titles={"3": "No free seats at the gate"}, meaning="new")
    survey_drafting.publish(draft, at=AT)
    revision = QuestionRevision.objects.get()
    assert revision.options_before["3"]["title"] == {"en": "No seats"}
    assert Question.objects.get(code="PROBLEMS").options["3"]["title"] == {"en": "No free seats at the gate"}


def test_one_more_answer_is_another_meaning_and_is_taken_only_when_it_is_published(survey):
    draft = survey_drafting.draft_of(survey)
    with pytest.raises(ConflictError):
        reword(draft, "PROBLEMS", titles={"4": "Too warm"}, meaning="same")
    reword(draft, "PROBLEMS", titles={"4": "Too warm"}, meaning="new")
    assert surveys.door("short").questions["PROBLEMS"].options == {1, 2, 3}
    first = surveys.door("short").version_id
    survey_drafting.publish(draft, at=AT)
    assert surveys.door("short").questions["PROBLEMS"].options == {1, 2, 3, 4}
    assert surveys.door_of(SurveyVersion.objects.get(pk=first)).questions["PROBLEMS"].options == {1, 2, 3}


def test_an_answer_that_people_gave_is_never_taken_away(survey):
    draft = survey_drafting.draft_of(survey)
    asked = item(draft, "PROBLEMS")
    facts = ItemFacts(asked.question.wordings, {"1": {"en": "Long lines"}}, 1, False, {}, {}, meaning="new")
    with pytest.raises(ConflictError):
        survey_drafting.save_item(asked, facts)


def test_a_language_more_is_no_change_and_is_shown_when_it_is_published(survey):
    draft = survey_drafting.draft_of(survey)
    asked = item(draft, "NETPRO")
    facts = ItemFacts({"en": OLD, "sv": "Hur var det?"}, {}, 1, False, {}, {})
    survey_drafting.save_item(asked, facts)
    assert Question.objects.get(code="NETPRO").wordings == {"en": OLD}
    survey_drafting.publish(draft, at=AT)
    assert Question.objects.get(code="NETPRO").wordings == {"en": OLD, "sv": "Hur var det?"}
    assert not QuestionRevision.objects.exists()


def test_a_change_that_is_taken_back_is_none(survey):
    draft = survey_drafting.draft_of(survey)
    reword(draft, "NETPRO", wording=NEW, meaning="new")
    reword(draft, "NETPRO", wording=OLD, meaning="new")
    draft.refresh_from_db()
    assert draft.words == {}


def test_words_over_a_grid_that_mean_something_new_break_the_trend_of_its_rows(db):
    program = make_program()
    grid = make_question(program, "HALLS", kind="grid", wordings={"en": "How good were the halls?"})
    for code in ("HALL_A", "HALL_B"):
        make_question(program, code, grid=grid)
    survey = make_survey(program, "halls", questions=("HALL_A", "HALL_B"), has_rules=False)
    draft = survey_drafting.draft_of(survey)
    with pytest.raises(ConflictError):
        survey_grids.save(draft, grid, wordings={"en": "How clean were they?"}, ends={})
    survey_grids.save(draft, grid, wordings={"en": "How clean were they?"}, ends={}, meaning="new")
    first = SurveyVersion.objects.get(number=1)
    assert item(first, "HALL_A").question.grid.wording == "How good were the halls?"
    survey_drafting.publish(draft, at=AT)
    assert sorted(QuestionRevision.objects.values_list("question__code", flat=True)) == ["HALL_A", "HALL_B"]
    first.refresh_from_db()
    second = SurveyVersion.objects.get(number=2)
    words = [item(version, "HALL_B").question.grid.wording for version in (first, second)]
    assert words == ["How good were the halls?", "How clean were they?"]


def test_another_survey_keeps_its_words_and_its_trend_breaks_when_it_takes_up_the_new_ones(survey, client):
    other = make_survey(survey.program, "other", questions=("NETPRO",), has_rules=False)
    draft = survey_drafting.draft_of(survey)
    reword(draft, "NETPRO", wording=NEW, meaning="new")
    survey_drafting.publish(draft, at=AT)
    assert OLD in client.get("/s/other/").content.decode()
    survey_drafting.publish(survey_drafting.draft_of(other), at=datetime(2027, 1, 5, 12, tzinfo=UTC))
    assert NEW in client.get("/s/other/").content.decode()
    assert list(QuestionRevision.objects.values_list("number", "valid_from")) == [
        (2, date(2026, 11, 20)), (3, date(2027, 1, 5)),
    ]  # fmt: skip
    survey_drafting.publish(survey_drafting.draft_of(survey), at=datetime(2027, 2, 1, tzinfo=UTC))
    assert QuestionRevision.objects.count() == 2


def test_a_draft_made_before_another_survey_changed_the_meaning_is_looked_at_again(survey):
    other = make_survey(survey.program, "other", questions=("NETPRO",), has_rules=False)
    drafts = [survey_drafting.draft_of(each) for each in (survey, other)]
    reword(drafts[0], "NETPRO", wording=NEW, meaning="new")
    reword(drafts[1], "NETPRO", wording="How was it?", meaning="same")
    survey_drafting.publish(drafts[0], at=AT)
    with pytest.raises(surveys.DraftError):
        survey_drafting.publish(drafts[1], at=AT)
    reword(drafts[1], "NETPRO", wording="How was it?", meaning="new")
    survey_drafting.publish(drafts[1], at=AT)


def test_words_of_versions_that_were_published_before_are_kept_as_they_were_asked(survey):
    """The newest keeps what its customers read now, an older one what it asked."""
    draft = survey_drafting.draft_of(survey)
    surveys.publish(draft, at=AT)
    survey_words.revise(Question.objects.get(code="NETPRO"), {"en": NEW}, on=date(2026, 11, 19))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE feedback_surveyversion DISABLE TRIGGER USER")
        cursor.execute("UPDATE feedback_surveyversion SET words = '{}'")
        cursor.execute("ALTER TABLE feedback_surveyversion ENABLE TRIGGER USER")
    with connection.schema_editor() as editor:
        import_module("feedback.migrations.0014_keep_published_words").keep(apps, editor)
    versions = SurveyVersion.objects.order_by("number")
    assert [item(version, "NETPRO").question.wording for version in versions] == [OLD, NEW]
