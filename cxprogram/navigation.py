"""What each role finds in the top bar; what it may not open is not shown."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cxprogram.access import Right, can
from cxprogram.choices import Role
from cxprogram.page_base import current_program, leading_role

# (URL name, label, icon, right)
PLACES = {
    "home": ("home", _("Overview"), "home", Right.SEE_PROGRAM),
    "unit": ("home", _("My unit"), "home", Right.SEE_PROGRAM),
    "today": ("home", _("Today"), "home", Right.SEE_PROGRAM),
    "tickets": ("feedback:ticket-list", _("Tickets"), "ticket", Right.WORK_TICKETS),
    "map": ("journeys:map", _("Journey map"), "map", Right.SEE_SCORES),
    "kpis": ("journeys:kpi-list", _("KPIs"), "chart", Right.SEE_SCORES),
    "drivers": ("feedback:drivers", _("Drivers"), "chart", Right.SEE_DRIVERS),
    "projects": ("actions:project-list", _("Projects"), "check", Right.SEE_PROJECTS),
    "scorecard": ("governance:scorecard", _("Scorecard"), "chart", Right.SEE_SCORECARD),
    "statements": ("governance:statement-list", _("Statements"), "person", Right.SEE_PROGRAM),
    "reports": ("governance:report-list", _("Reports"), "more", Right.SEE_REPORTS),
    "admin": ("admin:index", _("Admin"), "more", Right.DEFINE),
}
_ALL = (
    "home",
    "map",
    "kpis",
    "drivers",
    "tickets",
    "projects",
    "scorecard",
    "statements",
    "reports",
    "admin",
)
ORDER: dict[str, tuple[str, ...]] = {
    Role.OWNER: _ALL,
    Role.ANALYST: _ALL,
    Role.EXECUTIVE: ("home", "map", "kpis", "drivers", "scorecard", "projects", "reports"),
    Role.STEERING: ("home", "map", "kpis", "drivers", "scorecard", "projects", "reports"),
    Role.UNIT_MANAGER: ("unit", "tickets", "map", "kpis", "projects", "drivers", "scorecard", "statements"),
    Role.FRONTLINE: ("today", "tickets", "map"),
    Role.PROJECT_LEAD: ("home", "projects", "map", "kpis", "drivers"),
    Role.AUDITOR: ("home", "scorecard", "statements", "reports"),
    Role.ADVISOR: ("home", "scorecard", "reports"),
    Role.INTEGRATION: ("home",),
}


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Found once a request: the admin's theme renders its parts one by one, each with every context processor."""
    if not hasattr(request, "_cx_navigation"):
        request._cx_navigation = _navigation(request)  # type: ignore[attr-defined]
    return request._cx_navigation  # type: ignore[attr-defined]


def _navigation(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    program = current_program(user)
    role = leading_role(user, program) if program else None
    if program is None or role is None:
        return {"program": None, "nav": []}
    match = request.resolver_match
    here = match.view_name if match else ""
    section = here.split("-")[0]
    nav = [
        {
            "key": key,
            "url": reverse(name),
            "label": label,
            "icon": icon,
            "is_current": name == here or (":" in name and name.split("-")[0] == section),
        }
        for key, (name, label, icon, right) in ((key, PLACES[key]) for key in ORDER[role])
        if can(user, right, program=program)
    ]
    return {"program": program, "role": Role(role), "nav": nav}
