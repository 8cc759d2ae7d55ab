"""The actual journeys in numbers: paths, funnels, and both held against the map, small numbers hidden."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import compress

import numpy as np
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cxprogram.errors import DomainError
from cxprogram.models import OrgUnit
from cxprogram.periods import Period
from cxprogram.suppression import hidden_cells
from journeys import frames
from journeys.analytics import conformance, funnels, paths
from journeys.analytics.conformance import Conformance, Cost
from journeys.analytics.funnels import Firsts, Funnel, Told
from journeys.analytics.paths import Paths, Repeat, Transition, Variant
from journeys.choices import JourneyLevel
from journeys.insight import ratings
from journeys.insight.definitions import Definitions
from journeys.models import DataStream, Journey, Segment, Touchpoint
from journeys.services import episodes, segments

FEW_STEPS = 20  # a funnel asks for as many at once, whether or not somebody took them
STOPS = -1  # beside the steps: nothing followed, or nothing yet


class PathError(DomainError):
    code = "funnel-steps"
    status = 400


@dataclass(frozen=True)
class PathStudy:
    """The runs of one journey in a period at a unit, held against its map.

    What fewer than the program's smallest group did is left out, and so much beside it that no subtraction from a
    number shown reveals it: the ways through, what follows on a step, beginnings and ends are one partition each;
    `hidden` is how many runs went one of the ways left out. Without enough runs everything is left out and `is_hidden`
    is true.
    """

    journey: Journey
    unit: OrgUnit
    period: Period
    names: tuple[str, ...]
    plan: tuple[int, ...]
    paths: Paths
    conformance: Conformance
    is_hidden: bool
    rated: int
    streams: tuple[str, ...]

    @property
    def least(self) -> int:
        return self.journey.program.min_n

    @property
    def shown(self) -> tuple[Variant, ...]:
        if self.is_hidden:
            return ()
        cells: dict[int, int] = {place: each.n for place, each in enumerate(self.paths.variants)}
        cells[len(cells)] = self.paths.cases - sum(cells.values())  # the ways not told one by one
        hidden = hidden_cells(cells, minimum=self.least)
        return tuple(each for place, each in enumerate(self.paths.variants) if place not in hidden)

    @property
    def hidden(self) -> int:
        return self.paths.cases - sum(each.n for each in self.shown)

    @property
    def moves(self) -> tuple[Transition, ...]:
        if self.is_hidden:
            return ()
        by_origin: dict[int, list[Transition]] = defaultdict(list)
        for each in self.paths.transitions:
            by_origin[each.origin].append(each)
        hidden: set[tuple[int, int]] = set()
        for origin, moves in by_origin.items():
            cells = {each.target: each.n for each in moves}
            # The shares tell how often the step was taken, so how often nothing followed.
            cells[STOPS] = round(moves[0].n / moves[0].probability) - sum(cells.values())
            hidden |= {(origin, target) for target in hidden_cells(cells, minimum=self.least)}
        return tuple(each for each in self.paths.transitions if (each.origin, each.target) not in hidden)

    @property
    def costs(self) -> tuple[Cost, ...]:
        total = self.conformance.cases
        return (
            () if self.is_hidden else tuple(each for each in self.conformance.costs if self._tells(each.cases, total))
        )

    @property
    def repeated(self) -> tuple[Repeat, ...]:
        total = self.paths.cases
        return () if self.is_hidden else tuple(each for each in self.paths.repeats if self._tells(each.cases, total))

    @property
    def conforming(self) -> float | None:
        """The share that follows the plan; None where it would tell of few, or of a way that is left out."""
        share, total = self.conformance.conforming, self.conformance.cases
        if self.is_hidden or share is None or not (total >= self.least and self._tells(round(share * total), total)):
            return None
        return share if not share or any(each.steps == self.plan for each in self.shown) else None

    @property
    def starts(self) -> list[tuple[str, int]]:
        """Names and numbers of the steps that runs began with."""
        return self._counted(self.paths.starts)

    @property
    def ends(self) -> list[tuple[str, int]]:
        """Names and numbers of the steps that closed runs ended with."""
        return self._counted({**self.paths.ends, STOPS: self.paths.open_cases})

    @property
    def still_open(self) -> int:
        """How many runs are still open; 0 also where it would tell of few."""
        open_cases = self.paths.open_cases
        return open_cases if not self.is_hidden and self._tells(open_cases, self.paths.cases) else 0

    def _tells(self, n: int, total: int) -> bool:
        """Whether neither the number nor what is left of the total is of few."""
        return not hidden_cells({True: n, False: total - n}, minimum=self.least)

    def _counted(self, cells: Mapping[int, int]) -> list[tuple[str, int]]:
        hidden = hidden_cells(cells, minimum=self.least)
        return [
            (self.names[step], n)
            for step, n in cells.items()
            if not self.is_hidden and step != STOPS and step not in hidden
        ]


@dataclass(frozen=True)
class FunnelGroup:
    """One funnel of some of the runs: all of them, or those of a segment. None where too few began."""

    label: str
    funnel: Funnel | None
    told: tuple[Told, ...] = ()


def read_paths(
    journey: Journey, unit: OrgUnit, period: Period, *, at: datetime, segment: Segment | None = None
) -> PathStudy:
    """Study the runs that began in the period. One is still open at `at` until nothing has happened for as long as
    parts one run from the next. What is planned are the map's touchpoints that somebody took: where no stream tells
    of a touchpoint, nobody can be said to have missed it; nor, of the rest, by a run that is still open, which is held
    against nothing."""
    customers = segments.customers(segment, at) if segment else None
    found = frames.events(journey, unit, period, customers=customers)
    names, on_map = _names(journey)
    taken = set(np.unique(found.log.step).tolist())
    plan = tuple(step for step, code in enumerate(found.log.steps) if code in on_map and step in taken)
    open_after = (at - episodes.GAP).timestamp()
    is_closed = ~paths.open_cases(found.log, open_after)
    by_run = _ratings(journey)
    rated = np.array([by_run.get(run, np.nan) for run in found.episode[is_closed].tolist()])
    least = journey.program.min_n
    return PathStudy(
        journey=journey,
        unit=unit,
        period=period,
        names=tuple(names[code] for code in found.log.steps),
        plan=plan,
        paths=paths.study(found.log, open_after=open_after),
        conformance=conformance.conform(found.log.only(is_closed), plan, ratings=rated, minimum=least)
        if plan
        else Conformance(int(is_closed.sum()), None, None, ()),
        is_hidden=found.log.n_cases < least,
        rated=int((~np.isnan(rated)).sum()) if rated.size else 0,
        streams=tuple(each.label for each in DataStream.objects.filter(pk__in=found.streams).order_by("code")),
    )


def _ratings(journey: Journey) -> Mapping[int, float]:
    """How the runs were rated: by the question of the whole experience, else by that of loyalty."""
    definitions = Definitions(journey.program)
    for kpi in (definitions.overall, definitions.loyalty):
        if kpi is not None and kpi.question_code and (found := ratings.of_runs(journey, kpi.question_code)):
            return found
    return {}


def read_funnels(
    journey: Journey,
    unit: OrgUnit,
    period: Period,
    *,
    at: datetime,
    steps: Sequence[str] = (),
    window_days: float | None = None,
    segment: Segment | None = None,
    by_segment: bool = False,
) -> tuple[list[Touchpoint], list[FunnelGroup]]:
    """The funnel through the touchpoints named by code, in their order; without any, through those of the map that
    somebody took, in its order. First the whole, then, if asked for, each segment of the program.

    Raises PathError (`funnel-steps`) for fewer than two steps, one that comes twice or one that is not on the journey.
    """
    customers, least = segments.customers(segment, at) if segment else None, journey.program.min_n
    chosen = _chosen(journey, steps) if steps else _offered(journey, unit, period, customers)
    if len(chosen) < 2:
        return chosen, []
    window = None if window_days is None else window_days * 86_400
    found = frames.first_times(journey, unit, period, chosen, open_after=at - episodes.GAP, customers=customers)
    firsts = found.firsts
    if not steps:
        is_taken = ~np.isnan(firsts.at).all(axis=1)
        chosen, firsts = list(compress(chosen, is_taken)), Firsts(firsts.at[is_taken], firsts.is_open)
        if len(chosen) < 2:
            return chosen, []

    def group(label: str, kept: Firsts) -> FunnelGroup:
        made = funnels.narrow(kept, range(len(chosen)), window=window)
        began = made.stages[0].in_window
        others = whole.stages[0].in_window - began
        if began < least or 0 < others < least:
            return FunnelGroup(label, None)
        return FunnelGroup(label, made, funnels.told(made, minimum=least))

    whole = funnels.narrow(firsts, range(len(chosen)), window=window)
    groups = [group(_("Everyone"), firsts)]
    if by_segment:
        for each in Segment.objects.filter(program=journey.program).order_by("code"):
            own = frames.runs_of(journey, segments.customers(each, at))
            groups.append(group(each.label, firsts.only(np.isin(found.episode, own))))
    return chosen, groups


def _chosen(journey: Journey, steps: Sequence[str]) -> list[Touchpoint]:
    known = {each.code: each for each in steps_of(journey)}
    if len(steps) < 2 or len(set(steps)) < len(steps) or not known.keys() >= set(steps):
        raise PathError(_("Name two touchpoints of the journey or more, each once."))
    return [known[code] for code in steps]


def _offered(journey: Journey, unit: OrgUnit, period: Period, customers: QuerySet | None) -> list[Touchpoint]:
    """The touchpoints of the map; of many only those that somebody came to, for each one asked for costs."""
    places = steps_of(journey)
    if len(places) <= FEW_STEPS:
        return places
    keys = frames.taken(journey, unit, period, customers=customers)
    return [each for each in places if each.pk in keys]


def _names(journey: Journey) -> tuple[dict[str, str], set[str]]:
    """The touchpoints' names by code, and the codes of those that are on the map."""
    rows = list(Touchpoint.objects.filter(stage__journey=journey))
    return {each.code: each.label for each in rows}, {each.code for each in rows if each.retired_at is None}


def journeys_of(program_id: int) -> list[Journey]:
    """The journeys that customers make: a life cycle is made of them."""
    rows = Journey.objects.on_map().filter(program=program_id).exclude(level=JourneyLevel.LIFE_CYCLE)
    return list(rows.select_related("program").order_by("pk"))


def steps_of(journey: Journey) -> list[Touchpoint]:
    """The touchpoints that a funnel may pass, in the order of the map."""
    rows = Touchpoint.objects.on_map().filter(stage__journey=journey)
    return list(rows.order_by("stage__position", "position"))
