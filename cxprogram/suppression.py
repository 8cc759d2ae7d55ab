"""Which cells of a published table must be hidden so that no small group can be read off it."""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeVar

DEFAULT_MINIMUM = 5

Key = TypeVar("Key", bound=Hashable)
MOST_FAMILIES = 200  # ways to take parts away that are looked at
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


def told_by_subtraction(
    part: Key,
    parts: Mapping[Key, Mapping[int, int]],
    everyone: Mapping[int, int],
    both: Callable[[Key, Key], int],
) -> Iterator[dict[int, int]]:
    """The tables that can be read off once that of `part` is shown beside those of other parts and of everyone.

    A table counts people by unit. Which part lies in which is told by how many are in both: a part within another
    leaves the rest of it, parts that lie apart leave what is left of everyone and of a part that holds them all, two
    parts that hold everyone between them tell who is in both, two that differ by few tell of these. Of parts that lie
    apart each may be hidden, and then tells nothing: the rest without it is among the tables. What holds the part is
    among them too: units that are hidden in it together may not be told apart by the part. Three parts that overlap
    one another are not looked at.

    A number may lie below nothing where parts were counted at different times: so many are told of as well.

    parts  the tables of all parts, that of `part` among them
    both   how many people two different parts have in common
    """
    size = {key: sum(table.values()) for key, table in parts.items()}
    if not size[part]:  # taken from others it leaves them as they are
        return
    others: list[Key] = []
    for key in parts:  # of parts that hold the same people one stands for all
        if key != part and size[key] and not any(both(key, other) == size[key] == size[other] for other in others):
            others.append(key)

    def is_within(inner: Key, outer: Key) -> bool:
        return both(inner, outer) >= size[inner]

    apart = {key: {other for other in others if other != key and both(key, other) == 0} for key in [*others, part]}
    wholes = [(everyone, set(others))]
    for outer in others:
        if is_within(part, outer):
            wholes.append((parts[outer], {key for key in others if key != outer and is_within(key, outer)}))
    anywhere = next(iter(parts[part]))
    for whole, within in wholes:
        yield dict(whole)
        yield from _left(_minus(whole, parts[part]), apart[part] & within, parts, apart, anywhere)
    yield from _left(parts[part], {key for key in others if is_within(key, part)}, parts, apart, anywhere)
    for other in others:
        shared = both(part, other)
        if size[part] + size[other] - shared == sum(everyone.values()):
            yield _minus(parts[part], _minus(everyone, parts[other]))
        yield {anywhere: max(abs(size[part] - shared), abs(size[other] - shared))}


def _left(
    whole: Mapping[int, int],
    taken: Collection[Key],
    parts: Mapping[Key, Mapping[int, int]],
    apart: Mapping[Key, set[Key]],
    anywhere: int,
) -> Iterator[dict[int, int]]:
    """What is left of the whole without parts that lie apart; where there are too many ways, that one is told of."""
    families = _largest_families(taken, apart)
    for family in islice(families, MOST_FAMILIES):
        yield from _rests(whole, [parts[key] for key in family])
    if next(families, None) is not None:
        yield {anywhere: 1}


def _rests(whole: Mapping[int, int], taken: Sequence[Mapping[int, int]]) -> Iterator[dict[int, int]]:
    """What is left of the whole without all that is taken, and with each of these left in it."""
    rest = dict(whole)
    for table in taken:
        rest = _minus(rest, table)
    yield rest
    for table in taken:
        yield {unit: rest.get(unit, 0) + table.get(unit, 0) for unit in rest.keys() | table.keys()}


def _minus(whole: Mapping[int, int], part: Mapping[int, int]) -> dict[int, int]:
    return {unit: whole.get(unit, 0) - part.get(unit, 0) for unit in whole.keys() | part.keys()}


def _largest_families(keys: Collection[Key], apart: Mapping[Key, set[Key]]) -> Iterator[frozenset[Key]]:
    """The families of parts that lie apart from one another to which no further one can be added (Bron and Kerbosch,
    Algorithm 457, 1973, with a pivot)."""

    def grow(family: frozenset[Key], open_: set[Key], seen: set[Key]) -> Iterator[frozenset[Key]]:
        if not open_ and not seen:
            yield family
            return
        pivot = max(open_ | seen, key=lambda key: len(open_ & apart[key]))
        for key in open_ - apart[pivot]:
            yield from grow(family | {key}, open_ & apart[key], seen & apart[key])
            open_, seen = open_ - {key}, seen | {key}

    yield from grow(frozenset(), set(keys), set())
