"""Values and intervals of what is counted, held to published figures and to scipy."""

from math import comb, floor, log, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from cxprogram.stats import counted
from cxprogram.stats.counted import Sums


@pytest.mark.parametrize(
    ("hits", "low", "high"), [(0, 0.0, 3.688879), (1, 0.025318, 5.571643), (10, 4.795389, 18.390356)]
)
def test_poisson_intervals_are_those_of_garwood(hits: int, low: float, high: float) -> None:
    """The table of Garwood 1936, as in R's poisson.test."""
    assert counted.poisson_interval(hits) == pytest.approx((low, high), abs=1e-6)


@given(st.integers(1, 400))
def test_the_medians_interval_is_the_shortest_that_covers_95_per_cent(n: int) -> None:
    rank = counted.median_rank(n)

    def below(r: int) -> float:
        return sum(comb(n, k) for k in range(r)) / 2**n

    assert below(rank) <= 0.025 < below(rank + 1)


@pytest.mark.parametrize(("n", "rank"), [(5, 0), (6, 1), (9, 2), (20, 6), (100, 40)])
def test_the_ranks_are_those_of_the_published_tables(n: int, rank: int) -> None:
    """Conover, Practical Nonparametric Statistics, table A3."""
    assert counted.median_rank(n) == rank


@given(st.lists(st.integers(1, 10**7), min_size=1, max_size=60))
def test_a_median_from_bins_lies_within_one_per_cent(values: list[int]) -> None:
    bins: dict[int, int] = {}
    for value in values:
        code = floor(log(value) / log(counted.RATIO))
        bins[code] = bins.get(code, 0) + 1
    ordered = sorted(values)
    exact = (ordered[(len(values) - 1) // 2] + ordered[len(values) // 2]) / 2
    assert counted.estimate("median", Sums(len(values), bins=bins)).value == pytest.approx(exact, rel=0.0101)


def test_each_formula_gives_the_value_and_interval_of_its_kind() -> None:
    rows = {
        "count": (Sums(10), 10.0, stats.chi2.ppf([0.025, 0.975], [20, 22]) / 2),
        "rate": (Sums(40, 10), 0.25, stats.chi2.ppf([0.025, 0.975], [20, 22]) / 80),
        "share": (Sums(40, 10), 0.25, tuple(stats.binomtest(10, 40).proportion_ci(method="wilson"))),
        "mean": (Sums(3, 0, 6, 14), 2.0, stats.t.interval(0.95, 2, 2, sqrt(1 / 3))),
        "total": (Sums(3, 0, 6, 14), 6.0, stats.norm.interval(0.95, 6, sqrt(14))),
    }
    for formula, (sums, value, interval) in rows.items():
        found = counted.estimate(formula, sums)  # type: ignore[arg-type]
        assert (found.value, found.low, found.high) == pytest.approx((value, *interval), abs=1e-9), formula


def test_nothing_counted_is_a_count_of_nothing_and_no_rate() -> None:
    found = {f: counted.estimate(f, Sums()).value for f in ("count", "total", "rate", "share", "mean", "median")}  # type: ignore[arg-type]
    assert found == {"count": 0.0, "total": 0.0, "rate": None, "share": None, "mean": None, "median": None}


def test_a_part_taken_from_its_whole_leaves_the_rest() -> None:
    first, second = Sums(3, 1, 2.5, 9.0, {1: 2, 4: 1}), Sums(2, 2, 1.5, 4.0, {1: 1, 5: 1})
    assert first + second - second == first


def test_means_differ_by_welchs_test_and_rates_and_shares_by_z() -> None:
    a, b = [2.0, 4.0, 9.0, 5.0], [1.0, 1.5, 2.0]
    sums = [Sums(len(x), 0, sum(x), sum(v * v for v in x)) for x in (a, b)]
    assert counted.difference("mean", *sums).p == pytest.approx(stats.ttest_ind(a, b, equal_var=False).pvalue)
    rate = counted.difference("rate", Sums(100, 30), Sums(200, 30))
    assert (rate.delta, rate.statistic) == pytest.approx((0.15, 0.15 / sqrt(0.2 * (1 / 100 + 1 / 200))))
    share = counted.difference("share", Sums(250, 120), Sums(250, 110))
    assert share.p == pytest.approx(0.369557, abs=1e-6)  # E/nps_tests.json


@pytest.mark.parametrize("formula", ["count", "total"])
def test_counts_and_totals_are_not_tested_for_they_grow_with_time(formula: str) -> None:
    assert counted.difference(formula, Sums(10, 0, 5, 9), Sums(20, 0, 5, 9)).p is None  # type: ignore[arg-type]
