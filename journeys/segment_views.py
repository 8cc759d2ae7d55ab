"""Segments: saved filters over customers, made and changed by those who define, counted as they stand now."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cxprogram.access import Right
from cxprogram.page_base import Visit, member_page
from journeys.models import Kpi, Segment
from journeys.pages import segments as pages
from journeys.segment_forms import SegmentEditor
from journeys.services import segments
from journeys.services.segments import SegmentError


def _defining(visit: Visit) -> None:
    """A filter is over all customers: a role at a part of the program defines none."""
    if not visit.defines:
        raise Http404


@require_safe
@member_page(Right.DEFINE)
def segment_list(request: HttpRequest, visit: Visit) -> HttpResponse:
    _defining(visit)
    return render(request, "journeys/segment_list.html", {"segments": pages.listed(visit.program, visit.at)})


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(Right.DEFINE)
def segment_new(request: HttpRequest, visit: Visit) -> HttpResponse:
    _defining(visit)
    return _edit(request, visit, None)


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(Right.DEFINE)
def segment_edit(request: HttpRequest, visit: Visit, code: str) -> HttpResponse:
    _defining(visit)
    segment = Segment.objects.visible_to(visit.user).filter(program=visit.program, code=code).first()
    if segment is None:
        raise Http404
    return _edit(request, visit, segment)


def _edit(request: HttpRequest, visit: Visit, segment: Segment | None) -> HttpResponse:
    """Look, count what is written (`do=count`), or save it."""
    is_sent = request.method == "POST"
    editor = SegmentEditor(visit.program, segment, request.POST if is_sent else None)
    definition = segment.definition if segment else {}
    size, status = None, 200
    try:
        if is_sent and not editor.is_valid():
            status = 422
        elif is_sent:
            definition = editor.definition()
            if request.POST.get("do") != "count":
                saved = segments.save(
                    visit.program, segment, name=editor.head.cleaned_data["name"], definition=definition, at=visit.at
                )
                messages.success(request, _("The segment is saved."))
                if Kpi.objects.behind(saved).exists():
                    text = _("KPIs that it is the population of count on by its filter of before.")
                    messages.warning(request, text)
                return HttpResponse(status=303, headers={"Location": reverse("journeys:segment-list")})
        if status == 200:
            size = pages.size(visit.program, definition, at=visit.at)
    except SegmentError as error:
        status = 422 if is_sent else 200
        if is_sent:
            editor.refuse(error)
        else:
            messages.error(request, str(error.detail))
    title = segment.label if segment else _("New segment")
    context = {
        "editor": editor, "size": size, "title": title, "kpis": pages.counting(segment),
        "crumbs": [(_("Segments"), reverse("journeys:segment-list")), (title, "")],
    }  # fmt: skip
    return render(request, "journeys/segment_edit.html", context, status=status)
