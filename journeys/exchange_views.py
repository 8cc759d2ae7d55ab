"""Journeys as files: out as JSON, CJML or a workbook, in after a look at what would change."""

import json
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from cxprogram.access import Right
from cxprogram.errors import DomainError
from cxprogram.models import Program
from cxprogram.page_base import Visit, member_page
from journeys.interchange import cjml, files, xlsx
from journeys.interchange.xml_tree import MAX_BYTES
from journeys.models import Journey
from journeys.services import documents, new_journeys
from journeys.services.document_parts import canonical

# What the second step carries in its form: a map of a thousand touchpoints is smaller.
MAX_DOCUMENT = 2 * 1024**2
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@member_page(Right.SEE_SCORES)
def map_export(request: HttpRequest, visit: Visit) -> HttpResponse:
    """`?journey=CODE&format=json|cjml|xlsx`."""
    rows = Journey.objects.on_map().filter(program=visit.program)
    journey = rows.filter(code=request.GET.get("journey", "")).first()
    if journey is None:
        raise Http404
    document = documents.dump(journey)
    match request.GET.get("format"):
        case "cjml":
            body = cjml.write(document, language=visit.program.language)
            kind, ending = "application/xml; charset=utf-8", "cjml.xml"
        case "xlsx":
            body, kind, ending = xlsx.write(document), XLSX, "xlsx"
        case _:
            body, kind, ending = json.dumps(document, ensure_ascii=False, indent=1).encode(), "application/json", "json"
    response = HttpResponse(body, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{journey.code}.{ending}"'
    return response


class FileForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("A journey as JSON, CJML 2.0 or an Excel workbook"))


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(Right.DEFINE)
def map_import(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Take a file, show what it would change, and take it in once a person says so."""
    form = FileForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {
        "form": form,
        "crumbs": [(_("Journey map"), reverse("journeys:map")), (_("Take in a journey"), "")],
    }
    status = 200
    try:
        if request.method == "POST" and "document" in request.POST:
            return _take_in(request, visit)
        if request.method == "POST" and form.is_valid():
            context |= _preview(visit, form.cleaned_data["file"])
        elif request.method == "POST":
            status = 422
    except DomainError as error:
        line = error.extra.get("line") or error.extra.get("path")
        text = str(error.detail)
        messages.error(request, _("%(place)s: %(reason)s") % {"place": line, "reason": text} if line else text)
        status = error.status
    return render(request, "journeys/map_import.html", context, status=status)


def _preview(visit: Visit, file: Any) -> dict[str, Any]:
    """Each journey of the file with what it would change, found by doing it and taking it back."""
    if file.size > MAX_BYTES:
        raise documents.DocumentError(_("The file is larger than 10 MB."), code="file-too-large")
    found = files.read(file.read(), language=visit.program.language)
    previews = []
    for document in found.documents:
        text = canonical(document).decode(errors="replace")
        if len(text) > MAX_DOCUMENT:
            raise documents.DocumentError(_("The file is larger than 10 MB."), code="file-too-large")
        with transaction.atomic():
            journey = _known(visit.program, document)
            changes = new_journeys.take_in(visit.program, journey, document, by=visit.user, at=visit.at)
            transaction.set_rollback(True)
        previews.append({"name": document.get("name"), "is_new": journey is None, "changes": changes, "document": text})
    return {"previews": previews, "found": found}


def _known(program: Program, document: Any) -> Journey | None:
    code = documents.read(document).code
    return Journey.objects.filter(program=program, code=code).first()


def _take_in(request: HttpRequest, visit: Visit) -> HttpResponse:
    try:
        document = json.loads(request.POST["document"])
    except (ValueError, RecursionError):
        raise documents.DocumentError(_("The file is neither JSON, XML nor a workbook.")) from None
    journey = _known(visit.program, document)
    new_journeys.take_in(visit.program, journey, document, by=visit.user, at=visit.at)
    messages.success(request, _("The journey was taken in; its versions hold what it was before."))
    response = redirect(f"{reverse('journeys:map-edit')}?journey={document['code']}")
    response.status_code = 303
    return response
