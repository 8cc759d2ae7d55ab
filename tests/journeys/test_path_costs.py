"""What goes with leaving the map: which answers rate a run, and how few are never told of."""

from datetime import timedelta

import pytest

from cxprogram.choices import Role
from journeys.models import Customer, Journey
from journeys.services.customers import CustomerFacts
from tests import factories
from tests.api_client import Api
from tests.factories import House
from tests.journeys.test_path_pages import START, journey, owner, study, walk

__all__ = ["journey"]
FICTITIOUS = "The customers are fictitious: no person stands behind them."


def rate(survey, ratings: dict[int, int], *, question: str = "Q7ALL") -> None:
    """By the number of the walker, the day after the run began."""
    for number, rating in ratings.items():
        customer = CustomerFacts("test", f"walker-{number}")
        at = START + timedelta(days=1)
        factories.make_response(survey, {question: rating}, customer=customer, answered_at=at)


def costs_of(page) -> dict[tuple[str, ...], tuple[str, ...]]:
    return {row[:2]: row[2:] for row in page.context["costs"].rows}


def test_answers_tell_what_a_deviation_costs(house: House, journey: Journey) -> None:
    walk(house.program, *["abc"] * 6, *["ac"] * 6)
    for number in range(12):
        customer = CustomerFacts("test", f"walker-{number}")
        rating = 5 - number % 2 if number < 6 else 1 + number % 2
        factories.make_response(
            house.survey, {"Q7ALL": rating}, customer=customer, answered_at=START + timedelta(days=1)
        )
    # Before the run, and long after it: not of this run.
    for days in (-1, 45):
        factories.make_response(house.survey, {"Q7ALL": 5}, customer=customer, answered_at=START + timedelta(days=days))
    found = study(journey)
    (cost,) = found.costs
    assert found.rated == 12
    assert (cost.rated_with, cost.rated_without, cost.difference) == (6, 6, pytest.approx(-3.0))
    assert cost.is_marked


def test_the_page_tells_difference_interval_and_n_in_this_order(house: House, journey: Journey) -> None:
    walk(house.program, *["abc"] * 6, *["ac"] * 6)
    rate(house.survey, {number: 5 - number % 2 if number < 6 else 1 + number % 2 for number in range(12)})
    page = owner(house).get("/paths/", {"journey": "walk"})
    assert costs_of(page) == {("B", "left out"): ("−3.00", "−3.70 to −2.30", "6", "yes", "6", "50.0\xa0%")}
    html = page.content.decode()
    assert "12 journeys were rated." in html
    assert "The rating is that of the KPI: Mean." in html
    assert page.context["lead"] == "Rated lowest of all deviations: B, left out."


def test_a_kpi_of_the_journey_rates_its_runs_before_that_of_the_whole(house: House, journey: Journey) -> None:
    walk(house.program, *["abc"] * 6, *["ac"] * 6)
    rate(house.survey, dict.fromkeys(range(12), 5))
    factories.make_kpi(house.program, "other", collector="mean", question_code="WAY")  # of no journey
    factories.make_kpi(house.program, "part", collector="mean", question_code="WAY", journey=journey,
                       touchpoint=journey.stages.first().touchpoints.first())  # fmt: skip
    factories.make_kpi(house.program, "effort", collector="mean", question_code="WAY", journey=journey,
                       higher_is_better=False)  # fmt: skip
    own = factories.make_survey(house.program, "way", questions=["WAY"], has_rules=False)
    rate(own, {number: 4 - 2 * (number > 5) for number in range(12)}, question="WAY")
    assert study(journey).rated_by == house.kpis["mean"]
    kpi = factories.make_kpi(house.program, "way", collector="mean", question_code="WAY", journey=journey)
    found = study(journey)
    assert (found.rated_by, found.costs[0].difference) == (kpi, pytest.approx(-2.0))
    told = Api(house.people[Role.OWNER], house.program).get("paths/", journey="walk").json()
    assert (told["rated_by"], [each["rated"] for each in told["deviations"]]) == ("way", [6])


def test_a_kpi_that_nobody_answered_yet_rates_no_run(house: House, journey: Journey) -> None:
    walk(house.program, *["abc"] * 6, *["ac"] * 6)
    factories.make_kpi(house.program, "way", collector="mean", question_code="WAY", journey=journey)
    assert study(journey).rated_by is None
    rate(house.survey, dict.fromkeys(range(12), 5))
    assert study(journey).rated_by == house.kpis["mean"]


@pytest.mark.parametrize(("straight", "left_out"), [(6, 3), (3, 6)])
def test_neither_few_who_were_rated_nor_few_who_are_left_of_them_are_told(
    house: House, journey: Journey, straight: int, left_out: int
) -> None:
    walk(house.program, *["abc"] * 20, *["ac"] * 20)
    rate(house.survey, dict.fromkeys([*range(straight), *range(20, 20 + left_out)], 3))
    page = owner(house).get("/paths/", {"journey": "walk"})
    assert costs_of(page) == {("B", "left out"): ("", "", "hidden", "", "20", "50.0\xa0%")}
    (told,) = Api(house.people[Role.OWNER], house.program).get("paths/", journey="walk").json()["deviations"]
    assert (told["rated"], told["difference"]) == (None, None)


def test_runs_of_fictitious_customers_are_marked(house: House, journey: Journey) -> None:
    walk(house.program, *["abc"] * 6)
    client = owner(house)
    assert FICTITIOUS not in client.get("/paths/", {"journey": "walk"}).content.decode()
    Customer.objects.filter(identities__value="walker-3").update(is_fictitious=True)
    assert f'{FICTITIOUS} <span class="cx-illus">' in client.get("/paths/", {"journey": "walk"}).content.decode()
