"""The admin's frame: the sidebar by the four stages of a program, the first page with what the program lacks."""

from collections.abc import Callable, Iterable
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cxprogram.access import Right, can
from cxprogram.admin_scope import scoped
from cxprogram.choices import MailStatus
from cxprogram.models import OutgoingMail, Program
from feedback.models import SurveyVersion, Ticket
from governance.models import Charter
from governance.services import charter as charters
from journeys.models import KpiTarget

# Parts of a row (stages of a journey, gates of a project) stand on the page of the row and in the list of everything.
STAGES: tuple[tuple[Any, tuple[tuple[str, str], ...]], ...] = (
    (
        gettext_lazy("Engagement"),
        (
            ("governance.charter", "gavel"),
            ("cxprogram.orgunit", "account_tree"),
            ("cxprogram.responsibility", "assignment_ind"),
        ),
    ),
    (
        gettext_lazy("Insight"),
        (
            ("journeys.journey", "route"),
            ("journeys.touchpoint", "location_on"),
            ("journeys.customer", "person"),
            ("journeys.kpi", "monitoring"),
            ("journeys.kpitarget", "flag"),
            ("journeys.kpivalue", "query_stats"),
            ("feedback.survey", "ballot"),
            ("feedback.surveyversion", "history_edu"),
            ("feedback.question", "help"),
            ("feedback.placement", "qr_code_2"),
            ("feedback.samplingplan", "campaign"),
            ("feedback.contactrule", "do_not_disturb_on"),
            ("feedback.contactdecision", "fact_check"),
            ("feedback.invitation", "outgoing_mail"),
            ("feedback.response", "forum"),
            ("feedback.scorecell", "grid_on"),
            ("feedback.driverstudy", "hub"),
            ("feedback.studyrun", "pending_actions"),
        ),
    ),
    (
        gettext_lazy("Action"),
        (
            ("feedback.ticket", "support_agent"),
            ("feedback.ticketrule", "rule"),
            ("feedback.rootcause", "account_tree"),
            ("actions.improvementproject", "construction"),
            ("actions.effectstudy", "science"),
        ),
    ),
    (
        gettext_lazy("Integration"),
        (
            ("governance.compensationscheme", "payments"),
            ("governance.compensationstatement", "receipt_long"),
            ("governance.report", "description"),
        ),
    ),
    (
        gettext_lazy("Settings"),
        (
            ("cxprogram.program", "tune"),
            ("cxprogram.user", "group"),
            ("cxprogram.membership", "badge"),
            ("feedback.importmapping", "swap_horiz"),
            ("cxprogram.importrun", "upload_file"),
            ("cxprogram.outgoingmail", "mail"),
            ("cxprogram.apitoken", "key"),
            ("django_celery_beat.periodictask", "schedule"),
        ),
    ),
)
LINKS = (
    ("home", gettext_lazy("Overview"), "home", Right.SEE_PROGRAM),
    ("journeys:map", gettext_lazy("Journey map"), "map", Right.SEE_SCORES),
    ("feedback:ticket-list", gettext_lazy("Tickets"), "support_agent", Right.WORK_TICKETS),
    ("governance:scorecard", gettext_lazy("Scorecard"), "speed", Right.SEE_SCORECARD),
    ("governance:report-list", gettext_lazy("Reports"), "description", Right.SEE_REPORTS),
)


def mark(request: HttpRequest) -> str:
    return static("cxprogram/mark.svg")


def stylesheet(request: HttpRequest) -> str:
    return static("cxprogram/admin.css")


def script(request: HttpRequest) -> str:
    return static("cxprogram/admin.js")


def theme(request: HttpRequest) -> str | None:
    """Light or dark as the person chose it; None leaves it to the device and the admin's own switch."""
    return getattr(request.user, "theme", "") or None


def environment(request: HttpRequest) -> list[str] | None:
    return [_("Demonstration"), "info"] if settings.IS_DEMO else None


def _list_url(model: type[models.Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """The models that the person may see, by stage; a stage without any is left out."""
    groups = [
        {"title": stage, "separator": place > 0, "items": list(_items(request, labels))}
        for place, (stage, labels) in enumerate(STAGES)
    ]
    return [group for group in groups if group["items"]]


def _items(request: HttpRequest, labels: Iterable[tuple[str, str]]) -> Iterable[dict[str, Any]]:
    for label, icon in labels:
        model = apps.get_model(label)
        page = admin.site._registry.get(model)
        if page is not None and page.has_view_permission(request):
            yield {"title": capfirst(model._meta.verbose_name_plural), "icon": icon, "link": _list_url(model)}


# --- the first page ---------------------------------------------------------------------------
def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What each of the person's programs lacks, what waits for somebody, and where to go from here."""
    programs = list(scoped(Program.objects.all(), request.user).order_by("pk"))
    return context | {
        "programs": [_program_card(request, program) for program in programs],
        "waiting": list(_waiting(request)),
        "links": list(_links(request, programs)),
    }


def _program_card(request: HttpRequest, program: Program) -> dict[str, Any]:
    charter = Charter.objects.filter(program=program).select_related("program", "owner", "sponsor").first()
    url = reverse("admin:governance_charter_change", args=[charter.pk]) if charter else _add_charter(program)
    defects = charters.defects(charter, on=timezone.now().astimezone(program.zone).date()) if charter else []
    return {"program": program, "charter": charter, "charter_url": url, "defects": _grouped(defects)}


def _add_charter(program: Program) -> str:
    return f"{reverse('admin:governance_charter_add')}?program={program.pk}"


def _grouped(defects: Iterable[charters.Defect]) -> list[dict[str, Any]]:
    """Defects of one kind in one line: what is wrong once, then everything that it is wrong with."""
    groups: dict[tuple[str, str], list[str]] = {}
    for defect in defects:
        groups.setdefault((defect.code, defect.text), []).append(defect.about)
    return [{"text": text, "subjects": [name for name in names if name]} for (_code, text), names in groups.items()]


def _waiting(request: HttpRequest) -> Iterable[dict[str, Any]]:
    """What a person has to decide, send or publish; each with the list where it stands."""
    overdue = Ticket.objects.overdue(timezone.now())
    unapproved = KpiTarget.objects.in_force().filter(approver=None)
    drafts = SurveyVersion.objects.filter(published_at=None)
    failed = OutgoingMail.objects.filter(status=MailStatus.FAILED)
    rows: tuple[tuple[QuerySet, str, Callable[[int], str]], ...] = (
        (overdue, "?due=overdue", lambda n: ngettext("%(n)s ticket is overdue", "%(n)s tickets are overdue", n)),
        (
            unapproved,
            "?is_current__exact=1&approver__isempty=1",
            lambda n: ngettext("%(n)s target waits for approval", "%(n)s targets wait for approval", n),
        ),
        (
            drafts,
            "?published_at__isempty=1",
            lambda n: ngettext("%(n)s survey version is a draft", "%(n)s survey versions are drafts", n),
        ),
        (
            failed,
            "?status__exact=failed",
            lambda n: ngettext("%(n)s mail could not be sent", "%(n)s mails could not be sent", n),
        ),
    )
    for found, query, words in rows:
        page = admin.site._registry.get(found.model)
        if page is None or not page.has_view_permission(request):
            continue
        if n := scoped(found, request.user).count():
            yield {"text": words(n) % {"n": n}, "url": _list_url(found.model) + query}


def _links(request: HttpRequest, programs: Iterable[Program]) -> Iterable[dict[str, Any]]:
    for name, label, icon, right in LINKS:
        if any(can(request.user, right, program=program) for program in programs):
            yield {"url": reverse(name), "label": label, "icon": icon}
