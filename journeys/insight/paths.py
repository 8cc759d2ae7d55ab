"""The actual journeys in numbers, held against the map, small numbers hidden."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, partial
from typing import Any

import numpy as np
from django.db.models import QuerySet

from cxprogram.models import OrgUnit
from cxprogram.periods import Period
from cxprogram.suppression import hidden_together
from journeys import frames
from journeys.analytics import conformance, paths
from journeys.analytics.conformance import Conformance, Cost
from journeys.analytics.paths import Paths, Repeat, Transition, Variant
from journeys.choices import JourneyLevel
from journeys.insight import ratings, withheld
from journeys.insight.path_counts import STOPS, Cells, Hiding, PathCounts, coverage
from journeys.kpis.definitions import Definitions
from journeys.models import DataStream, Episode, Journey, Kpi, Segment, Touchpoint
from journeys.services import episodes, segments

UNTOLD: dict[str, Any] = {"difference": None, "low": None, "high": None, "p_adjusted": None}


@dataclass(frozen=True)
class PathStudy:
    """The runs of one journey in a period at a unit, held against its map.

    What fewer than the program's smallest group did is left out, and so much beside it that no subtraction from a
    number shown reveals it: the ways through, what follows on a step, beginnings and ends are one partition each;
    `hidden` is how many runs went one of the ways left out. Without enough runs everything is left out and `is_hidden`
    is true. `whole` is what all customers did in the same, beside which a segment is told: what would leave few of
    these is left out too, and what is left out there. `leavers` are the closed runs that never came to the last step
    of the plan, by where they ended; `rated_by` is the KPI whose question rated them.
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
    whole: PathCounts | None = None

    @property
    def least(self) -> int:
        return self.journey.program.min_n

    @cached_property
    def counts(self) -> PathCounts:
        return PathCounts(self.paths, self.conformance, self.rated, self.leavers)

    @cached_property
    def _hiding(self) -> Hiding:
        return Hiding(self.counts, self.whole, self.least)

    @cached_property
    def shown(self) -> tuple[Variant, ...]:
        """The ways that are told; `coverage` is over these."""
        if self.is_hidden:
            return ()
        hidden = self._hiding.hidden_ways()
        kept = [each for way, each in self.counts.ways.items() if way not in hidden]
        covered = coverage(kept, self.paths.cases)
        return tuple(replace(each, coverage=share) for each, share in zip(kept, covered, strict=True))

    @property
    def hidden(self) -> int:
        return self.paths.cases - sum(each.n for each in self.shown)

    @property
    def moves(self) -> tuple[Transition, ...]:
        if self.is_hidden:
            return ()
        code, origins = self.counts.code, {each.origin for each in self.paths.transitions}
        # What follows on a step tells how many came to it, and so how many did not.
        hidden = {
            origin: self._hiding.hides(partial(PathCounts.by_target, origin=code(origin)))
            for origin in origins
            if self._hiding.tells(partial(PathCounts.reaching, step=code(origin)))
        }
        return tuple(
            each
            for each in self.paths.transitions
            if each.origin in hidden and code(each.target) not in hidden[each.origin]
        )

    @cached_property
    def costs(self) -> tuple[Cost, ...]:
        """The deviations that are told; of a segment without the difference that may tell how few others are rated."""
        if self.is_hidden:
            return ()
        of = self.counts.key
        told = (
            each
            for each in self.conformance.costs
            if self._hiding.tells(partial(PathCounts.deviating, key=of(each.deviation)))
        )
        return tuple(each if self._tells_difference(each) else replace(each, **UNTOLD) for each in told)

    def _tells_difference(self, cost: Cost) -> bool:
        return self.whole is None or self.rated_with(cost) is not None

    def rated_with(self, cost: Cost) -> int | None:
        """How many of the runs that deviate were rated; None where it, or what is left of all rated, is of few."""
        key = self.counts.key(cost.deviation)
        return cost.rated_with if self._hiding.tells(partial(PathCounts.rated_deviating, key=key)) else None

    def share_of(self, cost: Cost) -> float | None:
        """The share of the runs that have ended; None where it would tell how few have not."""
        return cost.share if self.tells_ended else None

    @property
    def tells_rated(self) -> bool:
        """Whether it may be told how many were rated."""
        left = 0 if self.whole is None else self.whole.rated - self.rated
        return self.rated >= self.least and not 0 < left < self.least

    @property
    def tells_ended(self) -> bool:
        """Whether it may be told how many have ended. A share of these tells it, and so how many are still open."""
        if self.is_hidden or STOPS in self._hiding.hides(PathCounts.by_end):
            return False
        return self._hiding.tells(PathCounts.ended)

    @property
    def repeated(self) -> tuple[Repeat, ...]:
        if self.is_hidden:
            return ()
        code, tells = self.counts.code, self._hiding.tells
        return tuple(
            each for each in self.paths.repeats if tells(partial(PathCounts.repeating, step=code(each.step)))
        )

    @property
    def conforming(self) -> float | None:
        """The share that follows the plan; None where it would tell of few, or of a way that is left out."""
        share, total = self.conformance.conforming, self.conformance.cases
        if share is None or total < self.least or not (self.tells_ended and self._hiding.tells(PathCounts.conforming)):
            return None
        return share if not share or any(each.steps == self.plan for each in self.shown) else None

    @property
    def first_steps(self) -> dict[int, int]:
        """How many runs began with each step."""
        return self._counted(self.paths.starts, PathCounts.by_start)

    @property
    def last_steps(self) -> dict[int, int]:
        """How many closed runs ended with each step."""
        return self._counted(self.paths.ends, PathCounts.by_end)

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
        ends, code = self.last_steps, self.counts.code
        hidden = {
            code(step)
            for step in self.leavers
            if step not in ends or not self._hiding.tells(partial(PathCounts.left, step=code(step)))
        }
        hidden |= self._hiding.hides(PathCounts.by_last, hidden)
        return {step: n for step, n in self.leavers.items() if code(step) not in hidden}

    @property
    def still_open(self) -> int:
        """How many runs are still open; 0 also where it would tell of few."""
        return self.paths.open_cases if self.tells_ended else 0

    def _counted(self, cells: Mapping[int, int], cells_of: Callable[[PathCounts], Cells]) -> dict[int, int]:
        if self.is_hidden:
            return {}
        hidden, code = self._hiding.hides(cells_of), self.counts.code
        return {step: n for step, n in cells.items() if code(step) not in hidden}


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
    if study.is_hidden:
        return study
    if withheld.leaves_few(journey, unit, period, customers=customers):
        return replace(study, is_hidden=True)
    if customers is None:
        return study
    return replace(study, whole=_study(journey, unit, period, at=at, customers=None, by_type=by_type).counts)


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
    read = partial(_study, study.journey, period=study.period, at=at, plan=study.plan)
    found = [(unit, read(unit=unit, customers=customers)) for unit in units]
    tables = [_parts([(unit, each.counts) for unit, each in found], study.counts)]
    if study.whole is not None:
        whole = [(unit, read(unit=unit, customers=None).counts) for unit in units]
        found = [
            (unit, replace(each, whole=all_)) for (unit, each), (_unit, all_) in zip(found, whole, strict=True)
        ]
        tables.append(_parts(whole, study.whole))
        tables.append({key: max(0, n - tables[0][key]) for key, n in tables[1].items()})
    hidden = hidden_together(tables, minimum=study.least)
    return [(unit, None if unit.pk in hidden or each.is_hidden else each) for unit, each in found]


def _parts(units: Sequence[tuple[OrgUnit, PathCounts]], whole: PathCounts) -> dict[int | None, int]:
    """How many runs each unit has, and under None what is in none of them."""
    cells: dict[int | None, int] = {unit.pk: each.paths.cases for unit, each in units}
    return cells | {None: max(0, whole.paths.cases - sum(cells.values()))}


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
