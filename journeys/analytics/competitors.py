"""Us against others in the eyes of the same people: share of wallet by rank, paired differences, who is ahead.

Ratings come as three arrays of one length: the sitting (who rated, at one time), the brand (0 is us) and the rating on
a scale from 0 to 100. Comparisons are made within sittings only: who rates two brands at once uses one measure.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxprogram.stats.distributions import t_quantile, two_sided_t

US = 0
DRAWS = 20_000

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Ratings:
    """What was rated: `sitting`, `brand` (0 is us) and `rating`, each of shape (n,)."""

    sitting: Ints
    brand: Ints
    rating: Floats

    @property
    def n_sittings(self) -> int:
        return sittings_of(self).size


@dataclass(frozen=True)
class Share:
    """The mean share of wallet of one brand among those who use it, with its 95 % t interval."""

    brand: int
    mean: float
    low: float | None
    high: float | None
    users: int


@dataclass(frozen=True)
class Wallet:
    """`several` is the share of people who use more than one brand, `brands` how many they use in the mean: with few
    of the first the shares say little (about 40 %, or 1.4 brands, is wanted)."""

    shares: tuple[Share, ...]
    people: int
    several: float
    brands: float


@dataclass(frozen=True)
class Relative:
    """Our rating minus that of others by the same people, in points of 0–100, with the paired 95 % t interval."""

    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    n: int


@dataclass(frozen=True)
class Place:
    """The rank of one brand, the probability that it is this one, and that it is the first."""

    brand: int
    rank: int
    probability: float
    first: float


@dataclass(frozen=True)
class Standing:
    """Where we stand. `rank` counts those ahead of us, 1 is the best; equal means share the better rank.

    `ahead` is the probability that our mean is the highest, `ranks` that we have each rank; `places` are those of all
    brands, ours first.
    """

    rank: int
    of: int
    ahead: float
    ranks: tuple[float, ...]
    places: tuple[Place, ...]
    n: int


def sittings_of(ratings: Ratings) -> Ints:
    """The sittings that rated somebody, each once."""
    return np.unique(ratings.sitting)


def wallet_shares(ratings: Ratings) -> Floats:
    """Each rating's share of its sitting's wallet, shape (n,): (1 − rank/(n + 1)) · 2/n, which sum to 1 a sitting.

    n brands are used in the sitting, the best has rank 1, ties share their mean rank (Keiningham, Aksoy, Buoye and
    Cooil, Harvard Business Review, October 2011).
    """
    order = np.lexsort((-ratings.rating, ratings.sitting))
    sitting, rating = ratings.sitting[order], ratings.rating[order]
    place = np.arange(sitting.size)
    is_new_sitting = np.diff(sitting, prepend=sitting[:1] - 1) != 0
    is_new_rating = is_new_sitting | (np.diff(rating, prepend=rating[:1]) != 0)
    first_of_sitting = np.flatnonzero(is_new_sitting)
    used = np.diff(first_of_sitting, append=sitting.size)
    group = np.cumsum(is_new_rating) - 1
    rank = place - np.repeat(first_of_sitting, used) + 1
    mean_rank = (np.bincount(group, weights=rank) / np.bincount(group))[group] if sitting.size else rank
    n = np.repeat(used, used)
    shares = np.empty(sitting.size)
    shares[order] = (1 - mean_rank / (n + 1)) * 2 / n
    return shares


def wallet(ratings: Ratings) -> Wallet:
    """The mean share of each brand among its users. Raises ValueError without ratings."""
    if not ratings.sitting.size:
        raise ValueError("no ratings")
    shares, found = wallet_shares(ratings), []
    for brand in np.unique(ratings.brand):
        own = shares[ratings.brand == brand]
        mean, half = float(own.mean()), _half(own)
        low, high = (None, None) if half is None else (max(0.0, mean - half), min(1.0, mean + half))
        found.append(Share(int(brand), mean, low, high, own.size))
    _people, used = np.unique(ratings.sitting, return_counts=True)
    return Wallet(tuple(found), used.size, float((used > 1).mean()), float(used.mean()))


def relative(ratings: Ratings, *, against: Sequence[int] | None = None, best: bool = False) -> Relative:
    """Ours minus the mean (or the best) of the others within each sitting that rates us and one of them.

    `against` names the brands compared with; all others if None.
    """
    return _paired(_differences(ratings, against, best=best))


def compared(ratings: Ratings, *, against: Sequence[int] | None = None) -> Ints:
    """The sittings that `relative` compares within."""
    return _differences(ratings, against, best=False)[0]


def standing(ratings: Ratings, *, seed: int = 0) -> Standing | None:
    """Our rank among all brands that somebody rated beside us, and how sure it is; None if nobody was.

    Means of paired differences, their covariance from the sittings that two pairs share, and draws from the normal
    distribution that they have in large samples.
    """
    brands = [int(brand) for brand in np.unique(ratings.brand) if brand != US]
    pairs = {brand: _differences(ratings, [brand], best=False) for brand in brands}
    pairs = {brand: pair for brand, pair in pairs.items() if len(pair[1]) > 1}
    if not pairs:
        return None
    means = np.array([differences.mean() for _sittings, differences in pairs.values()])
    covariance = np.array([[_covariance(a, b) for b in pairs.values()] for a in pairs.values()])
    # Of few pairs, each covariance from sittings of its own, the matrix may be of no distribution: the nearest is.
    values, vectors = np.linalg.eigh(covariance)
    factor = vectors * np.sqrt(values.clip(min=0))
    draws = means + np.random.default_rng(seed).standard_normal((DRAWS, means.size)) @ factor.T
    # Ours less theirs: the lower, the better they are; against ourselves it is nothing.
    behind, drawn = np.append(0.0, means), np.column_stack([np.zeros(DRAWS), draws])
    ranks = [_ranks(drawn, number) for number in range(behind.size)]
    places = []
    for brand, mean, shares in zip([US, *pairs], behind, ranks, strict=True):
        rank = 1 + int((behind < mean).sum())
        places.append(Place(brand, rank, shares[rank - 1], shares[0]))
    return Standing(
        rank=places[0].rank,
        of=behind.size,
        ahead=ranks[0][0],
        ranks=ranks[0],
        places=tuple(places),
        n=int(np.unique(np.concatenate([sittings for sittings, _differences in pairs.values()])).size),
    )


def _ranks(drawn: Floats, number: int) -> tuple[float, ...]:
    """The share of the draws, shape (draws, brands), in which the brand has each rank."""
    ahead = (drawn < drawn[:, [number]]).sum(axis=1)
    return tuple(float(share) for share in np.bincount(ahead, minlength=drawn.shape[1]) / DRAWS)


# --- parts ------------------------------------------------------------------------------------
Pairs = tuple[Ints, Floats]  # the sittings, and the difference in each


def _differences(ratings: Ratings, against: Sequence[int] | None, *, best: bool) -> Pairs:
    is_other = ratings.brand != US if against is None else np.isin(ratings.brand, list(against))
    own_sitting, first = np.unique(ratings.sitting[ratings.brand == US], return_index=True)
    own = ratings.rating[ratings.brand == US][first]
    place = np.searchsorted(own_sitting, ratings.sitting[is_other])
    place = np.minimum(place, max(own_sitting.size - 1, 0))
    if not own_sitting.size:
        return np.empty(0, dtype=np.int64), np.empty(0)
    is_shared = own_sitting[place] == ratings.sitting[is_other]
    place, theirs = place[is_shared], ratings.rating[is_other][is_shared]
    counts = np.bincount(place, minlength=own_sitting.size)
    if best:
        level = np.full(own_sitting.size, -np.inf)
        np.maximum.at(level, place, theirs)
    else:
        level = np.bincount(place, weights=theirs, minlength=own_sitting.size) / np.maximum(counts, 1)
    rated = counts > 0
    return own_sitting[rated], (own - level)[rated]


def _half(values: Floats) -> float | None:
    """Half the 95 % t interval of a mean; None below two values."""
    if values.size < 2:
        return None
    return t_quantile(values.size - 1) * float(values.std(ddof=1)) / float(np.sqrt(values.size))


def _paired(pairs: Pairs) -> Relative:
    differences = pairs[1]
    n = differences.size
    if not n:
        return Relative(None, None, None, None, 0)
    mean, half = float(differences.mean()), _half(differences)
    if half is None:
        return Relative(mean, None, None, None, n)
    error = float(differences.std(ddof=1)) / float(np.sqrt(n))
    p = two_sided_t(mean / error, n - 1) if error else None
    return Relative(mean, mean - half, mean + half, p, n)


def _covariance(a: Pairs, b: Pairs) -> float:
    """The covariance of two means of differences, from the sittings that both have."""
    _shared, in_a, in_b = np.intersect1d(a[0], b[0], assume_unique=True, return_indices=True)
    if in_a.size < 2:
        return 0.0
    moved_a, moved_b = a[1][in_a] - a[1].mean(), b[1][in_b] - b[1].mean()
    return float((moved_a * moved_b).sum() / (in_a.size - 1) * in_a.size / (a[1].size * b[1].size))
