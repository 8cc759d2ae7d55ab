"""A small journey with two waves of answers, and what a page says of its numbers."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from cxprogram.models import OrgUnit, Program, User
from feedback.models import Survey
from journeys.models import Journey, Kpi, Touchpoint
from tests import factories

WAVES = {year: datetime(year, 5, 15, 19, tzinfo=UTC) for year in (2016, 2017)}
CODES = ("NETPRO", "Q7ALL", "Q7FOOD", "Q7STORE", "Q7SIGN", "Q13EASE", "PROBLEMS")


@dataclass
class Airport:
    """Four measured touchpoints (one asks ease), one hole; all rated in 2016 and 2017, at the root and at G."""

    program: Program
    root: OrgUnit
    units: dict[str, OrgUnit]
    people: dict[str, User]
    survey: Survey
    kpis: dict[str, Kpi]
    journey: Journey
    touchpoints: dict[str, Touchpoint]


def make_airport() -> Airport:
    program = factories.make_program()
    units = factories.make_units(program, ("A", "G"))
    survey = factories.make_survey(program, questions=CODES, has_rules=False)
    journey = factories.make_journey(program, stages=("arrive", "wait"))
    arrive, wait = journey.stages.order_by("position")
    wait.problem_question = "PROBLEMS"
    wait.problems = {"1": {"en": "Long lines"}, "2": {"en": "Dirty restrooms"}}
    wait.save()
    points = {
        "signs": factories.make_touchpoint(arrive, "signs", question_code="Q7SIGN", aspect="quality", team="Signs"),
        "ease": factories.make_touchpoint(arrive, "ease", question_code="Q13EASE", aspect="ease"),
        "food": factories.make_touchpoint(wait, "food", question_code="Q7FOOD", aspect="quality", truth="proposed"),
        "shops": factories.make_touchpoint(wait, "shops", question_code="Q7STORE", aspect="quality"),
        "checkin": factories.make_touchpoint(wait, "checkin", problem_codes=[1]),
    }
    for code in ("signs", "food", "shops"):
        factories.make_expectation(points[code], 4.0)
    return Airport(
        program=program,
        root=units["SFO"],
        units=units,
        people=factories.make_people(program, units),
        survey=survey,
        kpis=factories.make_kpis(program),
        journey=journey,
        touchpoints=points,
    )


def answer(airport: Airport, question: str, counts: dict[int, int], year: int = 2017, unit: str = "") -> None:
    factories.make_scores(airport.survey, question, counts, unit=airport.units[unit] if unit else None, at=WAVES[year])


def answer_two_waves(airport: Airport) -> None:
    """Shops fall far, everything else stays; food is lowest, then shops, signs are well above the expectation."""
    same = {
        "Q7ALL": {3: 30, 4: 60, 5: 30},
        "Q7SIGN": {4: 60, 5: 60},
        "Q13EASE": {3: 20, 5: 20},
        "NETPRO": {3: 9, 10: 21},
    }
    for year in (2016, 2017):
        for question, counts in same.items():
            answer(airport, question, counts, year)
        answer(airport, "Q7FOOD", {2: 40, 3: 60, 4: 20}, year)
    answer(airport, "Q7STORE", {4: 60, 5: 60}, 2016)
    answer(airport, "Q7STORE", {3: 80, 4: 40}, 2017)
    door = [{"PROBLEMS": [1]}] * 7 + [{"PROBLEMS": [1, 2]}] * 5
    for answers in door:
        factories.make_response(airport.survey, answers, at=WAVES[2017])


def values(html: str) -> dict[tuple[str, str, str], float | None]:
    """(KPI, period, question) of every number on the page that uses no survey weights; None where it is hidden or not
    measured."""
    found: dict[tuple[str, str, str], float | None] = {}
    for tag in re.findall(r"<[a-z]+[^>]*data-kpi=[^>]*>", html):
        facts = dict(re.findall(r'(data-[a-z-]+)="([^"]*)"', tag))
        if "data-weighted" in facts:
            continue
        value = facts.get("data-value")
        found[facts["data-kpi"], facts["data-period"], facts.get("data-question", "")] = float(value) if value else None
    return found


def make_wide(airport: Airport, touchpoints: int, *, code: str = "wide", stages: int = 6) -> Journey:
    """A journey of so many touchpoints, each with a question that is answered, a team and an expectation."""
    journey = factories.make_journey(airport.program, code, stages=[f"step-{n}" for n in range(1, stages + 1)])
    places = list(journey.stages.order_by("position"))
    asked = ("Q7SIGN", "Q7FOOD", "Q7STORE", "Q13EASE")
    for n in range(touchpoints):
        point = factories.make_touchpoint(
            places[n % stages],
            f"{code}-{n}",
            name=f"Touchpoint number {n}",
            question_code=asked[n % len(asked)],
            aspect="ease" if n % len(asked) == 3 else "quality",
            team="Guest services",
        )
        factories.make_expectation(point, 4.0)
    return journey
