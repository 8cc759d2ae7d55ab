"""A target is held against the version of the KPI for which it was set, and against no other."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.test import Client

from cxprogram.periods import parse
from journeys.insight.target_table import build_table
from journeys.insight.targets import Targets
from journeys.kpis import registry
from journeys.kpis.registry import KpiQuery
from journeys.models import Kpi, KpiTarget
from journeys.services import kpis, targets
from tests import factories
from tests.cxprogram.admin_house import url
from tests.factories import House

pytestmark = pytest.mark.django_db
WHERE = {"kpi_code": "nps", "period": "2016"}


@pytest.fixture
def client(house: House) -> Client:
    found = Client(headers={"accept-language": "en"})
    found.force_login(house.people["owner"])
    return found


@pytest.fixture
def set_for(house: House) -> KpiTarget:
    """A target of 35 for version 1, beside answers of 2016."""
    factories.make_scores(house.survey, "NETPRO", {10: 60, 0: 40}, at=datetime(2016, 5, 15, 19, tzinfo=UTC))
    return targets.put(house.root, **WHERE, seen=0, by=house.people["owner"], value=Decimal(35))


def held_against(house: House, kpi: Kpi) -> float | None:
    (reading,) = registry.read(house.program, [KpiQuery(kpi, house.root, parse("2016"))])
    found = Targets(house.program, [house.root], [reading.period]).of(reading)
    return found.value if found else None


def test_a_target_is_held_against_the_version_for_which_it_was_set(house: House, set_for: KpiTarget) -> None:
    old = house.kpis["nps"]
    new = kpis.new_version(old, valid_from=date(2016, 1, 1))
    assert set_for.kpi_version == 1
    assert [held_against(house, kpi) for kpi in (old, new)] == [35, None]


def test_a_target_from_before_is_held_against_any(house: House, set_for: KpiTarget) -> None:
    KpiTarget.objects.filter(pk=set_for.pk).update(kpi_version=None)
    new = kpis.new_version(house.kpis["nps"], valid_from=date(2016, 1, 1))
    assert [held_against(house, kpi) for kpi in (house.kpis["nps"], new)] == [35, 35]


def test_the_same_value_for_another_version_is_another_target(house: House, set_for: KpiTarget) -> None:
    owner = house.people["owner"]
    assert targets.put(house.root, **WHERE, seen=1, by=owner, value=Decimal(35)) == set_for
    new = kpis.new_version(house.kpis["nps"], valid_from=date(2016, 1, 1))
    again = targets.put(house.root, **WHERE, seen=1, by=owner, value=Decimal(35))
    assert (again.version, again.kpi_version, again.approver) == (2, 2, None)
    assert held_against(house, new) == 35


def test_the_pages_say_for_which_version_a_target_was_set(house: House, set_for: KpiTarget, client: Client) -> None:
    note = "was set for version 1 of the definition"
    for address in ("/kpis/?kpi=nps&period=2016", "/targets/?period=2016"):
        assert note not in client.get(address).content.decode()
    kpis.new_version(house.kpis["nps"], valid_from=date(2016, 1, 1))
    page = client.get("/kpis/?kpi=nps&period=2016").content.decode()
    assert "The target 35 for 2016 was set for version 1 of the definition: nothing here is held against it." in page
    assert note not in client.get("/kpis/?kpi=nps&period=2016&version=1").content.decode()
    (row,) = build_table(house.program, parse("2016"), [house.root], user=house.people["owner"])
    assert row.is_of_another_version
    assert "Set for version 1 of the definition" in client.get("/targets/?period=2016").content.decode()


def test_the_admin_writes_down_the_version_of_a_new_target(house: House, client: Client) -> None:
    kpis.new_version(house.kpis["nps"], valid_from=date(2016, 1, 1))
    facts = {"program": house.program.pk, **WHERE, "unit": house.root.pk, "value": "35"}
    client.post(url(KpiTarget, "add"), facts)
    assert KpiTarget.objects.get(period="2016").kpi_version == 2
