from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cxprogram.errors import NotFoundError
from cxprogram.models import OrgUnit
from cxprogram.periods import ALL, parse
from journeys.insight import words
from journeys.insight.drawings import experience_curve
from journeys.insight.map import build_map
from journeys.insight.map_view import MapTouchpoint, MapView
from tests import factories
from tests.factories import NOON
from tests.journeys.pages import Airport, answer, answer_two_waves, make_airport, values

TODAY = NOON.date()

pytestmark = pytest.mark.django_db


@pytest.fixture
def airport() -> Airport:
    return make_airport()


def card(view: MapView, code: str) -> MapTouchpoint:
    return next(each for each in view.touchpoints if each.touchpoint.code == code)


def page(client: Client, airport: Airport, role: str, address: str = "/map/") -> str:
    client.force_login(airport.people[role])
    reply = client.get(address, headers={"accept-language": "en"})
    assert reply.status_code == 200, reply.content[:500]
    return reply.content.decode()


def test_it_numbers_what_is_measured_and_ranks_what_lies_wholly_below_expectation(airport: Airport) -> None:
    answer_two_waves(airport)
    view = build_map(airport.program, airport.root, parse("2017"), today=TODAY)
    assert [(each.touchpoint.code, each.number, each.pain_rank) for each in view.touchpoints] == [
        ("signs", 1, None),
        ("ease", 2, None),
        ("food", 3, 1),
        ("shops", 4, 2),
        ("checkin", None, None),
    ]
    assert card(view, "food").value == pytest.approx((2 * 40 + 3 * 60 + 4 * 20) / 120)
    assert card(view, "food").gap == pytest.approx(2.8333333 - 4.0)
    assert [each.is_same_question for each in view.measured] == [True, False, True, True]


def test_a_wide_interval_that_reaches_the_expectation_is_no_pain_point(airport: Airport) -> None:
    answer(airport, "Q7FOOD", {1: 3, 5: 4})
    answer(airport, "Q7STORE", {3: 50, 4: 50})
    view = build_map(airport.program, airport.root, parse("2017"), today=TODAY)
    assert (card(view, "food").value, card(view, "shops").value) == (pytest.approx(23 / 7), 3.5)
    assert [each.touchpoint.code for each in view.pains] == ["shops"]


def test_it_marks_a_change_only_when_it_survives_correction_over_all_touchpoints(airport: Airport) -> None:
    answer_two_waves(airport)
    view = build_map(airport.program, airport.root, parse("2017"), today=TODAY)
    assert view.compare == parse("2016")
    assert view.comparisons == 4
    assert [(each.touchpoint.code, each.mark.mark) for each in view.moved if each.mark] == [("shops", "worse")]
    assert "Of 4 touchpoints, 1 has changed since 2016: shops, worse (−1.17)." in words.map_lead(view)


def test_a_step_that_is_clear_alone_is_not_marked_among_many(airport: Airport) -> None:
    # Alone p = 0.030; as one of four comparisons Benjamini–Hochberg makes it 0.12.
    answer(airport, "Q7FOOD", {3: 50, 4: 50}, 2016)
    answer(airport, "Q7FOOD", {3: 35, 4: 65}, 2017)
    alone = build_map(airport.program, airport.root, parse("2017"), today=TODAY)
    assert [each.touchpoint.code for each in alone.moved] == ["food"]
    for question in ("Q7STORE", "Q7SIGN", "Q13EASE"):
        for year in (2016, 2017):
            answer(airport, question, {3: 50, 4: 50}, year)
    together = build_map(airport.program, airport.root, parse("2017"), today=TODAY)
    assert (together.comparisons, together.moved) == (4, ())
    assert "None of 4 touchpoints has clearly changed since 2016." in words.map_lead(together)


def test_the_headline_names_the_stage_or_the_touchpoints_that_are_lowest(airport: Airport) -> None:
    assert (
        words.map_headline(build_map(airport.program, airport.root, today=TODAY)) == "The journey is not measured yet"
    )
    answer_two_waves(airport)
    view = build_map(airport.program, airport.root, today=TODAY)
    assert words.map_headline(view) == "The low point of the journey is food"
    answer(airport, "Q7STORE", {2: 80, 3: 40}, 2017)  # now as low as food
    view = build_map(airport.program, airport.root, today=TODAY)
    assert words.map_headline(view) == "The low point of the journey is wait"
    assert words.map_lead(view).startswith("Rated lowest: food and shops.")


def test_it_opens_with_the_newest_year_that_tells_of_the_whole_journey(airport: Airport) -> None:
    answer_two_waves(airport)
    factories.make_scores(airport.survey, "NETPRO", {9: 40}, at=factories.NOON.replace(year=2019))
    factories.make_scores(airport.survey, "Q7ALL", {4: 40}, at=factories.NOON.replace(year=2019))
    view = build_map(airport.program, airport.root, today=TODAY)
    assert [year.code for year in view.waves.years] == ["2016", "2017", "2019"]
    assert view.period.code == "2017"
    for question in ("Q7FOOD", "Q7STORE"):  # half of the touchpoints
        factories.make_scores(airport.survey, question, {4: 5}, at=factories.NOON.replace(year=2019))
    assert build_map(airport.program, airport.root, today=TODAY).period.code == "2019"


