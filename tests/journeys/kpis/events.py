"""Events for tests, written at once: what happened to whom, when, where."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from cxprogram.models import OrgUnit, Program
from cxprogram.periods import parse
from journeys.kpis import registry
from journeys.kpis.registry import KpiQuery, KpiReading
from journeys.models import DataStream, Interaction, Kpi
from journeys.services import kpi_filling, partitions
from tests import factories

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
LONG_RECEIVED = datetime(2026, 6, 15, 11, tzinfo=UTC)


@dataclass
class World:
    program: Program
    stream: DataStream
    units: dict[str, OrgUnit]

    @property
    def root(self) -> OrgUnit:
        return next(unit for unit in self.units.values() if unit.parent_id is None)


def make_world(*, min_n: int = 1, areas: Sequence[str] = ("A", "G")) -> World:
    program = factories.make_program(min_n=min_n)
    return World(program, factories.make_stream(program), factories.make_units(program, areas))


def happen(world: World, rows: Sequence[tuple[Any, ...]], **fields: Any) -> None:
    """Rows of (customer id or None, unit code, `2026-01-05` or `2026-01-05 10:00`, type, value); UTC."""
    number = Interaction.objects.count()
    made = []
    for customer, unit, at, kind, *value in rows:
        number += 1
        made.append(
            Interaction(
                program=world.program, stream=fields.get("stream", world.stream), source="test",
                external_id=f"e-{number}", customer_id=customer, unit=world.units[unit] if unit else None, type=kind,
                at=datetime.fromisoformat(at if " " in at else f"{at} 20:00").replace(tzinfo=UTC),
                value=Decimal(str(value[0])) if value and value[0] is not None else None,
                received_at=fields.get("received_at", LONG_RECEIVED), touchpoint=fields.get("touchpoint"),
                properties=fields.get("properties", {}) | ({"kind": value[1]} if len(value) > 1 else {}),
            )
        )  # fmt: skip
    partitions.ensure(row.at for row in made)
    Interaction.objects.bulk_create(made)


def define(world: World, collector: str, measure: str, code: str = "", **fields: Any) -> Kpi:
    return factories.make_kpi(
        world.program, code or collector.replace("_", "-"), collector=collector, measure=measure, **fields
    )


def fill(world: World, **fields: Any) -> kpi_filling.Filled:
    return kpi_filling.fill(world.program, **({"at": NOW} | fields))


def reading(world: World, kpi: Kpi, period: str = "2026-01", unit: str = "") -> KpiReading:
    query = KpiQuery(kpi, world.units[unit] if unit else world.root, parse(period))
    (found,) = registry.read(world.program, [query])
    return found
