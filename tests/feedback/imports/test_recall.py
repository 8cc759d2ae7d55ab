"""What is the same when files come in: the question, the survey, the answer. Through the pages, as people do it."""

import msgspec
import pytest

from feedback.imports.mapping import SingleQuestion, load_mapping
from feedback.imports.rows import RowKeys, map_row
from feedback.imports.rules import open_table
from feedback.models import Question, Response, Survey, SurveyVersion
from tests.feedback.imports.bringing import bring, form_of, text, tree, upload
from tests.feedback.imports.taking import sample

pytestmark = pytest.mark.django_db
TIME = "How important is it to you that somebody answers you within one working day?"
KNOWN = "Do you know of local or online communities of people who work as you do?"
NEEDED = "Wie wichtig ist es Ihnen, dass jemand innerhalb eines Arbeitstages antwortet?"
OTHERS = "Warum haben Sie sich zuletzt an uns gewandt, und was wollten Sie erreichen?"


def counts(run):
    return run.rows, run.imported, run.repeated, run.rejected


def table(wording, cells, *, more=()):
    """A file of answers: key, day, one question by its wording, and further columns of ones."""
    head = ["id", "day", f'"{wording}"', *(f'"{each}"' for each in more)]
    rows = [
        ",".join([f"R{number}", f"2024-05-{number % 28 + 1:02d}", f'"{cell}"', *("1" for _each in more)])
        for number, cell in enumerate(cells)
    ]
    return "\n".join([",".join(head), *rows]).encode()


def meant(program, source):
    """What the answers to choices of a source mean, in words."""
    questions = {question.code: question for question in Question.objects.filter(program=program)}
    said = []
    for response in Response.objects.filter(program=program, source=source):
        for code, value in response.answers.items():
            options = questions[code].options
            for each in value if isinstance(value, list) else [value]:
                if options:
                    said.append((next(iter(questions[code].wordings.values())), options[str(each)]["title"]))
    return said


def test_columns_of_two_files_in_one_place_are_two_questions(owner):
    bring(owner, table(KNOWN, ["I know some", "I know none"] * 3), "osmi.csv", source="osmi")
    bring(owner, table(NEEDED, ["Sehr wichtig", "Unwichtig"] * 3), "wiki.csv", source="wiki", language="da")
    assert {(wording, str(texts)) for wording, texts in meant(owner.program, "osmi")} == {
        (KNOWN, "{'en': 'I know some'}"),
        (KNOWN, "{'en': 'I know none'}"),
    }
    assert {(wording, str(texts)) for wording, texts in meant(owner.program, "wiki")} == {
        (NEEDED, "{'da': 'Sehr wichtig'}"),
        (NEEDED, "{'da': 'Unwichtig'}"),
    }
    assert set(Question.objects.values_list("code", flat=True)) == {"Q3", "wiki_Q3"}


def test_the_same_question_in_two_surveys_is_one_however_it_is_typed(owner):
    bring(owner, table(TIME, ["Very", "Not at all"] * 3), "may.csv", source="may")
    typed = "  how important is it to you, that somebody <b>answers</b> you within&nbsp;one working day"
    bring(owner, table(typed, ["Very", "Not at all"] * 4), "june.csv", source="june")
    assert Question.objects.count() == 1
    assert SurveyVersion.objects.count() == 2


def test_other_words_for_the_same_codes_make_another_question(owner):
    bring(owner, table(TIME, ["Very", "Not at all"] * 3), "may.csv", source="may")
    bring(owner, table(TIME, ["Daily", "Never"] * 3), "june.csv", source="june")
    assert Question.objects.count() == 2


def test_a_question_without_words_in_the_language_of_the_file_is_another_one_until_a_person_says_so(owner):
    bring(owner, table(TIME, ["Very", "Not at all"] * 3), "may.csv", source="may", language="en")
    bring(owner, table(TIME, ["Very", "Not at all"] * 5), "june.csv", source="june", language="fi")
    assert set(Question.objects.values_list("code", flat=True)) == {"Q3", "june_Q3"}
    version = SurveyVersion.objects.get(survey__slug="may")
    bring(owner, table(TIME, ["Very", "Not at all"] * 4), "july.csv", source="july", language="fi", version=version.pk)
    assert Question.objects.count() == 2
    assert {code for row in Response.objects.filter(source="july") for code in row.answers} == {"Q3"}


