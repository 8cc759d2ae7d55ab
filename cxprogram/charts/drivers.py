"""What goes with a high rating: shares of the explained variation."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cxprogram import figures
from cxprogram.charts.parts import (
    APART,
    DIGIT,
    LETTER,
    Chart,
    Column,
    Spec,
    Table,
    layer,
    names_axis,
    spec_of,
    text,
    triangle,
    wrapped,
)


@dataclass(frozen=True)
class DriverRow:
    """One driver: its share of the explained variation (0–1), the interval of that share, the sign of its effect."""

    name: str
    share: float
    low: float
    high: float
    sign: int = 1
    lmg: float | None = None


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
            "label": wrapped(r.name),
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
    aside = round(len(note) * LETTER + 24) if has_other else 0
    scale = {"domain": [0, top], "nice": False, "range": [0, {"expr": f"width - (width < 300 ? 62 : {62 + aside})"}]}
    x_axis = {"title": axis or _("Share of explained variation"), "values": ticks, "format": f".{digits}f", **APART}
    x = {"field": "share", "type": "quantitative", "scale": scale, "axis": x_axis}
    y = names_axis([d["label"] for d in data], band=True)
    at_end = {"y": y, "x": {**x, "field": "high"}}
    layers: list[Spec] = [
        layer("bar", "cx-bar-quiet", {"y": y, "x": {**x, "field": "zero"}, "x2": {"field": "share"}}, None),
        layer("rule", "cx-line", {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}}, None),
        layer("point", "cx-value", {"y": y, "x": x}, None),
        text("cx-strong", {**at_end, "text": {"field": "text"}}, None, align="left", dx=8),
    ]
    if has_other:
        below = round(8 + 7 * DIGIT)
        words = {"dx": {"expr": f"width < 300 ? 22 : {below + 16}"}, "dy": {"expr": "width < 300 ? 13 : 0"}}
        shape = {"xOffset": {"expr": f"width < 300 ? 13 : {below + 7}"}, "yOffset": {"expr": "width < 300 ? 13 : 0"}}
        layers.append(text("cx-worse", {**at_end, "text": {"value": note}}, "other_way", align="left", **words))
        layers.append(triangle("worse", at_end, "other_way", **shape))
    description = f"{title}: " + ", ".join(f"{r.name} {figures.figure(r.share, 'share')}" for r in ordered) + "."
    spec = spec_of(description, data, layers, 28 * len(data) + 58)
    return Chart(
        spec, title, description, _driver_caption(ordered, n, r2, resamples), _driver_table(ordered, title, r2)
    )


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
        said.append(_("Thin line: 95 %% interval from %(n)s resamples.") % {"n": figures.figure(resamples, "count")})
    else:
        said.append(_("Thin line: 95 % interval."))
    said.append(_("Association, not proof of cause."))
    others = [r.name for r in ordered if r.sign < 0]
    said.append(
        _("Goes with a lower rating: %(names)s.") % {"names": ", ".join(others)}
        if others
        else _("All signs are positive.")
    )
    return " ".join(said)


def _driver_table(ordered: Sequence[DriverRow], title: str, r2: float) -> Table:
    columns = [
        Column(_("Driver"), is_number=False),
        Column(_("Share")),
        Column("95 %"),
        Column(_("LMG")),
        Column(_("Sign"), is_number=False),
    ]
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
