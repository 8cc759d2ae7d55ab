"""What stays hidden of a part of the customers: itself where it is small, and what could be read off by subtraction."""

import pytest
from django.test import Client

from cxprogram.choices import Role
from journeys.models import Customer, Kpi, KpiCell
from tests import factories
from tests.feedback.parts import GOLD, World, world

__all__ = ["world"]
pytestmark = pytest.mark.django_db


def few(world: World, **groups: int) -> dict[str, Kpi]:
    """So many people of each tier answer, of whom at least five must stand behind a number."""
    world.hide_few()
    for tier, n in groups.items():
        world.answer(world.people(tier, n), [10] * n)
    found = {tier: world.kpi(f"nps-{tier}", {"attribute": "tier", "is": tier}) for tier in groups}
    world.fill()
    return found


def test_too_few_are_hidden_and_so_is_a_part_that_leaves_too_few_out(world: World) -> None:
    found = few(world, gold=30, silver=3)
    assert [world.shows(kpi) for kpi in found.values()] == [False, False]  # thirty of thirty-three tell of three


def test_of_parts_that_make_the_whole_the_last_but_one_is_hidden_with_the_small_one(world: World) -> None:
    found = few(world, gold=30, silver=20, bronze=3)
    assert [world.shows(kpi) for kpi in found.values()] == [True, False, False]


def test_a_part_of_a_part_that_leaves_too_few_out_is_hidden(world: World) -> None:
    few(world, gold=30, silver=2, none=40)
    both = world.kpi("nps-both", {"attribute": "tier", "in": ["gold", "silver"]})
    world.fill()
    assert not world.shows(both) and world.shows(Kpi.objects.get(code="nps-gold"))


def test_small_units_are_hidden_within_a_part_and_in_what_it_leaves(world: World) -> None:
    world.hide_few()
    gold, silver = world.people("gold", 30), world.people("silver", 30)
    world.answer(gold, [10] * 30, "A")
    world.answer(gold, [10] * 30, "G")
    world.answer(silver[:28], [0] * 28, "A")
    world.answer(silver[28:], [0] * 2, "G")  # at G all but two answers are of gold customers
    kpi = world.kpi("nps-gold", GOLD)
    world.fill()
    assert [world.shows(kpi, unit) for unit in ("SFO", "A", "G")] == [True, False, False]


def test_the_admin_shows_no_count_of_the_few_who_answered(world: World, client: Client) -> None:
    few(world, gold=2, silver=40)
    client.force_login(factories.make_user(Role.OWNER, world.units["SFO"]))
    cell = KpiCell.objects.order_by("n")[0]
    assert cell.n == 2
    assert not client.get("/admin/journeys/kpicell/").context["cl"].result_list
    assert client.get(f"/admin/journeys/kpicell/{cell.pk}/change/").status_code == 404


def test_units_that_are_hidden_together_are_not_told_apart_by_a_part(world: World) -> None:
    world.hide_few()
    world.units |= factories.make_units(world.program, ["C"])
    gold, silver = world.people("gold", 29), world.people("silver", 33)
    world.answer(gold[:20] + silver[:30], [10] * 50, "A")
    world.answer(silver[30:], [0] * 3, "G")  # hidden with the nine of C: fifty of sixty-two leave twelve
    world.answer(gold[20:], [10] * 9, "C")
    kpi = world.kpi("nps-gold", GOLD)
    world.fill()
    assert [world.shows(kpi, unit) for unit in ("SFO", "A", "G", "C")] == [True, False, False, False]


def test_who_has_joined_since_another_kpi_was_counted_is_not_told(world: World) -> None:
    kpi = few(world, gold=30, silver=40)["gold"]
    Customer.objects.filter(pk=world.customers["silver"][0].pk).update(attributes={"tier": "gold"})
    again = world.kpi("top2-gold", GOLD, collector="top2", measure="share")
    world.fill()
    assert world.told(kpi) == (100, 30) and not world.shows(again)
