"""The pages of governance: charter, scorecard, statements, reports."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import parse_etags
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cxprogram import periods
from cxprogram.access import Right
from cxprogram.errors import NotFoundError
from cxprogram.languages import OURS
from cxprogram.models import OrgUnit
from cxprogram.page_base import Visit, member_page
from governance.insight.scorecard import build_scorecard
from governance.models import Charter, CompensationStatement, Report
from governance.pages import charter as charter_page
from governance.pages import reports as report_pages
from governance.pages import scorecard as scorecard_page
from governance.pages import statements as statement_pages
from governance.services import charter as charters
from governance.services import reports
from journeys.insight import waves
from journeys.pages import filters

NEWEST = 50


@require_GET
@member_page(Right.SEE_PROGRAM)
def charter(request: HttpRequest, visit: Visit) -> HttpResponse:
    return render(request, "governance/charter.html", {"page": charter_page.build_page(visit)})


@require_POST
@member_page(Right.SEE_PROGRAM)
def charter_sign(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Sign for oneself."""
    row = Charter.objects.filter(program=visit.program).first()
    if row is None:
        raise NotFoundError(_("There is no charter yet."), code="charter-unknown")
    charters.sign(row, by=visit.user, at=visit.at)
    messages.success(request, _("You have signed the charter."))
    return redirect("governance:charter")


@require_GET
@member_page(Right.SEE_SCORECARD)
def scorecard(request: HttpRequest, visit: Visit) -> HttpResponse:
    """`?period= &kpi=`: KPIs against targets, units against each other."""
    root = OrgUnit.objects.get(program=visit.program, parent=None)
    card = build_scorecard(
        visit.program, root, filters.period_asked(request), kpi=request.GET.get("kpi", ""), user=visit.user
    )
    known = waves.of_program(visit.program)
    context = {
        "page": scorecard_page.build_page(card),
        "periods": filters.period_choices(known.choices, card.period),
        "kpis": [
            filters.Choice(kpi.code, kpi.label, bool(card.apart and card.apart.kpi.pk == kpi.pk)) for kpi in card.kpis
        ],
        "years": known.years,
    }
    return render(request, "governance/scorecard.html", context)


@require_GET
@member_page(Right.SEE_PROGRAM)
def statement_list(request: HttpRequest, visit: Visit) -> HttpResponse:
    rows = (
        CompensationStatement.objects.visible_to(visit.user)
        .filter(scheme__program=visit.program)
        .select_related("scheme", "user", "unit")
        .defer("inputs")
        .order_by("-pk")[:NEWEST]
    )
    context = {"rows": rows, "sees_all": visit.can(Right.SEE_ALL_STATEMENTS)}
    return render(request, "governance/statement_list.html", context)


@require_GET
@member_page(Right.SEE_PROGRAM)
def statement_detail(request: HttpRequest, visit: Visit, number: int) -> HttpResponse:
    row = (
        CompensationStatement.objects.visible_to(visit.user)
        .filter(scheme__program=visit.program, pk=number)
        .select_related("scheme", "user", "unit", "issued_by")
        .first()
    )
    if row is None:
        raise NotFoundError(_("There is no such statement for you."), code="statement-unknown")
    return render(request, "governance/statement_detail.html", {"page": statement_pages.build_page(row)})


@require_GET
@member_page(Right.SEE_REPORTS)
def report_list(request: HttpRequest, visit: Visit) -> HttpResponse:
    rows = (
        Report.objects.visible_to(visit.user)
        .filter(program=visit.program)
        .select_related("unit", "created_by")
        .defer("pdf", "inputs")
        .order_by("-pk")[:NEWEST]
    )
    known = waves.of_program(visit.program)
    context = {
        "page": report_pages.build_page(list(rows), may_make=visit.can(Right.DEFINE)),
        "periods": filters.period_choices(known.choices, known.default),
        "languages": [
            filters.Choice(code, name, code == (get_language() or "en").split("-")[0]) for code, name in OURS.items()
        ],
    }
    return render(request, "governance/report_list.html", context)


@require_POST
@member_page(Right.DEFINE)
def report_make(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Make the steering report of the whole program for a period and a language."""
    language = request.POST.get("language", "")
    report = reports.make_steering_report(
        visit.program,
        OrgUnit.objects.get(program=visit.program, parent=None),
        periods.parse(request.POST.get("period", "")),
        language if language in OURS else visit.program.language,
        at=visit.at,
        by=visit.user,
    )
    if report.created_at == visit.at:
        messages.success(request, _("The report is made."))
    else:
        messages.info(request, _("Nothing has changed since the newest report: here it is."))
    return redirect("governance:report-list")


@require_GET
@member_page(Right.SEE_REPORTS)
def report_inputs(request: HttpRequest, visit: Visit, number: int) -> HttpResponse:
    """The frozen inputs, byte by byte as they were hashed."""
    report = Report.objects.visible_to(visit.user).filter(program=visit.program, pk=number).defer("pdf").first()
    if report is None:
        raise NotFoundError(_("There is no such report for you."), code="report-unknown")
    return HttpResponse(
        report.inputs.encode(),
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="inputs-{report.pk}.json"'},
    )


@require_GET
@member_page(Right.SEE_REPORTS)
def report_pdf(request: HttpRequest, visit: Visit, number: int) -> HttpResponse:
    """The stored file; its hash is its name for caches."""
    report = Report.objects.visible_to(visit.user).filter(program=visit.program, pk=number).defer("inputs").first()
    if report is None:
        raise NotFoundError(_("There is no such report for you."), code="report-unknown")
    etag = f'"{report.pdf_sha256}"'
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        return HttpResponse(status=304, headers={"ETag": etag})
    name = f"{visit.program.slug}-{report.kind}-{report.period}-{report.language}.pdf"
    return HttpResponse(
        bytes(report.pdf),
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "ETag": etag},
    )
