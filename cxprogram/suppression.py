"""Which cells of a published table must be hidden so that no small group can be read off it."""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeVar

DEFAULT_MINIMUM = 5

Key = TypeVar("Key", bound=Hashable)
MOST_FAMILIES = 200  # ways to take parts away that are looked at
REST = 0  # what was counted at the unit itself and not below it; no unit has this id
ALL = -1  # the column that holds what was counted over all columns


def hidden_cells(
    counts: Mapping[Key, int], *, minimum: int = DEFAULT_MINIMUM, hidden: Collection[Key] = ()
) -> frozenset[Key]:
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
    5. A cell named in `hidden` is hidden for a reason of the caller's, and protected as a small one. Where it is all
       there is of the total, nothing is left to protect it with: the caller must not publish the total.

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
    given = frozenset(hidden) & counts.keys()
    by_size = sorted(
        (key for key in counts if counts[key] > 0),
        key=lambda key: (counts[key] >= minimum and key not in given, counts[key], repr(key)),
    )
    most = sum(counts[key] < minimum or key in given for key in by_size)
    if most:
        while most < len(by_size) and (most == 1 or sum(counts[key] for key in by_size[:most]) < minimum):
            most += 1
    return given.union(by_size[:most])


def hidden_together(
    tables: Sequence[Mapping[Key, int]], *, minimum: int = DEFAULT_MINIMUM, hidden: Collection[Key] = ()
) -> frozenset[Key]:
    """The keys to hide in all of some partitions whose totals are published, where they are the sum or the difference
    of one another: a whole, a part of it and the rest. What is hidden in one is hidden in the others, for a number
    that stands in two of them tells that of the third. `hidden` as in `hidden_cells`."""
    found = frozenset(hidden).union(*(hidden_cells(table, minimum=minimum) for table in tables))
    while True:
        more = found.union(*(hidden_cells(table, minimum=minimum, hidden=found) for table in tables))
        if more == found:
            return found
        found = more


def hidden_units(
    own: Mapping[int, int], parents: Mapping[int, int | None], *, minimum: int, hidden: Collection[int] = ()
) -> frozenset[int]:
    """The units to hide in a tree whose numbers of one period are published, each with all below it.

    The units below a unit are one partition of its total: what is hidden above is hidden below.

    own      what was counted at the unit itself (not below it), by unit id
    parents  the unit above, by unit id; None for the root
    hidden   units hidden for a reason of the caller's; one that is all there is of the unit above hides that, too
    """
    totals = _totals(own, parents)
    children: dict[int, list[int]] = defaultdict(list)
    for unit, parent in parents.items():
        if parent is not None:
            children[parent].append(unit)
    found = {unit for unit, n in totals.items() if 0 < n < minimum}.union(hidden)
    by_depth = sorted(children, key=lambda unit: _depth(unit, parents))
    for above in reversed(by_depth if hidden else ()):
        if any(unit in found and totals[unit] == totals[above] > 0 for unit in children[above]):
            found.add(above)
    for above in by_depth:
        below = {unit: totals[unit] for unit in children[above]}
        if above in found:
            found |= below.keys()
            continue
        line = {**below, REST: totals[above] - sum(below.values())}
        found |= hidden_cells(line, minimum=minimum, hidden=found) - {REST}
    return frozenset(found)


def _totals(own: Mapping[int, int], parents: Mapping[int, int | None]) -> dict[int, int]:
    """The numbers of all units that have one, each with all below it."""
    totals: dict[int, int] = defaultdict(int)
    for unit, n in own.items():
        step: int | None = unit
        while step is not None:
            totals[step] += n
            step = parents[step]
    return totals


def hidden_in_columns(
    tables: Sequence[Mapping[int, Mapping[int, int]]],
    parents: Mapping[int, int | None],
    *,
    minimum: int,
    hidden: Collection[tuple[int, int]] = (),
) -> frozenset[tuple[int, int]]:
    """The (unit, column) to hide where the numbers of a tree of units are published by column and over all columns.

    The units are a partition in each column, and the columns one of each unit: what one of these hides is hidden in
    the others too, and protected there. The tables are sums or differences of one another (`hidden_together`): all
    hide the same.

    tables  what was counted at each unit itself, by column and unit id; under ALL over all columns, which may be less
            than their sum where one is counted in several
    hidden  what is hidden in one of them where it stands alone
    """
    totals = [{column: _totals(own, parents) for column, own in table.items()} for table in tables]
    lines = [_lines(sums) for sums in totals]
    # What is counted at the units themselves is the least there is, but for what is in no column.
    least = [own for table in tables for own in table.values()] + [line for each in lines for line in each.values()]
    if not any(0 < n < minimum for numbers in least for n in numbers.values()):
        return frozenset(hidden)
    found: dict[int, set[int]] = {column: set() for table in tables for column in table}
    for unit, column in hidden:
        found[column].add(unit)
    seen: dict[tuple[int, int], int] = {}  # how many were hidden when the units of a table's column were looked at
    before = -1
    while (after := sum(map(len, found.values()))) > before:
        before = after
        for place, table in enumerate(tables):
            for column, own in table.items():
                if seen.get((place, column)) != len(found[column]):
                    found[column] |= hidden_units(own, parents, minimum=minimum, hidden=found[column])
                    seen[place, column] = len(found[column])
            for unit, line in lines[place].items():
                for column in _hidden_of_unit(unit, line, totals[place][ALL][unit], found, minimum):
                    found[column].add(unit)
    return frozenset((unit, column) for column, units in found.items() for unit in units)


def _lines(sums: Mapping[int, Mapping[int, int]]) -> dict[int, dict[int, int]]:
    """The numbers of each unit by column; under ALL what is counted over all columns and in none of them."""
    columns = {column: totals for column, totals in sums.items() if column != ALL}
    found = {}
    for unit, total in sums[ALL].items():
        if total:
            line = {column: totals.get(unit, 0) for column, totals in columns.items()}
            found[unit] = {**line, ALL: max(0, total - sum(line.values()))}
    return found


def _hidden_of_unit(
    unit: int, line: Mapping[int, int], total: int, hidden: Mapping[int, Collection[int]], minimum: int
) -> Collection[int]:
    """The columns to hide of a unit; one at least where the number over all is hidden, for their sum would tell it, and
    that number where a hidden one is all there is of it."""
    given = [column for column in line if column != ALL and unit in hidden[column]]
    is_total_hidden = unit in hidden[ALL]
    if not given and not is_total_hidden and not any(0 < n < minimum for n in line.values()):
        return ()
    found = hidden_cells(line, minimum=minimum, hidden=given) - {ALL}
    if any(line[column] == total for column in found):
        return found | {ALL}
    if is_total_hidden and not any(line[column] for column in found):
        columns = (each for each in line if each != ALL and line[each])
        return found.union(sorted(columns, key=lambda each: line[each])[:1])
    return found


def _depth(unit: int, parents: Mapping[int, int | None]) -> int:
    depth, step = 0, parents[unit]
    while step is not None:
        depth, step = depth + 1, parents[step]
    return depth


def told_by_subtraction(
    part: Key,
    parts: Mapping[Key, Mapping[int, int]],
    everyone: Mapping[int, int] | None,
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

    parts     the tables of all parts, that of `part` among them
    everyone  None where no number of theirs is shown
    both      how many people two different parts have in common
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
    wholes = [] if everyone is None else [(everyone, set(others))]
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
        if everyone is not None and size[part] + size[other] - shared == sum(everyone.values()):
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
