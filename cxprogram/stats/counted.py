"""Numbers that are counted, not asked: from sums over events to a value with its interval, and whether two differ.

count   how many; exact Poisson (Garwood 1936)
rate    hits for each of n, such as complaints for each customer of a month; exact Poisson
share   hits of n, 0–1; Wilson
mean    total / n; t
total   sum of the values; normal, the variance of a compound Poisson sum: Σx²
median  from bins; the interval between two order statistics (David and Nagaraja 2003, 7.1)
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import floor, sqrt
from typing import Literal

from scipy.special import bdtr, bdtrik, gammaincinv

from cxprogram.stats import means, proportions, satisfaction
from cxprogram.stats.distributions import UPPER, Z, two_sided_z
from cxprogram.stats.estimate import Difference, Estimate
from cxprogram.stats.tally import Tally

Formula = Literal["count", "rate", "share", "mean", "total", "median"]
# Bin k holds what is from RATIO^k to below RATIO^(k + 1), bin BELOW_ONE what is less than 1: a median is known to 1 %.
RATIO = 1.02
BELOW_ONE = -1


@dataclass(frozen=True, slots=True)
class Sums:
    """What a number is computed from; sums of disjoint groups add up, and a part can be taken from its whole."""

    n: int = 0
    hits: int = 0
    total: float = 0.0
    total_sq: float = 0.0
    bins: Mapping[int, int] = field(default_factory=dict)

    def __add__(self, other: "Sums") -> "Sums":
        return self._with(other, 1)

    def __sub__(self, other: "Sums") -> "Sums":
        return self._with(other, -1)

    def _with(self, other: "Sums", sign: int) -> "Sums":
        bins = dict(self.bins)
        for code, n in other.bins.items():
            bins[code] = bins.get(code, 0) + sign * n
        return Sums(
            self.n + sign * other.n,
            self.hits + sign * other.hits,
            self.total + sign * other.total,
            self.total_sq + sign * other.total_sq,
            {code: n for code, n in bins.items() if n},
        )


def estimate(formula: Formula, sums: Sums) -> Estimate:
    """Return the value with its 95 % interval. Nothing counted is a count and a total of 0, and no value else."""
    if formula == "count":
        low, high = poisson_interval(sums.n)
        return _found(sums.n, low, high, sums, "poisson-exact", sqrt(sums.n))
    if formula == "total":
        half = Z * sqrt(sums.total_sq)
        return _found(sums.total, sums.total - half, sums.total + half, sums, "compound-poisson", half / Z)
    if formula == "mean":
        return means.mean_of_sums(sums.n, sums.total, sums.total_sq)
    if sums.n <= 0:
        return Estimate.empty(method={"rate": "poisson-exact", "share": "wilson"}.get(formula, "order-statistic"))
    if formula == "rate":
        low, high = poisson_interval(sums.hits)
        return _found(
            sums.hits / sums.n, low / sums.n, high / sums.n, sums, "poisson-exact", sqrt(sums.hits) / sums.n
        )  # fmt: skip
    if formula == "share":
        return proportions.share(_as_tally(sums), [1])
    return median(sums.bins)


def median(bins: Mapping[int, int]) -> Estimate:
    """Return the median of binned values; without an interval for fewer than six (95 % cannot be reached)."""
    n = sum(bins.values())
    if n == 0:
        return Estimate.empty(method="order-statistic")
    value = (_ranked(bins, (n + 1) // 2) + _ranked(bins, n // 2 + 1)) / 2
    low = high = None
    if lowest := median_rank(n):
        low, high = _ranked(bins, lowest), _ranked(bins, n + 1 - lowest)
    return Estimate(value, low, high, n, float(n), 1.0, "order-statistic", None)


def median_rank(n: int) -> int:
    """Return the rank r of the interval from the r-th to the r-th last of n values; 0 where none reaches 95 %.

    It is the largest r with P(Binomial(n, ½) < r) ≤ 2.5 %.
    """
    tail = 1 - UPPER
    rank = floor(bdtrik(tail, n, 0.5)) + 1
    while rank > 0 and bdtr(rank - 1, n, 0.5) > tail:
        rank -= 1
    return max(rank, 0)


def bin_middle(code: int) -> float:
    """Return the value that stands for all in a bin: its geometric middle."""
    return 0.5 if code == BELOW_ONE else RATIO ** (code + 0.5)


def poisson_interval(hits: int) -> tuple[float, float]:
    """Return the exact 95 % interval of a Poisson mean of which `hits` were seen."""
    low = float(gammaincinv(hits, 1 - UPPER)) if hits else 0.0
    return low, float(gammaincinv(hits + 1, UPPER))


def difference(formula: Formula, first: Sums, second: Sums) -> Difference:
    """Return first minus second, of groups that share nothing.

    Shares and rates by z with the pooled value, means by Welch, medians by z from their intervals. Counts and totals
    are as large as their group and their time are long: their difference stands untested.
    """
    a, b = estimate(formula, first), estimate(formula, second)
    if a.value is None or b.value is None:
        return Difference.untested()
    if formula == "share":
        return proportions.share_difference(_as_tally(first), _as_tally(second), [1])
    if formula == "mean":
        return means.mean_difference_of_sums(
            (first.n, first.total, first.total_sq), (second.n, second.total, second.total_sq)
        )
    if formula == "median":
        return satisfaction.index_difference((a.value, a.low, a.high), (b.value, b.low, b.high))
    delta = a.value - b.value
    pooled = (first.hits + second.hits) / (first.n + second.n) if formula == "rate" else 0.0
    if not pooled:
        return Difference.untested(delta)
    statistic = delta / sqrt(pooled * (1 / first.n + 1 / second.n))
    half = Z * sqrt(first.hits / first.n**2 + second.hits / second.n**2)
    return Difference(delta, delta - half, delta + half, two_sided_z(statistic), statistic, None)


def _found(value: float, low: float, high: float, sums: Sums, method: str, se: float) -> Estimate:
    return Estimate(float(value), low, high, sums.n, float(sums.n), 1.0, method, se)


def _as_tally(sums: Sums) -> Tally:
    return Tally.from_counts({0: sums.n - sums.hits, 1: sums.hits})


def _ranked(bins: Mapping[int, int], rank: int) -> float:
    seen = 0
    for code in sorted(bins):
        seen += bins[code]
        if seen >= rank:
            return bin_middle(code)
    raise ValueError(f"no value has rank {rank}")
