"""Surveys are made and edited on one page: from a template to the published page, and nothing that is asked changes."""

import re
from datetime import date

import pytest
from django.db import connection
from django.utils import timezone, translation

from cxprogram.errors import DomainError
from cxprogram.periods import ALL
from cxprogram.stats.satisfaction import index_difference, satisfaction_index
from cxprogram.stats.tally import Tally
from feedback.models import Question, Response, Survey, SurveyItem
from feedback.pages import survey as pages
from feedback.pages import survey_editor
from feedback.services import survey_drafting, surveys
from feedback.survey_templates import TEMPLATES
from journeys.kpis import registry
from journeys.kpis.registry import KpiQuery
from journeys.models import Kpi
from journeys.services import shelf
from tests.factories import (
    make_journey,
    make_program,
    make_question,
    make_response,
    make_survey,
    make_touchpoint,
    make_unit,
    make_user,
    root_of,
)

LANGUAGES = ["en", "sv", "nb", "da", "fi"]
DAY = date(2026, 11, 25)


@pytest.fixture
def program(db):
    return make_program()


@pytest.fixture
def owner(client, program):
    client.force_login(make_user("owner", root_of(program)))
    return client


def draft(slug: str):
    return Survey.objects.get(slug=slug).versions.get(published_at=None)


def item(version, code: str) -> SurveyItem:
    return version.items.select_related("question", "version").get(question__code=code)


# --- templates --------------------------------------------------------------------------------
def test_every_template_is_complete_in_every_language_and_can_be_published(program):
    for code, template in TEMPLATES.items():
        version = survey_drafting.from_template(program, code, languages=LANGUAGES, on=DAY)
        published = surveys.publish(version, at=timezone.now())
        for language in LANGUAGES:
            with translation.override(language):
                page = pages.survey_page(published)
            own = [ask.texts[language] for ask in template.asks]
            assert (page.title, [ask.wording for ask in page.asks]) == (template.titles[language], own)
            ends = [end for ask in page.asks if ask.look == "scale" for end in (ask.low_end, ask.high_end)]
            assert all(ends) and all(texts[language] for ask in template.asks for texts in ask.options.values())
        texts = [*template.titles.values(), *(text for ask in template.asks for text in ask.texts.values())]
        assert not any(re.search(r"[!→≥▲]|\s$", text) for text in texts)
    assert len({template.names["sv"] for template in TEMPLATES.values()}) == len(TEMPLATES) == 6


def test_a_template_used_twice_asks_the_same_questions_under_another_address(program):
    first = survey_drafting.from_template(program, "relationship", languages=["sv"], on=DAY)
    second = survey_drafting.from_template(program, "relationship", languages=["sv"], on=DAY)
    assert (first.survey.slug, second.survey.slug) == ("sfo-relationship", "sfo-relationship-2")
    assert set(first.items.values_list("question", flat=True)) == set(second.items.values_list("question", flat=True))
    Question.objects.filter(code="CSAT_CONTACT").delete()
    Question.objects.create(program=program, code="CSAT_CONTACT", name="x", kind="text")
    third = survey_drafting.from_template(program, "after-contact", languages=["sv"], on=DAY)
    assert item(third, "CSAT_CONTACT_2")
    rule = third.items.get(question__code="CONTACT_BETTER").show_if
    assert rule["any"][0]["question"] == "CSAT_CONTACT_2", "rules follow the codes"
    with pytest.raises(DomainError):
        survey_drafting.from_template(program, "nothing", languages=["sv"], on=DAY)


# --- the index --------------------------------------------------------------------------------
def test_the_index_turns_three_ratings_into_one_figure_from_0_to_100(program):
    """Worked by hand: means 8, 7 and 6 of 1-10 are 77.8, 66.7 and 55.6; their mean is 66.7."""
    version = survey_drafting.from_template(program, "satisfaction-index", languages=LANGUAGES, on=DAY)
    surveys.publish(version, at=timezone.now())
    rows = [(8, 7, 6), (9, 8, 7), (7, 6, 5), (10, 9, 8), (6, 5, 4), (8, 7, 6)]
    for overall, expected, ideal in rows:
        make_response(version.survey, {"SI_OVERALL": overall, "SI_EXPECTED": expected, "SI_IDEAL": ideal})
    kpi = Kpi.objects.get(code="satisfaction-index")
    queries = [KpiQuery(kpi, root_of(program), ALL), KpiQuery(kpi, root_of(program), ALL, question="SI_IDEAL")]
    whole, ideal = registry.read(program, queries)
    assert (whole.value, whole.n) == (pytest.approx(200 / 3), 6)
    assert ideal.value == pytest.approx(500 / 9)
    assert whole.low < whole.value < whole.high
    assert registry.collector_of(kpi).differ(whole, ideal).delta == pytest.approx(100 / 9)
    make_survey(program, "other", questions=("NETPRO",))
    few = KpiQuery(kpi, make_unit(program, "G"), ALL)
    assert registry.read(program, [few])[0].value is None


