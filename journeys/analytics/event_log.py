"""What happened, case by case, as arrays: the shape that path, funnel and conformance studies read."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

MICROSECONDS = 1e6

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class EventLog:
    """Events sorted by case and time; those of one moment keep the order of their source.

    case  shape (n,), the number of the case from 0, ascending
    step  shape (n,), an index into `steps`
    at    shape (n,), microseconds since 1970, UTC
    """

    case: Ints
    step: Ints
    at: Ints
    steps: tuple[str, ...]

    @classmethod
    def of(cls, case: ArrayLike, step: ArrayLike, at: ArrayLike, steps: Sequence[str]) -> "EventLog":
        """Sort events that come in the order of their source. `case` may be any integers. Raises ValueError for
        arrays of different length, or a step that has no name."""
        cases, taken, moments = (np.asarray(part, dtype=np.int64) for part in (case, step, at))
        if not cases.shape == taken.shape == moments.shape or cases.ndim != 1:
            raise ValueError("case, step and time must have one length")
        if taken.size and not (taken.min() >= 0 and taken.max() < len(steps)):
            raise ValueError("a step has no name")
        order = np.lexsort((moments, cases))  # stable
        numbers = np.cumsum(np.diff(cases[order], prepend=cases[order][:1]) != 0)
        return cls(numbers, taken[order], moments[order], tuple(steps))

    @cached_property
    def starts(self) -> Ints:
        """The row of each case's first event, shape (cases,)."""
        return np.flatnonzero(np.diff(self.case, prepend=-1))

    @cached_property
    def sizes(self) -> Ints:
        """How many events each case has, shape (cases,)."""
        return np.diff(self.starts, append=self.case.size)

    @property
    def n_cases(self) -> int:
        return int(self.case[-1]) + 1 if self.case.size else 0

    @property
    def ends(self) -> Ints:
        """The row of each case's last event, shape (cases,)."""
        return self.starts + self.sizes - 1

    def rows_of(self, case: int) -> slice:
        """The rows of one case."""
        return slice(self.starts[case], self.starts[case] + self.sizes[case])

    def durations(self) -> NDArray[np.float64]:
        """Seconds from the first to the last event of each case, shape (cases,)."""
        return (self.at[self.ends] - self.at[self.starts]) / MICROSECONDS

    def first_of(self, step: int) -> NDArray[np.float64]:
        """Seconds since 1970 of each case's first event of the step, shape (cases,); NaN where it has none."""
        rows = np.flatnonzero(self.step == step)
        first = np.full(self.n_cases, np.nan)
        # From the last to the first: what is written last is the earliest.
        first[self.case[rows[::-1]]] = self.at[rows[::-1]] / MICROSECONDS
        return first

    def only(self, kept: Flags) -> "EventLog":
        """The log of the cases for which `kept`, shape (cases,), is true."""
        rows = kept[self.case]
        numbers = np.cumsum(kept) - 1
        return EventLog(numbers[self.case[rows]], self.step[rows], self.at[rows], self.steps)
