"""The home of those who run a unit or serve its customers."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxprogram.access import grants
from cxprogram.charts import Chart
from cxprogram.figures import figure, kind_of
from cxprogram.models import OrgUnit, Program
from cxprogram.page_base import Visit
from cxprogram.periods import Period
from feedback import ticket_words
from feedback.choices import TicketStatus
from feedback.models import Ticket
from feedback.pages.tickets import TicketCard, cards_of, keys
from governance.pages.home_overview import Moved, map_of, moved_of, trend_of
from governance.pages.home_tiles import Tile, against_others, over_time, own_row, tables_of
from governance.pages.home_waiting import TicketCounts, ticket_counts
from journeys.insight import words
from journeys.insight.headline import Headline, build_headline
from journeys.insight.map_view import MapTouchpoint, MapView
from journeys.insight.units import UnitTable
from journeys.kpis.registry import KpiError

NEXT, MINE, WORST = 3, 10, 3


def unit_of(visit: Visit) -> OrgUnit:
    """The unit of the person's leading role."""
    paths = [
        grant.unit_path
        for grant in grants(visit.user)
        if grant.program_id == visit.program.pk and grant.role == visit.role
    ]
    rows = OrgUnit.objects.select_related("program", "parent").filter(program=visit.program, path__in=paths)
    return min(rows, key=lambda unit: (unit.path.count("/"), unit.pk))


def _cards(
    visit: Visit, unit: OrgUnit, statuses: list[str], *, limit: int, is_mine: bool = False
) -> tuple[TicketCard, ...]:
    rows = Ticket.objects.visible_to(visit.user).filter(program=visit.program, unit__path__startswith=unit.path)
    if is_mine:
        rows = rows.owned_by(visit.user)
    found = keys(rows, "todo", statuses=statuses, limit=limit)
    return cards_of([number for _at, number in found], ticket_words.words_of(visit.program), visit.user, visit.at)


@dataclass(frozen=True)
class WorkOn:
    """The one thing to work on: what is furthest below the expectation, among what goes with the overall rating."""

    title: str
    stage: str
    rows: tuple[MapTouchpoint, ...]
    scale: tuple[float, float] | None


@dataclass(frozen=True)
class UnitHome:
    """A unit manager's page."""

    unit: OrgUnit
    headline: str
    lead: str
    period: Period
    compare: Period | None
    tiles: tuple[Tile, ...]
    tickets: TicketCounts
    cards: tuple[TicketCard, ...]
    work_on: WorkOn | None
    view: MapView | None
    moved: tuple[Moved, ...]
    trend: Chart | None
    has_illustrative: bool


def unit_home(visit: Visit, period: Period | None) -> UnitHome:
    """Read the page; a constant number of queries."""
    program, unit = visit.program, unit_of(visit)
    headline = build_headline(program, unit, period)
    period = headline.period
    tables = _tables(program, headline, unit, period)
    view = map_of(program, unit, period, today=visit.today)
    counts = ticket_counts(visit, unit)
    return UnitHome(
        unit=unit,
        headline=_headline(program, unit, headline, tables),
        lead=_lead(period, counts),
        period=period,
        compare=headline.compare,
        tiles=against_others(headline, tables, unit) if unit.parent_id else over_time(headline)[:NEXT],
        tickets=counts,
        cards=_cards(visit, unit, [TicketStatus.OPEN, TicketStatus.TAKEN], limit=NEXT),
        work_on=_work_on(view),
        view=view,
        moved=tuple(moved_of(each) for each in (view.moved if view else ())),
        trend=trend_of(program, unit, view, period),
        has_illustrative=any(tile.target and tile.target.is_illustrative for tile in headline.tiles[:NEXT]),
    )


def _tables(program: Program, headline: Headline, unit: OrgUnit, period: Period) -> dict[str, UnitTable]:
    try:
        return tables_of(program, headline, unit, period)
    except KpiError:
        return {}


