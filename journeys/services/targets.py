"""Targets: another value is another version, and a second person approves it."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cxprogram.access import Right, can, roles
from cxprogram.choices import Role
from cxprogram.errors import ConflictError, DomainError, NotAllowedError
from cxprogram.models import OrgUnit, User
from journeys.kpis import bounds, counted, questions
from journeys.kpis.bounds import Span
from journeys.models import Kpi, KpiTarget

FACTS = ("value", "baseline", "stretch", "point_amount", "basis", "is_illustrative")
VALUES = ("value", "baseline", "stretch")
APPROVERS = frozenset({Role.OWNER, Role.EXECUTIVE, Role.STEERING})
SAME = ("program_id", "kpi_code", "question_code", "unit_id", "period")


class TargetError(DomainError):
    code = "target-invalid"


def span_of(kpi: Kpi, question_code: str) -> Span | None:
    """Between which values a target may lie. Raises TargetError (`target-question-unknown`)."""
    code = question_code or kpi.question_code
    facts = questions.facts(kpi.program, {code}).get(code)
    if not counted.has_values_of(kpi, question_code):
        text = _("This KPI has no values of other questions.")
        raise TargetError(text, code="target-question-unknown", field="question_code")
    if question_code and facts is None:
        raise TargetError(questions.no_such(question_code), code="target-question-unknown", field="question_code")
    return bounds.of(kpi, facts)


def faults(span: Span | None, **values: Any) -> dict[str, TargetError]:
    """What is wrong with the values of a target, by field, of VALUES (`target-out-of-bounds`)."""
    return {
        name: TargetError(bounds.refusal(span), code="target-out-of-bounds", field=name)
        for name in VALUES
        if span is not None and values.get(name) is not None and not bounds.holds(span, values[name])
    }


def _check(kpi: Kpi | None, question_code: str, values: Mapping[str, Any]) -> None:
    """Of a KPI that is no longer in force nothing is known."""
    if kpi is not None:
        for fault in faults(span_of(kpi, question_code), **values).values():
            raise fault


def _kpi_of(program_id: int, code: str) -> Kpi | None:
    return Kpi.objects.current().filter(program=program_id, code=code).select_related("program").first()


@transaction.atomic
def put(
    unit: OrgUnit, *, kpi_code: str, period: str, seen: int, by: User, question_code: str = "", **facts: Any
) -> KpiTarget:
    """Put a target in force: the first one, or another version of the one that was `seen` (0: there was none).

    Raises TargetError for a KPI that is not in force (`target-kpi-unknown`), and what `span_of` and `faults` say;
    ConflictError (`target-not-current`) if another version is in force than was seen.
    """
    kpi = _kpi_of(unit.program_id, kpi_code)
    if kpi is None:
        raise TargetError(_("There is no such KPI."), code="target-kpi-unknown")
    _check(kpi, question_code, facts)
    key = {
        "program_id": unit.program_id, "kpi_code": kpi_code, "question_code": question_code, "unit": unit,
        "period": period,
    }  # fmt: skip
    # Two who set the first target at once find no row to wait for: they wait for the unit.
    OrgUnit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
    old = KpiTarget.objects.in_force().filter(**key).first()
    if (old.version if old else 0) != seen:
        raise _superseded()
    if old is not None:
        return revise(old, by=by, **facts)
    return KpiTarget.objects.create(**key, kpi_version=kpi.version, author=by, **facts)


@transaction.atomic
def revise(target: KpiTarget, *, by: User, **facts: Any) -> KpiTarget:
    """Put other facts in force, any of FACTS; the new version waits for its approval. The same again changes nothing,
    unless another version of the KPI is in force than that for which it was set.

    `probability` belongs to the value that it was found for: without another it is not kept.
    Raises ConflictError (`target-not-current`) if a newer version is in force already, and what `put` raises of values.
    """
    old = _current(target)
    kpi = _kpi_of(old.program_id, old.kpi_code)
    is_same = all(getattr(old, name) == facts[name] for name in facts if name != "probability")
    if is_same and (kpi is None or old.is_for(kpi.version)):
        return old
    new = {name: getattr(old, name) for name in (*SAME, *FACTS)} | facts
    _check(kpi, old.question_code, new)
    KpiTarget.objects.filter(pk=old.pk).update(is_current=False)
    return KpiTarget.objects.create(
        **new, kpi_version=kpi.version if kpi else old.kpi_version, version=old.version + 1, author=by
    )


def may_approve(user: User, target: KpiTarget) -> bool:
    """Whether the person approves this target.

    - an owner, executive or member of the steering group of the program, or whoever defines the program;
    - and not its author.
    """
    may = bool(APPROVERS & roles(user, target.program)) or can(user, Right.DEFINE, program=target.program_id)
    return may and user.pk != target.author_id


@transaction.atomic
def approve(target: KpiTarget, *, by: User) -> KpiTarget:
    """Approve a target; twice changes nothing.

    Raises NotAllowedError: nobody approves their own (`approver-is-author`), and not everybody approves those of
    others (`approver-not-allowed`). Raises TargetError where no value of the KPI can reach it.
    """
    target = _current(target)
    if target.approver_id is not None:
        return target
    if by.pk == target.author_id:
        raise NotAllowedError(_("Someone other than its author approves a target."), code="approver-is-author")
    if not may_approve(by, target):
        raise NotAllowedError(_("You may not approve targets."), code="approver-not-allowed")
    kpi = _kpi_of(target.program_id, target.kpi_code)
    if kpi is not None and target.is_for(kpi.version):
        _check(kpi, target.question_code, {name: getattr(target, name) for name in VALUES})
    target.approver = by
    target.save(update_fields=["approver"])
    return target


def _current(target: KpiTarget) -> KpiTarget:
    target = KpiTarget.objects.select_for_update(of=("self",)).get(pk=target.pk)
    if not target.is_current:
        raise _superseded()
    return target


def _superseded() -> ConflictError:
    return ConflictError(_("A newer version of this target is in force."), code="target-not-current")
