"""Targets: another value is another version, and a second person approves it."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cxprogram.errors import ConflictError, NotAllowedError
from cxprogram.models import User
from journeys.models import KpiTarget

FACTS = ("value", "baseline", "stretch", "point_amount", "basis", "is_illustrative")
SAME = ("program_id", "kpi_code", "question_code", "unit_id", "period")


@transaction.atomic
def revise(target: KpiTarget, *, by: User, **facts: Any) -> KpiTarget:
    """Put other facts in force, any of FACTS; the new version waits for its approval. The same again changes nothing.

    Raises ConflictError (`target-not-current`) if a newer version is in force already.
    """
    old = _current(target)
    if all(getattr(old, name) == facts[name] for name in facts):
        return old
    KpiTarget.objects.filter(pk=old.pk).update(is_current=False)
    kept = {name: getattr(old, name) for name in (*SAME, *FACTS)}
    return KpiTarget.objects.create(**(kept | facts), version=old.version + 1, author=by)


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
