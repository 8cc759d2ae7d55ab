"""What leaving a step out of a funnel would bring, beside what mending it would: by hand, and by a plain recount."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxprogram.stats.proportions import wilson
from journeys.analytics import funnels
from journeys.analytics.funnels import Firsts, Mend, Removal
from tests.journeys.analytics.logs import log_of

words = st.lists(st.text("abcde", min_size=1, max_size=7), min_size=1, max_size=25)

# Who began with a; whether they come to d through all steps, without b, without c.
BY_HAND = [
    ("abcd", 5, True, True, True),
    ("acd", 3, False, True, False),
    ("abd", 2, False, False, True),
    ("bacd", 2, False, True, False),  # b was before a
    ("acbd", 1, False, True, True),  # b after c: without either the rest is in order
    ("ad", 4, False, False, False),
    ("abc", 2, False, False, False),
]


def came(word: str, steps: Sequence[str], minutes: int | None) -> bool:
    """Whether each step first came after the one before, and the last in time after the first; a minute a letter."""
    first = [word.find(step) for step in steps]
    in_order = -1 not in first and all(a <= b for a, b in pairwise(first))
    return in_order and (minutes is None or first[-1] - first[0] <= minutes)


def test_what_leaving_out_a_step_brings_is_counted_by_hand() -> None:
    log = log_of(*[word for word, n, *_came in BY_HAND for _ in range(n)])
    found = funnels.funnel(log, [0, 1, 2, 3])
    through, without_b, without_c = (sum(row[1] for row in BY_HAND if row[place]) for place in (2, 3, 4))
    assert (through, without_b, without_c) == (found.stages[-1].in_window, 11, 8)
    assert [(log.steps[each.step], each.gain) for each in found.removals] == [("b", 6), ("c", 3)]
    low, high = wilson(6 / 19, 19)  # of the 19 who began
    assert (found.removals[0].low, found.removals[0].high) == (pytest.approx(19 * low), pytest.approx(19 * high))


def test_a_window_holds_without_the_step_too() -> None:
    found = funnels.funnel(log_of("abcd", "acd", "axxxcd"), [0, 1, 2, 3], window=2 * 60)
    low, high = (3 * end for end in wilson(1 / 3, 3))
    assert found.removals[0] == Removal(1, 1, pytest.approx(low), pytest.approx(high))


def test_neither_the_first_nor_the_last_step_is_left_out() -> None:
    assert funnels.funnel(log_of("ab", "a"), [0, 1]).removals == ()


def test_a_funnel_that_nobody_begins_gains_nothing() -> None:
    assert funnels.funnel(log_of("bc", "c", "a"), [0, 2, 1], open_after=-1).removals == (Removal(2, 0, 0.0, 0.0),)


@given(words, st.permutations("abcde"), st.integers(3, 5), st.one_of(st.none(), st.integers(1, 6)))
def test_whatever_the_log_a_plain_recount_agrees(
    cases: list[str], order: list[str], size: int, minutes: int | None
) -> None:
    log = log_of(*cases)
    steps = [step for step in order if step in log.steps][:size]
    if len(steps) < 3:
        return
    window = None if minutes is None else 60 * minutes
    found = funnels.funnel(log, [log.steps.index(step) for step in steps], window=window)
    through = sum(came(word, steps, minutes) for word in cases)
    expected = {
        step: sum(came(word, [each for each in steps if each != step], minutes) for word in cases) - through
        for step in steps[1:-1]
    }
    assert {log.steps[each.step]: each.gain for each in found.removals} == expected
    assert [each.gain for each in found.removals] == sorted(expected.values(), reverse=True)
    assert all(each.low <= each.gain <= each.high for each in found.removals)


@given(words, st.permutations("abcde"), st.integers(2, 6), st.integers(1, 6))
def test_what_is_told_of_leaving_out_a_step_lies_apart_by_nobody_or_by_enough(
    cases: list[str], order: list[str], minimum: int, minutes: int
) -> None:
    log = log_of(*cases)
    steps = [log.steps.index(step) for step in order if step in log.steps]
    if len(steps) < 3:
        return
    found = funnels.funnel(log, steps, window=60 * minutes)
    told = funnels.told(found, minimum=minimum)
    removals = {steps.index(each.step): each.gain for each in funnels.told_removals(found, told, minimum=minimum)}
    enough = {0, *range(minimum, len(cases) + 1)}
    for place, gain in removals.items():
        assert gain in enough
        assert told[-1].in_window is not None
        for column in ("in_order", "in_window"):
            before = [n for each in told[:place] if (n := getattr(each, column)) is not None]
            after = [n for each in told[place + 1 :] if (n := getattr(each, column)) is not None]
            assert {more - less - gain for more in before for less in after} <= enough
        for other, each in enumerate(told):
            if other != place and each.reached is not None:
                assert each.reached - told[-1].in_window - gain in enough
        # Who is gained by two steps that are no neighbours is gained by one of them only.
        for other, more in removals.items():
            if other > place + 1 and (before := told[place - 1].in_window) is not None:
                assert before - told[-1].in_window - gain - more in enough


def test_few_who_are_gained_or_left_are_not_told() -> None:
    for n_gained, n_left, n_told in ((3, 9, 0), (9, 3, 0), (9, 9, 1), (0, 9, 1), (9, 0, 1)):
        log = log_of(*["abc"] * 9, *["ac"] * n_gained, *["a"] * n_left)
        found = funnels.funnel(log, [0, 1, 2])
        told = funnels.told(found, minimum=5)
        assert len(funnels.told_removals(found, told, minimum=5)) == n_told, (n_gained, n_left)


def test_what_was_taken_from_firsts_is_what_was_taken_from_the_log() -> None:
    log = log_of("abc", "ac", "ac")
    assert funnels.narrow(Firsts.of(log, [0, 1, 2]), [0, 1, 2]) == funnels.funnel(log, [0, 1, 2])


@pytest.mark.parametrize(
    ("changes", "n_best"),
    [
        ([], 0),
        ([Mend(1, 50, 40, 30, 50)], 1),
        ([Mend(1, 50, 40, 30, 50), Removal(2, 20, 15, 26)], 1),
        ([Mend(1, 50, 40, 30, 50), Mend(2, 50, 39.99, 29, 50)], 2),
        ([Removal(2, 31, 25, 36), Mend(1, 50, 40, 30, 50)], 2),  # 31 lies where chance may put the 40
        ([Mend(1, 50, 40, 38, 42), Removal(2, 20, 5, 41)], 2),
        ([Mend(1, 50, 40, 38, 42), Removal(2, 0, 0, 41)], 1),  # what brought nobody is no change to name
    ],
)
def test_the_best_change_is_one_unless_chance_may_put_another_before_it(changes: list, n_best: int) -> None:
    best = funnels.best(changes)
    assert len(best) == n_best
    assert [each.gain for each in best] == sorted((each.gain for each in best), reverse=True)
