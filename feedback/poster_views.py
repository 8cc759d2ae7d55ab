"""Posters of placements, for whoever works in the program: to look at and to print."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation

from cxprogram.access import Right
from cxprogram.languages import NAMES
from cxprogram.page_base import Visit, member_page
from feedback.models import Placement
from feedback.pages import poster as pages
from feedback.pages.survey import languages_of


def _placement(visit: Visit, code: str) -> Placement:
    rows = Placement.objects.visible_to(visit.user).filter(program=visit.program)
    placement = rows.select_related("survey__program", "unit", "touchpoint").filter(code=code).first()
    if placement is None:
        raise Http404
    return placement


@member_page(Right.SEE_PROGRAM)
def poster(request: HttpRequest, visit: Visit, code: str) -> HttpResponse:
    placement = _placement(visit, code)
    origin = settings.BASE_URL.rstrip("/")
    asked = request.GET.get("in", "") or translation.get_language() or ""
    context = {
        "placement": placement,
        "poster": pages.poster(placement, language=asked),
        "languages": [(each, NAMES[each]) for each in languages_of(placement.survey)],
        "origin": origin,
        "embed_url": origin + reverse("feedback:embed", args=[placement.survey.slug]),
    }
    return render(request, "feedback/poster.html", context)


@member_page(Right.SEE_PROGRAM)
def poster_pdf(request: HttpRequest, visit: Visit, code: str) -> HttpResponse:
    placement = _placement(visit, code)
    body = pages.poster_pdf(placement, language=request.GET.get("in", ""))
    name = f'inline; filename="poster-{placement.survey.slug}-{placement.code}.pdf"'
    return HttpResponse(body, content_type="application/pdf", headers={"Content-Disposition": name})
