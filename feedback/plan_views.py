"""Who is asked: plans with what they would do, their waves, and the ledger of decisions."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from cxprogram.access import Right
from cxprogram.errors import DomainError
from cxprogram.page_base import Visit, member_page, number_in
from feedback.models import SamplingPlan
from feedback.pages import plans as pages
from feedback.services import people_lists, plans


@require_safe
@member_page(Right.DEFINE)
def plan_list(request: HttpRequest, visit: Visit) -> HttpResponse:
    return render(request, "feedback/plan_list.html", {"page": pages.plan_list(visit.user, visit.program)})


def _find(visit: Visit, number: int) -> SamplingPlan:
    plan = pages.find(visit.user, visit.program, number)
    if plan is None:
        raise Http404
    return plan


@require_safe
@member_page(Right.DEFINE)
def plan_detail(request: HttpRequest, visit: Visit, number: int) -> HttpResponse:
    return render(request, "feedback/plan_detail.html", _context(_find(visit, number), visit))


def _context(plan: SamplingPlan, visit: Visit) -> dict[str, Any]:
    return {
        "page": pages.plan_page(plan, at=visit.at),
        "crumbs": [(_("Who is asked"), reverse("feedback:plan-list")), (plan.label, "")],
    }


@require_POST
@member_page(Right.DEFINE)
def plan_start(request: HttpRequest, visit: Visit, number: int) -> HttpResponse:
    """Draw the wave that the page offered; the same button pressed again starts no second one."""
    plan = _find(visit, number)
    wave_number = number_in(request.POST.get("wave", ""))
    if wave_number is None or wave_number > plans.next_number(plan):
        raise Http404
    try:
        wave = plans.start_wave(plan, at=visit.at, number=wave_number)
    except DomainError as error:
        messages.error(request, str(error.detail))
    else:
        text = ngettext(
            "Wave %(number)s is drawn: %(n)s customer is asked as soon as the rules allow.",
            "Wave %(number)s is drawn: %(n)s customers are asked as soon as the rules allow.",
            wave.drawn,
        )
        messages.success(request, text % {"number": wave.number, "n": wave.drawn})
    return HttpResponse(status=303, headers={"Location": reverse("feedback:plan-detail", args=[plan.pk])})


@require_POST
@member_page(Right.DEFINE)
def plan_people(request: HttpRequest, visit: Visit, number: int) -> HttpResponse:
    """Put the people of the form on the plan's list, or those of a file: all of them, or none if a line is wrong."""
    plan = _find(visit, number)
    typed, file = request.POST.get("people", "").replace("\x00", ""), request.FILES.get("file")
    try:
        text = people_lists.text_of(file.read(people_lists.MAX_BYTES + 1)) if file else typed
        n = people_lists.add(plan, people_lists.read(text.replace("\x00", "")), at=visit.at)
    except DomainError as error:
        messages.error(request, str(error.detail))
        context = _context(plan, visit) | {"people": typed}
        return render(request, "feedback/plan_detail.html", context, status=error.status)
    said = ngettext("%(n)s person is on the list.", "%(n)s people are on the list.", n) % {"n": n}
    messages.success(request, said)
    return HttpResponse(status=303, headers={"Location": reverse("feedback:plan-detail", args=[plan.pk])})


@require_safe
@member_page(Right.DEFINE)
def decision_list(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The ledger: `?plan=`, `?outcome=`, `?customer=` (number or e-mail address)."""
    context = {
        "page": pages.ledger(visit.user, visit.program, request.GET),
        "crumbs": [(_("Who is asked"), reverse("feedback:plan-list")), (_("Decisions"), "")],
    }
    return render(request, "feedback/decision_list.html", context)
