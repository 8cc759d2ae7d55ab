"""Units and people as the personnel system tells of them: found by code or name and by address, made when first met.

Nothing is taken away here: who has left, and a unit that is no more, are ended by a person in the admin.
"""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from itertools import chain, count

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from cxprogram.access import Right, can, may_grant, may_manage
from cxprogram.choices import Role
from cxprogram.errors import DomainError, NotAllowedError
from cxprogram.languages import OURS
from cxprogram.models import Membership, OrgUnit, Program, User
from cxprogram.querysets import OrgUnitQuerySet
from cxprogram.sentences import say


class StaffError(DomainError):
    code = "staff-invalid"


def role_named(word: str) -> Role:
    """The role that is called so: by its code, or by its name in one of our languages. Nothing is guessed.

    Raises StaffError (`role-unknown`).
    """
    role = _role_words().get(" ".join(word.casefold().replace("_", " ").split()))
    if role is None:
        raise StaffError(say(gettext_noop("There is no role %(role)s."), role=word.strip()[:40]), code="role-unknown")
    return role


@lru_cache(maxsize=1)
def _role_words() -> dict[str, Role]:
    words = {role.value.replace("_", " "): role for role in Role}
    for language in OURS:
        with override(language):
            words |= {str(role.label).casefold(): role for role in Role}
    return words


@transaction.atomic
def place_unit(program: Program, *, code: str, name: str, parent: str, by: User | None, on: date) -> str:
    """Make or rename a unit, or move it below another: `created`, `updated` or `repeated`.

    Without a code it is known by its name, is neither renamed nor moved, and gets a code of its name if it is new. The
    unit above is known by its code, or by its name where only one has it on the day.

    Raises StaffError (`code-invalid`, `parent-unknown`, `unit-below-itself`, `unit-ambiguous`, `unit-elsewhere`),
    NotAllowedError (`not-allowed`).
    """
    if by is None or not can(by, Right.DEFINE, program=program):
        raise NotAllowedError(_("You may not change the units of this program."))
    code, name = code.strip(), name[:200]
    if not (code or name) or len(code) > 40:
        raise StaffError(_("The code of a unit has 1 to 40 characters."), code="code-invalid")
    units = OrgUnit.objects.select_for_update().filter(program=program)
    above = _above(units, parent, on, has_codes=bool(code)) if parent else units.get(parent=None)
    unit = units.filter(code__iexact=code).first() if code else _by_name(units, name, above if parent else None, on)
    if unit is None:
        code = code or unit_code(name, units)
        OrgUnit.objects.create(program=program, code=code, name=name or code, parent=above)
        return "created"
    moves = bool(parent) and unit.parent_id not in (None, above.pk)
    if moves and above.path.startswith(unit.path):
        raise StaffError(_("A unit cannot lie below itself."), code="unit-below-itself")
    if not code or (not moves and (not name or unit.name == name)):
        return "repeated"
    if moves:
        unit.parent = above
    unit.name = name or unit.name
    unit.save()
    return "updated"


def unit_code(name: str, units: QuerySet[OrgUnit]) -> str:
    """A code of the name that none of the units has."""
    taken = {each.lower() for each in units.values_list("code", flat=True)}
    stem = slugify(name).upper()[:30] or "UNIT"
    numbered = (f"{stem}-{number}" for number in count(2))
    return next(each for each in chain([stem], numbered) if each.lower() not in taken)


def _called(units: OrgUnitQuerySet, word: str, on: date) -> list[OrgUnit]:
    return list(units.valid_on(on).filter(Q(name__iexact=word) | Q(code__iexact=word)))


def _above(units: OrgUnitQuerySet, word: str, on: date, *, has_codes: bool) -> OrgUnit:
    """Where units have codes, the one of that code before one of that name."""
    found = (list(units.filter(code__iexact=word)) if has_codes else []) or _called(units, word, on)
    if not found:
        raise StaffError(
            say(gettext_noop("There is no unit %(code)s above it."), code=word[:40]), code="parent-unknown"
        )
    return _only(found, word)


def _by_name(units: OrgUnitQuerySet, name: str, above: OrgUnit | None, on: date) -> OrgUnit | None:
    """The one that is called so, below the unit above if that is said: one of that name elsewhere may be another."""
    known = _called(units, name, on)
    here = [unit for unit in known if above is None or unit.parent_id == above.pk]
    if known and not here:
        why = gettext_noop("%(name)s lies below another unit: only a code tells whether it is the same.")
        raise StaffError(say(why, name=name[:40]), code="unit-elsewhere")
    return _only(here, name) if here else None


def _only(found: Sequence[OrgUnit], name: str) -> OrgUnit:
    if len(found) > 1:
        why = gettext_noop("Several units are called %(name)s: only a code tells which is meant.")
        raise StaffError(say(why, name=name[:40]), code="unit-ambiguous")
    return found[0]


@transaction.atomic
def place_person(program: Program, *, email: str, name: str, role: str, unit: OrgUnit, by: User | None) -> str:
    """Let a person have a role at a unit: `created`, `updated` or `repeated`.

    A new person has no password: they ask for one by mail. Raises StaffError (`email-invalid`, `role-unknown`),
    NotAllowedError (`not-allowed`) for a role that the asker could not hand out there.
    """
    address = email.strip()
    try:
        validate_email(address)
    except ValidationError as error:
        raise StaffError(_("This is not an e-mail address."), code="email-invalid") from error
    if role not in Role.values:
        raise StaffError(say(gettext_noop("There is no role %(role)s."), role=role[:20]), code="role-unknown")
    if by is None or not may_grant(by, role, unit):
        raise NotAllowedError(_("You may not hand out this role there."))
    user = User.objects.filter(email__iexact=address).first()
    status = "repeated"
    if user is None:
        user, status = User.objects.create_user(address, name=name[:150]), "created"
    elif name and user.name != name[:150] and may_manage(by, user):
        user.name, status = name[:150], "updated"
        user.save(update_fields=["name"])
    _held, is_new = Membership.objects.get_or_create(user=user, unit=unit, role=role, defaults={"program": program})
    return "updated" if is_new and status == "repeated" else status
