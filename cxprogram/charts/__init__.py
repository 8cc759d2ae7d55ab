"""Charts as Vega-Lite specifications: the same dict is drawn in the browser and, by vl-convert, in PDFs and mails.

    trend(points, title=…, kind="mean", axis="", scale=None, target=None, expectation=None, comparisons=None, least=5,
          height=250)                      points: TrendPoint(label, value, low, high, n, change, definition, is_hidden)
    units(rows, title=…, kind="nps", axis="", whole=None, whole_name="", target=None, comparisons=None, least=5,
          heading="")                      rows: UnitRow(name, value, low, high, n, change, is_hidden)
    drivers(rows, title=…, n=…, r2=…, resamples=None, axis="")
                                           rows: DriverRow(name, share, low, high, sign, lmg)
    chart_svg(chart, theme="print", width=560, height=None)

Each builder returns a frozen `Chart`: the spec without colours (LOOK §6 names the mark styles, the theme gives them
their looks), the finding as text for those who do not see it, the caption, and the same numbers as a table. Numbers
come in as stored (shares 0–1) and are said by `figures`. Widths are the container's until `chart_svg` sets one.
"""

from cxprogram.charts.drivers import DriverRow, drivers
from cxprogram.charts.parts import Chart, Column, Table
from cxprogram.charts.svg import chart_svg, themes
from cxprogram.charts.trend import TrendPoint, trend
from cxprogram.charts.units import UnitRow, units

__all__ = [
    "Chart",
    "Column",
    "DriverRow",
    "Table",
    "TrendPoint",
    "UnitRow",
    "chart_svg",
    "drivers",
    "themes",
    "trend",
    "units",
]