def test_all_time_holds_answers_that_are_not_folded_yet(airport: Airport, client: Client) -> None:
    answer_two_waves(airport)
    before = values(page(client, airport, "executive", "/map/?period=all"))
    factories.make_response(airport.survey, {"NETPRO": 10, "Q7ALL": 5}, at=factories.NOON.replace(year=2018))
    after = values(page(client, airport, "executive", "/map/?period=all"))
    assert before["nps", "all", "NETPRO"] == pytest.approx(40.0)
    assert after["nps", "all", "NETPRO"] == pytest.approx(100 * (43 - 18) / 61)
    assert after["mean", "all", "Q7ALL"] == pytest.approx((4.0 * 240 + 5) / 241)


def test_the_page_shows_every_value_unrounded(airport: Airport, client: Client) -> None:
    answer_two_waves(airport)
    html = page(client, airport, "executive")
    found = values(html)
    for question, value in {"Q7FOOD": 340 / 120, "Q7STORE": 400 / 120, "Q7SIGN": 4.5, "Q13EASE": 4.0}.items():
        assert found["mean", "2017", question] == pytest.approx(value, abs=1e-12)
    assert "Rated lowest" not in html  # one touchpoint alone is lowest
    assert "Moment of truth, proposed" in html
    assert "Pain point 1" in html


def test_a_hole_says_what_shows_that_it_matters_and_offers_a_step_to_those_who_define(
    airport: Airport, client: Client
) -> None:
    answer_two_waves(airport)
    for role, offered in (("owner", True), ("executive", False)):
        html = page(client, airport, role)
        assert "12 problems named, 2017." in html
        assert ("Plan a question" in html) is offered


def test_problems_are_counted_by_stage_with_the_most_named_ones(airport: Airport, client: Client) -> None:
    answer_two_waves(airport)
    view = build_map(airport.program, airport.root, parse("2017"), today=TODAY)
    _arrive, wait = view.stages
    assert wait.problems is not None
    assert (wait.problems.count, wait.problems.names) == (17, (("Long lines", 12), ("Dirty restrooms", 5)))
    assert build_map(airport.program, airport.root, parse("2016"), today=TODAY).stages[1].problems is None
    assert "Long lines 12, Dirty restrooms 5" in page(client, airport, "executive")


def test_too_few_problems_are_withheld_with_what_would_tell_them(airport: Airport) -> None:
    arrive = airport.journey.stages.get(code="arrive")
    arrive.problem_question, arrive.problems = "PROBLEMS", {"3": {"en": "No seats"}}
    arrive.save()
    for code, n in ((1, 20), (3, 4)):
        for _ in range(n):
            factories.make_response(airport.survey, {"PROBLEMS": [code]})
    view = build_map(airport.program, airport.root, parse("2017"), today=TODAY)
    first, second = (stage.problems for stage in view.stages)
    assert first is not None and second is not None
    assert (first.count, second.count) == (None, None)  # 24 in all less 20 would tell 4
    assert view.problems_named is None


def test_few_answers_are_hidden_and_never_a_zero_or_a_dash(airport: Airport, client: Client) -> None:
    answer(airport, "Q7FOOD", {3: 4})
    answer(airport, "Q7SIGN", {4: 30})
    html = page(client, airport, "executive", "/map/?period=2017")
    assert values(html)["mean", "2017", "Q7FOOD"] is None
    food = html[html.index("/map/touchpoint/food/") :]
    food = food[: food.index("</li>")]
    assert 'data-suppressed="true">hidden<' in food
    assert ">n hidden</em>" in food
    assert "band" not in food  # no bar
    assert "data-value" not in food


def test_nothing_to_draw_leaves_words_in_place_of_the_curve(airport: Airport, client: Client) -> None:
    view = build_map(airport.program, airport.root, today=TODAY)
    assert experience_curve(view) is None
    assert "No touchpoint has enough answers to be drawn." in page(client, airport, "executive")


def test_the_curve_breaks_where_another_question_is_asked(airport: Airport) -> None:
    answer_two_waves(airport)
    drawn = experience_curve(build_map(airport.program, airport.root, today=TODAY))
    assert drawn is not None
    assert [(dot.point.number, dot.point.is_same_question) for dot in drawn.dots] == [
        (1, True), (2, False), (3, True), (4, True),
    ]  # fmt: skip
    assert len(drawn.joins) == 2  # signs–food, food–shops


