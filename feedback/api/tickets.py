"""/api/v1/tickets/: the closed loop for other systems, by the same services as the pages."""

from datetime import datetime
from typing import Annotated, Any, Literal, cast

import msgspec
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from cxprogram import api_bodies, api_schema
from cxprogram.access import Right
from cxprogram.api_base import ApiView, ParameterError, asked_program, page, reply
from cxprogram.errors import NotFoundError
from cxprogram.models import OrgUnit
from cxprogram.periods import parse
from feedback.choices import TicketStatus
from feedback.models import Ticket
from feedback.querysets import TicketQuerySet
from feedback.services import tickets

Status = Literal["open", "taken", "closed"]


class TicketRow(msgspec.Struct):
    """One ticket: a promise to one customer, until it is closed and told."""

    id: int
    status: Status
    unit: str
    response: Annotated[int, msgspec.Meta(description="The answer that opened it.")]
    reasons: list[str]
    score: int | None
    opened_at: datetime
    due_at: Annotated[datetime, msgspec.Meta(description="When the customer should have heard from us.")]
    owner: Annotated[str | None, msgspec.Meta(description="E-mail of the person who took it.")]
    responsible: Annotated[str | None, msgspec.Meta(description="E-mail of the person responsible for the unit.")]
    root_cause: str
    action: str
    closed_at: datetime | None


class TicketNote(msgspec.Struct, forbid_unknown_fields=True):
    """What happened. A talk with the customer stops the clock of the first contact."""

    text: Annotated[str, msgspec.Meta(max_length=10_000)]
    is_contact: bool = False


class TicketClosing(msgspec.Struct, forbid_unknown_fields=True):
    """Why it happened and what was done; the customer is told of the action by e-mail."""

    root_cause: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    action: Annotated[str, msgspec.Meta(max_length=10_000)] | None = None


EXAMPLE = {
    "id": 17,
    "status": "closed",
    "unit": "G",
    "response": 4711,
    "reasons": ["low_score"],
    "score": 3,
    "opened_at": "2017-05-15T19:00:00Z",
    "due_at": "2017-05-16T19:00:00Z",
    "owner": "frontline@example.org",
    "responsible": "manager@example.org",
    "root_cause": "Staffing",
    "action": "We called and opened a second lane.",
    "closed_at": "2017-05-16T08:00:00Z",
}
UNFIT = ("body-not-json", "body-invalid", "text-not-storable")
_note = msgspec.json.Decoder(TicketNote)
_closing = msgspec.json.Decoder(TicketClosing)


def present(ticket: Ticket) -> TicketRow:
    return TicketRow(
        id=ticket.pk,
        status=cast(Status, ticket.status),
        unit=ticket.unit.code,
        response=ticket.response_id,
        reasons=ticket.reasons,
        score=ticket.score,
        opened_at=ticket.opened_at,
        due_at=ticket.due_at,
        owner=ticket.owner.email if ticket.owner else None,
        responsible=ticket.responsible.email if ticket.responsible else None,
        root_cause=ticket.root_cause,
        action=ticket.action,
        closed_at=ticket.closed_at,
    )


def _visible(request: Any) -> TicketQuerySet:
    return Ticket.objects.visible_to(request.user).select_related("unit", "owner", "responsible")


