import pytest

from journeys.analytics.rollup import Part, Rollup, roll_up


def test_a_journey_is_the_mean_of_its_measured_touchpoints_each_counted_once() -> None:
    assert roll_up({1: [Part(4.0), Part(3.0), Part(None)]}) == {1: Rollup(3.5, 2)}


def test_what_is_not_measured_itself_counts_with_the_journey_that_it_opens_into() -> None:
    found = roll_up({1: [Part(None, opens=2), Part(5.0, opens=3)], 2: [Part(2.0), Part(4.0)], 3: [Part(1.0)]})
    assert found == {1: Rollup(4.0, 2), 2: Rollup(3.0, 2), 3: Rollup(1.0, 1)}


def test_it_goes_as_deep_as_the_journeys_do() -> None:
    assert roll_up({1: [Part(None, opens=2)], 2: [Part(None, opens=3)], 3: [Part(4.5)]})[1] == Rollup(4.5, 1)


@pytest.mark.parametrize("journeys", [{1: []}, {1: [Part(None)]}, {1: [Part(None, opens=9)]}])
def test_nothing_measured_has_no_rating(journeys: dict[int, list[Part]]) -> None:
    assert roll_up(journeys)[1] == Rollup(None, 0)


def test_a_journey_inside_of_itself_does_not_count_and_does_not_hang() -> None:
    found = roll_up({1: [Part(None, opens=2), Part(4.0)], 2: [Part(None, opens=1), Part(2.0)]})
    assert found[1] == Rollup(3.0, 2)
