"""What waits for a person: tickets without a first contact, gates to decide, signatures, holes in the mandate."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from actions.models import ImprovementProject
from actions.services import projects
from cxprogram.access import Right
from cxprogram.figures import figure
from cxprogram.models import OrgUnit
from cxprogram.page_base import Visit
from feedback.models import Ticket
from governance.models import Charter, SignOff
from governance.services import charter as charters


@dataclass(frozen=True)
class Waiting:
    """One line: what waits, why, and the page on which it is done (empty: the person may not open it)."""

    icon: str
    title: str
    text: str
    url: str = ""
    is_illustrative: bool = False


@dataclass(frozen=True)
class TicketCounts:
    """Tickets of a unit's subtree: not closed, of these without a first contact, of these overdue."""

    unfinished: int
    taken: int
    waiting: int
    overdue: int


def ticket_counts(visit: Visit, unit: OrgUnit) -> TicketCounts:
    """Three queries; the numbers alone, which name nobody."""
    rows = Ticket.objects.filter(program=visit.program, unit__path__startswith=unit.path).unfinished()
    by_status = {status: rows.filter(status=status).count() for status in ("open", "taken")}
    waiting = rows.filter(first_contact_at=None)
    return TicketCounts(
        unfinished=sum(by_status.values()),
        taken=by_status["taken"],
        waiting=waiting.count(),
        overdue=waiting.overdue(visit.at).count(),
    )


def _tickets(visit: Visit, unit: OrgUnit) -> list[Waiting]:
    counts = ticket_counts(visit, unit)
    works = visit.can(Right.WORK_TICKETS)
    if not counts.waiting or (not works and counts.waiting < visit.program.min_n):
        return []
    title = ngettext(
        "%(n)s ticket waits for a first contact", "%(n)s tickets wait for a first contact", counts.waiting
    ) % {"n": figure(counts.waiting, "count")}
    text = ngettext("%(n)s is overdue.", "%(n)s are overdue.", counts.overdue) % {"n": figure(counts.overdue, "count")}
    return [Waiting("ticket", title, text, reverse("feedback:ticket-list") if works else "")]


def _gates(visit: Visit) -> list[Waiting]:
    rows = ImprovementProject.objects.visible_to(visit.user).filter(program=visit.program)
    rows = rows.exclude(status__in=("done", "stopped")).select_related("program").prefetch_related("gates")
    found = []
    for project in rows.order_by("pk"):
        gate = projects.current_gate(sorted(project.gates.all(), key=lambda each: each.position))
        if gate is not None and projects.may_decide(visit.user, project):
            title = _("Decide on %(project)s: %(gate)s") % {"project": project.label, "gate": gate.label}
            url = reverse("actions:project-detail", args=[project.code])
            found.append(Waiting("check", title, project.problem, url, project.is_illustrative))
    return found


def _signature(visit: Visit) -> list[Waiting]:
    if not SignOff.objects.filter(charter__program=visit.program, person=visit.user, signed_at=None).exists():
        return []
    text = _("You are asked to sign what the program is for and who runs it.")
    return [Waiting("person", _("Sign the charter"), text, reverse("governance:charter"))]


def waiting_for(visit: Visit, unit: OrgUnit) -> tuple[Waiting, ...]:
    """Everything that waits for the person, in the order in which it hurts."""
    return (*_tickets(visit, unit), *_gates(visit), *_signature(visit))


def defects_of(visit: Visit) -> list[charters.Defect]:
    """What the mandate lacks, for who may mend it."""
    if not visit.can(Right.DEFINE):
        return []
    charter = Charter.objects.select_related("program", "sponsor", "owner").filter(program=visit.program).first()
    return charters.defects(charter, on=visit.today)
