"""What is too small to show, and what would reveal it."""

from hypothesis import given
from hypothesis import strategies as st

from cxprogram.suppression import hidden_in_tree

ROOT, A, B, C = 1, 2, 3, 4
TREE = {ROOT: None, A: ROOT, B: ROOT, C: ROOT}


def cells(**by_unit: int) -> dict[tuple[int, str], int]:
    names = {"root": ROOT, "a": A, "b": B, "c": C}
    return {(names[name], "2017-05"): n for name, n in by_unit.items()}


def test_nothing_is_hidden_where_every_unit_is_large_enough() -> None:
    assert hidden_in_tree(cells(a=5, b=900, c=30), TREE, minimum=5) == frozenset()


def test_a_small_unit_takes_the_next_smallest_with_it_in_every_period() -> None:
    hidden = hidden_in_tree(cells(a=3, b=900, c=30), TREE, minimum=5)
    assert hidden == {(unit, code) for unit in (A, C) for code in ("2017-05", "2017", "all")}


def test_what_was_said_at_the_whole_itself_is_a_part_too() -> None:
    hidden = hidden_in_tree(cells(root=2, a=40, b=50, c=60), TREE, minimum=5)
    assert (A, "2017") in hidden


def test_a_whole_that_is_too_small_hides_everything_below() -> None:
    hidden = hidden_in_tree(cells(a=2, b=2), TREE, minimum=5)
    assert {(ROOT, "2017"), (A, "2017"), (B, "2017")} <= hidden


def test_a_new_small_year_does_not_hide_the_years_before() -> None:
    own = {(A, "2017-05"): 300, (B, "2017-05"): 400, (C, "2017-05"): 500, (A, "2026-01"): 2}
    hidden = hidden_in_tree(own, TREE, minimum=5)
    assert {(ROOT, "2026"), (A, "2026")} <= hidden
    assert not any(code in ("2017", "2017-05", "all") for _unit, code in hidden)


def test_what_is_hidden_above_is_hidden_below() -> None:
    tree = {ROOT: None, A: ROOT, B: ROOT, C: A}
    hidden = hidden_in_tree({(C, "2017-05"): 3, (B, "2017-05"): 40}, tree, minimum=5)
    assert {(A, "2017"), (C, "2017"), (B, "2017")} <= hidden


@given(st.dictionaries(st.sampled_from([A, B, C, ROOT]), st.integers(0, 20), min_size=1))
def test_no_subtraction_within_a_period_leaves_less_than_the_minimum(counts: dict[int, int]) -> None:
    own = {(unit, "2017-05"): n for unit, n in counts.items() if n}
    hidden = hidden_in_tree(own, TREE, minimum=5)
    total = sum(counts.values())
    if (ROOT, "2017") in hidden:
        return
    visible = sum(n for unit, n in counts.items() if unit != ROOT and (unit, "2017") not in hidden)
    rest = total - visible
    assert rest == 0 or rest >= 5 or not any((unit, "2017") in hidden for unit in (A, B, C))