def test_the_index_lies_between_0_and_100_and_is_never_too_sure():
    worst, best = Tally.from_counts({1: 10}), Tally.from_counts({10: 10})
    mixed = Tally.from_counts({1: 5, 10: 5})
    assert satisfaction_index([(worst, (1, 10))]).value == 0
    assert satisfaction_index([(best, (1, 10))] * 3).value == 100
    one, three = satisfaction_index([(mixed, (1, 10))]), satisfaction_index([(mixed, (1, 10))] * 3)
    assert (three.value, three.low, three.high) == (pytest.approx(50), pytest.approx(one.low), pytest.approx(one.high))
    assert satisfaction_index([(mixed, (1, 10)), (Tally.from_counts({}), (1, 10))]).value is None
    assert index_difference((60.0, 55.0, 65.0), (40.0, 35.0, 45.0)).p < 0.001
    assert index_difference((60.0, None, None), (40.0, 35.0, 45.0)).p is None
    assert index_difference((None, None, None), (40.0, 35.0, 45.0)).delta is None


# --- the editing page -------------------------------------------------------------------------
def test_a_survey_is_made_edited_and_published_without_javascript(owner, program, client):
    offers = owner.get("/surveys/").content.decode()
    assert offers.count('name="template"') == 6 and "<script" not in offers
    made = owner.post("/surveys/new/", {"template": "effort"})
    assert made["Location"] == "/surveys/sfo-effort/edit/"
    url = made["Location"]
    assert owner.get("/s/sfo-effort/").status_code == 404, "nothing is asked before it is published"
    page = owner.get(url).content.decode()
    assert 'src="/surveys/sfo-effort/preview/?in=en"' in page and "<script" not in page and "style=" not in page

    texts = {f"title_{code}": f"Easy? {code}" for code in LANGUAGES}
    assert owner.post(url, {"do": "texts", **texts}).status_code == 303
    added = owner.post(url, {"do": "add", "wording": "Which channel?", "kind": "single", "answers": "Web\nPhone\n"})
    assert added.status_code == 303
    version = draft("sfo-effort")
    new = version.items.select_related("question").get(position=3)
    assert (new.question.code, new.question.options["2"]) == ("WHICH_CHANNEL", {"title": {"en": "Phone"}})
    words = {f"wording_{code}": f"Channel {code}?" for code in LANGUAGES} | {
        "option_3_en": "Shop",
        "option_1_sv": "Webb",
    }
    facts = {"do": "item", "item": new.pk, "page": 2, "is_required": "on", "option_1_en": "Web", "option_2_en": "Phone"}
    rule = {"rule_question": "CES", "rule_is": "at_most", "rule_value": "4"}
    assert owner.post(url, facts | words | rule).status_code == 303
    new.refresh_from_db()
    assert new.show_if == {"question": "CES", "is": "at_most", "value": 4} and new.is_required
    assert new.question.options["1"] == {"title": {"en": "Web", "sv": "Webb"}} and "3" in new.question.options
    refused = owner.post(url, facts | words | rule | {"rule_value": ""})
    assert refused.status_code == 422 and "Channel fi?" in refused.content.decode(), "what was typed stays"
    owner.post(url, {"do": "up", "item": new.pk})
    owner.post(url, {"do": "remove", "item": item(version, "CES_HARD").pk})
    assert list(version.items.values_list("question__code", "position")) == [("CES", 1), ("WHICH_CHANNEL", 2)]
    for step, asked in (("", "How easy"), ("&step=2", "Channel en?")):
        preview = owner.get(f"/surveys/sfo-effort/preview/?in=en{step}")
        assert asked in preview.content.decode()
        assert (
            preview["X-Frame-Options"] == "SAMEORIGIN"
            and "frame-ancestors 'self'" in preview["Content-Security-Policy"]
        )
    assert "frame-ancestors 'none'" in owner.get(url)["Content-Security-Policy"]
    assert owner.post(url, {"do": "publish"}).status_code == 303
    assert "Easy? sv" in client.get("/s/sfo-effort/?lang=sv").content.decode()
    assert owner.post(url, {"do": "publish"}).status_code == 409
    assert owner.post(url, {"do": "texts", **texts}).status_code == 409
    assert Survey.objects.get(slug="sfo-effort").versions.count() == 1, "looking and failing made no draft"


def test_words_that_are_asked_change_only_as_a_revision_that_breaks_the_trend(owner, program):
    version = survey_drafting.from_template(program, "relationship", languages=["en", "sv"], on=DAY)
    survey_drafting.publish(version, at=timezone.now())
    url = "/surveys/sfo-relationship/edit/"
    assert owner.post(url, {"do": "begin"}).status_code == 303
    asked = item(draft("sfo-relationship"), "NPS")
    words = asked.question.wordings
    ends = {
        f"option_{end}_{code}": asked.question.options[end]["title"][code]
        for end in ("low", "high")
        for code in ("en", "sv")
    }
    facts = {"do": "item", "item": asked.pk, "page": 1, "wording_sv": words["sv"], **ends}
    other = facts | {"wording_en": "Would you tell a friend about us?"}
    assert owner.post(url, other).status_code == 409
    assert owner.post(url, facts | {"wording_en": words["en"], "option_low_en": "never"}).status_code == 409
    assert owner.post(url, other | {"meaning": "new"}).status_code == 303
    assert owner.post(url, {"do": "publish"}).status_code == 303
    question = Question.objects.get(code="NPS")
    revision = question.revisions.get()
    assert (question.wordings["en"], revision.number, revision.wordings_before["en"]) == (
        other["wording_en"], 2, words["en"],
    )  # fmt: skip
    assert question.wordings["fi"] == words["fi"], "languages that are not shown stay"


