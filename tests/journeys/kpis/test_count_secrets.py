"""Counted KPIs about a part of the customers: no number shown, taken from others, tells of few."""

import random
from itertools import chain, combinations, product

import numpy as np
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cxprogram.choices import Role
from cxprogram.periods import parse
from journeys.kpis import registry
from journeys.kpis.registry import KpiQuery
from journeys.models import Customer, Kpi, KpiCell, Segment
from journeys.services import kpis
from tests import factories
from tests.journeys.kpis.events import World, define, fill, happen, make_world, reading

pytestmark = pytest.mark.django_db
TIERS = ("gold", "silver", "bronze", "none")
VISITS = {"collector": "event_count", "measure": "count"}


@pytest.fixture
def world() -> World:
    world = make_world(min_n=5)
    factories.make_attribute(world.program, "tier")
    return world


def people(world: World, tier: str, n: int, *, unit: str = "A", visits: int = 1) -> list[Customer]:
    """So many customers of the tier visit the unit in January, each so often."""
    rows = [factories.make_customer(world.program, attributes={"tier": tier}) for _ in range(n)]
    happen(world, [(who.pk, unit, "2026-01-05", "visit", 10) for who in rows for _visit in range(visits)])
    return rows


def kpi_of(world: World, *tiers: str, **fields: object) -> Kpi:
    code = "-".join(tiers)
    segment, _is_new = Segment.objects.get_or_create(
        program=world.program,
        code=code,
        defaults={"name": code, "definition": {"attribute": "tier", "in": list(tiers)}},
    )
    facts = VISITS | {"code": f"kpi-{Kpi.objects.count()}", "population": segment} | fields
    return define(world, **facts)  # type: ignore[arg-type]


def shows(world: World, kpi: Kpi, unit: str = "") -> bool:
    return not reading(world, kpi, "2026", unit).suppressed


def test_a_part_that_leaves_few_of_everyone_is_hidden_once_everyone_is_counted(world: World) -> None:
    people(world, "gold", 30)
    people(world, "none", 3)
    gold = kpi_of(world, "gold")
    fill(world)
    assert shows(world, gold)  # there is nothing to take it from
    everyone = define(world, **VISITS)  # type: ignore[arg-type]
    fill(world)
    assert shows(world, everyone) and not shows(world, gold)


@pytest.mark.parametrize(
    ("collector", "measure", "parameters"),
    [
        ("event_count", "count", {}), ("event_mean", "money", {}), ("event_sum", "money", {}),
        ("event_rate", "rate", {"types": ["visit"]}), ("event_share", "share", {"types": ["visit"], "over": ["call"]}),
        ("revenue", "money", {"types": ["visit"]}), ("cost_to_serve", "money", {"types": ["visit"]}),
    ],
)  # fmt: skip
def test_every_way_to_count_is_protected(world: World, collector: str, measure: str, parameters: dict) -> None:
    people(world, "gold", 30, visits=2)
    people(world, "silver", 20)
    people(world, "none", 3, visits=4)  # twelve events of three people
    facts = {"collector": collector, "measure": measure, "parameters": parameters}
    everyone, gold, silver = define(world, **facts), kpi_of(world, "gold", **facts), kpi_of(world, "silver", **facts)
    both = kpi_of(world, "gold", "silver", **facts)
    fill(world)
    # That of gold and silver leaves three; that of silver as well, beside gold.
    is_of_events = collector == "event_share"  # its number is of events: twelve are not few
    assert [shows(world, each) for each in (everyone, gold, silver, both)] == [True, True, is_of_events, is_of_events]


def test_of_two_ways_to_tell_the_same_sums_neither_helps_the_other(world: World) -> None:
    people(world, "gold", 30)
    people(world, "none", 3)
    define(world, "event_sum", "money")
    gold = kpi_of(world, "gold", collector="event_mean", measure="money")
    fill(world)
    assert not shows(world, gold)


def test_who_has_joined_since_another_was_counted_and_a_version_that_differs_by_few_are_hidden(world: World) -> None:
    people(world, "gold", 30)
    silver = people(world, "silver", 40)
    old = kpi_of(world, "gold")
    fill(world)
    Customer.objects.filter(pk=silver[0].pk).update(attributes={"tier": "gold"})
    again = kpi_of(world, "gold")
    fill(world)
    new = kpis.new_version(again, valid_from=again.valid_from)
    fill(world)
    assert [shows(world, each) for each in (old, again, new)] == [True, False, False]


