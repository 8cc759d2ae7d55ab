"""Funnels: how many reach each step, how many reach them in order, how many within a time; and which step to mend."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from cxprogram.stats.distributions import Z
from cxprogram.stats.proportions import wilson
from journeys.analytics.event_log import EventLog, Flags
from journeys.analytics.paths import Spread, open_cases


@dataclass(frozen=True)
class Stage:
    """One step of a funnel, told by the first time each case took it.

    reached    cases that took it at all
    in_order   those that took all steps up to it, each first not before the first of the step before
    in_window  of these, those that took it within the window after the funnel's first step (all, without a window)
    kept       in_window as a share of the step before, with its 95 % Wilson interval
    seconds    from the step before, over the cases that took both, in whichever order
    """

    step: int
    reached: int
    in_order: int
    in_window: int
    kept: float | None
    low: float | None
    high: float | None
    seconds: Spread | None

    def lost(self, before: "Stage") -> int:
        return before.in_window - self.in_window


@dataclass(frozen=True)
class Mend:
    """What it would bring if nobody were lost at a step: at most so many more at the end, with its 95 % interval.

    Those lost there times the share of those kept that go on to the end: an upper bound, for who was lost may be
    less keen than who stayed.
    """

    step: int
    lost: int
    gain: float
    low: float
    high: float


@dataclass(frozen=True)
class Funnel:
    """`cases` have ended; `open_cases` may still go on: they are neither lost nor come through, and count nowhere."""

    cases: int
    open_cases: int
    stages: tuple[Stage, ...]
    mends: tuple[Mend, ...]

    @property
    def conversion(self) -> float | None:
        """The share of those who take the first step that reach the last one."""
        first = self.stages[0].in_window
        return self.stages[-1].in_window / first if first else None


@dataclass(frozen=True)
class Firsts:
    """When each case took each of a funnel's steps for the first time.

    at       shape (steps, cases), seconds since 1970, NaN where the case never took the step
    is_open  shape (cases,), whether the case may still go on
    """

    at: NDArray[np.float64]
    is_open: Flags

    @classmethod
    def of(cls, log: EventLog, steps: Sequence[int], *, open_after: float | None = None) -> "Firsts":
        """Those of a log; a case is open as in `paths.study`."""
        at = np.array([log.first_of(step) for step in steps]).reshape(len(steps), log.n_cases)
        return cls(at, open_cases(log, open_after))

    def only(self, kept: Flags) -> "Firsts":
        """Those of the cases for which `kept`, shape (cases,), is true."""
        return Firsts(self.at[:, kept], self.is_open[kept])


def funnel(
    log: EventLog, steps: Sequence[int], *, window: float | None = None, open_after: float | None = None
) -> Funnel:
    """The funnel of the steps, in their order; `window` in seconds. Raises ValueError below two steps or if one comes
    twice (the first occurrence of a step is one moment)."""
    if len(set(steps)) < len(steps):
        raise ValueError("a funnel needs two steps or more, each once")
    return narrow(Firsts.of(log, steps, open_after=open_after), steps, window=window)


def narrow(firsts: Firsts, steps: Sequence[int], *, window: float | None = None) -> Funnel:
    """As `funnel`, of the first times; `steps` are their numbers."""
    if len(steps) < 2:
        raise ValueError("a funnel needs two steps or more, each once")
    at = firsts.at[:, ~firsts.is_open]
    stages: list[Stage] = []
    with np.errstate(invalid="ignore"):
        passed = ~np.isnan(at[0])
        timely = passed
        for index, first in enumerate(at):
            seconds = None
            if index:
                gap = first - at[index - 1]
                passed = passed & (gap >= 0)
                timely = passed if window is None else timely & passed & (first - at[0] <= window)
                seconds = Spread.of(gap[~np.isnan(gap)])
            n, before = int(timely.sum()), stages[-1].in_window if stages else 0
            kept = wilson(n / before, before) if before else None
            stages.append(
                Stage(
                    step=steps[index],
                    reached=int((~np.isnan(first)).sum()),
                    in_order=int(passed.sum()),
                    in_window=n,
                    kept=n / before if before else None,
                    low=kept[0] if kept else None,
                    high=kept[1] if kept else None,
                    seconds=seconds,
                )
            )
    return Funnel(at.shape[1], int(firsts.is_open.sum()), tuple(stages), _mends(stages))


@dataclass(frozen=True)
class Told:
    """What may be told of a stage: None where the number, or its difference from one that is told, is of few."""

    reached: int | None
    in_order: int | None
    in_window: int | None


def told(funnel: Funnel, *, minimum: int) -> tuple[Told, ...]:
    """What may be told of each stage, so that no subtraction between the numbers told reveals a group of fewer than
    `minimum`: those lost between two stages, those out of order, those too late, those who never came."""

    def is_safe(n: int, *others: int | None) -> bool:
        gaps = (abs(n - other) for other in others if other is not None)
        return all(not size or size >= minimum for size in (n, *gaps))

    found: list[Told] = []
    in_order = in_window = None  # the last that were told
    for stage in funnel.stages:
        passes = is_safe(stage.in_order, in_order)
        in_order = stage.in_order if passes else in_order
        is_timely = is_safe(stage.in_window, in_window, in_order)
        in_window = stage.in_window if is_timely else in_window
        reached = is_safe(stage.reached, funnel.cases, in_order)
        found.append(
            Told(
                stage.reached if reached else None,
                stage.in_order if passes else None,
                stage.in_window if is_timely else None,
            )
        )
    return tuple(found)


def _mends(stages: Sequence[Stage]) -> tuple[Mend, ...]:
    """Every step after the first at which somebody was lost, the most promising first."""
    found = []
    for before, stage in pairwise(stages):
        lost, last = stage.lost(before), stages[-1].in_window
        if lost <= 0 or not stage.in_window:
            continue
        onward = last / stage.in_window
        low, high = wilson(onward, stage.in_window)
        # What chance moves among those lost, beside what it moves in the share that goes on.
        noise = Z * sqrt(lost * onward * (1 - onward))
        spread_low, spread_high = lost * (onward - low), lost * (high - onward)
        gain = lost * onward
        found.append(
            Mend(
                stage.step,
                lost,
                gain,
                max(0.0, gain - sqrt(noise**2 + spread_low**2)),
                min(float(lost), gain + sqrt(noise**2 + spread_high**2)),
            )
        )
    return tuple(sorted(found, key=lambda mend: (-mend.gain, mend.step)))
