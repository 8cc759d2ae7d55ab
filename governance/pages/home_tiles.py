"""The numbers on top of a home page."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cxprogram.figures import Change, figure, kind_of
from cxprogram.models import OrgUnit, Program
from cxprogram.periods import Period
from journeys.insight import words
from journeys.insight.headline import Headline, KpiTile
from journeys.insight.units import UnitRow, UnitTable, build_units
from journeys.kpis.registry import KpiReading
from journeys.models import Kpi


@dataclass(frozen=True)
class Tile:
    """One tile as `cxprogram/_tile.html` reads it. `peer` is the value of the others together."""

    reading: KpiReading
    name: str
    what: str
    scale_top: float | None
    scale_low: float
    scale_high: float
    target: float | None
    is_illustrative: bool
    change: Change | None
    peer: float | None = None

    @property
    def lower_is_better(self) -> bool:
        return not self.reading.kpi.higher_is_better


def _ends(kpi: Kpi, reading: KpiReading, *marks: float | None) -> tuple[float, float]:
    """The KPI's own axis, widened where a value would fall off it."""
    known = [mark for mark in (reading.low, reading.high, reading.value, *marks) if mark is not None]
    return min([kpi.axis_low, *known]), max([kpi.axis_high, *known])


def _tile(tile: KpiTile, change: Change | None, peer: float | None = None) -> Tile:
    target = tile.target.value if tile.target else None
    low, high = _ends(tile.kpi, tile.reading, target, peer)
    return Tile(
        reading=tile.reading,
        name=tile.kpi.label,
        what=tile.kpi.description,
        scale_top=tile.scale[1] if tile.scale and tile.kpi.measure == "mean" else None,
        scale_low=low,
        scale_high=high,
        target=target,
        is_illustrative=False,
        change=change,
        peer=peer,
    )


def over_time(headline: Headline) -> tuple[Tile, ...]:
    """Each number against the wave before."""
    found = []
    for tile in headline.tiles:
        if tile.is_first:
            change: Change | None = words.change_of(None, since=headline.period, is_first=True)
        elif tile.change is None and headline.compare is None:
            change = None
        else:
            change = words.change_of(tile.change, since=headline.compare)
        found.append(_tile(tile, change))
    return tuple(found)


def against_others(
    headline: Headline, tables: Mapping[str, UnitTable], unit: OrgUnit, *, most: int = 3
) -> tuple[Tile, ...]:
    """Each number of one unit against the other units together."""
    found = []
    for tile in headline.tiles[:most]:
        row = own_row(tables.get(tile.kpi.code), unit)
        found.append(_tile(tile, against(row), row.rest if row else None))
    return tuple(found)


def tables_of(
    program: Program, headline: Headline, unit: OrgUnit, period: Period, *, most: int = 3
) -> dict[str, UnitTable]:
    """For each of the first tiles, the units beside this one; empty for the whole program."""
    if unit.parent is None:
        return {}
    kpis = [tile.kpi for tile in headline.tiles[:most]]
    return {kpi.code: build_units(program, kpi, unit.parent, period) for kpi in kpis}


def own_row(table: UnitTable | None, unit: OrgUnit) -> UnitRow | None:
    return next((row for row in table.rows if row.unit == unit), None) if table else None


def against(row: UnitRow | None) -> Change | None:
    """`Below the other units (41.9)`, as a mark; better and worse are about the customer."""
    if row is None or row.rest is None:
        return None
    mark = row.change.direction if row.change else "none"
    is_higher = bool(row.change and (row.change.delta or 0) > 0)
    others = {"value": figure(row.rest, kind_of(row.reading.kpi))}
    if mark == "none":
        return Change("none", text=_("Like the other units (%(value)s)") % others)
    text = _("Above the other units (%(value)s)") if is_higher else _("Below the other units (%(value)s)")
    return Change(mark, text=text % others)
