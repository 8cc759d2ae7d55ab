from math import sqrt

import pytest
from hypothesis import given

from cxprogram.stats.nps import nps, nps_difference
from cxprogram.stats.tally import ScaleError, Tally
from tests.cxprogram.stats.strategies import answers, tally_of
from tests.cxprogram.stats.tables import RAKED_CELLS, SFO_2017_NETPRO, raked


def classes(promoters, passives, detractors):
    return Tally.from_counts({10: promoters, 7: passives, 0: detractors})


def test_sfo_2017_matches_the_reference():
    # expected/sfo.json, 2017: nps.
    estimate = nps(SFO_2017_NETPRO)
    assert (estimate.n, estimate.n_eff, estimate.kish_deff) == (2746, 2746, 1)
    assert estimate.method == "adjusted-wald"
    assert estimate.value == pytest.approx(39.83976693372178, abs=1e-12)
    assert estimate.low == pytest.approx(37.18236071697378, abs=1e-9)
    assert estimate.high == pytest.approx(42.4102184027061, abs=1e-9)
    assert nps(SFO_2017_NETPRO, weighted=True).value == pytest.approx(40.398435511707554, abs=1e-9)


@pytest.mark.parametrize(
    "promoters, passives, detractors, value, se, low, high",
    [
        # expected/nps_tests.json (R NPS 1.1): nps_all and nps_by_bu, times 100.
        (462, 176, 362, 10.0, 2.8530685235, 4.389666925, 15.550512537),
        (120, 47, 83, 14.8, 5.6217292713, 3.6937265416, 25.555285316),
        (110, 49, 91, 7.6, 5.6505716525, -3.4752328992, 18.494995745),
        (115, 44, 91, 9.6, 5.7088843043, -1.6117369917, 20.584069008),
        (117, 36, 97, 8.0, 5.8295797447, -3.4254437508, 19.235720431),
    ],
)
def test_adjusted_wald_matches_r(promoters, passives, detractors, value, se, low, high):
    estimate = nps(classes(promoters, passives, detractors))
    assert estimate.value == pytest.approx(value, abs=1e-9)
    assert (estimate.se, estimate.low, estimate.high) == pytest.approx((se, low, high), abs=1e-6)


def test_raked_nps_matches_r_survey():
    # expected/weighting.json, weighted_nps: rake_region_bu and w_only_se (R survey 4.1-1).
    estimate = nps(raked(), weighted=True)
    assert estimate.method == "linearised"
    assert estimate.value == pytest.approx(16.1759012776, abs=1e-6)
    assert estimate.se == pytest.approx(4.568717504, rel=1e-6)
    assert estimate.n_eff == pytest.approx(358.296651252, rel=1e-6)
    assert estimate.high - estimate.low == pytest.approx(2 * 1.959963984540054 * estimate.se)


def test_poststratified_nps_matches_r_survey():
    # expected/weighting.json, weighted_nps: poststrat_region and poststrat_weights.
    weights = {"APAC": 374.1007194245, "EMEA": 119.6911196911, "LATAM": 115.7894736842, "NAM": 11.8343195266}
    tally = Tally.from_cells(
        (code, count, count * weights[region], count * weights[region] ** 2)
        for (region, _), (counts, _) in RAKED_CELLS.items()
        for code, count in enumerate(counts)
    )
    assert nps(tally, weighted=True).value == pytest.approx(14.0663367054, abs=1e-6)


def test_equal_weights_give_rs_unweighted_design_error():
    # expected/weighting.json, weighted_nps: unweighted.
    estimate = nps(classes(462, 176, 362), weighted=True)
    assert (estimate.value, estimate.se) == pytest.approx((10.0, 2.8544961286), abs=1e-6)


def test_difference_matches_r_and_keeps_its_sign():
    # expected/nps_tests.json, nps_2s_hand: Apples against Oranges.
    apples, oranges = classes(120, 47, 83), classes(110, 49, 91)
    there, back = nps_difference(apples, oranges), nps_difference(oranges, apples)
    assert there.delta == pytest.approx(7.2, abs=1e-9)
    assert there.statistic == pytest.approx(0.90330309549, abs=1e-6)
    assert (there.low, there.high) == pytest.approx((-8.4223760985, 22.822376099), abs=1e-6)
    assert there.p == back.p == pytest.approx(0.36636505411, abs=1e-6)
    assert (back.delta, back.statistic) == (-there.delta, -there.statistic)
    assert there.df is None


