"""Leaving after low and after high scores, worked by hand."""

import pytest

from journeys.analytics.leaving import Outcomes, leaving


def test_more_leave_after_a_low_score() -> None:
    # pooled share .3: z = .2/√(.3 × .7 × 2/100) = 3.0861, p = .002028; unpooled se √(.24/100 + .16/100) = .063246
    # the second: pooled .29, z = .02/√(.29 × .71 × 2/100) = .31166, p = .755302; of two, the first is doubled
    found = leaving({"desk": Outcomes(100, 40, 100, 20), "food": Outcomes(100, 30, 100, 28)})
    desk, food = found["desk"], found["food"]
    assert (desk.difference, desk.low, desk.high) == pytest.approx((0.2, 0.076041, 0.323959), abs=1e-6)
    assert desk.p_adjusted == pytest.approx(2 * 0.0020282, abs=1e-6)
    assert food.p_adjusted == pytest.approx(0.755302, abs=1e-5)
    assert (desk.is_marked, food.is_marked) == (True, False)


def test_more_who_leave_after_a_high_score_propose_nothing() -> None:
    found = leaving({"desk": Outcomes(100, 20, 100, 40)})["desk"]
    assert found.p_adjusted < 0.05
    assert not found.is_marked


def test_what_survives_alone_may_not_survive_among_many() -> None:
    single, same = Outcomes(100, 34, 100, 21), Outcomes(100, 20, 100, 20)
    assert leaving({"desk": single})["desk"].is_marked
    assert not leaving({"desk": single} | dict.fromkeys(range(5), same))["desk"].is_marked


@pytest.mark.parametrize(
    "few", [Outcomes(4, 0, 100, 20), Outcomes(100, 2, 100, 20), Outcomes(100, 97, 100, 20), Outcomes(0, 0, 0, 0)]
)
def test_few_are_not_compared(few: Outcomes) -> None:
    assert leaving({"desk": few}, minimum=5) == {}


def test_nobody_is_not_few() -> None:
    assert leaving({"desk": Outcomes(100, 40, 100, 0)}, minimum=5)["desk"].is_marked
