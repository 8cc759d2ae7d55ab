"""What every score and every comparison hands back, and how a score is held against its target."""

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["reached", "not_reached", "too_close"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """One score with its 95 % interval in its own unit: NPS in points, shares 0–1, means on their scale.

    value      None when nothing was answered (or no answer carries weight)
    low, high  None when no interval exists (a mean of one answer)
    n          answers counted, never weighted
    n_eff      the number of answers the interval rests on: n, or (Σw)²/Σw² when the score is weighted
    kish_deff  1 unweighted, n·Σw²/(Σw)² weighted; None when value is None
    method     how the interval was made: "adjusted-wald", "adjusted-wald-n-eff", "linearised", "t",
               "linearised-t", "wilson", "wilson-n-eff", "poisson-exact", "compound-poisson" or "order-statistic"
    se         standard error of value; Wilson and adjusted Wald intervals are not value ± 1.96·se
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    n_eff: float
    kish_deff: float | None
    method: str
    se: float | None

    @classmethod
    def empty(cls, *, method: str, n: int = 0) -> "Estimate":
        """Return the estimate of no answers at all, or of `n` answers without any weight."""
        return cls(value=None, low=None, high=None, n=n, n_eff=0.0, kish_deff=None, method=method, se=None)


@dataclass(frozen=True, slots=True)
class Difference:
    """First minus second, with its sign, in the units of the scores compared.

    delta      None when one side has no score
    low, high  95 % interval of delta
    p          two-sided p-value, not yet adjusted for the other comparisons of the same table
    statistic  z, or t when df is given
    All but delta are None when the answers allow no test.
    """

    delta: float | None
    low: float | None
    high: float | None
    p: float | None
    statistic: float | None
    df: float | None

    @classmethod
    def untested(cls, delta: float | None = None) -> "Difference":
        """Return a difference that no test can judge."""
        return cls(delta=delta, low=None, high=None, p=None, statistic=None, df=None)


def verdict(estimate: Estimate, target: float, *, higher_is_better: bool) -> Verdict:
    """Say whether the target is reached: only when the whole interval lies on one side of it.

    An end of the interval exactly on the target counts as reached. Without an interval nothing is
    claimed: "too_close".
    """
    if estimate.low is None or estimate.high is None:
        return "too_close"
    worst, best = (estimate.low, estimate.high) if higher_is_better else (-estimate.high, -estimate.low)
    goal = target if higher_is_better else -target
    if worst >= goal:
        return "reached"
    if best < goal:
        return "not_reached"
    return "too_close"