def test_what_a_person_calls_the_same_survey_keeps_its_questions_though_columns_move_and_codes_turn(owner):
    bring(owner, table(TIME, ["Very", "Not at all"] * 3), "may.csv", source="may")
    version = SurveyVersion.objects.get()
    moved = (
        table(TIME, ["Not at all", "Very"] * 3).decode().replace("id,day,", "id,note,day,").replace(",2024", ",,2024")
    )
    run = bring(owner, moved.encode(), "june.csv", source="june", version=version.pk)
    assert counts(run) == (6, 6, 0, 0)
    assert sorted(map(str, meant(owner.program, "june"))) == sorted(map(str, meant(owner.program, "may")))
    assert Question.objects.count() == 1


def test_the_same_file_again_adds_nothing_and_says_so(owner):
    content = table(TIME, ["Very", "Not at all"] * 3, more=["Open", "Fair"])
    assert counts(bring(owner, content, "may.csv", survey_name="Waiting", source="mine")) == (6, 6, 0, 0)
    again = bring(owner, content, "copy of may.csv")
    assert counts(again) == (6, 0, 6, 0)
    assert "every row is here already" in again.page and "The file is in" not in again.page
    assert (Survey.objects.count(), SurveyVersion.objects.count(), Response.objects.count()) == (1, 1, 6)


def test_what_was_decided_for_a_file_is_proposed_for_the_same_file(owner):
    content = table("How likely is it?", ["3", "4", "5", "5", "2"], more=["Note"])
    first = bring(owner, content, "may.csv", **{"role-2": "nps", "role-3": "ignore", "source": "mine"})
    assert counts(first) == (5, 5, 0, 0)
    assert counts(bring(owner, content, "may.csv")) == (5, 0, 5, 0)
    assert SurveyVersion.objects.count() == 1


def test_a_new_survey_of_answers_that_are_here_already_is_refused_before_it_is_made(owner):
    content = table(TIME, ["Very", "Not at all"] * 3)
    bring(owner, content, "may.csv")
    _run, url, data = form_of(owner, content, "may.csv")
    reply = owner.post(url + "start/", data | {"version": "", "survey_name": "Another", "do": "start"})
    assert reply.status_code == 422
    assert "here already" in text(tree(reply))
    assert (Survey.objects.count(), SurveyVersion.objects.count()) == (1, 1)


def test_a_new_survey_of_the_same_name_that_would_ask_the_same_is_no_new_version(owner):
    content = table(TIME, ["Very", "Not at all"] * 3)
    bring(owner, content, "may.csv")
    assert counts(bring(owner, content, "may.csv", version="", survey_name="May")) == (6, 0, 6, 0)
    assert SurveyVersion.objects.count() == 1


def test_short_keys_of_another_file_do_not_make_its_answers_those_of_the_first(owner):
    bring(owner, table(TIME, ["Very", "Not at all"] * 3), "may.csv")
    _run, _url, data = form_of(owner, table(TIME, ["Very", "Not at all"] * 9), "june.csv")
    assert (data["source"], data["version"]) == ("june", "")
    _run, _url, data = form_of(owner, table(TIME, ["Very", "Not at all"] * 9), "may.csv")
    assert (data["source"], data["version"]) == ("may", str(SurveyVersion.objects.get().pk))


def test_a_file_without_any_question_is_shown_and_no_error(owner):
    _run, url = upload(owner, b"id,day\nR1,2024-05-01\nR2,2024-05-02\n", "bare.csv")
    assert owner.get(url + "?target=responses").status_code == 200


def test_what_was_a_likelihood_to_recommend_can_be_called_a_question_again(owner):
    content = table("How likely is it?", ["3", "4", "5", "5", "2"])
    bring(owner, content, "may.csv", **{"role-2": "nps"})
    _run, url, data = form_of(owner, content, "may.csv")
    assert data["role-2"] == "nps"
    said = data | {"role-2": "question", "version": "", "survey_name": "Other", "source": "other", "do": "start"}
    assert owner.post(url + "start/", said).status_code == 303
    assert set(Question.objects.values_list("kind", flat=True)) == {"nps", "rating"}


def test_a_file_of_which_nothing_could_be_taken_is_not_headlined_as_in(owner):
    bring(owner, table(TIME, ["Very", "Not at all"] * 3), "may.csv", source="mine")
    changed = table(TIME, ["Very", "Not at all"] * 3).replace(b'"Very"', b'"x"').replace(b'"Not at all"', b'"Very"')
    changed = changed.replace(b'"x"', b'"Not at all"')
    run = bring(owner, changed, "june.csv", source="mine", version=SurveyVersion.objects.get().pk)
    assert counts(run) == (6, 0, 0, 6)
    assert "The file is in" not in run.page and "Nothing was taken" in run.page


