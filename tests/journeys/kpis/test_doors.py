"""One reading of a counted KPI for page, API and CSV; versions apart."""

import csv
import re
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.test import Client

from cxprogram.choices import Role
from cxprogram.models import User
from journeys.models import Kpi
from journeys.services import kpis
from tests import factories
from tests.api_client import Api, refused
from tests.journeys.kpis.events import World, define, fill, happen, make_world, reading
from tests.journeys.pages import values

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    world = make_world()
    people = [factories.make_customer(world.program).pk for _n in range(30)]
    happen(world, [(person, "A", f"2026-0{month}-05", "visit") for person in people for month in (1, 2)])
    happen(world, [(person, "G", "2026-01-07", "complaint") for person in people[:6]])
    return world


@pytest.fixture
def owner(world: World) -> Any:
    return factories.make_user(Role.OWNER, world.root)


@pytest.fixture
def client(owner: Any) -> Client:
    client = Client()
    client.force_login(owner)
    return client


def lines(client: Client, **query: Any) -> list[dict[str, str]]:
    reply = client.get("/kpis.csv", query)
    assert reply.status_code == 200
    return list(csv.DictReader(StringIO(reply.content.decode().lstrip("\ufeff"))))


def test_page_api_and_file_tell_the_same(world: World, owner: Any, client: Client) -> None:
    define(world, "event_rate", "rate", "complaints", parameters={"types": ["complaint"], "among": ["visit"]})
    fill(world)
    page = client.get("/kpis/", {"kpi": "complaints", "period": "2026-01"}).content.decode()
    told = Api(owner, world.program).get("kpi-values/", kpi="complaints", period="2026-01").json()
    (line,) = [line for line in lines(client, kpi="complaints", period="2026-01") if line["period"] == "2026-01"]
    assert told["value"] == 6 / 36
    assert values(page)["complaints", "2026-01", ""] == told["value"]
    assert [float(line[name]) for name in ("value", "low", "high", "n")] == [
        told[name] for name in ("value", "low", "high", "n")
    ]
    assert (told["question"], told["counts"], told["method"], told["n"]) == ("", {}, "poisson-exact", 36)
    assert "Survey weights" not in page


def test_a_counted_kpi_has_no_question(world: World, owner: Any) -> None:
    define(world, "event_count", "count", "visits")
    reply = Api(owner, world.program).get("kpi-values/", kpi="visits", question="Q7ALL")
    assert refused(reply, 422, "kpi-has-no-question")


def test_a_new_version_is_a_new_series_and_the_old_one_stays_readable(world: World, owner: Any, client: Client) -> None:
    old = define(world, "event_count", "count", "visits", parameters={"types": ["visit"]})
    fill(world)
    parameters = {"types": ["complaint"]}
    new = kpis.new_version(old, valid_from=date(2026, 1, 1), parameters=parameters)
    fill(world)
    api = Api(owner, world.program)
    told = {
        version: api.get("kpi-values/", kpi="visits", period="2026", **asked).json()
        for version, asked in {0: {}, 1: {"version": "1"}, 2: {"version": "2"}}.items()
    }
    assert [(told[n]["version"], told[n]["value"]) for n in (0, 1, 2)] == [(2, 6), (1, 60), (2, 6)]
    for kpi, asked in ((new, {}), (old, {"version": 1})):
        page = client.get("/kpis/", {"kpi": "visits", "period": "2026", **asked}).content.decode()
        trend = page[: page.index("All KPIs")] if "All KPIs" in page else page
        assert values(trend)["visits", "2026", ""] == reading(world, kpi, "2026").value
        (line,) = lines(client, kpi="visits", period="2026", **asked)
        assert (int(line["version"]), float(line["value"])) == (kpi.version, reading(world, kpi, "2026").value)
    assert 'name="version" value="1"' in client.get("/kpis/?kpi=visits&version=1").content.decode()
    assert refused(api.get("kpi-values/", kpi="visits", version="3"), 404, "kpi-unknown")
    assert refused(api.get("kpi-values/", kpi="visits", version="x"), 400, "parameter-invalid")


def test_the_page_shows_all_kpis_in_their_tree(world: World, client: Client) -> None:
    whole = define(world, "event_count", "count", "visits", name="Visits", descriptions={"en": "People who came"})
    define(world, "event_rate", "rate", "complaints", name="Complaints", level="operation", parent_code="visits",
           parameters={"types": ["complaint"]})  # fmt: skip
    factories.make_target(world.root, 50, author=factories.make_user(Role.OWNER, world.root), kpi_code="visits",
                          question_code="", period="2026")  # fmt: skip
    fill(world)
    page = client.get("/kpis/", {"kpi": "visits", "period": "2026"}).content.decode()
    tree = page[page.index("All KPIs") :]
    assert tree.index(">Visits<") < tree.index(">Complaints<")
    for said in ("part of Visits", "Operation", "People who came", "definition 1", "50, "):
        assert said in tree, said
    assert values(tree)["visits", "2026", ""] == reading(world, whole, "2026").value


def test_a_program_that_only_counts_has_its_page(world: World, client: Client) -> None:
    define(world, "event_count", "count", "visits", name="Visits")
    fill(world)
    assert "Visits: 66 in 2026" in client.get("/kpis/").content.decode()


def test_a_kpi_that_nothing_was_counted_for_says_so(world: World, client: Client) -> None:
    define(world, "event_count", "count", "visits", name="Visits")
    assert "Visits: nothing to show yet" in client.get("/kpis/").content.decode()


def test_units_are_compared_with_the_rest_without_the_units_own(world: World, client: Client) -> None:
    define(world, "event_rate", "rate", "complaints", name="Complaints", higher_is_better=False,
           parameters={"types": ["complaint"]})  # fmt: skip
    fill(world)
    page = client.get("/kpis/", {"kpi": "complaints", "period": "2026-01"}).content.decode()
    # At A nobody of 30 complained, at G each of 6: the rest of each is the other.
    assert "better than the rest, 1.000" in page
    assert "worse than the rest, 0.000" in page


def test_the_admin_refuses_what_cannot_be_counted_at_the_field_that_is_wrong(world: World, client: Client) -> None:
    User.objects.update(is_staff=True)
    facts = {
        "program": world.program.pk, "code": "churn", "name": "Churn", "collector": "churn", "measure": "share",
        "level": "program", "parameters": '{"months": 99}', "valid_from": "2026-01-01", "axis_low": 0, "axis_high": 1,
        "higher_is_better": "", "cxprogram-responsibility-content_type-object_id-TOTAL_FORMS": 0,
    }  # fmt: skip
    form = client.get("/admin/journeys/kpi/add/").content.decode()
    for prefix in re.findall(r'name="([^"]+)-TOTAL_FORMS"', form):
        facts |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    page = client.post("/admin/journeys/kpi/add/", facts).content.decode()
    assert "months: Write a whole number from 1 to 36." in page
    client.post("/admin/journeys/kpi/add/", facts | {"parameters": '{"months": 6}'})
    assert Kpi.objects.get(code="churn").parameters == {"months": 6}
