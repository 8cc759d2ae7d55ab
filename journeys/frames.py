"""The one border from rows to arrays: what happened, and how us and others were rated."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import numpy as np
from django.db import connection
from django.db.models import F, QuerySet
from numpy.typing import NDArray

from cxprogram.models import OrgUnit
from cxprogram.periods import Period
from journeys.analytics.competitors import US, Ratings
from journeys.analytics.event_log import MICROSECONDS, EventLog
from journeys.analytics.funnels import Firsts
from journeys.models import Competitor, CompetitorRating, Episode, Interaction, Journey, Touchpoint

Ints = NDArray[np.int64]
Key = int | str
ROWS = 50_000  # of a cursor
EPOCH = 946_684_800_000_000  # microseconds from 1970 to 2000, whence PostgreSQL counts
ALWAYS = np.iinfo(np.int64).max  # later than whatever happens


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
    blocks = _read(journey, unit, period, customers, by_type=by_type, numbers=["episode_id", "stream_id", "pk"])
    place: dict[Key, int]
    if by_type:
        names = sorted(str(each.key) for each in blocks)
        place = {name: number for number, name in enumerate(names)}
    else:
        places = Touchpoint.objects.filter(stage__journey=journey).order_by(
            F("retired_at").asc(nulls_first=True), "stage__position", "position", "pk"
        )
        names, place = [each.code for each in places], {each.pk: number for number, each in enumerate(places)}
    step = [np.full(each.at.size, place[each.key], dtype=np.int64) for each in blocks]
    order = np.argsort(_joined(each.numbers[2] for each in blocks), kind="stable")
    episode = _joined(each.numbers[0] for each in blocks)[order]
    log = EventLog.of(episode, _joined(step)[order], _joined(each.at for each in blocks)[order], names)
    streams = {number for each in blocks for number in np.flatnonzero(np.bincount(each.numbers[1])).tolist()}
    return Events(log, _cases(each.numbers[0] for each in blocks), tuple(sorted(streams)))


@dataclass(frozen=True)
class FirstTimes:
    """The runs of a journey: their episodes, shape (cases,), ascending, and when each first came to each of the steps
    (touchpoints by their keys, or types)."""

    episode: Ints
    steps: list[Key]
    firsts: Firsts


def first_times(
    journey: Journey,
    unit: OrgUnit,
    period: Period,
    steps: Sequence[Key],
    *,
    open_after: datetime,
    customers: QuerySet | None = None,
    only_taken: bool = False,
) -> FirstTimes:
    """When the same runs as in `events` first came to each step; open are those in which something happened later than
    `open_after`. `only_taken` leaves out the steps that nobody came to."""
    by_type = any(isinstance(step, str) for step in steps)
    blocks = _read(journey, unit, period, customers, by_type=by_type, numbers=["episode_id"])
    episode = _cases(each.numbers[0] for each in blocks)
    if only_taken:
        keys = {each.key for each in blocks}
        steps = [step for step in steps if step in keys]
    at = np.full((len(steps), episode.size), ALWAYS)
    last = np.full(episode.size, -ALWAYS)
    for each in blocks:
        case = np.searchsorted(episode, each.numbers[0])
        np.maximum.at(last, case, each.at)
        if each.key in steps:
            np.minimum.at(at[steps.index(each.key)], case, each.at)
    seconds = np.where(at == ALWAYS, np.nan, at / MICROSECONDS)
    return FirstTimes(episode, list(steps), Firsts(seconds, last / MICROSECONDS > open_after.timestamp()))


def count_runs(journey: Journey, unit: OrgUnit, period: Period, *, customers: QuerySet | None = None) -> int:
    """How many runs `events` would hold."""
    runs, _is_any = _runs(journey, unit, period, customers)
    return _cases_of(journey, unit, runs).count()


def count_others(journey: Journey, unit: OrgUnit, period: Period, customers: QuerySet, *, most: int) -> int:
    """How many of the same runs are not those of the customers, counted up to `most`."""
    runs, _is_any = _runs(journey, unit, period, None)
    return _cases_of(journey, unit, runs.exclude(customer__in=customers.values("pk")))[:most].count()


def _cases_of(journey: Journey, unit: OrgUnit, runs: QuerySet[Episode]) -> QuerySet:
    return _happened(journey, unit, runs).order_by().values("episode").distinct()


def runs_of(journey: Journey, customers: QuerySet) -> Ints:
    """The episodes of the customers, in any order."""
    return _keys(Episode.objects.filter(journey=journey, customer__in=customers.values("pk")))


@dataclass(frozen=True)
class Rated:
    """Ratings of us and others, and, shape (n,), each one's key, its unit (0 for none), its touchpoint (0 for the
    whole) and the place of its context in `contexts`."""

    ratings: Ratings
    key: Ints
    unit: Ints
    touchpoint: Ints
    context: Ints
    contexts: tuple[str, ...]

    def part(self, kept: NDArray[np.bool_]) -> "Rated":
        found = self.only(kept)
        return Rated(
            found, self.key[kept], self.unit[kept], self.touchpoint[kept], self.context[kept], self.contexts
        )

    def only(self, kept: NDArray[np.bool_]) -> Ratings:
        found = self.ratings
        return Ratings(found.sitting[kept], found.brand[kept], found.rating[kept])


def ratings(rows: QuerySet[CompetitorRating], competitors: Iterable[Competitor]) -> Rated:
    """The rows on a scale from 0 to 100: brand 0 is us, brand i the i-th of the competitors; others are left out."""
    brands: dict[int | None, int] = {None: US} | {each.pk: place for place, each in enumerate(competitors, start=1)}
    sittings: dict[tuple[str, str], int] = {}
    contexts: dict[str, int] = {}
    facts = rows.order_by("pk").values_list(
        "source", "external_id", "competitor_id", "pk", "unit_id", "touchpoint_id", "context", "rating", "scale_low",
        "scale_high",
    )  # fmt: skip
    numbers, values = [], []
    for source, external_id, competitor, key, unit, touchpoint, context, given, low, high in facts.iterator(ROWS):
        if competitor in brands:
            sitting = sittings.setdefault((source, external_id), len(sittings))
            place = contexts.setdefault(context, len(contexts))
            numbers.append((sitting, brands[competitor], key, unit or 0, touchpoint or 0, place))
            values.append(100 * (given - low) / (high - low))
    sitting_, brand, key_, unit_, touchpoint_, context_ = np.array(numbers, dtype=np.int64).reshape(-1, 6).T
    rated = Ratings(sitting_, brand, np.array(values))
    return Rated(rated, key_, unit_, touchpoint_, context_, tuple(contexts))


def ratings_of(rows: QuerySet[CompetitorRating], customers: QuerySet) -> Ints:
    """The keys of those rows that the customers said, in any order."""
    return _keys(rows.filter(customer__in=customers.values("pk")))


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

    All runs are better told apart here, by their keys: to join them costs the database more than all else.
    """
    touchpoints = Touchpoint.objects.filter(stage__journey=journey).values_list("pk", flat=True)
    rows = Interaction.objects.filter(program=unit.program_id, touchpoint__in=list(touchpoints))
    rows = rows.filter(episode__isnull=False) if runs is None else rows.filter(episode__in=runs.values("pk"))
    return rows if unit.parent_id is None else rows.filter(unit__path__startswith=unit.path)


