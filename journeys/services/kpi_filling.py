"""Counting KPIs month by month: claimed, counted in one transaction, done; again when something came in late.

A month is claimed (STARTED, committed) before it is counted: what a killed worker leaves is counted by the next sweep,
and until then its old count stands. Counting replaces the month's cells in one transaction, so a reader sees the old
month or the new one, and two workers at once write the same.

The watermark: a claim covers what was received before the oldest transaction still open began, for a row is received
no earlier than its transaction begins. What such a transaction brings later lies behind no watermark.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Max, QuerySet, Value
from django.db.models.expressions import RawSQL
from psycopg.types.json import Jsonb

from cxprogram.models import OrgUnit, Program
from journeys.choices import FillState
from journeys.kpis import counted
from journeys.kpis.counted import Counted, Monthly
from journeys.kpis.registry import KpiError
from journeys.models import DataStream, Kpi, KpiCell, KpiFill
from journeys.services import segments
from journeys.services.segments import SegmentError
from journeys.sql import POPULATION

log = logging.getLogger(__name__)

# A transaction shows that it has begun a moment after it has.
MARGIN_SECONDS = 2
WATERMARK = """
    SELECT least(clock_timestamp() - %(margin)s * interval '1 second', (
        SELECT min(xact_start) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()))
"""
PUT = """
    INSERT INTO journeys_kpicell (kpi_id, month, unit_id, n, hits, total, total_sq, bins)
    SELECT %(kpi)s, %(month)s, c.unit_id, c.n, c.hits, c.total, c.total_sq, coalesce(c.bins::jsonb, '{}')
    FROM ({sql}) AS c (unit_id, n, hits, total, total_sq, bins)
