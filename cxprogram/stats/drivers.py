"""Which drivers go with an outcome: exact LMG shares of R², and how sure they are.

LMG (Lindeman, Merenda and Gold 1980; R package relaimpo) is the mean, over all orders of entry, of the gain
in R² when a driver enters; the shares add up to R². Importance is association, not cause, and carries no
sign: show `signs` apart.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import factorial

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

MOST_DRIVERS = 18
FEWEST_ROWS_PER_DRIVER = 10
SMALLEST_EIGENVALUE = 1e-9
MOST_UNUSABLE_RESAMPLES = 0.05
# Doubles held at once while many resamples are worked in one batch (about 64 MB).
BATCH_DOUBLES = 2**23


class DriverStudyError(ValueError):
    """The answers allow no driver study; `code` says why.

    driver-study-shape                arrays that do not fit together, or no driver at all
    driver-study-not-finite           an infinite value
    driver-study-too-many-drivers     more than 18
    driver-study-too-few-answers      fewer than 10 complete rows per driver
    driver-study-constant             a driver or the outcome never varies
    driver-study-singular             a driver is a combination of others, or no data correlate like this
    driver-study-unstable             too many resamples of the bootstrap are constant or singular

    `facts` holds the numbers behind it: `n` and `needed` rows, `drivers` and `most` of them, the `column` that never
    varies (the outcome is the last).
    """

    def __init__(self, code: str, message: str, **facts: int):
        super().__init__(message)
        self.code = code
        self.facts = facts


@dataclass(frozen=True, slots=True)
class LmgResult:
    """Importances of the drivers, in the order given, from `n` complete rows.

    raw    share of the outcome's variance; they add up to `r2`
    signs  −1, 0 or 1: the direction of the driver's coefficient in the full model
    """

    raw: tuple[float, ...]
    r2: float
    signs: tuple[int, ...]
    n: int

    @property
    def shares(self) -> tuple[float, ...]:
        """Raw importances as shares of R²: they add up to 1; zeros when nothing is explained."""
        return tuple(raw / self.r2 if self.r2 > 0 else 0.0 for raw in self.raw)


@dataclass(frozen=True, slots=True)
class LmgIntervals:
    """95 % percentile interval of each driver's share of R², 0–1, and the number of resamples behind them."""

    low: tuple[float, ...]
    high: tuple[float, ...]
    resamples: int


def lmg(X: ArrayLike, y: ArrayLike, *, rows_per_driver: int = FEWEST_ROWS_PER_DRIVER) -> LmgResult:
    """Return exact LMG importances of the p columns of X (rows, p) for y (rows,).

    Rows with a NaN anywhere are left out (listwise; `n` says how many remain). "Not applicable" must
    arrive as NaN, never as a code. Refuses fewer complete rows than `rows_per_driver` times p; lower it
    for a table known to be a census, never for a sample of answers. Raises DriverStudyError.
    """
    rows = _complete_rows(X, y, rows_per_driver=rows_per_driver)
    return lmg_from_moments(np.corrcoef(rows, rowvar=False), len(rows), rows_per_driver=rows_per_driver)


def lmg_from_moments(correlation: ArrayLike, n: int, *, rows_per_driver: int = FEWEST_ROWS_PER_DRIVER) -> LmgResult:
    """Return exact LMG importances from a correlation matrix (p + 1, p + 1), outcome LAST, of n rows.

    Work and memory grow as 2^p: milliseconds at 14 drivers. Raises DriverStudyError.
    """
    matrix = np.asarray(correlation, dtype=np.float64)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise DriverStudyError("driver-study-shape", f"correlations of shape {matrix.shape} are not a square")
    if not np.all(np.isfinite(matrix)):
        raise DriverStudyError("driver-study-not-finite", "correlations must be finite")
    if not (np.allclose(matrix, matrix.T, atol=1e-9) and np.allclose(np.diag(matrix), 1, atol=1e-9)):
        raise DriverStudyError("driver-study-shape", "correlations are symmetric, with ones on the diagonal")
    drivers = matrix.shape[0] - 1
    _refuse_size(drivers, n, rows_per_driver)
    if not _regular(matrix):
        raise DriverStudyError(
            "driver-study-singular", "a driver is a combination of others, or no data correlate like this"
        )
    r2 = _subset_r2(matrix)
    coefficients = np.linalg.solve(matrix[:-1, :-1], matrix[:-1, -1])
    signs = np.where(np.abs(coefficients) < 1e-12, 0, np.sign(coefficients))
    return LmgResult(
        raw=tuple((r2 @ _entry_weights(drivers)).tolist()),
        r2=float(r2[-1]),
        signs=tuple(int(sign) for sign in signs),
        n=int(n),
    )


