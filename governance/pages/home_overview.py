"""The overview for those who steer: the numbers, what moved, where to look first, what waits."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from cxprogram import figures
from cxprogram.charts import Chart
from cxprogram.errors import NotFoundError
from cxprogram.figures import figure, kind_of, signed
from cxprogram.models import OrgUnit, Program
from cxprogram.page_base import Visit
from cxprogram.periods import Period
from feedback.insight import Study, build_study
from governance.pages.charter import Gap, gaps_of
from governance.pages.home_tiles import Tile, over_time
from governance.pages.home_waiting import Waiting, defects_of, waiting_for
from journeys.insight import words
from journeys.insight.drawings import trend_chart, unit_chart
from journeys.insight.headline import Headline, build_headline
from journeys.insight.map import build_map
from journeys.insight.map_view import MapTouchpoint, MapView
from journeys.insight.trend import build_trend
from journeys.insight.units import UnitTable, build_units
from journeys.kpis.definitions import Definitions
from journeys.kpis.registry import KpiError, KpiReading

FIRST = 5


@dataclass(frozen=True)
class Moved:
    """One touchpoint that has changed beyond chance."""

    mark: str
    reading: KpiReading
    before: KpiReading
    name: str
    size: str
    responsible: str


@dataclass(frozen=True)
class Apart:
    """One unit that differs from the others together."""

    mark: str
    name: str
    reading: KpiReading
    rest: float


@dataclass(frozen=True)
class Look:
    """One of the strongest drivers, with its rating and target."""

    name: str
    share: float
    reading: KpiReading | None
    target: float | None


@dataclass(frozen=True)
class Overview:
    """The page; parts that the data does not give yet are None or empty, and the template says why."""

    headline: str
    lead: str
    period: Period
    compare: Period | None
    tiles: tuple[Tile, ...]
    view: MapView | None
    moved: tuple[Moved, ...]
    apart: tuple[Apart, ...]
    study: Study | None
    looks: tuple[Look, ...]
    look_scale: tuple[float, float] | None
    trend: Chart | None
    units: Chart | None
    waiting: tuple[Waiting, ...]
    gaps: tuple[Gap, ...]
    has_illustrative: bool

    @property
    def is_measured(self) -> bool:
        """Whether any of the numbers on top has answers, be they too few to show."""
        return any(tile.reading.value is not None or tile.reading.suppressed for tile in self.tiles)

    @property
    def unmoved(self) -> int:
        """How many touchpoints were compared and have not clearly changed."""
        return (self.view.comparisons if self.view else 0) - len(self.moved)


def overview(visit: Visit, period: Period | None) -> Overview:
    """Read the page; a constant number of queries."""
    program = visit.program
    root = OrgUnit.objects.select_related("program").get(program=program, parent=None)
    headline = build_headline(program, root, period)
    period = headline.period
    view = map_of(program, root, period, today=visit.today)
    table = _units(visit, root, period)
    study = build_study(program, period, user=visit.user)
    moved, apart = _moved(view), _apart(table)
    return Overview(
        headline=_headline(program, headline, view),
        lead=_lead(headline, view, apart),
        period=period,
        compare=headline.compare,
        tiles=over_time(headline),
        view=view,
        moved=moved,
        apart=apart,
        study=study,
        looks=_looks(study, view),
        look_scale=view.bar_scale if view else None,
        trend=trend_of(program, root, view, period),
        units=_unit_chart(table),
        waiting=waiting_for(visit, root),
        gaps=gaps_of(defects_of(visit)),
        has_illustrative=any(tile.target and tile.target.is_illustrative for tile in headline.tiles),
    )


def map_of(program: Program, unit: OrgUnit, period: Period, *, today: date) -> MapView | None:
    """The journey's map; None while there is no journey or no mean to read it with."""
    try:
        return build_map(program, unit, period, today=today)
    except (NotFoundError, KpiError):
        return None


def _units(visit: Visit, root: OrgUnit, period: Period) -> UnitTable | None:
    loyalty = Definitions(visit.program).loyalty
    if loyalty is None:
        return None
    try:
        return build_units(visit.program, loyalty, root, period, user=visit.user)
    except KpiError:
        return None


