from collections.abc import Mapping, Sequence
from itertools import product
from operator import mul

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxprogram.suppression import (
    ALL,
    MOST_FAMILIES,
    hidden_cells,
    hidden_in_columns,
    hidden_together,
    hidden_units,
    told_by_subtraction,
)

tables = st.dictionaries(st.integers(0, 30), st.one_of(st.integers(0, 12), st.integers(0, 1000)), max_size=12)


@pytest.mark.parametrize(
    "counts, hidden",
    [
        ({}, ""),
        ({"a": 0, "b": 0}, ""),
        ({"a": 5, "b": 9}, ""),
        ({"a": 5, "b": 0}, ""),
        # One small cell: the next smallest goes with it.
        ({"a": 4, "b": 50, "c": 9}, "ac"),
        # Two small cells that share enough protect each other.
        ({"a": 4, "b": 1, "c": 9}, "ab"),
        # Several small cells that share too little.
        ({"a": 1, "b": 1, "c": 1, "d": 30, "e": 40}, "abcd"),
        # A zero is shown and protects nobody.
        ({"a": 3, "b": 0, "c": 20, "d": 30}, "ac"),
        ({"a": 3, "b": 4, "c": 0}, "ab"),
        # Equal counts: in order of the keys.
        ({"d": 9, "c": 9, "b": 9, "a": 2}, "ab"),
        # A total below the minimum hides everything.
        ({"a": 3, "b": 0}, "ab"),
        ({"a": 4}, "a"),
        ({"a": 5}, ""),
    ],
)
def test_cells_are_hidden(counts, hidden):
    assert hidden_cells(counts) == frozenset(hidden)


def test_a_stricter_minimum_hides_more():
    counts = {"a": 8, "b": 12, "c": 40}
    assert hidden_cells(counts) == frozenset()
    assert hidden_cells(counts, minimum=10) == {"a", "b"}


def test_keys_of_mixed_kinds_are_ordered_too():
    counts = {None: 7, ("A", 1): 7, "b": 7, 3: 2}
    assert hidden_cells(counts) == hidden_cells(dict(reversed(counts.items())))
    assert len(hidden_cells(counts)) == 2


@pytest.mark.parametrize("counts, minimum", [({"a": -1}, 5), ({"a": 1}, 0)])
def test_impossible_requests_are_refused(counts, minimum):
    with pytest.raises(ValueError):
        hidden_cells(counts, minimum=minimum)


@given(tables, st.integers(1, 30))
def test_no_hidden_count_is_determined_by_subtraction(counts, minimum):
    hidden = hidden_cells(counts, minimum=minimum)
    total = sum(counts.values())
    assert all(key in hidden for key, count in counts.items() if 0 < count < minimum)
    if not hidden:
        return
    left = total - sum(count for key, count in counts.items() if key not in hidden)
    if total < minimum:
        # The caller keeps such a total to itself; no cell is shown either.
        assert hidden == counts.keys()
        return
    # The hidden cells may be any numbers adding up to `left`: two or more may each be 0 to `left`.
    assert len(hidden) >= 2
    assert left >= minimum
    assert all(counts[key] > 0 for key in hidden)


@given(tables, st.integers(1, 30))
def test_nothing_is_hidden_in_a_table_of_zeros_and_large_cells(counts, minimum):
    large = {key: count for key, count in counts.items() if count == 0 or count >= minimum}
    assert hidden_cells(large, minimum=minimum) == frozenset()


@given(tables)
def test_order_of_the_table_does_not_matter(counts):
    assert hidden_cells(counts) == hidden_cells(dict(reversed(counts.items())))


# --- parts of everyone --------------------------------------------------------------------------
PEOPLE = range(24)
groups = st.lists(st.sampled_from("abcd"), min_size=len(PEOPLE), max_size=len(PEOPLE))
MINIMUM = 4