def lmg_bootstrap(X: ArrayLike, y: ArrayLike, *, resamples: int = 500, seed: int) -> LmgIntervals:
    """Return 95 % percentile intervals of the LMG shares by resampling rows of X (rows, p) and y (rows,).

    The same seed gives the same intervals. From about 100 000 rows use `lmg_bootstrap_from_blocks`. Resamples
    that are constant or singular are left out of the count; above 5 % of them the study is refused. Raises
    DriverStudyError.
    """
    rows = _complete_rows(X, y)
    lmg_from_moments(np.corrcoef(rows, rowvar=False), len(rows))
    rows = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    upper = np.triu_indices(rows.shape[1])
    moments = np.hstack([np.ones((len(rows), 1)), rows, rows[:, upper[0]] * rows[:, upper[1]]])
    return _intervals(moments, rows.shape[1], resamples=resamples, seed=seed)


def lmg_bootstrap_from_blocks(
    n: ArrayLike, sums: ArrayLike, products: ArrayLike, *, resamples: int = 500, seed: int
) -> LmgIntervals:
    """Return 95 % percentile intervals of the LMG shares by resampling stored blocks of rows.

    Each of k blocks holds its number of complete rows n (k,), their sums (k, p + 1) and their sums of
    products (k, p + 1, p + 1), outcome last. Rows must have been put into blocks at random; with
    k ≥ 1 000 the intervals are those of `lmg_bootstrap`. Raises DriverStudyError.
    """
    count, total, product = (np.asarray(moment, dtype=np.float64) for moment in (n, sums, products))
    size = total.shape[-1] if total.ndim == 2 else 0
    if count.shape != (len(total),) or product.shape != (len(total), size, size):
        raise DriverStudyError("driver-study-shape", "block counts, sums and products do not fit together")
    if not all(np.all(np.isfinite(moment)) for moment in (count, total, product)):
        raise DriverStudyError("driver-study-not-finite", "block moments must be finite")
    rows = int(count.sum())
    _refuse_size(size - 1, rows)
    # Centre and scale every block alike, so that the sums of products keep their digits.
    mean = total.sum(axis=0) / rows
    centred = total - count[:, None] * mean
    product = product - total[:, :, None] * mean - mean[:, None] * total[:, None, :]
    product += count[:, None, None] * np.outer(mean, mean)
    variance = np.diagonal(product.sum(axis=0)) / rows
    if np.any(variance <= 1e-12 * np.maximum(1.0, mean**2)):
        raise DriverStudyError("driver-study-constant", "a driver or the outcome never varies")
    scale = np.sqrt(variance)
    product /= np.outer(scale, scale)
    lmg_from_moments(product.sum(axis=0) / rows, rows)
    upper = np.triu_indices(size)
    moments = np.hstack([count[:, None], centred / scale, product[:, upper[0], upper[1]]])
    return _intervals(moments, size, resamples=resamples, seed=seed)


def random_blocks(X: ArrayLike, y: ArrayLike, *, blocks: int = 1_000, seed: int) -> tuple[Array, Array, Array]:
    """Put the rows of X (rows, p) and y (rows,) into blocks at random, for `lmg_bootstrap_from_blocks`.

    Returns each block's number of rows (k,), sums (k, p + 1) and sums of products (k, p + 1, p + 1), outcome last. Rows
    with a NaN are left out. The same seed gives the same blocks. Raises DriverStudyError.
    """
    rows = _complete_rows(X, y)
    parts = np.array_split(np.random.default_rng(seed).permutation(len(rows)), blocks)
    taken = [rows[part] for part in parts]
    return (
        np.array([len(part) for part in taken], dtype=np.float64),
        np.array([part.sum(axis=0) for part in taken]),
        np.array([part.T @ part for part in taken]),
    )


