"""Drawings made of numbers. Load with `{% load cx %}`.

    {% interval_bar value low high scale_low scale_high target= expectation= peers= kind="mean" ends=False width=128 %}
    {% kpi_bar reading scale_low scale_high target= … %}  the same from a reading; a hidden one says *hidden*
    {% print_key mark %}                                  interval, expectation or target, as a legend in print shows it
    {% nice_scale values… as scale %}                     round ends for one bar: scale.0, scale.1
    {% nps_split counts legend=True width=325 %}          counts by code 0–10, or a reading with such counts
    {% chart chart id height= width=560 %}                a `charts.Chart`: in the page a mount point with its spec as
                                                          JSON, in print the finished SVG (width and height in px)
    {% experience_curve curve kind="mean" %}              the journey map's curve (journeys.analytics.curve); its parts:
                                                          curve_words, expected_words, grid_word, symbol_in_place

`ends=True` writes the ends of the scale under the bar. `peers` is a number or a list. `width` counts in print only.
All take `print=True` or the context's `is_print`.
"""

from typing import Any

from django import template
from django.template import Context, Engine
from django.utils.html import format_html, format_html_join, json_script
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from cxprogram import charts, drawing, figures
from cxprogram.templatetags.cx_marks import in_print, symbol
from cxprogram.templatetags.cx_numbers import hidden

register = template.Library()


@register.simple_tag(takes_context=True)
def interval_bar(
    context: Context,
    value: float | None,
    low: float | None,
    high: float | None,
    scale_low: float,
    scale_high: float,
    target: float | None = None,
    expectation: float | None = None,
    peers: Any = None,
    kind: str = "mean",
    ends: bool = False,
    width: float = 128,
    print: bool | None = None,
) -> SafeString:
    """Band = interval, ringed dot = value, tall tick = target, dashed = expectation, thin = peers."""
    if value is None:
        return mark_safe("")
    # A variable that the page does not have arrives as an empty text.
    target, expectation = (None if mark == "" else mark for mark in (target, expectation))
    others = () if peers in (None, "") else (peers,) if isinstance(peers, int | float) else tuple(peers)
    marks = drawing.IntervalMarks(value, low, high, target, expectation, others)
    labels = (scale_end(scale_low, kind), scale_end(scale_high, kind)) if ends else None
    if not in_print(context, print):
        return drawing.interval_bar(marks, drawing.Scale(scale_low, scale_high), ends=labels)
    scale = drawing.Scale(scale_low, scale_high, width)
    return drawing.interval_bar_print(marks, scale, text=_spoken(marks, kind), ends=labels)


def _spoken(marks: drawing.IntervalMarks, kind: str) -> str:
    said = [figures.figure(marks.value, kind)]
    if marks.low is not None and marks.high is not None:
        said.append(
            _("interval %(interval)s") % {"interval": figures.interval(marks.low, marks.high, kind, in_words=True)}
        )
    if marks.expectation is not None:
        said.append(_("expectation %(value)s") % {"value": figures.short(marks.expectation, kind)})
    if marks.target is not None:
        said.append(_("target %(value)s") % {"value": figures.short(marks.target, kind)})
    return ", ".join(said)


@register.simple_tag(takes_context=True)
def kpi_bar(context: Context, reading: Any, scale_low: float, scale_high: float, **marks: Any) -> SafeString:
    """The interval bar of a reading; words instead of a bar when it is hidden."""
    if reading.suppressed:
        return format_html('<span class="cx-small">{}</span>', _("hidden"))
    marks.setdefault("kind", figures.kind_of(reading.kpi))
    return interval_bar(context, reading.value, reading.low, reading.high, scale_low, scale_high, **marks)


@register.simple_tag
def print_key(mark: str) -> SafeString:
    """One mark of the interval bar for a legend in print; write the word beside it."""
    words = {"interval": _("Mean with 95 % interval"), "expectation": _("Expectation"), "target": _("Target")}
    return drawing.key_print(mark, words[mark])


@register.simple_tag
def nice_scale(*values: float | None) -> tuple[float, float]:
    """Round ends for one bar, with room on both sides. A list of bars shares one scale instead."""
    return figures.nice_ends(None if value == "" else value for value in values)


