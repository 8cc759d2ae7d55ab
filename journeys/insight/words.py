"""Sentences that the numbers prove: headlines and leads in the active language, no HTML.

They name no cause: a driver *goes with* a rating. Names of touchpoints stand at the end of a sentence, where no verb
has to agree with them.
"""

from collections.abc import Sequence
from datetime import date, tzinfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxprogram import figures
from cxprogram.figures import kind_of
from cxprogram.periods import Period, parse
from journeys.insight.corrections import Correction
from journeys.insight.map_view import MapTouchpoint, MapView
from journeys.insight.targets import Target
from journeys.insight.trend import Trend, TrendPoint
from journeys.kpis import changes
from journeys.kpis.registry import KpiReading

MOST_NAMED = 3


def change_of(change: changes.Change | None, *, since: Period | None = None, is_first: bool = False) -> figures.Change:
    """A comparison as the mark that pages draw; `is_first` where nothing was asked before."""
    if is_first:
        return figures.Change("first", None, since.label if since else "")
    label = since.label if since else ""
    if change is None:
        return figures.Change("none", text=_("Nothing to compare with"))
    return figures.Change(change.direction, change.delta, label, kind_of(change.reading.kpi))


def correction(told: Correction, kind: str, zone: tzinfo) -> str:
    """That a value of a period that is over gave way to another, and when."""
    return _("%(period)s: corrected on %(day)s from %(before)s to %(after)s.") % {
        "period": told.period.label,
        "day": date_format(told.at.astimezone(zone).date(), "j M Y"),
        "before": _told(told.before, told.before_n, kind),
        "after": _told(told.after, told.after_n, kind),
    }


def foreign_target(target: Target, kind: str) -> str:
    """That the definition has changed since a target was set."""
    return _(
        "The target %(value)s for %(period)s was set for version %(version)s of the definition: nothing here is held"
        " against it."
    ) % {
        "value": figures.short(target.value, kind),
        "period": parse(target.period).label,
        "version": target.version,
    }


def _told(value: float | None, n: int | None, kind: str) -> str:
    if n is None:
        return _("a hidden value")
    return _("no value") if value is None else f"{figures.figure(value, kind)} ({figures.answers(n)})"


def inside(name: str) -> str:
    """A name within a sentence: Restaurants becomes restaurants; Wi-Fi, AirTrain and IT stay as they are."""
    first, _space, _rest = name.partition(" ")
    return name[:1].lower() + name[1:] if first[1:].islower() and len(first) > 2 else name


