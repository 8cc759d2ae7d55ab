"""Projects and gates in the admin."""

import pytest
from django.test import Client

from actions.choices import ProjectStatus
from actions.models import Gate, ImprovementProject
from cxprogram.models import User
from tests.cxprogram.admin_house import url
from tests.factories import House

pytestmark = pytest.mark.django_db


def as_(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_it_decides_a_gate_by_the_service(house: House) -> None:
    project = house.projects[""]
    first, second = project.gates.order_by("position")
    facts = {"action": "go_on", "_selected_action": [second.pk]}
    answer = as_(house.people["owner"]).post(url(Gate, "changelist"), facts, follow=True)
    assert "Another gate is to be decided first." in str(next(iter(answer.context["messages"])))
    as_(house.people["owner"]).post(url(Gate, "act", first.pk, "go_on"))
    first.refresh_from_db()
    assert (first.decision, first.decided_by) == ("go", house.people["owner"])


def test_it_decides_the_gates_of_a_project_in_their_order(house: House) -> None:
    project = house.projects[""]
    facts = {"action": "go_on", "_selected_action": [gate.pk for gate in project.gates.order_by("-position")]}
    as_(house.people["owner"]).post(url(Gate, "changelist"), facts)
    project.refresh_from_db()
    assert project.status == ProjectStatus.DONE


def test_it_lets_an_analyst_decide_nothing(house: House) -> None:
    gate = house.projects[""].gates.order_by("position")[0]
    answer = as_(house.people["analyst"]).post(url(Gate, "act", gate.pk, "go_on"), follow=True)
    assert "You do not decide on this project." in str(next(iter(answer.context["messages"])))
    gate.refresh_from_db()
    assert gate.decision == ""


def test_it_offers_decisions_at_the_current_gate_only(house: House) -> None:
    client = as_(house.people["owner"])
    offered = [
        len(client.get(url(Gate, "change", gate.pk)).context["object_actions"])
        for gate in house.projects[""].gates.order_by("position")
    ]
    assert offered == [3, 0]


def test_it_writes_no_decision_by_the_form(house: House) -> None:
    gate = house.projects[""].gates.order_by("position")[0]
    facts = {"project": gate.project_id, "position": 1, "name": "Idea", "due_on": "2018-01-01", "decision": "go"}
    assert as_(house.people["owner"]).post(url(Gate, "change", gate.pk), facts).status_code == 302
    gate.refresh_from_db()
    assert (str(gate.due_on), gate.decision) == ("2018-01-01", "")


def test_it_counts_the_gates_that_are_not_decided(house: House) -> None:
    rows = as_(house.people["owner"]).get(url(ImprovementProject, "changelist")).context["cl"].result_list
    assert {row.open_n for row in rows} == {2}
