"""A value that was told of a period that is over gives way to another in full view; editing a segment moves none."""

import csv
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from cxprogram.choices import Role
from journeys.models import Customer, Interaction, Kpi, KpiFill, KpiValue, Segment
from journeys.services import kpi_values, kpis
from tests import factories
from tests.api_client import Api
from tests.journeys.kpis.events import NOW, World, define, fill, happen, make_world, reading

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=2)
SWEDES = {"field": "language", "is": "sv"}


@pytest.fixture
def world() -> World:
    return make_world()


def keep(world: World, at: datetime = NOW) -> int:
    return kpi_values.keep(world.program, at=at)


def told(kpi: Kpi, period: str = "2026-01", unit: str = "SFO") -> list[tuple[float | None, int | None]]:
    rows = KpiValue.objects.filter(kpi=kpi, period=period, unit__code=unit).oldest_first()
    return list(rows.values_list("value", "n"))


# --- segments -----------------------------------------------------------------------------------
def test_a_kpi_counts_by_the_filter_that_its_segment_had_when_the_version_was_made(world: World) -> None:
    swede, finn = (factories.make_customer(world.program).pk for _n in range(2))
    Customer.objects.filter(pk=swede).update(language="sv")
    Customer.objects.filter(pk=finn).update(language="fi")
    segment = Segment.objects.create(program=world.program, code="s", name="Swedes", definition=SWEDES)
    old = define(world, "event_count", "count", "visits", population=segment)
    happen(world, [(swede, "A", "2026-01-05", "visit")] * 3 + [(finn, "A", "2026-01-05", "visit")])
    fill(world)
    segment.definition = {}
    segment.save()
    old.refresh_from_db()
    assert (old.population_filter, old.has_population_changed) == (SWEDES, True)
    fill(world, rebuild=True)
    assert reading(world, old).value == 3, "counted again from nothing, it is the same number"

    new = kpis.new_version(old, valid_from=date(2026, 1, 1))
    fill(world)
    assert (new.population_filter, new.has_population_changed) == ({}, False)
    assert [reading(world, kpi).value for kpi in (old, new)] == [3, 4], "another series, the old one stays"


def test_not_even_the_database_lets_a_version_have_another_filter(world: World) -> None:
    kpi = define(world, "event_count", "count")
    with pytest.raises(IntegrityError), transaction.atomic():
        Kpi.objects.filter(pk=kpi.pk).update(population_filter=SWEDES)


def test_whoever_edits_a_segment_is_told_which_kpis_go_on_as_before(world: World, client: Client) -> None:
    client.force_login(factories.make_user(Role.OWNER, world.root))
    segment = Segment.objects.create(program=world.program, code="s", name="Swedes", definition=SWEDES)
    kpi = define(world, "event_count", "count", "visits", name="Visits", population=segment)
    happen(world, [(None, "A", "2026-01-05", "visit")])
    fill(world)
    assert 'id="population"' not in client.get("/kpis/").content.decode()
    form = client.get("/segments/s/").content.decode()
    assert f"/admin/journeys/kpi/add/?replaces={kpi.pk}" in form and ">Visits<" in form
    body = {"name": "Swedes", "joined": "all", "do": "save",
            "rule0-subject": "field:language", "rule0-word": "is", "rule0-value": "fi"}  # fmt: skip
    assert client.post("/segments/s/", body).status_code == 303
    page = client.get("/segments/").content.decode()
    assert "count on by its filter of before" in page
    page = client.get("/kpis/").content.decode()
    assert "The segment Swedes was edited after this version was made." in page
    assert f"/admin/journeys/kpi/add/?replaces={kpi.pk}" in page