"""


@dataclass(frozen=True)
class Filled:
    """What a sweep did: months counted, over so many KPIs."""

    months: int
    kpis: int


def fill(program: Program, *, at: datetime, rebuild: bool = False) -> Filled:
    """Count what is due of the program's KPIs, those that others are built on first. Twice changes nothing.

    A version that another has taken the place of goes on counting what comes late to its own months, those before the
    first month of the other: else it would come to no version. Later months stay as they were counted until then.

    `rebuild`: every month again, as far back as the data go.
    """
    fresh: set[tuple[int, date]] = set()
    for kpi, until in _in_turn(program):
        collector = counted.filled(kpi)
        assert collector is not None
        _claim(kpi, collector, at=at, rebuild=rebuild, fresh=fresh, until=until)
        waiting = KpiFill.objects.waiting().filter(kpi=kpi).order_by("month")
        try:
            for number, month in list(waiting.values_list("pk", "month")):
                if _may_count(kpi, collector, month, at) and _count(kpi, collector, number, at=at):
                    fresh.add((kpi.pk, month))
        except SegmentError:  # its population's filter names what is no more; its months wait
            log.exception("%s cannot be counted", kpi)
    return Filled(len(fresh), len({number for number, _month in fresh}))


def fill_all(programs: Iterable[Program], *, at: datetime) -> int:
    return sum(fill(program, at=at).months for program in programs)


def _in_turn(program: Program) -> list[tuple[Kpi, date | None]]:
    """The KPIs to count, each after those that it is built on, and the first month that is no longer its own; None for
    those in force and what they are built on."""
    rows = Kpi.objects.filter(program=program).select_related("program")
    known = in_order(rows.filter(counted.by_month()).order_by("is_current", "pk"))
    in_force = {kpi.pk for kpi in in_order(kpi for kpi in known if kpi.is_current)}
    began: dict[str, list[tuple[int, date]]] = defaultdict(list)
    for code, version, day in rows.values_list("code", "version", "valid_from"):
        began[code].append((version, _month(day)))
    until = {
        kpi.pk: min((month for version, month in began[kpi.code] if version > kpi.version), default=date.max)
        for kpi in known
    }
    for kpi in reversed(known):  # a base is counted for as long as what is built on it
        for base in _bases(kpi):
            until[base.pk] = max(until[base.pk], until[kpi.pk])
    return [(kpi, None if kpi.pk in in_force else until[kpi.pk]) for kpi in known]


def in_order(kpis: Iterable[Kpi]) -> list[Kpi]:
    """The KPIs and all that they are built on, each after those; one whose base is gone is told and left out."""
    found: dict[int, Kpi] = {}

    def add(kpi: Kpi) -> None:
        for base in _bases(kpi):
            add(base)
        found.setdefault(kpi.pk, kpi)

    for kpi in kpis:
        try:
            add(kpi)
        except KpiError:
            log.exception("%s cannot be counted", kpi)
    return list(found.values())


def _bases(kpi: Kpi) -> list[Kpi]:
    collector = counted.filled(kpi)
    return collector.depends(kpi) if collector else []


def _claim(
    kpi: Kpi, collector: Monthly, *, at: datetime, rebuild: bool, fresh: set[tuple[int, date]], until: date | None
) -> None:
    """Mark the months that are due, in one statement: a later sweep need not look behind the watermark again."""
    with connection.cursor() as cursor:
        cursor.execute(WATERMARK, {"margin": MARGIN_SECONDS})
        (mark,) = cursor.fetchone()
    since = None if rebuild else KpiFill.objects.filter(kpi=kpi).aggregate(newest=Max("received_before"))["newest"]
    first = collector.first_month(kpi)
    looked = _read_from(kpi, collector, first)
    months, current = set[date](), _month(at.astimezone(kpi.program.zone).date())
    for source in collector.sources:
        for month in counted.touched(source, kpi.program, since, looked):
            months |= {m for m in _reached(kpi, collector, month) if m == month or m <= current or collector.is_whole}
    months |= _of_bases(kpi, collector, fresh)
    bound = _kept_since(kpi, collector, at)
    own = {month for month in months if month >= first and (until is None or month < until)}
    due = sorted(m for m in own if bound is None or _read_from(kpi, collector, m) >= bound)
    KpiFill.objects.bulk_create(
        [KpiFill(kpi=kpi, month=month, state=FillState.STARTED, counted_at=at, received_before=mark) for month in due],
        update_conflicts=True,
        unique_fields=["kpi", "month"],
        update_fields=["state", "received_before"],
    )


def _reached(kpi: Kpi, collector: Monthly, month: date) -> Iterator[date]:
    """The months to whose counts something of the month may belong: itself and those that look back as far."""
    last = _next_month(month)
    while True:
        yield month
        month = _next_month(month)
        if _read_from(kpi, collector, month) >= last:
            return


def _of_bases(kpi: Kpi, collector: Monthly, fresh: set[tuple[int, date]]) -> set[date]:
    """The months that a KPI on which this one is built has counted since this one did."""
    bases = [base.pk for base in collector.depends(kpi)]
    if not bases:
        return set()
    own = dict(KpiFill.objects.done().filter(kpi=kpi).values_list("month", "counted_at"))
    return {
        month
        for base, month, counted_at in KpiFill.objects.done()
        .filter(kpi__in=bases)
        .values_list("kpi", "month", "counted_at")
        if month not in own or counted_at > own[month] or (base, month) in fresh
    }


def _kept_since(kpi: Kpi, collector: Monthly, at: datetime) -> date | None:
    """The day from which on everything that is counted is still there: earlier months stay as they were counted."""
    if "interactions" not in collector.sources:
        return None
    streams = DataStream.objects.filter(program=kpi.program_id).exclude(retention_days=None)
    if kpi.stream_id is not None:
        streams = streams.filter(pk=kpi.stream_id)
    days = min((stream.retention_days for stream in streams if stream.retention_days is not None), default=None)
    return None if days is None else (at - timedelta(days=days)).astimezone(kpi.program.zone).date()


def _may_count(kpi: Kpi, collector: Monthly, month: date, at: datetime) -> bool:
    """A count that waits for the end of its month, and one whose bases are not counted yet, are left for later."""
    if collector.is_whole and _moment(kpi.program, _next_month(month)) > at:
        return False
    bases = [base.pk for base in collector.depends(kpi)]
    return not KpiFill.objects.waiting().filter(kpi__in=bases, month=month).exists()


def _count(kpi: Kpi, collector: Monthly, number: int, *, at: datetime) -> bool:
    """Replace the month's cells, in one transaction; False if another worker has it in hand or is through."""
    with transaction.atomic(), connection.cursor() as cursor:
        row = KpiFill.objects.waiting().select_for_update(skip_locked=True).filter(pk=number).first()
        if row is None:
            return False
        scope = _scope(kpi, collector, row.month)
        others = [] if kpi.population_id is None else collector.beside(kpi)
        if kpi.population_id is not None:
            _make_populations(kpi, collector, others, scope, at=min(at, scope["end"]))
        KpiCell.objects.filter(kpi=kpi, month=row.month).delete()
        sql = collector.sql if kpi.population_id is not None else POPULATION.sub("", collector.sql)
        cursor.execute(PUT.replace("{sql}", sql), scope)
        if isinstance(collector, Counted) and others:
            _put_beside(cursor, kpi, collector, others, scope)
        row.state, row.counted_at = FillState.DONE, at
        row.save(update_fields=["state", "counted_at"])
    return True


