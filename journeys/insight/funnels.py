"""How far customers come, small numbers hidden."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cxprogram.errors import DomainError
from cxprogram.models import OrgUnit
from cxprogram.periods import Period
from cxprogram.suppression import hidden_cells
from journeys import frames
from journeys.analytics import funnels
from journeys.analytics.funnels import Change, Firsts, Funnel, Mend, Removal, Told
from journeys.insight import withheld
from journeys.insight.paths import steps_of
from journeys.models import Journey, Segment
from journeys.services import episodes, segments


class FunnelError(DomainError):
    code = "funnel-steps"
    status = 400


@dataclass(frozen=True)
class Step:
    """A step of a funnel: a touchpoint of the map, or a type of interaction."""

    code: str
    label: str
    key: int | str


@dataclass(frozen=True)
class FunnelGroup:
    """One funnel of some of the runs: all of them, those of a segment, or what was done at a unit. None where too few
    began, also by subtraction."""

    label: str
    funnel: Funnel | None
    told: tuple[Told, ...] = ()
    segment: str = ""
    unit: OrgUnit | None = None

    def tells_kept(self, place: int) -> bool:
        """Whether the share kept at a place may be told: it gives away both numbers."""
        return place > 0 and None not in (self.told[place - 1].in_window, self.told[place].in_window)

    def gains(self, least: int) -> dict[int, Mend]:
        """What mending each stage could bring, by its place, most first; without what would tell of few."""
        if self.funnel is None or self.told[-1].in_window is None:
            return {}
        places = self.funnel.places
        return {
            places[each.step]: each
            for each in self.funnel.mends
            if each.lost >= least and each.gain >= 1 and self.tells_kept(places[each.step])
        }

    def removals(self, least: int) -> dict[int, Removal]:
        """What leaving out each stage would bring, by its place, most first; without what would tell of few."""
        if self.funnel is None:
            return {}
        places = self.funnel.places
        return {places[each.step]: each for each in funnels.told_removals(self.funnel, self.told, minimum=least)}

    def best(self, least: int) -> dict[Change, int]:
        """The changes that would help most, with the places of their steps: several where chance may be all that
        parts them, most first."""
        told = [(each, place) for found in (self.gains(least), self.removals(least)) for place, each in found.items()]
        places = dict(told)
        return {each: places[each] for each in funnels.best(places)}

    @property
    def conversion(self) -> float | None:
        """From the first step to the last; None where it would tell of few."""
        return None if self.funnel is None or self.told[-1].in_window is None else self.funnel.conversion


def read_funnels(
    journey: Journey,
    unit: OrgUnit,
    period: Period,
    *,
    at: datetime,
    steps: Sequence[str] = (),
    window_days: float | None = None,
    segment: Segment | None = None,
    by: frozenset[str] = frozenset(),
) -> tuple[list[Step], list[FunnelGroup]]:
    """The funnel through the steps named by code, in their order; without any, through the touchpoints of the map that
    somebody took, in its order. First the whole, then, with `segment` in `by`, each segment of the program, and with
    `unit` each unit right below. With `type` the steps are types of interactions.

    A run that is still open at `at` may yet come: it counts nowhere. Nothing is told where what is left of all
    customers, or of the units beside it, is of few.

    Raises FunnelError (`funnel-steps`) for fewer than two steps, one that comes twice or one that is not on the
    journey.
    """
    customers, least = segments.customers(segment, at) if segment else None, journey.program.min_n
    is_named = bool(steps) or "type" in by
    chosen = _chosen(journey, steps, by_type="type" in by) if is_named else offered_steps(journey)
    if len(chosen) < 2:
        return chosen, []

    def read(place: OrgUnit, those: QuerySet | None = customers, *, only_taken: bool = False) -> frames.FirstTimes:
        return frames.first_times(
            journey, place, period, [each.key for each in chosen], open_after=at - episodes.GAP, customers=those,
            only_taken=only_taken,
        )  # fmt: skip

    found = read(unit, only_taken=not is_named)
    chosen = [each for each in chosen if each.key in found.steps]
    if len(chosen) < 2:
        return chosen, []

    def narrow(firsts: Firsts) -> Funnel:
        return funnels.narrow(firsts, range(len(chosen)), window=None if window_days is None else window_days * 86_400)

    def group(
        label: str, made: Funnel, *, is_hidden: bool = False, part: str = "", place: OrgUnit | None = None
    ) -> FunnelGroup:
        began = _began(made)
        if is_withheld or is_hidden or began < least or 0 < _began(whole) - began < least:
            return FunnelGroup(label, None, segment=part, unit=place)
        return FunnelGroup(label, made, funnels.told(made, minimum=least), segment=part, unit=place)

    whole = narrow(found.firsts)
    is_withheld = withheld.leaves_few(journey, unit, period, customers=customers)
    if customers is not None and not is_withheld:
        is_withheld = 0 < _began(narrow(read(unit, None).firsts)) - _began(whole) < least
    groups = [group(_("Everyone"), whole)]
    if "segment" in by:
        for each in Segment.objects.filter(program=journey.program).order_by("code"):
            is_in = np.isin(found.episode, frames.runs_of(journey, segments.customers(each, at)))
            groups.append(group(each.label, narrow(found.firsts.only(is_in)), part=each.code))
    if "unit" in by:
        units = list(OrgUnit.objects.filter(parent=unit).select_related("program").order_by("code"))
        made = [narrow(read(place).firsts) for place in units]
        cells = {number: _began(one) for number, one in enumerate(made)}
        cells[len(cells)] = max(0, _began(whole) - sum(cells.values()))
        hidden = hidden_cells(cells, minimum=least)
        for number, (place, one) in enumerate(zip(units, made, strict=True)):
            groups.append(group(place.label, one, is_hidden=number in hidden, place=place))
    return chosen, groups


def _began(made: Funnel) -> int:
    return made.stages[0].in_window


def _chosen(journey: Journey, codes: Sequence[str], *, by_type: bool) -> list[Step]:
    known = {} if by_type else {each.code: each for each in offered_steps(journey)}
    if len(codes) < 2 or len(set(codes)) < len(codes) or not (by_type or known.keys() >= set(codes)):
        raise FunnelError(_("Name two touchpoints of the journey or more, each once."))
    return [Step(code, code, code) if by_type else known[code] for code in codes]


def offered_steps(journey: Journey) -> list[Step]:
    """The touchpoints of the map that a funnel may pass, in its order."""
    return [Step(each.code, each.label, each.pk) for each in steps_of(journey)]
