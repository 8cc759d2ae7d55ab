from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.analytics.payout import (
    Component,
    Knot,
    PayoutError,
    composite,
    payout_amount,
    payout_share,
    round_money,
)


def knots(*pairs):
    return [Knot(Decimal(points), Decimal(payout)) for points, payout in pairs]


# SEC filing CIK 931058 (2010), exhibit 10.34, bonus table (expected/payout.json).
EBITDA = knots((80, 25), (100, 100), (110, 200))
REVENUE = knots((85, 0), (90, 50), (100, 100), (105, 150))
# SEC filing CIK 1377789, exhibit 10.23: anchors published, composite cases computed (expected/payout.json).
COMPOSITE_REVENUE = knots((90, 50), (100, 100), (120, 200))
COMPOSITE_INCOME = knots((80, 50), (100, 100), (125, 200))


@pytest.mark.parametrize(
    "points, payout",
    [
        *[(80, "0"), (82, "32.5"), (84, "40"), (86, "47.5"), (88, "55"), (90, "62.5"), (92, "70")],
        *[(94, "77.5"), (96, "85"), (98, "92.5"), (100, "100"), (101, "110"), (102, "120"), (103, "130")],
        *[(104, "140")],
        *[(105, "150"), (106, "160"), (107, "170"), (108, "180"), (109, "190"), (110, "200"), (115, "200")],
        *[(79, "0"), (0, "0")],
    ],
)
def test_the_published_ebitda_table_is_paid(points, payout):
    assert payout_share(points, EBITDA, strict_gate=True, cap=200) == Decimal(payout)


@pytest.mark.parametrize(
    "points, payout",
    [
        *[(85, 0), (86, 10), (87, 20), (88, 30), (89, 40), (90, 50), (92, 60), (94, 70), (96, 80), (98, 90)],
        *[(100, 100), (101, 110), (102, 120), (103, 130), (104, 140), (105, 150), (106, 150), (84, 0)],
    ],
)
def test_the_published_revenue_table_is_paid(points, payout):
    assert payout_share(points, REVENUE, strict_gate=False) == payout


@pytest.mark.parametrize(
    "revenue, income, revenue_payout, income_payout, expected",
    [
        ("100", "100", 100, 100, 100),
        ("95", "110", 75, 140, 101),
        ("89.99", "130", 0, 200, 80),
        ("90", "80", 50, 50, 50),
        ("120", "125", 200, 200, 200),
        ("110", "79.9", 150, 0, 90),
        ("104", "96", 120, 90, 108),
    ],
)
def test_the_published_composite_is_paid(revenue, income, revenue_payout, income_payout, expected):
    paid = [
        payout_share(Decimal(revenue), COMPOSITE_REVENUE, strict_gate=False, cap=200),
        payout_share(Decimal(income), COMPOSITE_INCOME, strict_gate=False, cap=200),
    ]
    assert paid == [revenue_payout, income_payout]
    weights = [Decimal("0.6"), Decimal("0.4")]
    assert composite([Component(*pair) for pair in zip(weights, paid, strict=True)]) == expected


def test_the_gate_decides_exactly_on_the_threshold():
    assert payout_share(80, EBITDA, strict_gate=False) == 25
    assert payout_share(80, EBITDA, strict_gate=True) == 0
    assert payout_share(Decimal("80.0001"), EBITDA, strict_gate=True) > 25


def test_a_negative_score_and_a_zero_target_are_paid_by_points():
    scheme = knots((-20, 0), (0, 100), (10, 150))
    assert payout_share(-5, scheme, strict_gate=False) == 75
    assert payout_share(0, scheme, strict_gate=False) == 100


def test_a_cap_limits_and_never_adds():
    assert payout_share(110, EBITDA, strict_gate=True, cap=120) == 120
    assert payout_share(110, EBITDA, strict_gate=True, cap=999) == 200


def test_a_gate_over_all_goals_multiplies():
    goals = [Component(Decimal("0.5"), Decimal(100)), Component(Decimal("0.5"), Decimal(50))]
    assert composite(goals, multiplier=Decimal("0.8")) == 60
    assert composite(goals, multiplier=0) == 0


@pytest.mark.parametrize(
    "amount, rounded",
    [
        *[("0.125", "0.13"), ("0.135", "0.14"), ("2.675", "2.68"), ("2.674999", "2.67")],
        *[("-0.125", "-0.13"), ("3", "3.00")],
    ],
)
def test_money_is_rounded_half_up(amount, rounded):
    assert str(round_money(Decimal(amount))) == rounded


def test_money_is_rounded_once_at_the_end():
    # Two thirds of the way: a share rounded to .67 would pay 670 000.00.
    share = payout_share(2, knots((0, 0), (3, 1)), strict_gate=False)
    assert str(payout_amount(1_000_000, share)) == "666666.67"
    assert str(payout_amount(1_000_000, share, places=0)) == "666667"


def test_the_callers_context_does_not_decide_what_is_paid():
    with localcontext(prec=3):
        payout = payout_share(Decimal("86.7351"), EBITDA, strict_gate=True)
        assert payout == Decimal("50.256625")
        goals = [Component(Decimal("0.333333"), payout), Component(Decimal("0.666667"), payout)]
        assert composite(goals) == payout
        assert payout_amount(Decimal("123456.78"), payout) == Decimal("6204521.10")


@pytest.mark.parametrize(
    "bad",
    [
        [],
        knots((80, 25)),
        knots((80, 25), (80, 30)),
        knots((90, 25), (80, 30)),
        knots((80, 30), (90, 25)),
        knots((80, -1), (90, 25)),
    ],
)
def test_a_broken_payout_line_is_refused(bad):
    with pytest.raises(PayoutError) as caught:
        payout_share(100, bad, strict_gate=False)
    assert caught.value.code == "payout-knots"


@pytest.mark.parametrize("weights", [[], ["0.5"], ["0.6", "0.5"], ["1.5", "-0.5"], ["1", "0"]])
def test_weights_must_sum_to_one(weights):
    with pytest.raises(PayoutError) as caught:
        composite([Component(Decimal(weight), Decimal(100)) for weight in weights])
    assert caught.value.code == "payout-weights"


@pytest.mark.parametrize(
    "pay",
    [
        lambda: payout_share(89.99, EBITDA, strict_gate=True),
        lambda: payout_share(Decimal("nan"), EBITDA, strict_gate=True),
        lambda: payout_share(90, [Knot(80.0, Decimal(0)), Knot(Decimal(90), Decimal(1))], strict_gate=True),
        lambda: payout_share(90, EBITDA, strict_gate=True, cap=200.0),
        lambda: composite([Component(1.0, Decimal(100))]),
        lambda: composite([Component(Decimal(1), 100.0)]),
        lambda: round_money(0.125),
    ],
)
def test_binary_floats_are_refused(pay):
    with pytest.raises(PayoutError) as caught:
        pay()
    assert caught.value.code == "payout-not-exact"


scores = st.decimals(-100, 100, places=4)


@given(scores, scores)
def test_a_better_score_never_pays_less(a, b):
    scheme = knots((-20, 10), (0, 100), (30, 200))
    low, high = sorted([a, b])
    for strict in (False, True):
        paid = [payout_share(points, scheme, strict_gate=strict, cap=180) for points in (low, high)]
        assert 0 <= paid[0] <= paid[1] <= 180
