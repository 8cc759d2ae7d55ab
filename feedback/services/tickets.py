"""The closed loop: a ticket opens with the answer that asks for it, is taken, noted, closed and told."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from cxprogram import mail
from cxprogram.choices import Duty
from cxprogram.errors import ConflictError, DomainError
from cxprogram.models import OrgUnit, Program, Responsibility, User
from feedback.choices import TicketAct, TicketStatus
from feedback.models import Ticket, TicketRule, TicketStep
from feedback.services import decisions, plans
from journeys.models import Customer


class TicketError(DomainError):
    code = "ticket-refused"


@dataclass(frozen=True)
class Facts:
    """What a new answer says to the ticket rules."""

    program: Program
    response_id: int
    answers: Mapping[str, Any]
    unit_id: int
    customer: Customer | None
    at: datetime


def _met(rule: TicketRule, answers: Mapping[str, Any]) -> bool:
    value = answers.get(rule.question_code)
    values = value if isinstance(value, list) else [value]
    return any(isinstance(code, int) and rule.code_low <= code <= rule.code_high for code in values)


def responsible_for(units: Iterable[OrgUnit]) -> dict[int, int]:
    """By unit: the person responsible for it, else for the nearest unit above. No entry where nobody is."""
    above = {unit.pk: [int(step) for step in unit.path.strip("/").split("/")] for unit in units}
    people = dict(
        Responsibility.objects.for_objects(OrgUnit, {step for steps in above.values() for step in steps})
        .filter(duty=Duty.RESPONSIBLE)
        .values_list("object_id", "user_id")
    )
    found = {pk: [people[step] for step in steps if step in people] for pk, steps in above.items()}
    return {pk: persons[-1] for pk, persons in found.items() if persons}


def is_asked_for(answers: Mapping[str, Any], *, rules: Sequence[TicketRule]) -> bool:
    return any(_met(rule, answers) for rule in rules)


def open_for(facts: Facts, *, rules: Sequence[TicketRule]) -> Ticket | None:
    """As `open_many`, for one answer."""
    return next(iter(open_many([facts], rules=rules)), None)


@transaction.atomic(savepoint=False)
def open_many(many: Sequence[Facts], *, rules: Sequence[TicketRule]) -> list[Ticket]:
    """Open the tickets that answers to one survey ask for, in the answers' own transaction.

    - a rule of the survey is met: its reason is named, each once;
    - the due time is that of the strictest rule met;
    - the ticket goes to the person responsible for the unit.
    """
    asking = [facts for facts in many if is_asked_for(facts.answers, rules=rules)]
    if not asking:
        return []
    responsible = responsible_for(OrgUnit.objects.filter(pk__in={facts.unit_id for facts in asking}))
    opened = Ticket.objects.bulk_create(_ticket(facts, rules, responsible.get(facts.unit_id)) for facts in asking)
    TicketStep.objects.bulk_create(
        TicketStep(ticket=ticket, at=ticket.opened_at, act=TicketAct.OPENED) for ticket in opened
    )
    return opened


def _ticket(facts: Facts, rules: Sequence[TicketRule], responsible_id: int | None) -> Ticket:
    met = [rule for rule in rules if _met(rule, facts.answers)]
    loyalty = next((facts.answers.get(rule.question_code) for rule in rules if rule.reason == "low_score"), None)
    named = facts.answers.get(facts.program.problem_question)
    return Ticket(
        program=facts.program,
        response_id=facts.response_id,
        customer=facts.customer,
        unit_id=facts.unit_id,
        responsible_id=responsible_id,
        reasons=sorted({rule.reason for rule in met}),
        score=loyalty if isinstance(loyalty, int) else None,
        problem_codes=named if isinstance(named, list) else [],
        opened_at=facts.at,
        opened_on=facts.at.astimezone(facts.program.zone).date(),
        due_at=facts.at + timedelta(hours=min(rule.first_contact_hours for rule in met)),
    )


def _locked(ticket: Ticket) -> Ticket:
    return Ticket.objects.select_for_update(of=("self",)).select_related("program", "customer").get(pk=ticket.pk)


@transaction.atomic
def take(ticket: Ticket, *, by: User, at: datetime) -> Ticket:
    """Make the ticket one's own; taking one's own again changes nothing."""
    ticket = _locked(ticket)
    if ticket.status == TicketStatus.CLOSED:
        raise ConflictError(_("The ticket is closed."), code="ticket-closed")
    if ticket.owner_id == by.pk:
        return ticket
    if ticket.owner_id is not None:
        raise ConflictError(_("%(person)s has taken the ticket.") % {"person": ticket.owner}, code="ticket-taken")
    ticket.owner, ticket.status, ticket.taken_at = by, TicketStatus.TAKEN, at
    ticket.save(update_fields=["owner", "status", "taken_at"])
    TicketStep.objects.create(ticket=ticket, at=at, by=by, act=TicketAct.TAKEN)
    return ticket


@transaction.atomic
def note(ticket: Ticket, *, by: User, text: str, at: datetime, is_contact: bool = False) -> TicketStep:
    """Write into the story; a note about a talk with the customer stops the clock of the first contact."""
    ticket = _locked(ticket)
    if not text.strip():
        raise TicketError(_("Write what happened."), code="note-empty")
    if is_contact and ticket.first_contact_at is None:
        ticket.first_contact_at = at
        ticket.save(update_fields=["first_contact_at"])
    return TicketStep.objects.create(ticket=ticket, at=at, by=by, act=TicketAct.NOTED, text=text.strip())


@transaction.atomic
def close(ticket: Ticket, *, by: User, root_cause: str, action: str, at: datetime) -> Ticket:
    """Close with root cause and action, and tell the customer.

    - neither may be empty (`ticket-close-incomplete`, with what is missing);
    - a closed ticket stays as it was closed: the same words again change nothing, others are refused;
    - the mail goes to the customer's address, if there is one, in the customer's language.
    """
    root_cause, action = root_cause.strip(), action.strip()
    missing = [name for name, text in (("root_cause", root_cause), ("action", action)) if not text]
    if missing:
        raise TicketError(
            _("Choose a root cause and say what you did."), code="ticket-close-incomplete", missing=missing
        )
    ticket = _locked(ticket)
    if ticket.status == TicketStatus.CLOSED:
        if (ticket.root_cause, ticket.action) == (root_cause, action):
            return ticket
        raise ConflictError(_("The ticket is closed."), code="ticket-closed")
    ticket.status, ticket.closed_at = TicketStatus.CLOSED, at
    ticket.owner = ticket.owner or by
    ticket.taken_at = ticket.taken_at or at
    ticket.first_contact_at = ticket.first_contact_at or at
    ticket.root_cause, ticket.action = root_cause, action
    ticket.save()
    TicketStep.objects.create(ticket=ticket, at=at, by=by, act=TicketAct.CLOSED, text=action)
    if ticket.customer and ticket.customer.email:
        _tell(ticket, at=at)
    if ticket.customer:
        plans.react(ticket.program, [plans.ticket_closed(ticket)], at=at)
    return ticket


def _tell(ticket: Ticket, *, at: datetime) -> None:
    """Write the mail to the customer, which a worker sends after the commit; the ledger of contacts knows it."""
    customer = ticket.customer
    assert customer is not None
    decisions.log_transactional(customer, cause=f"ticket-{ticket.pk}", at=at)
    with translation.override(customer.language or ticket.program.language):
        mail.enqueue(
            ticket.program,
            key=f"ticket-closed:{ticket.pk}",
            to=customer.email,
            subject=_("What we did after you told us"),
            body=_(
                "Hello %(name)s,\n\nyou told us what went wrong. Here is what we did:\n\n%(action)s\n\n"
                "Thank you for telling us.\n%(organisation)s\n\n"
                "You get this message because you answered our survey. Reply to it if something is still wrong."
            )
            % {
                "name": customer.name,
                "action": ticket.action,
                "organisation": ticket.program.label,
            },
        )
