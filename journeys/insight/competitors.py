"""Us against competitors in the eyes of the same respondents, small numbers hidden."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np
from django.db.models import QuerySet

from cxprogram.models import OrgUnit, Program
from cxprogram.periods import Period
from cxprogram.stats.comparisons import benjamini_hochberg
from cxprogram.suppression import ALL, hidden_in_columns
from journeys import frames
from journeys.analytics import competitors
from journeys.analytics.competitors import Ints, Place, Ratings, Relative, Share, Standing, Wallet, sittings_of
from journeys.analytics.event_log import Flags
from journeys.models import Competitor, CompetitorRating, Touchpoint

LEVEL = 0.05
SURE = 0.95

Verdict = Literal["won", "lost", ""]
Sittings = Callable[[Ratings], Ints]


@dataclass(frozen=True)
class Brand:
    """One organisation (None: us): its share of wallet, ours minus theirs by the same people, and its place among all.
    None is hidden or not known."""

    competitor: Competitor | None
    name: str
    share: Share | None
    relative: Relative | None
    place: Place | None

    @property
    def is_us(self) -> bool:
        return self.competitor is None


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
    def verdict(self) -> Verdict:
        if self.p_adjusted is None or self.p_adjusted >= LEVEL or not self.relative.difference:
            return ""
        return "won" if self.relative.difference > 0 else "lost"


@dataclass(frozen=True)
class Comparison:
    """Everything that ratings tell of us and others in a period at a unit. Differences are in points of 0–100.

    `n` sittings rate organisations as a whole, of which `wallet`, `brands` and `standing` tell; None where that would
    tell of few. `moments` leave out those that too few rate. Hidden is also what, taken from others that are shown,
    would leave few: a segment of all customers, a context of all contexts, a unit of those beside it.
    """

    program: Program
    unit: OrgUnit
    period: Period
    n: int | None
    wallet: Wallet | None
    brands: tuple[Brand, ...]
    standing: Standing | None
    moments: tuple[Moment, ...]
    contexts: tuple[str, ...]

    @property
    def is_sound(self) -> bool:
        """Whether shares of wallet say enough: two fifths use several brands, or 1.4 in the mean."""
        return self.wallet is not None and (self.wallet.several >= 0.4 or self.wallet.brands >= 1.4)


def compare(
    program: Program, unit: OrgUnit, period: Period, *, context: str = "", customers: QuerySet | None = None
) -> Comparison:
    """Read all ratings of the period. `context` leaves only what was said in it, `customers` what they said."""
    others = list(Competitor.objects.filter(program=program).order_by("code"))
    asked = _asked(program, unit, period, others, context, customers)
    is_whole = asked.rated.touchpoint == 0
    whole = asked.ratings(is_whole)
    is_told = not asked.hides(is_whole)
    wallet = competitors.wallet(whole) if is_told and whole.n_sittings else None
    standing = competitors.standing(whole) if is_told and not asked.hides(is_whole, competitors.compared) else None
    if standing is not None and standing.n < program.min_n:
        standing = None
    return Comparison(
        program=program,
        unit=unit,
        period=period,
        n=whole.n_sittings if is_told else None,
        wallet=wallet,
        brands=_brands(asked, others, wallet, standing) if is_told else (),
        standing=standing,
        moments=_moments(asked),
        contexts=tuple(sorted({asked.rated.contexts[each] for each in asked.rated.context[asked.is_here]} - {""})),
    )


def standings(program: Program, unit: OrgUnit, period: Period) -> Mapping[int, Standing]:
    """Where we stand at each touchpoint that enough people rate beside us, by its primary key; two queries,
    and one more below the root, or where ratings name contexts."""
    found = {}
    for touchpoint, ratings in _told(program, unit, period):
        if touchpoint is not None and (standing := competitors.standing(ratings)) and standing.n >= program.min_n:
            found[touchpoint] = standing
    return found


def relatives(program: Program, unit: OrgUnit, period: Period) -> Mapping[int | None, Relative]:
    """Ours minus theirs at each touchpoint that enough people rate beside others, whatever the context, by its primary
    key; under None that of the whole. Two queries, and one more below the root, or where ratings name contexts."""
    found = {touchpoint: competitors.relative(ratings) for touchpoint, ratings in _told(program, unit, period)}
    return {touchpoint: relative for touchpoint, relative in found.items() if relative.n >= program.min_n}


def _told(program: Program, unit: OrgUnit, period: Period) -> Iterator[tuple[int | None, Ratings]]:
    """The ratings of each touchpoint, and of the whole under None, without those that would tell of few here or beside
    this unit."""
    asked = _asked(program, unit, period, list(Competitor.objects.filter(program=program)), "", None)
    for touchpoint in np.unique(asked.rated.touchpoint[asked.is_here]):
        which = asked.rated.touchpoint == touchpoint
        if not asked.hides(which, competitors.compared):
            yield int(touchpoint) or None, asked.ratings(which)


def _rows(unit: OrgUnit, period: Period) -> QuerySet[CompetitorRating]:
    rows = CompetitorRating.objects.filter(program=unit.program_id)
    span = frames.bounds(unit, period)
    return rows if span is None else rows.filter(at__gte=span[0], at__lt=span[1])


@dataclass(frozen=True)
class _Asked:
    """The ratings of a period, and which of them are asked for: those at the unit and below, in the context, of the
    customers.

    `context` is its place in `rated.contexts`, behind the last for one that nobody names, None for all of them;
    `above` is the unit above each, by its key; where everything is asked for, of the whole, all lies at the root.
    """

    rated: frames.Rated
    least: int
    unit: OrgUnit
    above: Mapping[int, int | None]
    is_here: Flags
    context: int | None
    is_theirs: Flags | None

    @property
    def in_context(self) -> Flags:
        return np.full(self.rated.key.size, True) if self.context is None else self.rated.context == self.context

    def ratings(self, which: Flags) -> Ratings:
        return self.rated.only(which & self.is_here & self.in_context & self._theirs())

    def hides(self, which: Flags, sittings: Sittings = sittings_of) -> bool:
        """Whether the number of sittings of these that are asked for is hidden."""
        return (self.unit.pk, self.column) in self.hidden(which, sittings)

    @property
    def column(self) -> int:
        return ALL if self.context is None else self.context

    def hidden(self, which: Flags, sittings: Sittings = sittings_of) -> frozenset[tuple[int, int]]:
        """The numbers of sittings of these, by unit and context (or over ALL), that are of few or would leave few: of
        all customers, of the units beside, of all contexts."""
        whole = self._counts(which, sittings)
        hidden = hidden_in_columns([whole], self.above, minimum=self.least)
        if self.is_theirs is None:
            return hidden
        tables = [whole, *(self._counts(which & flags, sittings) for flags in (self.is_theirs, ~self.is_theirs))]
        return hidden_in_columns(tables, self.above, minimum=self.least, hidden=hidden)

    def _counts(self, which: Flags, sittings: Sittings) -> dict[int, dict[int, int]]:
        """How many sittings are counted at each unit itself, by context and over all."""
        rated = self.rated.part(which)
        places = {int(each): rated.context == each for each in np.unique(rated.context)}
        return {place: self._by_unit(rated.part(kept), sittings) for place, kept in places.items()} | {
            ALL: self._by_unit(rated, sittings)
        }

    def _by_unit(self, rated: frames.Rated, sittings: Sittings) -> dict[int, int]:
        counted = np.isin(rated.ratings.sitting, sittings(rated.ratings))
        _each, first = np.unique(rated.ratings.sitting[counted], return_index=True)
        own = dict.fromkeys(self.above, 0)
        root = next(unit for unit, above in self.above.items() if above is None)
        for unit, n in zip(*np.unique(rated.unit[counted][first], return_counts=True), strict=True):
            own[int(unit) if int(unit) in own else root] += int(n)
        return own

    def _theirs(self) -> Flags:
        return np.full(self.rated.key.size, True) if self.is_theirs is None else self.is_theirs


def _asked(
    program: Program,
    unit: OrgUnit,
    period: Period,
    others: list[Competitor],
    context: str,
    customers: QuerySet | None,
) -> _Asked:
    rows = _rows(unit, period)
    rated = frames.ratings(rows, others)
    is_part = unit.parent_id is not None
    tree = [(unit.pk, unit.parent_id, unit.path)]
    if is_part or len(rated.contexts) > 1 or customers is not None:
        tree = list(OrgUnit.objects.filter(program=program).values_list("pk", "parent_id", "path"))
    place = None
    if context:
        place = rated.contexts.index(context) if context in rated.contexts else len(rated.contexts)
    here = [pk for pk, _above, path in tree if path.startswith(unit.path)]
    return _Asked(
        rated=rated,
        least=program.min_n,
        unit=unit,
        above={pk: above for pk, above, _path in tree},
        is_here=np.isin(rated.unit, here) if is_part else np.full(rated.unit.size, True),
        context=place,
        is_theirs=None if customers is None else np.isin(rated.key, frames.ratings_of(rows, customers)),
    )


def _brands(
    asked: _Asked, others: list[Competitor], wallet: Wallet | None, standing: Standing | None
) -> tuple[Brand, ...]:
    is_whole = asked.rated.touchpoint == 0
    whole = asked.ratings(is_whole)
    shares = {each.brand: each for each in wallet.shares} if wallet else {}
    places = {each.brand: each for each in standing.places} if standing else {}
    found = []
    for number, other in enumerate([None, *others]):
        share, relative = shares.get(number), None
        if share and (share.users < asked.least or asked.hides(is_whole & (asked.rated.ratings.brand == number))):
            share = None
        if other is not None:
            relative = competitors.relative(whole, against=[number])
            if relative.n < asked.least or asked.hides(is_whole, partial(competitors.compared, against=[number])):
                relative = None
        if other is None or share or relative:
            place = places.get(number) if other is None or relative else None
            name = other.label if other else asked.unit.program.organisation
            found.append(Brand(other, name, share, relative, place))
    return tuple(sorted(found, key=lambda brand: -(brand.share.mean if brand.share else 0.0)))


def _moments(asked: _Asked) -> tuple[Moment, ...]:
    rated, is_asked = asked.rated, asked.is_here & asked.in_context
    known = {each.pk: each for each in Touchpoint.objects.filter(program=asked.unit.program_id).select_related("stage")}
    found = []
    for touchpoint in np.unique(rated.touchpoint[is_asked]):
        which = rated.touchpoint == touchpoint
        hidden = asked.hidden(which, competitors.compared)
        for context in np.unique(rated.context[which & is_asked]).tolist():
            relative = competitors.relative(asked.ratings(which & (rated.context == context)))
            if relative.n >= asked.least and (asked.unit.pk, context) not in hidden:
                found.append(Moment(known.get(int(touchpoint)), rated.contexts[context], relative))
    adjusted = benjamini_hochberg([each.relative.p for each in found])
    corrected = [
        replace(each, p_adjusted=None if np.isnan(p) else float(p)) for each, p in zip(found, adjusted, strict=True)
    ]
    return tuple(sorted(corrected, key=lambda each: each.relative.difference or 0.0))
