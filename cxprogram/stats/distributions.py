"""Normal and Student's t: the factors of 95 % intervals and two-sided p-values."""

from scipy.special import ndtr, ndtri, stdtr, stdtrit

LEVEL = 0.95
UPPER = 0.5 + LEVEL / 2
Z = float(ndtri(UPPER))


def t_quantile(df: float) -> float:
    """Return the factor of a 95 % t interval with `df` > 0 degrees of freedom, fractional ones too."""
    return float(stdtrit(df, UPPER))


def two_sided_z(statistic: float) -> float:
    """Return the two-sided p-value of a normal statistic."""
    return float(2 * ndtr(-abs(statistic)))


def two_sided_t(statistic: float, df: float) -> float:
    """Return the two-sided p-value of a t statistic with `df` degrees of freedom."""
    return float(2 * stdtr(df, -abs(statistic)))
