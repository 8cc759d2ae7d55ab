"""What is measured twice and what would be missed: likeness of wordings, shared variance, unique contributions.

Information is variance: what a question loses when it is no longer asked is the part of its variance that the questions
still asked do not explain, 1 − R². Association, not cause.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import factorial

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import fdtrc

from cxprogram.stats.distributions import Z

Array = NDArray[np.float64]

ROWS_PER_COLUMN = 10
# A question of which the others tell less than this is not offered for dropping.
MOST_LOST = 0.3
MOST_GROUPS = 10
TINY = 1e-9


def wording_likeness(texts: Sequence[str]) -> Array:
    """Cosine of TF-IDF over runs of 3 to 5 characters within words, shape (n, n), from 0 to 1; an empty text is like
    none. Runs of characters bear compounds and endings, as Scandinavian and Finnish wordings need."""
    from sklearn.feature_extraction.text import TfidfVectorizer  # only here: it is large

    if not any(text.strip() for text in texts):
        return np.zeros((len(texts), len(texts)))
    weights = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True).fit_transform(texts)
    return np.clip((weights @ weights.T).toarray(), 0.0, 1.0)


@dataclass(frozen=True)
class Correlation:
    """Pearson's r of the rows that have both, with Fisher's 95 % interval; None where one of them never varies."""

    r: float | None
    low: float | None
    high: float | None
    n: int


def correlation(x: ArrayLike, y: ArrayLike) -> Correlation:
    """Of two columns of shape (rows,) with NaN for what is missing."""
    both = np.column_stack([np.asarray(x, dtype=float), np.asarray(y, dtype=float)])
    both = both[~np.isnan(both).any(axis=1)]
    n = len(both)
    if n < 2 or (np.ptp(both, axis=0) < TINY).any():
        return Correlation(None, None, None, n)
    r = float(np.clip(np.corrcoef(both, rowvar=False)[0, 1], -1, 1))
    if n < 4 or abs(r) > 1 - TINY:
        return Correlation(r, None, None, n)
    half = Z / (n - 3) ** 0.5
    return Correlation(r, float(np.tanh(np.arctanh(r) - half)), float(np.tanh(np.arctanh(r) + half)), n)


def answered_together(rows: Array, *, least: int = 0) -> list[int]:
    """Columns that enough rows have all of: at least `least` and ROWS_PER_COLUMN for each column.

    Begins with the two that most rows have both of and adds, one after another, the column that leaves the most rows.
    Columns that never vary among the rows left are not taken. Fewer than two columns are none.
    """
    there = ~np.isnan(rows)
    both = there.T.astype(np.int64) @ there.astype(np.int64)
    pairs = sorted(combinations(range(rows.shape[1]), 2), key=lambda pair: -both[pair])
    start = next((pair for pair in pairs if _bears(rows, there, pair, least)), None)
    if start is None:
        return []
    kept = list(start)
    complete: NDArray[np.bool_] = np.asarray(there[:, kept].all(axis=1))
    while True:
        gains = (complete[:, None] & there).sum(axis=0)
        order = sorted((each for each in range(rows.shape[1]) if each not in kept), key=lambda each: -gains[each])
        added = next((each for each in order if _bears(rows, there, [*kept, each], least)), None)
        if added is None:
            return sorted(kept)
        kept.append(added)
        complete &= there[:, added]


def _bears(rows: Array, there: NDArray[np.bool_], columns: Sequence[int], least: int) -> bool:
    """Whether enough rows have all of the columns, each of them varying."""
    complete: NDArray[np.bool_] = np.asarray(there[:, list(columns)].all(axis=1))
    if complete.sum() < max(least, ROWS_PER_COLUMN * len(columns), 1):
        return False
    return bool((np.ptp(rows[complete][:, list(columns)], axis=0) > TINY).all())


def explained(correlations: Array, column: int, by: Sequence[int]) -> float:
    """R² of one column by others, from their matrix of correlations; columns that repeat others do no harm."""
    if not by:
        return 0.0
    inner, outer = correlations[np.ix_(by, by)], correlations[list(by), column]
    weights = np.linalg.lstsq(inner, outer, rcond=TINY)[0]
    return float(np.clip(outer @ weights, 0.0, 1.0))


@dataclass(frozen=True)
class Drop:
    """A column that need not be asked. `lost` is the part of its variance that the kept ones do not tell."""

    column: int
    lost: float


@dataclass(frozen=True)
class Reduction:
    """What to drop, in the order found, and what is kept. `lost` is the part of the variance of all columns."""

    drops: tuple[Drop, ...]
    kept: tuple[int, ...]
    lost: float
    n: int


def reduction(rows: ArrayLike, *, needed: Sequence[int] = (), most_lost: float = MOST_LOST) -> Reduction:
    """The columns of complete rows (n, p) that the others tell, one after another, the least lost first.

    A column is dropped while neither it nor any dropped before it loses more than `most_lost` by what is still kept.
    Columns `needed` are never dropped. Raises ValueError for a NaN or fewer than ROWS_PER_COLUMN rows a column.
    """
    table = np.asarray(rows, dtype=float)
    n, p = table.shape
    if np.isnan(table).any() or n < ROWS_PER_COLUMN * p:
        raise ValueError("complete rows, ten for each column")
    if p < 2:
        return Reduction((), tuple(range(p)), 0.0, n)
    correlations = np.corrcoef(table, rowvar=False)
    kept: list[int] = list(range(p))
    dropped: list[int] = []
    while len(kept) > 1:
        best: tuple[float, int] | None = None
        for column in kept:
            if column in needed:
                continue
            rest = [each for each in kept if each != column]
            worst = max(1 - explained(correlations, each, rest) for each in [*dropped, column])
            own = 1 - explained(correlations, column, rest)
            if worst <= most_lost and (best is None or own < best[0] - TINY):
                best = own, column
        if best is None:
            break
        kept.remove(best[1])
        dropped.append(best[1])
    drops = tuple(Drop(column, 1 - explained(correlations, column, kept)) for column in dropped)
    return Reduction(drops, tuple(kept), sum(drop.lost for drop in drops) / p, n)


@dataclass(frozen=True)
class Contribution:
    """What one group of columns adds to explaining an outcome.

    unique   R² of all groups less R² without this one: what no other explains
    lmg      the mean gain in R² over all orders of the groups; the groups add up to R²
    p        of the test that it adds nothing (F of nested models); None where it never varies
    """

    unique: float
    lmg: float
    p: float | None


@dataclass(frozen=True)
class Complements:
    contributions: tuple[Contribution, ...]
    r2: float
    n: int


def complements(groups: Sequence[ArrayLike], outcome: ArrayLike) -> Complements | None:
    """What each group of columns (n, k) tells of an outcome (n,) that the others do not; complete rows.

    None for fewer than ROWS_PER_COLUMN rows for each column that varies, an outcome that never varies, or more than
    MOST_GROUPS groups.
    """
    y = np.asarray(outcome, dtype=float)
    parts = [_varying(np.asarray(group, dtype=float)) for group in groups]
    columns = sum(part.shape[1] for part in parts)
    n = len(y)
    if not columns or len(parts) > MOST_GROUPS or n < max(ROWS_PER_COLUMN * columns, 3) or np.ptp(y) < TINY:
        return None
    count = len(parts)
    of = {
        frozenset(chosen): _r2([parts[each] for each in chosen], y)
        for size in range(count + 1)
        for chosen in combinations(range(count), size)
    }
    whole = frozenset(range(count))
    rank = {key: _rank([parts[each] for each in key]) for key in (whole, *(whole - {each} for each in whole))}
    found = []
    for each in range(count):
        others = whole - {each}
        unique = max(of[whole] - of[others], 0.0)
        lmg = sum(
            factorial(len(rest)) * factorial(count - len(rest) - 1) / factorial(count) * (of[rest | {each}] - of[rest])
            for rest in of
            if each not in rest
        )
        added, left = rank[whole] - rank[others], n - rank[whole] - 1
        p = None
        if added > 0 and left > 0:
            rest_variance = max((1 - of[whole]) / left, TINY)
            p = float(fdtrc(added, left, unique / added / rest_variance))
        found.append(Contribution(unique, float(lmg), p))
    return Complements(tuple(found), of[whole], n)


def _varying(table: Array) -> Array:
    table = table.reshape(len(table), -1)
    return table[:, np.ptp(table, axis=0) > TINY] if len(table) else table[:, :0]


def _centred(parts: Sequence[Array]) -> Array:
    table = np.hstack(parts)
    return (table - table.mean(axis=0)) / table.std(axis=0)


def _rank(parts: Sequence[Array]) -> int:
    if not parts or not sum(part.shape[1] for part in parts):
        return 0
    return int(np.linalg.matrix_rank(_centred(parts)))


def _r2(parts: Sequence[Array], y: Array) -> float:
    if not parts or not sum(part.shape[1] for part in parts):
        return 0.0
    table, aim = _centred(parts), y - y.mean()
    fitted = table @ np.linalg.lstsq(table, aim, rcond=None)[0]
    return float(np.clip(fitted @ fitted / (aim @ aim), 0.0, 1.0))