class TicketListView(ApiView):
    right = Right.WORK_TICKETS

    @api_schema.describe(
        "List tickets",
        name="ticket_list",
        tag="Tickets",
        description="The tickets of the units that you work for, the newest first.",
        parameters=[
            api_schema.PROGRAM,
            api_schema.parameter("status", "Only those in this state.", enum=TicketStatus.values),
            api_schema.UNIT,
            api_schema.PERIOD,
            *api_schema.PAGES,
        ],
        replies={200: api_schema.page_of(TicketRow)},
        reply_example={"next": None, "previous": None, "results": [EXAMPLE]},
        refusals={
            400: (
                "program-missing",
                "status-unknown",
                "period-unknown",
                "cursor-invalid",
                "parameter-invalid",
                "text-not-storable",
            ),
            404: ("program-unknown", "unit-unknown"),
        },
    )
    def get(self, request: Any) -> HttpResponse:
        program = asked_program(request, self.right)
        rows = _visible(request).filter(program=program)
        if status := request.GET.get("status"):
            if status not in TicketStatus.values:
                raise ParameterError(
                    _("Write the status as open, taken or closed."), code="status-unknown", parameter="status"
                )
            rows = rows.filter(status=status)
        if code := request.GET.get("unit"):
            unit = OrgUnit.objects.visible_to(request.user).filter(program=program, code__iexact=code).first()
            if unit is None:
                raise NotFoundError(_("There is no such unit for you."), code="unit-unknown")
            rows = rows.filter(unit__in=OrgUnit.objects.subtree(unit))
        if period := request.GET.get("period"):
            rows = rows.in_period(parse(period))
        return page(request, rows, present)


class TicketView(ApiView):
    right = Right.WORK_TICKETS

    def ticket(self, request: Any, number: int) -> Ticket:
        """The ticket, if it lies in the asker's scope: out of scope it does not exist."""
        ticket = _visible(request).filter(pk=number).first()
        if ticket is None:
            raise NotFoundError(_("There is no such ticket for you."), code="ticket-unknown")
        return ticket


class TicketDetailView(TicketView):
    @api_schema.describe(
        "Read a ticket",
        name="ticket_read",
        tag="Tickets",
        replies={200: TicketRow},
        reply_example=EXAMPLE,
        refusals={404: ("ticket-unknown",)},
    )
    def get(self, request: Any, number: int) -> HttpResponse:
        return reply(present(self.ticket(request, number)))


class TicketTakeView(TicketView):
    @api_schema.describe(
        "Take a ticket",
        name="ticket_take",
        tag="Tickets",
        description="Makes the ticket yours; taking your own again changes nothing.",
        replies={200: TicketRow},
        reply_example=EXAMPLE,
        refusals={404: ("ticket-unknown",), 409: ("ticket-taken", "ticket-closed")},
    )
    def post(self, request: Any, number: int) -> HttpResponse:
        tickets.take(self.ticket(request, number), by=request.user, at=timezone.now())
        return reply(present(self.ticket(request, number)))


class TicketNoteView(TicketView):
    @api_schema.describe(
        "Write a note",
        name="ticket_note",
        tag="Tickets",
        description="Appends to the ticket's story.",
        body=TicketNote,
        example={"text": "Called, no answer.", "is_contact": False},
        replies={200: TicketRow},
        reply_example=EXAMPLE,
        refusals={
            400: UNFIT[:2],
            404: ("ticket-unknown",),
            413: ("body-too-large",),
            415: ("media-type-not-supported",),
            422: ("note-empty", "text-not-storable"),
        },
    )
    def post(self, request: Any, number: int) -> HttpResponse:
        ticket = self.ticket(request, number)
        body = api_bodies.read(request, _note)
        tickets.note(ticket, by=request.user, text=body.text, is_contact=body.is_contact, at=timezone.now())
        return reply(present(self.ticket(request, number)))


class TicketCloseView(TicketView):
    @api_schema.describe(
        "Close a ticket",
        name="ticket_close",
        tag="Tickets",
        description="Needs a root cause and an action; the customer is told of the action.",
        body=TicketClosing,
        example={"root_cause": "Staffing", "action": "We called and opened a second lane."},
        replies={200: TicketRow},
        reply_example=EXAMPLE,
        refusals={
            400: UNFIT[:2],
            404: ("ticket-unknown",),
            409: ("ticket-closed",),
            413: ("body-too-large",),
            415: ("media-type-not-supported",),
            422: ("ticket-close-incomplete", "text-not-storable"),
        },
    )
    def post(self, request: Any, number: int) -> HttpResponse:
        ticket = self.ticket(request, number)
        body = api_bodies.read(request, _closing)
        tickets.close(
            ticket,
            by=request.user,
            root_cause=body.root_cause or "",
            action=body.action or "",
            at=timezone.now(),
        )
        return reply(present(self.ticket(request, number)))
