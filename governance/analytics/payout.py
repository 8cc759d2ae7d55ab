"""What a compensation scheme pays for a score: exact decimal arithmetic, rounded once, at the end.

Achievement is measured in score points, never as a ratio to the target: an NPS may be negative or have
target 0, where a ratio means nothing. A scheme that rewards low values states its points as target − actual.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from itertools import pairwise

# The caller's context must not decide what is paid.
_CONTEXT = Context(prec=50, rounding=ROUND_HALF_UP)


class PayoutError(ValueError):
    """A scheme that cannot be computed; `code` says why."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Knot:
    """One corner of a payout line: at `points` the scheme pays `payout`, a share of the base amount.

    Published tables state payouts in percent; every function but `payout_amount` works in either unit.
    """

    points: Decimal
    payout: Decimal


@dataclass(frozen=True, slots=True)
class Component:
    """One goal's part in a statement: its weight (0–1) and what it pays by itself."""

    weight: Decimal
    payout: Decimal


def payout_share(
    points: Decimal | int, knots: Sequence[Knot], *, strict_gate: bool, cap: Decimal | int | None = None
) -> Decimal:
    """Return what `points` pay, in the unit of the knots' payouts.

    Below the first knot nothing; exactly on it the knot's payout, or nothing with strict_gate; between
    knots a straight line; above the last knot the last payout. `cap` limits the result, None leaves it
    to the last knot. Knots must be at least two, rise in points, and never fall in payout: PayoutError
    "payout-knots". Binary floats are refused: PayoutError "payout-not-exact". Source: bonus tables in
    public filings (SEC CIK 931058, exhibit 10.34 of 2010; CIK 1377789, exhibit 10.23).
    """
    points = _exact(points)
    _refuse_bad(knots)
    first, last = knots[0], knots[-1]
    if points < first.points or (strict_gate and points == first.points):
        return Decimal(0)
    paid = last.payout
    for left, right in pairwise(knots):
        if points <= right.points:
            paid = _between(points, left, right)
            break
    return paid if cap is None else min(paid, _exact(cap))


def composite(components: Sequence[Component], *, multiplier: Decimal | int = 1) -> Decimal:
    """Return Σ weight·payout, times an optional gate over all goals (0 pays nothing).

    The weights must be positive and sum to exactly 1: PayoutError "payout-weights".
    """
    weights = [_exact(component.weight) for component in components]
    with localcontext(_CONTEXT):
        total = sum(weights)
    if any(weight <= 0 for weight in weights) or total != 1:
        raise PayoutError("payout-weights", f"weights {', '.join(map(str, weights))} do not sum to 1")
    payouts = [_exact(component.payout) for component in components]
    with localcontext(_CONTEXT):
        paid = sum((weight * payout for weight, payout in zip(weights, payouts, strict=True)), Decimal(0))
        return paid * _exact(multiplier)


def payout_amount(base_amount: Decimal | int, share: Decimal | int, *, places: int = 2) -> Decimal:
    """Return the money for `share` (1 = all) of the base amount, rounded here and nowhere before."""
    with localcontext(_CONTEXT):
        return round_money(_exact(base_amount) * _exact(share), places=places)


def round_money(amount: Decimal | int, *, places: int = 2) -> Decimal:
    """Round half up (half away from zero) to the currency's decimal places."""
    return _exact(amount).quantize(Decimal(1).scaleb(-places), context=_CONTEXT)


def _exact(number: Decimal | int) -> Decimal:
    if not isinstance(number, Decimal | int) or not Decimal(number).is_finite():
        raise PayoutError("payout-not-exact", f"{number!r} is not an exact, finite number")
    return Decimal(number)


def _refuse_bad(knots: Sequence[Knot]) -> None:
    points = [_exact(knot.points) for knot in knots]
    payouts = [_exact(knot.payout) for knot in knots]
    is_rising = all(left < right for left, right in pairwise(points)) and payouts == sorted(payouts)
    if len(knots) < 2 or not is_rising or payouts[0] < 0:
        raise PayoutError("payout-knots", "two or more knots, rising in points, never falling in payout")


def _between(points: Decimal, left: Knot, right: Knot) -> Decimal:
    with localcontext(_CONTEXT):
        # Multiplied before divided: the only inexact step is the last.
        rise = (points - left.points) * (right.payout - left.payout) / (right.points - left.points)
        return left.payout + rise
