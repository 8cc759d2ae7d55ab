"""The partitions of which a study of paths tells, and what of them is hidden: alone, or of a part beside its whole."""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from cxprogram.suppression import hidden_cells, hidden_together
from journeys.analytics.conformance import Conformance, Cost, Deviation
from journeys.analytics.paths import Paths, Transition, Variant

STOPS = -1  # beside the steps: nothing followed, or nothing yet
OTHERS = ()  # beside the ways: those that are not told one by one

Cells = Mapping[Hashable, int]


@dataclass(frozen=True)
class PathCounts:
    """How many runs did what. Steps go by their codes, which mean the same in another study of the journey."""

    paths: Paths
    conformance: Conformance
    rated: int
    leavers: Mapping[int, int]

    def code(self, step: int) -> Hashable:
        return step if step == STOPS else self.paths.steps[step]

    def coded(self, cells: Mapping[int, int]) -> Cells:
        return {self.code(step): n for step, n in cells.items()}

    @cached_property
    def ways(self) -> dict[Hashable, Variant]:
        return {tuple(self.code(step) for step in each.steps): each for each in self.paths.variants}

    @cached_property
    def _moves(self) -> dict[Hashable, list[Transition]]:
        found: dict[Hashable, list[Transition]] = defaultdict(list)
        for each in self.paths.transitions:
            found[self.code(each.origin)].append(each)
        return found

    @cached_property
    def _repeats(self) -> dict[Hashable, int]:
        return {self.code(each.step): each.cases for each in self.paths.repeats}

    @cached_property
    def _costs(self) -> dict[Hashable, Cost]:
        return {self.key(each.deviation): each for each in self.conformance.costs}

    def by_way(self) -> Cells:
        told = {way: each.n for way, each in self.ways.items()}
        return told | {OTHERS: self.paths.cases - sum(told.values())}

    def by_target(self, origin: Hashable) -> Cells:
        moves = self._moves.get(origin)
        if not moves:
            return {}
        cells = {self.code(each.target): each.n for each in moves}
        # The shares tell how often the step was taken, so how often nothing followed.
        return cells | {STOPS: round(moves[0].n / moves[0].probability) - sum(cells.values())}

    def by_start(self) -> Cells:
        return self.coded(self.paths.starts)

    def by_end(self) -> Cells:
        return self.coded({**self.paths.ends, STOPS: self.paths.open_cases})

    def by_last(self) -> Cells:
        return self.coded(self.leavers)

    def ended(self) -> Cells:
        return _parted(self.paths.cases - self.paths.open_cases, self.paths.cases)

    def left(self, step: Hashable) -> Cells:
        return _parted(self.by_last().get(step, 0), self.by_end().get(step, 0))

    def repeating(self, step: Hashable) -> Cells:
        return _parted(self._repeats.get(step, 0), self.paths.cases)

    def reaching(self, step: Hashable) -> Cells:
        return _parted(self._reached.get(step, 0), self.paths.cases)

    @cached_property
    def _reached(self) -> Cells:
        return self.coded(self.paths.reached)

    def conforming(self) -> Cells:
        return _parted(round((self.conformance.conforming or 0) * self.conformance.cases), self.conformance.cases)

    def key(self, deviation: Deviation) -> Hashable:
        return deviation.kind, self.code(deviation.step)

    def deviating(self, key: Hashable) -> Cells:
        return _parted(self._costs[key].cases if key in self._costs else 0, self.conformance.cases)

    def rated_deviating(self, key: Hashable) -> Cells:
        return _parted(self._costs[key].rated_with if key in self._costs else 0, self.rated)


def _parted(n: int, total: int) -> Cells:
    return {True: n, False: total - n}


@dataclass(frozen=True)
class Hiding:
    """What is hidden of the counts of some runs; `whole` are those of all customers, beside which they are told."""

    own: PathCounts
    whole: PathCounts | None
    least: int

    def hides(self, cells_of: Callable[[PathCounts], Cells], hidden: Collection[Hashable] = ()) -> frozenset[Hashable]:
        """The cells of a partition that tell of few, or would by what is told of all customers."""
        own = cells_of(self.own)
        if self.whole is None:
            return hidden_cells(own, minimum=self.least, hidden=hidden)
        return self._beside(own, cells_of(self.whole), hidden)

    def tells(self, cells_of: Callable[[PathCounts], Cells]) -> bool:
        return not self.hides(cells_of)

    def hidden_ways(self) -> frozenset[Hashable]:
        """The ways to hide. What only one study tells one by one is among the others of both: where these are hidden,
        it is."""
        own = self.own.by_way()
        alone = hidden_cells(own, minimum=self.least)
        if self.whole is None:
            return alone
        whole = self.whole.by_way()
        known = {way for way in own if way in whole or self._is_complete(self.whole)}
        known |= {way for way in whole if way in own or self._is_complete(self.own)}
        hidden = (alone | hidden_cells(whole, minimum=self.least)) & known
        hidden = self._beside(_merged(own, known), _merged(whole, known), hidden)
        return alone | hidden | (own.keys() - known if OTHERS in hidden else frozenset())

    def _beside(self, own: Cells, whole: Cells, hidden: Collection[Hashable]) -> frozenset[Hashable]:
        rest = {key: max(0, n - own.get(key, 0)) for key, n in whole.items()}
        return hidden_together([own, whole, rest], minimum=self.least, hidden=hidden)

    def _is_complete(self, counts: PathCounts) -> bool:
        return counts.paths.n_variants == len(counts.paths.variants)


def _merged(cells: Cells, known: Collection[Hashable]) -> Cells:
    found = {way: n for way, n in cells.items() if way in known and way != OTHERS}
    return found | {OTHERS: sum(cells.values()) - sum(found.values())}


def coverage(ways: Sequence[Variant], cases: int) -> list[float]:
    """The share of the runs that went each of the ways or one before it."""
    covered, found = 0, []
    for each in ways:
        covered += each.n
        found.append(covered / cases)
    return found
