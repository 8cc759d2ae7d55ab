import pytest
from hypothesis import given

from cxprogram.stats.proportions import share, share_difference, top_boxes
from cxprogram.stats.tally import ScaleError, Tally
from tests.cxprogram.stats.strategies import answers, tally_of
from tests.cxprogram.stats.tables import SFO_2017_OVERALL, TASTINESS, raked


def of(hits, n):
    return Tally.from_counts({1: hits, 0: n - hits})


def test_wilson_matches_r():
    # expected/nps_tests.json, topbox: answers of 8 and more.
    estimate = share(TASTINESS, {8, 9, 10})
    assert (estimate.value, estimate.n, estimate.method) == (0.228, 1000, "wilson")
    assert (estimate.low, estimate.high) == pytest.approx((0.20306677295, 0.25501498367), abs=1e-9)
    assert top_boxes(TASTINESS, range(11), k=3) == estimate


def test_sfo_2017_matches_the_reference():
    # expected/sfo.json, 2017.
    assert top_boxes(SFO_2017_OVERALL, range(1, 6)).value == pytest.approx(0.8206845238095238, abs=1e-12)
    weighted = top_boxes(SFO_2017_OVERALL, range(1, 6), weighted=True)
    assert weighted.value == pytest.approx(0.8227930648505833, abs=1e-9)
    assert (weighted.n, weighted.method) == (2688, "wilson-n-eff")
    assert weighted.n_eff == pytest.approx(2223.2618985489676, abs=1e-6)


def test_weighted_interval_is_wilson_on_the_effective_n():
    estimate = top_boxes(raked(), range(11), k=3, weighted=True)
    # expected/weighting.json, weighted_nps: top3 (R survey 4.1-1).
    assert estimate.value == pytest.approx(0.62365787088, abs=1e-9)
    p, n, z2 = estimate.value, 358.296651252, 1.959963984540054**2
    assert estimate.low < p < estimate.high
    for end in (estimate.low, estimate.high):
        # Wilson's ends solve (p − end)² = z²·end·(1 − end)/n.
        assert (p - end) ** 2 == pytest.approx(z2 * end * (1 - end) / n, rel=1e-6)


@pytest.mark.parametrize(
    "hits_a, n_a, hits_b, n_b, chi_square, p, low, high",
    [
        # expected/nps_tests.json, prop2 and ab_props (R prop.test without correction).
        (120, 250, 110, 250, 0.80515297907, 0.36955716537, -0.047300941004, 0.127300941),
        (1350, 2000, 1290, 2000, 4.0106951872, 0.045212504812, 0.00065448873969, 0.05934551126),
    ],
)
def test_difference_matches_r(hits_a, n_a, hits_b, n_b, chi_square, p, low, high):
    for weighted in (False, True):
        there = share_difference(of(hits_a, n_a), of(hits_b, n_b), {1}, weighted=weighted)
        assert there.statistic**2 == pytest.approx(chi_square, abs=1e-9)
        assert there.statistic > 0
        assert there.p == pytest.approx(p, abs=1e-9)
        assert (there.low, there.high) == pytest.approx((low, high), abs=1e-9)
    back = share_difference(of(hits_b, n_b), of(hits_a, n_a), {1})
    assert (back.delta, back.statistic) == (-there.delta, -there.statistic)


@pytest.mark.parametrize("hits", [0, 7])
def test_none_or_all_keep_an_interval(hits):
    estimate = share(of(hits, 7), {1})
    assert estimate.value == hits / 7
    # Wilson at 0 of n: the upper end is z²/(n + z²).
    width = 1.959963984540054**2 / (7 + 1.959963984540054**2)
    assert (estimate.low, estimate.high) == pytest.approx((0, width) if hits == 0 else (1 - width, 1))


def test_equal_extremes_do_not_differ():
    for hits in (0, 5):
        difference = share_difference(of(hits, 5), of(hits, 5), {1})
        assert (difference.delta, difference.statistic, difference.p) == (0, 0, 1)
        assert difference.low < 0 < difference.high


def test_one_answer_does_not_prove_a_difference():
    for other in (of(600, 1000), of(0, 1)):
        difference = share_difference(of(1, 1), other, {1})
        assert difference.p > 0.05
        assert difference.low < 0


@pytest.mark.parametrize("weighted", [False, True])
def test_no_answers_give_no_share(weighted):
    estimate = share(Tally.from_counts({}), {1}, weighted=weighted)
    assert (estimate.value, estimate.n, estimate.low) == (None, 0, None)
    assert share_difference(Tally.from_counts({}), of(1, 2), {1}, weighted=weighted).delta is None


def test_top_boxes_are_the_scales_own_ends():
    # Nobody gave a 5: the top two boxes are still 4 and 5.
    tally = Tally.from_counts({2: 1, 3: 2, 4: 1})
    assert top_boxes(tally, range(1, 6)).value == 0.25
    assert top_boxes(tally, range(1, 6), k=1).value == 0
    # Effort: low is good.
    assert top_boxes(tally, range(1, 6), higher_is_better=False).value == 0.25


@pytest.mark.parametrize("counts, k", [({6: 1}, 2), ({0: 1}, 2), ({3: 1}, 0), ({3: 1}, 5)])
def test_another_scale_is_refused(counts, k):
    with pytest.raises(ScaleError) as caught:
        top_boxes(Tally.from_counts(counts), range(1, 6), k)
    assert caught.value.code == "kpi-scale-mismatch"


@given(answers(1, 5))
def test_share_and_interval_stay_between_zero_and_one(rows):
    for weighted in (False, True):
        estimate = share(tally_of(rows), {4, 5}, weighted=weighted)
        assert 0 <= estimate.low <= estimate.value + 1e-12
        assert estimate.value - 1e-12 <= estimate.high <= 1 + 1e-12
        assert estimate.low < estimate.high


@given(answers(1, 5))
def test_a_share_and_its_rest_add_up_to_one(rows):
    tally = tally_of(rows)
    for weighted in (False, True):
        parts = [share(tally, codes, weighted=weighted).value for codes in ({4, 5}, {1, 2, 3})]
        assert sum(parts) == pytest.approx(1)
        assert share(tally + tally, {4, 5}, weighted=weighted).value == pytest.approx(parts[0])
