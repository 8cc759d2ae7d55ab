"""The data streams for those who answer for the data."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cxprogram.access import Right
from cxprogram.errors import DomainError
from cxprogram.page_base import Visit, member_page
from journeys.choices import StreamStatus, UseCaseState
from journeys.models import UseCase
from journeys.pages import streams as pages
from journeys.services import tracking, tracking_stream
from journeys.stream_forms import TrackingStreamForm


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(Right.DEFINE)
def stream_list(request: HttpRequest, visit: Visit) -> HttpResponse:
    """What each data stream is for, and how complete and fresh it is. A POST makes the stream of Segment's calls."""
    cases = UseCase.objects.visible_to(visit.user).filter(program=visit.program).exclude(status=UseCaseState.RETIRED)
    form = TrackingStreamForm(request.POST or None, cases=cases, auto_id="segment-%s")
    if request.method == "POST":
        return _make(request, visit, form)
    return _show(request, visit, form)


def _make(request: HttpRequest, visit: Visit, form: TrackingStreamForm) -> HttpResponse:
    if not form.is_valid():
        return _show(request, visit, form, status=422)
    said = form.cleaned_data
    try:
        stream = tracking_stream.make(
            visit.program,
            purpose=said["purpose"],
            legal_basis=said["legal_basis"],
            use=form.use,
            language=get_language() or visit.program.language,
            begins=said["begins"],
        )
    except DomainError as error:
        form.add_error(None, str(error.detail))
        return _show(request, visit, form, status=error.status)
    is_active = stream.status == StreamStatus.ACTIVE
    messages.success(
        request, _("The stream takes data in.") if is_active else _("The stream is a draft: it takes nothing in.")
    )
    return redirect("journeys:stream-list")


def _show(request: HttpRequest, visit: Visit, form: TrackingStreamForm, *, status: int = 200) -> HttpResponse:
    rows = pages.streams(visit.program, visit.at)
    context = {
        "streams": rows,
        "days": pages.DAYS,
        "currency": visit.program.currency,
        "is_sound": not any(row.complaints for row in rows),
        "form": form if form.errors or not any(row.stream.code == tracking.STREAM for row in rows) else None,
    }
    return render(request, "journeys/stream_list.html", context, status=status)
