"""What all charts share: the finished `Chart`, its table, and the layers that specs are made of."""

import textwrap
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from cxprogram import figures

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
LEAST = 5
SHAPE = {"better": "triangle-up", "worse": "triangle-down"}
# Widths in Inter semibold at 13 px, for placing marks beside text: a digit, a letter on average.
DIGIT, LETTER = 7.2, 6.5
APART = {"labelOverlap": "greedy", "labelSeparation": 6}

Spec = dict[str, Any]


class Hidden(str):
    """The text of a cell whose number is withheld; it stands in a chip."""

    __slots__ = ()


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
                Cell(text, column.is_number, isinstance(text, Hidden))
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


def spec_of(description: str, rows: list[Spec], layers: list[Spec], height: int) -> Spec:
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


def layer(mark: str, style: str, encoding: Spec, only: str | None) -> Spec:
    made: Spec = {"mark": {"type": mark, "style": style}, "encoding": encoding}
    if only:
        made["transform"] = [{"filter": f"datum.{only}"}]
    return made


def text(style: str, encoding: Spec, only: str | None, **mark: Any) -> Spec:
    made = layer("text", style, encoding, only)
    made["mark"] |= {"baseline": "middle", **mark}
    if "text" in mark:
        encoding.pop("text")
    return made


def triangle(mark: str, encoding: Spec, only: str | None = None, **place: Any) -> Spec:
    made = layer("point", f"cx-{mark}", encoding, only or f"mark === '{mark}'")
    made["mark"] |= {"shape": SHAPE[mark], "size": 65, "filled": True, **place}
    return made


def names_axis(labels: list[str], *, band: bool = False) -> Spec:
    axis: Spec = {"title": None, "labelExpr": "split(datum.label, '\\n')", "labelLimit": 230, "labelLineHeight": 13}
    # The middle of the first line, not of both, would stand at the bar.
    two_lines = {"test": "indexof(datum.label, '\\n') > 0", "value": -6.5}
    axis["labelOffset"] = {"condition": two_lines, "value": 0}
    y: Spec = {"field": "label", "type": "ordinal", "sort": labels, "axis": axis}
    if band:
        y["scale"] = {"paddingInner": 0.45, "paddingOuter": 0.2}
    return y


def wrapped(name: str) -> str:
    """At most two lines, so that long names leave room for the numbers on a phone."""
    lines = textwrap.wrap(name, 22, max_lines=2, placeholder="…")
    return "\n".join(lines)


def number_cells(
    name: str, value: float | None, low: float | None, high: float | None, n: int, kind: str, *, is_hidden: bool
) -> tuple[str, str, str, str]:
    if is_hidden:
        return name, _("hidden"), "", Hidden(_("hidden"))
    if value is None:
        return name, _("not measured"), "", ""
    between = "" if low is None or high is None else figures.interval(low, high, kind)
    return name, figures.figure(value, kind), between, figures.figure(n, "count")
