"""The actual journeys in numbers, held against the map, small numbers hidden."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from django.db.models import QuerySet

from cxprogram.models import OrgUnit
from cxprogram.periods import Period
from cxprogram.suppression import hidden_cells
from journeys import frames
from journeys.analytics import conformance, paths
from journeys.analytics.conformance import Conformance, Cost
from journeys.analytics.paths import Paths, Repeat, Transition, Variant
from journeys.choices import JourneyLevel
from journeys.insight import ratings, withheld
from journeys.kpis.definitions import Definitions
from journeys.models import DataStream, Episode, Journey, Kpi, Segment, Touchpoint
from journeys.services import episodes, segments

STOPS = -1  # beside the steps: nothing followed, or nothing yet


@dataclass(frozen=True)
class PathStudy:
    """The runs of one journey in a period at a unit, held against its map.

    What fewer than the program's smallest group did is left out, and so much beside it that no subtraction from a
    number shown reveals it: the ways through, what follows on a step, beginnings and ends are one partition each;
    `hidden` is how many runs went one of the ways left out. Without enough runs everything is left out and `is_hidden`
    is true. `leavers` are the closed runs that never came to the last step of the plan, by where they ended;
    `rated_by` is the KPI whose question rated them.
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
    rated_by: Kpi | None
    streams: tuple[str, ...]
    leavers: Mapping[int, int]

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

    def rated_with(self, cost: Cost) -> int | None:
        """How many of the runs that deviate were rated; None where it, or what is left of all rated, is of few."""
        return cost.rated_with if self._tells(cost.rated_with, cost.rated_with + cost.rated_without) else None

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
    def first_steps(self) -> dict[int, int]:
        """How many runs began with each step."""
        return self._counted(self.paths.starts)

    @property
    def last_steps(self) -> dict[int, int]:
        """How many closed runs ended with each step."""
        return self._counted({**self.paths.ends, STOPS: self.paths.open_cases})

    @property
    def starts(self) -> list[tuple[str, int]]:
        return [(self.names[step], n) for step, n in self.first_steps.items()]

    @property
    def ends(self) -> list[tuple[str, int]]:
        return [(self.names[step], n) for step, n in self.last_steps.items()]

    @property
    def left(self) -> dict[int, int]:
        """How many closed runs ended with each step before they came to the last of the plan.

        Hidden is a step whose end is, or where it would tell of few who left or of few who had been at the end; and so
        much beside it that the number of all who left, which what they missed may tell, reveals none of them.
        """
        ends = self.last_steps
        hidden = {step for step, n in self.leavers.items() if step not in ends or not self._tells(n, ends[step])}
        shown = sorted(self.leavers.keys() - hidden, key=lambda step: (self.leavers[step], step))
        while shown and hidden and (len(hidden) == 1 or sum(self.leavers[step] for step in hidden) < self.least):
            hidden.add(shown.pop(0))
        return {step: n for step, n in self.leavers.items() if step in shown}

    @property
    def still_open(self) -> int:
        """How many runs are still open; 0 also where it would tell of few."""
        open_cases = self.paths.open_cases
        return open_cases if not self.is_hidden and self._tells(open_cases, self.paths.cases) else 0

    def _tells(self, n: int, total: int) -> bool:
        """Whether neither the number nor what is left of the total is of few."""
        return not hidden_cells({True: n, False: total - n}, minimum=self.least)

    def _counted(self, cells: Mapping[int, int]) -> dict[int, int]:
        hidden = hidden_cells(cells, minimum=self.least)
        return {} if self.is_hidden else {step: n for step, n in cells.items() if step != STOPS and step not in hidden}


