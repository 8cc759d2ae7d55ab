"""Who may see what: rights by role, fail-closed.

A membership gives a role at one unit and reaches the unit's whole subtree. Every queryset that a person can
reach answers `visible_to(user)`; a role that the table below does not name sees no row.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum, auto
from functools import cache
from typing import TYPE_CHECKING, Any, Self

from django.db import connection, models
from django.db.models import Q
from django.utils import timezone

from cxprogram.choices import Role
from cxprogram.prepared import fetch_one

if TYPE_CHECKING:
    from cxprogram.models import OrgUnit, Program


class Right(StrEnum):
    SEE_PROGRAM = auto()  # the program's frame: units, journeys, definitions, totals of the whole
    SEE_SCORES = auto()  # scores of the own subtree
    SEE_VOICE = auto()  # comments and who said them
    WORK_TICKETS = auto()
    SEE_PROJECTS = auto()
    SEE_REPORTS = auto()
    SEE_SCORECARD = auto()
    SEE_ALL_STATEMENTS = auto()  # everyone sees the own statement
    SEE_DRIVERS = auto()
    DEFINE = auto()  # the admin
    SEND_ANSWERS = auto()  # write through the API
    HANDLE_PRIVACY = auto()  # hand out everything about one person, and erase a person


R = Right
_INSIGHT = {R.SEE_PROGRAM, R.SEE_SCORES, R.SEE_DRIVERS}
_DEFINERS = set(Right)
RIGHTS: dict[str, frozenset[Right]] = {
    Role.OWNER: frozenset(_DEFINERS),
    Role.ANALYST: frozenset(_DEFINERS - {R.SEE_ALL_STATEMENTS, R.HANDLE_PRIVACY}),
    Role.EXECUTIVE: frozenset(_INSIGHT | {R.SEE_REPORTS, R.SEE_SCORECARD, R.SEE_PROJECTS}),
    Role.STEERING: frozenset(_INSIGHT | {R.SEE_REPORTS, R.SEE_SCORECARD, R.SEE_PROJECTS}),
    Role.UNIT_MANAGER: frozenset(_INSIGHT | {R.SEE_VOICE, R.WORK_TICKETS, R.SEE_PROJECTS, R.SEE_SCORECARD}),
    Role.FRONTLINE: frozenset({R.SEE_PROGRAM, R.SEE_SCORES, R.SEE_VOICE, R.WORK_TICKETS}),
    Role.PROJECT_LEAD: frozenset(_INSIGHT | {R.SEE_PROJECTS}),
    Role.AUDITOR: frozenset({R.SEE_PROGRAM, R.SEE_SCORECARD, R.SEE_REPORTS, R.SEE_ALL_STATEMENTS}),
    Role.ADVISOR: frozenset({R.SEE_PROGRAM, R.SEE_SCORECARD, R.SEE_REPORTS}),
    Role.INTEGRATION: frozenset(
        _INSIGHT | {R.SEE_VOICE, R.WORK_TICKETS, R.SEE_PROJECTS, R.SEE_REPORTS, R.SEE_SCORECARD, R.SEND_ANSWERS}
    ),
}


@dataclass(frozen=True)
class Grant:
    """One valid membership: the role and the subtree that it reaches."""

    program_id: int
    role: str
    unit_path: str
    is_whole: bool  # the unit is the program's root

    def gives(self, right: Right) -> bool:
        return right in RIGHTS.get(self.role, frozenset())


# The memberships that are valid on the day, each with the unit at which it is held.
VALID_MEMBERSHIPS = """
    FROM cxprogram_membership m JOIN cxprogram_orgunit o ON o.id = m.unit_id
    WHERE m.valid_from <= %(day)s AND (m.valid_to IS NULL OR m.valid_to >= %(day)s)
"""
# Those of a person, oldest first, and the program of the first: every page asks for it.
HELD = """
    WITH held AS (
        SELECT m.id, m.program_id, m.role, o.path, o.parent_id IS NULL AS is_whole {valid} AND m.user_id = %(user)s
    )
    SELECT (SELECT json_agg(json_build_array(program_id, role, path, is_whole) ORDER BY id) FROM held), {program}
    FROM cxprogram_program p WHERE p.id = (SELECT program_id FROM held ORDER BY id LIMIT 1)
