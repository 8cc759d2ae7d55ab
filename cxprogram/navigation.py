"""What each role finds in the top bar; what it may not open is not shown."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cxprogram.access import Right, can, current_program
from cxprogram.choices import Role
from cxprogram.page_base import leading_role

# (URL name, label, icon, right)
PLACES = {
    "home": ("home", _("Overview"), "home", Right.SEE_PROGRAM),
    "unit": ("home", _("My unit"), "home", Right.SEE_PROGRAM),
    "today": ("home", _("Today"), "home", Right.SEE_PROGRAM),
    "tickets": ("feedback:ticket-list", _("Tickets"), "ticket", Right.WORK_TICKETS),
    "customers": ("journeys:customer-list", _("Customers"), "person", Right.SEE_VOICE),
    "map": ("journeys:map", _("Journey map"), "map", Right.SEE_SCORES),
    "kpis": ("journeys:kpi-list", _("KPIs"), "chart", Right.SEE_SCORES),
    "drivers": ("feedback:drivers", _("Drivers"), "chart", Right.SEE_DRIVERS),
    "projects": ("actions:project-list", _("Projects"), "check", Right.SEE_PROJECTS),
    "scorecard": ("governance:scorecard", _("Scorecard"), "chart", Right.SEE_SCORECARD),
    "statements": ("governance:statement-list", _("Statements"), "person", Right.SEE_PROGRAM),
    "reports": ("governance:report-list", _("Reports"), "more", Right.SEE_REPORTS),
    "voice": ("feedback:voice-list", _("What is said elsewhere"), "ticket", Right.SEE_VOICE),
    "surveys": ("feedback:survey-list", _("Surveys"), "ticket", Right.DEFINE),
    "plans": ("feedback:plan-list", _("Who is asked"), "person", Right.DEFINE),
    "segments": ("journeys:segment-list", _("Segments"), "person", Right.DEFINE),
    "imports": ("feedback:import-list", _("Imports"), "more", Right.DEFINE),
    "streams": ("journeys:stream-list", _("Data streams"), "chart", Right.DEFINE),
    "journeys": ("journeys:journey-list", _("Journeys"), "map", Right.SEE_SCORES),
    "paths": ("journeys:path-study", _("Actual journeys"), "map", Right.SEE_SCORES),
    "funnels": ("journeys:funnel-list", _("How far do they come?"), "chart", Right.SEE_SCORES),
    "competitors": ("journeys:competitor-list", _("Competitors"), "chart", Right.SEE_SCORES),
    "measurements": ("journeys:measurement-plan", _("Measurement plan"), "check", Right.SEE_SCORES),
    "targets": ("journeys:target-list", _("Targets"), "check", Right.SEE_SCORES),
    "audit": ("feedback:audit", _("Measurement audit"), "check", Right.SEE_DRIVERS),
    "use_cases": ("journeys:use-case-list", _("Use cases"), "check", Right.SEE_SCORES),
    "charter": ("governance:charter", _("Charter"), "check", Right.SEE_PROGRAM),
    "admin": ("admin:index", _("Admin"), "more", Right.DEFINE),
}
_ALL = (
    "home",
    "map",
    "kpis",
    "drivers",
    "tickets",
    "customers",
    "projects",
    "scorecard",
    "reports",
)
# On the page with everything else, by the stages of the program: the bar takes ten.
_JOURNEYS = ("journeys", "paths", "funnels", "competitors", "measurements", "targets", "use_cases", "audit")
_BEYOND = (
    (_("Engagement"), ("charter", "admin")),
    (_("Insight"), ("surveys", "plans", "segments", "voice", "imports", "streams", *_JOURNEYS)),
    (_("Integration"), ("statements",)),
)
BEYOND: dict[str, tuple[tuple[Promise, tuple[str, ...]], ...]] = {
    Role.OWNER: _BEYOND,
    Role.ANALYST: _BEYOND,
    Role.EXECUTIVE: ((_("Insight"), _JOURNEYS),),
    Role.STEERING: ((_("Insight"), _JOURNEYS),),
    Role.UNIT_MANAGER: ((_("Insight"), ("voice", *_JOURNEYS)),),
    Role.FRONTLINE: ((_("Insight"), ("voice",)),),
    Role.PROJECT_LEAD: ((_("Insight"), _JOURNEYS),),
}
ORDER: dict[str, tuple[str, ...]] = {
    Role.OWNER: _ALL,
    Role.ANALYST: _ALL,
    Role.EXECUTIVE: ("home", "map", "kpis", "drivers", "scorecard", "projects", "reports"),
    Role.STEERING: ("home", "map", "kpis", "drivers", "scorecard", "projects", "reports"),
    Role.UNIT_MANAGER: (
        "unit",
        "tickets",
        "map",
        "kpis",
        "projects",
        "customers",
        "drivers",
        "scorecard",
        "statements",
    ),
    Role.FRONTLINE: ("today", "tickets", "customers", "map"),
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

    def entries(keys: Iterable[str]) -> list[dict[str, Any]]:
        return [_entry(key, here) for key in keys if can(user, PLACES[key][-1], program=program)]

    beyond = [(stage, entries(keys)) for stage, keys in BEYOND.get(role, ())]
    return {
        "program": program,
        "role": Role(role),
        "nav": entries(ORDER[role]),
        "beyond": beyond,
        "is_beyond": any(entry["is_current"] for _stage, places in beyond for entry in places),
    }


def _entry(key: str, here: str) -> dict[str, Any]:
    name, label, icon, _right = PLACES[key]
    is_near = ":" in name and name.split("-")[0] == here.split("-")[0]
    return {"key": key, "url": reverse(name), "label": label, "icon": icon, "is_current": name == here or is_near}
