import pytest
from hypothesis import given

from cxprogram.stats.tally import Tally
from tests.cxprogram.stats.strategies import answers, tally_of
from tests.cxprogram.stats.tables import SFO_2017_OVERALL, raked


def test_effective_n_and_deff_match_the_reference_of_sfo_2017():
    # expected/sfo.json, 2017.
    assert SFO_2017_OVERALL.total == 2688
    assert SFO_2017_OVERALL.effective_n == pytest.approx(2223.2618985489676, rel=1e-12)
    assert SFO_2017_OVERALL.kish_deff == pytest.approx(1.2090343480245616, rel=1e-12)


def test_effective_n_and_deff_match_r_survey():
    # expected/weighting.json, weighted_nps (R survey 4.1-1).
    assert raked().effective_n == pytest.approx(358.296651252, rel=1e-6)
    assert raked().kish_deff == pytest.approx(2.7909833835, rel=1e-6)


def test_counts_weigh_one_each():
    tally = Tally.from_counts({4: 3, 5: 1})
    assert (tally.weight, tally.weight_sq) == ({4: 3.0, 5: 1.0}, {4: 3.0, 5: 1.0})
    assert (tally.effective_n, tally.kish_deff) == (4.0, 1.0)


def test_adding_merges_codes():
    assert Tally.from_counts({1: 2, 3: 1}) + Tally.from_counts({3: 4}) == Tally.from_counts({1: 2, 3: 5})


def test_adding_something_else_is_refused():
    with pytest.raises(TypeError):
        Tally.from_counts({1: 1}) + 1


def test_an_empty_tally_has_no_deff():
    tally = Tally.from_counts({})
    assert (tally.total, tally.effective_n, tally.kish_deff) == (0, 0.0, None)


def test_a_tally_does_not_follow_its_callers_dict():
    counts = {1: 2}
    tally = Tally.from_counts(counts)
    counts[1] = 99
    assert tally.total == 2


@pytest.mark.parametrize(
    "n, weight, weight_sq, error",
    [
        ({1: 1}, {2: 1.0}, {1: 1.0}, ValueError),
        ({1: -1}, {1: 1.0}, {1: 1.0}, ValueError),
        ({1: 1}, {1: float("nan")}, {1: 1.0}, ValueError),
        ({1: 1}, {1: float("inf")}, {1: 1.0}, ValueError),
        ({1: 1}, {1: 1.0}, {1: 0.0}, ValueError),
        ({1: 1}, {1: 0.0}, {1: 1.0}, ValueError),
        ({1: 0}, {1: 1.0}, {1: 1.0}, ValueError),
        ({1: 1.5}, {1: 1.0}, {1: 1.0}, TypeError),
        ({1.5: 1}, {1.5: 1.0}, {1.5: 1.0}, TypeError),
    ],
)
def test_impossible_tallies_are_refused(n, weight, weight_sq, error):
    with pytest.raises(error):
        Tally(n=n, weight=weight, weight_sq=weight_sq)


@given(answers())
def test_order_of_answers_does_not_matter(rows):
    assert tally_of(rows) == tally_of(rows[::-1])


@given(answers())
def test_effective_n_lies_between_one_and_n(rows):
    tally = tally_of(rows)
    assert 1 - 1e-9 <= tally.effective_n <= tally.total + 1e-9
