"""Driver studies: the one of a period as a page, and the form by which those who define have one made."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cxprogram.access import Right
from cxprogram.errors import DomainError
from cxprogram.page_base import Visit, member_page
from cxprogram.periods import parse
from feedback.pages import drivers as pages
from feedback.pages import study_form
from feedback.services import study_runs
from feedback.study_forms import StudyForm, asked_period

REFRESH_SECONDS = "3"


@member_page(Right.SEE_DRIVERS)
def drivers(request: HttpRequest, visit: Visit) -> HttpResponse:
    """What goes with a high rating: `?period=`, `?outcome=`; without them the newest study of the whole."""
    page = pages.build(
        visit.program,
        asked=request.GET.get("period", ""),
        outcome=request.GET.get("outcome", "").replace("\x00", ""),
        user=visit.user,
        may_define=visit.defines,
        at=visit.at,
    )
    response = render(request, "feedback/drivers.html", {"page": page})
    if page.is_under_way:
        response["Refresh"] = REFRESH_SECONDS
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(Right.DEFINE)
def study_new(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Choose (`?period=`, `?outcome=`), count how many rated all that is chosen (`do=count`), or have it made."""
    if not visit.defines:  # a study is of the whole program
        raise Http404
    is_sent = request.method == "POST"
    sent = request.POST if is_sent else request.GET
    offer = study_form.offer(
        visit.program, outcome=sent.get("outcome", ""), period=asked_period(sent.get("period", ""))
    )
    context = {"crumbs": [(_("Drivers"), reverse("feedback:drivers")), (_("New study"), "")]}
    if offer is None:
        return render(request, "feedback/study_new.html", context)
    form = StudyForm(offer, request.POST if is_sent else None)
    status = 200
    if is_sent and not form.is_valid():
        status = 422
    elif is_sent and sent.get("do") != "count":
        try:
            return _ask(visit, form)
        except DomainError as error:
            form.add_error(None, str(error.detail))
            status = error.status
    page = study_form.build(offer, form.chosen, offer.outcome)
    return render(request, "feedback/study_new.html", context | {"form": form, "page": page}, status=status)


def _ask(visit: Visit, form: StudyForm) -> HttpResponse:
    data = form.cleaned_data
    period = parse(data["period"])
    study_runs.ask(visit.program, period, data["outcome"], data["drivers"], by=visit.user, at=visit.at)
    return HttpResponse(status=303, headers={"Location": address(period.code, data["outcome"])})


def address(period: str, outcome: str) -> str:
    return f"{reverse('feedback:drivers')}?{urlencode({'period': period, 'outcome': outcome})}"
