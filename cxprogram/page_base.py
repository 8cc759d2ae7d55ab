"""What every page for people of a program shares: log-in, the program they work in, its clock and its time zone."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from cxprogram.access import Right, can, current_program, defined_programs, grants
from cxprogram.choices import Role
from cxprogram.models import OrgUnit, Program, User

# Of several roles, the one that reaches furthest leads.
RANK = (
    Role.OWNER,
    Role.ANALYST,
    Role.EXECUTIVE,
    Role.STEERING,
    Role.UNIT_MANAGER,
    Role.FRONTLINE,
    Role.PROJECT_LEAD,
    Role.AUDITOR,
    Role.ADVISOR,
    Role.INTEGRATION,
)


def number_in(text: str) -> int | None:
    """The number of a row as an address or a form says it; None for anything else, be it a digit to Python (`²`)."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def leading_role(user: Any, program: Program) -> str | None:
    """The role whose home the person sees: the one that reaches furthest."""
    roles = {grant.role for grant in grants(user) if grant.program_id == program.pk}
    return next((role for role in RANK if role in roles), None)


@dataclass(frozen=True)
class Visit:
    """One person on one page: who, in which program and leading role, and the moment, read once."""

    user: User
    program: Program
    role: str
    at: datetime

    def can(self, right: Right, unit: OrgUnit | None = None) -> bool:
        return can(self.user, right, program=self.program, unit=unit)

    @property
    def today(self) -> date:
        """The day of the moment, where the program is."""
        return self.at.astimezone(self.program.zone).date()

    @property
    def defines(self) -> bool:
        """Whether the person defines the program: a role at a part of it defines nothing."""
        return self.program.pk in defined_programs(self.user)


def visit_of(request: HttpRequest) -> Visit | None:
    """The visit of a person who is logged in; None without a valid membership."""
    user = request.user
    program = current_program(user)
    role = leading_role(user, program) if program else None
    return Visit(user, program, role, timezone.now()) if user.is_authenticated and program and role else None


Page = Callable[..., HttpResponse]


def member_page(right: Right) -> Callable[[Page], Page]:
    """The view gets `(request, visit, …)`; whoever lacks the right in the program does not find the page.

    Times are shown in the program's zone.
    """

    def decorate(view: Page) -> Page:
        @login_required
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            visit = visit_of(request)
            if visit is None or not visit.can(right):
                raise Http404
            with timezone.override(visit.program.zone):
                return view(request, visit, *args, **kwargs)

        return inner

    return decorate
