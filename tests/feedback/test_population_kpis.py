"""KPIs that are asked and about a part of the customers: each held to answers counted by hand and in plain Python."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cxprogram.choices import Role
from cxprogram.periods import parse
from feedback.models import Response
from feedback.populations import Populations
from journeys.kpis import registry
from journeys.kpis.definitions import Definitions
from journeys.kpis.registry import KpiError, KpiQuery
from journeys.models import CustomerAttribute, Kpi, KpiCell, KpiFill, Segment
from journeys.services import kpi_values, kpis, targets
from tests import factories
from tests.api_client import Api, refused
from tests.feedback.parts import GOLD, NOW, World, world

__all__ = ["world"]
pytestmark = pytest.mark.django_db


# --- what is counted ----------------------------------------------------------------------------
def test_the_answers_of_the_population_are_counted_and_nobody_elses(world: World) -> None:
    gold, silver = world.people("gold", 5), world.people("silver", 4)
    world.answer(gold[:3], [10, 9, 3], "A")
    world.answer(gold[3:], [8, 10], "G", "2026-02-03", weight=3.0)
    world.answer(silver, [0, 0, 0, 10], "A")
    world.answer([None, None], [0, 0], "G")
    world.answer([gold[0]], [0], "G", "2026-02-04", answers={}, missing={"NETPRO": "not_applicable"})
    everyone, kpi = factories.make_kpi(world.program, "nps"), world.kpi("nps-gold", GOLD)
    assert world.fill() == 2 and world.fill() == 0

    # By hand: of the five 10, 9 and 10 promote and 3 detracts.
    assert world.told(kpi) == (pytest.approx(100 * (3 - 1) / 5), 5)
    assert world.told(kpi, "2026-01") == (pytest.approx(100 * (2 - 1) / 3), 3)
    assert world.told(kpi, "2026-01", "A") == world.told(kpi, "2026-01")
    assert world.told(kpi, unit="G") == (50, 2)
    assert world.told(kpi, "2025") == (None, 0)
    assert world.read(kpi, unit="G").missing == {"blank": 0, "not_applicable": 1}
    # Weighted: 1 + 1 + 3 of 9 promote, 1 detracts.
    weighted = world.read(kpi, weighted=True)
    assert weighted.value == pytest.approx(100 * (5 - 1) / 9) and weighted.kish_deff == pytest.approx(5 * 21 / 81)
    assert world.told(everyone) == (pytest.approx(100 * (4 - 6) / 11), 11)


MEASURED = {
    "nps": {"measure": "points"},
    "mean": {"measure": "mean"},
    "top2": {"measure": "share"},
    "csat": {"measure": "share", "parameters": {"boxes": 1}},
    "ces": {"measure": "share"},
    "top_box": {"measure": "share", "parameters": {"threshold": 7}},
    "share": {"measure": "share", "parameters": {"codes": [9, 10], "of": [0, 9, 10]}},
    "satisfaction_index": {"measure": "points"},
}


def by_hand(collector: str, codes: Sequence[int]) -> float | None:
    n = len(codes)
    if collector == "share":
        among = [code for code in codes if code in (0, 9, 10)]
        return sum(code >= 9 for code in among) / len(among) if among else None
    if not n:
        return None
    least = {"top2": 9, "csat": 10, "ces": 8, "top_box": 7}
    if collector in least:
        return sum(code >= least[collector] for code in codes) / n
    if collector == "nps":
        return 100 * (sum(code >= 9 for code in codes) - sum(code <= 6 for code in codes)) / n
    return sum(codes) / n * (10 if collector == "satisfaction_index" else 1)


@pytest.mark.parametrize("seed", range(6))
def test_every_collector_agrees_with_plain_python(world: World, seed: int) -> None:
    choose = random.Random(seed)
    people = [*world.people("gold", 6), *world.people("silver", 6), None]
    given = []
    for _ in range(80):
        who, code, unit = choose.choice(people), choose.randint(0, 10), choose.choice("AG")
        day = date(2026, choose.randint(1, 3), choose.randint(1, 28)).isoformat()
        world.answer([who], [code], unit, day)
        given.append((who, code, unit, day))
    found = {name: world.kpi(f"{name}-gold".replace("_", "-"), GOLD, collector=name, **facts)
             for name, facts in MEASURED.items()}  # fmt: skip
    world.fill()
    for period in ("all", "2026", "2026-02"):
        span = parse(period)
        for unit in ("SFO", "A", "G"):
            codes = [
                code for who, code, at, day in given
                if who and who.attributes["tier"] == "gold" and unit in ("SFO", at) and date.fromisoformat(day) in span
            ]  # fmt: skip
            for name, kpi in found.items():
                expected = by_hand(name, codes)
                told = world.read(kpi, period, unit).value
                assert told == (expected if expected is None else pytest.approx(expected)), (name, period, unit)


def test_an_answer_that_comes_later_has_its_month_counted_again(world: World) -> None:
    gold = world.people("gold", 4)
    kpi = world.kpi("nps-gold", GOLD)
    world.answer(gold[:2], [10, 10])
    world.answer(gold[:2], [10, 10], day="2026-02-15")
    assert world.fill() == 2
    world.answer(gold[2:], [0, 0], received_at=datetime.now(UTC) + timedelta(seconds=1))
    later = NOW + timedelta(hours=1)
    assert world.fill(at=later) == 1
    assert world.told(kpi) == (pytest.approx(100 * (4 - 2) / 6), 6)
    assert world.read(kpi, "2026-01").computed_at == later and world.read(kpi, "2026-02").computed_at == NOW


def test_a_month_that_a_worker_left_in_the_middle_is_counted_by_the_next(world: World) -> None:
    world.answer(world.people("gold", 2), [10, 0])
    kpi = world.kpi("nps-gold", GOLD)
    world.fill()
    KpiFill.objects.update(state="started")
    KpiCell.objects.all().delete()
    assert world.fill() == 1 and world.told(kpi) == (0, 2)


def test_an_edit_of_the_segment_changes_no_number_and_a_new_version_begins_a_series(world: World) -> None:
    gold, silver = world.people("gold", 2), world.people("silver", 2)
    for month in ("01", "05"):
        world.answer([*gold, *silver], [10, 10, 0, 0], day=f"2026-{month}-15")
    old = world.kpi("nps-gold", GOLD)
    Segment.objects.filter(code="nps-gold").update(definition={"attribute": "tier", "is": "silver"})
    world.fill()
    new = kpis.new_version(Kpi.objects.get(pk=old.pk), valid_from=date(2026, 5, 10))
    world.fill()
    assert world.told(old) == (100, 4)
    assert [world.told(new, period) for period in ("2026-01", "2026-05", "2026")] == [(None, 0), (-100, 2), (-100, 2)]


def test_an_answer_that_comes_late_is_counted_by_the_version_whose_month_it_is(world: World) -> None:
    gold = world.people("gold", 3)
    old = world.kpi("nps-gold", GOLD)
    for day in ("2026-01-15", "2026-05-15"):
        world.answer(gold[:2], [10, 10], day=day)
    world.fill()
    new = kpis.new_version(Kpi.objects.get(pk=old.pk), valid_from=date(2026, 5, 10))
    world.fill()
    for day in ("2026-01-16", "2026-05-16"):
        world.answer(gold[2:], [0], day=day, received_at=timezone.now())
    assert world.fill() == 2
    old = Kpi.objects.get(pk=old.pk)
    assert [world.told(old, month)[1] for month in ("2026-01", "2026-05")] == [3, 2]
    assert [world.told(new, month)[1] for month in ("2026-01", "2026-05")] == [0, 3]


def test_a_version_that_replaces_one_whose_filter_names_what_is_no_more_is_counted(world: World) -> None:
    gold = world.people("gold", 31)
    world.answer(gold[:30], [10] * 30)
    old = world.kpi("nps-gold", GOLD)
    world.fill()
    CustomerAttribute.objects.all().delete()
    people = world.segment("people", {"field": "kind", "is": "person"})
    new = kpis.new_version(old, valid_from=date(2026, 1, 1), population=people)
    world.answer(gold[30:], [10])
    assert world.fill() == 1 and [world.told(old), world.told(new)] == [(100, 30), (100, 31)]
    world.hide_few()  # who was in the old one nobody knows: the one answer more may be told of
    assert [world.shows(old), world.shows(new)] == [False, False]


def test_an_answer_counts_in_the_month_of_its_day_though_the_program_has_moved(world: World) -> None:
    world.answer(world.people("gold", 1), [10], day="2026-05-01")
    Response.objects.update(answered_at=datetime(2026, 4, 30, 20, tzinfo=UTC))
    kpi = world.kpi("nps-gold", GOLD)
    assert world.fill() == 1
    assert world.told(kpi, "2026-05") == (100, 1)


def test_who_is_erased_leaves_the_numbers_as_they_were(world: World) -> None:
    gold = world.people("gold", 2)
    world.answer(gold, [10, 0])
    kpi = world.kpi("nps-gold", GOLD)
    world.fill()
    Response.objects.filter(customer=gold[0]).update(customer=None)
    assert world.fill(at=NOW + timedelta(hours=1)) == 0 and world.told(kpi) == (0, 2)


def test_values_are_kept_and_a_correction_is_told(world: World) -> None:
    gold = world.people("gold", 3)
    world.answer(gold[:2], [10, 10])
    kpi = world.kpi("nps-gold", GOLD)
    world.fill()
    assert kpi_values.keep(world.program, at=NOW) > 0 == kpi_values.keep(world.program, at=NOW)
    world.answer(gold[2:], [0], received_at=datetime.now(UTC) + timedelta(seconds=1))
    world.fill(at=NOW + timedelta(hours=1))
    kpi_values.keep(world.program, at=NOW + timedelta(hours=1))
    rows = kpi.kpivalue_set.filter(period="2026-01", unit=world.units["SFO"]).order_by("pk")
    assert [row.n for row in rows] == [2, 3]


# --- what it is read for ------------------------------------------------------------------------
def test_only_its_own_question_is_counted(world: World) -> None:
    kpi = world.kpi("mean-gold", GOLD, collector="mean", measure="mean")
    with pytest.raises(KpiError) as error:
        world.read(kpi, question="Q7ALL")
    assert error.value.code == "kpi-has-own-question"
    with pytest.raises(KpiError):  # touchpoints are read by the mean of what everyone answered
        _ = Definitions(world.program).touchpoints
    assert Definitions(world.program).first == kpi
    everyone = factories.make_kpi(world.program, "mean")
    assert Definitions(world.program).touchpoints == everyone


def test_a_target_of_another_question_is_refused_and_one_of_a_version_before_is_shown_without_a_value(
    world: World, client: Client
) -> None:
    owner = factories.make_user(Role.OWNER, world.units["SFO"])
    mean = factories.make_kpi(world.program, "rating", collector="mean", question_code="NETPRO")
    fields: dict[str, Any] = {"kpi_code": "rating", "period": "2026", "question_code": "Q7ALL"}
    factories.make_target(world.units["SFO"], 4, author=owner, **fields)
    kpis.new_version(mean, valid_from=date(2026, 1, 1), population=world.segment("gold", GOLD))
    client.force_login(owner)
    assert client.get("/targets/", {"period": "2026"}).status_code == 200
    with pytest.raises(targets.TargetError) as error:
        targets.put(world.units["SFO"], by=owner, seen=1, value=4, **fields)
    assert error.value.code == "target-question-unknown"


def test_the_number_of_queries_does_not_grow_with_the_kpis(world: World, django_assert_num_queries: Any) -> None:
    world.answer(world.people("gold", 2), [10, 0])
    every = [world.kpi(f"nps-{number}", GOLD) for number in range(4)]
    world.fill()
    query = [KpiQuery(kpi, world.units["SFO"], parse("2026")) for kpi in every]
    with django_assert_num_queries(7):
        registry.read(world.program, query[:1])
    with django_assert_num_queries(7):
        registry.read(world.program, query)


def test_cells_are_gone_through_once_however_many_periods_are_read(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.answer(world.people("gold", 2), [10, 0])
    every = [world.kpi(f"nps-{number}", GOLD) for number in range(3)]
    world.fill()
    rows, gone = Populations.rows, list[int]()

    def counted(self: Populations, kpi: int) -> Any:
        gone.append(kpi)
        return rows(self, kpi)

    monkeypatch.setattr(Populations, "rows", counted)
    periods = [parse("2026"), *(parse(f"2026-{month:02}") for month in range(1, 13))]
    found = registry.read(
        world.program, [KpiQuery(kpi, world.units["A"], period) for kpi in every for period in periods]
    )
    assert sorted(gone) == [kpi.pk for kpi in every]
    assert [reading.n for reading in found] == 3 * [2, 2, *([0] * 11)]


def test_page_and_api_tell_the_number_and_whose_it_is(world: World, client: Client) -> None:
    world.answer(world.people("gold", 4), [10, 10, 10, 0])
    world.answer(world.people("silver", 4), [0, 0, 0, 0])
    kpi = world.kpi("nps-gold", GOLD)
    factories.make_kpi(world.program, "mean")
    world.fill()
    owner = factories.make_user(Role.OWNER, world.units["SFO"])
    client.force_login(owner)
    page = client.get("/kpis/", {"kpi": kpi.code, "period": "2026"}).content.decode()
    assert 'data-value="50.0"' in page and "Only customers in the segment Nps-Gold" in page
    api = Api(owner, world.program)
    told = api.get("kpi-values/", kpi=kpi.code, period="2026").json()
    assert (told["value"], told["n"]) == (50, 4)
    assert refused(api.get("kpi-values/", kpi=kpi.code, question="Q7ALL"), 422, "kpi-has-own-question")
