"""The audit of the measurement in words."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxprogram.figures import figure
from feedback.measurement_audit import Audit, Stale
from journeys.insight import words


def headline(audit: Audit) -> str:
    n = len(audit.drops)
    if not n:
        return _("No question can be dropped without losing what it alone tells")
    said = ngettext(
        "Drop %(n)s question, lose %(lost)s of the information, save %(invitations)s",
        "Drop %(n)s questions, lose %(lost)s of the information, save %(invitations)s",
        n,
    )
    saved = ngettext("%(n)s invitation", "%(n)s invitations", audit.invitations) % {
        "n": figure(audit.invitations, "count")
    }
    return said % {"n": n, "lost": figure(audit.lost, "share"), "invitations": saved}


def lead(audit: Audit) -> str:
    """What else there is to stop or to mend."""
    counts = (
        (len(audit.stale), ngettext("%(n)s source is stale.", "%(n)s sources are stale.", len(audit.stale))),
        (
            len(audit.idle),
            ngettext(
                "%(n)s data stream is collected without a use case.",
                "%(n)s data streams are collected without a use case.",
                len(audit.idle),
            ),
        ),
        (
            len(audit.unused),
            ngettext(
                "From %(n)s question that is asked nothing is computed.",
                "From %(n)s questions that are asked nothing is computed.",
                len(audit.unused),
            ),
        ),
        (
            len(audit.unread),
            ngettext(
                "%(n)s KPI has neither a target nor a use.", "%(n)s KPIs have neither a target nor a use.",
                len(audit.unread),
            ),
        ),
    )  # fmt: skip
    return " ".join(text % {"n": n} for n, text in counts if n)


def stale(row: Stale) -> tuple[str, str]:
    """What is stale, and since when."""
    if row.stream is not None:
        return row.stream.label, words.silence(row.since)
    assert row.question is not None
    return row.question.label, words.unanswered(row.since)
