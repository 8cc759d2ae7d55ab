"""The admin's frame: the sidebar by the four stages of a program, the first page with what the program lacks."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from cxprogram.access import Right, can, defined_programs
from cxprogram.admin_base import scoped
from cxprogram.models import OutgoingMail, Program
from feedback.models import SurveyVersion, Ticket
from governance.models import Charter
from governance.services import charter as charters
from journeys.models import KpiTarget

# Parts of a row (stages of a journey, gates of a project) stand on the page of the row and in the list of everything.
STAGES: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Engagement",
        (
            ("governance.charter", "gavel"),
            ("cxprogram.orgunit", "account_tree"),
            ("cxprogram.responsibility", "assignment_ind"),
        ),
    ),
    (
        "Insight",
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
            ("feedback.response", "forum"),
            ("feedback.scorecell", "grid_on"),
            ("feedback.driverstudy", "hub"),
        ),
    ),
    (
        "Action",
        (
            ("feedback.ticket", "support_agent"),
            ("feedback.ticketrule", "rule"),
            ("feedback.rootcause", "account_tree"),
            ("actions.improvementproject", "construction"),
            ("actions.effectstudy", "science"),
        ),
    ),
    (
        "Integration",
        (
            ("governance.compensationscheme", "payments"),
            ("governance.compensationstatement", "receipt_long"),
            ("governance.report", "description"),
        ),
    ),
    (
        "Settings",
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
    ("home", "Overview", "home", Right.SEE_PROGRAM),
    ("journeys:map", "Journey map", "map", Right.SEE_SCORES),
    ("feedback:ticket-list", "Tickets", "support_agent", Right.WORK_TICKETS),
    ("governance:scorecard", "Scorecard", "speed", Right.SEE_SCORECARD),
    ("governance:report-list", "Reports", "description", Right.SEE_REPORTS),
    ("schema", "API", "api", Right.DEFINE),
)


def mark(request: HttpRequest) -> str:
    return static("cxprogram/mark.svg")


def stylesheet(request: HttpRequest) -> str:
    return static("cxprogram/admin.css")


def theme(request: HttpRequest) -> str | None:
    """Light or dark as the person chose it; None leaves it to the device and the admin's own switch."""
    return getattr(request.user, "theme", "") or None


def environment(request: HttpRequest) -> list[str] | None:
    return [_("Demonstration"), "info"] if settings.IS_DEMO else None


def _stage_titles() -> dict[str, str]:
    return {
        "Engagement": _("Engagement"),
        "Insight": _("Insight"),
        "Action": _("Action"),
        "Integration": _("Integration"),
        "Settings": _("Settings"),
    }


def _list_url(model: type[models.Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """The models that the person may see, by stage; a stage without any is left out."""
    titles = _stage_titles()
    groups = [
        {"title": titles[stage], "separator": place > 0, "items": list(_items(request, labels))}
        for place, (stage, labels) in enumerate(STAGES)
    ]
    return [group for group in groups if group["items"]]


def _items(request: HttpRequest, labels: Iterable[tuple[str, str]]) -> Iterable[dict[str, Any]]:
    for label, icon in labels:
        model = apps.get_model(label)
        page = admin.site._registry.get(model)
        if page is not None and page.has_view_permission(request):
            yield {"title": capfirst(model._meta.verbose_name_plural), "icon": icon, "link": _list_url(model)}
