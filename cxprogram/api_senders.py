"""Who sends, and into which program and unit: looked up once for many rows. And the times that senders write."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from cxprogram.access import Right, can, grants
from cxprogram.api_base import ParameterError
from cxprogram.errors import DomainError, NotFoundError
from cxprogram.models import OrgUnit, Program

EARLIEST = datetime(1900, 1, 2, tzinfo=UTC)
# What every door for one thing that a sender brings refuses, for the schema.
REFUSALS = {
    400: ("body-not-json", "body-invalid", "program-missing"),
    404: ("program-unknown", "unit-unknown"),
    413: ("body-too-large",),
    415: ("media-type-not-supported",),
    503: ("unavailable",),
}


@dataclass
class Sender:
    """Looks up what the rows of one sender name; what the sender may not write to does not exist."""

    user: Any
    programs: dict[str, Program] = field(default_factory=dict)
    units: dict[tuple[int, str], OrgUnit | None] = field(default_factory=dict)

    def program(self, slug: str) -> Program:
        """Raises ParameterError (`program-missing`), NotFoundError (`program-unknown`)."""
        if slug not in self.programs:
            allowed = {grant.program_id for grant in grants(self.user) if grant.gives(Right.SEND_ANSWERS)}
            found = list(Program.objects.filter(pk__in=allowed, **({"slug": slug} if slug else {}))[:2])
            if not slug and len(found) > 1:
                raise ParameterError(_("Name the program."), code="program-missing")
            if not found:
                raise NotFoundError(_("There is no such program for you."), code="program-unknown")
            self.programs[slug] = found[0]
        return self.programs[slug]

    def unit(self, program: Program, code: str | None) -> OrgUnit | None:
        """The unit named, if the sender may write to it; None for the root, which needs a sender of the whole.

        Raises DomainError (`unit-missing`), NotFoundError (`unit-unknown`).
        """
        if code is None:
            held = (grant for grant in grants(self.user) if grant.program_id == program.pk)
            if any(grant.is_whole and grant.gives(Right.SEND_ANSWERS) for grant in held):
                return None
            raise DomainError(_("Name the unit: you write for a part of the program."), code="unit-missing")
        key = (program.pk, code.casefold())
        if key not in self.units:
            self.units[key] = OrgUnit.objects.filter(program=program, code__iexact=code).first()
        unit = self.units[key]
        if unit is None or not can(self.user, Right.SEND_ANSWERS, program=program, unit=unit):
            raise NotFoundError(_("There is no such unit for you."), code="unit-unknown")
        return unit


def moment(text: str, zone: ZoneInfo, *, code: str) -> datetime:
    """The time written in ISO 8601: naive in the zone, a mere date at its noon, as in files.

    Raises DomainError with this code for what is no time, or lies before 1900.
    """
    try:
        at = datetime.fromisoformat(text)
        if len(text) <= 10 and at.time() == time(0):
            at = at.replace(hour=12)
        if at.tzinfo is None:
            at = at.replace(tzinfo=zone)
        at = at.astimezone(UTC)
    except (ValueError, OverflowError):
        at = None
    if at is None or at < EARLIEST:
        raise DomainError(_("Write the time as in 2017-05-15T12:00:00-07:00."), code=code)
    return at
