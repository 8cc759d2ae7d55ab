import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.analytics import conformance
from tests.journeys.analytics.logs import log_of

STEPS = "abcdx"


def deviations(case: str, plan: str) -> tuple[set[str], float]:
    found, fitness = conformance.deviations([STEPS.index(step) for step in case], [STEPS.index(step) for step in plan])
    return {f"{each.kind} {STEPS[each.step]}" for each in found}, fitness


@pytest.mark.parametrize(
    ("case", "expected", "fitness"),
    [
        ("abcd", set(), 1),
        ("abd", {"missing c"}, 1 - 1 / 7),
        ("bcd", {"missing a"}, 1 - 1 / 7),
        ("abxcd", {"extra x"}, 1 - 1 / 9),
        ("abbcd", {"repeated b"}, 1 - 1 / 9),
        ("acbd", {"out_of_order c"}, 1 - 2 / 8),  # a, b, d stand in order: of equally long ones that with lower ends
        ("dabc", {"out_of_order d"}, 1 - 2 / 8),
        ("x", {"extra x", "missing a", "missing b", "missing c", "missing d"}, 0),
        ("dcba", {"out_of_order b", "out_of_order c", "out_of_order d"}, 1 - 6 / 8),
        ("abcdabcd", {"repeated a", "repeated b", "repeated c", "repeated d"}, 1 - 4 / 12),
    ],
)
def test_a_case_against_the_plan(case: str, expected: set[str], fitness: float) -> None:
    found, fit = deviations(case, "abcd")
    assert (found, fit) == (expected, pytest.approx(fitness))


@given(st.text(STEPS, min_size=1, max_size=9), st.permutations("abcd"))
def test_fitness_is_that_of_the_longest_common_subsequence(case: str, order: list[str]) -> None:
    plan = "".join(order)
    best = [[0] * (len(plan) + 1) for _ in range(len(case) + 1)]
    for i, step in enumerate(case):
        for j, planned in enumerate(plan):
            best[i + 1][j + 1] = best[i][j] + 1 if step == planned else max(best[i][j + 1], best[i + 1][j])
    found, fitness = deviations(case, plan)
    total = len(case) + len(plan)
    assert fitness == pytest.approx(1 - (total - 2 * best[-1][-1]) / total)
    assert (fitness == 1) == (found == set()) == (case == plan)


def test_the_cost_of_a_deviation_is_the_difference_of_ratings_by_welch() -> None:
    log = log_of(*["abc"] * 4, *["ac"] * 3)
    ratings = np.array([8, 9, 10, 9, 3, 4, 5], dtype=float)
    found = conformance.conform(log, [0, 1, 2], ratings=ratings)
    (cost,) = found.costs
    # means 4 and 9, variances 1 and 2/3, n 3 and 4: se = √(1/3 + 1/6), df = 0.25/(1/18 + 1/108) = 27/7
    assert (cost.deviation.kind, cost.cases, cost.rated_with, cost.rated_without) == ("missing", 3, 3, 4)
    assert cost.difference == pytest.approx(-5)
    assert cost.high - cost.low == pytest.approx(2 * 2.819 * np.sqrt(0.5), abs=1e-2)
    assert cost.is_marked
    assert found.conforming == pytest.approx(4 / 7)
    assert found.fitness == pytest.approx((4 + 3 * (1 - 1 / 5)) / 7)


def test_few_ratings_tell_no_cost() -> None:
    log = log_of(*["abc"] * 4, *["ac"] * 3)
    ratings = np.array([8, 9, 10, 9, 3, 4, np.nan], dtype=float)
    (cost,) = conformance.conform(log, [0, 1, 2], ratings=ratings, minimum=3).costs
    assert (cost.difference, cost.p_adjusted, cost.rated_with) == (None, None, 2)
    assert conformance.conform(log, [0, 1, 2]).costs[0].rated_with == 0


def test_a_plan_names_each_step_once() -> None:
    for plan in ([], [0, 0]):
        with pytest.raises(ValueError, match="once"):
            conformance.conform(log_of("a"), plan)
