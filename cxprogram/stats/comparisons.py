"""Adjust p-values for the number of comparisons shown together.

The family is every cell visible in one table times its metrics: adjust first, mark changes after, and
show the family's size. A comparison without a test (None or NaN) is no member of it and stays NaN.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray


def benjamini_hochberg(p_values: Sequence[float | None] | ArrayLike) -> NDArray[np.float64]:
    """Return p-values adjusted for the false discovery rate, shape (m,) in the order given.

    min over j ≥ i of m·p₍ⱼ₎/j, capped at 1 (Benjamini and Hochberg 1995). Raises ValueError for a p
    outside 0–1.
    """
    p, tested = _family(p_values)
    order = np.argsort(p[tested], kind="stable")
    m = order.size
    stepped = p[tested][order] * m / np.arange(1, m + 1)
    adjusted = np.minimum.accumulate(stepped[::-1])[::-1]
    return _in_place(p, tested, order, adjusted)


def holm(p_values: Sequence[float | None] | ArrayLike) -> NDArray[np.float64]:
    """Return p-values adjusted for any false discovery at all, shape (m,) in the order given.

    max over j ≤ i of (m − j + 1)·p₍ⱼ₎, capped at 1 (Holm 1979). Raises ValueError for a p outside 0–1.
    """
    p, tested = _family(p_values)
    order = np.argsort(p[tested], kind="stable")
    m = order.size
    adjusted = np.maximum.accumulate(p[tested][order] * np.arange(m, 0, -1))
    return _in_place(p, tested, order, adjusted)


def _family(p_values: Sequence[float | None] | ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    p = np.asarray(p_values, dtype=np.float64)
    if p.ndim != 1:
        raise ValueError(f"p-values must be one-dimensional, not of shape {p.shape}")
    tested = ~np.isnan(p)
    if np.any((p[tested] < 0) | (p[tested] > 1)):
        raise ValueError("p-values must lie between 0 and 1")
    return p, tested


def _in_place(
    p: NDArray[np.float64], tested: NDArray[np.bool_], order: NDArray[np.intp], adjusted: NDArray[np.float64]
) -> NDArray[np.float64]:
    member = np.empty_like(adjusted)
    member[order] = np.minimum(adjusted, 1.0)
    result = np.full_like(p, np.nan)
    result[tested] = member
    return result
