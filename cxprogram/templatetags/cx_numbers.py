"""Numbers in pages. Load with `{% load cx %}`.

Filters
    {{ value|figure:"mean" }}   4.06 · "share" 82.1 % · "nps" 39.8 · "count" 2,688 · "number" 3.5 · "coefficient" 0.095
    {{ value|signed:"nps" }}    +0.13, −0.38
    {{ value|short:"nps" }}     45 instead of 45.0 (targets, ends of scales); means keep their two decimals
    {{ amount|money:"USD" }}  USD 480,000 · 480 000 USD
    {{ kpi|kind }}              the kind of a KPI ("nps" → "nps", "top2" → "share"), for the filters above
    {{ n|answers }}             n 2,688

Tags
    {% figure value kind="mean" unit=True %}           None reads "not measured"
    {% interval low high kind="mean" words=False %}    4.04–4.09 · words=True: 4.04 to 4.09 · NPS always with "to"
    {% kpi_value reading kind=None css="cx-val" %}     <data data-kpi data-period data-value …>4.06</data>
    {% kpi_interval reading kind=None words=False %}   the reading's interval; nothing when hidden or without one
    {% kpi_part reading "low" kind= code= %}           an end, n or a count: <data data-kpi="nps.low" …>
    {% kpi_n reading least= %}                         n 2,688, or a chip "n hidden"
    {% hidden least= %}                                the chip "hidden" (its title: below which number, by default
                                                       that of the program, else 5, and what would reveal such)
    {% why_hidden least= %}                            the sentence of that title, where the page has room for it
    {% unit_word kind scale_top=5 %}                   of 5 · points · %

A reading is anything with the attributes of KpiReading. A suppressed one never shows a number: `kpi_value` writes the
word *hidden* with `data-suppressed`, `kpi_n` the chip `n hidden`, `kpi_interval` nothing.
"""

from decimal import Decimal
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cxprogram import figures

register = template.Library()
LEAST = 5


@register.filter(name="figure")
def figure_filter(value: float | None, kind: str = "mean") -> str:
    """A number by its kind, with its unit; None reads *not measured*."""
    return _("not measured") if value is None else figures.figure(value, str(kind))


@register.filter(name="signed")
def signed_filter(value: float, kind: str = "mean") -> str:
    """A difference with its sign."""
    return figures.signed(value, str(kind))


@register.filter(name="money")
def money_filter(amount: Decimal, currency: str) -> str:
    """An amount by locale, with its currency."""
    return figures.money(amount, str(currency))


@register.filter(name="short")
def short_filter(value: float | Decimal, kind: str = "mean") -> str:
    """A target or the end of a scale, without needless decimals."""
    return figures.short(float(value), str(kind))


@register.filter(name="kind")
def kind_filter(kpi: object) -> str:
    """The kind under which a KPI's values are shown."""
    return figures.kind_of(kpi)


@register.filter(name="answers")
def answers_filter(count: int) -> str:
    """`n 2,688`, held together by a no-break space."""
    return figures.answers(count)


@register.simple_tag
def figure(value: float | None, kind: str = "mean", unit: bool = True) -> str:
    """A number by its kind; None reads *not measured*."""
    return _("not measured") if value is None else figures.figure(value, kind, with_unit=unit)


@register.simple_tag
def interval(low: float | None, high: float | None, kind: str = "mean", words: bool = False) -> str:
    """A 95 % interval; nothing when an end is missing."""
    return "" if low is None or high is None else figures.interval(low, high, kind, in_words=words)


@register.simple_tag(takes_context=True)
def hidden(context: Context, least: int | None = None) -> SafeString:
    """The chip that stands where a count is hidden; the limit is the program's."""
    return _chip(context, least, _("hidden"))


@register.simple_tag(takes_context=True)
def why_hidden(context: Context, least: int | None = None) -> str:
    """What is hidden, as a sentence; the limit is the program's."""
    return figures.hiding(least or getattr(context.get("program"), "min_n", None) or LEAST)


def _chip(context: Context, least: int | None, text: str) -> SafeString:
    return format_html('<em class="cx-sup" title="{}">{}</em>', why_hidden(context, least), text)


@register.simple_tag
def kpi_value(reading: Any, kind: str | None = None, css: str = "cx-val") -> SafeString:
    """The reading's value, rounded for people and unrounded in its attributes."""
    facts = _facts(reading)
    if reading.suppressed:
        return format_html('<span class="cx-small"{} data-suppressed="true">{}</span>', facts, _("hidden"))
    if reading.value is None:
        return format_html('<span class="cx-small"{}>{}</span>', facts, _("not measured"))
    exact = repr(float(reading.value))
    text = figures.figure(reading.value, kind or figures.kind_of(reading.kpi), with_unit=False)
    return format_html('<data class="{}" value="{}"{} data-value="{}">{}</data>', css, exact, facts, exact, text)


@register.simple_tag
def kpi_interval(reading: Any, kind: str | None = None, words: bool = False) -> str:
    """The reading's interval, or nothing."""
    if reading.suppressed:
        return ""
    return interval(reading.low, reading.high, kind or figures.kind_of(reading.kpi), words)


@register.simple_tag
def kpi_part(reading: Any, part: str, kind: str = "count", code: object = None) -> SafeString | str:
    """One of the reading's other numbers by the name that the API gives it, a count by its code; nothing if it has
    none."""
    number = getattr(reading, part)
    if code is not None:
        number, part = number.get(code), f"{part}.{code}"
    if number is None:
        return ""
    exact = repr(number)
    text = figures.figure(number, kind, with_unit=False)
    return format_html('<data value="{}"{} data-value="{}">{}</data>', exact, _facts(reading, part), exact, text)


@register.simple_tag(takes_context=True)
def kpi_n(context: Context, reading: Any, least: int | None = None) -> str:
    """The number of answers behind the reading, or the chip."""
    return _chip(context, least, _("n hidden")) if reading.suppressed else answers_filter(reading.n)


@register.simple_tag
def unit_word(kind: str, scale_top: float | None = None) -> str:
    """The small word beside a big number."""
    return figures.unit(kind, scale_top)


def _facts(reading: Any, part: str = "") -> SafeString:
    """data-kpi (`nps`, of a part `nps.low`), data-period, where they are set question, unit and touchpoint, and
    data-weighted where the survey weights are used."""
    said = [("weighted", "true")] if getattr(reading, "weighted", False) else []
    for name in ("kpi", "period", "question", "unit", "touchpoint"):
        if (thing := getattr(reading, name, None)) is not None and thing != "":
            known = getattr(thing, "code", thing)
            known = f"{known}.{part}" if part and name == "kpi" else known
            said.append((name, known))
    return format_html_join("", ' data-{}="{}"', said)
