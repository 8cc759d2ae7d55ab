"""Reading what was counted: from the cells of months to values, suppressed as the program says."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import reduce
from operator import add

from django.utils import timezone
from django.utils.translation import gettext as _

from cxprogram import suppression
from cxprogram.models import OrgUnit, Program
from cxprogram.periods import Period
from cxprogram.stats import counted as arithmetic
from cxprogram.stats.counted import Sums
from cxprogram.stats.estimate import Difference, Estimate
from journeys.choices import FillState
from journeys.kpis import counted, registry
from journeys.kpis.counted import Counted
from journeys.kpis.parts import Parts
from journeys.kpis.questions import QuestionFacts
from journeys.kpis.registry import Collector, KpiError, KpiQuery, KpiReading
from journeys.models import Kpi, KpiCell, KpiFill


def declare(*collectors: Counted) -> None:
    """A room says what it counts; from then on it can be defined, filled and read."""
    for each in collectors:
        counted.keep(each)
        registry.register(
            Collector(each.code, read=read, differ=differ, check=counted.check, is_bounded=each.is_bounded)
        )


def _collector(kpi: Kpi) -> Counted:
    found = counted.counted(kpi)
    assert found is not None, "only what was declared here is read here"
    return found


class Cells:
    """The months of some KPIs that some periods hold, read at once: three queries, however many there are; a fourth
    for what is shown beside a part of the customers."""

    def __init__(self, program: Program, kpis: Iterable[Kpi], periods: Iterable[Period]) -> None:
        kpis, spans = list(kpis), set(periods)
        self._parts = Parts(kpis)
        numbers = {kpi.pk for kpi in kpis} | self._parts.numbers
        months = (min(span.start for span in spans), max(span.end for span in spans))
        units = list(OrgUnit.objects.filter(program=program).order_by("path"))
        self.parents = {unit.pk: unit.parent_id for unit in units}
        self.paths = {unit.pk: unit.path for unit in units}
        self.root = next(unit.pk for unit in units if unit.parent_id is None)
        self._hidden: dict[tuple[int, str, int], frozenset[int]] = {}
        self.rows: dict[int, list[tuple[int, date, Sums]]] = defaultdict(list)
        cells = KpiCell.objects.filter(kpi__in=numbers, month__range=months).order_by("month", "unit")
        for kpi, unit, month, n, hits, total, total_sq, bins, beside in cells.values_list(
            "kpi", "unit", "month", "n", "hits", "total", "total_sq", "bins", "beside"
        ):
            self._parts.add(kpi, unit or self.root, month, n, hits, beside)
            sums = Sums(n, hits, total, total_sq, {int(code): count for code, count in bins.items()})
            self.rows[kpi].append((unit or self.root, month, sums))
        # A month that is claimed to be counted again stands as it was counted until then.
        stands = {(kpi, month) for kpi, rows in self.rows.items() for _unit, month, _sums in rows}
        self.months: dict[int, dict[date, datetime]] = defaultdict(dict)
        fills = KpiFill.objects.filter(kpi__in=numbers, month__range=months)
        for kpi, month, state, counted_at in fills.values_list("kpi", "month", "state", "counted_at"):
            if state == FillState.DONE or (kpi, month) in stands:
                self.months[kpi][month] = counted_at

    def sums(self, kpi: Kpi, unit: OrgUnit, period: Period) -> Sums:
        """The sums of the unit's whole subtree."""
        found = (
            sums
            for number, month, sums in self.rows[kpi.pk]
            if month in period and self.paths[number].startswith(unit.path)
        )
        return reduce(add, found, Sums())

    def counted_at(self, kpi: Kpi, period: Period) -> datetime | None:
        """When the newest month of the period was counted; None where no month was."""
        return max((at for month, at in self.months[kpi.pk].items() if month in period), default=None)

    def is_hidden(self, kpi: Kpi, unit: OrgUnit, period: Period, *, minimum: int) -> bool:
        """Whether the unit's number is of too few, or would tell such a unit's by subtraction within the period."""
        key = kpi.pk, period.code, minimum
        if key not in self._hidden:
            own: dict[int, int] = defaultdict(int)
            for number, month, sums in self.rows[kpi.pk]:
                if month in period:
                    own[number] += _behind(kpi, sums)
            tables = [own, *self._parts.told(kpi, period)]
            hidden = (suppression.hidden_units(each, self.parents, minimum=minimum) for each in tables)
            self._hidden[key] = frozenset[int]().union(*hidden)
        return unit.pk in self._hidden[key]


def _behind(kpi: Kpi, sums: Sums) -> int:
    return _collector(kpi).behind(sums.n, sums.hits)


def read(program: Program, queries: Sequence[KpiQuery]) -> list[KpiReading]:
    """Answer the queries from the cells; raises KpiError (`kpi-has-no-question`) if one asks for a question."""
    if any(query.question or query.touchpoint for query in queries):
        raise KpiError(_("This KPI is counted, not asked: it has no question."), code="kpi-has-no-question")
    cells = Cells(program, (query.kpi for query in queries), (query.period for query in queries))
    at = timezone.now()
    minimum = {query.kpi.pk: max(program.min_n, query.kpi.min_n or 0) for query in queries}
    return [_reading(query, cells, minimum[query.kpi.pk], at) for query in queries]


def _reading(query: KpiQuery, cells: Cells, minimum: int, at: datetime) -> KpiReading:
    kpi, sums = query.kpi, cells.sums(query.kpi, query.unit, query.period)
    counted_at = cells.counted_at(kpi, query.period)
    formula = _collector(kpi).formula_of(kpi)
    found = arithmetic.estimate(formula, sums)
    if counted_at is None:  # nothing was counted: no zero either
        found = Estimate.empty(method=found.method)
    is_hidden = 0 < _behind(kpi, sums) < minimum
    is_hidden = is_hidden or cells.is_hidden(kpi, query.unit, query.period, minimum=minimum)
    return KpiReading(
        kpi=kpi,
        version=kpi.version,
        question="",
        unit=query.unit,
        touchpoint="",
        period=query.period,
        weighted=query.weighted,
        value=None if is_hidden else found.value,
        low=None if is_hidden else found.low,
        high=None if is_hidden else found.high,
        method=found.method,
        n=None if is_hidden else sums.n,
        n_eff=None if is_hidden else float(sums.n),
        kish_deff=None if is_hidden or not sums.n else 1.0,
        counts={},
        missing={},
        rows=None if is_hidden else sums.n,
        suppressed=is_hidden,
        computed_at=counted_at or at,
        sums=None if is_hidden else sums,
    )


def differ(now: KpiReading, before: KpiReading) -> Difference:
    if now.sums is None or before.sums is None:
        return Difference.untested()
    return arithmetic.difference(_collector(now.kpi).formula_of(now.kpi), now.sums, before.sums)


def rest(whole: KpiReading, part: KpiReading) -> Estimate:
    """What is left of the whole without the part; both are shown."""
    assert whole.sums is not None and part.sums is not None
    return arithmetic.estimate(_collector(whole.kpi).formula_of(whole.kpi), whole.sums - part.sums)


def facts(program: Program, kpi: Kpi) -> QuestionFacts:
    """The years that were counted, told as those of a question are."""
    years: Mapping[int, int] = {
        month.year: 1 for month in KpiCell.objects.filter(kpi=kpi).values_list("month", flat=True).distinct()
    }
    return QuestionFacts("", kpi.label, None, years)
