"""Tickets for those who serve customers: a list and one page a ticket, on a phone and without JavaScript too."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cxprogram.access import Right
from cxprogram.errors import ConflictError, DomainError
from cxprogram.page_base import Visit, member_page
from feedback import ticket_words
from feedback.forms import CloseForm, NoteForm
from feedback.models import Ticket
from feedback.pages import ticket as detail_page
from feedback.pages import tickets as list_page
from feedback.services import tickets


@require_safe
@member_page(Right.WORK_TICKETS)
def ticket_list(request: HttpRequest, visit: Visit) -> HttpResponse:
    """What is to do, what is mine, what is closed."""
    page = list_page.ticket_list(visit.user, visit.program, request.GET, visit.at)
    return render(request, "feedback/ticket_list.html", {"page": page, "now": visit.at})


def _find(visit: Visit, number: int) -> Ticket:
    ticket = detail_page.find(visit.user, visit.program, number)
    if ticket is None:
        raise Http404
    return ticket


def _show(
    request: HttpRequest,
    visit: Visit,
    ticket: Ticket,
    *,
    note: NoteForm | None = None,
    close: CloseForm | None = None,
    status: int = 200,
) -> HttpResponse:
    words = ticket_words.words_of(visit.program, with_causes=True)
    page = detail_page.ticket_page(ticket, words, visit.user, visit.at)
    context = {
        "page": page,
        "now": visit.at,
        "note_form": note or NoteForm(auto_id="note-%s"),
        "close_form": close or _close_form(words, page.is_told),
        "shows_close": close is not None or not page.is_closed,
        "crumbs": [(_("Tickets"), reverse("feedback:ticket-list")), (str(ticket), "")],
    }
    return render(request, "feedback/ticket_detail.html", context, status=status)


def _close_form(words: ticket_words.TicketWords, is_told: bool, data: object = None) -> CloseForm:
    return CloseForm(data, causes=words.causes, is_told=is_told, auto_id="close-%s")


def _back(ticket: Ticket) -> HttpResponse:
    return HttpResponse(status=303, headers={"Location": reverse("feedback:ticket-detail", args=[ticket.pk])})


@require_safe
@member_page(Right.WORK_TICKETS)
def ticket_detail(request: HttpRequest, visit: Visit, number: int) -> HttpResponse:
    return _show(request, visit, _find(visit, number))


@require_POST
@member_page(Right.WORK_TICKETS)
def ticket_take(request: HttpRequest, visit: Visit, number: int) -> HttpResponse:
    """Make it one's own; who comes second is told who was first."""
    ticket = _find(visit, number)
    try:
        tickets.take(ticket, by=visit.user, at=visit.at)
    except ConflictError as error:
        messages.error(request, str(error.detail))
    else:
        messages.success(request, _("The ticket is yours."))
    return _back(ticket)


@require_POST
@member_page(Right.WORK_TICKETS)
def ticket_note(request: HttpRequest, visit: Visit, number: int) -> HttpResponse:
    ticket = _find(visit, number)
    form = NoteForm(request.POST, auto_id="note-%s")
    if form.is_valid():
        write = lambda: tickets.note(ticket, by=visit.user, at=visit.at, **form.cleaned_data)  # noqa: E731
        if (status := _try(form, write)) is None:
            messages.success(request, _("Your note is in the story."))
            return _back(ticket)
        return _show(request, visit, _find(visit, number), note=form, status=status)
    return _show(request, visit, ticket, note=form, status=422)


@require_POST
@member_page(Right.WORK_TICKETS)
def ticket_close(request: HttpRequest, visit: Visit, number: int) -> HttpResponse:
    """Close with root cause and action; what was typed stays when one is missing."""
    ticket = _find(visit, number)
    words = ticket_words.words_of(visit.program, with_causes=True)
    is_told = bool(ticket.customer and ticket.customer.email)
    form = _close_form(words, is_told, request.POST)
    if form.is_valid():
        write = lambda: tickets.close(ticket, by=visit.user, at=visit.at, **form.cleaned_data)  # noqa: E731
        if (status := _try(form, write)) is None:
            done = _("The ticket is closed and the customer will be told.") if is_told else _("The ticket is closed.")
            messages.success(request, done)
            return _back(ticket)
        return _show(request, visit, _find(visit, number), close=form, status=status)
    return _show(request, visit, ticket, close=form, status=422)


def _try(form: NoteForm | CloseForm, write: Callable[[], object]) -> int | None:
    """Do it; a refusal becomes an error of the form, so that what was typed stays. Returns its status."""
    try:
        write()
    except DomainError as error:
        form.add_error(None, str(error.detail))
        return error.status
    return None
