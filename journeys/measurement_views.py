"""The measurement plan of a journey: read by all who see scores, written by those who define."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cxprogram.access import Right
from cxprogram.errors import DomainError
from cxprogram.page_base import Visit, member_page, number_in
from journeys.insight import measurements as insight
from journeys.measurement_forms import MeasurementForm
from journeys.models import Journey, Measurement
from journeys.pages import filters
from journeys.pages import measurements as pages
from journeys.services import measurements


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(Right.SEE_SCORES)
def measurement_plan(request: HttpRequest, visit: Visit) -> HttpResponse:
    """`?journey=CODE`, `&line=N` to edit a line; a POST says in `do` what is done: `save` or `stop`."""
    may_define = visit.can(Right.DEFINE)
    if request.method == "POST" and not may_define:
        raise Http404
    journeys = list(Journey.objects.on_map().filter(program=visit.program).select_related("program").order_by("pk"))
    code = request.GET.get("journey", "")
    journey = next((each for each in journeys if not code or each.code == code), None)
    if journey is None:
        if code or request.method == "POST":
            raise Http404
        return render(request, "journeys/map_empty.html", {"may_define": may_define})
    line = _line(request, visit, journey) if may_define else None
    if request.method != "POST":
        return _show(request, visit, journeys, journey, MeasurementForm(journey=journey, line=line))
    if request.POST.get("do") == "stop" and line is not None:
        measurements.stop(line)
        messages.success(request, _("The line is stopped."))
        return _back(journey)
    form = MeasurementForm(request.POST, journey=journey, line=line)
    if request.POST.get("do") != "save":
        raise Http404
    if form.is_valid():
        try:
            if line is None:
                measurements.add(visit.program, **form.facts())
            else:
                measurements.change(line, **form.facts())
        except DomainError as error:
            form.add_error(None, str(error.detail))
        else:
            messages.success(request, _("Saved."))
            return _back(journey)
    return _show(request, visit, journeys, journey, form, status=422)


def _line(request: HttpRequest, visit: Visit, journey: Journey) -> Measurement | None:
    """The line that is edited: named by the address, or by the form that stops it."""
    asked = request.GET.get("line", "") or request.POST.get("line", "")
    if not asked:
        return None
    lines = Measurement.objects.visible_to(visit.user).select_related("touchpoint", "segment", "stream")
    line = lines.filter(pk=number_in(asked) or 0, touchpoint__stage__journey=journey).first()
    if line is None:
        raise Http404
    return line


def _back(journey: Journey) -> HttpResponse:
    address = f"{reverse('journeys:measurement-plan')}?journey={journey.code}"
    return HttpResponse(status=303, headers={"Location": address})


def _show(
    request: HttpRequest,
    visit: Visit,
    journeys: list[Journey],
    journey: Journey,
    form: MeasurementForm,
    *,
    status: int = 200,
) -> HttpResponse:
    plan = insight.build_plan(journey, user=visit.user, at=visit.at)
    context: dict[str, Any] = {
        "plan": plan,
        "headline": pages.headline(plan),
        "lead": pages.lead(plan),
        "groups": pages.groups(plan),
        "journeys": [filters.Choice(each.code, each.label, each == journey) for each in journeys],
        "form": form if visit.can(Right.DEFINE) else None,
    }
    return render(request, "journeys/measurement_plan.html", context, status=status)
