"""Charts as Vega-Lite specifications: the same dict is drawn in the browser and, by vl-convert, in PDFs and mails.

Each builder returns a frozen `Chart`: the spec without colours (LOOK §6 names the mark styles, the theme gives them their
looks), the finding as text for those who do not see it, the caption, and the same numbers as a table. Numbers come in as
stored (shares 0–1) and are said by `figures`. Widths are the container's until `chart_svg` sets one.
"""

import hashlib
import json
import math
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import vl_convert
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxprogram import drawing, figures
from cxprogram.figures import Change

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
VL_VERSION = "6.4"
LEAST = 5
_SHAPE = {"better": "triangle-up", "worse": "triangle-down"}
# Widths in Inter semibold at 13 px, for placing marks beside text: a digit, a letter on average.
_CHAR, _LETTER = 7.2, 6.5

_APART = {"labelOverlap": "greedy", "labelSeparation": 6}

Spec = dict[str, Any]


@dataclass(frozen=True)
class Column:
    label: str
    is_number: bool = True


@dataclass(frozen=True)
class Table:
    """The same in numbers: cells are finished text, the first of each row is its heading."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]

    def cells(self) -> list[list["Cell"]]:
        """The rows with what a template needs to know of each cell."""
        return [
            [
                Cell(text, column.is_number, text.startswith("n <"))
                for text, column in zip(row, self.columns, strict=True)
            ]
            for row in self.rows
        ]


@dataclass(frozen=True)
class Cell:
    text: str
    is_number: bool
    is_hidden: bool


@dataclass(frozen=True)
class Chart:
    """A drawing with everything that must stand around it."""

    spec: Spec
    title: str
    description: str
    caption: str
    table: Table


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


@dataclass(frozen=True)
class UnitRow:
    """One unit beside others. `change` compares it with the rest; its text is written beside the triangle."""

    name: str
    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = 0
    change: Change | None = None
    is_hidden: bool = False


@dataclass(frozen=True)
class DriverRow:
    """One driver: its share of the explained variation (0–1), the interval of that share, the sign of its effect."""

    name: str
    share: float
    low: float
    high: float
    sign: int = 1
    lmg: float | None = None


# --- trend --------------------------------------------------------------------------------------


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
    rows = _trend_rows(points, kind, factor, least)
    marked = {p.change.mark for p in shown if p.change and p.change.mark in _SHAPE}
    edges = [v * factor for p in shown for v in (p.value, p.low, p.high) if v is not None]
    edges += [v * factor for v in (target, expectation) if v is not None]
    domain, ticks, digits = _trend_axis(edges, height, has_marks=bool(marked), full=scale, factor=factor)
    x = {"field": "label", "type": "ordinal", "sort": None, "scale": {"type": "point", "padding": 0.5}}
    x_axis = {**x, "axis": {"title": None, "labelAngle": 0, "labelOverlap": "greedy"}}
    y_scale = {"domain": domain, "zero": False, "nice": False}
    y_axis = {"title": axis or None, "values": ticks, "format": f".{digits}f"}
    y = {"field": "value", "type": "quantitative", "scale": y_scale, "axis": y_axis}
    layers: list[Spec] = [
        _layer("rule", "cx-interval", {"x": x_axis, "y": {**y, "field": "low"}, "y2": {"field": "high"}}, "has_band"),
        _layer("line", "cx-line", {"x": x, "y": y, "detail": {"field": "run", "type": "nominal"}}, "is_shown"),
        *_level(target, factor, y_scale, "cx-target", _("Target"), kind, dy=-7),
        *_level(expectation, factor, y_scale, "cx-expectation", _("Expected"), kind, dy=14),
        _layer("point", "cx-value", {"x": x, "y": y}, "is_shown"),
        _text(
            "cx-strong",
            {"x": x, "y": {**y, "field": "top"}, "text": {"field": "text", "type": "nominal"}},
            "is_shown",
            dy=-12,
            opacity={"expr": f"width < {32 * len(points)} && !datum.is_key ? 0 : 1"},
        ),
    ]
    for mark in sorted(marked):
        size = max(len(r["step"]) for r in rows if r["mark"] == mark) * _CHAR
        at = {"x": x, "y": {**y, "field": "top"}}
        layers.append(_text(f"cx-{mark}", {**at, "text": {"field": "step"}}, f"mark === '{mark}'", dy=-28, dx=7))
        layers.append(_triangle(mark, at, xOffset=-round(size / 2) - 1, yOffset=-28))
    layers.append(
        _text(
            "cx-note",
            {"x": x, "text": {"field": "n_text", "type": "nominal"}},
            None,
            y={"expr": "height - 6"},
            # Narrow containers: the bare number first, then only under the labelled points.
            text={"expr": f"width < {54 * len(points)} ? datum.n_short : datum.n_text"},
            opacity={"expr": f"width < {38 * len(points)} && !datum.is_key ? 0 : 1"},
        )
    )
    words = _trend_words(points, title, kind, domain, scale, comparisons, factor, least)
    return Chart(_spec(words[0], rows, layers, height), title, *words)


def _trend_rows(points: Sequence[TrendPoint], kind: str, factor: float, least: int) -> list[Spec]:
    shown = [p for p in points if p.value is not None and not p.is_hidden]
    key = {id(shown[0]), id(shown[-1]), id(min(shown, key=_value)), id(max(shown, key=_value))}
    rows, run, previous = [], 0, None
    for p in points:
        is_shown = p in shown
        if previous is not None and (not is_shown or p.definition != previous.definition):
            run += 1
        previous = p if is_shown else previous
        mark = p.change.mark if p.change and p.change.mark in _SHAPE and is_shown else ""
        row: Spec = {"label": p.label, "is_shown": is_shown, "run": run, "mark": mark, "has_band": False}
        row["is_key"] = not is_shown or id(p) in key or bool(mark)
        row["n_short"] = f"< {least}" if p.is_hidden else figures.figure(p.n, "count")
        row["n_text"] = "" if p.value is None and not p.is_hidden else f"n {row['n_short']}"
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
    if change is None or change.mark not in _SHAPE:
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
        _("Clear steps: %(steps)s.") % {"steps": ", ".join(steps)} if steps else _("No step is clearly different from chance.")
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
    rows = tuple(_trend_cells(p, kind, least) for p in reversed(points))
    columns = (
        Column(_("Period"), is_number=False),
        Column(_("Value")),
        Column(_("95 % interval")),
        Column(_("n")),
        Column(_("Since the period before"), is_number=False),
    )
    return f"{title}: {values}. {found}", " ".join(caption), Table(title, columns, rows)


def _trend_cells(p: TrendPoint, kind: str, least: int) -> tuple[str, ...]:
    change = "" if p.change is None or p.is_hidden else p.change.words()
    return (*_cells(p.label, p.value, p.low, p.high, p.n, kind, least if p.is_hidden else None), change)


# --- units --------------------------------------------------------------------------------------


def units(
    rows: Sequence[UnitRow],
    *,
    title: str,
    kind: str = "nps",
    axis: str = "",
    whole: float | None = None,
    whole_name: str = "",
    target: float | None = None,
    comparisons: int | None = None,
    least: int = LEAST,
    heading: str = "",
) -> Chart:
    """Units side by side, best first: band, dot, value, n, and a triangle with words where one differs from the rest.

    `whole` draws a dotted line for all units together. Hidden units stand last with `n < 5` and no dot.
    """
    shown = sorted((r for r in rows if r.value is not None and not r.is_hidden), key=lambda r: -(r.value or 0.0))
    if not shown:
        raise ValueError("a comparison of units needs at least one value")
    factor = figures.KINDS[kind].factor
    ordered = [*shown, *(r for r in rows if r.is_hidden or r.value is None)]
    data = [_unit_row(r, kind, factor, least) for r in ordered]
    edges = [v * factor for r in shown for v in (r.value, r.low, r.high) if v is not None]
    edges += [v * factor for v in (whole, target) if v is not None]
    domain, ticks, digits = _ends(edges)
    marked = {d["mark"] for d in data if d["mark"]}
    words = max((len(d["words"]) for d in data if d["mark"]), default=0) * _LETTER
    aside = round(words + 22) if marked else 0
    right = f"(width < 400 ? 112 : {112 + aside})"
    scale = {"domain": domain, "zero": False, "nice": False, "range": [0, {"expr": f"width - {right}"}]}
    x_axis = {"title": axis or None, "values": ticks, "format": f".{digits}f", **_APART}
    x = {"field": "value", "type": "quantitative", "scale": scale, "axis": x_axis}
    y = _names([d["label"] for d in data])
    layers: list[Spec] = [
        _layer("rule", "cx-interval", {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}}, "has_band"),
        *_upright(whole, factor, scale, dashed=True),
        *_upright(target, factor, scale, dashed=False),
        _layer("point", "cx-value", {"y": y, "x": x}, "is_shown"),
        _text("cx-strong", {"y": y, "text": {"field": "text"}}, "is_shown", align="right", x={"expr": f"width - {right} + 48"}),
        _text("cx-note", {"y": y, "text": {"field": "n_text"}}, None, align="left", x={"expr": f"width - {right} + 58"}),
    ]
    for mark in sorted(marked):
        # Beside the numbers where there is room, else on a line of its own below them.
        layers.append(
            _text(
                f"cx-{mark}",
                {"y": y, "text": {"field": "words"}},
                f"mark === '{mark}'",
                align={"expr": "width < 400 ? 'right' : 'left'"},
                x={"expr": f"width < 400 ? width : width - {aside - 18}"},
                dy={"expr": "width < 400 ? 13 : 0"},
            )
        )
        layers.append(
            _triangle(
                mark,
                {"y": y},
                x={"expr": f"width < 400 ? width - length(datum.words) * {_LETTER} - 9 : width - {aside - 8}"},
                yOffset={"expr": "width < 400 ? 13 : 0"},
            )
        )
    said = _unit_words(ordered, title, kind, whole, whole_name, target, comparisons, heading, least)
    return Chart(_spec(said[0], data, layers, 26 * len(data) + 58), title, *said)


def _unit_row(r: UnitRow, kind: str, factor: float, least: int) -> Spec:
    is_shown = r.value is not None and not r.is_hidden
    row: Spec = {"label": _wrapped(r.name), "is_shown": is_shown, "has_band": False, "mark": "", "words": ""}
    row["n_text"] = f"n < {least}" if r.is_hidden else f"n {figures.figure(r.n, 'count')}"
    if is_shown and r.value is not None:
        row |= {"value": r.value * factor, "text": figures.figure(r.value, kind, with_unit=False)}
        if r.change and r.change.mark in _SHAPE:
            row |= {"mark": r.change.mark, "words": r.change.words()}
        if r.low is not None and r.high is not None:
            row |= {"low": r.low * factor, "high": r.high * factor, "has_band": True}
    return row


def _upright(value: float | None, factor: float, scale: Spec, *, dashed: bool) -> list[Spec]:
    if value is None:
        return []
    mark: Spec = {"type": "rule", "style": "cx-target"}
    if dashed:
        mark["strokeDash"] = [2, 2]
    x = {"field": "level", "type": "quantitative", "scale": scale}
    return [{"data": {"values": [{"level": value * factor}]}, "mark": mark, "encoding": {"x": x}}]


def _unit_words(
    ordered: Sequence[UnitRow],
    title: str,
    kind: str,
    whole: float | None,
    whole_name: str,
    target: float | None,
    comparisons: int | None,
    heading: str,
    least: int,
) -> tuple[str, str, Table]:
    said = []
    for r in ordered:
        if r.is_hidden or r.value is None:
            said.append(_("%(name)s hidden") % {"name": r.name})
            continue
        text = f"{r.name} {figures.figure(r.value, kind)}"
        if r.low is not None and r.high is not None:
            text += f" ({figures.interval(r.low, r.high, kind, in_words=True)})"
        said.append(text)
    apart = [f"{r.name}: {r.change.words()}" for r in ordered if r.change and r.change.mark in _SHAPE and not r.is_hidden]
    found = (
        _("Clearly different: %(units)s.") % {"units": "; ".join(apart)} if apart else _("None is clearly different from the others.")
    )
    caption = [_("Dot: value. Band: 95 % interval.")]
    if whole is not None:
        caption.append(
            _("Dotted: %(name)s, %(value)s.")
            % {"name": whole_name or _("all together"), "value": figures.figure(whole, kind)}
        )
    if target is not None:
        caption.append(_("Line: target %(value)s.") % {"value": figures.short(target, kind)})
    if comparisons:
        caption.append(
            ngettext(
                "Each is compared with all the others together, %(n)s comparison.",
                "Each is compared with all the others together, %(n)s comparisons.",
                comparisons,
            )
            % {"n": comparisons}
        )
    columns = (
        Column(heading or _("Unit"), is_number=False),
        Column(_("Value")),
        Column(_("95 % interval")),
        Column(_("n")),
        Column(_("Against the rest"), is_number=False),
    )
    rows = tuple(
        (
            *_cells(r.name, r.value, r.low, r.high, r.n, kind, least if r.is_hidden else None),
            "" if r.change is None or r.is_hidden else r.change.words(),
        )
        for r in ordered
    )
    return f"{title}: {'; '.join(said)}. {found}", " ".join(caption), Table(title, columns, rows)


# --- drivers ------------------------------------------------------------------------------------


def drivers(
    rows: Sequence[DriverRow],
    *,
    title: str,
    n: int,
    r2: float,
    resamples: int | None = None,
    axis: str = "",
) -> Chart:
    """Shares of the explained variation, strongest first: quiet bar, interval as a thin line, dot, share at the end.

    Drivers that go with a *lower* outcome stand apart, below the others, and say so.
    """
    if not rows:
        raise ValueError("a driver chart needs at least one driver")
    ordered = sorted(rows, key=lambda r: (r.sign < 0, -r.share))
    top, ticks, digits = _share_axis(max(r.high for r in ordered) * 100)
    data = [
        {
            "label": _wrapped(r.name),
            "share": r.share * 100,
            "zero": 0,
            "low": r.low * 100,
            "high": r.high * 100,
            "text": figures.figure(r.share, "share"),
            "other_way": r.sign < 0,
        }
        for r in ordered
    ]
    has_other = any(r.sign < 0 for r in ordered)
    note = _("lower")
    aside = round(len(note) * _LETTER + 24) if has_other else 0
    scale = {"domain": [0, top], "nice": False, "range": [0, {"expr": f"width - (width < 300 ? 62 : {62 + aside})"}]}
    x_axis = {"title": axis or _("Share of explained variation"), "values": ticks, "format": f".{digits}f", **_APART}
    x = {"field": "share", "type": "quantitative", "scale": scale, "axis": x_axis}
    y = _names([d["label"] for d in data], band=True)
    at_end = {"y": y, "x": {**x, "field": "high"}}
    layers: list[Spec] = [
        _layer("bar", "cx-bar-quiet", {"y": y, "x": {**x, "field": "zero"}, "x2": {"field": "share"}}, None),
        _layer("rule", "cx-line", {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}}, None),
        _layer("point", "cx-value", {"y": y, "x": x}, None),
        _text("cx-strong", {**at_end, "text": {"field": "text"}}, None, align="left", dx=8),
    ]
    if has_other:
        below = round(8 + 7 * _CHAR)
        words = {"dx": {"expr": f"width < 300 ? 22 : {below + 16}"}, "dy": {"expr": "width < 300 ? 13 : 0"}}
        shape = {"xOffset": {"expr": f"width < 300 ? 13 : {below + 7}"}, "yOffset": {"expr": "width < 300 ? 13 : 0"}}
        layers.append(_text("cx-worse", {**at_end, "text": {"value": note}}, "other_way", align="left", **words))
        layers.append(_triangle("worse", at_end, "other_way", **shape))
    description = f"{title}: " + ", ".join(f"{r.name} {figures.figure(r.share, 'share')}" for r in ordered) + "."
    spec = _spec(description, data, layers, 28 * len(data) + 58)
    return Chart(spec, title, description, _driver_caption(ordered, n, r2, resamples), _driver_table(ordered, title, r2))


def _share_axis(high: float) -> tuple[float, list[float], int]:
    step = figures.nice_step(high, 5)
    ticks = [round(k * step, 10) for k in range(math.floor(high / step + 1e-9) + 1)]
    return high, ticks, max(0, -math.floor(math.log10(step) + 1e-9))


def _driver_caption(ordered: Sequence[DriverRow], n: int, r2: float, resamples: int | None) -> str:
    said = [
        _("Bar and dot: share of the explained variation, in per cent (R² %(r2)s, %(answers)s).")
        % {"r2": figures.figure(r2, "coefficient"), "answers": figures.answers(n)}
    ]
    if resamples:
        said.append(
            _("Thin line: 95 %% interval from %(n)s resamples.")
            % {"n": figures.figure(resamples, "count")}
        )
    else:
        said.append(_("Thin line: 95 % interval."))
    said.append(_("Association, not proof of cause."))
    others = [r.name for r in ordered if r.sign < 0]
    said.append(
        _("Goes with a lower rating: %(names)s.") % {"names": ", ".join(others)} if others else _("All signs are positive.")
    )
    return " ".join(said)


def _driver_table(ordered: Sequence[DriverRow], title: str, r2: float) -> Table:
    columns = [Column(_("Driver"), is_number=False), Column(_("Share")), Column("95 %"), Column(_("LMG")), Column(_("Sign"), is_number=False)]
    rows = [
        (
            r.name,
            figures.figure(r.share, "share"),
            figures.interval(r.low, r.high, "share"),
            figures.figure(r.lmg if r.lmg is not None else r.share * r2, "coefficient"),
            _("lower") if r.sign < 0 else _("higher"),
        )
        for r in ordered
    ]
    return Table(title, tuple(columns), tuple(rows))


# --- shared parts -------------------------------------------------------------------------------


def _spec(description: str, rows: list[Spec], layers: list[Spec], height: int) -> Spec:
    point, group = figures.separators()
    number = {"decimal": point, "thousands": group, "grouping": [3], "currency": ["", ""]}
    return {
        "$schema": SCHEMA,
        "description": description,
        "width": "container",
        "height": height,
        "data": {"values": rows},
        "layer": layers,
        "config": {"locale": {"number": number}},
    }


def _layer(mark: str, style: str, encoding: Spec, only: str | None) -> Spec:
    layer: Spec = {"mark": {"type": mark, "style": style}, "encoding": encoding}
    if only:
        layer["transform"] = [{"filter": f"datum.{only}"}]
    return layer


def _text(style: str, encoding: Spec, only: str | None, **mark: Any) -> Spec:
    layer = _layer("text", style, encoding, only)
    layer["mark"] |= {"baseline": "middle", **mark}
    if "text" in mark:
        encoding.pop("text")
    return layer


def _triangle(mark: str, encoding: Spec, only: str | None = None, **place: Any) -> Spec:
    layer = _layer("point", f"cx-{mark}", encoding, only or f"mark === '{mark}'")
    layer["mark"] |= {"shape": _SHAPE[mark], "size": 65, "filled": True, **place}
    return layer


def _names(labels: list[str], *, band: bool = False) -> Spec:
    axis: Spec = {"title": None, "labelExpr": "split(datum.label, '\\n')", "labelLimit": 230, "labelLineHeight": 13}
    # The middle of the first line, not of both, would stand at the bar.
    two_lines = {"test": "indexof(datum.label, '\\n') > 0", "value": -6.5}
    axis["labelOffset"] = {"condition": two_lines, "value": 0}
    y: Spec = {"field": "label", "type": "ordinal", "sort": labels, "axis": axis}
    if band:
        y["scale"] = {"paddingInner": 0.45, "paddingOuter": 0.2}
    return y


def _wrapped(name: str) -> str:
    """At most two lines, so that long names leave room for the numbers on a phone."""
    lines = textwrap.wrap(name, 22, max_lines=2, placeholder="…")
    return "\n".join(lines)


def _ends(edges: list[float]) -> tuple[list[float], list[float], int]:
    low, high = min(edges), max(edges)
    span = (high - low) or 1.0
    step = figures.nice_step(span * 1.1, 4)
    low = math.floor((low - span * 0.02) / step) * step
    ticks = [round(low + k * step, 10) for k in range(math.floor((high - low) / step + 1e-9) + 1)]
    return [round(low, 10), round(max(high + span * 0.04, ticks[-1]), 10)], ticks, max(0, -math.floor(math.log10(step) + 1e-9))


def _cells(
    name: str, value: float | None, low: float | None, high: float | None, n: int, kind: str, hidden_below: int | None
) -> tuple[str, str, str, str]:
    if hidden_below is not None:
        return name, _("hidden"), "", f"n < {hidden_below}"
    if value is None:
        return name, _("not measured"), "", ""
    between = "" if low is None or high is None else figures.interval(low, high, kind)
    return name, figures.figure(value, kind), between, figures.figure(n, "count")


# --- drawing without a browser ------------------------------------------------------------------


@cache
def themes() -> dict[str, Spec]:
    """The three Vega-Lite configurations: light, dark, print."""
    found = json.loads((drawing.STATIC / "vega-theme.json").read_text())
    return {name: found[name] for name in ("light", "dark", "print")}


@cache
def _register_fonts() -> None:
    vl_convert.register_font_directory(str(drawing.STATIC.parent / "vendor" / "inter" / "ttf"))


def chart_svg(chart: Chart, *, theme: str = "print", width: int = 560, height: int | None = None) -> SafeString:
    """The chart as SVG text of the final size in px, the same bytes for the same chart.

    vl-convert counts clip-path ids up per process: here they follow from the chart's content, which also keeps them
    apart in a document with several charts. `<title>` is what WeasyPrint takes as alternative text.
    """
    _register_fonts()
    spec = {**chart.spec, "width": width, "height": height or chart.spec["height"]}
    svg = vl_convert.vegalite_to_svg(vl_spec=spec, vl_version=VL_VERSION, config=themes()[theme])
    digest = hashlib.sha256(json.dumps(spec, sort_keys=True).encode()).hexdigest()[:10]
    names: dict[str, str] = {}
    for name in re.findall(r'\bid="([^"]+)"', svg):
        names.setdefault(name, f"c{digest}-{len(names)}")
    for old, new in names.items():
        svg = svg.replace(f'id="{old}"', f'id="{new}"').replace(f"url(#{old})", f"url(#{new})")
    text = conditional_escape(chart.description)
    svg = re.sub(
        r"<svg ([^>]*)>",
        lambda m: f'<svg class="cx-chart" role="img" aria-label="{text}" {_bare(m[1])}><title>{text}</title>',
        svg,
        count=1,
    )
    return mark_safe(svg)  # noqa: S308 - drawn from our own spec; names in it are escaped by vl-convert


def _bare(attributes: str) -> str:
    """The root's attributes without a class of its own."""
    return re.sub(r'\s*class="[^"]*"', "", attributes).strip()
