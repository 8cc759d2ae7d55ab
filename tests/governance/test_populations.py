"""Pages and the report where the KPIs of the program are about a part of the customers: its number is no one else's."""

import json
from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from django.test import Client

from cxprogram.choices import Role
from feedback.models import Response
from governance.insight.steering import gather
from governance.services import compensation, reports
from journeys.kpis.definitions import Definitions
from journeys.models import Segment
from journeys.services import kpi_filling, kpis
from tests import factories as make
from tests.governance.steering import AT, YEAR, furnish

pytestmark = pytest.mark.django_db
WHOSE = "only customers in the segment Gold"
build_house = furnish


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def parted(house: make.House) -> make.House:
    """Half of the customers are gold, and the mean and the score of loyalty are about them."""
    make.make_attribute(house.program, "tier")
    gold = make.make_customer(house.program, attributes={"tier": "gold"})
    numbers = Response.objects.filter(program=house.program).order_by("pk").values_list("pk", flat=True)
    Response.objects.filter(pk__in=list(numbers)[::2]).update(customer=gold)
    segment = Segment.objects.create(
        program=house.program, code="gold", name="Gold", definition={"attribute": "tier", "is": "gold"}
    )
    for code in ("mean", "nps"):
        kpis.new_version(house.kpis[code], valid_from=date(2015, 1, 1), population=segment)
    kpi_filling.fill(house.program, at=AT)
    return house


@pytest.mark.parametrize("role", [Role.OWNER, Role.EXECUTIVE, Role.UNIT_MANAGER, Role.FRONTLINE])
def test_the_home_says_whose_the_numbers_are_and_tells_nothing_of_the_whole_by_them(
    parted: make.House, client: Client, role: Role
) -> None:
    client.force_login(parted.people[role])
    page = client.get("/", {"period": "2017"})
    text = page.content.decode()
    assert page.status_code == 200
    assert 'data-kpi="mean"' in text and WHOSE in text
    assert not any(words in text for words in (" of 5.</h1>", "rated higher", "rated lower", "ecommended more"))


def test_no_kpi_about_a_part_is_that_of_the_whole(parted: make.House) -> None:
    definitions = Definitions(parted.program)
    assert definitions.overall is None and definitions.loyalty is None
    assert {"mean", "nps"} <= {kpi.code for kpi in definitions.headline}


@pytest.mark.parametrize("address", ["/kpis/", "/scorecard/", "/drivers/", "/targets/", "/audit/"])
def test_every_other_page_stands(parted: make.House, client: Client, address: str) -> None:
    client.force_login(parted.people[Role.OWNER])
    page = client.get(address, {"period": "2017"})
    assert page.status_code == 200
    assert (WHOSE in page.content.decode()) == (address in ("/kpis/", "/scorecard/", "/targets/"))


@pytest.mark.parametrize("address", ["/map/", "/journeys/", "/map/touchpoint/food/"])
def test_where_no_mean_is_of_everyone_the_map_says_what_is_missing(
    parted: make.House, client: Client, address: str
) -> None:
    for role, may_define in ((Role.OWNER, True), (Role.EXECUTIVE, False)):
        client.force_login(parted.people[role])
        page = client.get(address, {"period": "2017"})
        text = page.content.decode()
        assert page.status_code == 200 and "The journey cannot be read yet" in text
        assert "a mean and holds for all customers" in text
        assert ("/admin/journeys/kpi/add/" in text) == may_define


def test_the_target_that_is_looked_at_says_whose_it_is(parted: make.House, client: Client) -> None:
    client.force_login(parted.people[Role.OWNER])
    page = client.get("/targets/", {"period": "2018", "kpi": "nps"})
    assert page.context["whose"] == WHOSE and f"<p>{WHOSE}</p>" in page.content.decode()


def test_a_statement_says_whose_the_number_is_that_pays(parted: make.House, client: Client) -> None:
    owner = parted.people[Role.OWNER]
    scheme = make.make_scheme(parted.program, author=owner, approver=parted.people[Role.EXECUTIVE], min_n=50)
    statement = compensation.issue(scheme, parted.people[Role.UNIT_MANAGER], parted.units["A"], at=AT, by=owner)
    (goal,) = json.loads(statement.inputs)["components"]
    assert goal["population"] == {"": "Gold"}
    client.force_login(owner)
    shown = client.get(f"/statements/{statement.pk}/").content.decode()
    assert f"{goal['name']['']}, {WHOSE}" in shown
    assert compensation.verify_chain(parted.program) == []


def test_the_report_says_whose_the_numbers_are(parted: make.House) -> None:
    document = gather(parted.program, parted.root, YEAR, on=AT.date())
    assert (document["program"]["overall"], document["program"]["loyalty"], document["journey"]) == ("", "", None)
    text = reports.html(json.dumps(document), "en", inputs_sha256="a" * 64, previous_sha256="")
    assert WHOSE in text and "Too few answers to tell how the whole is rated." in text
