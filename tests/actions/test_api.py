"""GET /api/v1/projects/."""

import pytest

from actions.choices import EffectMethod
from actions.models import EffectStudy
from cxprogram.choices import Role
from tests import factories
from tests.api_client import Api, refused

pytestmark = pytest.mark.django_db


def make_effect(project, **fields):
    facts = {
        "method": EffectMethod.BEFORE_AFTER,
        "kpi_code": "mean",
        "question_code": "Q7FOOD",
        "before_period": "2015",
        "after_period": "2017",
        "before_value": 3.9,
        "before_n": 100,
        "after_value": 4.1,
        "after_n": 120,
        "difference": 0.2,
        "low": 0.05,
        "high": 0.35,
        "p_value": 0.01,
        "computed_at": factories.NOON,
    }
    return EffectStudy.objects.create(project=project, **(facts | fields))


def test_projects_come_with_their_gates_and_their_newest_effect():
    house = factories.make_house()
    project = house.projects["G"]
    make_effect(project, difference=9.0, computed_at=factories.NOON.replace(year=2016))
    make_effect(project)
    rows = Api(house.people[Role.PROJECT_LEAD], house.program).get("projects/").json()["results"]
    (row,) = (row for row in rows if row["id"] == project.pk)
    assert (row["unit"], row["touchpoint"], row["cost_amount"], row["currency"]) == ("G", "food", "120000.00", "USD")
    assert [(gate["position"], gate["decision"]) for gate in row["gates"]] == [(1, ""), (2, "")]
    assert (row["effect"]["difference"], row["effect"]["is_causal"]) == (0.2, False)
    assert len(rows) == 3


def test_projects_are_filtered_by_state():
    house = factories.make_house()
    factories.make_project(house.touchpoint, responsible=house.people[Role.PROJECT_LEAD], status="done")
    api = Api(house.people[Role.OWNER], house.program)
    assert len(api.get("projects/", status="done").json()["results"]) == 1
    assert refused(api.get("projects/", status="asleep"), 400, "status-unknown")


def test_the_list_of_projects_needs_a_constant_number_of_queries(django_assert_num_queries):
    house = factories.make_house()
    api = Api(house.people[Role.OWNER], house.program)
    gate = house.projects["G"].gates.first()
    gate.decision, gate.decided_by, gate.decided_at = "go", house.people[Role.OWNER], factories.NOON
    gate.save()
    for number in range(2):
        with django_assert_num_queries(6):  # key; program; projects, gates, who decided, effects
            assert api.get("projects/").status_code == 200
        if not number:
            for _ in range(5):
                make_effect(factories.make_project(house.touchpoint, responsible=house.people[Role.OWNER]))
