"""Changes and comparisons, marked only where they survive correction over everything shown together."""

from collections.abc import Sequence
from dataclasses import dataclass

from cxprogram.stats.comparisons import benjamini_hochberg
from cxprogram.stats.estimate import Difference
from journeys.kpis.registry import KpiReading, collector_of

LEVEL = 0.05


@dataclass(frozen=True)
class Change:
    """One comparison within a family: its size, its p-value corrected over the family, and the mark it earns.

    `direction` is better, worse or none: better or worse, not higher or lower.
    """

    reading: KpiReading
    against: KpiReading
    difference: Difference
    p_adjusted: float | None
    comparisons: int
    direction: str

    @property
    def is_marked(self) -> bool:
        return self.direction != "none"

    @property
    def delta(self) -> float | None:
        return self.difference.delta


def compare(pairs: Sequence[tuple[KpiReading, KpiReading]]) -> list[Change | None]:
    """Test each pair (now, before) as one family, Benjamini–Hochberg at 5 %.

    A pair of which one side is suppressed or has no answers cannot be compared: None, and not counted.
    """
    tested: dict[int, Difference] = {}
    for index, (now, before) in enumerate(pairs):
        if now.suppressed or before.suppressed or now.value is None or before.value is None:
            continue
        difference = collector_of(now.kpi).differ(now, before)
        if difference.p is not None:
            tested[index] = difference
    corrected = benjamini_hochberg([difference.p for difference in tested.values()])
    adjusted = dict(zip(tested, corrected, strict=True))
    changes: list[Change | None] = []
    for index, (now, before) in enumerate(pairs):
        if index not in tested:
            changes.append(None)
            continue
        difference, p = tested[index], float(adjusted[index])
        direction = "none"
        if p < LEVEL and difference.delta:
            direction = "better" if (difference.delta > 0) == now.kpi.higher_is_better else "worse"
        changes.append(Change(now, before, difference, p, len(tested), direction))
    return changes
