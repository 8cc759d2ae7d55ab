"""Targets from history: against a table worked by hand, and what must hold for every series."""

from math import isclose, sqrt

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from journeys.analytics.targets import Outlook, best_quartile, outlook, proposals

# Changes 2, 1, 2: mean 5/3, sum of squares 2/3, variance 1/3 on two degrees of freedom; the next change varies by
# 1/3 · (1 + 1/3) = 4/9.
YEARS, VALUES = [2014, 2015, 2016, 2017], [40.0, 42.0, 43.0, 45.0]


def test_a_series_worked_by_hand() -> None:
    found = outlook(YEARS, VALUES, at=2018)
    assert found is not None
    assert (found.last, found.df, found.points) == (45.0, 2, 4)
    assert isclose(found.centre, 45 + 5 / 3) and isclose(found.scale, 2 / 3)
    low, high = found.interval
    # t of two degrees of freedom: 4.302653 for 95 %, and F(t) = 1/2 + t / (2·√(2 + t²)).
    assert isclose(high - found.centre, 4.302652729911275 * 2 / 3, rel_tol=1e-9)
    assert isclose(found.centre - low, high - found.centre)
    assert isclose(found.probability(45.0), 0.5 + 2.5 / (2 * sqrt(2 + 2.5**2)))
    assert isclose(found.probability(45.0, higher_is_better=False), 0.5 - 2.5 / (2 * sqrt(2 + 2.5**2)))


def test_a_gap_in_the_waves_is_a_longer_span_not_a_bigger_step() -> None:
    # Spans 1, 2 and changes 1, 5: drift 2; (1 − 2)²/1 + (5 − 4)²/2 = 1.5 on one degree of freedom;
    # two periods on: 1.5 · 2 · (1 + 2/3) = 5.
    found = outlook([2013, 2014, 2016], [10.0, 11.0, 16.0], at=2018)
    assert found is not None and found.df == 1
    assert isclose(found.centre, 20.0) and isclose(found.scale, sqrt(5))


@pytest.mark.parametrize("n", [0, 1, 2])
def test_fewer_than_three_values_say_nothing(n: int) -> None:
    assert outlook(YEARS[:n], VALUES[:n], at=2018, noise=1.0) is None


def test_a_series_that_never_varied_is_as_sure_as_its_answers() -> None:
    assert outlook([1, 2, 3], [4.0, 4.0, 4.0], at=4) is None
    found = outlook([1, 2, 3], [4.0, 4.0, 4.0], at=4, noise=0.1)
    assert found is not None and isclose(found.scale, sqrt(2) * 0.1)
    assert isclose(found.probability(4.0), 0.5)


@pytest.mark.parametrize(("times", "at"), [([1, 1, 2], 3), ([1, 2, 3], 3), ([3, 2, 1], 4)])
def test_times_rise_or_are_refused(times: list[int], at: int) -> None:
    with pytest.raises(ValueError, match="rise"):
        outlook(times, [1.0, 2.0, 4.0], at=at)


series = st.lists(st.floats(-100, 100), min_size=3, max_size=12)


def of(values: list[float]) -> Outlook:
    found = outlook(range(len(values)), values, at=len(values))
    assume(found is not None and found.scale > 1e-6)
    assert found is not None
    return found


@given(series, st.floats(-200, 200), st.floats(0, 50))
def test_a_harder_target_is_never_more_probable(values: list[float], target: float, harder: float) -> None:
    found = of(values)
    assert 0 <= found.probability(target + harder) <= found.probability(target) <= 1
    assert isclose(found.probability(found.centre), 0.5, abs_tol=1e-9)
    assert isclose(found.probability(found.quantile(0.8)), 0.2, abs_tol=1e-6)


@given(series, st.floats(-200, 200))
def test_less_of_what_is_bad_is_as_probable_as_more_of_its_opposite(values: list[float], target: float) -> None:
    down = of(values).probability(target, higher_is_better=False)
    up = of([-value for value in values]).probability(-target)
    assert isclose(down, up, abs_tol=1e-6)


@given(series, st.floats(-50, 50))
def test_where_zero_lies_does_not_matter(values: list[float], shift: float) -> None:
    here, there = of(values), of([value + shift for value in values])
    assert isclose(there.centre, here.centre + shift, abs_tol=1e-6)
    assert isclose(there.scale, here.scale, rel_tol=1e-4, abs_tol=1e-5)


def test_the_interval_covers_as_often_as_it_says_even_with_four_values() -> None:
    rng = np.random.default_rng(4)
    inside = 0
    for _time in range(4_000):
        walk = 40 + np.cumsum(0.5 + rng.normal(0, 2, 5))
        found = outlook(range(4), walk[:4].tolist(), at=4)
        assert found is not None
        low, high = found.interval
        inside += low <= walk[4] <= high
    assert abs(inside / 4_000 - 0.95) < 0.012, "a normal interval would cover four fifths"


def test_the_best_quarter_of_the_units_needs_four_of_them() -> None:
    assert best_quartile([1.0, 2.0, 3.0]) is None
    assert best_quartile([1.0, 2.0, 3.0, 4.0]) == 3.25
    assert best_quartile([1.0, 2.0, 3.0, 4.0], higher_is_better=False) == 1.75


def test_what_is_proposed_lies_on_the_way_to_better() -> None:
    rising = outlook(YEARS, VALUES, at=2018)
    found = proposals(45.0, outlook=rising, quartile=50.0, competitors=44.0)
    assert [(each.basis, round(each.value, 2)) for each in found] == [("trend", 46.67), ("best_quartile", 50.0)]
    assert isclose(found[0].probability or 0, 0.5)
    assert found[1].probability is not None and found[1].probability < 0.05
    assert found[0].stretch is not None and isclose(rising.probability(found[0].stretch), 0.2)  # type: ignore[union-attr]
    assert found[1].stretch is None, "the stretch lies below this target"

    falling = outlook(YEARS, [-value for value in VALUES], at=2018)
    held = proposals(-45.0, outlook=falling)
    assert [(each.basis, each.value) for each in held] == [("hold", -45.0)]
    assert held[0].probability is not None and held[0].probability < 0.1, "to hold is hard when the trend falls"
    fewer = proposals(-45.0, outlook=falling, quartile=-50.0, higher_is_better=False)
    assert [each.basis for each in fewer] == ["trend", "best_quartile"]


def test_with_too_little_history_a_target_is_proposed_without_a_probability() -> None:
    found = proposals(45.0, outlook=None, quartile=50.0)
    assert [(each.basis, each.value, each.stretch, each.probability) for each in found] == [
        ("hold", 45.0, None, None), ("best_quartile", 50.0, None, None),
    ]  # fmt: skip


def test_no_target_lies_beyond_the_scale() -> None:
    steep = outlook([1, 2, 3, 4], [90.0, 93.0, 95.0, 98.0], at=8)
    (found,) = proposals(98.0, outlook=steep, bounds=(-100.0, 100.0))
    assert (found.value, found.stretch) == (100.0, None)
