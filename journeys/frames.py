"""The one border from rows to arrays: what happened, and how us and others were rated."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import numpy as np
from django.db import connection, transaction
from django.db.models import Case, Exists, F, Max, Min, OuterRef, Q, QuerySet, When
from numpy.typing import NDArray

from cxprogram.models import OrgUnit
from cxprogram.periods import Period
from journeys.analytics.competitors import US, Ratings
from journeys.analytics.event_log import MICROSECONDS, EventLog
from journeys.analytics.funnels import Firsts
from journeys.models import Competitor, CompetitorRating, DataStream, Episode, Interaction, Journey, Touchpoint

Ints = NDArray[np.int64]
ROWS = 50_000  # of a cursor
BLOCK = 14  # two to the power of it: how many keys share a row of what is packed
MEMORY = "128MB"  # of the database, for what is packed
EPOCH = 946_684_800_000_000  # microseconds from 1970 to 2000, whence PostgreSQL counts
NEVER = np.iinfo(np.int64).min + EPOCH  # where a moment is empty


@dataclass(frozen=True)
class Events:
    """The runs of a journey: `log` with one case for each, and, shape (cases,), its episode. `streams` are the keys of
    the data streams that told of them."""

    log: EventLog
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


def events(
    journey: Journey, unit: OrgUnit, period: Period, *, customers: QuerySet | None = None, by_type: bool = False
) -> Events:
    """The interactions at the journey's touchpoints, run by run: runs that began in the period, what happened at the
    unit and below. Steps are the touchpoints, in the order of the map, those taken off it last; or the types of the
    interactions, by their names.

    Events of one moment keep the order in which they were received.
    """
    runs, is_any = _runs(journey, unit, period, customers)
    rows = _happened(journey, unit, None if is_any else runs)
    if by_type:
        names = sorted(rows.order_by().values_list("type", flat=True).distinct())
        keys = np.arange(len(names), dtype=np.int64)
        told = rows.annotate(_step=Case(*(When(type=name, then=place) for place, name in enumerate(names)), default=0))
    else:
        places = Touchpoint.objects.filter(stage__journey=journey).order_by(
            F("retired_at").asc(nulls_first=True), "stage__position", "position", "pk"
        )
        names = [each.code for each in places]
        keys = np.array([each.pk for each in places], dtype=np.int64)
        told = rows.annotate(_step=F("touchpoint_id"))
    number, episode, key, at = _packed(told, numbers=["pk", "episode_id", "_step"], moments=["at"])
    if is_any:
        kept = _are_of(episode, runs)
        number, episode, key, at = number[kept], episode[kept], key[kept], at[kept]
    order = np.argsort(number, kind="stable")
    by_key = np.argsort(keys)
    step = by_key[np.searchsorted(keys, key, sorter=by_key)] if number.size else key
    log = EventLog.of(episode[order], step[order], at[order], names)
    streams = DataStream.objects.filter(Exists(rows.filter(stream=OuterRef("pk"))), program=unit.program_id)
    ascending = np.sort(episode)  # np.unique hashes, which takes ten times as long
    of_cases = ascending[np.diff(ascending, prepend=-1) != 0]
    return Events(log, of_cases, tuple(streams.order_by("pk").values_list("pk", flat=True)))


@dataclass(frozen=True)
class FirstTimes:
    """The runs of a journey: their episodes, shape (cases,), ascending, and when each first came to each place."""

    episode: Ints
    firsts: Firsts


def first_times(
    journey: Journey,
    unit: OrgUnit,
    period: Period,
    steps: Sequence[Q],
    *,
    open_after: datetime,
    customers: QuerySet | None = None,
) -> FirstTimes:
    """When the same runs as in `events` first came to each step (a condition on interactions), as one query tells;
    open are those in which something happened later than `open_after`."""
    runs, is_any = _runs(journey, unit, period, customers)
    rows = _happened(journey, unit, None if is_any else runs).order_by().values("episode_id")
    names = [f"first_{place}" for place in range(len(steps))]
    firsts = {name: Min("at", filter=each) for name, each in zip(names, steps, strict=True)}
    told = rows.annotate(**firsts, last=Max("at"))
    episode, last, *at = _packed(told, numbers=["episode_id"], moments=["last", *names])
    order = np.argsort(episode)
    if is_any:
        order = order[_are_of(episode[order], runs)]
    seconds = np.array([np.where(each == NEVER, np.nan, each / MICROSECONDS)[order] for each in at])
    return FirstTimes(episode[order], Firsts(seconds, last[order] / MICROSECONDS > open_after.timestamp()))


def taken(journey: Journey, unit: OrgUnit, period: Period, *, customers: QuerySet | None = None) -> set[int]:
    """The keys of all touchpoints that somebody came to in these runs, and perhaps of some others."""
    runs, is_any = _runs(journey, unit, period, customers)
    rows = _happened(journey, unit, None if is_any else runs)
    return set(rows.order_by().values_list("touchpoint_id", flat=True).distinct())


def runs_of(journey: Journey, customers: QuerySet) -> Ints:
    """The episodes of the customers, in any order."""
    return _packed(Episode.objects.filter(journey=journey, customer__in=customers.values("pk")), numbers=["pk"])[0]


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


def _runs(
    journey: Journey, unit: OrgUnit, period: Period, customers: QuerySet | None
) -> tuple[QuerySet[Episode], bool]:
    """The runs that began in the period, those of the customers if there are any named; and whether these are all."""
    runs, span = Episode.objects.filter(program=unit.program_id, journey=journey), bounds(unit, period)
    if span is not None:
        runs = runs.filter(started_at__gte=span[0], started_at__lt=span[1])
    if customers is not None:
        runs = runs.filter(customer__in=customers.values("pk"))
    return runs, span is None and customers is None


def _happened(journey: Journey, unit: OrgUnit, runs: QuerySet[Episode] | None) -> QuerySet[Interaction]:
    """What happened at the journey's touchpoints, at the unit and below, in the runs; without any named, in whichever.

    All runs are better told apart here, by `_are_of`: to join them costs the database more than all else.
    """
    touchpoints = Touchpoint.objects.filter(stage__journey=journey).values_list("pk", flat=True)
    rows = Interaction.objects.filter(program=unit.program_id, touchpoint__in=list(touchpoints))
    rows = rows.filter(episode__isnull=False) if runs is None else rows.filter(episode__in=runs.values("pk"))
    return rows if unit.parent_id is None else rows.filter(unit__path__startswith=unit.path)


def _are_of(episode: Ints, runs: QuerySet[Episode]) -> NDArray[np.bool_]:
    """Whether each is one of the runs: a touchpoint that was moved has runs of the journey that it left."""
    return np.isin(episode, _packed(runs, numbers=["pk"])[0])


def _packed(rows: QuerySet, *, numbers: Sequence[str], moments: Sequence[str] = ()) -> list[Ints]:
    """The columns named, as arrays of one length: first numbers, never empty, then moments, in microseconds since 1970
    and NEVER where they are empty. Rows come in any order.

    The driver hands over row by row, which for millions costs more than all that is done with them. So the database
    packs the rows whose first column is near into one, and each column of theirs into bytes. It does so in memory: it
    takes the groups for many and would sort them on disk.
    """
    names = [*numbers, *moments]
    sql, parameters = rows.order_by().values_list(*names).query.sql_with_params()
    columns = [f"_{place}" for place in range(len(names))]
    sent = [f"int8send({name})" for name in columns[: len(numbers)]]
    sent += [f"timestamptz_send(coalesce({name}, '-infinity'))" for name in columns[len(numbers) :]]
    packs = ", ".join(f"string_agg({each}, '')" for each in sent)
    inner = connection.ops.compose_sql(sql, parameters)  # type: ignore[attr-defined]
    query = f"SELECT {packs} FROM ({inner}) rows ({', '.join(columns)}) GROUP BY _0 >> {BLOCK}"  # noqa: S608
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL work_mem = '{MEMORY}'; SET LOCAL enable_sort = off")
        with cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT BINARY)") as copy:
            copy.set_types(["bytea"] * len(names))
            blocks = list(copy.rows())
        cursor.execute("SET LOCAL work_mem TO DEFAULT; SET LOCAL enable_sort TO DEFAULT")
    found = []
    for place in range(len(names)):
        values = np.frombuffer(b"".join(block[place] for block in blocks), dtype=">i8").astype(np.int64)
        found.append(values if place < len(numbers) else values + EPOCH)
    return found