def listed(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(names) < 2:
        return "".join(names)
    return _("%(first)s and %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}


# --- the map ------------------------------------------------------------------------------------


def lowest(view: MapView) -> list[MapTouchpoint]:
    """The lowest touchpoint of one question, with all whose intervals reach down to its own."""
    found = view.comparable
    if not found or found[0].reading is None or found[0].reading.high is None:
        return list(found[:1])
    top = found[0].reading.high
    return [each for each in found if each.reading and each.reading.low is not None and each.reading.low <= top]


def map_headline(view: MapView) -> str:
    """Where the journey is lowest: a stage, if all that are lowest belong to it, else the touchpoints themselves."""
    low = lowest(view)
    if not low:
        is_hidden = any(each.reading and each.reading.suppressed for each in view.measured)
        return _("Too few answers to show the journey") if is_hidden else _("The journey is not measured yet")
    held = {each.touchpoint.stage_id for each in low}
    if len(low) > 1 and len(held) == 1:
        stage = next(stage for stage in view.stages if stage.stage.pk in held)
        return _("The low point of the journey is %(name)s") % {"name": inside(stage.label)}
    if len(low) <= MOST_NAMED:
        return _("The low point of the journey is %(name)s") % {"name": listed([inside(each.label) for each in low])}
    return _("No single low point: %(n)s touchpoints are rated alike") % {"n": figures.figure(len(low), "count")}


def map_lead(view: MapView) -> str:
    """Which touchpoints are lowest, what goes with the overall rating, what has changed."""
    said = []
    low = lowest(view)
    if 1 < len(low) <= MOST_NAMED:
        said.append(_("Rated lowest: %(names)s.") % {"names": listed([inside(each.label) for each in low])})
    names = {each.touchpoint.question_code: each.label for each in view.measured}
    if strongest := next((names[driver.question] for driver in view.drivers if driver.question in names), None):
        said.append(_("The overall rating goes most closely with %(name)s.") % {"name": inside(strongest)})
    if moved := map_moved(view):
        said.append(moved)
    return " ".join(said)


def map_moved(view: MapView) -> str:
    """How many of the touchpoints compared have changed, and which; nothing without a comparison."""
    if view.compare is None or not view.comparisons:
        return ""
    since = view.compare.label
    if not view.moved:
        return ngettext(
            "The one touchpoint compared has not clearly changed since %(since)s.",
            "None of %(n)s touchpoints has clearly changed since %(since)s.",
            view.comparisons,
        ) % {"n": view.comparisons, "since": since}
    steps = []
    for each in view.moved[:MOST_NAMED]:
        assert each.change is not None and each.change.delta is not None
        better = each.change.direction == "better"
        words = _("%(name)s, better (%(size)s)") if better else _("%(name)s, worse (%(size)s)")
        steps.append(words % {"name": inside(each.label), "size": figures.signed(each.change.delta, kind_of(view.kpi))})
    said = ngettext(
        "Of %(n)s touchpoints, %(k)s has changed since %(since)s: %(steps)s.",
        "Of %(n)s touchpoints, %(k)s have changed since %(since)s: %(steps)s.",
        len(view.moved),
    )
    return said % {"n": view.comparisons, "k": len(view.moved), "since": since, "steps": "; ".join(steps)}


# --- a trend ------------------------------------------------------------------------------------


def trend_headline(trend: Trend, name: str) -> str:
    """How many steps are clear, and which way they went."""
    if not trend.shown:
        return _("%(name)s: nothing to show yet") % {"name": name}
    last, marked = trend.shown[-1], trend.marked
    value = figures.figure(last.reading.value or 0.0, kind_of(trend.kpi))
    if len(trend.shown) == 1:
        return _("%(name)s: %(value)s in %(period)s") % {"name": name, "value": value, "period": last.period.label}
    if not marked:
        return _("%(name)s: steady at %(value)s") % {"name": name, "value": value}
    ways = {point.change.direction for point in marked if point.change}
    facts = {"name": name, "n": len(marked), "period": listed([point.period.label for point in marked])}
    if ways == {"better"}:
        words = ngettext(
            "%(name)s: one clear step for the better, in %(period)s",
            "%(name)s: %(n)s clear steps for the better, in %(period)s",
            len(marked),
        )
    elif ways == {"worse"}:
        words = ngettext(
            "%(name)s: one clear step for the worse, in %(period)s",
            "%(name)s: %(n)s clear steps for the worse, in %(period)s",
            len(marked),
        )
    else:
        words = _("%(name)s: clear steps both ways, in %(period)s")
    return words % facts


def trend_lead(trend: Trend, focus: TrendPoint | None) -> str:
    """The value of the period looked at, how many steps were compared, and what they add up to."""
    said = []
    if focus:
        said.append(reading_words(focus.reading, trend.question.scale))
    first, last = (trend.shown[0], trend.shown[-1]) if trend.shown else (None, None)
    if not trend.comparisons or first is None or last is None:
        return " ".join(said)
    steps = [
        _("%(before)s to %(after)s (%(size)s)")
        % {
            "before": point.before.label,
            "after": point.period.label,
            "size": figures.signed(point.change.delta, kind_of(trend.kpi)),
        }
        for point in trend.marked
        if point.before and point.change and point.change.delta is not None
    ]
    n = trend.comparisons
    if steps:
        words = ngettext(
            "Of %(n)s step, larger than chance: %(steps)s.", "Of %(n)s steps, larger than chance: %(steps)s.", n
        )
        said.append(words % {"n": n, "steps": "; ".join(steps)})
    else:
        words = ngettext("The one step is no larger than chance.", "None of %(n)s steps is larger than chance.", n)
        said.append(words % {"n": n})
    if first is not last and first.reading.value is not None and last.reading.value is not None:
        said.append(
            _("From %(first)s to %(last)s it adds up to %(size)s.")
            % {
                "first": first.period.label,
                "last": last.period.label,
                "size": figures.signed(last.reading.value - first.reading.value, kind_of(trend.kpi)),
            }
        )
    return " ".join(said)


def reading_words(reading: KpiReading, scale: tuple[int, int] | None) -> str:
    """`2017: 4.06 of 5 (4.04 to 4.09).`"""
    if reading.suppressed:
        return _("%(period)s: too few answers to show.") % {"period": reading.period.label}
    if reading.value is None:
        return _("%(period)s: not measured.") % {"period": reading.period.label}
    kind = kind_of(reading.kpi)
    value = figures.figure(reading.value, kind)
    if kind in ("mean", "nps"):
        value = f"{value} {figures.unit(kind, scale[1] if scale else None)}".strip()
    facts = {"value": value, "period": reading.period.label}
    if reading.low is None or reading.high is None:
        return _("%(period)s: %(value)s.") % facts
    facts["interval"] = figures.interval(reading.low, reading.high, kind, in_words=True)
    return _("%(period)s: %(value)s (%(interval)s).") % facts


def silence(since: date | None) -> str:
    """When a data stream delivered last; None: never."""
    if since is None:
        return _("its data stream has delivered nothing")
    return _("its data stream last delivered on %(day)s") % {"day": date_format(since, "j M Y")}


def unanswered(year: int | None) -> str:
    """When a question was answered last; None: never."""
    if year is None:
        return _("nobody has answered its question")
    return _("its question was last answered in %(year)s") % {"year": year}


def trust(reading: KpiReading, weighted: KpiReading) -> tuple[str, list[str]]:
    """How far a number can be trusted: a verdict and what it rests on.

    Of answers only: what is counted is not weighted, and nobody left it blank. *Fair* when survey weights leave the
    value within its interval and no more than a tenth was left blank, else *With care*.
    """
    if reading.value is None or reading.rows is None or reading.sums is not None:
        return "", []
    kind = kind_of(reading.kpi)
    blank = reading.missing.get("blank", 0)
    is_fair = blank <= reading.rows / 10
    said = []
    if weighted.value is not None and reading.low is not None and reading.high is not None:
        is_inside = reading.low <= weighted.value <= reading.high
        is_fair = is_fair and is_inside
        value = figures.figure(weighted.value, kind)
        words = (
            _("With survey weights the value is %(value)s, within the interval.")
            if is_inside
            else _("With survey weights the value is %(value)s, outside the interval.")
        )
        said.append(words % {"value": value})
    if reading.rows:
        said.append(
            _("%(share)s of those asked left it blank.") % {"share": figures.figure(blank / reading.rows, "share")}
        )
    said.append(_("The interval tells of chance alone, not of customers who were never asked."))
    return (_("Fair") if is_fair else _("With care")), said
