"""Units side by side."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxprogram import figures
from cxprogram.charts.parts import (
    APART,
    LEAST,
    LETTER,
    SHAPE,
    Chart,
    Column,
    Spec,
    Table,
    layer,
    names_axis,
    number_cells,
    spec_of,
    text,
    triangle,
    wrapped,
)
from cxprogram.figures import Change


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

    `whole` draws a dotted line for all units together. Hidden units stand last, without a dot.
    """
    shown = sorted((r for r in rows if r.value is not None and not r.is_hidden), key=lambda r: -(r.value or 0.0))
    if not shown:
        raise ValueError("a comparison of units needs at least one value")
    factor = figures.KINDS[kind].factor
    ordered = [*shown, *(r for r in rows if r.is_hidden or r.value is None)]
    data = [_unit_row(r, kind, factor) for r in ordered]
    edges = [v * factor for r in shown for v in (r.value, r.low, r.high) if v is not None]
    edges += [v * factor for v in (whole, target) if v is not None]
    domain, ticks, digits = _ends(edges)
    marked = {d["mark"] for d in data if d["mark"]}
    words = max((len(d["words"]) for d in data if d["mark"]), default=0) * LETTER
    aside = round(words + 22) if marked else 0
    right = f"(width < 400 ? 112 : {112 + aside})"
    scale = {"domain": domain, "zero": False, "nice": False, "range": [0, {"expr": f"width - {right}"}]}
    x_axis = {"title": axis or None, "values": ticks, "format": f".{digits}f", **APART}
    x = {"field": "value", "type": "quantitative", "scale": scale, "axis": x_axis}
    y = names_axis([d["label"] for d in data])
    layers: list[Spec] = [
        layer("rule", "cx-interval", {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}}, "has_band"),
        *_upright(whole, factor, scale, dashed=True),
        *_upright(target, factor, scale, dashed=False),
        layer("point", "cx-value", {"y": y, "x": x}, "is_shown"),
        text(
            "cx-strong",
            {"y": y, "text": {"field": "text"}},
            "is_shown",
            align="right",
            x={"expr": f"width - {right} + 48"},
        ),
        text("cx-note", {"y": y, "text": {"field": "n_text"}}, None, align="left", x={"expr": f"width - {right} + 58"}),
    ]
    for mark in sorted(marked):
        # Beside the numbers where there is room, else on a line of its own below them.
        layers.append(
            text(
                f"cx-{mark}",
                {"y": y, "text": {"field": "words"}},
                f"mark === '{mark}'",
                align={"expr": "width < 400 ? 'right' : 'left'"},
                x={"expr": f"width < 400 ? width : width - {aside - 18}"},
                dy={"expr": "width < 400 ? 13 : 0"},
            )
        )
        layers.append(
            triangle(
                mark,
                {"y": y},
                x={"expr": f"width < 400 ? width - length(datum.words) * {LETTER} - 9 : width - {aside - 8}"},
                yOffset={"expr": "width < 400 ? 13 : 0"},
            )
        )
    said = _unit_words(ordered, title, kind, whole, whole_name, target, comparisons, heading, least)
    return Chart(spec_of(said[0], data, layers, 26 * len(data) + 58), title, *said)


def _unit_row(r: UnitRow, kind: str, factor: float) -> Spec:
    is_shown = r.value is not None and not r.is_hidden
    row: Spec = {"label": wrapped(r.name), "is_shown": is_shown, "has_band": False, "mark": "", "words": ""}
    row["n_text"] = _("n hidden") if r.is_hidden else f"n {figures.figure(r.n, 'count')}"
    if is_shown and r.value is not None:
        row |= {"value": r.value * factor, "text": figures.figure(r.value, kind, with_unit=False)}
        if r.change and r.change.mark in SHAPE:
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
    apart = [
        f"{r.name}: {r.change.words()}" for r in ordered if r.change and r.change.mark in SHAPE and not r.is_hidden
    ]
    found = (
        _("Clearly different: %(units)s.") % {"units": "; ".join(apart)}
        if apart
        else _("None is clearly different from the others.")
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
    if any(r.is_hidden for r in ordered):
        caption.append(figures.hiding(least))
    columns = (
        Column(heading or _("Unit"), is_number=False),
        Column(_("Value")),
        Column(_("95 % interval")),
        Column(_("n")),
        Column(_("Against the rest"), is_number=False),
    )
    rows = tuple(
        (
            *number_cells(r.name, r.value, r.low, r.high, r.n, kind, is_hidden=r.is_hidden),
            "" if r.change is None or r.is_hidden else r.change.words(),
        )
        for r in ordered
    )
    return f"{title}: {'; '.join(said)}. {found}", " ".join(caption), Table(title, columns, rows)


def _ends(edges: list[float]) -> tuple[list[float], list[float], int]:
    low, high = min(edges), max(edges)
    span = (high - low) or 1.0
    step = figures.nice_step(span * 1.1, 4)
    low = math.floor((low - span * 0.02) / step) * step
    ticks = [round(low + k * step, 10) for k in range(math.floor((high - low) / step + 1e-9) + 1)]
    return (
        [round(low, 10), round(max(high + span * 0.04, ticks[-1]), 10)],
        ticks,
        max(0, -math.floor(math.log10(step) + 1e-9)),
    )