def _put_beside(
    cursor: CursorWrapper, kpi: Kpi, collector: Counted, others: Iterable[Kpi], scope: dict[str, Any]
) -> None:
    """Write beside the month's cells how many stand behind the same count of those who are in another population too;
    also nobody: what is not written there is not known."""
    cells = list(KpiCell.objects.filter(kpi=kpi, month=scope["month"]))
    for other in others:
        who = f"SELECT id FROM kpi_beside WHERE kpi = {int(other.pk)}"  # noqa: S608
        cursor.execute(collector.sql.replace("SELECT id FROM kpi_population", who), scope)
        found = {unit: collector.behind(n, hits) for unit, n, hits, *_sums in cursor.fetchall()}
        for cell in cells:
            cell.beside[str(other.pk)] = found.get(cell.unit_id, 0)
    KpiCell.objects.bulk_update(cells, ["beside"])


def _make_populations(
    kpi: Kpi, collector: Monthly, others: Iterable[Kpi], scope: dict[str, Any], *, at: datetime
) -> None:
    """Who is in the population at the moment, and in the others beside it, in tables that live with the transaction."""
    rows = segments.matching(kpi.program, kpi.population_filter, at).order_by()
    with connection.cursor() as cursor:
        if collector.among:
            _make_table(cursor, "kpi_among", collector.among, scope)
            rows = rows.filter(pk__in=RawSQL("SELECT id FROM kpi_among", ()))
        _make_table(cursor, "kpi_population", *rows.values("pk").query.sql_with_params())
        _make_table(cursor, "kpi_beside", "SELECT 0::bigint, 0::bigint WHERE false", columns="kpi, id")
        for other in others:
            both = _matching_or_all(kpi.program, other.population_filter, at)
            both = both.filter(pk__in=RawSQL("SELECT id FROM kpi_population", ()))
            sql, values = both.values_list(Value(other.pk), "pk").query.sql_with_params()
            cursor.execute(f"INSERT INTO kpi_beside {sql}", values)


def _matching_or_all(program: Program, definition: Any, at: datetime) -> QuerySet:
    """Who is in another population. Who was in one whose filter names what is no more nobody knows: it counts as one
    that holds everyone, so that what differs is told of, and the version that takes its place is counted."""
    try:
        return segments.matching(program, definition, at).order_by()
    except SegmentError:
        return segments.matching(program, {}, at).order_by()


def _make_table(cursor: CursorWrapper, name: str, sql: str, values: Any = (), *, columns: str = "id") -> None:
    cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{name}")
    cursor.execute(f"CREATE TEMPORARY TABLE {name} ({columns}) ON COMMIT DROP AS {sql}", values)


def _scope(kpi: Kpi, collector: Monthly, month: date) -> dict[str, Any]:
    """What the statements may name besides the collector's own parameters.

    program, zone, root     the program, its time zone, its topmost unit
    month, start, end       the month counted: its first day, its first moment, the first moment after it
    read_from, base_end     as far as the collector looks back, and the end of the month that begins there
    stream, touchpoint, journey   what the KPI is restricted to; None: not restricted
    """
    program, read_from = kpi.program, _read_from(kpi, collector, month)
    own = {name: Jsonb(value) if isinstance(value, dict) else value for name, value in collector.completed(kpi).items()}
    bases = dict(zip(("of_id", "per_id"), (base.pk for base in collector.depends(kpi)), strict=False))
    return {
        **own,
        **bases,
        "kpi": kpi.pk,
        "program": program.pk,
        "zone": program.time_zone,
        "root": OrgUnit.objects.values_list("pk", flat=True).get(program=program, parent=None),
        "month": month,
        "start": _moment(program, month),
        "end": _moment(program, _next_month(month)),
        "read_from": _moment(program, read_from),
        "base_end": _moment(program, _next_month(read_from)),
        "stream": kpi.stream_id,
        "touchpoint": kpi.touchpoint_id,
        "journey": kpi.journey_id,
    }


def _read_from(kpi: Kpi, collector: Monthly, month: date) -> date:
    reach = collector.reach(collector.completed(kpi))
    for _step in range(reach.months):
        month = _month(month - timedelta(days=1))
    # A day more: days of 23 and 25 hours make no gap.
    return month - timedelta(days=reach.days + 1) if reach.days else month


def _moment(program: Program, day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=program.zone)


def _month(day: date) -> date:
    return day.replace(day=1)


def _next_month(month: date) -> date:
    return _month(_month(month) + timedelta(days=32))
