"""The contract by which KPIs flow upward: a room registers collectors, everyone reads through here.

A collector computes KPIs of one kind for many questions at once, in a constant number of queries. Rooms register
theirs in `AppConfig.ready()`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from cxprogram.errors import DomainError
from cxprogram.models import OrgUnit, Program
from cxprogram.periods import Period
from cxprogram.stats.counted import Sums
from cxprogram.stats.estimate import Difference
from journeys.kpis import questions
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

    `hits` are the codes that a share counts; empty for every other KPI. `sums` are what a KPI that is counted, not
    asked, is computed from.
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
    sums: Sums | None = None


@dataclass(frozen=True)
class Collector:
    """`read` answers queries in their order; `differ` tests the first reading against the second.

    `check` gives the parameters of a definition as they are stored, or raises KpiError (`kpi-parameters`) with the
    `field` that is wrong. `is_bounded`: values lie where what they are written in says (`kpis/bounds.py`), unless
    `span` says it better.
    """

    code: str
    read: Callable[[Program, Sequence[KpiQuery]], list[KpiReading]]
    differ: Callable[[KpiReading, KpiReading], Difference]
    check: Callable[[Kpi], dict[str, Any]] = lambda kpi: kpi.parameters
    is_bounded: bool = True
    span: tuple[float, float] | None = None


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


def current_kpi(program: Program, code: str, *, version: int | None = None) -> Kpi:
    """The definition in force, or the version asked for; raises KpiError (`kpi-unknown`, 404)."""
    rows = Kpi.objects.filter(program=program, code=code)
    kpi = (rows.current() if version is None else rows.filter(version=version)).first()
    if kpi is None:
        raise KpiError(_("There is no such KPI."), status=404)
    return kpi


# Another name of a question -> its code; None if the resolver does not know the name.
QuestionResolver = Callable[[Program, str], str | None]
_resolvers: list[QuestionResolver] = []


def register_resolver(resolver: QuestionResolver) -> None:
    """A room that owns questions says what other names they go by, such as the column of a wave's file."""
    if resolver not in _resolvers:
        _resolvers.append(resolver)


def question_code(program: Program, name: str) -> str:
    """The code of the question that goes by the name; raises KpiError (`question-unknown`, 404)."""
    for resolve in _resolvers:
        if code := resolve(program, name):
            return code
    raise KpiError(questions.no_such(name), code="question-unknown", status=404)