def _headline(program: Program, unit: OrgUnit, headline: Headline, tables: dict[str, UnitTable]) -> str:
    """How the unit is rated and recommended beside the others, as far as both are known."""
    rated = {
        "better": _("rated higher than the others"),
        "none": _("rated as well as the others"),
        "worse": _("rated lower than the others"),
    }
    recommended = {
        "better": _("recommended more"),
        "none": _("recommended as often"),
        "worse": _("recommended less"),
    }
    said = []
    for code, parts in ((program.overall_kpi, rated), (program.loyalty_kpi, recommended)):
        row = own_row(tables.get(code), unit) if headline.tile(code) else None
        if row is not None and row.rest is not None:
            said.append(parts[row.change.direction if row.change else "none"])
    if said:
        return _("%(unit)s: %(said)s") % {"unit": unit.label, "said": ", ".join(said)}
    tile = headline.tile(program.overall_kpi)
    if tile is not None and tile.reading.value is not None:
        return _("%(unit)s: %(said)s") % {
            "unit": unit.label,
            "said": words.reading_words(tile.reading, tile.scale).removesuffix("."),
        }
    return _("%(unit)s: too few answers yet") % {"unit": unit.label}


def _lead(period: Period, counts: TicketCounts) -> str:
    said = [_("%(period)s.") % {"period": period.label}]
    if counts.waiting:
        text = ngettext(
            "%(n)s ticket waits for a first contact.", "%(n)s tickets wait for a first contact.", counts.waiting
        )
        said.append(text % {"n": figure(counts.waiting, "count")})
    else:
        said.append(_("No ticket waits for a first contact."))
    return " ".join(said)


def _work_on(view: MapView | None) -> WorkOn | None:
    """Of the pain points the one that goes most closely with the overall rating, else the one with the widest gap."""
    if view is None or not view.pains:
        return None
    strength = {driver.question: driver.share for driver in view.drivers}
    first = max(view.pains, key=lambda each: (strength.get(each.touchpoint.question_code, 0.0), -(each.gap or 0.0)))
    others = [each for each in view.pains if each is not first]
    stage = next(stage.label for stage in view.stages if first in stage.touchpoints)
    assert first.expectation is not None
    assert first.value is not None
    kind = kind_of(view.kpi)
    facts = {
        "name": first.label,
        "value": figure(first.value, kind),
        "expected": figure(first.expectation.value, kind),
    }
    title = _("%(name)s: %(value)s where %(expected)s is expected") % facts
    return WorkOn(title, stage, (first, *others[: WORST - 1]), view.bar_scale)


@dataclass(frozen=True)
class Today:
    """The page of those who serve customers: mine first, then what nobody has taken."""

    unit: OrgUnit
    headline: str
    mine: tuple[TicketCard, ...]
    free: tuple[TicketCard, ...]
    tickets: TicketCounts
    tiles: tuple[Tile, ...]
    period: Period
    tickets_url: str
    has_illustrative: bool


def today(visit: Visit, period: Period | None) -> Today:
    """Read the page; a constant number of queries."""
    program, unit = visit.program, unit_of(visit)
    headline = build_headline(program, unit, period)
    tables = _tables(program, headline, unit, headline.period)
    mine = _cards(visit, unit, [TicketStatus.TAKEN], limit=MINE, is_mine=True)
    counts = ticket_counts(visit, unit)
    free = counts.unfinished - counts.taken
    said = [
        ngettext("%(n)s ticket is yours", "%(n)s tickets are yours", len(mine)) % {"n": len(mine)},
        ngettext("%(n)s is free to take", "%(n)s are free to take", free) % {"n": figure(free, "count")},
    ]
    return Today(
        unit=unit,
        headline=", ".join(said),
        mine=mine,
        free=_cards(visit, unit, [TicketStatus.OPEN], limit=5),
        tickets=counts,
        tiles=against_others(headline, tables, unit) if unit.parent_id else over_time(headline)[:NEXT],
        period=headline.period,
        tickets_url=reverse("feedback:ticket-list"),
        has_illustrative=any(tile.target and tile.target.is_illustrative for tile in headline.tiles[:NEXT]),
    )
