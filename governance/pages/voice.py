"""What customers told us and what became of it: problems and tickets of a steering report."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxprogram import figures
from feedback.choices import TicketReason, TicketStatus
from governance.pages.frozen import Document
from governance.pages.summary import Facts
from governance.texts import say
from journeys.insight.words import listed


@dataclass(frozen=True)
class CountRow:
    """One row of counts; `n` None is hidden. `width` of its bar in px."""

    name: str
    n: int | None
    width: float


@dataclass(frozen=True)
class Counts:
    title: str
    caption: str
    heading: str
    rows: tuple[CountRow, ...]


@dataclass(frozen=True)
class VoiceChapter:
    lead: str
    pairs: tuple[tuple[Counts, ...], ...]
    notes: tuple[str, ...]


BAR = 110.0


def build_voice(facts: Facts) -> VoiceChapter:
    tickets, problems = facts.inputs["tickets"], facts.inputs["problems"]
    tables = tuple(_voice_tables(facts, tickets, problems))
    return VoiceChapter(
        lead=" ".join(_voice_lead(facts)),
        pairs=tuple(tables[i : i + 2] for i in range(0, len(tables), 2)),
        notes=tuple(_voice_notes(facts, tickets)),
    )


def _voice_lead(facts: Facts) -> Iterator[str]:
    problems, tickets = facts.inputs["problems"], facts.inputs["tickets"]
    if problems and problems["rows"]:
        first = problems["rows"][0]
        yield _("Named most: %(name)s (%(n)s of %(all)s).") % {
            "name": say(first["name"]),
            "n": figures.figure(first["n"], "count"),
            "all": figures.figure(problems["total"], "count"),
        }
    yield _ticket_title(facts, tickets) + "."


def _ticket_title(facts: Facts, tickets: Document) -> str:
    n = tickets["total"]
    if n is None:
        return _("Fewer than %(minimum)s tickets") % {"minimum": facts.inputs["program"]["minimum"]}
    count = {"n": figures.figure(n, "count"), "period": facts.period}
    if n == 0:
        return _("No ticket was opened in %(period)s") % count
    if tickets["is_since"]:
        return ngettext("%(n)s ticket since the period ended", "%(n)s tickets since the period ended", n) % count
    return ngettext("%(n)s ticket opened in %(period)s", "%(n)s tickets opened in %(period)s", n) % count


def _reason(code: str) -> str:
    names = [str(TicketReason(part).label) if part in TicketReason.values else part for part in code.split("+")]
    return listed(names)


def _rows(rows: list[Document], label: Any = say) -> tuple[CountRow, ...]:
    top = max((row["n"] or 0 for row in rows), default=0) or 1
    return tuple(CountRow(label(row["name"]), row["n"], BAR * (row["n"] or 0) / top) for row in rows)


def _voice_tables(facts: Facts, tickets: Document, problems: Document | None) -> Iterator[Counts]:
    hidden = figures.hiding(facts.inputs["program"]["minimum"])
    if problems:
        caption = _("The most named of %(n)s problems named in %(period)s.") % {
            "n": figures.figure(problems["total"], "count"),
            "period": facts.period,
        }
        yield Counts(_("Problems named most"), caption, _("Problem"), _rows(problems["rows"]))
    if tickets["units"]:
        yield Counts(_ticket_title(facts, tickets), hidden, _("Unit"), _rows(tickets["units"]))
    if tickets["reasons"]:
        rows = _rows(tickets["reasons"], lambda name: _reason(name[""]))
        yield Counts(_("What opened them"), hidden, _("Reason"), rows)
    if tickets["causes"]:
        rows = _rows(tickets["causes"], lambda name: say(name) if name else _("In words of their own"))
        yield Counts(_("Root causes of closed tickets"), hidden, _("Root cause"), rows)


def _voice_notes(facts: Facts, tickets: Document) -> Iterator[str]:
    if not tickets["total"]:
        return
    shown = {code: tickets["states"][code] for code in TicketStatus.values if tickets["states"][code] is not None}
    yield ", ".join(f"{TicketStatus(code).label} {figures.figure(n, 'count')}" for code, n in shown.items()) + "."
    if tickets["contacted"]:
        yield _("First contact in time: %(share)s of %(n)s customers contacted.") % {
            "share": figures.figure(tickets["in_time"] / tickets["contacted"], "share"),
            "n": figures.figure(tickets["contacted"], "count"),
        }
    if not tickets["causes"]:
        yield _("No root causes yet: too few tickets are closed.")
