"""Programs, units, people, keys."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from cxprogram.choices import Duty, Role
from cxprogram.models import ApiToken, Membership, OrgUnit, Program, Responsibility, User
from cxprogram.models.token import token_digest

PASSWORD = "a long enough password"
_PASSWORD_HASH = ""
AREAS = ("A", "B", "C", "D", "E", "F", "G")
# 2017-05-15 is a Monday; noon in San Francisco is 19:00 UTC.
NOON = datetime(2017, 5, 15, 19, 0, tzinfo=UTC)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
numbers = count(1)


def make_program(slug: str = "sfo", **fields: Any) -> Program:
    """A program with its root unit, whose code is the slug in capitals."""
    defaults: dict[str, Any] = {
        "name": slug.upper(),
        "organisation": "San Francisco International Airport",
        "customer_word": "passenger",
        "time_zone": "America/Los_Angeles",
        "currency": "USD",
        "problem_question": "PROBLEMS",
        "headline_kpis": ["nps", "mean", "top2"],
    }
    program = Program.objects.create(slug=slug, **(defaults | fields))
    OrgUnit.objects.create(program=program, code=slug.upper(), name=f"{program.organisation}, whole")
    return program


def root_of(program: Program) -> OrgUnit:
    return OrgUnit.objects.get(program=program, parent=None)


def make_unit(program: Program, code: str, *, parent: OrgUnit | None = None, **fields: Any) -> OrgUnit:
    return OrgUnit.objects.create(
        program=program, parent=parent or root_of(program), code=code, **({"name": f"Boarding area {code}"} | fields)
    )


def make_units(program: Program, codes: Sequence[str] = AREAS) -> dict[str, OrgUnit]:
    """The areas below the root, by code; the root is there under its own code too."""
    root = root_of(program)
    return {root.code: root} | {code: make_unit(program, code, parent=root) for code in codes}


def make_user(
    role: str | None = None,
    unit: OrgUnit | None = None,
    *,
    email: str = "",
    valid_from: date = date(2000, 1, 1),
    valid_to: date | None = None,
    **fields: Any,
) -> User:
    """A person with PASSWORD, in a role at a unit if both are named. Owners and analysts may open the admin."""
    global _PASSWORD_HASH
    _PASSWORD_HASH = _PASSWORD_HASH or make_password(PASSWORD)  # hashed once: it is slow on purpose
    fields.setdefault("is_staff", role in {Role.OWNER, Role.ANALYST})
    fields.setdefault("name", f"{role or 'person'} {unit.code if unit else ''}".strip())
    user = User(email=email or f"person{next(numbers)}@example.org", password=_PASSWORD_HASH, **fields)
    user.save()
    if role is not None:
        assert unit is not None, "a role is held at a unit"
        make_membership(user, role, unit, valid_from=valid_from, valid_to=valid_to)
    return user


def make_membership(user: User, role: str, unit: OrgUnit, **fields: Any) -> Membership:
    return Membership.objects.create(user=user, role=role, unit=unit, program_id=unit.program_id, **fields)


def make_responsibility(user: User, thing: Any, duty: str = Duty.RESPONSIBLE) -> Responsibility:
    program_id = thing.pk if isinstance(thing, Program) else thing.program_id
    return Responsibility.objects.create(program_id=program_id, user=user, thing=thing, duty=duty)


def make_token(
    user: User,
    program: Program,
    *,
    scopes: Sequence[str] = ("read", "write"),
    expires_at: datetime | None = None,
    revoked_at: datetime | None = None,
) -> str:
    """The secret of a new token."""
    secret = ApiToken.new_secret()
    ApiToken.objects.create(
        program=program,
        user=user,
        name=f"token {next(numbers)}",
        digest=token_digest(secret),
        scopes=list(scopes),
        expires_at=expires_at or timezone.now() + timedelta(days=30),
        revoked_at=revoked_at,
    )
    return secret
