"""The one border from rows to arrays: what happened, and how us and others were rated."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import numpy as np
from django.db import connection
from django.db.models import BigIntegerField, F, Func, QuerySet
from django.db.models.functions import Coalesce
from numpy.typing import NDArray

from cxprogram.models import OrgUnit
from cxprogram.periods import Period
from journeys.analytics.competitors import US, Ratings
from journeys.analytics.event_log import EventLog
from journeys.models import Competitor, CompetitorRating, Episode, Interaction, Journey, Touchpoint

Ints = NDArray[np.int64]
ROWS, BATCH = 50_000, 1 << 24  # rows of a cursor, bytes of a COPY
HEADER = 19  # what a binary COPY begins with


@dataclass(frozen=True)
class Events:
    """The runs of a journey: `log` with one case for each, and, shape (cases,), whose run it is and its episode.
    `streams` are the keys of the data streams that told of them."""

    log: EventLog
    customer: Ints
    episode: Ints
    streams: tuple[int, ...]


def bounds(unit: OrgUnit, period: Period) -> tuple[datetime, datetime] | None:
    """The moments from which and before which something lies in the period, in the program's zone; None for all."""
    if period.code == "all":
        return None
    zone = unit.program.zone
    return (
        datetime.combine(period.start, time(), zone),
        datetime.combine(period.end + timedelta(days=1), time(), zone),
    )


def events(journey: Journey, unit: OrgUnit, period: Period, *, customers: QuerySet | None = None) -> Events:
    """The interactions at the journey's touchpoints, run by run: runs that began in the period, what happened at the
    unit and below. Steps are the touchpoints, in the order of the map, those taken off it last.

    Events of one moment keep the order in which they were received.
    """
    touchpoints = list(
        Touchpoint.objects.filter(stage__journey=journey).order_by(
            F("retired_at").asc(nulls_first=True), "stage__position", "position", "pk"
        )
    )
    runs = Episode.objects.filter(program=unit.program_id, journey=journey)
    if (span := bounds(unit, period)) is not None:
        runs = runs.filter(started_at__gte=span[0], started_at__lt=span[1])
    if customers is not None:
        runs = runs.filter(customer__in=customers.values("pk"))
    rows = Interaction.objects.filter(
        program=unit.program_id, touchpoint__in=touchpoints, episode__in=runs.values("pk")
    )
    if unit.parent_id is not None:
        rows = rows.filter(unit__path__startswith=unit.path)
    found = _columns(
        rows, F("pk"), F("episode_id"), F("touchpoint_id"), F("customer_id"), F("stream_id"), _Microseconds("at")
    )
    order = np.argsort(found[0], kind="stable")
    number, episode, touchpoint, customer, stream, at = (column[order] for column in found)
    keys = np.array([each.pk for each in touchpoints], dtype=np.int64)
    by_key = np.argsort(keys)
    step = by_key[np.searchsorted(keys, touchpoint, sorter=by_key)] if number.size else touchpoint
    log = EventLog.of(episode, step, at, [each.code for each in touchpoints])
    first = np.lexsort((at, episode))[log.starts] if number.size else number
    return Events(log, customer[first], episode[first], tuple(np.unique(stream).tolist()))


@dataclass(frozen=True)
class Rated:
    """Ratings of us and others, and, shape (n,), the touchpoint (0 for the whole) and the place of each one's context
    in `contexts`."""

    ratings: Ratings
    touchpoint: Ints
    context: Ints
    contexts: tuple[str, ...]

    def only(self, kept: NDArray[np.bool_]) -> Ratings:
        found = self.ratings
        return Ratings(found.sitting[kept], found.brand[kept], found.rating[kept])


def ratings(rows: QuerySet[CompetitorRating], competitors: Iterable[Competitor]) -> Rated:
    """The rows on a scale from 0 to 100: brand 0 is us, brand i the i-th of the competitors; others are left out."""
    brands: dict[int | None, int] = {None: US} | {each.pk: place for place, each in enumerate(competitors, start=1)}
    sittings: dict[tuple[str, str], int] = {}
    contexts: dict[str, int] = {}
    facts = rows.order_by("pk").values_list(
        "source", "external_id", "competitor_id", "touchpoint_id", "context", "rating", "scale_low", "scale_high"
    )
    numbers, values = [], []
    for source, key, competitor, touchpoint, context, given, low, high in facts.iterator(ROWS):
        if competitor in brands:
            sitting = sittings.setdefault((source, key), len(sittings))
            place = contexts.setdefault(context, len(contexts))
            numbers.append((sitting, brands[competitor], touchpoint or 0, place))
            values.append(100 * (given - low) / (high - low))
    sitting_, brand, touchpoint_, context_ = np.array(numbers, dtype=np.int64).reshape(-1, 4).T
    return Rated(Ratings(sitting_, brand, np.array(values)), touchpoint_, context_, tuple(contexts))


class _Microseconds(Func):
    """A moment in microseconds since 1970."""

    template = "(extract(epoch FROM %(expressions)s) * 1000000)::bigint"
    output_field = BigIntegerField()


def _columns(rows: QuerySet, *columns: F | Func) -> list[Ints]:
    """The columns, all of them bigint, as arrays; 0 stands for what is empty.

    Read as PostgreSQL's binary COPY, whose rows have one width here: two bytes for the number of fields, and four for
    the length of each before its eight.
    """
    names = [f"_{place}" for place in range(len(columns))]
    rows = rows.annotate(
        **{
            name: Coalesce(column, 0, output_field=BigIntegerField())
            for name, column in zip(names, columns, strict=True)
        }
    )
    sql, parameters = rows.order_by().values_list(*names).query.sql_with_params()
    shape = np.dtype([("fields", ">i2"), *((part, kind) for name in names for part, kind in _field(name))])
    parts: list[Ints] = []
    # The driver hands over row by row: added up one by one they would be copied again with every row.
    held: list[bytes] = []
    size, skipped = 0, HEADER

    def take() -> None:
        nonlocal size, skipped
        data = b"".join(held)[skipped:]
        whole = len(data) // shape.itemsize
        if whole:
            parts.append(_numbers(data, shape, whole, names))
        rest = data[whole * shape.itemsize :]
        held[:], size, skipped = [rest], len(rest), 0

    query = connection.ops.compose_sql(sql, parameters)  # type: ignore[attr-defined]
    statement = f"COPY ({query}) TO STDOUT (FORMAT BINARY)"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for block in copy:
            held.append(bytes(block))
            size += len(block)
            if size >= BATCH:
                take()
    take()
    return list(np.concatenate(parts, axis=1)) if parts else [np.empty(0, dtype=np.int64) for _name in names]


def _field(name: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return (f"{name}_length", ">i4"), (name, ">i8")


def _numbers(data: bytes, shape: np.dtype, rows: int, names: list[str]) -> Ints:
    read = np.frombuffer(data, dtype=shape, count=rows)
    return np.stack([read[name].astype(np.int64) for name in names])
