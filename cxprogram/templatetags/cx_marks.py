"""Marks that carry a meaning by shape and word. Load with `{% load cx %}`.

    {% icon "up" css="" label="" %}                      a symbol, always beside a word (label: only for print's title)
    {% change change size= since= kind= text= quiet=False %}
                                                         change: a `figures.Change`, a comparison of two readings
                                                         (journeys.kpis.changes), or the mark itself ("better" "worse"
                                                         "none" "first"); None writes nothing; quiet=True writes nothing
                                                         when nothing is clear (dense lists)
    {% verdict target low high kind="mean" lower=False with_target=True %}
                                                         "4.05, too close to call" · "10 or less, not reached"
    {% kpi_verdict reading target kind=None lower=None %}  the same from a reading; which way is better by its KPI
    {% flag "truth" text="" rank=None proposed=False %}  truth · pain (rank=1) · win (text=…) · plain (text=…)
    {% grade "assumed" %}                                assumed · partly · researched
    {% score_word 3 low_top=6 middle_top=8 %}            low, middle or high score by shape and word
    {% score_box 3 top=10 %}                             the score in a box
    {% due due_at now late_word="" %}                    "Overdue by 2 hours" · "Due in 3 hours" · "Due 21 Nov 09:00"
    {% progress done total label="" %}                   native progress bar; write "1 of 27 taken" beside it
    {% illustrative %}                                   the chip for what is not real
    {% token "better" %}                                 a light colour, for drawings in print

Every tag takes `print=True`, or the context's `is_print`: symbols are then drawn in place with literal colours.
"""

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.template import Context
from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cxprogram import drawing, figures
from cxprogram.stats import estimate
from cxprogram.stats.estimate import Estimate

register = template.Library()

_WORD = {
    "up": gettext_lazy("better"),
    "down": gettext_lazy("worse"),
    "same": gettext_lazy("no clear change"),
    "truth": gettext_lazy("moment of truth"),
    "pain": gettext_lazy("pain point"),
    "pro": gettext_lazy("promoters"),
    "pas": gettext_lazy("passives"),
    "det": gettext_lazy("detractors"),
    "g0": gettext_lazy("assumed"),
    "g1": gettext_lazy("partly researched"),
    "g2": gettext_lazy("researched"),
    "late": gettext_lazy("overdue"),
    "clock": gettext_lazy("due"),
    "sq": gettext_lazy("other question"),
}
_COLOUR = {
    "cx-chg--better": "better",
    "cx-chg--worse": "worse",
    "cx-chg--none": "ink-3",
    "cx-pro": "promoter",
    "cx-pas": "ink-3",
    "cx-det": "detractor",
}
_ICON_OF_NAME = {"truth": "truth", "pain": "worse"}


def in_print(context: Context, wanted: bool | None) -> bool:
    return bool(context.get("is_print")) if wanted is None else wanted


def symbol(name: str, *, css: str = "", label: object = "", is_print: bool = False, colour: str = "") -> SafeString:
    """One symbol; in print its colour follows its class unless given by token name."""
    if name not in drawing.symbols():
        raise template.TemplateSyntaxError(f"the sprite has no symbol {name!r}")
    if is_print:
        token = colour or next((_COLOUR[c] for c in css.split() if c in _COLOUR), _ICON_OF_NAME.get(name, "ink-2"))
        return drawing.icon_in_place(name, drawing.tokens()[token], str(label or _WORD.get(name, name)))
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        f"cx-i {css}".strip(),
        static("cxprogram/icons.svg"),
        name,
    )


@register.simple_tag(takes_context=True)
def icon(context: Context, name: str, css: str = "", label: str = "", print: bool | None = None) -> SafeString:
    """A symbol of the sprite. It is hidden from assistive tools on the screen: write the word beside it."""
    return symbol(name, css=css, label=label, is_print=in_print(context, print))


@register.simple_tag(takes_context=True)
def change(
    context: Context,
    change: Any,
    size: float | None = None,
    since: str = "",
    kind: str = "mean",
    text: str = "",
    quiet: bool = False,
    print: bool | None = None,
) -> SafeString:
    """Better, worse or no clear change: triangle up, triangle down or bar, with words."""
    if change is None or change == "":
        return mark_safe("")
    if isinstance(change, str):
        change = figures.Change(change, size, since, kind, text)
    elif not isinstance(change, figures.Change):
        change = figures.as_change(change)
    shapes = {"better": "up", "worse": "down", "none": "same", "first": "same"}
    if change.mark not in shapes:
        raise template.TemplateSyntaxError(f"a change is better, worse, none or first, not {change.mark!r}")
    if quiet and change.mark == "none":
        return mark_safe("")
    css = f"cx-chg--{'none' if change.mark == 'first' else change.mark}"
    drawn = symbol(shapes[change.mark], css=css, is_print=in_print(context, print))
    return format_html('<span class="cx-chg {}">{}<span>{}</span></span>', css, drawn, change.words())


@register.simple_tag
def verdict(
    target: float | None,
    low: float | None,
    high: float | None,
    kind: str = "mean",
    lower: bool = False,
    with_target: bool = True,
) -> str:
    """The target and what the interval says about it; without a target *none set*."""
    if target in (None, ""):
        return _("none set")
    goal = figures.short(target, kind)
    if lower:
        goal = _("%(target)s or less") % {"target": goal}
    if low is None or high is None:
        return goal
    interval = Estimate(value=None, low=low, high=high, n=0, n_eff=0.0, kish_deff=None, method="", se=None)
    words = {
        "reached": _("reached"),
        "not_reached": _("not reached"),
        "too_close": _("too close to call"),
    }[estimate.verdict(interval, target, higher_is_better=not lower)]
    return f"{goal}, {words}" if with_target else words


