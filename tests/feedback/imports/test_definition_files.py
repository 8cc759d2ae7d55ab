"""Surveys that another tool defined: what is taken of each sample, and what is listed because it cannot be."""

from collections import Counter

import pytest

from feedback.imports.layouts import find_layout
from feedback.imports.lss import read_lss
from feedback.imports.qsf import read_qsf
from feedback.imports.surveyjs import read_surveyjs
from tests.feedback.imports.taking import sample

DEFINITIONS = [
    ("qualtrics/long_exhaustive.qsf", {"questions": 48, "trash": 2}, 0, 157),
    ("qualtrics/many_types.qsf", {"questions": 52, "trash": 20}, 1, 95),
    ("qualtrics/mcma.qsf", {"questions": 5, "trash": 0}, 0, 6),
    ("qualtrics/no_basis.qsf", {"questions": 6, "trash": 0}, 0, 16),
    ("qualtrics/side_by_side.qsf", {"questions": 8, "trash": 0}, 0, 48),
    ("qualtrics/survey_logic.qsf", {"questions": 5, "trash": 0}, 0, 7),
    ("qualtrics/text_entry.qsf", {"questions": 5, "trash": 0}, 0, None),
    (
        "limesurvey/ls6_sample_survey_multilingual_fr_de_en_it_ru.lss",
        {"groups": 6, "questions": 57, "subquestions": 116, "answers": 55, "relevance": 11, "conditions": 15,
         "mandatory": 2, "answerable": 46}, 9, 80,
    ),
    (
        "limesurvey/ls191_sample_survey_multilingual.lss",
        {"groups": 6, "questions": 54, "subquestions": 116, "answers": 53, "relevance": 0, "conditions": 15,
         "mandatory": 2}, 9, 79,
    ),
    (
        "limesurvey/ls205_group_relevance.lss",
        {"groups": 7, "questions": 30, "subquestions": 0, "answers": 44, "relevance": 23, "mandatory": 20}, 0, 25,
    ),
    (
        "limesurvey/ls205_comma_as_radix_separator.lss",
        {"groups": 2, "questions": 10, "subquestions": 25, "answers": 3, "relevance": 0, "mandatory": 0}, 2, 15,
    ),
    (
        "limesurvey/ls205_subquestion_relevance.lss",
        {"groups": 1, "questions": 6, "subquestions": 17, "answers": 0, "relevance": 0}, 0, 16,
    ),
    (
        "surveyjs/complex.json",
        {"pages": 0, "elements": 52, "visible_if": 4, "required": 19, "type unsupported": 1}, 9, 39,
    ),
    ("surveyjs/multi_page.json", {"pages": 2, "elements": 36, "visible_if": 0, "required": 1}, 5, 27),
    ("surveyjs/page_without_survey.json", {"pages": 0, "elements": 1, "visible_if": 0, "required": 0}, 0, 1),
]  # fmt: skip
READERS = {"qsf": read_qsf, "lss": read_lss, "surveyjs": read_surveyjs}


@pytest.mark.parametrize(
    ("name", "counts", "unsupported", "questions"), DEFINITIONS, ids=[row[0] for row in DEFINITIONS]
)
def test_a_definition_is_taken_and_what_cannot_be_is_listed(name, counts, unsupported, questions):
    path = sample(name)
    definition = READERS[find_layout(path).format](path)
    assert {key: definition.counts[key] for key in counts} == counts
    left = Counter(each.code for each in definition.left_out)
    assert left["type-unsupported"] == unsupported
    assert left["trash"] == counts.get("trash", 0)
    logic = counts.get("relevance", 0) + counts.get("conditions", 0) + counts.get("visible_if", 0)
    assert left["logic-not-translated"] >= logic
    if questions is not None:
        assert len(definition.questions) == questions
    codes = [question.code.casefold() for question in definition.questions]
    assert len(set(codes)) == len(codes)
    texts = [text for question in definition.questions for text in question.texts.values()]
    assert not any(("<" in text and ">" in text) or "&nbsp;" in text for text in texts)


def test_recoded_answers_below_zero_are_no_points_of_the_scale():
    definition = read_qsf(sample("qualtrics/no_basis.qsf"))
    squash = definition.question("Q1")
    assert [(option.code, option.texts["en"]) for option in squash.options] == [
        (1, "Great"),
        (2, "In the middle"),
        (3, "Awful"),
    ]
    assert [(option.code, option.texts["en"]) for option in squash.missing] == [(-1, "No opinion")]


def test_a_rating_without_limits_runs_from_1_to_5():
    definition = read_surveyjs(sample("surveyjs/complex.json"))
    assert definition.question("satisfaction").scale == (1, 5)
