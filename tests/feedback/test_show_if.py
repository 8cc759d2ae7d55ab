"""When a question is asked: the rule by a table and by properties, and the intake that follows it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback import show_if
from feedback.services.answer_checks import AnswerError, check
from feedback.services.surveys import Asked, Door, are_limits

CODES = ["A", "B", "C", "D"]
values = st.integers(-3, 12)
tests = st.one_of(
    st.builds(
        lambda q, o, v: {"question": q, "is": o, "value": v},
        st.sampled_from(CODES),
        st.sampled_from(["is", "is_not", "at_least", "at_most"]),
        values,
    ),
    st.builds(
        lambda q, o, v: {"question": q, "is": o, "value": v},
        st.sampled_from(CODES),
        st.sampled_from(["any_of", "none_of"]),
        st.lists(values, min_size=1, max_size=4),
    ),
    st.builds(
        lambda q, o: {"question": q, "is": o}, st.sampled_from(CODES), st.sampled_from(["answered", "not_answered"])
    ),
)
rules = st.recursive(
    tests,
    lambda parts: st.builds(
        lambda word, some: {word: some}, st.sampled_from(["all", "any"]), st.lists(parts, min_size=1, max_size=3)
    ),
    max_leaves=5,
)
answers = st.dictionaries(st.sampled_from(CODES), st.one_of(values, st.lists(values, min_size=1, max_size=3)))
anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(st.sampled_from(["all", "any", "question", "is", "value"]), st.text()), inner),
    ),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("rule", "given_answers", "holds"),
    [
        ({"question": "A", "is": "at_most", "value": 6}, {"A": 6}, True),
        ({"question": "A", "is": "at_most", "value": 6}, {"A": 7}, False),
        ({"question": "A", "is": "at_most", "value": 6}, {}, False),
        ({"question": "A", "is": "is_not", "value": 6}, {}, False),
        ({"question": "A", "is": "not_answered"}, {}, True),
        ({"question": "A", "is": "any_of", "value": [1, 3]}, {"A": [2, 3]}, True),
        ({"question": "A", "is": "none_of", "value": [1, 3]}, {"A": [2, 3]}, False),
        ({"question": "A", "is": "at_least", "value": "2026-01-01"}, {"A": "2026-02-01"}, True),
        ({"question": "A", "is": "at_least", "value": 5}, {"A": "2026-02-01"}, False),
        ({"all": [{"question": "A", "is": "is", "value": 1}, {"question": "B", "is": "answered"}]}, {"A": 1}, False),
        ({"any": [{"question": "A", "is": "is", "value": 1}, {"question": "B", "is": "answered"}]}, {"A": 1}, True),
    ],
)
def test_a_rule_holds(rule, given_answers, holds):
    assert show_if.read(rule).holds(given_answers) is holds


@given(anything)
def test_whatever_is_written_is_a_rule_or_refused_with_a_code(written):
    try:
        rule = show_if.read(written)
    except show_if.RuleError as error:
        assert error.code in {"not-a-rule", "question-missing", "operator-unknown", "value-invalid"}
    else:
        assert rule is None or rule.holds({}) in (True, False)


@given(rules, answers)
def test_all_and_any_mean_what_they_say(rule, given_answers):
    """Of a rule and itself both are the rule; of a rule and its questions' presence, all implies any."""
    one = show_if.read(rule).holds(given_answers)
    assert show_if.read({"all": [rule]}).holds(given_answers) is one
    assert show_if.read({"any": [rule]}).holds(given_answers) is one
    both = [rule, {"question": "A", "is": "answered"}]
    if show_if.read({"all": both}).holds(given_answers):
        assert one and show_if.read({"any": both}).holds(given_answers)


def asked(code, rule=None, **facts):
    defaults = {"kind": "rating", "scale": (-3, 12), "options": frozenset(), "touchpoint_id": None}
    return Asked(code=code, rule=show_if.read(rule), **(defaults | {"is_hidden": False, "is_required": False} | facts))


def door(*questions: Asked) -> Door:
    return Door(None, 1, 1, {each.code: each for each in questions}, (), "", any(each.rule for each in questions))


@given(
    rules.filter(lambda rule: set(show_if.read(rule).questions()) <= {"A", "B"}),
    st.dictionaries(st.sampled_from(CODES), values, min_size=1),
)
def test_a_question_is_answered_blank_or_not_asked_and_never_two_of_them(rule, sent):
    """An answer to a question that its rule leaves out is refused; left out, it is neither blank nor required."""
    surface = door(asked("A"), asked("B"), asked("C", rule, is_required=True), asked("D"))
    is_asked = show_if.read(rule).holds({code: sent[code] for code in ("A", "B") if code in sent})
    try:
        found, missing = check(surface, sent)
    except AnswerError as error:
        expected = "answer-required" if is_asked else "answer-not-asked"
        assert (error.code, "C" in sent) == (expected, not is_asked)
        return
    assert found == sent
    assert not found.keys() & missing.keys()
    assert (found.keys() | missing.keys()) == set(CODES) - (set() if is_asked else {"C"})


@given(st.dictionaries(st.sampled_from(["N", "D", "T", "X", "M"]), anything, min_size=1))
def test_the_intake_takes_what_fits_the_kind_and_refuses_the_rest(sent):
    surface = door(
        asked("N", kind="number", scale=None, low=0, high=120),
        asked("D", kind="date", scale=None, low="2020-01-01", high="2026-12-31"),
        asked("T", kind="text", scale=None, high=3),
        asked("X", kind="consent", scale=None, options=frozenset((0, 1))),
        asked("M", kind="multiple", scale=None, options=frozenset((1, 2))),
    )
    try:
        found, _missing = check(surface, sent)
    except AnswerError:
        return
    assert type(found.get("N", 0)) is int and 0 <= found.get("N", 0) <= 120
    assert "2020-01-01" <= found.get("D", "2020-01-01") <= "2026-12-31"
    assert len(found.get("T", "")) <= 3
    assert type(found.get("X", 0)) is int and found.get("X", 0) in (0, 1)
    assert set(found.get("M", [])) <= {1, 2}


def test_a_rule_asks_about_what_comes_before_and_a_range_fits_its_kind():
    with pytest.raises(show_if.RuleError) as error:
        show_if.check({"question": "B", "is": "answered"}, earlier={"A"})
    assert (error.value.code, error.value.part) == ("question-not-before", "B")
    rows = [
        ("number", {"low": 0, "high": 5}, True),
        ("number", {"low": 6, "high": 5}, False),
        ("number", {"low": "a"}, False),
        ("date", {"low": "2026-01-01"}, True),
        ("date", {"low": "2026-1-1"}, False),
        ("text", {"high": 100}, True),
        ("text", {"low": 1, "high": 100}, False),
        ("rating", {"high": 3}, False),
        ("rating", {}, True),
        ("date", [], False),
    ]
    assert [(kind, limits, are_limits(kind, limits)) for kind, limits, _fits in rows] == rows
