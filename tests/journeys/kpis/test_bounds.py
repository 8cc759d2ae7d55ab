"""Between which values a KPI can lie, and that no door takes a target beyond."""

from decimal import Decimal
from math import inf
from typing import Any

import pytest
from django.test import Client

from journeys.kpis import bounds, questions
from journeys.models import KpiTarget
from journeys.services import targets
from journeys.services.targets import TargetError
from tests import factories
from tests.cxprogram.admin_house import url
from tests.factories import House

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("code", "fields", "expected"),
    [
        ("nps", {}, (-100, 100)),
        ("mean", {}, (1, 5)),
        ("top2", {}, (0, 1)),
        ("index", {"collector": "satisfaction_index", "measure": "points", "question_code": "Q7ALL"}, (0, 100)),
        ("visits", {"collector": "event_count", "measure": "count"}, (0, inf)),
        ("wait", {"collector": "waiting_time", "measure": "duration"}, (0, inf)),
        ("paid", {"collector": "revenue", "measure": "money"}, None),
        ("points", {"collector": "event_sum", "measure": "count"}, None),
    ],
)
def test_a_kpi_lies_within_the_bounds_of_what_it_is_written_in(
    house: House, code: str, fields: dict[str, Any], expected: tuple[float, float] | None
) -> None:
    kpi = house.kpis.get(code) or factories.make_kpi(house.program, code, **fields)
    facts = questions.facts(house.program, {kpi.question_code}).get(kpi.question_code)
    assert bounds.of(kpi, facts) == expected


@pytest.mark.parametrize(
    ("kpi", "question", "facts", "field", "said"),
    [
        ("top2", "", {"value": "28"}, "value", "0 to 1"),
        ("top2", "", {"value": "0.8", "stretch": "1.01"}, "stretch", "0 to 1"),
        ("top2", "", {"value": "0.8", "baseline": "-0.1"}, "baseline", "0 to 1"),
        ("mean", "", {"value": "9"}, "value", "1 to 5"),
        ("mean", "Q7FOOD", {"value": "0.99"}, "value", "1 to 5"),
        ("nps", "", {"value": "-101"}, "value", "−100 to 100"),
    ],
)
def test_no_target_lies_where_its_kpi_cannot(
    house: House, kpi: str, question: str, facts: dict[str, str], field: str, said: str
) -> None:
    put = {"kpi_code": kpi, "question_code": question, "period": "2018", "seen": 0, "by": house.people["owner"]}
    with pytest.raises(TargetError) as refused:
        targets.put(house.root, **put, **{name: Decimal(value) for name, value in facts.items()})
    assert (refused.value.code, refused.value.extra["field"]) == ("target-out-of-bounds", field)
    assert said in str(refused.value.detail)
    assert not KpiTarget.objects.filter(kpi_code=kpi, period="2018").exists()


def test_the_ends_of_the_scale_are_within_it(house: House) -> None:
    facts = {"value": Decimal(1), "baseline": Decimal(0), "stretch": None}
    assert targets.put(house.root, kpi_code="top2", period="2018", seen=0, by=house.people["owner"], **facts).value == 1


def test_a_target_is_of_a_question_that_the_program_asks(house: House) -> None:
    put = {"kpi_code": "mean", "period": "2018", "seen": 0, "by": house.people["owner"], "value": Decimal(4)}
    with pytest.raises(TargetError) as refused:
        targets.put(house.root, question_code="NOPE", **put)
    assert refused.value.code == "target-question-unknown"
    assert "NOPE" in str(refused.value.detail)


def test_what_lies_beyond_is_neither_revised_nor_approved(house: House) -> None:
    target = factories.make_target(house.root, 28, author=house.people["owner"], kpi_code="top2", question_code="")
    for call in (
        lambda: targets.revise(target, by=house.people["owner"], basis="Of old"),
        lambda: targets.approve(target, by=house.people["analyst"]),
    ):
        with pytest.raises(TargetError) as refused:
            call()
        assert refused.value.code == "target-out-of-bounds"
    assert targets.revise(target, by=house.people["owner"], value=Decimal("0.28")).version == 2


def test_the_admin_says_what_a_target_may_be(house: House) -> None:
    client = Client()
    client.force_login(house.people["owner"])
    facts = {"program": house.program.pk, "kpi_code": "top2", "period": "2018", "unit": house.root.pk}
    answer = client.post(url(KpiTarget, "add"), facts | {"value": "28", "stretch": "29", "baseline": "0.5"})
    errors = answer.context["adminform"].form.errors
    assert set(errors) == {"value", "stretch"} and "0 to 1" in errors["value"][0]
    answer = client.post(url(KpiTarget, "add"), facts | {"value": "0.8", "question_code": "NOPE"})
    assert set(answer.context["adminform"].form.errors) == {"question_code"}

    client.post(url(KpiTarget, "add"), facts | {"value": "0.8"})
    target = KpiTarget.objects.get(kpi_code="top2")
    answer = client.post(url(KpiTarget, "change", target.pk), {"value": "9", "basis": ""})
    assert set(answer.context["adminform"].form.errors) == {"value"}