"""


@cache
def _held_sql(program: "type[Program]") -> tuple[str, list[str]]:
    fields = program._meta.concrete_fields
    # As json it is loaded here; as jsonb it would wait for Django's own reading of a row.
    columns = (f"p.{field.attname}{'::json' if isinstance(field, models.JSONField) else ''}" for field in fields)
    return HELD.format(valid=VALID_MEMBERSHIPS, program=", ".join(columns)), [field.attname for field in fields]


def grants(user: Any) -> tuple[Grant, ...]:
    """The user's memberships that are valid today; none for strangers and inactive accounts."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return ()
    if not hasattr(user, "_cx_grants"):
        from cxprogram.models import Program

        sql, columns = _held_sql(Program)
        row = fetch_one(sql, {"user": user.pk, "day": timezone.now().date()})
        held, *program = row or ((),)
        user._cx_program = Program.from_db(connection.alias, columns, program) if row else None
        user._cx_grants = tuple(Grant(*each) for each in held)
    return user._cx_grants


def hold(user: Any, held: Iterable[Grant]) -> None:
    """Let this user object act with these memberships alone: a key of an integration reaches no other program."""
    user._cx_grants = tuple(held)


def current_program(user: Any) -> "Program | None":
    """The program that the person works in: the first of theirs."""
    first = next(iter(grants(user)), None)
    if first is None:
        return None
    if getattr(user, "_cx_program", None) is None or user._cx_program.pk != first.program_id:
        from cxprogram.models import Program

        user._cx_program = Program.objects.get(pk=first.program_id)
    return user._cx_program


def can(user: Any, right: Right, *, program: "Program | int", unit: "OrgUnit | None" = None) -> bool:
    """Whether the user has the right in the program, for the unit's subtree if one is named."""
    program_id = program if isinstance(program, int) else program.pk
    return any(
        grant.gives(right) and (unit is None or unit.path.startswith(grant.unit_path))
        for grant in grants(user)
        if grant.program_id == program_id
    )


def has_right(user: Any, right: Right) -> bool:
    """Whether the user has the right anywhere."""
    return any(grant.gives(right) for grant in grants(user))


def roles(user: Any, program: "Program") -> frozenset[str]:
    return frozenset(grant.role for grant in grants(user) if grant.program_id == program.pk)


def defined_programs(user: Any, right: Right = Right.DEFINE) -> frozenset[int]:
    """Programs that the user defines, by a role that gives the other right as well.

    Definitions belong to the whole program: a role held at a unit below the root defines nothing.
    """
    return frozenset(
        grant.program_id
        for grant in grants(user)
        if grant.is_whole and grant.gives(Right.DEFINE) and grant.gives(right)
    )


def may_grant(user: Any, role: str, unit: "OrgUnit") -> bool:
    """Whether the user may give or take a role at a unit: nobody hands out a right that they do not hold there."""
    if user.is_superuser:
        return True
    if unit.program_id not in defined_programs(user):
        return False
    held: set[Right] = set()
    for grant in grants(user):
        if grant.program_id == unit.program_id and unit.path.startswith(grant.unit_path):
            held |= RIGHTS.get(grant.role, frozenset())
    return RIGHTS.get(role, frozenset(Right)) <= held


def may_manage(user: Any, person: Any) -> bool:
    """Whether the user may change how a person logs in: whoever sets a password could act as that person.

    - everyone themselves, a superuser everyone;
    - nobody else a superuser;
    - others whoever could hand out each role that the person has or had, in whichever program.
    """
    if user.pk == person.pk or user.is_superuser:
        return True
    if person.is_superuser:
        return False
    rows = list(person.membership_set.select_related("unit"))
    return bool(rows) and all(may_grant(user, row.role, row.unit) for row in rows)


class ScopedQuerySet(models.QuerySet):
    """A queryset whose rows belong to a program and, where `unit_lookup` is set, to a unit.

    Subclasses name the right that a row needs. A row whose unit is empty is seen only from the root.
    """

    right: Right
    program_lookup = "program"
    unit_lookup: str | None = None

    def visible_to(self, user: Any) -> Self:
        """Rows that the user may see.

        - the user has a valid membership in the row's program with the right of this queryset;
        - and the row's unit, if it has one, lies in the subtree of that membership.
        """
        return self._within(grant for grant in grants(user) if grant.gives(self.right))

    def _within(self, allowed: Iterable[Grant]) -> Self:
        scope = Q()
        for grant in allowed:
            part = Q(**{f"{self.program_lookup}_id": grant.program_id})
            if self.unit_lookup and not grant.is_whole:
                part &= Q(**{f"{self.unit_lookup}__path__startswith": grant.unit_path})
            scope |= part
        return self.filter(scope) if scope else self.none()
