from math import isfinite, sqrt

import pytest
from hypothesis import given

from cxprogram.stats.means import mean, mean_difference
from cxprogram.stats.tally import Tally
from tests.cxprogram.stats.strategies import answers, tally_of
from tests.cxprogram.stats.tables import (
    SFO_2017_OVERALL,
    TASTINESS,
    TASTINESS_APPLES,
    TASTINESS_ORANGES,
    raked,
)


def test_t_interval_matches_r():
    # expected/nps_tests.json, csat_mean (R t.test).
    estimate = mean(TASTINESS)
    assert (estimate.n, estimate.method) == (1000, "t")
    assert estimate.value == pytest.approx(6.193, abs=1e-12)
    assert (estimate.low, estimate.high) == pytest.approx((6.0877880121, 6.2982119879), abs=1e-9)
    assert estimate.se * sqrt(1000) == pytest.approx(1.6954720952, abs=1e-9)


def test_sfo_2017_matches_the_reference():
    # expected/sfo.json, 2017.
    assert mean(SFO_2017_OVERALL).value == pytest.approx(4.064360119047619, abs=1e-12)
    weighted = mean(SFO_2017_OVERALL, weighted=True)
    assert weighted.value == pytest.approx(4.071202637939697, abs=1e-9)
    assert weighted.n_eff == pytest.approx(2223.2618985489676, abs=1e-6)
    assert weighted.kish_deff == pytest.approx(1.2090343480245616, abs=1e-9)
    assert (weighted.n, weighted.method) == (2688, "linearised-t")


def test_weighted_error_is_linearised():
    # expected/weighting.json, weighted_nps (R survey 4.1-1): the three NPS classes coded −1, 0 and 1.
    raw = raked()
    groups = {1: range(9, 11), 0: range(7, 9), -1: range(7)}
    tally = Tally.from_cells(
        (new, raw.n[code], raw.weight[code], raw.weight_sq[code]) for new, codes in groups.items() for code in codes
    )
    estimate = mean(tally, weighted=True)
    assert 100 * estimate.value == pytest.approx(16.1759012776, abs=1e-6)
    assert 100 * estimate.se == pytest.approx(4.568717504, rel=1e-6)
    # scipy.stats.t.ppf(.975, 357.2967), on n_eff − 1 degrees of freedom.
    assert (estimate.high - estimate.low) / 2 / estimate.se == pytest.approx(1.96662565, abs=1e-6)


def test_welch_matches_r():
    # expected/nps_tests.json, welch (R t.test), Apples against Oranges.
    difference = mean_difference(TASTINESS_APPLES, TASTINESS_ORANGES)
    assert difference.statistic == pytest.approx(0.23918417341, abs=1e-9)
    assert difference.df == pytest.approx(497.6934934062, abs=1e-6)
    assert difference.p == pytest.approx(0.81106123768, abs=1e-9)
    assert (difference.low, difference.high) == pytest.approx((-0.25971651208, 0.33171651208), abs=1e-9)
    assert difference.delta == pytest.approx(0.036, abs=1e-12)
    assert mean_difference(TASTINESS_ORANGES, TASTINESS_APPLES).delta == -difference.delta


def test_equal_weights_of_any_size_change_nothing():
    plain = Tally.from_counts({1: 4, 3: 2, 5: 7})
    heavy = Tally.from_cells((code, n, 3.0 * n, 9.0 * n) for code, n in plain.n.items())
    for tally in (plain, heavy):
        estimate = mean(tally, weighted=True)
        expected = mean(plain)
        assert (estimate.value, estimate.low, estimate.high, estimate.se, estimate.n_eff) == pytest.approx(
            (expected.value, expected.low, expected.high, expected.se, 13)
        )
    other = Tally.from_counts({2: 3, 4: 3})
    there, back = mean_difference(heavy, other, weighted=True), mean_difference(plain, other)
    assert (there.statistic, there.df, there.p) == pytest.approx((back.statistic, back.df, back.p))


@pytest.mark.parametrize("weighted", [False, True])
def test_one_answer_has_a_mean_and_no_interval(weighted):
    estimate = mean(Tally.from_counts({4: 1}), weighted=weighted)
    assert (estimate.value, estimate.n, estimate.n_eff) == (4.0, 1, 1.0)
    assert (estimate.low, estimate.high, estimate.se) == (None, None, None)


@pytest.mark.parametrize("weighted", [False, True])
def test_no_answers_give_no_mean(weighted):
    estimate = mean(Tally.from_counts({}), weighted=weighted)
    assert (estimate.value, estimate.n, estimate.n_eff) == (None, 0, 0.0)
    assert mean_difference(Tally.from_counts({}), TASTINESS, weighted=weighted).delta is None


@pytest.mark.parametrize("side", [{4: 1}, {5: 6}])
def test_a_side_without_variation_is_not_tested(side):
    difference = mean_difference(Tally.from_counts(side), TASTINESS)
    assert difference.delta == pytest.approx(next(iter(side)) - 6.193)
    assert (difference.p, difference.low, difference.high, difference.df) == (None,) * 4


@pytest.mark.parametrize("heavy", [2.0, 1e9])
def test_fewer_than_two_effective_answers_leave_no_interval(heavy):
    tally = Tally.from_cells([(1, 1, heavy, heavy**2), (5, 1, 1.0, 1.0)])
    estimate = mean(tally, weighted=True)
    assert estimate.value == pytest.approx((heavy + 5) / (heavy + 1))
    assert estimate.n_eff < 2
    assert (estimate.low, estimate.high) == (None, None)
    assert mean_difference(tally, TASTINESS, weighted=True).p is None


def test_two_equal_weights_are_two_answers():
    tally = Tally.from_cells((code, 1, 0.1, 0.1**2) for code in (1, 5))
    # By hand: s = 2√2, standard error 2, t(.975, 1) = 12.7062.
    assert mean(tally, weighted=True).high == pytest.approx(3 + 2 * 12.7062047)


@given(answers(1, 5, min_size=2))
def test_the_interval_is_finite_around_the_mean(rows):
    estimate = mean(tally_of(rows))
    assert isfinite(estimate.high - estimate.low)
    assert estimate.low - 1e-9 <= estimate.value <= estimate.high + 1e-9
    assert 1 <= estimate.value <= 5


@given(answers(1, 5))
def test_doubling_keeps_the_mean_and_order_does_not_matter(rows):
    tally = tally_of(rows)
    for weighted in (False, True):
        once = mean(tally, weighted=weighted)
        assert mean(tally + tally, weighted=weighted).value == pytest.approx(once.value)
        assert mean(tally_of(rows[::-1]), weighted=weighted) == once
