"""The house that reports to the steering group, and its report of a year."""

from datetime import UTC, datetime

from actions.models import EffectStudy
from cxprogram.choices import Role
from cxprogram.periods import parse
from governance.analytics import chain
from governance.insight.steering import gather
from governance.services import reports
from tests import factories as make

AT = datetime(2018, 2, 1, 9, 0, tzinfo=UTC)
YEAR = parse("2017")


def furnish():
    """Two years of answers, a journey with a hole, drivers, tickets, a project, a gap in the mandate."""
    house = make.House(program := make.make_program(), units := make.make_units(program, ("A", "G", "T")), {}, None)
    house.people = make.make_people(program, units)
    house.survey = make.make_survey(program)
    house.kpis = make.make_kpis(program)
    stage = make.make_journey(program, stages=("arrive", "wait")).stages.get(code="wait")
    names = {"sv": "Restauranger å ä ö", "fi": "Ravintolat"}
    house.touchpoint = make.make_touchpoint(
        stage, "food", question_code="Q7FOOD", aspect="quality", truth="proposed", name="Restaurants", names=names
    )
    make.make_expectation(house.touchpoint, 4.5)
    make.make_touchpoint(stage, "check-in", name="Check-in")
    for year, shift in ((2016, 0), (2017, 30)):
        at = datetime(year, 5, 15, 19, 0, tzinfo=UTC)
        make.make_scores(house.survey, "Q7FOOD", {5: 20 + shift, 4: 60, 3: 50 - shift}, unit=units["A"], at=at)
        make.make_scores(house.survey, "Q7ALL", {5: 40, 4: 60 + shift, 3: 20}, unit=units["A"], at=at)
        make.make_scores(house.survey, "Q7ALL", {5: 20, 4: 40, 3: 20}, unit=units["G"], at=at)
    make.make_scores(house.survey, "NETPRO", {10: 140, 8: 40, 3: 20}, unit=units["A"])
    make.make_scores(house.survey, "NETPRO", {10: 60, 8: 40, 3: 100}, unit=units["G"])
    make.make_scores(house.survey, "NETPRO", {10: 3}, unit=units["T"])
    owner, executive = house.people[Role.OWNER], house.people[Role.EXECUTIVE]
    for unit in (house.root, units["A"], units["G"]):
        make.make_target(unit, 45, author=owner, approver=executive, is_illustrative=True)
    make.make_driver_study(program)
    for code, count in (("A", 7), ("G", 5), ("T", 1)):
        for _ in range(count):
            make.make_ticket(house.survey, units[code])
    project = make.make_project(house.touchpoint, responsible=house.people[Role.PROJECT_LEAD], is_illustrative=True)
    EffectStudy.objects.create(
        project=project, method="before_after", kpi_code="mean", question_code="Q7FOOD", before_period="2016",
        after_period="2017", before_value=3.77, before_n=130, after_value=4.23, after_n=130, difference=0.46, low=0.3,
        high=0.6, p_value=0.001, computed_at=AT,
    )  # fmt: skip
    house.charter = make.make_charter(program, sponsor=executive, owner=owner)
    make.fold(program)
    return house


def make_report(house, language="en", *, period=YEAR, unit=None, at=AT):
    return reports.make_steering_report(
        house.program, unit or house.root, period, language, at=at, by=house.people[Role.OWNER]
    )


def inputs_of(house):
    return chain.canonical(gather(house.program, house.root, YEAR, on=AT.date()))
