"""Small drawings of the steering report that nothing else needs. Load with `{% load steering %}`.

{% count_bar width text %}   a bar of counts, `width` px of 110
{% key_mark "dot" text %}    dot or band, for the legend of the journey
{% plain_n reading least %}  2,688 in a column that says n at its top, or the chip
{% value_cell reading %}     the value with its unit where it is a share, the interval small behind it
"""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cxprogram import drawing, figures
from cxprogram.templatetags.cx_numbers import hidden, kpi_interval, kpi_value
from governance.pages.frozen import FrozenReading

register = template.Library()
WIDEST = 110


@register.simple_tag
def count_bar(width: float, text: object) -> SafeString:
    return format_html(
        '<svg xmlns="{}" width="{}" height="10" viewBox="0 0 {} 10"><title>{}</title>'
        '<rect y="1" width="{}" height="8" fill="{}"/></svg>',
        drawing.SVG,
        WIDEST,
        WIDEST,
        text,
        f"{width:.1f}",
        drawing.tokens()["data"],
    )


@register.simple_tag
def key_mark(name: str, text: object) -> SafeString:
    shapes = {
        "dot": '<circle cx="6" cy="5" r="3" fill="{}"/>',
        "band": '<rect x="1" y="0" width="9" height="10" fill="{}"/>',
    }
    colour = drawing.tokens()["data" if name == "dot" else "band"]
    shape = format_html(shapes[name], colour)
    return format_html(
        '<svg xmlns="{}" width="12" height="10" viewBox="0 0 12 10"><title>{}</title>{}</svg>', drawing.SVG, text, shape
    )


@register.simple_tag(takes_context=True)
def plain_n(context: template.Context, reading: FrozenReading, least: int) -> str:
    if reading.suppressed:
        return hidden(context, least)
    return figures.figure(reading.n or 0, "count")


@register.simple_tag
def value_cell(reading: Any, interval: bool = True, css: str = "cx-val") -> SafeString:
    kind = figures.kind_of(reading.kpi)
    is_shown = reading.value is not None and not reading.suppressed
    unit = f"{figures.NBSP}%" if kind == "share" and is_shown else ""
    has_interval = interval and is_shown and reading.low is not None
    small = format_html(' <span class="cx-small">{}</span>', kpi_interval(reading, kind)) if has_interval else ""
    return format_html("{}{}{}", kpi_value(reading, kind, css), unit, small)
