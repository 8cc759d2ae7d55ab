"""Who leaves after a bad experience: where a low score is followed by leaving more often than a high one."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from cxprogram.stats.comparisons import benjamini_hochberg
from cxprogram.stats.proportions import share_difference
from cxprogram.stats.tally import Tally

LEVEL = 0.05
LEFT, STAYED = 1, 0

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Outcomes:
    """Of the customers who gave a low score and of those who gave a high one: how many, and how many then left."""

    low_n: int
    low_left: int
    high_n: int
    high_left: int


@dataclass(frozen=True)
class Leaving:
    """The share that leaves after a low score minus that after a high one, 0–1, with its 95 % interval.

    An association: who is about to leave may also rate lower. `p_adjusted` is corrected over all that were compared.
    """

    outcomes: Outcomes
    difference: float
    low: float
    high: float
    p_adjusted: float

    @property
    def is_marked(self) -> bool:
        """Whether more leave after a low score, beyond chance."""
        return self.difference > 0 and self.p_adjusted < LEVEL


def leaving(found: Mapping[Key, Outcomes], *, minimum: int = 1) -> dict[Key, Leaving]:
    """Compare low with high for each key; one with fewer than `minimum` who left or stayed on either side, other than
    none, is left out, and so is one that cannot be tested.

    z with the pooled share and the unpooled interval (`share_difference`), corrected over the rest by Benjamini and
    Hochberg.
    """
    tested = {}
    for key, each in found.items():
        cells = (each.low_left, each.low_n - each.low_left, each.high_left, each.high_n - each.high_left)
        if min(each.low_n, each.high_n) < max(minimum, 1) or any(0 < cell < minimum for cell in cells):
            continue
        made = share_difference(_tally(each.low_n, each.low_left), _tally(each.high_n, each.high_left), {LEFT})
        if made.p is not None:
            tested[key] = made
    adjusted = benjamini_hochberg([made.p for made in tested.values()])
    return {
        key: Leaving(found[key], made.delta or 0.0, made.low or 0.0, made.high or 0.0, float(p))
        for (key, made), p in zip(tested.items(), adjusted, strict=True)
    }


def _tally(n: int, left: int) -> Tally:
    counts = {LEFT: left, STAYED: n - left}
    return Tally(n=counts, weight=counts, weight_sq=counts)
