"""Pay by KPI: a statement says what one person is paid and by which numbers; it is never changed, only corrected.

The inputs of a statement are one canonical JSON document:

    formula     number of the calculation (`governance.analytics.statement`)
    scheme      id, code, version, name, base_amount, currency, min_n, is_illustrative, author and approver
    recipient   id and name · unit: id, code, name · period
    components  per goal: kpi, kpi_version, question, name, measure, higher_is_better, weight, threshold, target,
                maximum, threshold_share, maximum_share, is_strict; then the reading: value, low, high, n, method,
                basis (the unit that counted), passed_over (units nearer, with n or null where it is hidden) and
                kpi_value, the id of the frozen row
"""

import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cxprogram import periods
from cxprogram.errors import DomainError
from cxprogram.models import OrgUnit, Program, User
from governance.analytics import chain
from governance.analytics.payout import PayoutError
from governance.analytics.statement import FORMULA, calculate
from governance.choices import StatementStatus
from governance.models import CompensationScheme, CompensationStatement, SchemeComponent
from governance.texts import texts_of
from journeys.kpis import registry
from journeys.kpis.registry import KpiQuery, KpiReading
from journeys.models import KpiValue


class CompensationError(DomainError):
    code = "compensation-refused"


@transaction.atomic
def issue(scheme: CompensationScheme, user: User, unit: OrgUnit, *, at: datetime, by: User) -> CompensationStatement:
    """Issue the statement of one person by one scheme, from today's counts.

    - nobody issues the own statement (`issuer-is-recipient`);
    - the scheme is in force and approved by someone other than its author (`scheme-not-in-force`,
      `scheme-not-approved`);
    - each goal is read at the unit, else at the nearest unit above with enough answers (`min_n`); a hidden reading
      never counts, and where nothing counts nothing is issued (`kpi-too-few-answers`);
    - the same inputs again give the statement that there is; others give its next version, and the one before is
      marked as corrected.
    """
    if by.pk == user.pk:
        raise CompensationError(_("Nobody issues the own statement."), code="issuer-is-recipient", status=403)
    _lock(scheme.program_id)
    scheme = CompensationScheme.objects.select_related("program", "author", "approver").get(pk=scheme.pk)
    _refuse_scheme(scheme)
    if unit.program_id != scheme.program_id:
        raise CompensationError(_("The unit belongs to another program."), code="unit-of-other-program")
    inputs = _inputs(scheme, user, unit, at=at)
    text = chain.canonical(inputs)
    earlier = (
        CompensationStatement.objects.filter(
            scheme__program=scheme.program_id, scheme__code=scheme.code, user=user, period=scheme.period
        )
        .order_by("-pk")
        .first()
    )
    if earlier is not None and earlier.inputs == text:
        return earlier
    calculation = _calculation(inputs)
    newest = CompensationStatement.objects.filter(scheme__program=scheme.program_id).order_by("-pk").first()
    previous = newest.sha256 if newest else ""
    if earlier is not None:
        CompensationStatement.objects.filter(pk=earlier.pk).update(status=StatementStatus.CORRECTED)
    return CompensationStatement.objects.create(
        scheme=scheme,
        user=user,
        unit=unit,
        period=scheme.period,
        version=earlier.version + 1 if earlier else 1,
        payout_share=calculation.stored_share,
        amount=calculation.amount,
        currency=scheme.currency,
        inputs=text,
        sha256=chain.digest(previous, text),
        previous_sha256=previous,
        issued_at=at,
        issued_by=by,
    )


def verify_chain(program: Program, *, anchor: str = "") -> list[chain.Fault]:
    """Every fault in the program's statements, oldest first; none for an untouched chain.

    Checked: each hash, each link to the one before, each column and the frozen KPI values against the inputs, the
    calculation, and that only the newest version is in force. `anchor` is a hash known from outside, for example from
    a printed statement.
    """
    rows = list(CompensationStatement.objects.filter(scheme__program=program).select_related("scheme").order_by("pk"))
    found = chain.faults(
        [chain.Link(row.pk, row.previous_sha256, row.inputs, row.sha256) for row in rows], anchor=anchor
    )
    documents = {row.pk: _parsed(row.inputs) for row in rows}
    ids = {part["kpi_value"] for inputs in documents.values() if inputs for part in inputs["components"]}
    frozen = {value.pk: value for value in KpiValue.objects.filter(pk__in=ids)}
    newest: dict[tuple, int] = {}
    for row in rows:
        newest[row.scheme.code, row.user_id, row.period] = row.pk
    for position, row in enumerate(rows, start=1):
        inputs = documents[row.pk]
        if inputs is None or not _row_agrees(row, inputs, frozen):
            found.append(chain.Fault(row.pk, position, "row"))
        is_newest = newest[row.scheme.code, row.user_id, row.period] == row.pk
        if (row.status == StatementStatus.ISSUED) != is_newest:
            found.append(chain.Fault(row.pk, position, "status"))
    return sorted(found, key=lambda fault: (fault.position, fault.code))


def _lock(program_id: int) -> None:
    """One writer of the chain at a time; rows that point to the program may still be written meanwhile."""
    Program.objects.select_for_update(of=("self",), no_key=True).get(pk=program_id)


def _refuse_scheme(scheme: CompensationScheme) -> None:
    if not scheme.is_current:
        raise CompensationError(_("A newer version of this scheme is in force."), code="scheme-not-in-force")
    if scheme.approver_id is None or scheme.approver_id == scheme.author_id:
        raise CompensationError(
            _("Someone other than its author must approve the scheme first."), code="scheme-not-approved"
        )


