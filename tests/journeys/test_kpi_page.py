import csv
import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cxprogram.csv_files import safe_cell
from cxprogram.periods import ALL, parse
from feedback.models import Question
from feedback.services import survey_words
from journeys.insight import drawings, words
from journeys.insight.headline import build_headline
from journeys.insight.trend import Trend, build_trend
from journeys.insight.units import build_units
from journeys.kpis import questions
from tests import factories
from tests.journeys.pages import Airport, answer, make_airport, values

pytestmark = pytest.mark.django_db


@pytest.fixture
def airport() -> Airport:
    return make_airport()


def page(client: Client, airport: Airport, role: str, address: str) -> str:
    client.force_login(airport.people[role])
    reply = client.get(address, headers={"accept-language": "en"})
    assert reply.status_code == 200, reply.content[:500]
    return reply.content.decode()


def trend_of(airport: Airport, code: str, focus: Any = None) -> Trend:
    kpi = airport.kpis[code]
    facts = questions.facts(airport.program, [kpi.question_code])[kpi.question_code]
    return build_trend(airport.program, kpi, airport.root, question=facts, focus=focus)


def answer_years(airport: Airport, question: str, years: dict[int, dict[int, int]]) -> None:
    for year, counts in years.items():
        factories.make_scores(airport.survey, question, counts, at=factories.NOON.replace(year=year))


# Of four steps one is clear alone (p = 0.03) and one is clear among four.
FIVE_YEARS = {
    2013: {3: 50, 4: 50},
    2014: {3: 35, 4: 65},
    2015: {4: 60, 5: 40},
    2016: {4: 60, 5: 40},
    2017: {4: 58, 5: 42},
}


def test_a_changed_wording_breaks_the_line_and_no_step_across_it_is_tested(airport: Airport) -> None:
    answer_years(airport, "Q7ALL", FIVE_YEARS)
    question = Question.objects.get(program=airport.program, code="Q7ALL")
    survey_words.revise(question, {"en": "How was it, all in all?"}, on=date(2014, 7, 1), reason="Shorter")
    trend = trend_of(airport, "mean")
    assert [bool(point.change) for point in trend.points] == [False, False, True, True, True]
    assert trend.comparisons == 3
    chart = drawings.trend_chart(trend, title="All")
    assert chart is not None and "The line breaks where the wording changed." in chart.caption


def test_a_step_is_marked_only_when_it_survives_correction_over_all_steps(airport: Airport) -> None:
    answer_years(airport, "Q7ALL", FIVE_YEARS)
    trend = trend_of(airport, "mean")
    assert trend.comparisons == 4
    changes = {point.period.code: point.change for point in trend.points}
    assert [code for code, change in changes.items() if change is None] == ["2013"]
    alone = changes["2014"]
    assert alone is not None and alone.difference.p is not None and alone.p_adjusted is not None
    assert alone.difference.p < 0.05 < alone.p_adjusted
    assert {code: change.direction for code, change in changes.items() if change} == {
        "2014": "none",
        "2015": "better",
        "2016": "none",
        "2017": "none",
    }
    assert [point.period.code for point in trend.marked] == ["2015"]


def test_the_words_of_a_trend_say_what_the_steps_prove(airport: Airport) -> None:
    answer_years(airport, "Q7ALL", FIVE_YEARS)
    trend = trend_of(airport, "mean")
    assert words.trend_headline(trend, "Mean") == "Mean: one clear step for the better, in 2015"
    assert words.trend_lead(trend, trend.at(parse("2017"))) == (
        "2017: 4.42 of 5 (4.32 to 4.52). Of 4 steps, larger than chance: 2014 to 2015 (+0.75)."
        " From 2013 to 2017 it adds up to +0.92."
    )
    steady = {year: {4: 50, 5: 50} for year in (2016, 2017)}
    answer_years(airport, "NETPRO", {year: {9: 50, 6: 50} for year in steady})
    assert words.trend_headline(trend_of(airport, "nps"), "NPS") == "NPS: steady at 0.0"


