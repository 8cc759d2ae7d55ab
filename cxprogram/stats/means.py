"""The mean answer on its scale, and whether two means differ."""

from dataclasses import dataclass
from math import fsum, sqrt

import numpy as np
from numpy.typing import NDArray

from cxprogram.stats.distributions import t_quantile, two_sided_t
from cxprogram.stats.estimate import Difference, Estimate
from cxprogram.stats.linearised import linearised_mean
from cxprogram.stats.tally import Tally


def mean(tally: Tally, *, weighted: bool = False) -> Estimate:
    """Return the mean answer with its 95 % t interval, on the answer scale.

    Unweighted: s with n − 1, n − 1 degrees of freedom. Weighted: linearised standard error, n_eff − 1 degrees
    of freedom. Fewer than two (effective) answers have a mean and no interval. The interval is not cut at the
    ends of the scale.
    """
    method = "linearised-t" if weighted else "t"
    summary = _summary(tally, weighted=weighted)
    if summary is None:
        return Estimate.empty(method=method, n=tally.total)
    low, high = _interval(summary)
    return Estimate(
        value=summary.value,
        low=low,
        high=high,
        n=tally.total,
        n_eff=tally.effective_n if weighted else float(tally.total),
        kish_deff=tally.kish_deff if weighted else 1.0,
        method=method,
        se=summary.se,
    )


def mean_of_sums(n: int, total: float, total_sq: float) -> Estimate:
    """Return the mean of n values known by their sum and the sum of their squares, with its 95 % t interval."""
    summary = _summary_of_sums(n, total, total_sq)
    if summary is None:
        return Estimate.empty(method="t")
    low, high = _interval(summary)
    return Estimate(summary.value, low, high, n, float(n), 1.0, "t", summary.se)


def mean_difference_of_sums(a: tuple[int, float, float], b: tuple[int, float, float]) -> Difference:
    """Return mean(a) − mean(b) by Welch's t test, each side as (n, Σx, Σx²)."""
    return _welch(_summary_of_sums(*a), _summary_of_sums(*b))


def mean_difference(a: Tally, b: Tally, *, weighted: bool = False) -> Difference:
    """Return mean(a) − mean(b) judged by Welch's t test with Satterthwaite's degrees of freedom.

    Weighted: linearised standard errors and n_eff in place of n. A side with fewer than two (effective)
    answers, or with answers all alike, shows no error of its own: the difference then stands untested.
    The two tallies must not share respondents.
    """
    return _welch(_summary(a, weighted=weighted), _summary(b, weighted=weighted))


def value_difference(a: NDArray[np.float64], b: NDArray[np.float64]) -> Difference:
    """Return mean(a) − mean(b) by Welch's t test, for values that are no codes of a scale; both of shape (n,)."""
    return _welch(_summary_of_values(a), _summary_of_values(b))


def _welch(first: "_Summary | None", second: "_Summary | None") -> Difference:
    if first is None or second is None:
        return Difference.untested()
    delta = first.value - second.value
    if not first.se or not second.se:
        return Difference.untested(delta)
    variance = first.se**2 + second.se**2
    df = variance**2 / (first.se**4 / first.df + second.se**4 / second.df)
    statistic = delta / sqrt(variance)
    half = t_quantile(df) * sqrt(variance)
    return Difference(
        delta=delta,
        low=delta - half,
        high=delta + half,
        p=two_sided_t(statistic, df),
        statistic=statistic,
        df=df,
    )


@dataclass(frozen=True, slots=True)
class _Summary:
    """A mean with its standard error (None: undefined) and the degrees of freedom behind it."""

    value: float
    se: float | None
    df: float


def _summary(tally: Tally, *, weighted: bool) -> _Summary | None:
    if weighted:
        if tally.total_weight <= 0:
            return None
        value, se = linearised_mean(tally, {code: float(code) for code in tally.n})
        df = tally.effective_n - 1
        # Two equal weights may come out a rounding error short of two answers.
        return _Summary(value, se if df > 1 - 1e-9 else None, df)
    n = tally.total
    if n == 0:
        return None
    value = sum(code * count for code, count in tally.n.items()) / n
    if n == 1:
        return _Summary(value, None, 0.0)
    variance = fsum(count * (code - value) ** 2 for code, count in tally.n.items()) / (n - 1)
    return _Summary(value, sqrt(variance / n), n - 1.0)


def _interval(summary: _Summary) -> tuple[float | None, float | None]:
    if summary.se is None:
        return None, None
    half = t_quantile(summary.df) * summary.se
    return summary.value - half, summary.value + half


def _summary_of_sums(n: int, total: float, total_sq: float) -> _Summary | None:
    if n <= 0:
        return None
    value = total / n
    if n == 1:
        return _Summary(value, None, 0.0)
    # Equal values may come out a rounding error below zero.
    variance = max(0.0, total_sq - n * value**2) / (n - 1)
    return _Summary(value, sqrt(variance / n), n - 1.0)


def _summary_of_values(values: NDArray[np.float64]) -> _Summary | None:
    if not values.size:
        return None
    se = float(values.std(ddof=1)) / sqrt(values.size) if values.size > 1 else None
    return _Summary(float(values.mean()), se, values.size - 1.0)
