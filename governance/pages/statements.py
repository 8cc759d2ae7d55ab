"""The page of one statement: every step from the KPI's value to the money, from its frozen inputs."""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from cxprogram import figures
from governance.analytics.statement import Step, calculate
from governance.models import CompensationStatement
from governance.pages.frozen import FrozenKpi, FrozenReading, period_label
from governance.texts import say
from journeys.models.kpi import said_of


def plain(number: Decimal) -> str:
    """An exact number in the language's writing, without needless zeros, at most six decimals."""
    text = format(number.quantize(Decimal("0.000001")).normalize(), "f")
    decimals = len(text.partition(".")[2])
    return figures.decimal(float(number), decimals)


@dataclass(frozen=True)
class KnotLine:
    name: str
    points: str
    share: str


@dataclass(frozen=True)
class Goal:
    """One goal: the value, how it enters the curve, what it pays, what that weighs."""

    name: str
    reading: FrozenReading
    basis: str
    passed_over: tuple[str, ...]
    method: str
    points: str
    is_negated: bool
    knots: tuple[KnotLine, ...]
    is_strict: bool
    place: str
    share: str
    weight: str
    weighted: str


@dataclass(frozen=True)
class StatementPage:
    statement: CompensationStatement
    headline: str
    scheme: str
    period: str
    person: str
    unit: str
    is_illustrative: bool
    min_n: int
    author: str
    approver: str
    goals: tuple[Goal, ...]
    sum_text: str
    share: str
    base: str
    amount: str


def build_page(statement: CompensationStatement) -> StatementPage:
    inputs = json.loads(statement.inputs)
    calculation = calculate(inputs)
    scheme, currency = inputs["scheme"], inputs["scheme"]["currency"]
    goals = tuple(
        _goal(part, step, inputs["period"]) for part, step in zip(inputs["components"], calculation.steps, strict=True)
    )
    return StatementPage(
        statement=statement,
        headline=_("%(amount)s for %(period)s")
        % {"amount": figures.money(calculation.amount, currency), "period": period_label(inputs["period"])},
        scheme=say(scheme["name"]),
        period=period_label(inputs["period"]),
        person=inputs["recipient"]["name"],
        unit=say(inputs["unit"]["name"]),
        is_illustrative=scheme["is_illustrative"],
        min_n=scheme["min_n"],
        author=scheme["author"],
        approver=scheme["approver"],
        goals=goals,
        sum_text=" + ".join(goal.weighted for goal in goals),
        share=plain(calculation.share),
        base=figures.money(calculation.base_amount, currency),
        amount=figures.money(calculation.amount, currency),
    )


def _goal(part: dict[str, Any], step: Step, period: str) -> Goal:
    kpi = FrozenKpi(
        code=part["kpi"],
        name=said_of(say(part["name"]), say(part["population"]) if "population" in part else ""),
        what="",
        measure=part["measure"],
        higher_is_better=part["higher_is_better"],
        scale=None,
        axis=(0.0, 1.0),
    )
    reading = FrozenReading(
        kpi=kpi,
        question=part["question"],
        unit=part["basis"]["code"],
        touchpoint="",
        period=period,
        value=part["value"],
        low=part["low"],
        high=part["high"],
        n=part["n"],
        suppressed=False,
    )
    names = (_("Threshold"), _("Target"), _("Maximum"))
    return Goal(
        name=kpi.name,
        reading=reading,
        basis=say(part["basis"]["name"]),
        passed_over=tuple(_passed_over(each) for each in part["passed_over"]),
        method=part["method"],
        points=plain(step.points),
        is_negated=not part["higher_is_better"],
        knots=tuple(
            KnotLine(name, plain(knot.points), plain(knot.payout)) for name, knot in zip(names, step.knots, strict=True)
        ),
        is_strict=step.is_strict,
        place=_place(step),
        share=plain(step.share),
        weight=plain(step.weight),
        weighted=plain(step.weighted),
    )


def _passed_over(each: dict[str, Any]) -> str:
    name = say(each["unit"]["name"])
    if each["n"] is None:
        return _("%(unit)s, too few answers to show") % {"unit": name}
    return _("%(unit)s, n %(n)s") % {"unit": name, "n": figures.figure(each["n"], "count")}


def _place(step: Step) -> str:
    """Where the points lie on the line, and the sum done there."""
    first, target, last = step.knots
    if step.points < first.points or (step.is_strict and step.points == first.points):
        return _("Below the threshold nothing is paid.")
    if step.points >= last.points:
        return _("At the maximum or above: the maximum is paid, no more.")
    left, right = (first, target) if step.points <= target.points else (target, last)
    return _("%(from)s + (%(points)s − %(left)s) ÷ (%(right)s − %(left)s) × (%(to)s − %(from)s)") % {
        "from": plain(left.payout),
        "to": plain(right.payout),
        "points": plain(step.points),
        "left": plain(left.points),
        "right": plain(right.points),
    }
