"""What a KPI can be expected to reach: the distribution of its next value, and targets proposed from it.

A series is taken as a random walk with drift, observed at uneven times: the change over a span of d periods has the
mean μ·d and the variance σ²·d (Hyndman and Athanasopoulos, Forecasting: principles and practice, 5.2, drift method,
here for uneven spans). μ and σ² are estimated from the m changes seen, so that the change to come follows Student's t
with m − 1 degrees of freedom: few points give wide intervals.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

# Two changes leave one degree of freedom; fewer say nothing of how much the changes vary.
LEAST_POINTS = 3
LEAST_UNITS = 4
STRETCH = 0.2


@dataclass(frozen=True)
class Outlook:
    """The predictive distribution of a later value: `centre` + `scale` · t with `df` degrees of freedom.

    last     the newest value
    points   how many values the distribution rests on
    """

    last: float
    centre: float
    scale: float
    df: int
    points: int

    def quantile(self, share: float) -> float:
        """The value that the KPI stays below with the probability `share`, 0 < share < 1."""
        return self.centre + self.scale * float(stdtrit(self.df, share))

    def probability(self, target: float, *, higher_is_better: bool = True) -> float:
        """How probable it is that the target is reached."""
        below = float(stdtr(self.df, (target - self.centre) / self.scale))
        return 1 - below if higher_is_better else below

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % prediction interval."""
        return self.quantile(0.025), self.quantile(0.975)


def outlook(
    times: Sequence[float], values: Sequence[float], *, at: float, noise: float | None = None
) -> Outlook | None:
    """The distribution of the value at the time `at`, from values at rising `times` before it.

    `noise` is the standard error of the newest value: two readings differ by chance with at least the variance
    2·noise². None for fewer than LEAST_POINTS values, and where nothing has ever varied: then nothing can be said.
    Raises ValueError for times that do not rise, or an `at` that is not later.
    """
    if len(times) != len(values):
        raise ValueError("as many times as values")
    spans = np.diff(np.asarray(times, dtype=float))
    if (spans <= 0).any() or (len(times) and at <= times[-1]):
        raise ValueError("times rise")
    if len(values) < LEAST_POINTS:
        return None
    changes = np.diff(np.asarray(values, dtype=float))
    whole, ahead, df = spans.sum(), at - times[-1], changes.size - 1
    drift = changes.sum() / whole
    variance = float((((changes - drift * spans) ** 2) / spans).sum()) / df * ahead * (1 + ahead / whole)
    variance = max(variance, 2 * noise**2 if noise else 0.0)
    if variance <= 0:
        return None
    return Outlook(float(values[-1]), float(values[-1] + drift * ahead), variance**0.5, df, len(values))


def best_quartile(values: Sequence[float], *, higher_is_better: bool = True) -> float | None:
    """What the best quarter of the units reaches (linear quantile); None for fewer than LEAST_UNITS units."""
    if len(values) < LEAST_UNITS:
        return None
    return float(np.quantile(np.asarray(values, dtype=float), 0.75 if higher_is_better else 0.25))


@dataclass(frozen=True)
class Proposal:
    """One target that could be set.

    basis         "trend", "hold", "best_quartile" or "competitors"
    stretch       what is reached with the probability STRETCH; None where it is no further than the target
    probability   of reaching it; None where there is too little history
    """

    basis: str
    value: float
    stretch: float | None
    probability: float | None


def proposals(
    last: float,
    *,
    outlook: Outlook | None,
    quartile: float | None = None,
    competitors: float | None = None,
    higher_is_better: bool = True,
    bounds: tuple[float, float] | None = None,
) -> list[Proposal]:
    """The targets that history, the best units and the competitors suggest, each within `bounds`.

    - from history where it leads on the way to better, else what there is, to be held;
    - the level of the best quarter of the units, and of the competitors, where that is better than `last`.
    """
    sign = 1 if higher_is_better else -1
    low, high = bounds or (-np.inf, np.inf)

    def made(basis: str, value: float) -> Proposal:
        value = float(min(max(value, low), high))
        reached = outlook.probability(value, higher_is_better=higher_is_better) if outlook else None
        far = None
        if outlook:
            far = float(min(max(outlook.quantile(1 - STRETCH if higher_is_better else STRETCH), low), high))
            far = far if sign * far > sign * value else None
        return Proposal(basis, value, far, reached)

    leads_up = outlook is not None and sign * outlook.centre > sign * last
    found = [made("trend", outlook.centre) if outlook and leads_up else made("hold", last)]
    for basis, level in (("best_quartile", quartile), ("competitors", competitors)):
        if level is not None and sign * level > sign * last:
            found.append(made(basis, level))
    return found