@given(groups, st.permutations(["a", "b", "c", "d", "ab", "cd", "abc"]), st.integers(1, 7))
def test_of_parts_within_and_beside_one_another_no_small_group_is_told(
    group: list[str], order: list[str], n: int
) -> None:
    """Everyone and the parts that are shown, added to and taken from one another in every way, tell no small group."""
    everyone = set(PEOPLE)
    parts = {name: {one for one in PEOPLE if group[one] in name} for name in order[:n]}
    shown = []
    for place, name in enumerate(order[:n], 1):
        tables = {each: {0: len(parts[each])} for each in order[:place]}
        told = told_by_subtraction(name, tables, {0: len(everyone)}, lambda a, b: len(parts[a] & parts[b]))
        if all(not 0 < table[0] < MINIMUM for table in [tables[name], *told]):
            shown.append(parts[name])
    for signs in product((-1, 0, 1), repeat=len(shown) + 1):
        times = [
            sum(sign for sign, each in zip(signs, [everyone, *shown], strict=True) if one in each) for one in PEOPLE
        ]
        if set(times) <= {0, 1}:
            assert not 0 < sum(times) < MINIMUM, (signs, shown)


def test_two_parts_that_hold_everyone_between_them_tell_who_is_in_both() -> None:
    tables = {"young": {0: 30, 1: 2}, "old": {0: 10, 1: 1}}
    told = list(told_by_subtraction("old", tables, {0: 38, 1: 2}, lambda a, b: 3))
    assert {0: 2, 1: 1} in told


def test_of_many_parts_beside_one_another_few_tables_are_told() -> None:
    parts = {number: {0: 5} for number in range(200)}
    told = list(told_by_subtraction(199, parts, {0: 1_000}, lambda a, b: 0))
    assert {0: 0} in told and len(told) <= 3 * len(parts)


def test_kpis_about_the_same_parts_are_looked_at_once() -> None:
    parts = {(part, kpi): {0: 50} for part in range(10) for kpi in range(4)}
    told = list(told_by_subtraction((9, 3), parts, {0: 1_000}, lambda a, b: 50 * (a[0] == b[0])))
    assert {0: 500} in told and len(told) <= 100


def test_where_parts_leave_too_many_ways_one_is_told_of() -> None:
    parts = {(part, kpi): {0: 50 + kpi} for part in range(10) for kpi in range(4)}
    told = list(told_by_subtraction((9, 3), parts, {0: 1_000}, lambda a, b: 49 * (a[0] == b[0])))
    assert {0: 1} in told and len(told) <= 12 * MOST_FAMILIES


def test_two_parts_of_which_each_holds_few_that_the_other_does_not_tell_of_these() -> None:
    assert {0: 1} in list(told_by_subtraction("b", {"a": {0: 30}, "b": {0: 30}}, {0: 100}, lambda a, b: 29))
    # Counted at different times: who has joined since is told of.
    assert {0: 1} in list(told_by_subtraction("b", {"a": {0: 30}, "b": {0: 31}}, {0: 100}, lambda a, b: 31))


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=3, max_size=3))
def test_units_and_a_part_together_tell_no_small_group(cells: list[tuple[int, int]]) -> None:
    """What is shown of everyone and of a part at each unit, added and taken in every way, tells no small group."""
    everyone = {unit: sum(pair) for unit, pair in enumerate(cells, 1)}
    part = {unit: pair[0] for unit, pair in enumerate(cells, 1)}
    parents: dict[int, int | None] = {0: None, 1: 0, 2: 0, 3: 0}
    hidden = hidden_units(everyone, parents, minimum=MINIMUM)
    told = told_by_subtraction("part", {"part": part}, everyone, lambda a, b: 0)
    hidden_part = frozenset().union(*(hidden_units(each, parents, minimum=MINIMUM) for each in [part, *told]))
    shown = []  # by unit and whether in the part: 1 where the number counts the cell
    for unit in parents:
        at = [u for u in everyone if unit in (0, u)]
        if unit not in hidden:
            shown.append([u in at for u in everyone for _is_part in (True, False)])
        if unit not in hidden_part:
            shown.append([u in at and is_part for u in everyone for is_part in (True, False)])
    people = [n for pair in cells for n in pair]
    for signs in product((-1, 0, 1), repeat=len(shown)):
        times = [sum(map(mul, signs, column)) for column in zip(*shown, strict=True)]
        if set(times) <= {0, 1}:
            assert not 0 < sum(map(mul, times, people)) < MINIMUM, (signs, shown)


# --- columns of a tree, and a whole beside a part and its rest ---------------------------------
def told(known: Sequence[Sequence[int]], asked: Sequence[int]) -> bool:
    """Whether a sum of the unknown is told by those that are shown: whether it is one of their sums and differences."""
    rows = np.array(known, dtype=float).reshape(-1, len(asked))
    return bool(np.linalg.matrix_rank(np.vstack([rows, asked])) == np.linalg.matrix_rank(rows))


