"""The page of reports: what was given out, and how anyone can check it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cxprogram.languages import OURS
from governance.models import Report
from governance.pages.frozen import period_label


@dataclass(frozen=True)
class ReportRow:
    report: Report
    title: str
    language: str


@dataclass(frozen=True)
class ReportPage:
    headline: str
    rows: tuple[ReportRow, ...]
    may_make: bool


def build_page(reports: Sequence[Report], *, may_make: bool) -> ReportPage:
    rows = tuple(
        ReportRow(
            report,
            _("%(kind)s %(period)s, %(unit)s")
            % {
                "kind": report.get_kind_display(),
                "period": period_label(report.period),
                "unit": report.unit.label,
            },
            OURS.get(report.language, report.language),
        )
        for report in reports
    )
    if not rows:
        return ReportPage(_("No report has been made yet"), rows, may_make)
    newest = reports[0]
    headline = _("The newest report is about %(period)s") % {"period": period_label(newest.period)}
    return ReportPage(headline, rows, may_make)