def _calculation(inputs: dict[str, Any]) -> Any:
    try:
        return calculate(inputs)
    except PayoutError as error:
        raise CompensationError(
            _("The scheme cannot be computed: %(why)s.") % {"why": error}, code=error.code
        ) from error


def _inputs(scheme: CompensationScheme, user: User, unit: OrgUnit, *, at: datetime) -> dict[str, Any]:
    goals = list(scheme.components.order_by("position"))
    read = _readings(scheme, goals, unit)
    return {
        "formula": FORMULA,
        "scheme": {
            "id": scheme.pk,
            "code": scheme.code,
            "version": scheme.version,
            "name": texts_of(scheme),
            "base_amount": _plain(scheme.base_amount),
            "currency": scheme.currency,
            "min_n": scheme.min_n,
            "is_illustrative": scheme.is_illustrative,
            "author": str(scheme.author),
            "approver": str(scheme.approver),
        },
        "recipient": {"id": user.pk, "name": str(user)},
        "unit": _unit(unit),
        "period": scheme.period,
        "components": [_goal(goal, scheme, *read[goal.pk], at=at) for goal in goals],
    }


def _readings(
    scheme: CompensationScheme, goals: Sequence[SchemeComponent], unit: OrgUnit
) -> dict[int, tuple[KpiReading, list[KpiReading]]]:
    """For each goal the reading that counts, and those of nearer units that do not."""
    above = [int(part) for part in unit.path.strip("/").split("/")]
    known = OrgUnit.objects.in_bulk(above)
    units = [known[pk] for pk in reversed(above)]
    period = periods.parse(scheme.period)
    kpis = {goal.kpi_code: registry.current_kpi(scheme.program, goal.kpi_code) for goal in goals}
    queries = [
        KpiQuery(kpis[goal.kpi_code], step, period, question=goal.question_code) for goal in goals for step in units
    ]
    readings = registry.read(scheme.program, queries)
    chosen = {}
    for index, goal in enumerate(goals):
        ladder = readings[index * len(units) : (index + 1) * len(units)]
        place = next((i for i, reading in enumerate(ladder) if _counts(reading, scheme.min_n)), None)
        if place is None:
            raise CompensationError(
                _("%(kpi)s: not even the whole program has %(n)s answers.")
                % {"kpi": kpis[goal.kpi_code], "n": scheme.min_n},
                code="kpi-too-few-answers",
                kpi=goal.kpi_code,
            )
        chosen[goal.pk] = ladder[place], ladder[:place]
    return chosen


def _counts(reading: KpiReading, min_n: int) -> bool:
    return not reading.suppressed and reading.value is not None and reading.n is not None and reading.n >= min_n


def _goal(
    goal: SchemeComponent,
    scheme: CompensationScheme,
    reading: KpiReading,
    passed_over: list[KpiReading],
    *,
    at: datetime,
) -> dict[str, Any]:
    kpi = reading.kpi
    return {
        "kpi": kpi.code,
        "kpi_version": kpi.version,
        "question": reading.question,
        "name": texts_of(kpi),
        **({"population": texts_of(kpi.population)} if kpi.population else {}),
        "measure": kpi.measure,
        "higher_is_better": kpi.higher_is_better,
        "weight": _plain(goal.weight),
        "threshold": _plain(goal.threshold),
        "target": _plain(goal.target),
        "maximum": _plain(goal.maximum),
        "threshold_share": _plain(goal.threshold_share),
        "maximum_share": _plain(goal.maximum_share),
        "is_strict": goal.is_strict,
        "value": reading.value,
        "low": reading.low,
        "high": reading.high,
        "n": reading.n,
        "method": reading.method,
        "basis": _unit(reading.unit),
        "passed_over": [{"unit": _unit(each.unit), "n": each.n} for each in passed_over],
        "kpi_value": _frozen(scheme.program, reading, at=at).pk,
    }


def _frozen(program: Program, reading: KpiReading, *, at: datetime) -> KpiValue:
    """The stored row of this very reading: the first one there is, else a new one."""
    facts = {
        "program": program,
        "kpi": reading.kpi,
        "question_code": reading.question,
        "unit": reading.unit,
        "period": reading.period.code,
        "is_weighted": reading.weighted,
        "value": reading.value,
        "low": reading.low,
        "high": reading.high,
        "n": reading.n,
        "is_suppressed": False,
        "method": reading.method,
    }
    known = KpiValue.objects.filter(**facts).order_by("pk").first()
    return known or KpiValue.objects.create(**facts, computed_at=at)


def _unit(unit: OrgUnit) -> dict[str, Any]:
    return {"id": unit.pk, "code": unit.code, "name": texts_of(unit)}


def _plain(number: Decimal) -> str:
    """The same text for the same number, whether it comes from a form or from the database."""
    return format(number.normalize(), "f")


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        inputs = json.loads(text)
    except ValueError:
        return None
    return inputs if isinstance(inputs, dict) and "components" in inputs else None


def _row_agrees(row: CompensationStatement, inputs: dict[str, Any], frozen: dict[int, KpiValue]) -> bool:
    """Whether the columns, the KPI rows and the money say what the inputs say."""
    try:
        calculation = calculate(inputs)
        values = [(part["value"], part["n"], frozen[part["kpi_value"]]) for part in inputs["components"]]
        said = (inputs["scheme"]["id"], inputs["recipient"]["id"], inputs["unit"]["id"], inputs["period"])
    except (PayoutError, KeyError, TypeError, ValueError, ArithmeticError):
        return False
    return (
        said == (row.scheme_id, row.user_id, row.unit_id, row.period)
        and row.currency == inputs["scheme"]["currency"]
        and (row.payout_share, row.amount) == (calculation.stored_share, calculation.amount)
        and all((value, n) == (kept.value, kept.n) for value, n, kept in values)
    )
