"""What is too small to show, and what would reveal it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxprogram.periods import parse
from cxprogram.suppression import hidden_units
from feedback import tallies
from tests import factories

ROOT, A, B, C = 1, 2, 3, 4
TREE = {ROOT: None, A: ROOT, B: ROOT, C: ROOT}


def test_nothing_is_hidden_where_every_unit_is_large_enough() -> None:
    assert hidden_units({A: 5, B: 900, C: 30}, TREE, minimum=5) == frozenset()


def test_a_small_unit_takes_the_next_smallest_with_it() -> None:
    assert hidden_units({A: 3, B: 900, C: 30}, TREE, minimum=5) == {A, C}


def test_what_was_said_at_the_whole_itself_is_a_part_too() -> None:
    assert hidden_units({ROOT: 2, A: 40, B: 50, C: 60}, TREE, minimum=5) == {A}


def test_a_whole_that_is_too_small_hides_everything_below() -> None:
    assert hidden_units({A: 2, B: 2}, TREE, minimum=5) == {ROOT, A, B, C}


def test_what_is_hidden_above_is_hidden_below() -> None:
    tree = {ROOT: None, A: ROOT, B: ROOT, C: A}
    assert hidden_units({C: 3, B: 40}, tree, minimum=5) == {A, B, C}


@given(st.dictionaries(st.sampled_from([A, B, C, ROOT]), st.integers(0, 20), min_size=1))
def test_no_subtraction_leaves_less_than_the_minimum(own: dict[int, int]) -> None:
    hidden = hidden_units(own, TREE, minimum=5)
    if ROOT in hidden:
        return
    visible = sum(n for unit, n in own.items() if unit != ROOT and unit not in hidden)
    rest = sum(own.values()) - visible
    assert rest == 0 or rest >= 5 or not hidden


@pytest.mark.django_db
def test_answers_that_are_not_folded_yet_are_protected_as_those_that_are() -> None:
    program = factories.make_program()
    units = factories.make_units(program)
    survey = factories.make_survey(program)
    year = parse(str(factories.NOON.year))

    def shown() -> set[str]:
        counts = tallies.count(program, ["NETPRO"], [year])
        return {code for code in "ABCG" if not counts.is_hidden("NETPRO", units[code], year, minimum=5)}

    for code, n in (("A", 40), ("B", 60), ("C", 3), ("G", 50)):
        factories.make_scores(survey, "NETPRO", {9: n}, unit=units[code])
    assert shown() == {"B", "G"}
    factories.fold(program)
    assert shown() == {"B", "G"}


@pytest.mark.django_db
def test_a_new_small_year_does_not_hide_the_years_before() -> None:
    program = factories.make_program()
    units = factories.make_units(program)
    survey = factories.make_survey(program)
    for code in "AB":
        factories.make_scores(survey, "NETPRO", {9: 40}, unit=units[code])
    factories.make_scores(survey, "NETPRO", {9: 2}, unit=units["A"], at=factories.NOON + timedelta(days=366))
    before, after = factories.NOON.year, factories.NOON.year + 1
    periods = [parse(str(before)), parse(str(after)), parse("all")]
    counts = tallies.count(program, ["NETPRO"], periods)
    hidden = [counts.is_hidden("NETPRO", units["A"], period, minimum=5) for period in periods]
    assert hidden == [False, True, False]
