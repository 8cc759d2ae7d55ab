"""Which cells of a published table must be hidden so that no small group can be read off it."""

from collections import defaultdict
from collections.abc import Hashable, Mapping
from typing import TypeVar

DEFAULT_MINIMUM = 5

Key = TypeVar("Key", bound=Hashable)
REST = 0  # what was counted at the unit itself and not below it; no unit has this id


def hidden_cells(counts: Mapping[Key, int], *, minimum: int = DEFAULT_MINIMUM) -> frozenset[Key]:
    """Return the keys to hide in one partition whose total is published.

    1. A cell of 1 to minimum − 1 answers is hidden.
    2. While exactly one cell is hidden, or the hidden cells together hold fewer than `minimum`, the smallest
       visible non-empty cell is hidden too, so that total − visible leaves at least two cells sharing
       at least `minimum` answers. Equal counts go in the order of the keys' repr: the same table hides
       the same cells.
    3. A zero is shown: what is left of the total is the same with or without it. Hidden, it would not protect
       a neighbour either, since hidden cells are known to be non-empty.
    4. A total of 1 to minimum − 1 cannot be protected by hiding its parts: every cell is hidden, zeros
       included, and the caller must not publish the total.

    This guards against subtraction within this partition. Partitions that share cells (a unit's
    questions with different missing answers, overlapping periods) are the caller's to compare. Raises
    ValueError for a negative count and for minimum < 1.
    """
    if minimum < 1:
        raise ValueError("minimum must be at least 1")
    if any(count < 0 for count in counts.values()):
        raise ValueError("counts must not be negative")
    if 0 < sum(counts.values()) < minimum:
        return frozenset(counts)
    by_size = sorted((key for key in counts if counts[key] > 0), key=lambda key: (counts[key], repr(key)))
    hidden = sum(counts[key] < minimum for key in by_size)
    if hidden:
        # A total of `minimum` or more always holds a further cell to hide.
        while hidden == 1 or sum(counts[key] for key in by_size[:hidden]) < minimum:
            hidden += 1
    return frozenset(by_size[:hidden])


def hidden_units(own: Mapping[int, int], parents: Mapping[int, int | None], *, minimum: int) -> frozenset[int]:
    """The units to hide in a tree whose numbers of one period are published, each with all below it.

    The units below a unit are one partition of its total: what is hidden above is hidden below.

    own      what was counted at the unit itself (not below it), by unit id
    parents  the unit above, by unit id; None for the root
    """
    totals: dict[int, int] = defaultdict(int)
    for unit, n in own.items():
        step: int | None = unit
        while step is not None:
            totals[step] += n
            step = parents[step]
    children: dict[int, list[int]] = defaultdict(list)
    for unit, parent in parents.items():
        if parent is not None:
            children[parent].append(unit)
    hidden = {unit for unit, n in totals.items() if 0 < n < minimum}
    for above in sorted(children, key=lambda unit: _depth(unit, parents)):
        below = {unit: totals[unit] for unit in children[above]}
        if above in hidden:
            hidden |= below.keys()
            continue
        line = {**below, REST: totals[above] - sum(below.values())}
        hidden |= hidden_cells(line, minimum=minimum) - {REST}
    return frozenset(hidden)


def _depth(unit: int, parents: Mapping[int, int | None]) -> int:
    depth, step = 0, parents[unit]
    while step is not None:
        depth, step = depth + 1, parents[step]
    return depth
