"""The audit of the measurement, as a page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cxprogram.access import Right
from cxprogram.page_base import Visit, member_page
from feedback import measurement_audit
from feedback.pages import audit as pages


@require_safe
@member_page(Right.SEE_DRIVERS)
def audit(request: HttpRequest, visit: Visit) -> HttpResponse:
    """What to stop measuring, and what that loses."""
    found = measurement_audit.build_audit(visit.program, at=visit.at)
    context = {
        "audit": found,
        "headline": pages.headline(found),
        "lead": pages.lead(found),
        "stale": [pages.stale(each) for each in found.stale],
        "doubles": [", ".join(kpi.label for kpi in same) for same in found.doubles],
        "most": measurement_audit.MOST_RESPONSES,
        "most_lost": measurement_audit.redundancy.MOST_LOST,
    }
    return render(request, "feedback/audit.html", context)