def _complete_rows(X: ArrayLike, y: ArrayLike, *, rows_per_driver: int = FEWEST_ROWS_PER_DRIVER) -> Array:
    """Return the rows of X and y without a NaN, shape (n, p + 1), outcome last, checked for the study."""
    drivers, outcome = np.asarray(X, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if drivers.ndim != 2 or outcome.shape != (len(drivers),):
        raise DriverStudyError("driver-study-shape", f"X {drivers.shape} and y {outcome.shape} do not fit")
    rows = np.column_stack([drivers, outcome])
    if np.any(np.isinf(rows)):
        raise DriverStudyError("driver-study-not-finite", "answers must be finite")
    rows = rows[~np.isnan(rows).any(axis=1)]
    _refuse_size(drivers.shape[1], len(rows), rows_per_driver)
    constant = np.flatnonzero(np.ptp(rows, axis=0) == 0)
    if constant.size:
        column = int(constant[-1])
        where = "the outcome" if column == drivers.shape[1] else f"driver {column + 1}"
        raise DriverStudyError("driver-study-constant", f"{where} never varies", column=column)
    return rows


def _refuse_size(drivers: int, n: int, rows_per_driver: int = FEWEST_ROWS_PER_DRIVER) -> None:
    if drivers < 1:
        raise DriverStudyError("driver-study-shape", "a study needs at least one driver")
    if drivers > MOST_DRIVERS:
        raise DriverStudyError(
            "driver-study-too-many-drivers",
            f"{drivers} drivers, {MOST_DRIVERS} at most",
            drivers=drivers,
            most=MOST_DRIVERS,
        )
    if n < rows_per_driver * drivers:
        raise DriverStudyError(
            "driver-study-too-few-answers",
            f"{n} complete rows for {drivers} drivers, at least {rows_per_driver} per driver are needed",
            n=n,
            needed=rows_per_driver * drivers,
        )


def _regular(matrix: Array) -> NDArray[np.bool_]:
    """Tell which matrices (..., p + 1, p + 1) are correlations that data can have, of independent drivers.

    The outcome may be an exact combination of the drivers: R² is then 1.
    """
    independent = np.linalg.eigvalsh(matrix[..., :-1, :-1])[..., 0] > SMALLEST_EIGENVALUE
    return independent & (np.linalg.eigvalsh(matrix)[..., 0] > -SMALLEST_EIGENVALUE)


def _subset_r2(correlation: Array) -> Array:
    """Return R² of the outcome on every subset of drivers, shape (..., 2^p); bit j of the index is driver j.

    Drivers are taken one by one: every subset so far goes on once without the driver and once with it
    swept out (a step of Cholesky's elimination). Subsets with the same beginning share its work, so a
    subset costs about a dozen multiplications whatever p is.
    """
    state = correlation[..., None, :, :]
    for _ in range(correlation.shape[-1] - 1):
        rest = state[..., 1:, 1:]
        column = state[..., 1:, 0] / np.sqrt(state[..., :1, 0])
        swept = rest - column[..., :, None] * column[..., None, :]
        state = np.concatenate([rest, swept], axis=-3)
    return 1.0 - state[..., 0, 0]


def _entry_weights(drivers: int) -> Array:
    """Return the weights (2^p, p) that turn the R² of all subsets into each driver's mean gain."""
    subsets = np.arange(2**drivers)
    # Weight of "driver enters after s others": s!(p − 1 − s)!/p!; the last entry is never used.
    entering = [factorial(s) * factorial(drivers - 1 - s) / factorial(drivers) for s in range(drivers)]
    weight = np.array([*entering, 0.0])
    size = np.bitwise_count(subsets).astype(np.intp)
    member = (subsets[:, None] >> np.arange(drivers)) & 1 == 1
    return np.where(member, weight[size - 1][:, None], -weight[size][:, None])


def _intervals(moments: Array, size: int, *, resamples: int, seed: int) -> LmgIntervals:
    """Resample the rows of `moments`, each a count, `size` sums and the upper products, outcome last."""
    entry_weights = _entry_weights(size - 1)
    batches = []
    for correlation in _resampled_correlations(moments, size, resamples=resamples, seed=seed):
        r2 = _subset_r2(correlation)
        raw = r2 @ entry_weights
        batches.append(raw[r2[:, -1] > 0] / r2[r2[:, -1] > 0, -1:])
    shares = np.concatenate(batches)
    if len(shares) < (1 - MOST_UNUSABLE_RESAMPLES) * resamples:
        raise DriverStudyError(
            "driver-study-unstable", f"only {len(shares)} of {resamples} resamples could be computed"
        )
    low, high = np.percentile(shares, [2.5, 97.5], axis=0)
    return LmgIntervals(low=tuple(low.tolist()), high=tuple(high.tolist()), resamples=len(shares))


def _resampled_correlations(moments: Array, size: int, *, resamples: int, seed: int) -> Iterator[Array]:
    """Yield usable correlation matrices (b, size, size), in batches small enough for memory."""
    if resamples < 1:
        raise ValueError("resamples must be at least 1")
    rng = np.random.default_rng(seed)
    blocks = len(moments)
    batch = max(1, BATCH_DOUBLES // max(blocks, 4 * 2 ** (size - 1)))
    upper = np.triu_indices(size)
    for start in range(0, resamples, batch):
        b = min(batch, resamples - start)
        drawn = rng.integers(blocks, size=(b, blocks)) + np.arange(b)[:, None] * blocks
        times = np.bincount(drawn.ravel(), minlength=b * blocks).reshape(b, blocks).astype(np.float64)
        drawn_moments = times @ moments
        drawn_moments /= drawn_moments[:, :1]
        mean = drawn_moments[:, 1 : 1 + size]
        covariance = np.empty((b, size, size))
        covariance[:, upper[0], upper[1]] = covariance[:, upper[1], upper[0]] = drawn_moments[:, 1 + size :]
        covariance -= mean[:, :, None] * mean[:, None, :]
        variance = np.diagonal(covariance, axis1=1, axis2=2)
        varied = np.all(variance > 1e-12, axis=1)
        scale = np.sqrt(variance[varied])
        correlation = covariance[varied] / (scale[:, :, None] * scale[:, None, :])
        yield correlation[_regular(correlation)]