@register.simple_tag
def kpi_verdict(reading: Any, target: float | None, kind: str | None = None, lower: bool | None = None) -> str:
    """The verdict of a reading; nothing is said of a hidden one."""
    if reading.suppressed:
        return ""
    if lower is None or lower == "":
        lower = not getattr(reading.kpi, "higher_is_better", True)
    goal = None if target in (None, "") else float(target)
    return verdict(goal, reading.low, reading.high, kind or figures.kind_of(reading.kpi), lower)


@register.simple_tag(takes_context=True)
def flag(
    context: Context,
    name: str,
    text: str = "",
    rank: int | None = None,
    proposed: bool = False,
    print: bool | None = None,
) -> SafeString:
    """Moment of truth, pain point, better than competitors, or a plain word, in a frame."""
    shape = {"truth": "truth", "pain": "pain", "win": "up", "plain": ""}[name]
    if not text and name == "truth":
        text = _("Moment of truth, proposed") if proposed else _("Moment of truth")
    elif not text and name == "pain":
        text = _("Pain point %(rank)s") % {"rank": rank} if rank else _("Pain point")
    colour = {"truth": "truth", "pain": "worse", "win": "better"}.get(name, "")
    drawn = symbol(shape, is_print=in_print(context, print), colour=colour) if shape else ""
    return format_html('<span class="cx-flag cx-flag--{}">{}{}</span>', name, drawn, text)


@register.simple_tag(takes_context=True)
def grade(context: Context, name: str, print: bool | None = None) -> SafeString:
    """How well something is known: assumed, partly researched, researched."""
    shape, word = {
        "assumed": ("g0", _("Assumed")),
        "partly": ("g1", _("Partly researched")),
        "researched": ("g2", _("Researched")),
    }[name]
    drawn = symbol(shape, is_print=in_print(context, print), colour="ink-3")
    return format_html('<span class="cx-grade">{}{}</span>', drawn, word)


def _group(score: float, low_top: float, middle_top: float) -> str:
    return "det" if score <= low_top else "pas" if score <= middle_top else "pro"


@register.simple_tag(takes_context=True)
def score_word(
    context: Context, score: float, low_top: float = 6, middle_top: float = 8, print: bool | None = None
) -> SafeString:
    """Low, middle or high score, as frontline and managers read it."""
    group = _group(score, low_top, middle_top)
    word = {"det": _("Low score"), "pas": _("Middle score"), "pro": _("High score")}[group]
    drawn = symbol(group, css=f"cx-{group}", label=word, is_print=in_print(context, print))
    return format_html("<span>{} {}</span>", drawn, word)


@register.simple_tag
def score_box(score: float, top: int = 10, low_top: float = 6, middle_top: float = 8) -> SafeString:
    """The score in a box; the reader hears "Score 3 of 10"."""
    return format_html(
        '<div class="cx-score cx-{}"><span><span class="visually-hidden">{} </span>{}<small>{}</small></span></div>',
        _group(score, low_top, middle_top),
        _("Score"),
        f"{score:g}",
        _("of %(top)s") % {"top": top},
    )


@register.simple_tag(takes_context=True)
def due(
    context: Context, due_at: datetime, now: datetime, late_word: str = "", print: bool | None = None
) -> SafeString:
    """When something is due: relative within a day, else the local date and time; late by shape and word."""
    left = due_at - now
    is_late = left < timedelta(0)
    if abs(left) < timedelta(days=1):
        span = _span(abs(left))
        words = _("Overdue by %(span)s") % {"span": span} if is_late else _("Due in %(span)s") % {"span": span}
    else:
        local = timezone.localtime(due_at)
        moment = f"{formats.date_format(local, 'j M Y')} {local:%H:%M}"
        words = (
            _("Overdue since %(moment)s") % {"moment": moment} if is_late else _("Due %(moment)s") % {"moment": moment}
        )
    if is_late and late_word:
        words = f"{late_word} {words[0].lower()}{words[1:]}"
    drawn = symbol(
        "late" if is_late else "clock",
        is_print=in_print(context, print),
        colour="worse" if is_late else "ink-2",
    )
    return format_html('<span class="cx-due{}">{}{}</span>', " cx-due--late" if is_late else "", drawn, words)


def _span(span: timedelta) -> str:
    minutes = max(1, int(span.total_seconds() // 60))
    if minutes < 60:
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    return ngettext("%(n)s hour", "%(n)s hours", minutes // 60) % {"n": minutes // 60}


@register.simple_tag
def progress(done: int, total: int, label: str = "") -> SafeString:
    """A native progress bar; its numbers stand in words beside it."""
    words = _("%(done)s of %(total)s") % {
        "done": figures.figure(done, "count"),
        "total": figures.figure(total, "count"),
    }
    return format_html(
        '<progress class="cx-progress" value="{}" max="{}" aria-label="{}">{}</progress>',
        done,
        max(total, 1),
        label or words,
        words,
    )


@register.simple_tag
def illustrative() -> SafeString:
    """The chip beside everything that is not real."""
    return format_html('<span class="cx-illus">{}</span>', _("Illustrative"))


@register.simple_tag
def token(name: str) -> str:
    """A colour of the light mode by token name."""
    return drawing.tokens()[name]