@register.simple_tag(takes_context=True)
def nps_split(
    context: Context, counts: Any, legend: bool = True, width: float = 325, print: bool | None = None
) -> SafeString:
    """Detractors, passives and promoters as one bar with a legend of three shapes and shares."""
    if getattr(counts, "suppressed", False):
        return hidden(context)
    groups = figures.nps_groups(getattr(counts, "counts", counts))
    total = sum(groups)
    if not total:
        return format_html('<span class="cx-small">{}</span>', _("not measured"))
    shares = (groups[0] / total, groups[1] / total, groups[2] / total)
    texts = [figures.figure(share, "share") for share in shares]
    spoken = _("Detractors %(det)s, passives %(pas)s, promoters %(pro)s") % dict(
        zip(("det", "pas", "pro"), texts, strict=True)
    )
    is_print = in_print(context, print)
    if is_print:
        bar = drawing.split_bar_print(shares, text=spoken, width=width)
    else:
        number = (context.render_context.get("cx_split") or 0) + 1
        context.render_context["cx_split"] = number
        bar = drawing.split_bar(shares, text=spoken, pattern=f"cx-hatch-{number}")
    if not legend:
        return bar
    words = {"det": _("detractors, 0–6"), "pas": _("passives, 7–8"), "pro": _("promoters, 9–10")}
    items = [
        (symbol(name, css=f"cx-{name}", is_print=is_print), text, words[name])
        for name, text in zip(words, texts, strict=True)
    ]
    css = "rp-key" if is_print else "cx-key3"
    return format_html('{}<ul class="{}">{}</ul>', bar, css, format_html_join("", "<li>{} <b>{}</b> {}</li>", items))


@register.simple_tag(takes_context=True)
def chart(
    context: Context,
    chart: "charts.Chart",
    id: str,
    height: int | None = None,
    width: int | None = None,
    print: bool | None = None,
) -> SafeString:
    """The drawing alone; `cxprogram/_chart.html` adds caption and table."""
    if in_print(context, print):
        return charts.chart_svg(chart, width=width or 560, height=height or None)
    spec = {**chart.spec, "height": height or chart.spec["height"]}
    return format_html(
        '<div class="cx-chart" data-cx-chart="{}" role="img" aria-label="{}">'
        '<svg width="1" height="{}" aria-hidden="true" focusable="false"></svg></div>{}',
        id,
        chart.description,
        spec["height"],
        json_script(spec, id),
    )


@register.simple_tag(takes_context=True)
def experience_curve(context: Context, curve: Any, kind: str = "mean", print: bool | None = None) -> SafeString:
    """The curve over all stages; the print variant needs a curve made with a width."""
    is_print = in_print(context, print)
    if is_print and curve.width is None:
        raise template.TemplateSyntaxError("in print the curve needs a width in px: curve(stages, width=672)")
    name = "journeys/_curve_print.html" if is_print else "journeys/_curve.html"
    with context.push(curve=curve, kind=kind):
        # The engine's own template: the context goes on as it is, with its flags and counters.
        return Engine.get_default().get_template(name).render(context)


@register.simple_tag
def curve_words(curve: Any, kind: str = "mean") -> str:
    """What the curve shows, for those who do not see it."""
    said = [f"{p.name} {figures.figure(p.value, kind)}" for p in curve.lowest]
    best = [f"{p.name} {figures.figure(p.value, kind)}" for p in curve.highest]
    return _(
        "Experience along the journey, %(n)s touchpoints with 95 %% intervals. Lowest: %(low)s. Highest: %(high)s. "
        "The same numbers stand in the cards below."
    ) % {"n": len(curve.dots), "low": ", ".join(said), "high": ", ".join(best)}


@register.simple_tag
def expected_words(expected: Any, kind: str = "mean") -> str:
    """The words at an expectation's line."""
    words = _("Expected %(value)s, measured") if expected.is_measured else _("Expected %(value)s, assumed")
    return words % {"value": figures.short(expected.value, kind)}


@register.simple_tag
def grid_word(value: float, decimals: int, kind: str = "mean") -> str:
    """The value of a grid line; all lines of a drawing have the same decimals."""
    return figures.decimal(value * figures.KINDS[kind].factor, decimals)


@register.filter
def scale_end(value: float, kind: str = "mean") -> str:
    """The end of a scale: 20, 3.8 rather than 3.80."""
    if kind != "mean":
        return figures.short(value, kind)
    return figures.decimal(value, next(d for d in (0, 1, 2) if d == 2 or abs(value - round(value, d)) < 1e-9))


@register.simple_tag
def symbol_in_place(name: str, colour: str) -> SafeString:
    """A symbol's shapes for use inside a larger drawing in print."""
    markup = drawing.symbols()[name].markup.replace("currentColor", drawing.tokens()[colour])
    return mark_safe(markup)  # noqa: S308 - our own sprite
