"""The drawings of the insight views: the experience curve, trends, units beside each other."""

from cxprogram import charts
from cxprogram.charts import Chart
from cxprogram.figures import EN_DASH, kind_of
from cxprogram.periods import Period
from journeys.analytics.curve import HEIGHT, curve
from journeys.analytics.curve_marks import Curve, CurvePoint, CurveStage
from journeys.insight.map_view import MapTouchpoint, MapView
from journeys.insight.trend import Trend
from journeys.insight.units import UnitTable
from journeys.insight.words import change_of


def experience_curve(view: MapView, *, width: float | None = None, height: float = HEIGHT) -> Curve | None:
    """The map's curve, its places in px where a width is given (print); None when nothing has a value."""
    if not any(each.value is not None for each in view.measured):
        return None
    stages = [CurveStage(stage.label, [_point(each) for each in stage.measured]) for stage in view.stages]
    return curve(stages, width=width, height=height)


def _point(each: MapTouchpoint) -> CurvePoint:
    reading = each.reading
    assert reading is not None and each.number is not None
    return CurvePoint(
        number=each.number,
        name=each.label,
        value=reading.value,
        low=reading.low,
        high=reading.high,
        is_same_question=each.is_same_question,
        is_truth=each.is_truth,
        pain_rank=each.pain_rank,
        expectation=each.expectation.value if each.expectation else None,
        is_expectation_measured=bool(each.expectation and each.expectation.is_measured),
        change=each.mark,
    )


def trend_chart(trend: Trend, *, title: str, axis: str = "", weighted: bool = False, height: int = 250) -> Chart | None:
    """The KPI through time; None when no period has a value. Years without answers break the line."""
    if not trend.shown:
        return None
    points: list[charts.TrendPoint] = []
    for before, point in zip((None, *trend.points), trend.points, strict=False):
        if before and (gap := _gap(before.period, point.period)):
            points.append(charts.TrendPoint(gap, None))
        reading = point.weighted if weighted else point.reading
        points.append(
            charts.TrendPoint(
                label=point.period.label,
                value=reading.value,
                low=reading.low,
                high=reading.high,
                n=reading.n or 0,
                change=change_of(point.change) if point.change and point.change.is_marked else None,
                definition=f"{reading.version}.{trend.question.revision(point.period)}",
                is_hidden=reading.suppressed,
            )
        )
    return charts.trend(
        points,
        title=title,
        kind=kind_of(trend.kpi),
        axis=axis,
        scale=trend.question.scale if trend.kpi.measure == "mean" else None,
        comparisons=trend.comparisons or None,
        least=trend.unit.program.min_n,
        height=height,
    )


def _gap(before: Period, after: Period) -> str:
    """The years without answers between two years, as one place on the axis."""
    first, last = before.start.year + 1, after.start.year - 1
    if len(after.code) != 4 or first > last:
        return ""
    return str(first) if first == last else f"{first}{EN_DASH}{last}"


def unit_chart(table: UnitTable, *, title: str, axis: str = "", whole_name: str = "") -> Chart | None:
    """The units side by side, the whole as a dotted line; None when no unit has a value."""
    rows = [
        charts.UnitRow(
            name=row.unit.label,
            value=row.reading.value,
            low=row.reading.low,
            high=row.reading.high,
            n=row.reading.n or 0,
            change=change_of(row.change) if row.change and row.change.is_marked else None,
            is_hidden=row.reading.suppressed,
        )
        for row in table.rows
    ]
    if all(row.value is None for row in rows):
        return None
    return charts.units(
        rows,
        title=title,
        kind=kind_of(table.kpi),
        axis=axis,
        whole=table.whole.value,
        whole_name=whole_name or table.unit.label,
        comparisons=table.comparisons or None,
        least=table.unit.program.min_n,
    )