def test_a_population_that_names_what_is_no_more_keeps_no_other_kpi_from_being_counted(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    gone = {"attribute": "gone", "is": "x"}
    segment = Segment.objects.create(program=world.program, code="s", name="s", definition=gone)
    define(world, "event_count", "count", "a-first", population=segment)
    other = define(world, "event_count", "count", "b-other")
    happen(world, [(None, "A", "2026-01-05", "visit")])
    fill(world)
    assert reading(world, other).value == 1 and "cannot be counted" in caplog.text


# --- corrections --------------------------------------------------------------------------------
def test_what_comes_late_leaves_the_value_that_was_told_beside_the_new_one(world: World, client: Client) -> None:
    owner = factories.make_user(Role.OWNER, world.root)
    client.force_login(owner)
    kpi = define(world, "event_count", "count", "visits", name="Visits")
    happen(world, [(None, "A", "2026-01-05", "visit")] * 6)
    fill(world)
    assert keep(world) > 0
    assert keep(world, LATER) == 0, "twice changes nothing"
    happen(world, [(None, "A", "2026-01-06", "visit")], received_at=timezone.now())
    fill(world, at=LATER)

    def seen() -> tuple[Any, ...]:
        asked = {"kpi": "visits", "period": "2026-01"}
        page = client.get("/kpis/", asked).content.decode()
        reply = Api(owner, world.program).get("kpi-values/", corrections="true", **asked).json()
        file = StringIO(client.get("/kpis.csv", asked).content.decode())
        (line,) = [line for line in csv.DictReader(file) if line["period"] == "2026-01"]
        (was,) = reply["corrected"]
        assert was["corrected_at"][:10] == line["corrected_at"][:10] == "2026-06-17"
        assert "January 2026: corrected on 17 Jun 2026 from 6 (n 6) to 7 (n 7)." in page.replace("\xa0", " ")
        return reply["value"], was["value"], was["n"], float(line["value_before"]), int(line["n_before"])

    before_it_is_kept = seen()
    assert before_it_is_kept == (7, 6, 6, 6, 6)
    assert keep(world, LATER) == 2, "the month of the unit and of the whole; the year is not over"
    assert seen() == before_it_is_kept
    assert told(kpi) == told(kpi, unit="A") == [(6, 6), (7, 7)]


def test_a_period_that_is_not_over_is_corrected_by_nothing(world: World) -> None:
    kpi = define(world, "event_count", "count", "visits")
    happen(world, [(None, "A", "2026-06-05", "visit")])
    fill(world)
    assert keep(world) == 0
    month_is_over = datetime(2026, 7, 1, 7, tzinfo=UTC)  # midnight in San Francisco
    assert keep(world, month_is_over - timedelta(seconds=1)) == 0
    assert keep(world, month_is_over) == 2
    assert told(kpi, "2026-06") == [(1, 1)]


@pytest.mark.parametrize(
    ("change", "then"),
    [
        (lambda world: Interaction.objects.all().delete(), [(2, 2), (0, 0)]),
        (lambda world: Interaction.objects.update(unit=world.units["G"]), [(2, 2), (0, 0)]),
        (lambda world: None, [(2, 2)]),
    ],
    ids=["taken away", "counted at another unit", "nothing"],
)
def test_what_is_taken_away_or_moved_is_a_correction_when_it_is_counted(world: World, change: Any, then: Any) -> None:
    kpi = define(world, "event_count", "count", "visits")
    happen(world, [(None, "A", "2026-01-05", "visit")] * 2)
    fill(world)
    keep(world)
    change(world)
    KpiFill.objects.update(state="started")
    fill(world, at=LATER)
    keep(world, LATER)
    assert told(kpi, unit="A") == then


def test_a_unit_that_moves_in_the_tree_corrects_what_was_told_of_the_one_above(world: World) -> None:
    kpi = define(world, "event_count", "count", "visits")
    happen(world, [(None, "G", "2026-01-05", "visit")] * 2)
    fill(world)
    keep(world)
    moved = world.units["G"]
    moved.parent = world.units["A"]
    moved.save()
    keep(world, LATER)
    assert (told(kpi, unit="A"), told(kpi, unit="G"), told(kpi)) == ([(2, 2)], [(2, 2)], [(2, 2)])
    moved.parent = world.root
    moved.save()
    keep(world, LATER + timedelta(days=1))
    assert told(kpi, unit="A") == [(2, 2), (0, 0)]


def test_a_value_that_is_hidden_now_tells_nothing_of_earlier_ones(world: World, client: Client) -> None:
    owner = factories.make_user(Role.OWNER, world.root)
    kpi = define(world, "event_count", "count", "visits")
    happen(world, [(None, "A", "2026-01-05", "visit")] * 6)
    fill(world)
    keep(world)
    world.program.min_n = 10
    world.program.save()
    reply = Api(owner, world.program).get("kpi-values/", kpi="visits", period="2026-01", corrections="1").json()
    assert (reply["suppressed"], reply["corrected"]) == (True, [])
    keep(world, LATER)
    assert told(kpi) == [(6, 6), (None, None)]


def test_the_database_itself_keeps_what_was_told(world: World) -> None:
    define(world, "event_count", "count", "visits")
    happen(world, [(None, "A", "2026-01-05", "visit")])
    fill(world)
    keep(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        KpiValue.objects.update(value=12)


def test_what_a_statement_froze_before_the_year_was_over_does_not_hide_a_correction(world: World) -> None:
    kpi = define(world, "event_count", "count", "visits")
    happen(world, [(None, "A", "2026-01-05", "visit")] * 3)
    fill(world)
    kpi_values.row_of(world.program, reading(world, kpi), at=datetime(2026, 1, 20, tzinfo=UTC)).save()
    keep(world)
    assert told(kpi) == [(3, 3), (3, 3)], "the value of the whole month is told anew"
