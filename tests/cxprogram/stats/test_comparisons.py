import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxprogram.stats.comparisons import benjamini_hochberg, holm

# Benjamini and Hochberg (1995), section 4; adjusted by R p.adjust (expected/nps_tests.json, bh1995).
P = [
    *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324),
    *(0.4262, 0.5719, 0.6528, 0.759, 1),
]
BH = [
    *(0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.063857142857, 0.063857142857, 0.0645, 0.0765, 0.486),
    *(0.58118181818, 0.714875, 0.75323076923, 0.81321428571, 1),
]
HOLM = [0.0015, 0.0056, 0.0247, 0.114, 0.2211, 0.278, 0.278, 0.278, 0.3213, 1, 1, 1, 1, 1, 1]


@pytest.mark.parametrize("adjust, expected, rejected", [(benjamini_hochberg, BH, 4), (holm, HOLM, 3)])
def test_the_paper_of_1995_is_reproduced(adjust, expected, rejected):
    assert adjust(P) == pytest.approx(expected, abs=1e-9)
    assert np.sum(adjust(P) <= 0.05) == rejected


@pytest.mark.parametrize("adjust", [benjamini_hochberg, holm])
def test_order_is_kept(adjust):
    shuffle = np.random.default_rng(7).permutation(len(P))
    assert adjust(np.array(P)[shuffle]) == pytest.approx(adjust(P)[shuffle])


@pytest.mark.parametrize("adjust", [benjamini_hochberg, holm])
def test_comparisons_without_a_test_are_no_members_of_the_family(adjust):
    adjusted = adjust([0.01, None, 0.04, float("nan")])
    assert np.isnan(adjusted).tolist() == [False, True, False, True]
    assert adjusted[[0, 2]] == pytest.approx(adjust([0.01, 0.04]))


@pytest.mark.parametrize("adjust", [benjamini_hochberg, holm])
def test_an_empty_family_stays_empty(adjust):
    assert adjust([]).shape == (0,)
    assert np.isnan(adjust([None])).all()


@pytest.mark.parametrize("adjust", [benjamini_hochberg, holm])
@pytest.mark.parametrize("wrong", [[-0.1], [1.1], [[0.1, 0.2]]])
def test_what_is_no_p_value_is_refused(adjust, wrong):
    with pytest.raises(ValueError):
        adjust(wrong)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_adjusting_never_lowers_a_p_value_and_holm_is_the_stricter(p):
    discovery, strict = benjamini_hochberg(p), holm(p)
    assert np.all(discovery >= np.array(p) - 1e-12)
    assert np.all(strict >= discovery - 1e-12)
    assert np.all(strict <= 1)