def test_a_falling_problem_rate_is_better(airport: Airport) -> None:
    kpi = factories.make_kpi(
        airport.program,
        "problem",
        collector="share",
        question_code="Q7ALL",
        parameters={"codes": [1], "of": [1, 2]},
        measure="share",
        higher_is_better=False,
    )
    airport.kpis["problem"] = kpi
    answer_years(airport, "Q7ALL", {2016: {1: 60, 2: 40}, 2017: {1: 20, 2: 80, 5: 900}})
    trend = trend_of(airport, "problem")
    assert [round(point.reading.value or 0, 9) for point in trend.points] == [0.6, 0.2]
    assert [point.change.direction for point in trend.points if point.change] == ["better"]


def test_years_without_answers_break_the_line(airport: Airport, client: Client) -> None:
    answer_years(airport, "Q7ALL", {2013: {4: 20}, 2017: {4: 20}})
    html = page(client, airport, "executive", "/kpis/?kpi=mean")
    assert '"label": "2014\\u20132016"' in html or "2014–2016" in html


def test_the_page_holds_every_wave_with_its_weighted_value(airport: Airport, client: Client) -> None:
    answer_years(airport, "Q7ALL", FIVE_YEARS)
    factories.make_response(airport.survey, {"Q7ALL": 1}, weight=30.0)
    html = page(client, airport, "executive", "/kpis/")
    found = values(html)
    assert found["mean", "2013", "Q7ALL"] == pytest.approx(3.5, abs=1e-12)
    weighted = [point.weighted.value for point in trend_of(airport, "mean").points]
    assert weighted[-1] == pytest.approx((4 * 58 + 5 * 42 + 30) / 130)
    assert f'data-value="{weighted[-1]!r}"' in html
    assert "With care" in html  # the weighted value lies outside the interval


def test_blank_answers_are_counted_apart(airport: Airport, client: Client) -> None:
    answer_years(airport, "Q7ALL", {2017: {4: 20}})
    for _ in range(3):
        factories.make_response(airport.survey, {"NETPRO": 9, "Q7ALL": None})
    factories.make_response(airport.survey, {"NETPRO": 9, "Q7ALL": "not_applicable"})
    html = page(client, airport, "executive", "/kpis/?kpi=mean&period=2017")
    assert "2017: 3 left blank, 1 marked not applicable." in html
    assert "design effect 1.00, effective n 20" in html


@pytest.mark.parametrize(("code", "question"), [("mean", "Q7ALL"), ("nps", "NETPRO")])
def test_the_page_holds_unrounded_whatever_the_door_of_the_api_tells(
    airport: Airport, client: Client, code: str, question: str
) -> None:
    answer_years(airport, question, {2017: {3: 13, 5: 41}})
    factories.make_response(airport.survey, {question: 4}, weight=3.0)
    factories.make_response(airport.survey, {question: None, "Q7SIGN": 4})
    found = values(page(client, airport, "executive", f"/kpis/?kpi={code}&period=2017"))
    told = client.get("/api/v1/kpi-values/", {"kpi": code, "period": "2017"}).json()
    parts = {name: told[name] for name in ("low", "high", "n", "rows", "n_eff", "kish_deff")}
    parts |= {f"counts.{answer}": n for answer, n in told["counts"].items()}
    parts |= {f"missing.{why}": n for why, n in told["missing"].items()}
    assert len(parts) == 11
    assert {name: found[f"{code}.{name}", "2017", question] for name in parts} == parts


def test_the_net_promoter_score_is_split(airport: Airport, client: Client) -> None:
    answer_years(airport, "NETPRO", {2017: {3: 10, 7: 20, 10: 70}})
    html = page(client, airport, "executive", "/kpis/?kpi=nps")
    assert "Detractors 10.0\xa0%, passives 20.0\xa0%, promoters 70.0\xa0%" in html
    assert "first asked in 2017" in html
    assert "Detractors" not in page(client, airport, "executive", "/kpis/?kpi=mean")


