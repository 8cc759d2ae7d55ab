from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxprogram.suppression import hidden_cells, told_by_subtraction

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


def test_of_many_parts_beside_one_another_as_many_tables_are_told_as_there_are_parts() -> None:
    parts = {number: {0: 5} for number in range(200)}
    told = list(told_by_subtraction(199, parts, {0: 1_000}, lambda a, b: 0))
    assert len(told) == 1 + 199 + 1 and told[0] == {0: 0}
