"""When two questions are one, and how the cells of a file are read as answers to a known one. Pure."""

import pytest

from feedback.imports.definitions import OptionDef, QuestionDef
from feedback.imports.identity import Known, bare, bare_option, is_same, pair, reread
from feedback.imports.mapping import (
    DateQuestion,
    MultipleQuestion,
    NumberQuestion,
    ScaleQuestion,
    SingleQuestion,
    TextQuestion,
)
from feedback.imports.plans import QuestionPlan
from tests.feedback.imports.taking import take


def single(code, text, options, language="en"):
    options = tuple(OptionDef(number, {language: each}, each) for number, each in enumerate(options, start=1))
    return QuestionDef(code, "single", {language: text}, options)


def told(definition, *, column="c", names=()):
    rule = SingleQuestion(definition.code, column, {option.source: option.code for option in definition.options})
    return QuestionPlan(rule, definition, names or (column,))


SAME = [
    ("How was it?", " how  was <b>it</b>&nbsp;", True),
    ("E-mail: how often?", "Email how often", True),
    ("How was it?", "How is it?", False),
    ("???", "!!!", False),
]


@pytest.mark.parametrize(("first", "second", "is_one"), SAME)
def test_a_wording_is_the_same_however_it_is_typed(first, second, is_one):
    assert (bare(first) == bare(second)) is is_one


def test_signs_tell_options_apart_and_quotes_and_full_stops_do_not():
    assert bare_option("C") != bare_option("C++") and bare_option("> 60") != bare_option("60")
    assert bare_option("Don’t know.") == bare_option("don't know")


@pytest.mark.parametrize(
    ("other", "is_one"),
    [
        (single("Q24", "why", ["a", "b"]), True),
        (single("X", "Why?", ["A", "B"]), True),  # the code is no part of it
        (single("Q24", "Where?", ["a", "b"]), False),
        (single("Q24", "Why?", ["b", "a"]), False),
        (single("Q24", "Why?", ["a"]), False),
        (single("Q24", "Why?", ["a", "b"], "sv"), False),  # nobody can tell
        (QuestionDef("Q24", "text", {"en": "Why?"}), False),
    ],
)
def test_a_question_is_the_same_by_what_it_asks_and_what_can_be_answered(other, is_one):
    assert is_same(single("Q24", "Why?", ["a", "b"]), other) is is_one


def test_a_code_that_is_the_place_of_a_column_finds_nothing_and_one_that_the_file_uses_does():
    known = [Known(single("Q5", "Old words", ["a"])), Known(single("AGE", "Old age", ["a"]))]
    placed, named = told(single("Q5", "New words", ["a"])), told(single("AGE", "New age", ["a"]), names=("AGE",))
    pairs, strange = pair(known, [placed, named])
    assert [(each.definition.code, one.definition.code) for each, one in pairs] == [("AGE", "AGE")]
    assert strange == [placed]


def test_a_column_that_brought_a_question_before_brings_it_again_though_it_is_worded_anew():
    known = [Known(single("Q1", "Why?", ["a"]), frozenset({"Warum"})), Known(single("Q2", "Warum", ["a"]))]
    pairs, strange = pair(known, [told(single("X", "Warum", ["a"]), column="Warum")])
    assert [(one.definition.code, strange) for _each, one in pairs] == [("Q1", [])]


def test_of_two_questions_in_the_same_words_each_finds_its_own():
    known = [Known(single("Q5", "Why?", ["a"])), Known(single("Q9", "Why?", ["a"]))]
    pairs, _strange = pair(known, [told(single("Q9", "Why?", ["a"])), told(single("Q5", "Why?", ["a"]))])
    assert {each.definition.code: one.definition.code for each, one in pairs} == {"Q9": "Q9", "Q5": "Q5"}


def test_options_are_found_by_their_texts_whatever_number_the_file_gave_them():
    known = single("Q1", "Why?", ["Yes", "No", "C", "C++"])
    rule = reread(told(single("X", "Why?", ["c++", "no", "Yes", "Perhaps"])), known)
    assert [rule.codes.get(cell) for cell in ("c++", "no", "Yes", "C", "3", "Perhaps")] == [4, 2, 1, 3, 3, None]


RATING = QuestionDef("R", "rating", {}, (), (0, 10))
READ = [
    (ScaleQuestion("X", "c", (1, 5)), RATING, ScaleQuestion("R", "c", (0, 10))),
    (NumberQuestion("X", "c"), RATING, ScaleQuestion("R", "c", (0, 10))),
    (ScaleQuestion("X", "c", (1, 5)), QuestionDef("N", "number", {}), NumberQuestion("N", "c")),
    (ScaleQuestion("X", "c", (1, 5)), QuestionDef("T", "text", {}), TextQuestion("T", "c")),
    (DateQuestion("X", "c", "%d/%m/%Y"), QuestionDef("D", "date", {}), DateQuestion("D", "c", "%d/%m/%Y")),
    (TextQuestion("X", "c"), QuestionDef("D", "date", {}), None),
    (MultipleQuestion("X", ["c"]), RATING, None),
]


@pytest.mark.parametrize(("rule", "known", "read"), READ, ids=[f"{row[0].__class__} {row[1].kind}" for row in READ])
def test_a_column_is_read_as_the_known_question_wants_it(rule, known, read):
    assert reread(QuestionPlan(rule, QuestionDef("X", "text", {}), ("c",)), known) == read


def test_columns_of_ticks_are_the_options_that_head_them():
    options = tuple(OptionDef(number, {"en": text}, text) for number, text in ((1, "Phone"), (2, "Mail")))
    known = QuestionDef("M", "multiple", {"en": "How?"}, (OptionDef(7, {"en": "Mail"}), OptionDef(8, {"en": "phone"})))
    rule = MultipleQuestion("X", ["Phone", "Mail"], ticked={"Phone": 1, "Mail": 2})
    said = QuestionPlan(rule, QuestionDef("X", "multiple", {"en": "How?"}, options), ("Phone", "Mail"))
    assert reread(said, known).ticked == {"Phone": 8, "Mail": 7}
    fewer = QuestionDef("M", "multiple", {"en": "How?"}, known.options[:1])
    assert reread(said, fewer) is None  # nobody may lose a tick


def test_a_hyphen_in_the_wording_of_a_lone_column_cuts_nothing_off(tmp_path):
    path = tmp_path / "export.csv"
    ids = ["responseId", "endDate", "QID1"]
    rows = [["ResponseID", "EndDate", "Q1"], ["ResponseID", "EndDate", "How was the check-in?"]]
    rows.append([f"{{'ImportId': '{each}'}}" for each in ids])
    rows += [[f"R_{n}", f"2024-05-0{n} 10:00:00", str(n)] for n in range(1, 6)]
    path.write_text("\n".join(",".join(f'"{cell}"' for cell in row) for row in rows))
    assert [plan.definition.texts for plan in take(path).proposal.questions] == [{"": "How was the check-in?"}]