def test_each_unit_is_compared_with_the_others_together(airport: Airport) -> None:
    answer(airport, "NETPRO", {10: 60, 3: 40}, unit="A")
    answer(airport, "NETPRO", {10: 10, 3: 40}, unit="G")
    answer(airport, "NETPRO", {10: 30, 3: 10})  # at the airport as a whole
    table = build_units(airport.program, airport.kpis["nps"], airport.root, parse("2017"))
    assert table.whole.value == pytest.approx(100 * (100 - 90) / 190)
    assert [(row.unit.code, row.reading.value, row.change and row.change.direction) for row in table.rows] == [
        ("A", pytest.approx(20.0), "better"),
        ("G", pytest.approx(-60.0), "worse"),
    ]
    assert [row.rest for row in table.rows] == [
        pytest.approx(100 * (40 - 50) / 90),
        pytest.approx(100 * (90 - 50) / 140),
    ]
    assert table.comparisons == 2


def test_a_hidden_unit_is_not_compared_and_shows_nothing(airport: Airport, client: Client) -> None:
    answer(airport, "NETPRO", {10: 60, 3: 40}, unit="A")
    answer(airport, "NETPRO", {10: 3}, unit="G")
    table = build_units(airport.program, airport.kpis["nps"], airport.root, parse("2017"))
    hidden = table.rows[1]
    assert (hidden.reading.suppressed, hidden.change, hidden.rest) == (True, None, None)
    html = page(client, airport, "executive", "/kpis/?kpi=nps&period=2017")
    row = html[html.index("Boarding area G</th>") :]
    row = row[: row.index("</tr>")]
    assert (row.count(">hidden<"), "data-value" in row, "cx-int" in row) == (2, False, False)


def test_a_manager_sees_the_own_unit_beside_nobody(airport: Airport, client: Client) -> None:
    answer(airport, "NETPRO", {10: 60, 3: 40}, unit="A")
    answer(airport, "NETPRO", {10: 10, 3: 40}, unit="G")
    html = page(client, airport, "unit_manager", "/kpis/?kpi=nps")
    assert ("Boarding area G</th>" in html, "Boarding area A" in html) == (True, False)


@pytest.mark.parametrize(
    ("role", "address", "status"),
    [
        ("executive", "/kpis/?kpi=nps&unit=A", 200),
        ("executive", "/kpis/?kpi=mean&question=Q7FOOD", 200),
        ("executive", "/kpis/?kpi=mean:Q7FOOD&period=2017-05", 200),
        ("executive", "/kpis/?kpi=happiness", 404),
        ("executive", "/kpis/?kpi=mean:NOTHING", 404),
        ("executive", "/kpis/?kpi=mean:COMMENT", 404),
        ("executive", "/kpis/?kpi=mean:PROBLEMS", 422),
        ("executive", "/kpis/?kpi=nps:Q7ALL", 422),
        ("executive", "/kpis/?period=1800", 400),
        ("unit_manager", "/kpis/?unit=A", 404),
        ("unit_manager", "/kpis.csv?unit=A", 404),
        ("unit_manager", "/kpis/?unit=A&format=csv", 404),
        ("unit_manager", "/kpis/?unit=G", 200),
        ("auditor", "/kpis/", 404),
        ("auditor", "/kpis.csv", 404),
    ],
)
def test_who_finds_which_kpi(airport: Airport, client: Client, role: str, address: str, status: int) -> None:
    answer(airport, "Q7ALL", {4: 20})
    client.force_login(airport.people[role])
    assert client.get(address).status_code == status


def test_all_time_and_months_are_periods_too(airport: Airport, client: Client) -> None:
    answer_years(airport, "Q7ALL", {2016: {3: 20}, 2017: {4: 20}})
    factories.make_scores(airport.survey, "Q7ALL", {5: 20}, at=factories.NOON.replace(month=8))
    found = values(page(client, airport, "executive", "/kpis/?kpi=mean&period=all"))
    assert [found["mean", code, "Q7ALL"] for code in ("2016", "2017", "all")] == [3.0, 4.5, 4.0]
    found = values(page(client, airport, "executive", "/kpis/?kpi=mean&period=2017-08"))
    months = {key[1]: value for key, value in found.items() if key[0] == "mean"}
    assert months == {"2017-05": 4.0, "2017-08": 5.0}
    assert trend_of(airport, "mean", ALL).total is not None


