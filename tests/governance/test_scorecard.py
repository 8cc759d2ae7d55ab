from decimal import Decimal

import pytest
from django.urls import reverse

from cxprogram.choices import Role
from cxprogram.periods import parse
from governance.insight.scorecard import build_scorecard
from tests import factories as make

YEAR = parse("2017")


def build_house():
    """NPS: area A 60 points (n 200), G −20 (n 200), T 3 answers, 4 at the whole itself; means only in A and G."""
    house = make.House(program := make.make_program(), units := make.make_units(program, ("A", "G", "T")), {}, None)
    house.people = make.make_people(program, units)
    house.survey = make.make_survey(program)
    house.kpis = make.make_kpis(program)
    make.make_scores(house.survey, "NETPRO", {10: 140, 8: 40, 3: 20}, unit=units["A"])
    make.make_scores(house.survey, "NETPRO", {10: 60, 8: 40, 3: 100}, unit=units["G"])
    make.make_scores(house.survey, "NETPRO", {10: 3}, unit=units["T"])
    make.make_scores(house.survey, "NETPRO", {8: 4}, unit=house.root)  # with those of T enough to hide among
    for code in ("A", "G"):
        make.make_scores(house.survey, "Q7ALL", {5: 50, 4: 100, 3: 50}, unit=units[code])
    return house


def target(house, code, value, unit=None, **fields):
    return make.make_target(
        house.units[unit] if unit else house.root,
        value,
        author=house.people[Role.OWNER],
        kpi_code=code,
        question_code=house.kpis[code].question_code,
        **fields,
    )


def table(card):
    return {
        (row.unit.code, score.reading.kpi.code): (
            None if score.reading.value is None else round(score.reading.value, 4),
            score.reading.n,
            score.verdict,
        )
        for row in card.rows
        for score in row.scores
    }


def test_every_kpi_of_every_unit_is_held_against_its_own_target(house):
    target(house, "nps", 45, unit="A")
    target(house, "nps", 45, unit="G")
    target(house, "nps", 45, unit="T")
    target(house, "mean", 4, unit="A")
    card = build_scorecard(house.program, house.root, YEAR)
    assert table(card) == {
        ("A", "nps"): (60.0, 200, "reached"),
        ("A", "mean"): (4.0, 200, "too_close"),
        ("A", "top2"): (0.75, 200, None),
        ("G", "nps"): (-20.0, 200, "not_reached"),
        ("G", "mean"): (4.0, 200, None),
        ("G", "top2"): (0.75, 200, None),
        ("T", "nps"): (None, None, None),
        ("T", "mean"): (None, 0, None),
        ("T", "top2"): (None, 0, None),
    }
    assert sorted(card.verdicts) == ["not_reached", "reached", "too_close"]


def test_where_low_is_good_the_verdict_turns(house):
    kpi = make.make_kpi(
        house.program, "low", collector="top2", question_code="Q7ALL", measure="share", higher_is_better=False
    )
    house.kpis["low"] = kpi
    house.program.headline_kpis = ["low"]
    house.program.save()
    target(house, "low", Decimal("0.9"))
    assert build_scorecard(house.program, house.root, YEAR).verdicts == ("reached",)


def test_units_are_compared_with_the_rest_and_the_family_is_counted(house):
    card = build_scorecard(house.program, house.root, YEAR)
    assert card.apart.kpi.code == "nps"
    sides = {row.unit.code: row.change.direction if row.change else None for row in card.apart.rows}
    assert (sides["A"], sides["G"]) == ("better", "worse")
    assert sides["T"] is None
    assert card.apart.comparisons == 2


def test_another_kpi_can_be_chosen_for_the_comparison(house):
    assert build_scorecard(house.program, house.root, YEAR, kpi="mean").apart.kpi.code == "mean"


@pytest.mark.parametrize(
    ("role", "status", "units"),
    [
        (Role.OWNER, 200, {"A", "G", "T"}), (Role.EXECUTIVE, 200, {"A", "G", "T"}),
        (Role.AUDITOR, 200, {"A", "G", "T"}), (Role.ADVISOR, 200, {"A", "G", "T"}),
        (Role.UNIT_MANAGER, 200, {"G"}), (Role.FRONTLINE, 404, set()),
        (Role.PROJECT_LEAD, 404, set()),
    ],
)  # fmt: skip
def test_each_role_sees_the_units_of_its_own_subtree(house, client, role, status, units):
    client.force_login(house.people[role])
    answer = client.get(reverse("governance:scorecard"), {"period": "2017"})
    assert answer.status_code == status
    if status == 200:
        card = answer.context["page"].card
        assert {row.unit.code for row in card.rows} == units
        assert {row.unit.code for row in card.apart.rows} == units


def test_every_number_carries_its_exact_value(house, client):
    client.force_login(house.people[Role.EXECUTIVE])
    shown = client.get(reverse("governance:scorecard"), {"period": "2017"}).content.decode()
    for code, value in (("A", 60.0), ("G", -20.0)):
        place = f'data-kpi="nps" data-period="2017" data-question="NETPRO" data-unit="{code}"'
        assert any(f'data-value="{value!r}"' in part.split(">")[0] for part in shown.split(place)[1:]), (
            f"{code} {value} not in the page"
        )


def test_three_answers_are_hidden_with_the_value_that_a_subtraction_would_reveal(house, client):
    client.force_login(house.people[Role.EXECUTIVE])
    shown = client.get(reverse("governance:scorecard"), {"period": "2017"}).content.decode()
    card = build_scorecard(house.program, house.root, YEAR)
    hidden = {row.unit.code for row in card.rows if row.scores[0].reading.suppressed}
    assert "T" in hidden
    for code in hidden:
        place = f'data-kpi="nps" data-period="2017" data-question="NETPRO" data-unit="{code}"'
        assert all("data-value" not in part.split(">")[0] for part in shown.split(place)[1:])


def test_the_scorecard_costs_the_same_queries_however_many_units(house, django_assert_max_num_queries):
    with django_assert_max_num_queries(40) as before:
        build_scorecard(house.program, house.root, YEAR)
    for code in "HIJKLM":
        unit = make.make_unit(house.program, code)
        make.make_scores(house.survey, "NETPRO", {10: 20}, unit=unit)
    with django_assert_max_num_queries(len(before)):
        build_scorecard(house.program, house.root, YEAR)


def test_an_unknown_period_is_refused(house, client):
    client.force_login(house.people[Role.EXECUTIVE])
    assert client.get(reverse("governance:scorecard"), {"period": "soon"}).status_code == 400