def value_words(reading: KpiReading, scale: tuple[int, int] | None) -> str:
    """`4.06 of 5`, `39.8 points`, `82.1 %`."""
    kind = kind_of(reading.kpi)
    said = figure(reading.value or 0.0, kind)
    return said if kind == "share" else f"{said} {figures.unit(kind, scale[1] if scale else None)}".strip()


def _headline(program: Program, headline: Headline, view: MapView | None) -> str:
    """How the whole stands, and where the journey is lowest."""
    tile = headline.tile(program.overall_kpi) or next(iter(headline.of_everyone), None)
    if tile is None or tile.reading.value is None:
        return _("Nothing is measured yet") if tile is None or not tile.reading.suppressed else _("Too few answers yet")
    value = {"value": value_words(tile.reading, tile.scale)}
    mark = tile.change.direction if tile.change else ""
    if tile.is_first or not mark:
        said = _("%(value)s.") % value
    elif mark == "none":
        said = _("Steady at %(value)s.") % value
    else:
        said = (_("Better, at %(value)s.") if mark == "better" else _("Worse, at %(value)s.")) % value
    low = words.lowest(view) if view else []
    if low and len(low) <= words.MOST_NAMED:
        names = words.listed([words.inside(each.label) for each in low])
        said += " " + _("Lowest on the journey: %(names)s.") % {"names": names}
    return said


def _lead(headline: Headline, view: MapView | None, apart: tuple[Apart, ...]) -> str:
    period, compare = headline.period.label, headline.compare
    said = [
        _("%(period)s, compared with %(before)s.") % {"period": period, "before": compare.label}
        if compare
        else _("%(period)s.") % {"period": period}
    ]
    if view and (moved := words.map_moved(view)):
        said.append(moved)
    for mark, text in (
        ("worse", _("Recommended less than the other units: %(names)s.")),
        ("better", _("Recommended more than the other units: %(names)s.")),
    ):
        if names := [words.inside(each.name) for each in apart if each.mark == mark]:
            said.append(text % {"names": words.listed(names)})
    return " ".join(said)


def _moved(view: MapView | None) -> tuple[Moved, ...]:
    return tuple(moved_of(each) for each in (view.moved if view else ()))


def moved_of(each: MapTouchpoint) -> Moved:
    assert each.change is not None
    assert each.change.delta is not None
    change = each.change
    return Moved(
        mark=change.direction,
        reading=change.reading,
        before=change.against,
        name=each.label,
        size=signed(change.delta or 0.0, kind_of(change.reading.kpi)),
        responsible=each.responsible,
    )


def _apart(table: UnitTable | None) -> tuple[Apart, ...]:
    return tuple(
        Apart(row.change.direction, row.unit.label, row.reading, row.rest)
        for row in (table.marked if table else ())
        if row.change and row.rest is not None
    )


def _looks(study: Study | None, view: MapView | None) -> tuple[Look, ...]:
    targets: dict[str, Any] = {}
    for each in view.measured if view else ():
        if each.reading and each.target:
            targets[each.reading.question] = each.target.value
    rows = study.rows[:FIRST] if study else ()
    return tuple(Look(row.label, row.share, row.mean, targets.get(row.question)) for row in rows)


def trend_of(program: Program, unit: OrgUnit, view: MapView | None, period: Period) -> Chart | None:
    """The overall KPI of a unit through the years up to the period; None while it has fewer than two."""
    overall = Definitions(program).overall
    question = view.waves.facts.get(overall.question_code) if view and overall else None
    if overall is None or question is None:
        return None
    if period.is_year:  # nothing that came after the year that the page is about
        years = {year: n for year, n in question.years.items() if year <= period.start.year}
        question = replace(question, years=years)
    trend = build_trend(program, overall, unit, question=question)
    if len(trend.shown) < 2:
        return None
    first, last = trend.shown[0].period.label, trend.shown[-1].period.label
    title = _("%(name)s, %(first)s–%(last)s") % {"name": overall.label, "first": first, "last": last}
    axis = ""
    if question.scale and overall.measure == "mean":
        axis = _("Mean, %(low)s–%(high)s") % {"low": question.scale[0], "high": question.scale[1]}
    return trend_chart(trend, title=title, axis=axis)


def _unit_chart(table: UnitTable | None) -> Chart | None:
    if table is None or len(table.rows) < 2:
        return None
    title = _("%(name)s by unit, %(period)s") % {"name": table.kpi.label, "period": table.period.label}
    return unit_chart(table, title=title, axis=table.kpi.label)
