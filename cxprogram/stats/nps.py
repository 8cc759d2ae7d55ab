"""Net Promoter Score: promoters (9–10) minus detractors (0–6) in points, −100 to 100."""

from dataclasses import dataclass
from math import fsum, sqrt

from cxprogram.stats.distributions import Z, two_sided_z
from cxprogram.stats.estimate import Difference, Estimate
from cxprogram.stats.linearised import linearised_mean
from cxprogram.stats.tally import Tally

SCALE = range(11)
POINTS = {code: 100.0 if code >= 9 else -100.0 if code <= 6 else 0.0 for code in SCALE}


def nps(tally: Tally, *, weighted: bool = False) -> Estimate:
    """Return the NPS with its 95 % interval, both in points; se is the unadjusted standard error.

    Unweighted: adjusted Wald interval, three answers added, ¾ of them promoters and ¾ detractors,
    centred on the adjusted score (Rocks 2016; R package NPS, `nps.se`). It stays honest where the plain
    one collapses, n = 1 too (there, and only there, the observed ±100 lies outside its own interval).
    Weighted: linearised standard error, normal interval; when all answers fall in one class that error
    is 0 and says nothing, so the interval is then the adjusted Wald one on n_eff. Intervals are cut at
    ±100. Raises ScaleError for a code outside 0–10.
    """
    tally.refuse_outside(SCALE)
    score = _score(tally, weighted=weighted)
    if score is None:
        return Estimate.empty(method="linearised" if weighted else "adjusted-wald", n=tally.total)
    if weighted and not score.is_one_class:
        method, centre, half = "linearised", score.value, Z * score.se
    else:
        method = "adjusted-wald-n-eff" if weighted else "adjusted-wald"
        centre, half = score.adjusted_value, Z * score.adjusted_se
    return Estimate(
        value=score.value,
        low=max(-100.0, centre - half),
        high=min(100.0, centre + half),
        n=tally.total,
        n_eff=score.n_eff,
        kish_deff=tally.kish_deff if weighted else 1.0,
        method=method,
        se=score.se,
    )


def nps_difference(a: Tally, b: Tally, *, weighted: bool = False) -> Difference:
    """Return NPS(a) − NPS(b) in points, keeping its sign: z = Δ/√(SE₁² + SE₂²), two-sided, unadjusted errors.

    A side whose answers all fall in one class has error 0, which would let one answer prove anything: both
    sides then take the pooled variance, as a test of two shares does. The two tallies must not share
    respondents ("segment against total" is not independent: compare with the rest). Raises ScaleError for
    a code outside 0–10.
    """
    a.refuse_outside(SCALE)
    b.refuse_outside(SCALE)
    first, second = _score(a, weighted=weighted), _score(b, weighted=weighted)
    if first is None or second is None:
        return Difference.untested()
    delta = first.value - second.value
    se = sqrt(first.se**2 + second.se**2)
    if first.is_one_class or second.is_one_class:
        se = _pooled_se(first, second)
    # Without any error all answers of both sides fall in the same class: nothing differs.
    statistic = delta / se if se else 0.0
    half = Z * (se or sqrt(first.adjusted_se**2 + second.adjusted_se**2))
    return Difference(
        delta=delta,
        low=max(-200.0, delta - half),
        high=min(200.0, delta + half),
        p=two_sided_z(statistic),
        statistic=statistic,
        df=None,
    )


@dataclass(frozen=True, slots=True)
class _Score:
    """Shares of promoters and detractors; score, adjusted score and their errors in points."""

    promoters: float
    detractors: float
    value: float
    se: float
    adjusted_value: float
    adjusted_se: float
    n_eff: float
    is_one_class: bool


def _score(tally: Tally, *, weighted: bool) -> _Score | None:
    amounts = tally.weight if weighted else tally.n
    total = tally.total_weight if weighted else tally.total
    if total <= 0:
        return None
    # Summed exactly: the share of a class that holds every answer is 1, not almost 1.
    promoters = fsum(amount for code, amount in amounts.items() if POINTS[code] > 0) / total
    detractors = fsum(amount for code, amount in amounts.items() if POINTS[code] < 0) / total
    n_eff = tally.effective_n if weighted else float(tally.total)
    is_one_class = len({POINTS[code] for code, amount in amounts.items() if amount > 0}) == 1
    value, se = _wald(promoters, detractors, n_eff)
    if weighted and not is_one_class:
        _, linearised = linearised_mean(tally, POINTS)
        se = se if linearised is None else linearised
    adjusted_value, adjusted_se = _wald(
        (promoters * n_eff + 0.75) / (n_eff + 3), (detractors * n_eff + 0.75) / (n_eff + 3), n_eff + 3
    )
    return _Score(
        promoters=promoters,
        detractors=detractors,
        value=value,
        se=se,
        adjusted_value=adjusted_value,
        adjusted_se=adjusted_se,
        n_eff=n_eff,
        is_one_class=is_one_class,
    )


def _pooled_se(first: _Score, second: _Score) -> float:
    """Return the standard error of the difference in points when both sides share one distribution."""
    n = first.n_eff + second.n_eff
    promoters = (first.promoters * first.n_eff + second.promoters * second.n_eff) / n
    detractors = (first.detractors * first.n_eff + second.detractors * second.n_eff) / n
    _, se_of_all = _wald(promoters, detractors, n)
    return se_of_all * sqrt(n / first.n_eff + n / second.n_eff)


def _wald(promoters: float, detractors: float, n: float) -> tuple[float, float]:
    """Return score and standard error in points from the two shares; variance p + d − (p − d)²."""
    value = promoters - detractors
    # Rounding may push an exact 0 below it.
    variance = max(0.0, promoters + detractors - value**2)
    return 100 * value, 100 * sqrt(variance / n)
