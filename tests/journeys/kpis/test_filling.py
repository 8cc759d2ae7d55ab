"""Months are counted once, again when something came late, and never by half."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone

from cxprogram.models import Program
from cxprogram.periods import parse
from journeys.kpis import counted, registry
from journeys.kpis.registry import KpiQuery
from journeys.models import Interaction, Kpi, KpiCell, KpiFill
from journeys.services import kpi_filling, kpis
from tests import factories
from tests.journeys.kpis.events import NOW, World, define, fill, happen, make_world, reading

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def state(kpi: Kpi) -> dict[date, str]:
    return dict(KpiFill.objects.filter(kpi=kpi).order_by("month").values_list("month", "state"))


def test_twice_changes_nothing(world: World) -> None:
    kpi = define(world, "event_count", "count")
    happen(world, [(None, "A", "2026-01-05", "visit"), (None, "A", "2026-03-05", "visit")])
    assert fill(world) == kpi_filling.Filled(2, 1)
    before = list(KpiCell.objects.order_by("pk").values_list())
    assert fill(world, at=NOW + timedelta(hours=1)) == kpi_filling.Filled(0, 0)
    assert list(KpiCell.objects.order_by("pk").values_list()) == before
    assert state(kpi) == {date(2026, 1, 1): "done", date(2026, 3, 1): "done"}


def test_one_whose_base_is_gone_does_not_keep_the_others_from_being_counted(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    define(world, "ratio", "rate", parameters={"of": "gone@1", "per": "gone@2"})
    kpi = define(world, "event_count", "count")
    happen(world, [(None, "A", "2026-01-05", "visit")])
    assert fill(world).months == 1
    assert reading(world, kpi).value == 1
    assert "cannot be counted" in caplog.text


def test_what_comes_in_late_counts_its_own_month_again_and_no_other(world: World) -> None:
    kpi = define(world, "event_count", "count")
    happen(world, [(None, "A", "2026-01-05", "visit"), (None, "A", "2026-03-05", "visit")])
    fill(world)
    happen(world, [(None, "A", "2026-01-06", "visit")], received_at=timezone.now())
    assert fill(world).months == 1
    assert [reading(world, kpi, period).value for period in ("2026-01", "2026-03")] == [2, 1]


@pytest.mark.parametrize("zone, at", [
    ("Asia/Tokyo", "2025-12-31 15:00"), ("Europe/Stockholm", "2025-12-31 23:00"),
    ("America/Los_Angeles", "2026-01-01 08:00"),
])  # fmt: skip
def test_the_first_month_begins_with_its_first_hour_where_the_program_is(zone: str, at: str) -> None:
    world = make_world()
    Program.objects.update(time_zone=zone)
    world.program.refresh_from_db()
    kpi = define(world, "event_count", "count", valid_from=date(2026, 1, 1))
    happen(world, [(None, "A", at, "visit")])
    assert fill(world).months == 1
    assert reading(world, kpi).value == 1


def test_what_comes_in_late_counts_the_months_again_that_look_back_on_it(world: World) -> None:
    kpi = define(world, "churn", "share", parameters={"months": 2})
    ann, bob = (factories.make_customer(world.program).pk for _n in range(2))
    happen(world, [(ann, "A", "2026-01-05", "visit"), (bob, "A", "2026-01-05", "visit")])
    fill(world)
    assert reading(world, kpi, "2026-03").value == 1.0
    happen(world, [(ann, "A", "2026-02-20", "visit")], received_at=timezone.now())
    fill(world)
    assert reading(world, kpi, "2026-03").value == 0.5


def test_a_count_of_what_did_not_happen_waits_for_the_end_of_its_month(world: World) -> None:
    kpi = define(world, "churn", "share", parameters={"months": 1})
    happen(world, [(factories.make_customer(world.program).pk, "A", "2026-05-05", "visit")])
    fill(world, at=datetime(2026, 7, 1, 6, tzinfo=UTC))  # still June in San Francisco
    assert reading(world, kpi, "2026-06").value is None
    fill(world, at=datetime(2026, 7, 1, 8, tzinfo=UTC))
    assert reading(world, kpi, "2026-06").value == 1.0


def test_a_worker_killed_within_a_month_leaves_the_old_count_and_the_next_one_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    kpi = define(world, "event_count", "count")
    happen(world, [(None, "A", f"2026-0{month}-05", "visit") for month in (1, 2, 3)])
    fill(world)
    happen(world, [(None, "A", f"2026-0{month}-06", "visit") for month in (1, 2, 3)], received_at=timezone.now())
    put, calls = kpi_filling.PUT, []

    class Killed(BaseException):
        pass

    class Statement(str):
        def replace(self, *args: Any) -> str:  # type: ignore[override]
            calls.append(1)
            if len(calls) == 2:
                raise Killed  # after the month's cells were taken away
            return put.replace(*args)

    monkeypatch.setattr(kpi_filling, "PUT", Statement(put))
    with pytest.raises(Killed):
        fill(world)
    monkeypatch.undo()
    months = [date(2026, month, 1) for month in (1, 2, 3)]
    assert state(kpi) == dict(zip(months, ("done", "started", "started"), strict=True))
    assert [reading(world, kpi, f"2026-0{month}").value for month in (1, 2, 3)] == [2, 1, 1]
    assert fill(world).months >= 2
    assert [reading(world, kpi, f"2026-0{month}").value for month in (1, 2, 3)] == [2, 2, 2]


def test_a_ratio_is_counted_after_its_bases_and_again_with_them(world: World) -> None:
    kpi = define(world, "ratio", "rate", "a-ratio", parameters={"of": "orders@1", "per": "visits@1"})
    orders, visits = (
        define(world, "event_count", "count", code, parameters={"types": [code]}) for code in ("orders", "visits")
    )
    assert [each.code for each in kpi_filling.in_order([kpi])] == ["orders", "visits", "a-ratio"]
    happen(world, [(None, "A", "2026-01-05", "visits")] * 4 + [(None, "A", "2026-01-05", "orders")])
    fill(world)
    assert reading(world, kpi).value == 0.25
    happen(world, [(None, "A", "2026-01-06", "orders")], received_at=timezone.now())
    fill(world)
    assert reading(world, kpi).value == 0.5
    assert (orders.pk, visits.pk) == tuple(each.pk for each in kpi_filling.in_order([orders, visits]))


def test_a_base_that_is_no_longer_in_force_is_counted_as_long_as_something_is_built_on_it(world: World) -> None:
    for code in ("orders", "visits"):
        define(world, "event_count", "count", code, parameters={"types": [code]}, is_current=False)
    kpi = define(world, "ratio", "rate", parameters={"of": "orders@1", "per": "visits@1"})
    happen(world, [(None, "A", "2026-01-05", "visits")] * 2 + [(None, "A", "2026-01-05", "orders")])
    fill(world)
    assert reading(world, kpi).value == 0.5


def test_a_version_is_counted_from_the_month_on_in_which_it_is_valid(world: World) -> None:
    kpi = define(world, "event_count", "count", valid_from=date(2026, 2, 10))
    happen(world, [(None, "A", f"2026-0{month}-05", "visit") for month in (1, 2, 3)])
    fill(world)
    assert list(state(kpi)) == [date(2026, 2, 1), date(2026, 3, 1)]


def test_what_comes_late_to_the_months_of_a_version_before_is_counted_by_it_and_by_no_other(world: World) -> None:
    old = define(world, "event_count", "count")
    happen(world, [(None, "A", f"2026-0{month}-05", "visit") for month in (1, 3, 4)])
    fill(world)
    new = kpis.new_version(old, valid_from=date(2026, 3, 20), parameters={"types": ["visit"]})
    fill(world)
    old = Kpi.objects.get(pk=old.pk)
    happen(world, [(None, "A", f"2026-0{month}-06", "visit") for month in (1, 2, 3, 4)], received_at=timezone.now())
    assert fill(world) == kpi_filling.Filled(4, 2)
    months = [f"2026-0{month}" for month in (1, 2, 3, 4)]
    assert [reading(world, old, month).value for month in months] == [2, 1, 1, 1]  # from March on as it was counted
    assert [reading(world, new, month).n for month in months] == [0, 0, 2, 2]


def test_a_base_of_a_version_before_is_counted_as_long_as_that_one(world: World) -> None:
    visits = define(world, "event_count", "count", code="visits", parameters={"types": ["visit"]})
    define(world, "event_count", "count", code="orders", parameters={"types": ["order"]})
    ratio = define(world, "ratio", "rate", parameters={"of": "orders@1", "per": "visits@1"})
    kpis.new_version(visits, valid_from=date(2026, 2, 1), parameters={"types": ["call"]})
    kpis.new_version(ratio, valid_from=date(2026, 4, 1), parameters={"of": "visits@2", "per": "orders@1"})
    happen(world, [(None, "A", "2026-03-05", "visit")] * 2 + [(None, "A", "2026-03-05", "order")] * 6)
    fill(world)
    assert reading(world, Kpi.objects.get(pk=ratio.pk), "2026-03").value == 3


def test_months_of_which_something_was_forgotten_stay_as_they_were_counted(world: World) -> None:
    kpi = define(world, "event_count", "count")
    happen(world, [(None, "A", "2026-01-05", "visit")] * 3)
    fill(world)
    world.stream.retention_days = 60
    world.stream.save()
    Interaction.objects.all().delete()
    happen(world, [(None, "A", "2026-01-05", "visit")], received_at=timezone.now())
    assert fill(world, rebuild=True).months == 0
    assert reading(world, kpi).value == 3


def test_small_numbers_are_hidden_and_so_is_what_would_tell_them(world: World) -> None:
    world.program.min_n = 5
    world.program.save()
    kpi = define(world, "event_count", "count")
    people = [factories.make_customer(world.program).pk for _n in range(20)]
    happen(world, [(people[n], "A", "2026-01-05", "visit") for n in range(3)])
    happen(world, [(people[n], "G", "2026-01-05", "visit") for n in range(12)])
    fill(world)
    assert [reading(world, kpi, unit=unit).suppressed for unit in ("A", "G", "")] == [True, True, False]
    hidden = reading(world, kpi, unit="G")
    assert (hidden.value, hidden.low, hidden.n, hidden.sums, hidden.rows) == (None, None, None, None, None)


def test_many_events_of_few_people_are_hidden(world: World) -> None:
    world.program.min_n = 5
    world.program.save()
    kpi = define(world, "revenue", "money", parameters={"types": ["order"]})
    person = factories.make_customer(world.program).pk
    happen(world, [(person, "A", "2026-01-05", "order", 10)] * 50)
    fill(world)
    assert reading(world, kpi, unit="A").suppressed


def test_the_kpis_own_smallest_n_is_kept_when_it_is_larger(world: World) -> None:
    kpi = define(world, "event_count", "count", min_n=30)
    happen(world, [(None, "A", "2026-01-05", "visit")] * 29)
    fill(world)
    assert reading(world, kpi).suppressed


def test_reading_costs_the_same_whatever_the_history_and_the_number_of_kpis(
    world: World, django_assert_num_queries: Any
) -> None:
    made = [define(world, "event_count", "count", f"c-{n}") for n in range(4)]
    happen(world, [(None, "A", f"2026-0{month}-05", "visit") for month in (1, 2, 3)])
    fill(world)
    queries = [KpiQuery(kpi, world.root, parse(period)) for kpi in made for period in ("2026", "2026-01", "all")]
    with django_assert_num_queries(3):
        registry.read(world.program, queries)


@pytest.mark.django_db(transaction=True)
def test_what_an_open_transaction_brings_later_lies_behind_no_watermark() -> None:
    """A row is received when its statement begins; it is seen when its transaction ends."""
    world = make_world()
    kpi = define(world, "event_count", "count")
    happen(world, [(None, "A", "2026-01-05", "visit")])
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(
                "INSERT INTO journeys_interaction"
                " (program_id, stream_id, source, external_id, unit_id, at, type, channel, properties)"
                " SELECT program_id, stream_id, 'late', 'late', unit_id, at, type, channel, properties"
                " FROM journeys_interaction"
            )
            assert fill(world).months == 1
            assert reading(world, kpi).value == 1
            cursor.execute("COMMIT")
        assert fill(world).months == 1
        assert reading(world, kpi).value == 2
    finally:
        other.close()
        connections.close_all()


def test_what_came_in_is_found_by_the_index_on_its_receipt(world: World) -> None:
    happen(world, [(None, "A", "2026-01-05", "visit")])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT 1 FROM journeys_interaction WHERE received_at >= now()")
        plan = "\n".join(row for (row,) in cursor.fetchall())
    assert "Bitmap Index Scan on journeys_interaction_202601_received_at_idx" in plan
    assert counted.touched("interactions", world.program, None, date(2000, 1, 1)) == {date(2026, 1, 1)}
