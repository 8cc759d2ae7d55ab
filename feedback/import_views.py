"""Files in, for owners and analysts: upload, look, mend, start, watch. Everything works without JavaScript."""

from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cxprogram.access import Right
from cxprogram.choices import ImportStatus
from cxprogram.errors import DomainError
from cxprogram.imports.errors import ImportFileError, MappingError
from cxprogram.models import ImportRun
from cxprogram.page_base import Visit, member_page
from cxprogram.sentences import reason, words
from cxprogram.services import import_runs
from feedback.import_forms import StartForm, UploadForm
from feedback.imports.consent_words import Consenting
from feedback.models import ImportMapping
from feedback.pages import imports as pages
from feedback.pages.imports import Asked
from feedback.services import intake, recall, saved_mappings
from feedback.services.intake import Decisions, Look, Reading

OVERHEAD = 64 * 1024  # what a browser writes around the file
REFRESH_SECONDS = "3"
MAX_LINE = 10_000  # so far down a header is looked for


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def import_list(request: HttpRequest) -> HttpResponse:
    """A body that is too long is refused before anything of it is read, the form's token included."""
    if request.method == "POST" and _length(request) > settings.IMPORT_MAX_BYTES + OVERHEAD:
        limit = settings.IMPORT_MAX_BYTES // 1024**2
        return HttpResponse(
            _("A file has at most %(limit)s MB.") % {"limit": limit},
            status=413,
            content_type="text/plain; charset=utf-8",
            headers={"Connection": "close"},
        )
    return _import_list(request)


def _length(request: HttpRequest) -> int:
    raw = request.META.get("CONTENT_LENGTH") or "0"
    return int(raw) if raw.isascii() and raw.isdigit() else 0


@csrf_protect
@member_page(Right.DEFINE)
def _import_list(request: HttpRequest, visit: Visit) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                run = import_runs.receive(
                    visit.program, chunks=file.chunks(), name=file.name, by=visit.user, at=visit.at
                )
            except DomainError as error:
                form.add_error("file", str(error.detail))
                status = error.status
            else:
                return _to(run)
        else:
            status = 400
    page = pages.import_list(visit.user, visit.program)
    return render(request, "feedback/import_list.html", {"page": page, "form": form}, status=status)


def _to(run: ImportRun) -> HttpResponse:
    return HttpResponse(status=303, headers={"Location": reverse("feedback:import-detail", args=[run.pk])})


def _find(visit: Visit, number: int) -> ImportRun:
    run = pages.find(visit.user, visit.program, number)
    if run is None:
        raise Http404
    return run


@require_safe
@member_page(Right.DEFINE)
def import_detail(request: HttpRequest, visit: Visit, number: int) -> HttpResponse:
    """The look at an upload; once started its progress, then its account."""
    run = _find(visit, number)
    if run.status == ImportStatus.UPLOADED:
        return _preview(request, visit, run, _reading(request.GET))
    page = pages.account(run)
    crumbs = [(_("Imports"), reverse("feedback:import-list")), (run.file_name, "")]
    response = render(request, "feedback/import_account.html", {"page": page, "crumbs": crumbs})
    if not page.is_over:
        response["Refresh"] = REFRESH_SECONDS
    return response


def _reading(data: Any) -> Reading:
    def text(name: str) -> str:
        return str(data.get(name, ""))[:200]

    delimiter = {"tab": "\t", "comma": ",", "semicolon": ";"}.get(text("delimiter"), text("delimiter"))
    line = text("line")
    is_line = line.isascii() and line.isdigit() and 0 < int(line) <= MAX_LINE
    return Reading(text("target"), text("encoding"), delimiter, text("sheet"), int(line) if is_line else None)


def _preview(
    request: HttpRequest,
    visit: Visit,
    run: ImportRun,
    reading: Reading,
    *,
    look: Look | None = None,
    form: StartForm | None = None,
    check: Any = None,
    status: int = 200,
) -> HttpResponse:
    try:
        look = look or intake.look(run, reading)
        page = pages.preview(run, look, reading, user=visit.user, check=check)
    except ImportFileError as error:
        page = pages.refused(run, reading, words(error.detail), error.line)
        status = 422
    except DomainError as error:
        page = pages.refused(run, reading, str(error.detail), None)
        status = error.status
    if form is None and page.look is not None and page.asked is not None:
        form = _form(run, page.look, page.asked, visit)
    crumbs = [(_("Imports"), reverse("feedback:import-list")), (run.file_name, "")]
    context = {"page": page, "form": form, "crumbs": crumbs}
    return render(request, "feedback/import_preview.html", context, status=status)


def _form(run: ImportRun, look: Look, asked: Asked, visit: Visit, data: Any = None) -> StartForm:
    """The questions that are open for this file, and no others."""
    stem = PurePath(run.file_name.removesuffix(".gz")).stem
    initial: dict[str, Any] = {
        "source": recall.default_source(run, look.layout),
        "zone": visit.program.time_zone,
        "survey_name": stem.replace("_", " ").capitalize()[:80],
        "language": visit.program.language,
    }
    if look.recalled:
        initial |= recall.decisions(look.recalled)
    return StartForm(
        data,
        initial=initial,
        asked=asked.fields,
        rows=asked.rows,
        date_formats=asked.date_formats,
        auto_id="start-%s",
    )


