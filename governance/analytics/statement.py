"""What a statement pays, step by step, from its frozen inputs alone: issuing, showing and verifying share these lines.

1. A KPI value is a binary float. It enters as the exact decimal of its shortest form, rounded half up to four decimals,
   the precision of a scheme's knots; from there on nothing is rounded until the money.
2. Where low values are good, the points are the value's negative and the knots are written negative too.
3. The points pay a share by the line threshold – target (1) – maximum; each share counts with its weight.
4. The sum times the base amount is rounded once, half up, to cents.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from governance.analytics.payout import Component, Knot, composite, payout_amount, payout_share

FORMULA = 1
PLACES = Decimal("0.0001")
SHARE_PLACES = Decimal(1).scaleb(-10)
_CONTEXT = Context(prec=50, rounding=ROUND_HALF_UP)


def points_of(value: float, *, higher_is_better: bool) -> Decimal:
    """Return the points at which a KPI value enters the curve (rules 1 and 2)."""
    points = Decimal(repr(value)).quantize(PLACES, context=_CONTEXT)
    return points if higher_is_better else -points


@dataclass(frozen=True)
class Step:
    """One component's way from value to money: what it pays by itself, and weighted."""

    points: Decimal
    knots: tuple[Knot, Knot, Knot]
    is_strict: bool
    share: Decimal
    weight: Decimal
    weighted: Decimal


@dataclass(frozen=True)
class Calculation:
    """A statement's whole calculation; `share` is exact, `amount` rounded."""

    steps: tuple[Step, ...]
    share: Decimal
    base_amount: Decimal
    amount: Decimal

    @property
    def stored_share(self) -> Decimal:
        """The share as a column of the statement holds it, ten decimals."""
        return self.share.quantize(SHARE_PLACES, context=_CONTEXT)


def calculate(inputs: Mapping[str, Any]) -> Calculation:
    """Return the calculation of a statement's inputs (`governance.services.compensation` says what they hold).

    Raises PayoutError for weights that do not sum to 1 and for knots that do not rise.
    """
    steps = []
    for part in inputs["components"]:
        points = points_of(part["value"], higher_is_better=part["higher_is_better"])
        threshold, target, maximum = (Decimal(part[name]) for name in ("threshold", "target", "maximum"))
        knots = (
            Knot(threshold, Decimal(part["threshold_share"])),
            Knot(target, Decimal(1)),
            Knot(maximum, Decimal(part["maximum_share"])),
        )
        share = payout_share(points, knots, strict_gate=part["is_strict"])
        weight = Decimal(part["weight"])
        steps.append(Step(points, knots, part["is_strict"], share, weight, _CONTEXT.multiply(weight, share)))
    share = composite([Component(step.weight, step.share) for step in steps])
    base = Decimal(inputs["scheme"]["base_amount"])
    return Calculation(tuple(steps), share, base, payout_amount(base, share))
