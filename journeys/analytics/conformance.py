"""The journeys that customers make, held against the journey that was planned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cxprogram.stats.comparisons import benjamini_hochberg
from cxprogram.stats.means import value_difference
from journeys.analytics.event_log import EventLog
from journeys.analytics.paths import variant_of

Kind = Literal["missing", "extra", "repeated", "out_of_order"]
LEVEL = 0.05


@dataclass(frozen=True, order=True)
class Deviation:
    """One way not to follow the plan, at one step."""

    kind: Kind
    step: int


@dataclass(frozen=True)
class Cost:
    """What goes with a deviation: the ratings of cases with it minus those without, 95 % Welch interval.

    An association: whoever skips a step may be another kind of customer. `p_adjusted` is corrected over all deviations
    that could be tested; `is_marked` says that it survives.
    """

    deviation: Deviation
    cases: int
    share: float
    rated_with: int
    rated_without: int
    difference: float | None
    low: float | None
    high: float | None
    p_adjusted: float | None

    @property
    def is_marked(self) -> bool:
        return self.p_adjusted is not None and self.p_adjusted < LEVEL


@dataclass(frozen=True)
class Conformance:
    """`fitness` is the mean over cases of 1 − moves/(planned steps + events), 1 for who follows the plan exactly;
    `conforming` the share of cases that do."""

    cases: int
    fitness: float | None
    conforming: float | None
    costs: tuple[Cost, ...]


def deviations(steps: Sequence[int], plan: Sequence[int]) -> tuple[frozenset[Deviation], float]:
    """How one case differs from the plan, and its fitness.

    The case is aligned with the plan by their longest common subsequence, which needs the fewest moves of the plan or
    of the case alone (the optimal alignment with unit costs; van der Aalst, Adriansyah and van Dongen 2012).

    - missing: a planned step that never happened;
    - out of order: one that happened, but at no place where the alignment could use it;
    - repeated: a planned step that happened again;
    - extra: a step that was not planned.
    """
    place = {step: index for index, step in enumerate(plan)}
    kept = _common(steps, place)
    aligned, happened = {plan[index] for index in kept}, set(steps)
    found = {Deviation("extra", step) for step in happened - place.keys()}
    found |= {Deviation("missing", step) for step in plan if step not in happened}
    found |= {Deviation("out_of_order", step) for step in plan if step in happened - aligned}
    seen: set[int] = set()
    for step in steps:
        if step in seen and step in place:
            found.add(Deviation("repeated", step))
        seen.add(step)
    moves = len(plan) + len(steps) - 2 * len(kept)
    return frozenset(found), 1 - moves / (len(plan) + len(steps))


def _common(steps: Sequence[int], place: Mapping[int, int]) -> list[int]:
    """The longest ascending run of planned places through the case; of equally long ones that with the lowest ends."""
    tails: list[int] = []  # the lowest end of an ascending run of each length
    chains: list[list[int]] = []
    for step in steps:
        if (index := place.get(step)) is None:
            continue
        length = int(np.searchsorted(tails, index))
        chain = [*(chains[length - 1] if length else []), index]
        if length == len(tails):
            tails.append(index)
            chains.append(chain)
        elif index < tails[length]:
            tails[length], chains[length] = index, chain
    return chains[-1] if chains else []


def conform(
    log: EventLog, plan: Sequence[int], *, ratings: NDArray[np.float64] | None = None, minimum: int = 1
) -> Conformance:
    """Hold every case against the plan. `ratings`, shape (cases,), NaN where a case was not rated.

    A cost is told where `minimum` cases are rated on both sides. Raises ValueError for a plan in which a step comes
    twice.
    """
    if not plan or len(set(plan)) < len(plan):
        raise ValueError("a plan names each step once")
    if not log.n_cases:
        return Conformance(0, None, None, ())
    number, example = variant_of(log)
    held = [deviations(log.step[log.rows_of(case)].tolist(), plan) for case in example]
    fitness = np.array([each for _found, each in held])[number]
    sizes = np.bincount(number, minlength=len(held))
    rated = np.full(log.n_cases, np.nan) if ratings is None else ratings
    costs = []
    for deviation in sorted(set().union(*(found for found, _fitness in held))):
        has = np.array([deviation in found for found, _fitness in held])
        costs.append(_cost(deviation, int(sizes[has].sum()), log.n_cases, has[number], rated, minimum))
    adjusted = benjamini_hochberg([cost.p_adjusted for cost in costs])
    corrected = [
        Cost(**{**vars(cost), "p_adjusted": None if np.isnan(p) else float(p)})
        for cost, p in zip(costs, adjusted, strict=True)
    ]
    corrected.sort(key=lambda cost: (-cost.cases, cost.deviation))
    return Conformance(log.n_cases, float(fitness.mean()), float((fitness == 1).mean()), tuple(corrected))


def _cost(
    deviation: Deviation,
    cases: int,
    total: int,
    has: NDArray[np.bool_],
    ratings: NDArray[np.float64],
    minimum: int,
) -> Cost:
    """The p-value stands uncorrected until all are known."""
    is_rated = ~np.isnan(ratings)
    n_with, n_without = int((has & is_rated).sum()), int((~has & is_rated).sum())
    if min(n_with, n_without) < max(minimum, 2):
        return Cost(deviation, cases, cases / total, n_with, n_without, None, None, None, None)
    found = value_difference(ratings[is_rated & has], ratings[is_rated & ~has])
    return Cost(deviation, cases, cases / total, n_with, n_without, found.delta, found.low, found.high, found.p)
