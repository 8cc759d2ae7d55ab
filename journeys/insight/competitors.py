"""Us against competitors in the eyes of the same respondents, small numbers hidden."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from cxprogram.models import OrgUnit, Program
from cxprogram.periods import Period
from cxprogram.stats.comparisons import benjamini_hochberg
from journeys import frames
from journeys.analytics import competitors
from journeys.analytics.competitors import US, Relative, Share, Standing, Wallet
from journeys.models import Competitor, CompetitorRating, Touchpoint

LEVEL = 0.05
SURE = 0.95


@dataclass(frozen=True)
class Brand:
    """One organisation: its share of wallet, and ours minus theirs by the same people. None is hidden or not known."""

    name: str
    is_us: bool
    share: Share | None
    relative: Relative | None


@dataclass(frozen=True)
class Moment:
    """One touchpoint (None: the whole) in one context: ours minus the mean of the others by the same people.

    `p_adjusted` is corrected over all moments told; `verdict` is won, lost, or empty where chance may be all of it.
    """

    touchpoint: Touchpoint | None
    context: str
    relative: Relative
    p_adjusted: float | None = None

    @property
    def verdict(self) -> str:
        if self.p_adjusted is None or self.p_adjusted >= LEVEL or not self.relative.difference:
            return ""
        return "won" if self.relative.difference > 0 else "lost"


@dataclass(frozen=True)
class Comparison:
    """Everything that ratings tell of us and others in a period at a unit. Differences are in points of 0–100.

    `wallet` tells of those who rate organisations as a whole; `moments` leave out those that too few rate.
    """

    program: Program
    unit: OrgUnit
    period: Period
    n: int
    wallet: Wallet | None
    brands: tuple[Brand, ...]
    standing: Standing | None
    moments: tuple[Moment, ...]
    contexts: tuple[str, ...]

    @property
    def is_sound(self) -> bool:
        """Whether shares of wallet say enough: two fifths use several brands, or 1.4 in the mean."""
        return self.wallet is not None and (self.wallet.several >= 0.4 or self.wallet.brands >= 1.4)


def compare(program: Program, unit: OrgUnit, period: Period, *, context: str = "") -> Comparison:
    """Read all ratings of the period; three queries. `context` leaves only what was said in it."""
    others = list(Competitor.objects.filter(program=program).order_by("code"))
    rated = _rated(program, unit, period, others)
    is_asked = np.ones(rated.touchpoint.size, dtype=bool)
    if context:
        is_asked = rated.context == (rated.contexts.index(context) if context in rated.contexts else -1)
    whole = rated.only(is_asked & (rated.touchpoint == 0))
    wallet = competitors.wallet(whole) if whole.n_sittings >= program.min_n else None
    standing = competitors.standing(whole)
    return Comparison(
        program=program,
        unit=unit,
        period=period,
        n=whole.n_sittings,
        wallet=wallet,
        brands=_brands(program, others, whole, wallet),
        standing=standing if standing and standing.n >= program.min_n else None,
        moments=_moments(program, rated, is_asked),
        contexts=tuple(sorted(each for each in rated.contexts if each)),
    )


def standings(program: Program, unit: OrgUnit, period: Period) -> Mapping[int, Standing]:
    """Where we stand at each touchpoint that enough people rate beside us, by its primary key; two queries."""
    rated = _rated(program, unit, period, list(Competitor.objects.filter(program=program)))
    found = {}
    for touchpoint in np.unique(rated.touchpoint[rated.touchpoint > 0]):
        standing = competitors.standing(rated.only(rated.touchpoint == touchpoint))
        if standing is not None and standing.n >= program.min_n:
            found[int(touchpoint)] = standing
    return found


def relatives(program: Program, unit: OrgUnit, period: Period) -> Mapping[int | None, Relative]:
    """Ours minus theirs at each touchpoint that enough people rate beside others, whatever the context, by its primary
    key; under None that of the whole. Two queries."""
    rated = _rated(program, unit, period, list(Competitor.objects.filter(program=program)))
    found: dict[int | None, Relative] = {}
    for touchpoint in np.unique(rated.touchpoint):
        relative = competitors.relative(rated.only(rated.touchpoint == touchpoint))
        if relative.n >= program.min_n:
            found[int(touchpoint) or None] = relative
    return found


def _rated(program: Program, unit: OrgUnit, period: Period, others: list[Competitor]) -> frames.Rated:
    rows = CompetitorRating.objects.filter(program=program)
    if (span := frames.bounds(unit, period)) is not None:
        rows = rows.filter(at__gte=span[0], at__lt=span[1])
    if unit.parent_id is not None:
        rows = rows.filter(unit__path__startswith=unit.path)
    return frames.ratings(rows, others)


def _brands(
    program: Program, others: list[Competitor], whole: competitors.Ratings, wallet: Wallet | None
) -> tuple[Brand, ...]:
    shares = {each.brand: each for each in wallet.shares if each.users >= program.min_n} if wallet else {}
    found = []
    for place, name in enumerate([program.organisation, *(each.label for each in others)]):
        relative = None if place == US else competitors.relative(whole, against=[place])
        if relative is not None and relative.n < program.min_n:
            relative = None
        if place == US or place in shares or relative is not None:
            found.append(Brand(name, place == US, shares.get(place), relative))
    return tuple(sorted(found, key=lambda brand: -(brand.share.mean if brand.share else 0.0)))


def _moments(program: Program, rated: frames.Rated, is_asked: np.ndarray) -> tuple[Moment, ...]:
    known = {each.pk: each for each in Touchpoint.objects.filter(program=program).select_related("stage")}
    found = []
    pairs = np.unique(np.stack([rated.touchpoint[is_asked], rated.context[is_asked]]), axis=1).T
    for touchpoint, context in pairs:
        kept = is_asked & (rated.touchpoint == touchpoint) & (rated.context == context)
        relative = competitors.relative(rated.only(kept))
        if relative.n >= program.min_n:
            found.append(Moment(known.get(int(touchpoint)), rated.contexts[context], relative))
    adjusted = benjamini_hochberg([each.relative.p for each in found])
    corrected = [
        replace(each, p_adjusted=None if np.isnan(p) else float(p)) for each, p in zip(found, adjusted, strict=True)
    ]
    return tuple(sorted(corrected, key=lambda each: each.relative.difference or 0.0))
