"""What can be read off by subtraction where counted KPIs are about a part of the customers.

KPIs that count the same, of everyone or of a population, are held against one another (`counted.meaning`): a population
is told only where nothing small is left of everyone or of the populations defined before it.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from cxprogram.periods import Period
from cxprogram.suppression import told_by_subtraction
from journeys.kpis import counted
from journeys.models import Kpi


@dataclass(frozen=True)
class _Cell:
    unit: int
    month: date
    n: int
    beside: Mapping[str, int]


class Parts:
    """The counts beside those of the populations of some KPIs; one query, none where none has a population."""

    def __init__(self, kpis: Collection[Kpi]) -> None:
        parts = [kpi for kpi in kpis if kpi.population_id is not None]
        self._same: dict[int, list[Kpi]] = {}
        if parts:
            by_meaning: dict[Hashable, list[Kpi]] = defaultdict(list)
            for each in counted.of_program(parts[0].program_id):
                by_meaning[counted.meaning(each)].append(each)
            self._same = {kpi.pk: by_meaning[counted.meaning(kpi)] for kpi in parts}
        self._known = {each.pk: each for same in self._same.values() for each in same}
        self._cells: dict[int, list[_Cell]] = defaultdict(list)

    @property
    def numbers(self) -> set[int]:
        """The KPIs whose cells are wanted."""
        return set(self._known)

    def add(self, kpi: int, unit: int, month: date, n: int, hits: int, beside: Mapping[str, int]) -> None:
        if kpi in self._known and (collector := counted.counted(self._known[kpi])):
            self._cells[kpi].append(_Cell(unit, month, collector.behind(n, hits), beside))

    def told(self, kpi: Kpi, period: Period) -> Iterator[dict[int, int]]:
        """The tables, by unit, that are told with the KPI's own: what it leaves of others, and they of it."""
        if kpi.pk not in self._same:
            return
        parts = [each.pk for each in self._same[kpi.pk] if each.population_id is not None and each.pk <= kpi.pk]
        tables = {number: self._table(number, period) for number in parts}
        both = self._in_both(parts, period)
        if any(kpi.pk in pair and n is None for pair, n in both.items()):
            yield dict.fromkeys(list(tables[kpi.pk])[:1], 1)  # from before both were counted: of how few nobody knows
            return
        wholes: list[dict[int, int] | None] = [
            self._table(each.pk, period) for each in self._same[kpi.pk] if each.population_id is None
        ]
        for everyone in wholes or [None]:
            found = told_by_subtraction(kpi.pk, tables, everyone, lambda a, b: both[max(a, b), min(a, b)] or 0)
            for table in found:
                # Below nothing where one was counted before the other: the difference tells of so many all the same.
                yield {unit: abs(n) for unit, n in table.items()}

    def _table(self, kpi: int, period: Period) -> dict[int, int]:
        found: dict[int, int] = defaultdict(int)
        for cell in self._within(kpi, period):
            found[cell.unit] += cell.n
        return dict(found)

    def _within(self, kpi: int, period: Period) -> Iterable[_Cell]:
        return (cell for cell in self._cells[kpi] if cell.month in period)

    def _in_both(self, parts: Collection[int], period: Period) -> dict[tuple[int, int], int | None]:
        """How many stand behind two populations at once, the later one first; None where it was not counted."""
        found: dict[tuple[int, int], int | None] = {(a, b): 0 for a in parts for b in parts if b < a}
        for later in parts:
            for cell in self._within(later, period):
                for earlier in (each for each in parts if each < later and cell.n):
                    known, n = found[later, earlier], cell.beside.get(str(earlier))
                    found[later, earlier] = None if known is None or n is None else known + n
        return found
