"""GET /api/v1/statements/: what people are paid for the experience of customers; one's own, or all with the right."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import msgspec
from django.http import HttpResponse

from cxprogram import api_schema
from cxprogram.access import Right
from cxprogram.api_base import ApiView, asked_program, page
from cxprogram.periods import parse
from governance.models import CompensationStatement


class StatementRow(msgspec.Struct):
    """One statement; corrected by a later version, never changed. Money and shares are exact, as text."""

    id: int
    scheme: str
    scheme_version: int
    person: Annotated[str, msgspec.Meta(description="E-mail of the person.")]
    unit: str
    period: str
    version: int
    status: str
    payout_share: Decimal
    amount: Decimal
    currency: str
    sha256: str
    previous_sha256: str | None
    issued_at: datetime


EXAMPLE = {
    "id": 1,
    "scheme": "bonus",
    "scheme_version": 1,
    "person": "manager@example.org",
    "unit": "G",
    "period": "2017",
    "version": 1,
    "status": "issued",
    "payout_share": "0.9000000000",
    "amount": "9000.00",
    "currency": "USD",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "previous_sha256": None,
    "issued_at": "2018-01-15T09:00:00Z",
}


def present(statement: CompensationStatement) -> StatementRow:
    return StatementRow(
        id=statement.pk,
        scheme=statement.scheme.code,
        scheme_version=statement.scheme.version,
        person=statement.user.email,
        unit=statement.unit.code,
        period=statement.period,
        version=statement.version,
        status=statement.status,
        payout_share=statement.payout_share,
        amount=statement.amount,
        currency=statement.currency,
        sha256=statement.sha256,
        previous_sha256=statement.previous_sha256 or None,
        issued_at=statement.issued_at,
    )


class StatementListView(ApiView):
    right = Right.SEE_PROGRAM

    @api_schema.describe(
        "List statements",
        name="statement_list",
        tag="Statements",
        description="Your own; everyone's for those who may see them. The newest first.",
        parameters=[api_schema.PROGRAM, api_schema.PERIOD, *api_schema.PAGES],
        replies={200: api_schema.page_of(StatementRow)},
        reply_example={"next": None, "previous": None, "results": [EXAMPLE]},
        refusals={
            400: ("program-missing", "period-unknown", "cursor-invalid", "parameter-invalid", "text-not-storable"),
            404: ("program-unknown",),
        },
    )
    def get(self, request: Any) -> HttpResponse:
        program = asked_program(request, self.right)
        rows = CompensationStatement.objects.visible_to(request.user).filter(scheme__program=program).defer("inputs")
        if period := request.GET.get("period"):
            rows = rows.filter(period=parse(period).code)
        return page(request, rows.select_related("scheme", "user", "unit"), present)
