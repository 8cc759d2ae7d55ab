"""Targets: another value is another version, and a second person approves it."""

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from cxprogram.errors import ConflictError, NotAllowedError
from cxprogram.models import User
from journeys.models import KpiTarget


@transaction.atomic
def revise(target: KpiTarget, *, value: Decimal, basis: str, is_illustrative: bool, by: User) -> KpiTarget:
    """Put another value in force; the new version waits for its approval. The same facts again change nothing.

    Raises ConflictError (`target-not-current`) if a newer version is in force already.
    """
    old = _current(target)
    if (old.value, old.basis, old.is_illustrative) == (value, basis, is_illustrative):
        return old
    KpiTarget.objects.filter(pk=old.pk).update(is_current=False)
    return KpiTarget.objects.create(
        program_id=old.program_id,
        kpi_code=old.kpi_code,
        question_code=old.question_code,
        unit_id=old.unit_id,
        period=old.period,
        version=old.version + 1,
        value=value,
        basis=basis,
        is_illustrative=is_illustrative,
        author=by,
    )


@transaction.atomic
def approve(target: KpiTarget, *, by: User) -> KpiTarget:
    """Approve a target. Nobody approves their own (`approver-is-author`); twice changes nothing."""
    target = _current(target)
    if target.approver_id is not None:
        return target
    if by.pk == target.author_id:
        raise NotAllowedError(_("Someone other than its author approves a target."), code="approver-is-author")
    target.approver = by
    target.save(update_fields=["approver"])
    return target


def _current(target: KpiTarget) -> KpiTarget:
    target = KpiTarget.objects.select_for_update(of=("self",)).get(pk=target.pk)
    if not target.is_current:
        raise ConflictError(_("A newer version of this target is in force."), code="target-not-current")
    return target