def rows_of(client: Client, address: str) -> list[dict[str, str]]:
    reply = client.get(address)
    assert reply.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in reply.headers["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(reply.content.decode("utf-8-sig"))))


def test_the_file_holds_the_table_unrounded_and_hides_what_the_page_hides(airport: Airport, client: Client) -> None:
    answer_years(airport, "Q7ALL", {2015: {4: 3}, 2016: {3: 20, 4: 10}, 2017: {4: 20, 5: 11}})
    client.force_login(airport.people["executive"])
    few, before, now = rows_of(client, "/kpis/?kpi=mean&format=csv")
    assert (few["period"], few["value"], few["n"], few["suppressed"]) == ("2015", "", "", "true")
    assert float(before["value"]) == pytest.approx(100 / 30, abs=1e-15)
    assert (now["n"], now["blank"], now["compared_with"], now["change_mark"]) == ("31", "0", "2016", "better")
    assert rows_of(client, "/kpis.csv?kpi=mean")[2]["value"] == now["value"]


def test_no_cell_of_the_file_can_be_taken_for_a_formula(airport: Airport, client: Client) -> None:
    answer(airport, "Q7FOOD", {4: 20})
    point = airport.touchpoints["food"]
    point.name = '=HYPERLINK("http://example.org")'
    point.save()
    client.force_login(airport.people["executive"])
    (row,) = rows_of(client, "/kpis.csv?kpi=mean:Q7FOOD")
    assert row["name"] == '\'=HYPERLINK("http://example.org")'
    assert [safe_cell(cell) for cell in ("+1", "-1", "@A1", " =1", "\tx", -1.5, 0, None, True)] == [
        "'+1", "'-1", "'@A1", "' =1", "'\tx", "-1.5", "0", "", "true",
    ]  # fmt: skip


def test_the_overview_has_value_target_and_change_of_each_kpi(airport: Airport) -> None:
    answer_years(airport, "Q7ALL", {2016: {3: 50, 4: 50}, 2017: {4: 50, 5: 50}})
    answer_years(airport, "NETPRO", {2017: {9: 50, 6: 50}})
    factories.make_target(airport.root, 40, author=airport.people["owner"])
    headline = build_headline(airport.program, airport.root, parse("2017"))
    assert [(t.kpi.code, t.reading.value, t.is_first, t.change and t.change.direction) for t in headline.tiles] == [
        ("nps", 0.0, True, None),
        ("mean", 4.5, False, "better"),
        ("top2", 1.0, False, "better"),
    ]
    assert headline.comparisons == 2
    tile = headline.tile("nps")
    assert tile is not None and tile.target is not None and tile.target.value == 40.0


def queries(read: Callable[[], object]) -> int:
    read()
    with CaptureQueriesContext(connection) as captured:
        read()
    return len(captured)


@pytest.mark.parametrize("code", ["mean", "nps", "top2"])
def test_the_number_of_queries_does_not_follow_waves_or_units(airport: Airport, client: Client, code: str) -> None:
    question = airport.kpis[code].question_code
    answer_years(airport, question, {2016: {3: 20, 4: 20}, 2017: {3: 20, 4: 20}})
    few = queries(lambda: page(client, airport, "executive", f"/kpis/?kpi={code}"))
    answer_years(airport, question, {2013: {3: 20, 4: 20}, 2014: {3: 20, 4: 20}})
    for name in ("B", "C", "D"):
        factories.make_scores(airport.survey, question, {3: 9, 4: 9}, unit=factories.make_unit(airport.program, name))
    assert queries(lambda: page(client, airport, "executive", f"/kpis/?kpi={code}")) == few