def test_weighted_difference_matches_r_survey():
    # expected/weighting.json, weighted_nps: diff_apples_oranges (Oranges minus Apples there).
    difference = nps_difference(raked("Apples"), raked("Oranges"), weighted=True)
    assert difference.delta == pytest.approx(11.90099961, abs=1e-6)
    first, second = (nps(raked(unit), weighted=True).se for unit in ("Apples", "Oranges"))
    assert difference.statistic == pytest.approx(11.90099961 / sqrt(first**2 + second**2), rel=1e-6)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(
    "other, delta, z",
    [
        # By hand: variance of all answers p + d − (p − d)², times 1/n₁ + 1/n₂.
        (classes(0, 0, 1), 200, 2 / sqrt(1 * 2)),
        (classes(1, 1, 1), 100, 1 / sqrt((2 / 4 + 1 / 4 - (1 / 4) ** 2) * (1 + 1 / 3))),
        (classes(9, 0, 0), 0, 0),
    ],
)
def test_one_answer_does_not_prove_a_difference(other, delta, z, weighted):
    difference = nps_difference(classes(1, 0, 0), other, weighted=weighted)
    assert (difference.delta, difference.statistic) == pytest.approx((delta, z))
    assert difference.p > 0.05
    assert difference.low < 0 < difference.high


@pytest.mark.parametrize("weighted", [False, True])
def test_one_answer_has_a_finite_interval(weighted):
    # By hand: shares (1.75, .75)/4, centre 25, variance .5625, standard error √(.5625/4) = 37.5 points.
    estimate = nps(Tally.from_counts({9: 1}), weighted=weighted)
    assert (estimate.value, estimate.n, estimate.se) == (100.0, 1, 0.0)
    assert (estimate.low, estimate.high) == pytest.approx((-48.49864942, 98.49864942), abs=1e-6)


@pytest.mark.parametrize("weighted", [False, True])
def test_no_answers_give_no_score(weighted):
    estimate = nps(Tally.from_counts({}), weighted=weighted)
    assert (estimate.value, estimate.low, estimate.high, estimate.se, estimate.kish_deff) == (None,) * 5
    assert (estimate.n, estimate.n_eff) == (0, 0)
    assert nps_difference(Tally.from_counts({}), classes(1, 1, 1), weighted=weighted).delta is None


def test_answers_without_weight_give_no_weighted_score():
    tally = Tally(n={9: 4}, weight={9: 0.0}, weight_sq={9: 0.0})
    assert (nps(tally, weighted=True).value, nps(tally, weighted=True).n) == (None, 4)
    assert nps(tally).value == 100


@pytest.mark.parametrize("code", [-1, 11])
def test_another_scale_is_refused(code):
    stranger = Tally.from_counts({9: 3, code: 1})
    with pytest.raises(ScaleError) as caught:
        nps(stranger)
    assert caught.value.code == "kpi-scale-mismatch"
    for pair in ((stranger, classes(1, 1, 1)), (classes(1, 1, 1), stranger)):
        with pytest.raises(ScaleError):
            nps_difference(*pair)


def test_every_code_counts_in_its_class():
    assert [nps(Tally.from_counts({code: 1})).value for code in range(11)] == [-100.0] * 7 + [0, 0, 100, 100]


@given(answers())
def test_score_and_interval_stay_within_100_points(rows):
    for weighted in (False, True):
        estimate = nps(tally_of(rows), weighted=weighted)
        assert -100 <= estimate.value <= 100
        assert -100 <= estimate.low < estimate.high <= 100


@given(answers(min_size=2))
def test_the_interval_holds_the_score(rows):
    estimate = nps(tally_of(rows))
    assert estimate.low <= estimate.value <= estimate.high


@given(answers())
def test_doubling_the_answers_keeps_the_score(rows):
    tally = tally_of(rows)
    for weighted in (False, True):
        once, twice = nps(tally, weighted=weighted), nps(tally + tally, weighted=weighted)
        assert twice.value == pytest.approx(once.value, abs=1e-9)
        assert twice.se <= once.se + 1e-9


@given(answers())
def test_order_of_answers_does_not_matter(rows):
    for weighted in (False, True):
        assert nps(tally_of(rows), weighted=weighted) == nps(tally_of(rows[::-1]), weighted=weighted)


@given(answers(9, 10), answers(9, 10))
def test_promoters_only_do_not_differ_whatever_they_weigh(first, second):
    difference = nps_difference(tally_of(first), tally_of(second), weighted=True)
    assert (difference.delta, difference.statistic, difference.p) == (0, 0, 1)
    assert difference.low < -0.1
    assert difference.high > 0.1


@given(answers(), answers())
def test_swapping_sides_turns_the_sign(first, second):
    there = nps_difference(tally_of(first), tally_of(second))
    back = nps_difference(tally_of(second), tally_of(first))
    assert (there.delta, there.low, there.high) == pytest.approx((-back.delta, -back.high, -back.low))
    assert 0 <= there.p <= 1
