"""How the numbers developed: the trends of a steering report."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cxprogram import figures
from cxprogram.charts import Chart
from governance.pages import frozen
from governance.pages.frozen import Document, FrozenReading, period_label
from governance.pages.summary import Facts, trend_chart, trend_title

TREND_HEIGHT = 175


@dataclass(frozen=True)
class TrendPart:
    """One KPI: its line, or the only value there is."""

    title: str
    chart: Chart | None
    only: FrozenReading | None
    only_period: str
    scale: tuple[float, float]


@dataclass(frozen=True)
class TrendRow:
    """One period of the table under the lines: a reading and its step for each KPI, None where it was not asked."""

    period: str
    cells: tuple[tuple[FrozenReading | None, figures.Change | None], ...]


@dataclass(frozen=True)
class TrendChapter:
    lead: str
    pairs: tuple[tuple[TrendPart, ...], ...]
    names: tuple[str, ...]
    rows: tuple[TrendRow, ...]
    caption: str


def build_trends(facts: Facts) -> TrendChapter:
    trends = facts.inputs["trends"]
    parts = [_trend_part(facts, trend) for trend in trends]
    steps = [
        _("%(kpi)s %(size)s in %(period)s")
        % {
            "kpi": facts.kpis[trend["kpi"]].name,
            "size": figures.signed(point["change"]["delta"], facts.kpis[trend["kpi"]].kind),
            "period": period_label(point["reading"]["period"]),
        }
        for trend in trends
        for point in trend["points"]
        if frozen.is_marked(point["change"])
    ]
    lead = (
        _("Steps that are larger than chance: %(steps)s.") % {"steps": "; ".join(steps)}
        if steps
        else _("No step of any KPI is clearly different from chance.")
    )
    return TrendChapter(
        lead=lead,
        pairs=tuple(tuple(parts[i : i + 2]) for i in range(0, len(parts), 2)),
        names=tuple(facts.kpis[trend["kpi"]].name for trend in trends),
        rows=tuple(_trend_rows(facts)),
        caption=_(
            "The same in numbers. Small figures: 95 % interval. A triangle marks a step that survives correction over "
            "all steps of its KPI."
        ),
    )


def _trend_part(facts: Facts, trend: Document) -> TrendPart:
    kpi = facts.kpis[trend["kpi"]]
    only = next(point["reading"] for point in trend["points"] if point["reading"]["value"] is not None)
    is_line = len(trend["points"]) > 1
    reading = frozen.reading_of(only, kpi)
    return TrendPart(
        title=trend_title(trend, kpi),
        chart=trend_chart(trend, kpi, height=TREND_HEIGHT) if is_line else None,
        only=None if is_line else reading,
        only_period=period_label(reading.period),
        scale=frozen.bar_scale(kpi, reading.value, reading.low, reading.high),
    )


def _trend_rows(facts: Facts) -> Iterator[TrendRow]:
    """Newest first."""
    trends = facts.inputs["trends"]
    points = [{point["reading"]["period"]: point for point in trend["points"]} for trend in trends]
    for code in sorted({code for known in points for code in known}, reverse=True):
        cells: list[tuple[FrozenReading | None, figures.Change | None]] = []
        for trend, known in zip(trends, points, strict=True):
            kpi, point = facts.kpis[trend["kpi"]], known.get(code)
            change = (
                frozen.change_of(point["change"], kpi.kind) if point and frozen.is_marked(point["change"]) else None
            )
            cells.append((frozen.reading_of(point["reading"], kpi) if point else None, change))
        yield TrendRow(period_label(code), tuple(cells))
