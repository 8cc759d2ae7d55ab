"""The form of one target: numbers are typed as they are shown, and held to what the KPI can be."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from journeys.models import KpiTarget
from tests import factories
from tests.factories import House

pytestmark = pytest.mark.django_db


def owner_of(house: House) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(house.people["owner"])
    return client


def address(kpi: str) -> str:
    return f"/targets/?period=2018&kpi={kpi}"


def typed(value: str, **others: str) -> dict[str, str]:
    return {"do": "set", "seen": "0", "value": value, "basis": "The board wants it"} | others


def label_of(page: Any, name: str) -> tuple[str, str]:
    field = page.context["form"][name]
    return str(field.label), str(field.help_text)


def test_a_share_is_typed_in_per_cent_and_kept_from_0_to_1(house: House) -> None:
    client = owner_of(house)
    assert label_of(client.get(address("top2")), "value") == ("Target, in per cent", "From 0 to 100.")
    assert client.post(address("top2"), typed("82.5", stretch="90")).status_code == 303
    target = KpiTarget.objects.get(kpi_code="top2")
    assert (target.value, target.stretch) == (Decimal("0.825"), Decimal("0.9"))
    form = client.get(address("top2")).context["form"]
    assert (form["value"].value(), form["stretch"].value()) == (Decimal("82.5"), Decimal(90))


@pytest.mark.parametrize(("value", "stored"), [("28", "0.28"), ("1", "0.01"), ("0.85", "0.0085"), ("100", "1")])
def test_every_number_typed_for_a_share_is_per_cent(house: House, value: str, stored: str) -> None:
    assert owner_of(house).post(address("top2"), typed(value)).status_code == 303
    assert KpiTarget.objects.get(kpi_code="top2").value == Decimal(stored)


@pytest.mark.parametrize(
    ("kpi", "value", "others", "said"),
    [
        ("top2", "2800", {}, "A target of this KPI lies from 0 to 100."),
        ("top2", "80", {"stretch": "101"}, "A target of this KPI lies from 0 to 100."),
        ("mean", "9", {}, "A target of this KPI lies from 1 to 5."),
        ("nps", "-101", {}, "A target of this KPI lies from −100 to 100."),
    ],
)
def test_what_the_kpi_cannot_be_is_refused_beside_its_field(
    house: House, kpi: str, value: str, others: dict[str, str], said: str
) -> None:
    reply = owner_of(house).post(address(kpi), typed(value, **others))
    assert reply.status_code == 422
    assert reply.context["form"].errors["stretch" if others else "value"] == [said]
    assert f'value="{value}"' in reply.content.decode(), "what was typed stays"
    assert not KpiTarget.objects.filter(kpi_code=kpi, period="2018").exists()


def test_a_time_is_typed_in_hours_as_it_is_shown(house: House) -> None:
    parameters = {"from": ["ask"], "to": ["answer"]}
    factories.make_kpi(
        house.program, "wait", collector="waiting_time", measure="duration", parameters=parameters,
        higher_is_better=False,
    )  # fmt: skip
    client = owner_of(house)
    assert label_of(client.get(address("wait")), "value") == ("Target, in hours", "At least 0.")
    assert client.post(address("wait"), typed("1.5")).status_code == 303
    target = KpiTarget.objects.get(kpi_code="wait")
    assert target.value == 5_400
    assert client.post(address("wait"), typed("-1")).status_code == 422
    assert client.post(address("wait"), typed("9999999")).status_code == 422, "more seconds than can be kept"


def test_a_number_that_was_not_touched_is_kept_to_the_last_digit(house: House) -> None:
    parameters = {"from": ["ask"], "to": ["answer"]}
    kpi = factories.make_kpi(house.program, "wait", collector="waiting_time", measure="duration", parameters=parameters)
    owner = house.people["owner"]
    old = factories.make_target(house.root, 5_000, author=owner, kpi_code=kpi.code, question_code="", period="2018")
    client = owner_of(house)
    shown = client.get(address("wait")).context["form"]["value"].value()
    assert shown == Decimal("1.3889")
    assert client.post(address("wait"), typed(str(shown)) | {"seen": "1"}).status_code == 303
    new = KpiTarget.objects.in_force().get(kpi_code="wait")
    assert (new.version, new.value) == (2, old.value)


def test_what_is_expected_lies_where_the_kpi_can(house: House) -> None:
    for year, best in {2014: 60, 2015: 62, 2016: 65}.items():
        at = datetime(year, 5, 15, 19, tzinfo=UTC)
        factories.make_scores(house.survey, "Q7ALL", {5: best, 2: 100 - best}, at=at)
    page = owner_of(house).get("/targets/?period=2017&kpi=top2").content.decode()
    assert "2017 brings 67.5\u00a0%, with 95 % certainty from 0.0 to 100.0." in page