@require_POST
@member_page(Right.DEFINE)
def import_start(request: HttpRequest, visit: Visit, number: int) -> HttpResponse:
    """Check the first rows, or start the import, as the button says; what was chosen stays on the page."""
    run = _find(visit, number)
    if run.status != ImportStatus.UPLOADED:
        return _to(run)
    reading = _reading(request.POST)
    if saved := request.POST.get("saved"):
        return _start_saved(visit, run, saved, skips=bool(request.POST.get("skip_bad_rows")))
    try:
        look = intake.look(run, reading)
    except (ImportFileError, DomainError):
        return _preview(request, visit, run, reading)
    if look.definition is not None:
        return _draft(request, visit, run, look)
    if look.proposal is None:
        return _preview(request, visit, run, reading, look=look, status=422)
    look = intake.with_roles(look, _roles(request, look))
    asked = pages.preview(run, look, reading, user=visit.user).asked
    assert asked is not None, "a proposal leaves something to be said"
    form = _form(run, look, asked, visit, request.POST)
    if not form.is_valid():
        return _preview(request, visit, run, reading, look=look, form=form, status=422)
    said = _decisions(form, look)
    try:
        if request.POST.get("do") == "check":
            checked = intake.check(run, look, said)
            return _preview(request, visit, run, reading, look=look, form=form, check=checked)
        intake.start(run, look, said, at=visit.at)
    except (DomainError, MappingError, ImportFileError) as error:
        form.add_error(None, reason(error) if isinstance(error, DomainError) else words(error.detail))
        return _preview(request, visit, run, reading, look=look, form=form, status=422)
    return _to(run)


def _roles(request: HttpRequest, look: Look) -> dict[str, str]:
    """What the person chose for each column, where it differs from the proposal."""
    assert look.proposal is not None
    allowed = {*pages.ANSWER_ROLES, *pages.FIELD_ROLES}
    roles: dict[str, str] = {}
    for number, column in enumerate(look.proposal.columns):
        role = request.POST.get(f"role-{number}", "")
        if role in allowed and role != column.choice:
            roles[column.name] = role
    return roles


def _decisions(form: StartForm, look: Look) -> Decisions:
    data = form.cleaned_data
    stream = data.get("stream")
    return Decisions(
        source=data["source"],
        zone=data["zone"],
        date_format=data.get("date_format") or None,
        day=data["day"].isoformat() if data.get("day") else None,
        version=data.get("version"),
        survey_name=data.get("survey_name") or "",
        language=data.get("language") or "en",
        stream=stream.code if stream else "",
        consenting=_consenting(data),
        constants={name: data[name] for name in ("type", "role") if data.get(name)}
        | ({"unit": data["unit"].code} if data.get("unit") else {})
        | {name: f"{data[name]:g}" for name in ("scale_low", "scale_high") if data.get(name) is not None},
        keeps_tests=bool(data.get("keeps_tests")),
        skip_bad_rows=bool(data.get("skip_bad_rows")),
        defines=bool(data.get("defines")),
        save_as=data.get("save_as") or "",
    )


def _consenting(data: dict[str, Any]) -> Consenting | None:
    if not data.get("consent_purpose"):
        return None
    text = data.get("consent_text")
    return Consenting(data["consent_purpose"], text.version if text else None, data.get("consent_reference") or "")


def _start_saved(visit: Visit, run: ImportRun, slug: str, *, skips: bool) -> HttpResponse:
    saved = ImportMapping.objects.visible_to(visit.user).filter(program=visit.program, slug=slug).first()
    if saved is None:
        raise Http404
    saved_mappings.start(run, saved, skip_bad_rows=skips)
    return _to(run)


def _draft(request: HttpRequest, visit: Visit, run: ImportRun, look: Look) -> HttpResponse:
    assert look.definition is not None
    name = (request.POST.get("survey_name") or look.definition.title or run.file_name)[:80]
    try:
        intake.draft_of(run, look.definition, name=name, at=visit.at)
    except DomainError as error:
        messages.error(request, str(error.detail))
        return _preview(request, visit, run, Reading(), look=look, status=error.status)
    messages.success(request, _("The survey is a draft: look at it before you publish it."))
    return _to(run)


@require_POST
@member_page(Right.DEFINE)
def import_discard(request: HttpRequest, visit: Visit, number: int) -> HttpResponse:
    """Forget an upload that nobody has started."""
    run = _find(visit, number)
    if run.status == ImportStatus.UPLOADED:
        import_runs.discard_file(run)
        run.delete()
        messages.success(request, _("The file is gone."))
    return HttpResponse(status=303, headers={"Location": reverse("feedback:import-list")})