def test_a_draft_that_asks_nothing_is_not_published_and_odd_requests_are_refused(owner, program):
    Survey.objects.create(program=program, slug="empty", name="Empty", languages=["en"])
    url = "/surveys/empty/edit/"
    assert owner.get(url).status_code == 200
    assert owner.post(url, {"do": "publish"}).status_code == 422
    assert owner.post(url, {"do": "add"}).status_code == 422
    assert owner.post(url, {"do": "add", "wording": "Which?", "kind": "single", "answers": "One"}).status_code == 422
    for body in ({"do": "nothing"}, {"do": "item", "item": "x"}, {"do": "up", "item": "999999"}, {}):
        assert owner.post(url, body).status_code == 404
    assert owner.post("/surveys/new/", {"template": "nothing"}).status_code == 404
    assert owner.get("/surveys/nowhere/edit/").status_code == 404


def test_a_role_at_a_part_of_the_program_edits_nothing(client, program):
    make_survey(program, "short")
    client.force_login(make_user("owner", make_unit(program, "G")))
    assert {
        client.get(url).status_code for url in ("/surveys/", "/surveys/short/edit/", "/surveys/short/preview/")
    } == {404}


def test_a_question_that_is_asked_already_is_offered_by_its_label(owner, program):
    make_question(program, "Q1", name="Waiting in line")
    made = owner.post("/surveys/new/", {"template": "effort"})
    page = owner.get(made["Location"]).content.decode()
    assert ">Waiting in line (Q1)</option>" in page


def test_touchpoints_of_journeys_that_are_put_away_are_not_offered_except_the_one_chosen(owner, program):
    points = {}
    for code in ("kept", "away", "asked"):
        stage = make_journey(program, code).stages.get(code="wait")
        points[code] = make_touchpoint(stage, f"at-{code}")
    version = survey_drafting.from_template(program, "effort", languages=["en"], on=DAY)
    Question.objects.filter(code="CES").update(touchpoint=points["asked"])
    for code in ("away", "asked"):
        shelf.put_away(points[code].stage.journey, by=make_user("owner", root_of(program)), at=timezone.now())
    page = owner.get(f"/surveys/{version.survey.slug}/edit/").content.decode()
    offered = re.findall(r'<option value="\d+"(?: selected)?>(At-\w+)</option>', page)
    assert set(offered) == {"At-kept", "At-asked"}


# --- what came in -----------------------------------------------------------------------------
def test_the_page_says_how_many_answers_there_are_and_how_many_look_like_a_robot_s(owner, program, client):
    survey = make_survey(program, "short", questions=("NETPRO",), has_rules=False)
    assert "suspected" not in owner.get("/surveys/short/edit/").content.decode()
    for number in range(6):
        trap = {"homepage": "https://example.org"} if number == 0 else {}
        client.post("/s/short/", {"key": f"{number}" * 24, "NETPRO": "9"} | trap)
    page = owner.get("/surveys/short/edit/").content.decode()
    assert "6 answers" in page and "?suspected=yes" in page and "1 suspected robot" in page
    assert "Suspected robots are kept and counted" in page
    nps = Kpi(program=program, code="nps", collector="nps", question_code="NETPRO")
    assert registry.read(program, [KpiQuery(nps, root_of(program), ALL)])[0].rows == 6, "as the page says"
    client.force_login(make_user("owner", root_of(program), is_staff=True))
    lists = [client.get("/admin/feedback/response/", {"suspected": word}) for word in ("", "yes", "no")]
    assert [len(page.context["cl"].result_list) for page in lists] == [6, 1, 5]
    assert survey.versions.count() == 1


def test_answers_that_look_like_a_robot_s_are_all_counted_the_others_up_to_a_most(program, monkeypatch):
    survey = make_survey(program, "short", questions=("NETPRO",), has_rules=False)
    for number in range(5):
        make_response(survey, {"NETPRO": 9}, attributes={"suspected_robot": True} if number else {})
    monkeypatch.setattr(survey_editor, "MOST_COUNTED", 2)
    assert survey_editor.heard(survey) == survey_editor.Heard(2, True, 4)


def test_the_count_of_suspected_answers_reads_their_own_index(owner, program):
    make_survey(program, "short", questions=("NETPRO",), has_rules=False)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = Response.objects.filter(survey_version__in=[1]).suspected().explain()
    assert "response_suspected" in plan
