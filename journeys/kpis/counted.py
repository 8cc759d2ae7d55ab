"""KPIs that are counted month by month: what a collector declares, and how its parameters are checked.

A room declares its collectors with `cells.declare` in `AppConfig.ready()`: SQL that counts one month, and the formula
by which a value comes from the sums. Months are counted by `journeys/services/kpi_filling.py`, read by `kpis/cells.py`.
"""

import json
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from cxprogram.models import Program
from cxprogram.stats.counted import Formula
from journeys.kpis.parameters import Parameter, check_all, check_measure
from journeys.kpis.registry import KpiError
from journeys.models import Kpi


@dataclass(frozen=True)
class Reach:
    """How far before its month a count looks back."""

    months: int = 0
    days: int = 0


@dataclass(frozen=True)
class Monthly:
    """What is counted month by month.

    sql         yields (unit, n, hits, total, total_sq, bins) of one month; unit None is the whole program. Its named
                parameters: those of `_scope` (services/kpi_filling.py) and the collector's own
    sources     the tables that it reads, by the name under which they are registered: what comes in there is counted
    reach       how far it looks back, by its parameters
    is_whole    counts a month when it is over: what did not happen is known only then
    depends     the KPIs that are counted before it
    among       the ids of the customers who come into question in the month, where that is few of all; the population
                is looked up among these
    beside      the KPIs of which the statement wants to know who of the population is in theirs as well
    """

    sql: str = field(kw_only=True)
    sources: tuple[str, ...] = field(default=("interactions",), kw_only=True)
    reach: Callable[[Mapping[str, Any]], Reach] = field(default=lambda parameters: Reach(), kw_only=True)
    is_whole: bool = field(default=False, kw_only=True)
    depends: Callable[[Kpi], list[Kpi]] = field(default=lambda kpi: [], kw_only=True)
    among: str = field(default="", kw_only=True)
    beside: Callable[[Kpi], list[Kpi]] = field(default=lambda kpi: [], kw_only=True)

    def first_month(self, kpi: Kpi) -> date:
        return kpi.valid_from.replace(day=1)

    def completed(self, kpi: Kpi) -> dict[str, Any]:
        """The parameters that the statement names."""
        return {}


@dataclass(frozen=True)
class Counted(Monthly):
    """One way to count.

    counts      what it counts, in plain words
    formula     how the value comes from the sums; a parameter `statistic` with the value "mean" takes the mean instead
    measures    in which the KPI may be written
    has_people  `hits` are the people behind n, at each unit and in each month; fewer than the minimum hide the number
    is_bounded  its values lie where what they are written in says: a sum of values may lie below nothing
    """

    code: str
    counts: Promise
    formula: Formula
    measures: tuple[str, ...]
    parameters: tuple[Parameter, ...] = ()
    has_people: bool = False
    is_bounded: bool = True
    beside: Callable[[Kpi], list[Kpi]] = field(default=lambda kpi: earlier_parts(kpi), kw_only=True)

    def behind(self, n: int, hits: int) -> int:
        """How many stand behind a number: of events and their customers, the fewer."""
        return min(n, hits) if self.has_people else n

    def formula_of(self, kpi: Kpi) -> Formula:
        return "mean" if kpi.parameters.get("statistic") == "mean" else self.formula

    def completed(self, kpi: Kpi) -> dict[str, Any]:
        """The parameters, with what is not said filled in."""
        return {each.code: kpi.parameters.get(each.code, each.default) for each in self.parameters}


# What came into a table: (program, received since, happened since) -> the months for which something came.
Touched = Callable[[Program, datetime | None, date], set[date]]
_declared: dict[str, Counted] = {}
_asked: dict[str, Monthly] = {}
_sources: dict[str, Touched] = {}


MONTHS_SINCE = """
    SELECT DISTINCT date_trunc('month', {local})::date FROM {table}
    WHERE program_id = %(program)s AND {moment} >= {first} AND {received} >= %(since)s
"""
EVER = datetime(1900, 1, 1).astimezone()


def months_since(
    program: Program,
    since: datetime | None,
    first: date,
    *,
    table: str,
    moment: str,
    received: str,
    is_day: bool = False,
) -> set[date]:
    """The months of what a table received since, by the names of its columns; best with an index on the receipt.

    `is_day`: the column holds a day of the program's, no moment.
    """
    values: dict[str, Any] = {"program": program.pk, "zone": program.time_zone, "first": first, "since": since or EVER}
    names = {
        "table": table,
        "moment": moment,
        "received": received,
        "local": moment if is_day else f"{moment} AT TIME ZONE %(zone)s",
        "first": "%(first)s::date" if is_day else "%(first)s::timestamp AT TIME ZONE %(zone)s",
    }
    with connection.cursor() as cursor:
        cursor.execute(MONTHS_SINCE.format(**names), values)
        return {month for (month,) in cursor.fetchall()}


def keep(collector: Counted) -> None:
    _declared[collector.code] = collector


def keep_asked(collector: str, how: Monthly) -> None:
    """How a KPI of the collector, which is asked, is counted where it is about a population."""
    _asked[collector] = how


def register_source(code: str, touched: Touched) -> None:
    _sources[code] = touched


def touched(source: str, program: Program, since: datetime | None, first: date) -> set[date]:
    """The months of which something was received since the moment (since ever: None), none before `first`."""
    return _sources[source](program, since, first)


def with_people() -> list[str]:
    """The collectors whose `hits` are the people behind n."""
    return [collector.code for collector in _declared.values() if collector.has_people]


def counted(kpi: Kpi) -> Counted | None:
    """How the KPI is counted; None for one that is asked."""
    return _declared.get(kpi.collector)


def meaning(kpi: Kpi) -> Hashable:
    """What is counted, of whomever: KPIs that share it differ in whose events they count, or how the sums are told."""
    collector = _declared[kpi.collector]
    said = {name: value for name, value in collector.completed(kpi).items() if name != "statistic"}
    return collector.sql, json.dumps(said, sort_keys=True), kpi.stream_id, kpi.touchpoint_id, kpi.journey_id


def earlier_parts(kpi: Kpi) -> list[Kpi]:
    """The KPIs about a population, defined before this one, that count the same: any version."""
    rows = of_program(kpi.program_id).filter(population__isnull=False, pk__lt=kpi.pk)
    own = meaning(kpi)
    return [each for each in rows if meaning(each) == own]


def of_program(program: int) -> QuerySet[Kpi]:
    """The KPIs of what happens, any version."""
    return Kpi.objects.filter(program=program, collector__in=_declared).order_by("pk")


def filled(kpi: Kpi) -> Monthly | None:
    """How the KPI's months are counted; None for one that is read from what everyone answered."""
    return counted(kpi) or (None if kpi.population_id is None else _asked.get(kpi.collector))


def has_values_of(kpi: Kpi, question_code: str) -> bool:
    """Whether the KPI can be read of the question: one that is counted month by month of no other than its own."""
    return question_code in ("", kpi.question_code) or filled(kpi) is None


def by_month() -> Q:
    """The KPIs that are counted month by month."""
    return Q(collector__in=_declared) | Q(collector__in=_asked, population__isnull=False)


def check(kpi: Kpi) -> dict[str, Any]:
    """The parameters as they are stored. Raises KpiError (`kpi-parameters`, with `field`) in plain words."""
    collector = _declared[kpi.collector]
    check_measure(kpi, collector.measures)
    if kpi.question_code:
        raise KpiError(_("This KPI is counted, not asked: leave the question empty."), code="kpi-parameters",
                       field="question_code")  # fmt: skip
    return check_all(collector.parameters, kpi)
