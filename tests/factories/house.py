"""One of everything."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from actions.models import ImprovementProject
from cxprogram.choices import Role
from cxprogram.models import OrgUnit, Program, User
from feedback.models import (
    Survey,
    Ticket,
)
from governance.models import CompensationStatement, Report
from journeys.models import (
    Kpi,
)
from tests.factories.feedback import make_driver_study, make_root_cause, make_survey, make_ticket
from tests.factories.governance import make_charter, make_report, make_scheme, make_statement
from tests.factories.journeys import (
    make_customer,
    make_expectation,
    make_journey,
    make_kpis,
    make_target,
    make_touchpoint,
)
from tests.factories.people import make_program, make_responsibility, make_units, make_user, root_of
from tests.factories.projects import make_project


@dataclass
class House:
    """One program with one of everything, at its root, in area G ("own") and in area A ("other")."""

    program: Program
    units: dict[str, OrgUnit]
    people: dict[str, User]
    survey: Survey
    kpis: dict[str, Kpi] = field(default_factory=dict)
    touchpoint: Any = None
    tickets: dict[str, Ticket] = field(default_factory=dict)
    projects: dict[str, ImprovementProject] = field(default_factory=dict)
    reports: dict[str, Report] = field(default_factory=dict)
    statements: dict[str, CompensationStatement] = field(default_factory=dict)
    scheme: Any = None
    charter: Any = None
    study: Any = None

    @property
    def root(self) -> OrgUnit:
        return next(unit for unit in self.units.values() if unit.parent_id is None)


# Who stands where: the whole program, or area G.
STANDS = {
    Role.OWNER: "",
    Role.ANALYST: "",
    Role.EXECUTIVE: "",
    Role.STEERING: "",
    Role.UNIT_MANAGER: "G",
    Role.FRONTLINE: "G",
    Role.PROJECT_LEAD: "",
    Role.AUDITOR: "",
    Role.ADVISOR: "",
    Role.INTEGRATION: "",
}


def make_people(program: Program, units: Mapping[str, OrgUnit]) -> dict[str, User]:
    """A person in each role, by role: managers and frontline at G, the others at the root."""
    root = root_of(program)
    return {
        role.value: make_user(
            role, units[code] if code else root, email=f"{role.value}@{program.slug}.example.org", name=str(role.label)
        )
        for role, code in STANDS.items()
    }


def make_house(slug: str = "sfo") -> House:
    """One of everything. `people["stranger"]` owns another program that has tickets and a report of its own."""
    program = make_program(slug)
    units = make_units(program)
    people = make_people(program, units)
    people["manager_a"] = make_user(Role.UNIT_MANAGER, units["A"], email=f"manager.a@{slug}.example.org")
    make_responsibility(people[Role.UNIT_MANAGER], units["G"])
    make_responsibility(people["manager_a"], units["A"])
    house = House(program, units, people, make_survey(program))
    house.kpis = make_kpis(program)
    stage = make_journey(program).stages.get(code="wait")
    house.touchpoint = make_touchpoint(stage, "food", question_code="Q7FOOD", aspect="quality")
    make_expectation(house.touchpoint, 4.5)
    make_root_cause(program)
    house.study = make_driver_study(program)
    for code in ("", "G", "A"):
        unit = units[code] if code else house.root
        customer = make_customer(program, unit=unit)
        house.tickets[code] = make_ticket(house.survey, unit, customer=customer)
        house.projects[code] = make_project(house.touchpoint, responsible=people[Role.PROJECT_LEAD], unit=unit)
        house.reports[code] = make_report(unit)
    owner, executive = people[Role.OWNER], people[Role.EXECUTIVE]
    house.scheme = make_scheme(program, author=owner, approver=executive)
    house.statements["G"] = make_statement(house.scheme, people[Role.UNIT_MANAGER], units["G"])
    house.statements["A"] = make_statement(house.scheme, people["manager_a"], units["A"])
    house.charter = make_charter(program, sponsor=executive, owner=owner)
    make_target(units["G"], 40, author=owner)

    other = make_program(f"{slug}-other", organisation="Another airport")
    people["stranger"] = make_user(Role.OWNER, root_of(other), email=f"stranger@{slug}-other.example.org")
    make_kpis(other)
    other_survey = make_survey(other, f"{slug}-other-passengers")
    make_ticket(other_survey)
    make_report(root_of(other))
    return house
