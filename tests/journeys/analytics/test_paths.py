"""Held to what pm4py 2.7.23.11 and pandas found in public event logs (journey.json)."""

import json
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.analytics import funnels, paths
from journeys.analytics.event_log import EventLog
from tests.journeys.analytics.logs import DATA, log_of, named, numbers, read_log
from tests.shared import shared_file

RUNNING = json.loads((DATA / "running_example.json").read_text())
words = st.lists(st.text("abcd", min_size=1, max_size=6), min_size=1, max_size=25)


def account(log: EventLog) -> dict[str, Any]:
    found = paths.study(log)
    return {
        "cases": found.cases,
        "events": found.events,
        "activities": len(found.steps),
        "variants": found.n_variants,
        "start": named(log, found.starts),
        "end": named(log, found.ends),
        "dfg_edges": len(found.transitions),
    }


def holds(log: EventLog, expected: dict[str, Any]) -> None:
    found = paths.study(log)
    own = account(log)
    assert own["end"].items() >= expected["end"].items()  # the reference names the commonest
    assert sum(own.pop("end").values()) == own["cases"]
    assert own == {name: expected[name] for name in own}
    edges = {(log.steps[each.origin], log.steps[each.target]): each.n for each in found.transitions}
    assert {(a, b): n for a, b, n in expected["dfg_top10"]}.items() <= edges.items()
    commonest = [([log.steps[step] for step in each.steps], each.n) for each in found.variants]
    assert all((steps, n) in commonest for steps, n in expected["variant_top3"])
    assert found.duration is not None
    spread = {"median": found.duration.median, "mean": found.mean_seconds, "max": float(log.durations().max())}
    assert spread == pytest.approx(expected["duration_s"], abs=1)


def test_the_running_example() -> None:
    holds(read_log(DATA / "running_example.csv"), RUNNING)


@pytest.mark.parametrize("name", ["receipt", "helpdesk"])
def test_a_public_log_of_thousands_of_cases(name: str) -> None:
    expected = json.loads(shared_file("expected/journey.json").read_text())
    log = read_log(shared_file(f"journey/{name}.csv.gz"))
    holds(log, expected[name])
    if name == "helpdesk":
        probabilities = {
            (log.steps[each.origin], log.steps[each.target]): each.probability for each in paths.transitions(log)
        }
        for origin, targets in expected["helpdesk_transition_prob_ge_2pct"].items():
            for target, probability in targets.items():
                assert probabilities[origin, target] == pytest.approx(probability, abs=1e-6)


def test_the_funnel_of_the_helpdesk() -> None:
    expected = json.loads(shared_file("expected/journey.json").read_text())["helpdesk_funnel"]
    log = read_log(shared_file("journey/helpdesk.csv.gz"))
    names = list(expected["reached"])
    found = funnels.funnel(log, numbers(log, names))
    stages = dict(zip(names, found.stages, strict=True))
    assert found.cases == expected["cases"]
    assert {name: stage.reached for name, stage in stages.items()} == expected["reached"]
    assert {name: stage.in_order for name, stage in stages.items()} == expected["reached_in_order"]
    gaps = {f"{before} -> {name}": stages[name].seconds.median for before, name in pairwise(names)}
    assert gaps == pytest.approx(expected["median_seconds_between_first"], abs=1)


# --- by hand ----------------------------------------------------------------------------------
def test_variants_say_how_much_they_cover() -> None:
    log = log_of("ab", "ab", "abc", "b")
    found = [("".join(log.steps[step] for step in each.steps), each.n, each.coverage) for each in paths.variants(log)]
    assert found == [("ab", 2, 0.5), ("abc", 1, 0.75), ("b", 1, 1.0)]


def test_what_a_case_does_again_is_counted_once_a_case_and_once_a_time() -> None:
    log = log_of("abab", "aab", "b")
    found = {log.steps[each.step]: (each.cases, each.again) for each in paths.repeats(log)}
    assert found == {"a": (2, 2), "b": (1, 1)}


def test_cases_still_on_their_way_are_no_exits_and_have_no_duration() -> None:
    log = log_of("a", "ab", "abc")  # they end 0, 60 and 120 seconds after 1970
    found = paths.study(log, open_after=100)
    assert (found.open_cases, named(log, found.ends)) == (1, {"a": 1, "b": 1})
    assert found.mean_seconds == 30


def test_who_never_takes_a_step_left_before_it_wherever_it_stands_in_the_others() -> None:
    log = log_of("abc", "ab", "ab", "a", "acb", "bca")
    assert named(log, paths.left_before(log, 2)) == {"a": 1, "b": 2}
    assert paths.left_before(EventLog.of([], [], [], ["a"]), 0) == {}


def test_events_of_one_moment_keep_the_order_of_their_source() -> None:
    log = EventLog.of([7, 7, 3], [1, 0, 0], [5, 5, 9], ["a", "b"])
    assert (log.case.tolist(), log.step.tolist()) == ([0, 1, 1], [0, 1, 0])


