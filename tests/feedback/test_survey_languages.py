"""A survey speaks any language; what the house does not speak is framed in English, and said to be so."""

import json

import pytest
from django.utils import timezone

from cxprogram import languages
from feedback.imports.lss import read_lss
from feedback.imports.qsf import read_qsf
from feedback.models import Question, Response, Survey
from feedback.pages import ask_message
from feedback.pages import survey as pages
from feedback.services import definitions, survey_drafting, surveys
from tests.factories import (
    make_invitation,
    make_program,
    make_question,
    make_survey,
    make_token,
    make_user,
    root_of,
)
from tests.shared import shared_file

WORDS = {
    "en": "Would you recommend us?",
    "de": "Würden Sie uns empfehlen?",
    "ar": "هل توصي بنا؟",
    "zh-hans": "您会推荐吗？",
}


@pytest.fixture
def survey(db):
    program = make_program()
    make_question(program, "NETPRO", wordings=WORDS)
    return make_survey(program, "short", questions=("NETPRO",), languages=["en", "sv", "de", "ar", "zh-hans"])


def test_every_language_that_django_knows_has_a_name_and_the_house_s_own_come_first():
    assert list(languages.NAMES)[:5] == ["en", "sv", "nb", "da", "fi"] and len(languages.NAMES) > 90
    assert all(len(code) <= languages.MAX_CODE for code in languages.NAMES)


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ("de-informal", "de"), ("EN-GB", "en"), ("sv_SE", "sv"), ("no", "nb"), ("ZH-S", "zh-hans"),
        ("zh-TW", "zh-hant"), ("pt_BR", "pt-br"), ("fr-CA", "fr"), ("xx", ""), ("", ""),
    ],
)  # fmt: skip
def test_what_other_tools_call_a_language_is_known(told, code):
    assert languages.code_of(told) == code


@pytest.mark.parametrize(
    ("asked", "accepted", "language"),
    [
        ("de", "", "de"), ("", "de-AT,en;q=0.5", "de"), ("", "zh-CN", "zh-hans"), ("", "fr,ar;q=0.3", "ar"),
        ("fr", "sv-SE", "sv"), ("", "no", "en"),
    ],
)  # fmt: skip
def test_the_page_speaks_the_reader_s_language_if_the_survey_has_it(survey, asked, accepted, language):
    assert pages.choose_language(survey, asked=asked, accepted=accepted) == language


def test_words_of_ours_are_english_and_say_so_where_the_house_does_not_speak_the_language(survey, client):
    page = client.get("/s/short/?lang=de").content.decode()
    assert '<html lang="de">' in page and WORDS["de"] in page
    assert (
        '<button class="btn btn-primary btn-lg w-100" type="submit" lang="en" dir="ltr">Send the answer</button>'
        in page
    )
    own = client.get("/s/short/?lang=sv").content.decode()
    assert '<html lang="sv">' in own and 'dir="ltr"' not in own
    done = client.post("/s/short/?lang=de", {"key": "k" * 24, "NETPRO": "9"})
    assert 'lang="en" dir="ltr">Thank you' in client.get(done["Location"]).content.decode()
    assert Response.objects.get().language == "de"


def test_a_language_that_is_written_from_the_right_is_shown_so(survey, client):
    page = client.get("/s/short/?lang=ar").content.decode()
    assert '<html lang="ar" dir="rtl">' in page and WORDS["ar"] in page
    assert 'href="/s/short/?lang=ar" lang="ar" dir="rtl" hreflang="ar"' in page
    invitation, token = make_invitation(survey, language="ar")
    mail = ask_message.mail(invitation, surveys.door("short"), token)
    assert '<html lang="ar" dir="rtl">' in mail.html and WORDS["ar"] in mail.html
    assert WORDS["zh-hans"] in client.get("/embed/short.js").content.decode()


