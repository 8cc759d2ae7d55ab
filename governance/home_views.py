"""The home page: what the person's leading role needs first."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from actions.pages import projects
from cxprogram import periods
from cxprogram.access import Right
from cxprogram.choices import Role
from cxprogram.page_base import Visit, visit_of
from cxprogram.periods import Period
from governance.models import Report
from governance.pages import start
from governance.pages.home_overview import overview
from governance.pages.home_unit import today, unit_home
from governance.services import beginnings

NEWEST_REPORTS = 5


def _overview(visit: Visit, period: Period | None) -> tuple[str, dict[str, Any]]:
    begin = start.next_of(visit.program) if visit.role == Role.OWNER else None
    return "governance/home_overview.html", {"page": overview(visit, period), "begin": begin}


def _unit(visit: Visit, period: Period | None) -> tuple[str, dict[str, Any]]:
    page = unit_home(visit, period)
    crumbs = [(visit.program.label, ""), (page.unit.label, "")] if page.unit.parent_id else []
    return "governance/home_unit.html", {"page": page, "crumbs": crumbs, "now": visit.at}


def _today(visit: Visit, period: Period | None) -> tuple[str, dict[str, Any]]:
    return "governance/home_today.html", {"page": today(visit, period), "now": visit.at}


def _lead(visit: Visit, period: Period | None) -> tuple[str, dict[str, Any]]:
    found = projects.visible(visit.user, visit.program, today=visit.today)
    mine = [view for view in found if view.project.responsible_id == visit.user.pk]
    return "governance/home_lead.html", {"mine": mine, "others": len(found) - len(mine)}


def _reader(visit: Visit, period: Period | None) -> tuple[str, dict[str, Any]]:
    rows = Report.objects.visible_to(visit.user).filter(program=visit.program).select_related("unit")
    reports = rows.defer("pdf", "inputs").order_by("-pk")[:NEWEST_REPORTS]
    sees_statements = visit.can(Right.SEE_ALL_STATEMENTS)
    return "governance/home_reader.html", {"reports": reports, "sees_statements": sees_statements}


def _system(visit: Visit, period: Period | None) -> tuple[str, dict[str, Any]]:
    return "governance/home_system.html", {}


HOMES: dict[str, Callable[[Visit, Period | None], tuple[str, dict[str, Any]]]] = {
    Role.OWNER: _overview,
    Role.ANALYST: _overview,
    Role.EXECUTIVE: _overview,
    Role.STEERING: _overview,
    Role.UNIT_MANAGER: _unit,
    Role.FRONTLINE: _today,
    Role.PROJECT_LEAD: _lead,
    Role.AUDITOR: _reader,
    Role.ADVISOR: _reader,
    Role.INTEGRATION: _system,
}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The page of the leading role; an installation that nobody has begun yet leads to its beginning."""
    if not request.user.is_authenticated and beginnings.is_empty():
        return redirect("governance:start")
    return _home(request)


@login_required
def _home(request: HttpRequest) -> HttpResponse:
    """Without a membership a friendly empty one."""
    visit = visit_of(request)
    if visit is None:
        return render(request, "governance/home_none.html")
    asked = request.GET.get("period", "")
    period = periods.parse(asked) if asked else None
    with timezone.override(visit.program.zone):
        template, context = HOMES[visit.role](visit, period)
        return render(request, template, context | {"visit": visit})
