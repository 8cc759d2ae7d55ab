"""The catalogue of use cases: read by all who see scores, moved on by those who define."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from cxprogram.access import Right
from cxprogram.errors import DomainError
from cxprogram.page_base import Visit, member_page, number_in
from journeys.insight import use_cases as insight
from journeys.insight.use_cases import Catalogue
from journeys.models import DataStream, Journey, UseCase
from journeys.pages import filters
from journeys.services import streams, use_cases


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(Right.SEE_SCORES)
def use_case_list(request: HttpRequest, visit: Visit) -> HttpResponse:
    """`?journey=` whose pain points are looked at. A POST says in `do` what is done: `adopt` a quick win, `activate`
    or `retire` a use case, `start` or `stop` a stream."""
    journeys = list(Journey.objects.on_map().filter(program=visit.program).select_related("program").order_by("pk"))
    code = request.GET.get("journey", "")
    journey = next((each for each in journeys if not code or each.code == code), None)
    if code and journey is None:
        raise Http404
    if request.method == "POST":
        if not visit.can(Right.DEFINE):
            raise Http404
        return _act(request, visit, journey)
    catalogue = insight.build_catalogue(visit.program, user=visit.user)
    context = {
        "catalogue": catalogue,
        "headline": _headline(catalogue),
        "wins": insight.quick_wins(journey, user=visit.user, today=visit.today) if journey else [],
        "journey": journey,
        "journeys": [filters.Choice(each.code, each.label, each == journey) for each in journeys],
        "may_define": visit.can(Right.DEFINE),
    }
    return render(request, "journeys/use_case_list.html", context)


def _headline(catalogue: Catalogue) -> str:
    idle = len(catalogue.collected_for_nothing)
    if idle:
        return ngettext(
            "%(n)s data stream is collected without a use case", "%(n)s data streams are collected without a use case",
            idle,
        ) % {"n": idle}  # fmt: skip
    if not catalogue.rows:
        return _("No use case yet")
    return ngettext("%(n)s use case runs", "%(n)s use cases run", catalogue.active) % {"n": catalogue.active}


def _act(request: HttpRequest, visit: Visit, journey: Journey | None) -> HttpResponse:
    do, pk = request.POST.get("do", ""), number_in(request.POST.get("number", "")) or 0
    said: dict[str, Any] = {
        "adopt": _("The use case is proposed."),
        "activate": _("The use case runs."),
        "retire": _("The use case has ended."),
        "start": _("The stream takes data in."),
        "stop": _("The stream takes nothing in any more."),
    }
    if do not in said:
        raise Http404
    try:
        if do == "adopt":
            _adopt(visit, journey, pk)
        elif do in ("activate", "retire"):
            case = UseCase.objects.visible_to(visit.user).filter(program=visit.program, pk=pk).first()
            if case is None:
                raise Http404
            getattr(use_cases, do)(case)
        else:
            stream = DataStream.objects.visible_to(visit.user).filter(program=visit.program, pk=pk).first()
            if stream is None:
                raise Http404
            (streams.activate if do == "start" else streams.stop)(stream)
    except DomainError as error:
        messages.error(request, str(error.detail))
    else:
        messages.success(request, said[do])
    query = filters.address(journey=journey.code if journey else "")
    return HttpResponse(status=303, headers={"Location": f"{reverse('journeys:use-case-list')}{query}"})


def _adopt(visit: Visit, journey: Journey | None, touchpoint: int) -> None:
    """Take over a quick win that the page offers."""
    wins = insight.quick_wins(journey, user=visit.user, today=visit.today) if journey else []
    win = next((each for each in wins if each.pain.touchpoint.pk == touchpoint), None)
    if win is None:
        raise Http404
    decisions = win.opportunity.texts if win.opportunity else {}
    use_cases.adopt(win.pain.touchpoint, decisions=decisions, streams=win.streams)