@pytest.mark.parametrize("order", [("insights", "legacy"), ("legacy", "insights")], ids="-".join)
@pytest.mark.parametrize(("name", "rows"), [("no_basis", 15), ("side_by_side", 25), ("many_types", 5)])
def test_both_exports_of_one_survey_are_one_and_the_second_is_here_already(owner, name, rows, order):
    first, second = [sample(f"qualtrics/{name}_{export}.csv") for export in order]
    assert counts(bring(owner, first, first.name, keeps_tests="on")) == (rows, rows, 0, 0)
    again = bring(owner, second, second.name)
    assert counts(again) == (rows, 0, rows, 0), again.errors[:3]
    assert (Response.objects.count(), SurveyVersion.objects.count()) == (rows, 1)


def test_both_exports_of_qualtrics_name_one_source(owner):
    for export in ("insights", "legacy"):
        path = sample(f"qualtrics/no_basis_{export}.csv")
        _run, _url, data = form_of(owner, path.read_bytes(), path.name)
        assert data["source"] == "qualtrics"


def test_the_clock_of_another_zone_is_no_other_answer_but_another_choice_is(owner):
    head = "id,when,score\n"
    rows = [f"R-{n},2024-05-{n + 1:02d} 12:27:08,{n % 5 + 1}\n" for n in range(10)]
    bring(owner, (head + "".join(rows)).encode(), "one.csv", source="tool")
    later = [row.replace("12:27", "14:27") for row in rows]
    later[0] = later[0].replace("08,1", "08,5")
    later[1] = later[1].replace("14:27", "14:40")
    run = bring(
        owner, (head + "".join(later)).encode(), "two.csv", source="tool", version=SurveyVersion.objects.get().pk
    )
    assert counts(run) == (10, 0, 8, 2)
    assert [(error["line"], error["code"]) for error in run.errors] == [
        (2, "idempotency-conflict"),
        (3, "idempotency-conflict"),
    ]


FILES = [
    "qualtrics/no_basis_insights.csv",
    "qualtrics/no_basis_legacy.csv",
    "qualtrics/mcma_insights.csv",
    "qualtrics/many_types_insights.csv",
    "qualtrics/long_exhaustive.csv",
    "qualtrics/survey_logic.csv",
    "qualtrics/text_entry.csv",
    "qualtrics/side_by_side_legacy.csv",
    "surveymonkey/star_wars_two_header_rows.csv",
    "surveymonkey/thanksgiving_flat_headers.csv",
    "limesurvey/scicom_wiki_results-survey.csv",
    "google-forms/perso.csv",
    "typeform/osmi_mental_health_in_tech_2018.csv",
]


@pytest.mark.parametrize("name", FILES)
def test_every_file_of_answers_imported_again_adds_nothing(owner, name):
    path = sample(name)
    first = bring(owner, path, path.name, keeps_tests="on")
    assert (first.imported, first.rejected) == (first.rows, 0), first.errors[:3]
    again = bring(owner, path, path.name)
    assert counts(again) == (first.rows, 0, first.rows, 0), again.errors[:3]
    assert SurveyVersion.objects.count() == 1
    # By the choice of the survey alone too: another name for the source, and all of it comes in a second time.
    other = bring(owner, path, path.name, source="other")
    assert counts(other) == (first.rows, first.rows, 0, 0), other.errors[:3]
    said = {row.external_id: row.answers for row in Response.objects.filter(source="other")}
    assert said == {row.external_id: row.answers for row in Response.objects.exclude(source="other")}


def test_no_answer_changes_its_meaning_when_all_files_come_into_one_program(owner):
    """Each file as a survey of its own, all in one language: a choice reads as the cell of its row, word by word."""
    compared = 0
    for name in FILES[8:]:
        path = sample(name)
        run = bring(owner, path, path.name, source=path.stem[:60], version="")
        mapping = load_mapping(msgspec.json.encode(run.definition))
        questions = {question.code: question for question in Question.objects.filter(program=owner.program)}
        said = {row.external_id: row for row in Response.objects.filter(source=mapping.source)}
        keys = RowKeys()
        with open_table(path, mapping) as table:
            for line, row in table.rows:
                answer = said[map_row(mapping, row, line, keys).external_id].answers
                for rule in mapping.questions:
                    if isinstance(rule, SingleQuestion) and rule.question in answer:
                        texts = questions[rule.question].options[str(answer[rule.question])]["title"]
                        assert row[rule.column].strip() in texts.values(), (name, rule)
                        compared += 1
    assert compared > 20_000
