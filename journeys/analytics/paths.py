"""The journeys that customers really make: variants, transitions, entries, exits, loops, durations."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from journeys.analytics.event_log import MICROSECONDS, EventLog, Flags, Ints

Floats = NDArray[np.float64]

MOST = 500  # variants told one by one


@dataclass(frozen=True)
class Spread:
    """Seconds: the median, the quarter below and the quarter above, over n gaps."""

    median: float
    low: float
    high: float
    n: int

    @classmethod
    def of(cls, values: Floats) -> "Spread | None":
        if not values.size:
            return None
        low, median, high = np.quantile(values, (0.25, 0.5, 0.75))
        return cls(float(median), float(low), float(high), values.size)


@dataclass(frozen=True)
class Variant:
    """One way through: the steps in their order, how many cases went it, and how many went this or a commoner one."""

    steps: tuple[int, ...]
    n: int
    share: float
    coverage: float
    seconds: Spread | None


@dataclass(frozen=True)
class Transition:
    """From one step directly to the next; `probability` is the share of the first step's events that led there."""

    origin: int
    target: int
    n: int
    probability: float
    seconds: Spread


@dataclass(frozen=True)
class Repeat:
    """A step that a case takes more than once: in how many cases, and how many times beyond the first."""

    step: int
    cases: int
    again: int


@dataclass(frozen=True)
class Paths:
    """One study. `variants` holds the commonest of `n_variants`, `reached` how many cases took each step. Durations are
    those of closed cases; `open_cases` are still on their way and are not among them."""

    steps: tuple[str, ...]
    cases: int
    events: int
    n_variants: int
    variants: tuple[Variant, ...]
    transitions: tuple[Transition, ...]
    starts: dict[int, int]
    ends: dict[int, int]
    repeats: tuple[Repeat, ...]
    duration: Spread | None
    mean_seconds: float | None
    open_cases: int
    reached: dict[int, int]


def study(log: EventLog, *, open_after: float | None = None, most: int = MOST) -> Paths:
    """Everything about the paths of a log, `most` of its variants told one by one.

    A case whose last event is later than `open_after` (seconds since 1970) is still open: it counts as a path, not as
    an exit, and not in the durations.
    """
    is_open = open_cases(log, open_after)
    closed = log.durations()[~is_open]
    number, example = variant_of(log)
    codes, times = _taken(log)
    return Paths(
        steps=log.steps,
        cases=log.n_cases,
        events=log.case.size,
        n_variants=example.size,
        variants=_commonest(log, number, example, most),
        transitions=transitions(log),
        starts=_counted(log.step[log.starts]),
        ends=_counted(log.step[log.ends[~is_open]]),
        repeats=_again(log, codes, times),
        duration=Spread.of(closed),
        mean_seconds=float(closed.mean()) if closed.size else None,
        open_cases=int(is_open.sum()),
        reached=_counted(codes % len(log.steps) if codes.size else codes),
    )


def open_cases(log: EventLog, open_after: float | None) -> Flags:
    """Which cases are still open, shape (cases,): those with an event later than `open_after`; none without it."""
    if open_after is None:
        return np.zeros(log.n_cases, dtype=bool)
    return log.at[log.ends] / MICROSECONDS > open_after


def left_before(log: EventLog, step: int) -> dict[int, int]:
    """How many cases never take the step, by their last one."""
    if not log.n_cases:
        return {}
    came = np.logical_or.reduceat(log.step == step, log.starts)
    return _counted(log.step[log.ends[~came]])


def variant_of(log: EventLog) -> tuple[Ints, Ints]:
    """The variant of each case, shape (cases,), numbered from 0; and one case of each variant, shape (variants,).

    Two cases are alike when a 64-bit fingerprint of their steps in order, and their length, are.
    """
    if not log.n_cases:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    place = (np.arange(log.case.size) - log.starts[log.case]).astype(np.uint64)
    mixed = _scatter(log.step.astype(np.uint64) + np.uint64(1) + place * np.uint64(0x9E3779B97F4A7C15))
    prints = np.add.reduceat(mixed, log.starts) ^ log.sizes.astype(np.uint64)
    _prints, example, number = np.unique(prints, return_index=True, return_inverse=True)
    return number.astype(np.int64), example.astype(np.int64)


def variants(log: EventLog, *, most: int = MOST) -> tuple[Variant, ...]:
    """The commonest ways through, the commonest first; of equally common ones that whose first case came first."""
    return _commonest(log, *variant_of(log), most)


def _commonest(log: EventLog, number: Ints, example: Ints, most: int) -> tuple[Variant, ...]:
    if not number.size:
        return ()
    counts = np.bincount(number)
    order = np.lexsort((example, -counts))[:most]
    covered = np.cumsum(counts[order]) / number.size
    seconds, found = log.durations(), []
    by_variant = np.argsort(number, kind="stable")
    ends = np.cumsum(counts)
    for place, each in enumerate(order):
        n, steps = int(counts[each]), tuple(log.step[log.rows_of(example[each])].tolist())
        spread = Spread.of(seconds[by_variant[ends[each] - n : ends[each]]])
        found.append(Variant(steps, n, n / number.size, float(covered[place]), spread))
    return tuple(found)


def transitions(log: EventLog) -> tuple[Transition, ...]:
    """Every step to step that occurs, the commonest first."""
    if log.case.size < 2:
        return ()
    is_same = log.case[1:] == log.case[:-1]
    pair = log.step[:-1][is_same] * len(log.steps) + log.step[1:][is_same]
    gap = (log.at[1:] - log.at[:-1])[is_same] / MICROSECONDS
    counts, total = np.bincount(pair), np.bincount(log.step, minlength=len(log.steps))
    groups = np.split(gap[np.argsort(pair, kind="stable")], np.cumsum(counts)[:-1])
    found = []
    for code in np.flatnonzero(counts):
        origin, target = divmod(int(code), len(log.steps))
        spread = Spread.of(groups[code])
        assert spread is not None
        found.append(Transition(origin, target, int(counts[code]), float(counts[code] / total[origin]), spread))
    return tuple(sorted(found, key=lambda each: (-each.n, each.origin, each.target)))


def repeats(log: EventLog) -> tuple[Repeat, ...]:
    """The steps that some case takes again, most cases first."""
    return _again(log, *_taken(log))


def _taken(log: EventLog) -> tuple[Ints, Ints]:
    """Each case and step that it takes in one number, and how often it does."""
    return np.unique(log.case * len(log.steps) + log.step, return_counts=True)


def _again(log: EventLog, codes: Ints, times: Ints) -> tuple[Repeat, ...]:
    codes, times = codes[times > 1], times[times > 1]
    step = codes % len(log.steps) if codes.size else codes
    found = [
        Repeat(int(each), int((step == each).sum()), int((times[step == each] - 1).sum())) for each in np.unique(step)
    ]
    return tuple(sorted(found, key=lambda each: (-each.cases, each.step)))


def _counted(steps: Ints) -> dict[int, int]:
    """How often each step occurs, the commonest first."""
    found = {int(step): int(n) for step, n in zip(*np.unique(steps, return_counts=True), strict=True)}
    return dict(sorted(found.items(), key=lambda each: (-each[1], each[0])))


def _scatter(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread each value over 64 bits (the finaliser of splitmix64, Steele, Lea and Flood 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