def read_paths(
    journey: Journey,
    unit: OrgUnit,
    period: Period,
    *,
    at: datetime,
    segment: Segment | None = None,
    by_type: bool = False,
) -> PathStudy:
    """Study the runs that began in the period. One is still open at `at` until nothing has happened for as long as
    parts one run from the next. What is planned are the map's touchpoints that somebody took: where no stream tells
    of a touchpoint, nobody can be said to have missed it; nor, of the rest, by a run that is still open, which is held
    against nothing. By type, the steps are the types of what happened, of which nothing is planned. Hidden is also
    what would leave few of all customers, or of the units beside it."""
    customers = segments.customers(segment, at) if segment else None
    study = _study(journey, unit, period, at=at, customers=customers, by_type=by_type)
    if study.is_hidden or not withheld.leaves_few(journey, unit, period, customers=customers):
        return study
    return replace(study, is_hidden=True)


def _study(
    journey: Journey,
    unit: OrgUnit,
    period: Period,
    *,
    at: datetime,
    customers: QuerySet | None,
    by_type: bool = False,
    plan: tuple[int, ...] | None = None,
) -> PathStudy:
    """`plan` names the steps that are planned instead: those of another unit."""
    found = frames.events(journey, unit, period, customers=customers, by_type=by_type)
    names, on_map = ({code: code for code in found.log.steps}, set()) if by_type else _names(journey)
    taken = set(np.unique(found.log.step).tolist())
    if plan is None:
        plan = tuple(step for step, code in enumerate(found.log.steps) if code in on_map and step in taken)
    open_after = (at - episodes.GAP).timestamp()
    is_closed = ~paths.open_cases(found.log, open_after)
    rated_by, by_run = _ratings(journey)
    rated = np.array([by_run.get(run, np.nan) for run in found.episode[is_closed].tolist()])
    least, closed = journey.program.min_n, found.log.only(is_closed)
    return PathStudy(
        journey=journey,
        unit=unit,
        period=period,
        names=tuple(names[code] for code in found.log.steps),
        plan=plan,
        paths=paths.study(found.log, open_after=open_after),
        conformance=conformance.conform(closed, plan, ratings=rated, minimum=least)
        if plan
        else Conformance(int(is_closed.sum()), None, None, ()),
        is_hidden=found.log.n_cases < least,
        rated=int((~np.isnan(rated)).sum()) if rated.size else 0,
        rated_by=rated_by,
        streams=tuple(each.label for each in DataStream.objects.filter(pk__in=found.streams).order_by("code")),
        leavers=paths.left_before(closed, plan[-1]) if plan else {},
    )


def compare_units(
    study: PathStudy, *, at: datetime, segment: Segment | None = None
) -> list[tuple[OrgUnit, PathStudy | None]]:
    """What each unit right below that of the study made of the same journey; None where it would tell of few, also by
    subtraction from the whole and the others. Each is held to the plan of the whole: what nobody does at one unit is
    missing there."""
    units = OrgUnit.objects.filter(parent=study.unit).select_related("program").order_by("code")
    if study.is_hidden:
        return [(unit, None) for unit in units]
    customers = segments.customers(segment, at) if segment else None
    found = [
        (unit, _study(study.journey, unit, study.period, at=at, customers=customers, plan=study.plan)) for unit in units
    ]
    cells: dict[int | None, int] = {unit.pk: each.paths.cases for unit, each in found}
    cells[None] = max(0, study.paths.cases - sum(cells.values()))
    hidden = hidden_cells(cells, minimum=study.least)
    return [(unit, None if unit.pk in hidden or each.is_hidden else each) for unit, each in found]


def tells_of_fictitious(study: PathStudy) -> bool:
    """Whether runs of the journey are of customers behind whom no person stands."""
    return Episode.objects.filter(journey=study.journey, customer__is_fictitious=True).exists()


def _ratings(journey: Journey) -> tuple[Kpi | None, Mapping[int, float]]:
    """How the runs were rated, and by which KPI: by the question of the journey's own, else by that of the whole
    experience, else by that of loyalty."""
    definitions = Definitions(journey.program)
    whole = [kpi for kpi in (definitions.overall, definitions.loyalty) if kpi is not None]
    for kpi in (*definitions.of_journey(journey.pk), *whole):
        if kpi.question_code and (found := ratings.of_runs(journey, kpi.question_code)):
            return kpi, found
    return None, {}


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
