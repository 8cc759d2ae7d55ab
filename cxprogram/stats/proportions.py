"""Shares of the answers, 0–1: top boxes (CSAT, CES), problem rates, and whether two shares differ."""

from collections.abc import Collection
from math import sqrt

from cxprogram.stats.distributions import Z, two_sided_z
from cxprogram.stats.estimate import Difference, Estimate
from cxprogram.stats.tally import ScaleError, Tally


def share(tally: Tally, codes: Collection[int], *, weighted: bool = False) -> Estimate:
    """Return the share of answers with one of `codes` and its 95 % Wilson interval, 0–1.

    Weighted: the weighted share, Wilson on n_eff. se is √(p(1 − p)/n), 0 where all or none of the
    answers count; the interval (Wilson 1927) has width there too.
    """
    method = "wilson-n-eff" if weighted else "wilson"
    hits, n = _hits(tally, codes, weighted=weighted)
    if n == 0:
        return Estimate.empty(method=method, n=tally.total)
    value = hits / n
    low, high = wilson(value, n)
    return Estimate(
        value=value,
        low=low,
        high=high,
        n=tally.total,
        n_eff=n,
        kish_deff=tally.kish_deff if weighted else 1.0,
        method=method,
        se=sqrt(value * (1 - value) / n),
    )


def top_boxes(
    tally: Tally, scale: Collection[int], k: int = 2, *, weighted: bool = False, higher_is_better: bool = True
) -> Estimate:
    """Return the share of the k best answers of `scale`, which lists all its codes (``range(1, 6)``).

    The boxes are the scale's own ends, never the best codes that happen to occur; with higher_is_better False
    (effort: low is good) the k lowest. Raises ScaleError for an answer outside the scale and when k does not
    leave at least one box below.
    """
    tally.refuse_outside(scale)
    ordered = sorted(scale, reverse=higher_is_better)
    if not 1 <= k < len(ordered):
        raise ScaleError(f"top {k} of {len(ordered)} codes")
    return share(tally, ordered[:k], weighted=weighted)


def share_difference(a: Tally, b: Tally, codes: Collection[int], *, weighted: bool = False) -> Difference:
    """Return share(a) − share(b), tested by z with the pooled share; the interval uses the unpooled ones.

    No continuity correction (R's ``prop.test(correct = FALSE)``); weighted, n_eff stands for n. A side
    at exactly 0 or 1 has unpooled error 0, so the interval then uses the pooled share too (where that is 0
    or 1 itself: one hit and one miss added to each side, Agresti and Caffo 2000). The two tallies must not
    share respondents.
    """
    hits_a, n_a = _hits(a, codes, weighted=weighted)
    hits_b, n_b = _hits(b, codes, weighted=weighted)
    if n_a == 0 or n_b == 0:
        return Difference.untested()
    delta = hits_a / n_a - hits_b / n_b
    pooled = (hits_a + hits_b) / (n_a + n_b)
    pooled_se = sqrt(pooled * (1 - pooled) * (1 / n_a + 1 / n_b)) if 0 < pooled < 1 else 0.0
    # The pooled error is 0 only when both shares are 0 or both are 1: nothing differs.
    statistic = delta / pooled_se if pooled_se else 0.0
    unpooled = [hits / n * (1 - hits / n) / n for hits, n in ((hits_a, n_a), (hits_b, n_b))]
    padded = [(hits + 1) * (n - hits + 1) / (n + 2) ** 3 for hits, n in ((hits_a, n_a), (hits_b, n_b))]
    se = sqrt(sum(unpooled)) if all(unpooled) else pooled_se or sqrt(sum(padded))
    half = Z * se
    return Difference(
        delta=delta,
        low=max(-1.0, delta - half),
        high=min(1.0, delta + half),
        p=two_sided_z(statistic),
        statistic=statistic,
        df=None,
    )


def _hits(tally: Tally, codes: Collection[int], *, weighted: bool) -> tuple[float, float]:
    """Return (hits, n); weighted, both on the scale of n_eff."""
    amounts = tally.weight if weighted else tally.n
    # Summing hits and misses alike keeps a share of all answers at exactly 1.
    hits = sum(amount for code, amount in amounts.items() if code in codes)
    misses = sum(amount for code, amount in amounts.items() if code not in codes)
    if hits + misses == 0:
        return 0.0, 0.0
    n = tally.effective_n if weighted else float(tally.total)
    return hits / (hits + misses) * n, n


def wilson(value: float, n: float) -> tuple[float, float]:
    """Return the 95 % Wilson interval of the share `value`, 0–1, of n (Wilson 1927)."""
    centre = (value + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z / (1 + Z**2 / n) * sqrt(value * (1 - value) / n + Z**2 / (4 * n**2))
    # At 0 and 1 the end of the interval is the share itself; rounding may miss it.
    low = 0.0 if value == 0 else centre - half
    high = 1.0 if value == 1 else centre + half
    return low, high