@st.composite
def columns(draw) -> tuple[dict[int, int | None], list[dict[int, dict[int, int]]]]:
    """A tree of units, and what a part of the customers and the rest of them have in each column."""
    parents: dict[int, int | None] = {1: None}
    for unit in range(2, draw(st.integers(1, 6)) + 1):
        parents[unit] = draw(st.integers(1, unit - 1))
    numbers = st.fixed_dictionaries({unit: st.sampled_from([0, 0, 1, 3, 4, 5, 6, 12, 30]) for unit in parents})
    places = range(draw(st.integers(1, 3)))
    return parents, [{place: draw(numbers) for place in places} for _part in range(2)]


def over_all(table: Mapping[int, Mapping[int, int]], parents: Mapping[int, int | None]) -> dict[int, dict[int, int]]:
    return {**table, ALL: {unit: sum(own[unit] for own in table.values()) for unit in parents}}


@pytest.mark.parametrize("has_part", [False, True])
@given(columns())
def test_no_sum_of_units_columns_and_parts_tells_of_few(has_part, found):
    parents, (part, rest) = found
    whole = {place: {unit: part[place][unit] + rest[place][unit] for unit in parents} for place in part}
    tables = [over_all(each, parents) for each in ([whole, part, rest] if has_part else [whole])]
    hidden = {(0, 1): hidden_in_columns(tables[:1], parents, minimum=5)}
    hidden[0,] = hidden_in_columns(tables, parents, minimum=5, hidden=hidden[0, 1])
    # The unknown: what was counted at each unit in each column, of the part and of the rest.
    unknown = list(product(range(2), part, parents))

    def inside(unit: int, above: int) -> bool:
        step: int | None = unit
        while step is not None and step != above:
            step = parents[step]
        return step == above

    def sum_of(which: Sequence[int], unit: int, column: int) -> list[int]:
        return [int(p in which and column in (c, ALL) and inside(u, unit)) for p, c, u in unknown]

    def value(row: Sequence[int]) -> int:
        numbers = [(part, rest)[p][c][u] for p, c, u in unknown]
        return sum(map(mul, row, numbers))

    known = []
    for which, unit, column in product([(0, 1), (0,)] if has_part else [(0, 1)], parents, [*part, ALL]):
        if (unit, column) not in hidden[which]:
            known.append(row := sum_of(which, unit, column))
            if not value(row):  # of nobody each is nobody
                known += [[int(place == n) for place in range(len(row))] for n, is_in in enumerate(row) if is_in]
    for which, unit, column in product([(0, 1), (0,), (1,)] if has_part else [(0, 1)], parents, [*part, ALL]):
        row = sum_of(which, unit, column)
        assert not (0 < value(row) < 5 and told(known, row)), (which, unit, column)


def test_where_nothing_is_of_few_nothing_is_hidden_and_a_small_column_takes_another_along():
    parents = {1: None, 2: 1, 3: 1}
    big = over_all({7: {1: 0, 2: 9, 3: 8}, 8: {1: 0, 2: 5, 3: 6}}, parents)
    assert hidden_in_columns([big], parents, minimum=5) == frozenset()
    small = over_all({7: {1: 0, 2: 9, 3: 8}, 8: {1: 0, 2: 5, 3: 2}}, parents)
    assert hidden_in_columns([small], parents, minimum=5) == {(2, 7), (2, 8), (3, 7), (3, 8)}


@given(st.lists(st.tuples(*[st.sampled_from([0, 0, 1, 3, 4, 5, 6, 12, 30])] * 2), max_size=6))
def test_a_part_beside_its_whole_tells_of_no_few(pairs):
    part = {key: n for key, (n, _rest) in enumerate(pairs)}
    rest = {key: n for key, (_part, n) in enumerate(pairs)}
    whole = {key: part[key] + rest[key] for key in part}
    hidden = hidden_together([whole, part, rest], minimum=5)
    for table in (whole, part, rest):
        assert all(not 0 < table[key] < 5 for key in table.keys() - hidden)
        left = [table[key] for key in hidden if table[key]]
        if sum(table.values()) >= 5 and any(n < 5 for n in left):
            assert len(left) >= 2 and sum(left) >= 5
