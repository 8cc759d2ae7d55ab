"""The pages of the actual journeys: headlines and tables of finished text."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cxprogram import figures
from cxprogram.charts.parts import Column, Hidden, Table
from cxprogram.models import OrgUnit
from journeys.analytics.conformance import Cost
from journeys.analytics.funnels import Change, Removal
from journeys.analytics.paths import Spread
from journeys.insight.funnels import FunnelGroup, Step
from journeys.insight.paths import PathStudy

WAYS, MOVES, CHANGES = 10, 25, 3
KINDS = {
    "missing": lambda: _("left out"),
    "extra": lambda: _("not planned"),
    "repeated": lambda: _("taken again"),
    "out_of_order": lambda: _("out of order"),
}


@dataclass(frozen=True)
class Way:
    """One way through, as a row of chips."""

    steps: tuple[str, ...]
    is_planned: bool
    n: int
    share: float
    coverage: float
    time: str


def span(seconds: float | None) -> str:
    """A time in words, in the unit that fits: 45 min, 3.2 h, 12 days."""
    if seconds is None:
        return ""
    if seconds < 5_400:
        return _("%(n)s min") % {"n": figures.decimal(seconds / 60, 0)}
    if seconds < 172_800:
        return _("%(n)s h") % {"n": figures.decimal(seconds / 3_600, 1)}
    return _("%(n)s days") % {"n": figures.decimal(seconds / 86_400, 1)}


def spread(found: Spread | None, least: int) -> str:
    return span(found.median) if found and found.n >= least else ""


def told(n: float | None) -> str:
    """A count, or that it is hidden: for its own smallness or for that of another."""
    return Hidden(_("hidden")) if n is None else figures.figure(n, "count")


def _too_few() -> str:
    return _("Too few journeys to show without revealing a small group")


# --- paths ------------------------------------------------------------------------------------
def headline(study: PathStudy) -> str:
    if not study.paths.cases:
        return _("No journey has been seen yet")
    if study.is_hidden:
        return _too_few()
    conforming = study.conforming
    if conforming is None:
        return _("%(n)s journeys, %(ways)s ways through") % {
            "n": figures.figure(study.paths.cases, "count"),
            "ways": figures.figure(study.paths.n_variants, "count"),
        }
    return _("%(share)s of the journeys that have ended went as planned") % {
        "share": figures.figure(conforming, "share")
    }


def lead(study: PathStudy) -> str:
    """What goes with the worst rating, if any deviation survives correction."""
    costly = [cost for cost in study.costs if cost.is_marked and (cost.difference or 0) < 0]
    if not costly:
        return ""
    worst = min(costly, key=lambda cost: cost.difference or 0.0)
    return _("Rated lowest of all deviations: %(name)s, %(kind)s.") % {
        "name": study.names[worst.deviation.step],
        "kind": KINDS[worst.deviation.kind](),
    }


def ways(study: PathStudy) -> list[Way]:
    return [
        Way(
            tuple(study.names[step] for step in each.steps),
            each.steps == study.plan,
            each.n,
            each.share,
            each.coverage,
            spread(each.seconds, study.least),
        )
        for each in study.shown[:WAYS]
    ]


def moves(study: PathStudy) -> Table:
    return Table(
        _("From one touchpoint directly to the next"),
        (
            Column(_("From"), is_number=False), Column(_("To"), is_number=False),
            Column(_("Times")), Column(_("Of all that left")),
            Column(_("Median time")), Column(_("Middle half")),
        ),
        tuple(
            (
                study.names[each.origin], study.names[each.target], figures.figure(each.n, "count"),
                figures.figure(each.probability, "share"), span(each.seconds.median),
                _("%(low)s to %(high)s") % {"low": span(each.seconds.low), "high": span(each.seconds.high)},
            )
            for each in study.moves[:MOVES]
        ),
    )  # fmt: skip


def doors(study: PathStudy) -> Table:
    """Where journeys begin and end, and what is taken again; what never happens has no column."""
    left = {study.names[step]: n for step, n in study.left.items()}
    parts: list[tuple[str, Mapping[str, float], str]] = [
        (_("Begin"), dict(study.starts), "count"),
        (_("End"), dict(study.ends), "count"),
        (_("Left before the planned end"), left, "count"),
        (_("Left, of all journeys"), {name: n / study.paths.cases for name, n in left.items()}, "share"),
        (_("Come back"), {study.names[each.step]: each.cases for each in study.repeated}, "count"),
    ]
    filled = [part for part in parts if part[1]]
    rows = [
        (name, *(figures.figure(counts[name], kind) if name in counts else "" for _label, counts, kind in filled))
        for name in study.names
        if any(name in counts for _label, counts, _kind in filled)
    ]
    columns = (Column(_("Touchpoint"), is_number=False), *(Column(label) for label, _counts, _kind in filled))
    return Table(_("Journeys that begin, end and come back at each touchpoint"), columns, tuple(rows))


def costs(study: PathStudy) -> Table:
    return Table(
        _("Deviations from the map, and how those journeys are rated against the others"),
        (
            Column(_("Touchpoint"), is_number=False), Column(_("Deviation"), is_number=False),
            Column(_("Difference in rating")), Column(_("95 % interval")), Column(_("Rated")),
            Column(_("Survives correction"), is_number=False),
            Column(_("Journeys")), Column(_("Share")),
        ),
        tuple(_cost(study, each) for each in study.costs),
    )  # fmt: skip


def _cost(study: PathStudy, cost: Cost) -> tuple[str, ...]:
    return (
        study.names[cost.deviation.step],
        KINDS[cost.deviation.kind](),
        "" if cost.difference is None else figures.signed(cost.difference, "mean"),
        figures.told_interval(cost.low, cost.high, "mean", in_words=True),
        told(study.rated_with(cost)),
        "" if cost.p_adjusted is None else _("yes") if cost.is_marked else _("no"),
        figures.figure(cost.cases, "count"),
        figures.told(study.share_of(cost), "share"),
    )


def compared(units: Sequence[tuple[OrgUnit, PathStudy | None]], least: int) -> Table:
    return Table(
        _("The same journey at each unit"),
        (Column(_("Unit"), is_number=False), Column(_("Journeys")), Column(_("As planned")), Column(_("Median time"))),
        tuple(
            (unit.label, told(None), "", "")
            if study is None
            else (
                unit.label, figures.figure(study.paths.cases, "count"), figures.told(study.conforming, "share"),
                spread(study.paths.duration, least),
            )
            for unit, study in units
        ),
    )  # fmt: skip


CSV_HEADER = ("from", "to", "n", "probability", "median_seconds", "low_seconds", "high_seconds")


def csv_rows(study: PathStudy) -> Iterable[tuple[object, ...]]:
    for each in study.moves:
        origin, target = study.names[each.origin], study.names[each.target]
        yield (origin, target, each.n, each.probability, each.seconds.median, each.seconds.low, each.seconds.high)


# --- funnels ----------------------------------------------------------------------------------
def funnel_headline(steps: list[Step], groups: list[FunnelGroup], least: int) -> str:
    """How many come through, and which single change would help most; a tie is called a tie."""
    if not groups:
        return _("No funnel can be drawn yet")
    conversion = groups[0].conversion
    if conversion is None:
        return _too_few()
    share = figures.figure(conversion, "share")
    names = [
        (_("leaving out %(name)s") if isinstance(change, Removal) else _("mending %(name)s")) % {"name": name}
        for change, name in _best(steps, groups, least)
    ]
    if not names:
        return _("%(share)s of those who take the first step come to the last") % {"share": share}
    text = _("%(share)s of those who take the first step come to the last; what could help most: %(change)s")
    if len(names) > 1:
        text = _("%(share)s of those who take the first step come to the last; a tie for what helps most: %(change)s")
    return text % {"share": share, "change": _listed(names)}


def funnel_lead(steps: list[Step], groups: list[FunnelGroup], least: int) -> str:
    """What the best changes would bring."""
    best = _best(steps, groups, least)
    said = [
        (
            _("Leaving out %(name)s would bring %(gain)s more (%(low)s to %(high)s).")
            if isinstance(change, Removal)
            else _("Mending %(name)s could bring up to %(gain)s more to the end (%(low)s to %(high)s).")
        )
        % {
            "name": name,
            "gain": figures.figure(change.gain, "count"),
            "low": figures.figure(change.low, "count"),
            "high": figures.figure(change.high, "count"),
        }
        for change, name in best[:CHANGES]
    ]
    if len(best) > 1:
        said.append(_("Chance may be all that parts them."))
    return " ".join(said)


def _best(steps: list[Step], groups: list[FunnelGroup], least: int) -> list[tuple[Change, str]]:
    return [(change, steps[place].label) for change, place in groups[0].best(least).items()] if groups else []


def _listed(names: list[str]) -> str:
    if len(names) > CHANGES:
        names = [*names[:CHANGES], _("and %(n)s more") % {"n": len(names) - CHANGES}]
    return ", ".join(names)


def _gain(change: Change | None) -> str:
    if change is None:
        return told(None)
    between = figures.interval(change.low, change.high, "count", in_words=True)
    return f"{figures.figure(change.gain, 'count')} ({between})"


def funnel_table(steps: list[Step], group: FunnelGroup, least: int) -> Table:
    assert group.funnel is not None
    gains, removals, rows = group.gains(least), group.removals(least), []
    for place, (step, stage, tells) in enumerate(zip(steps, group.funnel.stages, group.told, strict=True)):
        is_told, is_between = group.tells_kept(place), 0 < place < len(steps) - 1
        rows.append(
            (
                step.label,
                *(told(n) for n in (tells.reached, tells.in_order, tells.in_window)),
                figures.told(stage.kept, "share") if is_told else "",
                figures.told_interval(stage.low, stage.high, "share") if is_told else "",
                spread(stage.seconds, least),
                _gain(gains[place]) if place in gains else "",
                _gain(removals.get(place)) if is_between else "",
            )
        )
    return Table(
        _("How many come to each touchpoint: %(who)s") % {"who": group.label},
        (
            Column(_("Touchpoint"), is_number=False), Column(_("Reached")), Column(_("Reached in order")),
            Column(_("Within the time")), Column(_("Of the step before")),
            Column(_("95 % interval")), Column(_("Median time since")),
            Column(_("Could come through")), Column(_("More without it")),
        ),
        tuple(rows),
    )  # fmt: skip
