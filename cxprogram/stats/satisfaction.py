"""The Nordic satisfaction index: ratings turned to 0–100, (x − low)/(high − low)·100, and averaged over the questions.

Fornell's customer satisfaction index, as Svenskt Kvalitetsindex and EPSI publish it, asks three questions on 1–10
(overall, against expectations, against the ideal). Counts hold each question by itself, not who gave which three
answers, so the interval assumes that the three move together entirely: it is never too short.
"""

from collections.abc import Sequence
from math import sqrt

from cxprogram.stats.distributions import Z, two_sided_z
from cxprogram.stats.estimate import Difference, Estimate
from cxprogram.stats.means import mean
from cxprogram.stats.tally import Tally


def satisfaction_index(parts: Sequence[tuple[Tally, tuple[int, int]]], *, weighted: bool = False) -> Estimate:
    """Return the index of the questions, each with its counts and the ends of its scale, on 0–100.

    Raises ValueError without a question. The value is the mean of the questions' means; se and interval are the means
    of theirs, the largest that any correlation allows. n and n_eff are those of the question with the fewest answers.
    A question that nobody answered leaves the index without a value.
    """
    if not parts:
        raise ValueError("an index needs a question")
    method = "linearised-t" if weighted else "t"
    found = [(mean(tally, weighted=weighted), low, high) for tally, (low, high) in parts]
    n = min(estimate.n for estimate, _low, _high in found)
    if any(estimate.value is None for estimate, _low, _high in found):
        return Estimate.empty(method=method, n=n)
    value = _average([(estimate.value or 0.0) - low for estimate, low, _high in found], found)
    half = se = None
    if all(estimate.se is not None and estimate.high is not None for estimate, _low, _high in found):
        se = _average([estimate.se or 0.0 for estimate, _low, _high in found], found)
        half = _average([(e.high or 0.0) - (e.value or 0.0) for e, _low, _high in found], found)
    return Estimate(
        value=value,
        low=None if half is None else value - half,
        high=None if half is None else value + half,
        n=n,
        n_eff=min(estimate.n_eff for estimate, _low, _high in found),
        kish_deff=max(estimate.kish_deff or 1.0 for estimate, _low, _high in found),
        method=method,
        se=se,
    )


def _average(values: Sequence[float], found: Sequence[tuple[Estimate, int, int]]) -> float:
    return sum(value * 100 / (high - low) for value, (_e, low, high) in zip(values, found, strict=True)) / len(values)


def index_difference(
    first: tuple[float | None, float | None, float | None], second: tuple[float | None, float | None, float | None]
) -> Difference:
    """Return first minus second, each (value, low, high) of different people, judged by z from their intervals."""
    if first[0] is None or second[0] is None:
        return Difference.untested()
    delta = first[0] - second[0]
    errors = [(high - low) / (2 * Z) for _v, low, high in (first, second) if low is not None and high is not None]
    if len(errors) < 2 or not all(errors):
        return Difference.untested(delta)
    se = sqrt(errors[0] ** 2 + errors[1] ** 2)
    return Difference(
        delta=delta, low=delta - Z * se, high=delta + Z * se, p=two_sided_z(delta / se), statistic=delta / se, df=None
    )
