"""The weighted mean of any value of the answers, with its linearised standard error."""

from collections.abc import Mapping
from math import fsum, sqrt

from cxprogram.stats.tally import Tally


def linearised_mean(tally: Tally, values: Mapping[int, float]) -> tuple[float, float | None]:
    """Return Σwv/Σw and its Taylor standard error √(n/(n−1)·Σw²(v − v̄)²)/Σw, None for a single answer.

    `values` gives each code's value; the tally's total weight must be positive. The error treats
    weights as fixed and answers as drawn with replacement (R survey's `svymean` without strata or
    clusters). The calibration that made the weights is not credited: the error is rather too large.
    """
    total_weight = tally.total_weight
    value = fsum(weight * values[code] for code, weight in tally.weight.items()) / total_weight
    if tally.total < 2:
        return value, None
    spread = fsum(square * (values[code] - value) ** 2 for code, square in tally.weight_sq.items())
    return value, sqrt(tally.total / (tally.total - 1) * spread) / total_weight
