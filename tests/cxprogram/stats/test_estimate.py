import pytest

from cxprogram.stats.estimate import Estimate, verdict


def between(low, high):
    return Estimate(value=None, low=low, high=high, n=9, n_eff=9.0, kish_deff=1.0, method="t", se=None)


@pytest.mark.parametrize(
    "low, high, target, higher_is_better, expected",
    [
        (40, 44, 39, True, "reached"),
        (40, 44, 40, True, "reached"),
        (40, 44, 41, True, "too_close"),
        (40, 44, 44, True, "too_close"),
        (40, 44, 45, True, "not_reached"),
        (40, 44, 45, False, "reached"),
        (40, 44, 44, False, "reached"),
        (40, 44, 41, False, "too_close"),
        (40, 44, 40, False, "too_close"),
        (40, 44, 39, False, "not_reached"),
        (-5, -1, 0, True, "not_reached"),
        (5, 5, 5, True, "reached"),
        (None, None, 40, True, "too_close"),
    ],
)
def test_only_an_interval_on_one_side_is_judged(low, high, target, higher_is_better, expected):
    assert verdict(between(low, high), target, higher_is_better=higher_is_better) == expected
