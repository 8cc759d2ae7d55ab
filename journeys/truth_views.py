"""A person says whether a touchpoint is a moment of truth."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cxprogram.access import Right
from cxprogram.errors import DomainError
from cxprogram.page_base import Visit, member_page
from journeys.models import Touchpoint
from journeys.services import truths


@require_POST
@member_page(Right.DEFINE)
def touchpoint_truth(request: HttpRequest, visit: Visit, code: str) -> HttpResponse:
    """`do` is `confirm` or `dismiss`, `seen` what the page said."""
    act = {"confirm": truths.confirm, "dismiss": truths.dismiss}.get(request.POST.get("do", ""))
    rows = Touchpoint.objects.in_use().filter(program=visit.program, code=code)
    touchpoint = rows.select_related("stage__journey").first()
    if act is None or touchpoint is None:
        raise Http404
    try:
        act(touchpoint, seen=request.POST.get("seen", ""), by=visit.user, at=visit.at)
    except DomainError as error:
        messages.error(request, str(error.detail))
    else:
        messages.success(request, _("Saved."))
    address = reverse("journeys:touchpoint-detail", args=[code])
    return HttpResponse(status=303, headers={"Location": f"{address}#truth"})
