"""Charter, pay, reports."""

import hashlib
import json
from decimal import Decimal
from typing import Any

from cxprogram.models import OrgUnit, Program, User
from governance.choices import ReportKind
from governance.models import Charter, CompensationScheme, CompensationStatement, Report, SchemeComponent, SignOff
from tests.factories.people import NOON, numbers


def make_charter(program: Program, *, sponsor: User | None = None, owner: User | None = None) -> Charter:
    charter = Charter.objects.create(
        program=program, sponsor=sponsor, owner=owner, objective="Be loved.", owner_time_share=100
    )
    for person in filter(None, (sponsor, owner)):
        SignOff.objects.create(charter=charter, person=person, capacity="member", signed_at=NOON)
    return charter


def make_scheme(program: Program, *, author: User, approver: User | None = None, **fields: Any) -> CompensationScheme:
    defaults: dict[str, Any] = {
        "code": "bonus",
        "name": "Bonus",
        "period": "2017",
        "base_amount": Decimal("10000.00"),
        "currency": "USD",
        "is_illustrative": True,
    }
    scheme = CompensationScheme.objects.create(program=program, author=author, approver=approver, **(defaults | fields))
    SchemeComponent.objects.create(
        scheme=scheme,
        kpi_code="nps",
        question_code="NETPRO",
        weight=Decimal("1"),
        threshold=Decimal("20"),
        target=Decimal("40"),
        maximum=Decimal("60"),
        threshold_share=Decimal("0.5"),
        maximum_share=Decimal("1.5"),
    )
    return scheme


def make_statement(scheme: CompensationScheme, user: User, unit: OrgUnit, **fields: Any) -> CompensationStatement:
    """A statement as it was issued: 38 points of NPS by 120 answers pay 0.95. It is no link of a chain."""
    number = next(numbers)
    name = {"": unit.name}
    inputs = {
        "formula": 1,
        "number": number,
        "scheme": {
            "id": scheme.pk, "code": scheme.code, "version": 1, "name": {"": scheme.name}, "base_amount": "10000",
            "currency": scheme.currency, "min_n": 100, "is_illustrative": True, "author": "A", "approver": "B",
        },
        "recipient": {"id": user.pk, "name": str(user)},
        "unit": {"id": unit.pk, "code": unit.code, "name": name},
        "period": scheme.period,
        "components": [
            {
                "kpi": "nps", "kpi_version": 1, "question": "NETPRO", "name": {"": "Net promoter score"},
                "measure": "points", "higher_is_better": True, "weight": "1", "threshold": "20", "target": "40",
                "maximum": "60", "threshold_share": "0.5", "maximum_share": "1.5", "is_strict": False, "value": 38.0,
                "low": 25.0, "high": 51.0, "n": 120, "method": "adjusted-wald",
                "basis": {"id": unit.pk, "code": unit.code, "name": name}, "passed_over": [], "kpi_value": 0,
            }
        ],
    }  # fmt: skip
    defaults: dict[str, Any] = {
        "period": scheme.period,
        "payout_share": Decimal("0.95"),
        "amount": Decimal("9500.00"),
        "currency": scheme.currency,
        "inputs": json.dumps(inputs),
        "sha256": hashlib.sha256(f"statement {number}".encode()).hexdigest(),
        "issued_at": NOON,
        "issued_by": scheme.author,
    }
    return CompensationStatement.objects.create(scheme=scheme, user=user, unit=unit, **(defaults | fields))


def make_report(unit: OrgUnit, **fields: Any) -> Report:
    """A report with a small PDF, chained to the newest one of the program."""
    number = next(numbers)
    before = Report.objects.filter(program_id=unit.program_id).order_by("-pk").first()
    pdf = fields.pop("pdf", b"%%PDF-1.7\n%% report %d\n%%%%EOF\n" % number)
    defaults: dict[str, Any] = {
        "kind": ReportKind.STEERING,
        "period": "2017",
        "language": "en",
        "inputs": f'{{"number":{number}}}',
        "inputs_sha256": hashlib.sha256(f"report {number}".encode()).hexdigest(),
        "previous_sha256": before.inputs_sha256 if before else "",
        "created_at": NOON,
    }
    return Report.objects.create(
        program_id=unit.program_id,
        unit=unit,
        pdf=pdf,
        pdf_sha256=hashlib.sha256(pdf).hexdigest(),
        **(defaults | fields),
    )
