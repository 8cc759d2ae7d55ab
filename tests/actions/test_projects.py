"""Improvement projects: gate by gate, by those who fund them, on pages that each role finds in its scope."""

import re
from datetime import date

import pytest

from actions.choices import GateDecision, ProjectStatus
from actions.models import Gate
from actions.services import effects
from actions.services.projects import current_gate, decide_gate
from cxprogram import periods
from cxprogram.errors import DomainError
from tests.factories import NOON, fold, make_scores
from tests.page_texts import texts

pytestmark = pytest.mark.django_db


def gates(project) -> list[Gate]:
    return list(project.gates.order_by("position"))


# --- deciding -----------------------------------------------------------------------------------
def test_gates_are_passed_one_after_the_other(house):
    project, steering = house.projects[""], house.people["steering"]
    project.status, project.started_on = ProjectStatus.PROPOSED, None
    project.save()
    first, last = gates(project)
    decide_gate(first, decision=GateDecision.GO, by=steering, at=NOON)
    project.refresh_from_db()
    assert (project.status, project.started_on) == (ProjectStatus.RUNNING, date(2017, 5, 15))
    assert current_gate(gates(project)) == last
    decide_gate(last, decision=GateDecision.GO, by=steering, at=NOON)
    project.refresh_from_db()
    assert project.status == ProjectStatus.DONE
    assert current_gate(gates(project)) is None


def test_a_change_is_decided_again_and_a_stop_ends_it(house):
    project, steering = house.projects[""], house.people["steering"]
    first, last = gates(project)
    decide_gate(first, decision=GateDecision.CHANGE, by=steering, at=NOON)
    assert current_gate(gates(project)) == first
    decide_gate(first, decision=GateDecision.STOP, by=steering, at=NOON)
    project.refresh_from_db()
    assert project.status == ProjectStatus.STOPPED
    with pytest.raises(DomainError) as refused:
        decide_gate(last, decision=GateDecision.GO, by=steering, at=NOON)
    assert refused.value.code == "project-ended"


def test_the_same_decision_again_changes_nothing(house):
    first, _last = gates(house.projects[""])
    decide_gate(first, decision=GateDecision.GO, by=house.people["steering"], at=NOON)
    again = decide_gate(first, decision=GateDecision.GO, by=house.people["steering"], at=NOON.replace(year=2018))
    assert again.decided_at == NOON


@pytest.mark.parametrize(
    ("role", "code"),
    [
        ("owner", None),
        ("executive", None),
        ("steering", None),
        ("analyst", "gate-not-yours"),
        ("unit_manager", "gate-not-yours"),
        ("project_lead", "gate-not-yours"),
        ("stranger", "gate-not-yours"),
    ],
)
def test_those_who_fund_it_decide(house, role, code):
    first, _last = gates(house.projects[""])
    if code is None:
        assert decide_gate(first, decision=GateDecision.GO, by=house.people[role], at=NOON).decided_by
        return
    with pytest.raises(DomainError) as refused:
        decide_gate(first, decision=GateDecision.GO, by=house.people[role], at=NOON)
    assert refused.value.code == code


def test_nobody_decides_on_a_project_of_ones_own(house):
    project = house.projects[""]
    project.responsible = house.people["steering"]
    project.save()
    with pytest.raises(DomainError) as refused:
        decide_gate(gates(project)[0], decision=GateDecision.GO, by=house.people["steering"], at=NOON)
    assert refused.value.code == "gate-not-yours"


@pytest.mark.parametrize(
    ("place", "decision", "code"), [(1, "go", "gate-not-current"), (0, "", "gate-decision-unknown")]
)
def test_what_cannot_be_decided_is_refused_by_name(house, place, decision, code):
    with pytest.raises(DomainError) as refused:
        decide_gate(gates(house.projects[""])[place], decision=decision, by=house.people["steering"], at=NOON)
    assert refused.value.code == code