def test_an_empty_log_has_nothing_to_tell() -> None:
    found = paths.study(EventLog.of([], [], [], ["a", "b"]))
    assert (found.cases, found.variants, found.transitions, found.duration) == (0, (), (), None)
    assert funnels.funnel(EventLog.of([], [], [], ["a", "b"]), [0, 1]).conversion is None


def test_a_log_says_what_is_wrong_with_it() -> None:
    with pytest.raises(ValueError, match="one length"):
        EventLog.of([1], [0, 0], [1], ["a"])
    with pytest.raises(ValueError, match="no name"):
        EventLog.of([1], [1], [1], ["a"])


# --- whatever the log -------------------------------------------------------------------------
@given(words)
def test_counts_add_up(cases: list[str]) -> None:
    log = log_of(*cases)
    found = paths.study(log)
    assert sum(each.n for each in found.variants) == found.cases == len(cases)
    assert sum(each.n for each in found.transitions) == found.events - found.cases
    assert sum(found.starts.values()) == sum(found.ends.values()) == found.cases
    assert {"".join(log.steps[s] for s in each.steps): each.n for each in found.variants} == {
        word: cases.count(word) for word in cases
    }
    again = {log.steps[each.step]: each.again for each in found.repeats}
    assert again == {step: n for step in log.steps if (n := sum(max(0, word.count(step) - 1) for word in cases))}


@given(words, st.permutations("abcd"), st.integers(1, 6))
def test_a_funnel_only_narrows(cases: list[str], steps: list[str], minutes: int) -> None:
    log = log_of(*cases)
    known = [step for step in steps if step in log.steps]
    if len(known) < 2:
        return
    found = funnels.funnel(log, numbers(log, known), window=minutes * 60)
    for stage in found.stages:
        assert stage.reached >= stage.in_order >= stage.in_window
    for before, stage in pairwise(found.stages):
        assert before.in_order >= stage.in_order
        assert before.in_window >= stage.in_window
    firsts = [[word.find(step) for step in known] for word in cases]
    in_order = sum(-1 not in places and places == sorted(places) for places in firsts)
    assert found.stages[-1].in_order == in_order


def test_the_step_to_mend_is_where_most_would_come_through() -> None:
    # 10 begin, 6 reach b, 5 of these c: mending b brings at most 4 × 5/6, mending c at most 1.
    log = log_of(*["abc"] * 5, "ab", *["a"] * 4)
    first, second = funnels.funnel(log, [0, 1, 2]).mends
    assert (log.steps[first.step], first.lost, first.gain) == ("b", 4, pytest.approx(10 / 3))
    assert (log.steps[second.step], second.lost, second.gain) == ("c", 1, pytest.approx(1.0))
    assert 0 < first.low < first.gain < first.high <= 4


def test_a_window_counts_from_the_first_step() -> None:
    log = log_of("abc", minutes=10)
    assert [stage.in_window for stage in funnels.funnel(log, [0, 1, 2], window=900).stages] == [1, 1, 0]
    assert [stage.in_window for stage in funnels.funnel(log, [0, 1, 2], window=1200).stages] == [1, 1, 1]


@given(words, st.permutations("abcd"), st.integers(1, 6), st.integers(2, 6))
def test_what_is_told_of_a_funnel_lies_apart_by_nobody_or_by_enough(
    cases: list[str], steps: list[str], minutes: int, minimum: int
) -> None:
    log = log_of(*cases)
    places = [log.steps.index(step) for step in steps if step in log.steps]
    if len(places) < 2:
        return
    found = funnels.told(funnels.funnel(log, places, window=60 * minutes), minimum=minimum)
    for column in ("in_order", "in_window"):
        numbers = [n for each in found if (n := getattr(each, column)) is not None]
        assert all(not n or n >= minimum for n in numbers)
        assert all(more == less or more - less >= minimum for more, less in combinations(numbers, 2))
    for each in found:
        if each.in_order is not None and each.in_window is not None:
            assert each.in_order - each.in_window in {0, *range(minimum, len(cases) + 1)}
        if each.reached is not None:
            assert len(cases) - each.reached in {0, *range(minimum, len(cases) + 1)}


@pytest.mark.parametrize("steps", [[0], [], [0, 0]])
def test_a_funnel_of_one_step_is_none(steps: list[int]) -> None:
    with pytest.raises(ValueError, match="two steps"):
        funnels.funnel(log_of("ab"), steps)


def test_ten_thousand_ways_through_are_told_apart() -> None:
    rng = np.random.default_rng(3)
    cases = {"".join(word) for word in rng.choice(list("abcdefgh"), (12_000, 7))}
    log = log_of(*sorted(cases))
    assert paths.study(log).n_variants == len(cases) == len(paths.variants(log, most=20_000))
    assert len(paths.study(log).variants) == paths.MOST
