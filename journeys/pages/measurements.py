"""The measurement plan as a page: what its holes are called, in sentences."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from journeys.choices import Channel, MeasurementState
from journeys.insight import words
from journeys.insight.measurements import Dry, Hole, HoleKind, MeasurementPlan


@dataclass(frozen=True)
class HoleGroup:
    """Holes of one kind: what they are, and each of them. `line` is the number of the line that mends it, if any."""

    kind: HoleKind
    title: str
    items: Sequence[tuple[str, int | None]]

    @property
    def n(self) -> int:
        return len(self.items)


def headline(plan: MeasurementPlan) -> str:
    unmeasured, n = plan.count(HoleKind.TRUTH, HoleKind.TOUCHPOINT), len(plan.points)
    if not n:
        return _("This journey has no touchpoint yet")
    if unmeasured:
        return _("%(m)s of %(n)s touchpoints are measured by nobody") % {"m": unmeasured, "n": n}
    return _("Every touchpoint is measured")


def lead(plan: MeasurementPlan) -> str:
    lines = sum(line.state == MeasurementState.RUNNING for point in plan.points for line in point.lines)
    holes = len(plan.holes)
    said = ngettext("%(n)s line of the plan runs.", "%(n)s lines of the plan run.", lines) % {"n": lines}
    if not holes:
        return said + " " + _("The plan has no hole.")
    return said + " " + ngettext("The plan has %(n)s hole.", "The plan has %(n)s holes.", holes) % {"n": holes}


def groups(plan: MeasurementPlan) -> list[HoleGroup]:
    """The holes by kind, the gravest first; kinds without a hole are left out."""
    titles = {
        HoleKind.TRUTH: _("Moments of truth that nobody measures"),
        HoleKind.TOUCHPOINT: _("Touchpoints that nobody measures"),
        HoleKind.LATE: _("Decisions without their measurement"),
        HoleKind.DRY: _("Running lines whose source is dry"),
        HoleKind.CHANNEL: _("Channels that nobody measures"),
        HoleKind.SEGMENT: _("Segments that nobody looks at by themselves"),
        HoleKind.PURPOSE: _("Measured, but no line says what for"),
    }
    found = []
    for kind, title in titles.items():
        items = [(_sentence(hole), hole.line.pk if hole.line else None) for hole in plan.holes if hole.kind == kind]
        if items:
            found.append(HoleGroup(kind, title, items))
    return found


def _sentence(hole: Hole) -> str:
    if hole.line is not None:
        return f"{hole.line.what}: {_late(hole) if hole.kind == HoleKind.LATE else _dry(hole)}"
    if hole.segment is not None:
        return hole.segment.label
    point = hole.touchpoint
    name = point.label if point else ""
    return f"{name}: {Channel(hole.channel).label if hole.channel in Channel.values else hole.channel}" \
        if hole.channel else name  # fmt: skip


def _late(hole: Hole) -> str:
    line = hole.line
    assert line is not None and line.needed_on is not None
    day = date_format(line.needed_on, "j M Y")
    if line.state == MeasurementState.STOPPED:
        return _("stopped, and needed by %(day)s") % {"day": day}
    return _("planned, and needed by %(day)s") % {"day": day}


def _dry(hole: Hole) -> str:
    source = hole.source
    assert source is not None
    if source.dry == Dry.NO_KPI:
        return _("no KPI in force has this code")
    if source.dry == Dry.DRAFT:
        return _("its data stream is a draft")
    if source.dry == Dry.SILENT:
        return words.silence(source.since)
    return words.unanswered(source.since.year if source.since else None)
