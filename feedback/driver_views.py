"""The driver study of a period, as a page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cxprogram import periods
from cxprogram.access import Right
from cxprogram.page_base import Visit, member_page
from feedback import insight
from feedback.pages import drivers as pages


@member_page(Right.SEE_DRIVERS)
def drivers(request: HttpRequest, visit: Visit) -> HttpResponse:
    """What goes with a high overall rating: `?period=`; without one the newest study."""
    studied = insight.studied_periods(visit.program)
    asked = request.GET.get("period", "")
    period = periods.parse(asked) if asked else next(iter(studied), periods.ALL)
    study = insight.build_study(visit.program, period, user=visit.user)
    page = pages.build(visit.program, period, study, studied)
    return render(request, "feedback/drivers.html", {"page": page})
