"""The contract by which KPIs flow upward: a room registers collectors, everyone reads through here.

A collector computes KPIs of one kind for many questions at once, in a constant number of queries. Rooms register
theirs in `AppConfig.ready()`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from cxprogram.errors import DomainError
from cxprogram.models import OrgUnit, Program
from cxprogram.periods import Period
from cxprogram.stats.estimate import Difference
from journeys.models import Kpi


class KpiError(DomainError):
    code = "kpi-unknown"


@dataclass(frozen=True)
class KpiQuery:
    """One number asked for: which KPI, of which question, where, when, weighted or not."""

    kpi: Kpi
    unit: OrgUnit
    period: Period
    question: str = ""
    touchpoint: str = ""
    weighted: bool = False

    @property
    def question_code(self) -> str:
        return self.question or self.kpi.question_code


@dataclass(frozen=True)
class KpiReading:
    """One value with all that it needs to be trusted. Suppressed: value, interval, n and counts are withheld.

    `hits` are the codes that a share counts; empty for every other KPI.
    """

    kpi: Kpi
    version: int
    question: str
    unit: OrgUnit
    touchpoint: str
    period: Period
    weighted: bool
    value: float | None
    low: float | None
    high: float | None
    method: str
    n: int | None
    n_eff: float | None
    kish_deff: float | None
    counts: Mapping[int, int]
    missing: Mapping[str, int]
    rows: int | None
    suppressed: bool
    computed_at: datetime
    hits: tuple[int, ...] = ()


@dataclass(frozen=True)
class Collector:
    """`read` answers queries in their order; `differ` tests the first reading against the second."""

    code: str
    read: Callable[[Program, Sequence[KpiQuery]], list[KpiReading]]
    differ: Callable[[KpiReading, KpiReading], Difference]


_collectors: dict[str, Collector] = {}


def register(collector: Collector) -> None:
    _collectors[collector.code] = collector


def collector_of(kpi: Kpi) -> Collector:
    """Raises KpiError (`kpi-unknown`) if no room computes the KPI."""
    try:
        return _collectors[kpi.collector]
    except KeyError:
        raise KpiError(_("Nothing computes this KPI.")) from None


def registered() -> Iterable[str]:
    return sorted(_collectors)


def read(program: Program, queries: Sequence[KpiQuery]) -> list[KpiReading]:
    """The readings, in the order of the queries; one call to each reader that is needed."""
    by_reader: dict[Callable, list[int]] = defaultdict(list)
    for index, query in enumerate(queries):
        by_reader[collector_of(query.kpi).read].append(index)
    answers: dict[int, KpiReading] = {}
    for reader, indexes in by_reader.items():
        answers.update(zip(indexes, reader(program, [queries[i] for i in indexes]), strict=True))
    return [answers[index] for index in range(len(queries))]


def current_kpi(program: Program, code: str) -> Kpi:
    """The definition in force; raises KpiError (`kpi-unknown`, 404)."""
    kpi = Kpi.objects.current().filter(program=program, code=code).first()
    if kpi is None:
        raise KpiError(_("There is no such KPI."), status=404)
    return kpi