def test_the_languages_of_a_survey_are_chosen_on_its_page_and_spoken_once_they_are_published(survey, client):
    client.force_login(make_user("owner", root_of(survey.program)))
    url = "/surveys/short/edit/"
    client.post(url, {"do": "begin"})
    assert client.post(url, {"do": "languages"}).status_code == 422
    assert client.post(url, {"do": "languages", "languages": ["en", "de"], "more": "he"}).status_code == 303
    page = client.get(url).content.decode()
    assert 'lang="he" dir="rtl"' in page and 'name="title_he"' in page and 'name="title_sv"' not in page
    assert '<html lang="he" dir="rtl">' in client.get("/surveys/short/preview/?in=he").content.decode()
    assert pages.languages_of(Survey.objects.get()) == ["en", "sv", "ar", "de", "zh-hans"]
    client.post(url, {"do": "publish"})
    assert pages.languages_of(Survey.objects.get()) == ["en", "de", "he"]
    draft = survey_drafting.draft_of(survey)
    assert pages.languages_of(draft.survey, draft) == ["en", "de", "he"]


def test_answers_and_customers_come_in_by_api_in_any_language(survey, client):
    token = make_token(make_user("integration", root_of(survey.program)), survey.program)
    sent = {
        "survey": "short", "source": "crm", "external_id": "1", "answers": {"NETPRO": 9}, "language": "zh-hans",
        "customer": {"external_id": "c1", "language": "de"},
    }  # fmt: skip
    head = {"headers": {"Authorization": f"Bearer {token}"}, "content_type": "application/json"}
    assert client.post("/api/v1/responses/", sent, **head).status_code == 201
    rows = [
        {"source": "crm", "external_id": "c2", "language": "de"},
        {"source": "crm", "external_id": "c3", "language": "xx"},
    ]
    reply = client.post("/api/v1/customers/bulk/", rows, **head).json()
    assert [row["status"] for row in reply["rows"]] == ["created", "rejected"]


def test_a_definition_of_limesurvey_keeps_its_languages_and_is_named_in_its_own(db):
    definition = read_lss(shared_file("imports/limesurvey/ls6_sample_survey_multilingual_fr_de_en_it_ru.lss"))
    drafted = definitions.draft(make_program(), definition, slug="many")
    assert sorted(drafted.version.survey.languages) == ["de", "en", "fr", "it", "ru"]
    names = Question.objects.values_list("name", "wordings")
    own = languages.code_of(definition.language)
    assert names and all(name == wordings.get(own, name)[:200] for name, wordings in names)
    surveys.publish(drafted.version, at=timezone.now())


def test_a_definition_of_qualtrics_keeps_its_translations(db, tmp_path):
    german = {
        "QuestionText": "Wie war es?<br>",
        "Choices": {"1": {"Display": "Halle"}},
        "Answers": {"1": {"Display": "Gut"}, "2": {"Display": "Schlecht"}},
    }
    matrix = {
        "QuestionID": "QID1", "DataExportTag": "Q1", "QuestionType": "Matrix", "Selector": "Likert",
        "QuestionText": "How was it?", "Choices": {"1": {"Display": "Hall"}, "2": {"Display": "Gate"}},
        "Answers": {"1": {"Display": "Good"}, "2": {"Display": "Bad"}}, "Language": {"DE": german},
    }  # fmt: skip
    content = {
        "SurveyEntry": {"SurveyName": "Airport", "SurveyLanguage": "EN"},
        "SurveyElements": [
            {"Element": "SO", "Payload": {"AvailableLanguages": {"EN": [], "DE": [], "ZH-S": []}}},
            {"Element": "SQ", "Payload": matrix},
        ],
    }
    (tmp_path / "airport.qsf").write_text(json.dumps(content))
    drafted = definitions.draft(make_program(), read_qsf(tmp_path / "airport.qsf"), slug="airport")
    hall, gate = (item.question for item in drafted.version.items.select_related("question"))
    assert drafted.version.survey.languages == ["en", "de", "zh-hans"]
    assert hall.wordings == {"en": "How was it? – Hall", "de": "Wie war es? – Halle"}
    assert gate.wordings == {"en": "How was it? – Gate", "de": "Wie war es?"}, "what is not translated is said so far"
    assert hall.options["2"]["title"] == {"en": "Bad", "de": "Schlecht"}