def test_what_was_counted_before_the_others_were_beside_it_is_hidden_until_it_is_counted_again(world: World) -> None:
    people(world, "gold", 30)
    people(world, "silver", 30)
    kpi_of(world, "silver")
    gold = kpi_of(world, "gold")
    fill(world)
    assert shows(world, gold)
    KpiCell.objects.filter(kpi=gold).update(beside={})
    assert not shows(world, gold)
    fill(world, rebuild=True)
    assert shows(world, gold)


def subsets(of: tuple[str, ...]) -> list[tuple[str, ...]]:
    return list(chain.from_iterable(combinations(of, n) for n in range(1, len(of) + 1)))


@pytest.mark.parametrize("seed", range(6))
def test_no_sum_or_difference_of_what_is_shown_tells_of_few(world: World, seed: int) -> None:
    dice = random.Random(seed)
    units = ("A", "G")
    atoms = {(tier, unit): dice.choice([0, 1, 3, 5, 8, 15]) for tier, unit in product(TIERS, units)}
    for (tier, unit), n in atoms.items():
        people(world, tier, n, unit=unit)
    parts = [("gold",), ("silver",), ("gold", "silver"), ("bronze",)]
    dice.shuffle(parts)
    found = {TIERS: define(world, **VISITS)} | {part: kpi_of(world, *part) for part in parts}  # type: ignore[arg-type]
    fill(world)

    def row(tiers: tuple[str, ...], within: tuple[str, ...]) -> list[int]:
        return [int(tier in tiers and unit in within) for tier, unit in atoms]

    known = []
    for (tiers, kpi), code in product(found.items(), ("", *units)):
        told = reading(world, kpi, "2026", code)
        if told.n is not None:
            within = (code,) if code else units
            assert told.n == sum(np.multiply(row(tiers, within), list(atoms.values())))
            known.append(row(tiers, within))
    matrix = np.array(known, dtype=float).reshape(-1, len(atoms))
    for tiers, within in product(subsets(TIERS), subsets(units)):
        asked = row(tiers, within)
        n = sum(np.multiply(asked, list(atoms.values())))
        is_told = np.linalg.matrix_rank(np.vstack([matrix, asked])) == np.linalg.matrix_rank(matrix)
        assert not (0 < n < 5 and is_told), (tiers, within, n)


def test_a_part_costs_one_query_more_however_many_there_are(world: World) -> None:
    people(world, "gold", 30)
    everyone, gold, silver = define(world, **VISITS), kpi_of(world, "gold"), kpi_of(world, "silver")  # type: ignore[arg-type]
    fill(world)

    def queries(*asked: Kpi) -> int:
        with CaptureQueriesContext(connection) as seen:
            registry.read(world.program, [KpiQuery(kpi, world.root, parse("2026")) for kpi in asked])
        return len(seen)

    assert queries(gold) == queries(everyone, gold, silver) == queries(everyone) + 1


def cells_shown(client: Client) -> list[KpiCell]:
    return list(client.get("/admin/journeys/kpicell/").context["cl"].result_list)


def test_the_admin_shows_no_count_of_few_and_none_that_tells_it(world: World, client: Client) -> None:
    people(world, "gold", 30)
    people(world, "gold", 30, unit="G")
    kpi = define(world, **VISITS)  # type: ignore[arg-type]
    gold = kpi_of(world, "gold")
    happen(world, [(None, unit, f"2026-02-0{day}", "visit") for unit in ("A", "G") for day in range(1, 8)])
    who = factories.make_customer(world.program)
    happen(world, [(who.pk, "A", f"2026-03-0{day}", "visit") for day in range(1, 8)])  # seven of one person
    happen(world, [(None, "G", f"2026-03-0{day}", "visit") for day in range(1, 8)])
    happen(world, [(None, "A", "2026-04-01", "visit")])
    fill(world)
    client.force_login(factories.make_user(Role.OWNER, world.root))
    shown = {(cell.kpi_id, cell.month.month, cell.n) for cell in cells_shown(client)}
    assert shown == {(kpi.pk, 1, 30), (kpi.pk, 2, 7)}
    hidden = KpiCell.objects.filter(kpi=gold)[0]
    assert client.get(f"/admin/journeys/kpicell/{hidden.pk}/change/").status_code == 404