# --- pages --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("owner", 200),
        ("executive", 200),
        ("unit_manager", 200),
        ("project_lead", 200),
        ("integration", 200),
        ("frontline", 404),
        ("auditor", 404),
        ("advisor", 404),
    ],
)
def test_each_role_finds_projects_or_not(client, house, role, status):
    client.force_login(house.people[role])
    assert client.get("/projects/").status_code == status
    assert client.get(f"/projects/{house.projects[''].code}/").status_code == status


def test_a_project_of_another_program_is_not_found(client, house):
    client.force_login(house.people["stranger"])
    assert client.get(f"/projects/{house.projects[''].code}/").status_code == 404
    answer = client.post(f"/projects/{house.projects[''].code}/decide/", {"gate": 1, "decision": "go"})
    assert answer.status_code == 404


def measured(house, code):
    """A project with answers of two years at its unit."""
    project = house.projects[code]
    for year, counts in ((2016, {3: 20, 4: 10, 2: 10}), (2017, {4: 20, 5: 10, 3: 10})):
        make_scores(house.survey, "Q7FOOD", counts, unit=project.unit, at=NOON.replace(year=year))
    fold(house.program)
    effects.measure_before_after(project, before=periods.parse("2016"), after=periods.parse("2017"), at=NOON)
    return project


def test_before_and_after_stand_with_their_doubt(client, house):
    project = measured(house, "")
    client.force_login(house.people["executive"])
    page = client.get(f"/projects/{project.code}/")
    said = texts(page)
    assert "this is not shown to be the project’s effect" in said
    assert "+1.00 since 2016" in said
    assert re.search(r"USD.120,000", said)
    html = page.content.decode()
    assert 'data-kpi="mean" data-period="2016" data-question="Q7FOOD" data-value="3.0"' in html
    assert 'data-kpi="mean" data-period="2017" data-question="Q7FOOD" data-value="4.0"' in html


def test_scores_of_another_unit_are_not_shown_with_its_project(client, house):
    project = measured(house, "A")
    client.force_login(house.people["unit_manager"])
    page = client.get(f"/projects/{project.code}/")
    assert page.status_code == 200
    assert "data-value" not in page.content.decode()
    assert "Not shown here" in texts(page)
    assert "+1.00" not in texts(client.get("/projects/"))


def test_a_gate_is_decided_on_the_page_by_who_may(client, house):
    project = house.projects[""]
    first, last = gates(project)
    address = f"/projects/{project.code}/"
    client.force_login(house.people["project_lead"])
    assert 'name="decision"' not in client.get(address).content.decode()
    assert client.post(f"{address}decide/", {"gate": first.pk, "decision": "go"}).status_code == 403
    client.force_login(house.people["steering"])
    page = client.get(address)
    assert 'name="decision"' in page.content.decode()
    assert "checked" not in page.content.decode()
    assert client.post(f"{address}decide/", {"gate": first.pk}).status_code == 422
    assert client.post(f"{address}decide/", {"gate": last.pk, "decision": "go"}).status_code == 409
    other = gates(house.projects["A"])[0]
    assert client.post(f"{address}decide/", {"gate": other.pk, "decision": "go"}).status_code == 404
    answer = client.post(f"{address}decide/", {"gate": first.pk, "decision": "go"})
    assert (answer.status_code, answer["Location"]) == (303, address)
    assert "Your decision is kept." in texts(client.get(address))


@pytest.mark.parametrize("extra", [0, 6])
def test_the_list_takes_a_constant_number_of_queries(client, house, django_assert_num_queries, extra):
    from tests.factories import make_project

    for _ in range(extra):
        make_project(house.touchpoint, responsible=house.people["project_lead"])
    client.force_login(house.people["executive"])
    client.get("/projects/")
    # session, person, memberships with their program; projects, gates, effects, KPIs
    with django_assert_num_queries(7):
        client.get("/projects/")


def test_an_empty_list_says_what_would_stand_there(client, house):
    for project in house.projects.values():
        project.gates.all().delete()
        project.delete()
    client.force_login(house.people["executive"])
    assert "No project yet" in texts(client.get("/projects/"))
