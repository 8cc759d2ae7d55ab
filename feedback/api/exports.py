"""GET /api/v1/responses/export/: all answers of a period, streamed."""

from typing import Any

from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _

from cxprogram import api_schema
from cxprogram.access import Right
from cxprogram.api_base import ApiView, ParameterError, asked_program
from cxprogram.periods import parse
from feedback import exports

FORMS = {"csv": "text/csv; charset=utf-8", "ndjson": "application/x-ndjson"}
LINES = {"type": "string", "description": "One object a line."}


class ResponseExportView(ApiView):
    """Answers as they were said cannot be protected against small numbers: for those who define."""

    right = Right.DEFINE

    @api_schema.describe(
        "Export answers",
        name="response_export",
        tag="Answers",
        description="One row an answer, in the order they came in, streamed. In CSV each question is a column; several "
        "choices are parted by semicolons. A customer is a number, without name or address.",
        parameters=[
            api_schema.PROGRAM,
            api_schema.PERIOD,
            api_schema.parameter("format", "`csv`, or `ndjson`: one object a line.", enum=list(FORMS), default="csv"),
        ],
        replies={200: (LINES, "text/csv")},
        refusals={
            400: ("program-missing", "period-unknown", "parameter-invalid", "text-not-storable"),
            404: ("program-unknown",),
        },
    )
    def get(self, request: Any) -> StreamingHttpResponse:
        program = asked_program(request, self.right)
        period = parse(request.GET.get("period") or "all")
        form = request.GET.get("format") or "csv"
        if form not in FORMS:
            raise ParameterError(_("Write %(name)s as csv or ndjson.") % {"name": "format"}, parameter="format")
        export = exports.of(program, period, user=request.user)
        reply = StreamingHttpResponse(export.csv() if form == "csv" else export.ndjson(), content_type=FORMS[form])
        name = f"answers-{program.slug}-{period.code}.{form}"
        reply.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return reply
