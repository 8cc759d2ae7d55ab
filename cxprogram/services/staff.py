"""Units and people as the personnel system tells of them: found by code and by address, made when first met.

Nothing is taken away here: who has left, and a unit that is no more, are ended by a person in the admin.
"""

from functools import lru_cache

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from cxprogram.access import Right, can, may_grant, may_manage
from cxprogram.choices import Role
from cxprogram.errors import DomainError, NotAllowedError
from cxprogram.models import Membership, OrgUnit, Program, User


class StaffError(DomainError):
    code = "staff-invalid"


def role_named(word: str) -> Role:
    """The role that is called so: by its code, or by its name in one of our languages. Nothing is guessed.

    Raises StaffError (`role-unknown`).
    """
    role = _role_words().get(" ".join(word.casefold().replace("_", " ").split()))
    if role is None:
        raise StaffError(_("There is no role %(role)s.") % {"role": word.strip()[:40]}, code="role-unknown")
    return role


@lru_cache(maxsize=1)
def _role_words() -> dict[str, Role]:
    words = {role.value.replace("_", " "): role for role in Role}
    for language, _name in settings.LANGUAGES:
        with override(language):
            words |= {str(role.label).casefold(): role for role in Role}
    return words


@transaction.atomic
def place_unit(program: Program, *, code: str, name: str, parent: str, by: User | None) -> str:
    """Make or rename a unit, or move it below another: `created`, `updated` or `repeated`.

    Raises StaffError (`code-invalid`, `parent-unknown`, `unit-below-itself`), NotAllowedError (`not-allowed`).
    """
    if by is None or not can(by, Right.DEFINE, program=program):
        raise NotAllowedError(_("You may not change the units of this program."))
    code = code.strip()
    if not code or len(code) > 40:
        raise StaffError(_("The code of a unit has 1 to 40 characters."), code="code-invalid")
    units = OrgUnit.objects.select_for_update().filter(program=program)
    unit = units.filter(code__iexact=code).first()
    above = units.filter(code__iexact=parent).first() if parent else units.get(parent=None)
    if above is None:
        raise StaffError(_("There is no unit %(code)s above it.") % {"code": parent[:40]}, code="parent-unknown")
    if unit is None:
        OrgUnit.objects.create(program=program, code=code, name=(name or code)[:200], parent=above)
        return "created"
    moves = bool(parent) and unit.parent_id not in (None, above.pk)
    if moves and above.path.startswith(unit.path):
        raise StaffError(_("A unit cannot lie below itself."), code="unit-below-itself")
    if not moves and (not name or unit.name == name[:200]):
        return "repeated"
    if moves:
        unit.parent = above
    unit.name = name[:200] or unit.name
    unit.save()
    return "updated"


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
        raise StaffError(_("There is no role %(role)s.") % {"role": role[:20]}, code="role-unknown")
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