@dataclass(frozen=True)
class _Block:
    """What happened at one touchpoint, or of one type: columns of one length, and when, in microseconds since 1970."""

    key: Key
    numbers: list[Ints]
    at: Ints


def _read(
    journey: Journey,
    unit: OrgUnit,
    period: Period,
    customers: QuerySet | None,
    *,
    by_type: bool,
    numbers: Sequence[str],
) -> list[_Block]:
    """The columns of the interactions, none of them empty and the episode first, in any order."""
    runs, is_any = _runs(journey, unit, period, customers)
    key, kind = ("type", "text") if by_type else ("touchpoint_id", "int8")
    blocks = _packed(_happened(journey, unit, None if is_any else runs), key, kind, numbers, "at")
    if not is_any:
        return blocks
    # A touchpoint that was moved has runs of the journey that it left.
    known, found = _keys(runs), []
    for each in blocks:
        kept = np.isin(each.numbers[0], known)
        if kept.any():
            found.append(_Block(each.key, [column[kept] for column in each.numbers], each.at[kept]))
    return found


def _packed(rows: QuerySet, key: str, kind: str, numbers: Sequence[str], moment: str) -> list[_Block]:
    """The driver hands over row by row, which for millions costs more than all that is done with them. So the database
    packs the rows of one key into one, each column of theirs as bytes; of the few keys it keeps all in memory. A row
    may not exceed a gigabyte: with three numbers that are 30 million events of one key.
    """
    names = [key, *numbers, moment]
    sql, parameters = rows.order_by().values_list(*names).query.sql_with_params()
    columns = [f"_{place}" for place in range(len(names))]
    packs = [f"string_agg(int8send({name}), '')" for name in columns[1:-1]]
    packs.append(f"string_agg(timestamptz_send({columns[-1]}), '')")
    inner = connection.ops.compose_sql(sql, parameters)  # type: ignore[attr-defined]
    query = f"SELECT _0, {', '.join(packs)} FROM ({inner}) rows ({', '.join(columns)}) GROUP BY _0"  # noqa: S608
    with connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT BINARY)") as copy:
        copy.set_types([kind, *("bytea" for _pack in packs)])
        return [
            _Block(found, [_numbers(pack) for pack in packed[:-1]], _numbers(packed[-1]) + EPOCH)
            for found, *packed in copy.rows()
        ]


def _keys(rows: QuerySet) -> Ints:
    sql, parameters = rows.order_by().values_list("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT string_agg(int8send(_0), '') FROM ({sql}) rows (_0)", parameters)  # noqa: S608
        return _numbers(bytes(cursor.fetchone()[0] or b""))


def _numbers(packed: bytes) -> Ints:
    return np.frombuffer(packed, dtype=">i8").astype(np.int64)


def _joined(parts: Iterable[Ints]) -> Ints:
    return np.concatenate([*parts, np.empty(0, dtype=np.int64)])


def _cases(episodes: Iterable[Ints]) -> Ints:
    """Each once, ascending; `np.unique` hashes, which takes ten times as long."""
    ascending = np.sort(_joined(episodes))
    return ascending[np.diff(ascending, prepend=-1) != 0]
