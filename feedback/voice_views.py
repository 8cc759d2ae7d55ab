"""What customers say elsewhere, as a page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cxprogram.access import Right
from cxprogram.page_base import Visit, member_page
from feedback.pages import voice as pages


@require_safe
@member_page(Right.SEE_VOICE)
def voice_list(request: HttpRequest, visit: Visit) -> HttpResponse:
    """`?kind=`, `?source=`, `?touchpoint=` (a code), `?q=` (words in title or text)."""
    return render(
        request, "feedback/voice_list.html", {"page": pages.voice_list(visit.user, visit.program, request.GET)}
    )
