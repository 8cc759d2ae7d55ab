"""/api/v1/reports/: the reports as they were given out, each with its place in the chain."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from django.http import HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags
from django.utils.translation import gettext as _

from cxprogram import api_schema
from cxprogram.access import Right
from cxprogram.api_base import ApiView, asked_program, page
from cxprogram.errors import NotFoundError
from cxprogram.periods import parse
from governance.models import Report


class ReportRow(msgspec.Struct):
    """One report. The hash of its inputs is over the hash before and the inputs: the reports form a chain."""

    id: int
    kind: str
    unit: str
    period: str
    language: str
    inputs_sha256: str
    previous_sha256: Annotated[str | None, msgspec.Meta(description="Null for the first of the program.")]
    pdf_sha256: str
    created_at: datetime


EXAMPLE = {
    "id": 1,
    "kind": "steering",
    "unit": "SFO",
    "period": "2017",
    "language": "en",
    "inputs_sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "previous_sha256": None,
    "pdf_sha256": "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
    "created_at": "2018-01-15T09:00:00Z",
}


def present(report: Report) -> ReportRow:
    return ReportRow(
        id=report.pk,
        kind=report.kind,
        unit=report.unit.code,
        period=report.period,
        language=report.language,
        inputs_sha256=report.inputs_sha256,
        previous_sha256=report.previous_sha256 or None,
        pdf_sha256=report.pdf_sha256,
        created_at=report.created_at,
    )


class ReportListView(ApiView):
    right = Right.SEE_REPORTS

    @api_schema.describe(
        "List reports",
        name="report_list",
        tag="Reports",
        description="The newest first.",
        parameters=[api_schema.PROGRAM, api_schema.PERIOD, *api_schema.PAGES],
        replies={200: api_schema.page_of(ReportRow)},
        reply_example={"next": None, "previous": None, "results": [EXAMPLE]},
        refusals={
            400: ("program-missing", "period-unknown", "cursor-invalid", "parameter-invalid", "text-not-storable"),
            404: ("program-unknown",),
        },
    )
    def get(self, request: Any) -> HttpResponse:
        program = asked_program(request, self.right)
        # The files and the frozen inputs are large: the list does without.
        rows = Report.objects.visible_to(request.user).filter(program=program).defer("pdf", "inputs")
        if period := request.GET.get("period"):
            rows = rows.filter(period=parse(period).code)
        return page(request, rows.select_related("unit"), present)


class ReportPdfView(ApiView):
    right = Right.SEE_REPORTS

    @api_schema.describe(
        "Read a report's file",
        name="report_pdf",
        tag="Reports",
        description="The stored bytes; their SHA-256 is the ETag.",
        replies={200: ({"type": "string", "format": "binary"}, "application/pdf")},
        refusals={404: ("report-unknown",)},
    )
    def get(self, request: Any, number: int) -> HttpResponse:
        report = Report.objects.visible_to(request.user).filter(pk=number).defer("inputs").first()
        if report is None:
            raise NotFoundError(_("There is no such report for you."), code="report-unknown")
        etag = f'"{report.pdf_sha256}"'
        if etag in parse_etags(request.headers.get("If-None-Match", "")):
            answer: HttpResponse = HttpResponseNotModified()
        else:
            answer = HttpResponse(bytes(report.pdf), content_type="application/pdf")
            answer.headers["Content-Disposition"] = (
                f'attachment; filename="cx-{report.kind}-{report.period}-{report.pk}.pdf"'
            )
        answer.headers["ETag"] = etag
        return answer
