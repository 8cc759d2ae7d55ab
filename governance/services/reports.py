"""Steering reports: inputs frozen and chained, the PDF made from them alone.

`inputs_sha256` is SHA-256 over the previous report's `inputs_sha256` followed by the canonical inputs
(`governance.analytics.chain`). A report is written once; other inputs make another report.
"""

import hashlib
import json
from datetime import datetime

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from cxprogram import pdf
from cxprogram.errors import DomainError
from cxprogram.models import OrgUnit, Program, User
from cxprogram.periods import Period
from governance.analytics import chain
from governance.choices import ReportKind
from governance.insight.steering import gather
from governance.models import Report
from governance.pages import closing, journey, scores, summary, trends, voice
from governance.texts import say


class ReportError(DomainError):
    code = "report-refused"


@transaction.atomic
def make_steering_report(
    program: Program, unit: OrgUnit, period: Period, language: str, *, at: datetime, by: User | None
) -> Report:
    """Freeze the inputs of today and make the report from them.

    - the unit belongs to the program (`unit-of-other-program`);
    - if the newest report of this unit, period and language has the same inputs, it is the answer and nothing is
      written;
    - reports of a program are written one at a time: each follows the newest, and none can follow the same twice.
    """
    if unit.program_id != program.pk:
        raise ReportError(_("The unit belongs to another program."), code="unit-of-other-program")
    program = Program.objects.select_for_update(of=("self",), no_key=True).get(pk=program.pk)
    text = chain.canonical(gather(program, unit, period, on=at.astimezone(program.zone).date()))
    same = Report.objects.filter(
        program=program, kind=ReportKind.STEERING, unit=unit, period=period.code, language=language
    ).first()
    if same is not None and same.inputs == text:
        return same
    newest = Report.objects.filter(program=program).only("inputs_sha256").first()
    previous = newest.inputs_sha256 if newest else ""
    digest = chain.digest(previous, text)
    made = render(text, language, inputs_sha256=digest, previous_sha256=previous)
    return Report.objects.create(
        program=program,
        kind=ReportKind.STEERING,
        unit=unit,
        period=period.code,
        language=language,
        inputs=text,
        inputs_sha256=digest,
        previous_sha256=previous,
        pdf=made,
        pdf_sha256=hashlib.sha256(made).hexdigest(),
        created_at=at,
        created_by=by,
    )


def html(inputs: str, language: str, *, inputs_sha256: str, previous_sha256: str) -> str:
    """The report as one HTML document: of its inputs, no clock, no database."""
    document = json.loads(inputs)
    with translation.override(language):
        facts = summary.Facts(document)
        organisation = document["program"]["organisation"]
        return render_to_string(
            "governance/report/steering.html",
            {
                "is_print": True,
                "language": language,
                "title": " ".join((_("Steering report"), f"{facts.period}, {organisation}")),
                "organisation": organisation,
                "unit": say(document["unit"]["name"]),
                "period": facts.period,
                "proof": inputs_sha256,
                "previous": previous_sha256,
                "least": document["program"]["minimum"],
                "summary": summary.build_summary(facts),
                "trends": trends.build_trends(facts),
                "journey": journey.build_journey(facts),
                "scorecard": scores.build_scorecard(facts),
                "voice": voice.build_voice(facts),
                "projects_lead": closing.projects_lead(facts),
                "projects": closing.build_projects(facts),
                "method": closing.build_method(facts),
            },
        )


def render(inputs: str, language: str, *, inputs_sha256: str, previous_sha256: str) -> bytes:
    """The PDF of frozen inputs: the same arguments give the same bytes, in any process."""
    return pdf.make_pdf(html(inputs, language, inputs_sha256=inputs_sha256, previous_sha256=previous_sha256))


def verify_chain(program: Program, *, anchor: str = "") -> list[chain.Fault]:
    """Every fault in the program's reports, oldest first: inputs, order, and files that are not what was made.

    `anchor` is a hash known from outside, for example from the foot of a printed report.
    """
    rows = list(Report.objects.filter(program=program).order_by("pk"))
    links = [chain.Link(row.pk, row.previous_sha256, row.inputs, row.inputs_sha256) for row in rows]
    found = chain.faults(links, anchor=anchor)
    for position, row in enumerate(rows, start=1):
        if hashlib.sha256(bytes(row.pdf)).hexdigest() != row.pdf_sha256:
            found.append(chain.Fault(row.pk, position, "row"))
    return sorted(found, key=lambda fault: (fault.position, fault.code))
