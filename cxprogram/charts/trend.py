"""A value over time."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxprogram import figures
from cxprogram.charts.parts import (
    DIGIT,
    LEAST,
    SHAPE,
    Chart,
    Column,
    Spec,
    Table,
    layer,
    number_cells,
    spec_of,
    text,
    triangle,
)
from cxprogram.figures import Change

NOTE_GAP = 10  # pixels between two numbers side by side


@dataclass(frozen=True)
class TrendPoint:
    """One period. `definition` changes when the wording does: the line breaks there. Hidden points have no value."""

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = 0
    change: Change | None = None
    definition: str = ""
    is_hidden: bool = False


def trend(
    points: Sequence[TrendPoint],
    *,
    title: str,
    kind: str = "mean",
    axis: str = "",
    scale: tuple[float, float] | None = None,
    target: float | None = None,
    expectation: float | None = None,
    comparisons: int | None = None,
    least: int = LEAST,
    height: int = 250,
) -> Chart:
    """A value over time: dot and band, value above, n below; triangles where a step survives correction.

    `scale` is the full scale of the measure: where the axis shows less, the caption says so. Labels must be unique;
    raises ValueError when no point has a value.
    """
    shown = [p for p in points if p.value is not None and not p.is_hidden]
    if not shown:
        raise ValueError("a trend needs at least one point with a value")
    if len({p.label for p in points}) < len(points):
        raise ValueError("the labels of a trend must be unique")
    factor = figures.KINDS[kind].factor
    rows = _trend_rows(points, kind, factor)
    marked = {p.change.mark for p in shown if p.change and p.change.mark in SHAPE}
    edges = [v * factor for p in shown for v in (p.value, p.low, p.high) if v is not None]
    edges += [v * factor for v in (target, expectation) if v is not None]
    domain, ticks, digits = _trend_axis(edges, height, has_marks=bool(marked), full=scale, factor=factor)
    # The order is said: layers that leave out hidden points would otherwise put these last.
    order = [p.label for p in points]
    x = {"field": "label", "type": "ordinal", "sort": order, "scale": {"type": "point", "padding": 0.5}}
    x_axis = {**x, "axis": {"title": None, "labelAngle": 0, "labelOverlap": "greedy"}}
    y_scale = {"domain": domain, "zero": False, "nice": False}
    y_axis = {"title": axis or None, "values": ticks, "format": f".{digits}f"}
    y = {"field": "value", "type": "quantitative", "scale": y_scale, "axis": y_axis}
    layers: list[Spec] = [
        layer("rule", "cx-interval", {"x": x_axis, "y": {**y, "field": "low"}, "y2": {"field": "high"}}, "has_band"),
        layer("line", "cx-line", {"x": x, "y": y, "detail": {"field": "run", "type": "nominal"}}, "is_shown"),
        *_level(target, factor, y_scale, "cx-target", _("Target"), kind, dy=-7),
        *_level(expectation, factor, y_scale, "cx-expectation", _("Expected"), kind, dy=14),
        layer("point", "cx-value", {"x": x, "y": y}, "is_shown"),
        text(
            "cx-strong",
            {"x": x, "y": {**y, "field": "top"}, "text": {"field": "text", "type": "nominal"}},
            "is_shown",
            dy=-12,
            opacity={"expr": f"width < {32 * len(points)} && !datum.is_key ? 0 : 1"},
        ),
    ]
    for mark in sorted(marked):
        size = max(len(r["step"]) for r in rows if r["mark"] == mark) * DIGIT
        at = {"x": x, "y": {**y, "field": "top"}}
        layers.append(text(f"cx-{mark}", {**at, "text": {"field": "step"}}, f"mark === '{mark}'", dy=-28, dx=7))
        layers.append(triangle(mark, at, xOffset=-round(size / 2) - 1, yOffset=-28))
    # Narrow containers: the bare number first, then only so many, counted from the newest, that none touches the next.
    whole, bare = (len(points) * (max(len(r[name]) for r in rows) * DIGIT + NOTE_GAP) for name in ("n_text", "n_short"))
    layers.append(
        text(
            "cx-note",
            {"x": x, "text": {"field": "n_text", "type": "nominal"}},
            None,
            y={"expr": "height - 8"},
            text={"expr": f"width < {whole:.0f} ? datum.n_short : datum.n_text"},
            opacity={"expr": f"datum.from_newest % ceil({bare:.0f} / width) ? 0 : 1"},
        )
    )
    words = _trend_words(points, title, kind, domain, scale, comparisons, factor, least)
    return Chart(spec_of(words[0], rows, layers, height), title, *words)


def _trend_rows(points: Sequence[TrendPoint], kind: str, factor: float) -> list[Spec]:
    shown = [p for p in points if p.value is not None and not p.is_hidden]
    key = {id(shown[0]), id(shown[-1]), id(min(shown, key=_value)), id(max(shown, key=_value))}
    rows, run, previous = [], 0, None
    for index, p in enumerate(points):
        is_shown = p in shown
        if previous is not None and (not is_shown or p.definition != previous.definition):
            run += 1
        previous = p if is_shown else previous
        mark = p.change.mark if p.change and p.change.mark in SHAPE and is_shown else ""
        row: Spec = {"label": p.label, "is_shown": is_shown, "run": run, "mark": mark, "has_band": False}
        row["from_newest"] = len(points) - 1 - index
        row["is_key"] = not is_shown or id(p) in key or bool(mark)
        row["n_short"] = _("hidden") if p.is_hidden else figures.figure(p.n, "count")
        row["n_text"] = _("n hidden") if p.is_hidden else f"n {row['n_short']}"
        if p.value is None and not p.is_hidden:
            row["n_short"] = row["n_text"] = ""
        if is_shown and p.value is not None:
            row["value"] = row["top"] = p.value * factor
            row["text"] = figures.figure(p.value, kind, with_unit=False)
            row["step"] = _step(p.change, kind)
        if is_shown and p.low is not None and p.high is not None:
            row |= {"low": p.low * factor, "high": p.high * factor, "top": p.high * factor, "has_band": True}
        rows.append(row)
    return rows


def _value(point: TrendPoint) -> float:
    return point.value or 0.0


def _step(change: Change | None, kind: str) -> str:
    if change is None or change.mark not in SHAPE:
        return ""
    return change.text or (figures.signed(change.size, kind) if change.size is not None else change.words())


def _trend_axis(
    edges: list[float], height: int, *, has_marks: bool, full: tuple[float, float] | None, factor: float
) -> tuple[list[float], list[float], int]:
    """Domain with room for the labels above and n below, at most five ticks, their decimals."""
    low, high = min(edges), max(edges)
    span = (high - low) or abs(high) * 0.05 or 1.0
    plot = max(height - 52, 60)
    above, below = (48 if has_marks else 30), 30
    per_px = span / max(plot - above - below, plot * 0.3)
    low, high = low - below * per_px, high + above * per_px
    step = figures.nice_step(high - low, 4)
    low = math.floor(low / (step / 2) + 1e-9) * step / 2
    first = math.ceil(low / step - 1e-9)
    ticks = [round(k * step, 10) for k in range(first, math.floor(high / step + 1e-9) + 1)]
    if full:
        ticks = [t for t in ticks if full[0] * factor - 1e-9 <= t <= full[1] * factor + 1e-9]
    return [round(low, 10), round(high, 10)], ticks, max(0, -math.floor(math.log10(step) + 1e-9))


def _level(
    value: float | None, factor: float, y_scale: Spec, style: str, word: str, kind: str, *, dy: int
) -> list[Spec]:
    """A horizontal line over the whole width with its words at the left end."""
    if value is None:
        return []
    data = {"values": [{"level": value * factor, "words": f"{word} {figures.short(value, kind)}"}]}
    y = {"field": "level", "type": "quantitative", "scale": y_scale}
    return [
        {"data": data, "mark": {"type": "rule", "style": style}, "encoding": {"y": y}},
        {
            "data": data,
            "mark": {"type": "text", "style": "cx-note", "align": "left", "x": 2, "dy": dy, "baseline": "alphabetic"},
            "encoding": {"y": y, "text": {"field": "words"}},
        },
    ]


def _trend_words(
    points: Sequence[TrendPoint],
    title: str,
    kind: str,
    domain: list[float],
    scale: tuple[float, float] | None,
    comparisons: int | None,
    factor: float,
    least: int,
) -> tuple[str, str, Table]:
    shown = [p for p in points if p.value is not None and not p.is_hidden]
    values = ", ".join(
        _("%(value)s in %(period)s") % {"value": figures.figure(p.value or 0.0, kind), "period": p.label} for p in shown
    )
    steps = [
        _("%(step)s in %(period)s") % {"step": _step(p.change, kind), "period": p.label}
        for p in shown
        if _step(p.change, kind)
    ]
    found = (
        _("Clear steps: %(steps)s.") % {"steps": ", ".join(steps)}
        if steps
        else _("No step is clearly different from chance.")
    )
    caption = [_("Dot: value. Band: 95 % interval.")]
    if comparisons:
        caption.append(
            ngettext(
                "A triangle marks a step that survives correction (%(n)s step compared).",
                "A triangle marks a step that survives correction (%(n)s steps compared).",
                comparisons,
            )
            % {"n": comparisons}
        )
    if scale and (domain[0] > scale[0] * factor or domain[1] < scale[1] * factor):
        caption.append(
            _("The axis shows %(low)s to %(high)s of a scale from %(bottom)s to %(top)s, so small steps look large.")
            % {
                "low": figures.short(max(domain[0], scale[0] * factor) / factor, kind),
                "high": figures.short(min(domain[1], scale[1] * factor) / factor, kind),
                "bottom": figures.figure(scale[0] * factor, "count"),
                "top": figures.figure(scale[1] * factor, "count"),
            }
        )
    if len({p.definition for p in shown}) > 1:
        caption.append(_("The line breaks where the wording changed."))
    if any(p.is_hidden for p in points):
        caption.append(figures.hiding(least))
    rows = tuple(_trend_cells(p, kind) for p in reversed(points))
    columns = (
        Column(_("Period"), is_number=False),
        Column(_("Value")),
        Column(_("95 % interval")),
        Column(_("n")),
        Column(_("Since the period before"), is_number=False),
    )
    return f"{title}: {values}. {found}", " ".join(caption), Table(title, columns, rows)


def _trend_cells(p: TrendPoint, kind: str) -> tuple[str, ...]:
    change = "" if p.change is None or p.is_hidden else p.change.words()
    return (*number_cells(p.label, p.value, p.low, p.high, p.n, kind, is_hidden=p.is_hidden), change)
