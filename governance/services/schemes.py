"""Compensation schemes: approved by a second person, from then on unchanged; another rule is another version."""

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from cxprogram.errors import ConflictError, DomainError, NotAllowedError
from cxprogram.models import User
from governance.models import CompensationScheme, SchemeComponent


class SchemeError(DomainError):
    code = "scheme-refused"


@transaction.atomic
def approve(scheme: CompensationScheme, *, by: User) -> CompensationScheme:
    """Approve a scheme and put it in force in place of the version before.

    - nobody approves their own (`approver-is-author`);
    - the weights of its goals add up to 1 (`scheme-weights-wrong`);
    - a newer version is not overtaken by an older one (`scheme-not-newest`); twice changes nothing.
    """
    scheme = CompensationScheme.objects.select_for_update(of=("self",)).get(pk=scheme.pk)
    if scheme.approver_id is not None:
        return scheme
    if by.pk == scheme.author_id:
        raise NotAllowedError(_("Someone other than its author approves a scheme."), code="approver-is-author")
    versions = CompensationScheme.objects.filter(program=scheme.program_id, code=scheme.code)
    if versions.filter(version__gt=scheme.version).exists():
        raise ConflictError(_("There is a newer version of this scheme."), code="scheme-not-newest")
    weights = sum(scheme.components.values_list("weight", flat=True), Decimal(0))
    if weights != 1:
        raise SchemeError(
            _("The weights of the goals add up to %(sum)s, not to 1.") % {"sum": weights}, code="scheme-weights-wrong"
        )
    versions.exclude(pk=scheme.pk).update(is_current=False)
    scheme.approver, scheme.is_current = by, True
    scheme.save(update_fields=["approver", "is_current"])
    return scheme


@transaction.atomic
def new_version(scheme: CompensationScheme, *, by: User) -> CompensationScheme:
    """A draft with the same rule and goals, numbered next; it counts for nothing until it is approved.

    Raises ConflictError (`scheme-not-approved`) for a scheme that can still be changed itself, and
    (`scheme-draft`) while there is a draft already.
    """
    old = CompensationScheme.objects.select_for_update(of=("self",)).get(pk=scheme.pk)
    if old.approver_id is None:
        raise ConflictError(_("This version is not approved yet: change it itself."), code="scheme-not-approved")
    versions = CompensationScheme.objects.filter(program=old.program_id, code=old.code)
    if versions.filter(approver=None).exists():
        raise ConflictError(_("There is a draft of this scheme already."), code="scheme-draft")
    newest = versions.order_by("-version").values_list("version", flat=True)[0]
    fixed = {"id", "version", "is_current", "author", "approver"}
    facts = {f.attname: getattr(old, f.attname) for f in CompensationScheme._meta.fields if f.name not in fixed}
    copy = CompensationScheme.objects.create(**facts, version=newest + 1, is_current=False, author=by)
    parts = [f for f in SchemeComponent._meta.fields if f.name not in ("id", "scheme")]
    SchemeComponent.objects.bulk_create(
        SchemeComponent(scheme=copy, **{f.attname: getattr(row, f.attname) for f in parts})
        for row in old.components.order_by("position")
    )
    return copy
