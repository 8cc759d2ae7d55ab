"""Funnels: how many reach each step, how many in order, how many within a time; and which step to mend or leave out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
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
class Removal:
    """How many more come to the end if the funnel goes without a step between its first and its last: those who took
    all others in order and in time, but not this one, or not in its place. Counted, with the 95 % Wilson interval of
    their share of those who began; who stopped at the step and might have gone on without it is not in it.
    """

    step: int
    gain: int
    low: float
    high: float


Change = Mend | Removal


@dataclass(frozen=True)
class Funnel:
    """`cases` have ended; `open_cases` may still go on: they are neither lost nor come through, and count nowhere."""

    cases: int
    open_cases: int
    stages: tuple[Stage, ...]
    mends: tuple[Mend, ...]
    removals: tuple[Removal, ...]

    @property
    def places(self) -> dict[int, int]:
        """At which place each step stands."""
        return {stage.step: place for place, stage in enumerate(self.stages)}

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
        follows = [later - sooner >= 0 for sooner, later in pairwise(at)]  # each step not before the one before it
        through = list(accumulate([~np.isnan(at[0]), *follows], np.logical_and))  # in order up to each step
        timely = through[0]
        for place, step in enumerate(steps):
            if place:
                timely = through[place] if window is None else timely & through[place] & (at[place] - at[0] <= window)
            stages.append(_stage(step, at[: place + 1], through[place], timely, stages[-1] if stages else None))
        in_time = np.ones(at.shape[1], dtype=bool) if window is None else at[-1] - at[0] <= window
        gains = _gains(at, through, follows, in_time)
    began = stages[0].in_window
    removals = [_removal(steps[place], gain, began) for place, gain in enumerate(gains, start=1)]
    removals.sort(key=lambda each: (-each.gain, each.step))
    return Funnel(at.shape[1], int(firsts.is_open.sum()), tuple(stages), _mends(stages), tuple(removals))


def _stage(step: int, at: NDArray[np.float64], passed: Flags, timely: Flags, previous: Stage | None) -> Stage:
    """`at` are the first times of the steps up to this one."""
    n, before = int(timely.sum()), previous.in_window if previous else 0
    low, high = wilson(n / before, before) if before else (None, None)
    gap = at[-1] - at[-2] if previous else None
    return Stage(
        step=step,
        reached=int((~np.isnan(at[-1])).sum()),
        in_order=int(passed.sum()),
        in_window=n,
        kept=n / before if before else None,
        low=low,
        high=high,
        seconds=None if gap is None else Spread.of(gap[~np.isnan(gap)]),
    )


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


def told_removals(funnel: Funnel, told: Sequence[Told], *, minimum: int) -> tuple[Removal, ...]:
    """What may be told of leaving out steps beside what is told of the stages: those gained lie between the stages
    before the step and after it, and neither they nor what is left there may be few. Where several steps lie between
    the same stages that are told, only the one that brings most is."""
    if told[-1].in_window is None:
        return ()
    known = [place for place, stage in enumerate(told) if stage.in_window is not None]
    places, found, between = funnel.places, [], set()
    for each in funnel.removals:
        place = places[each.step]
        gap = (max((k for k in known if k < place), default=-1), min(k for k in known if k > place))
        left = (rest - each.gain for rest in _beside(funnel.cases, told, place))
        if gap not in between and all(n <= 0 or n >= minimum for n in (each.gain, *left)):
            between.add(gap)
            found.append(each)
    return tuple(found)


def _beside(cases: int, told: Sequence[Told], place: int) -> Iterator[int]:
    """How many of those who may be gained by leaving out the step are told of, as one number less another."""
    lower = _first_told(told[place + 1 :])
    for more in (cases, *(each.in_order for each in told[:place]), *(each.in_window for each in told[:place])):
        if more is not None:
            yield from (more - less for less in lower)
    for other, each in enumerate(told):
        if other != place and each.reached is not None:
            yield from (each.reached - less for less in _first_told(told[max(other, place + 1) :]))


def _first_told(told: Sequence[Told]) -> list[int]:
    """The first numbers in order and in time that are told: of those whom they count nobody is gained."""
    firsts = (
        next((n for n in column if n is not None), None)
        for column in ([each.in_order for each in told], [each.in_window for each in told])
    )
    return [n for n in firsts if n is not None]


def best(changes: Iterable[Change]) -> tuple[Change, ...]:
    """The change that brings most to the end, and whichever chance may put before it: one's number lies within the
    interval of the other. Most first; none that brings nobody."""
    ordered = sorted((each for each in changes if each.gain > 0), key=lambda each: -each.gain)
    return tuple(each for each in ordered if each.gain >= ordered[0].low or each.high >= ordered[0].gain)


def _gains(at: NDArray[np.float64], through: Sequence[Flags], follows: Sequence[Flags], in_time: Flags) -> list[int]:
    """How many more come to the end, in order and in time, without each step but the first and the last."""
    gains: list[int] = []
    onward = in_time  # in order from the step after to the end
    all_along = int((through[-1] & in_time).sum())
    for place in range(len(at) - 2, 0, -1):
        without = through[place - 1] & onward & (at[place + 1] >= at[place - 1])
        gains.append(int(without.sum()) - all_along)
        onward = onward & follows[place]
    return gains[::-1]


def _removal(step: int, gain: int, began: int) -> Removal:
    if not began:
        return Removal(step, 0, 0.0, 0.0)
    low, high = wilson(gain / began, began)
    return Removal(step, gain, began * low, began * high)


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