def test_targets_of_the_unit_and_the_year_stand_on_the_cards(airport: Airport) -> None:
    answer_two_waves(airport)
    owner = airport.people["owner"]
    for unit, value in ((airport.root, "3.9"), (airport.units["G"], "4.2")):
        factories.make_target(unit, value, author=owner, kpi_code="mean", question_code="Q7FOOD", is_illustrative=True)

    def target(unit: OrgUnit, period: str) -> float | None:
        found = card(build_map(airport.program, unit, parse(period), today=TODAY), "food").target
        return found.value if found else None

    assert target(airport.root, "2017") == 3.9
    assert target(airport.root, "2017-05") == 3.9  # a month is held against its year
    assert target(airport.units["G"], "2017") == 4.2
    assert target(airport.root, "2016") is None


def test_the_expectation_in_force_at_the_end_of_the_period_counts(airport: Airport) -> None:
    answer_two_waves(airport)
    factories.make_expectation(
        airport.touchpoints["food"], 2.0, valid_from=factories.NOON.date().replace(month=12), is_measured=True
    )
    expected = {
        period: card(build_map(airport.program, airport.root, parse(period), today=TODAY), "food").expectation
        for period in ("2016", "2017")
    }
    assert [(e.value, e.is_measured) for e in expected.values() if e] == [(4.0, False), (2.0, True)]


def test_a_comparison_can_be_chosen_or_left_out(airport: Airport, client: Client) -> None:
    answer_two_waves(airport)
    assert build_map(airport.program, airport.root, ALL, today=TODAY).compare is None
    assert build_map(airport.program, airport.root, is_compared=False, today=TODAY).comparisons == 0
    assert "Nothing is compared." in page(client, airport, "executive", "/map/?compare=none")
    assert "+1.17 since 2017" in page(client, airport, "executive", "/map/?period=2016&compare=2017")


def test_an_unknown_journey_is_not_found(airport: Airport, client: Client) -> None:
    with pytest.raises(NotFoundError):
        build_map(airport.program, airport.root, journey="nowhere", today=TODAY)
    client.force_login(airport.people["executive"])
    assert client.get("/map/?journey=nowhere").status_code == 404


@pytest.mark.parametrize(
    ("role", "address", "status"),
    [
        ("executive", "/map/?unit=A", 200),
        ("unit_manager", "/map/", 200),
        ("unit_manager", "/map/?unit=G", 200),
        ("unit_manager", "/map/?unit=g", 200),
        ("unit_manager", "/map/?unit=A", 404),
        ("frontline", "/map/?unit=A", 404),
        ("frontline", "/map/?unit=nowhere", 404),
        ("auditor", "/map/", 404),
        ("executive", "/map/?period=yesterday", 400),
        ("executive", "/map/?compare=yesterday", 400),
    ],
)
def test_who_finds_the_map(airport: Airport, client: Client, role: str, address: str, status: int) -> None:
    client.force_login(airport.people[role])
    assert client.get(address).status_code == status


def test_the_filter_offers_only_the_units_of_the_person(airport: Airport, client: Client) -> None:
    answer_two_waves(airport)
    manager, executive = (page(client, airport, role) for role in ("unit_manager", "executive"))
    assert ('<option value="A"' in manager, '<option value="G"' in manager) == (False, True)
    assert ('<option value="A"' in executive, '<option value="G"' in executive) == (True, True)


def test_a_stranger_is_asked_to_log_in(client: Client) -> None:
    reply = client.get("/map/")
    assert (reply.status_code, reply.headers["Location"]) == (302, "/accounts/login/?next=/map/")


def test_a_program_without_a_journey_says_so(client: Client) -> None:
    program = factories.make_program("new")
    client.force_login(factories.make_user("executive", factories.root_of(program)))
    html = client.get("/map/", headers={"accept-language": "en"}).content.decode()
    assert "The journey is not drawn yet" in html


def queries(read: Callable[[], object]) -> int:
    """Queries of a reading that is not the first one since answers were folded."""
    read()
    with CaptureQueriesContext(connection) as captured:
        read()
    return len(captured)


def test_the_number_of_queries_does_not_follow_the_size_of_the_map(airport: Airport, client: Client) -> None:
    answer_two_waves(airport)
    factories.fold(airport.program)
    small = queries(lambda: build_map(airport.program, airport.root, user=airport.people["owner"], today=TODAY))
    small_page = queries(lambda: page(client, airport, "unit_manager"))
    wait = airport.journey.stages.get(code="wait")
    for number in range(6):
        factories.make_question(airport.program, f"Q{number}")
        point = factories.make_touchpoint(wait, f"more-{number}", question_code=f"Q{number}", aspect="quality")
        factories.make_expectation(point, 4.0)
        factories.make_responsibility(airport.people["analyst"], point)
        factories.make_unit(airport.program, f"G{number}", parent=airport.units["G"])
    assert card(build_map(airport.program, airport.root, today=TODAY), "more-0").responsible == "Analyst"
    assert (
        queries(lambda: build_map(airport.program, airport.root, user=airport.people["owner"], today=TODAY))
        == small
        <= 22
    )
    assert queries(lambda: page(client, airport, "unit_manager")) == small_page
