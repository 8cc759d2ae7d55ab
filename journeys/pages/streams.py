"""How good the data are that come in: per stream how complete, how fresh, how often doubled, how often nobody's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxprogram.models import Program
from journeys.choices import StreamStatus, UseCaseState
from journeys.insight.freshness import DAYS, is_stale
from journeys.models import DataStream

# By when it came in, whenever it happened: a delivery of old rows is a delivery. Uses the index interaction_received.
MEASURE = """
    SELECT stream_id, count(*), count(customer_id), count(touchpoint_id), count(*) FILTER (WHERE channel <> ''),
           count(value), max(at), max(received_at),
           count(customer_id) - count(DISTINCT (customer_id, type, at, value)) FILTER (WHERE customer_id IS NOT NULL)
    FROM journeys_interaction WHERE stream_id = ANY(%s) AND received_at >= %s GROUP BY stream_id
"""


# Of streams that were silent since: when the newest of what happened came in. Uses the end of the index
# interaction_stream; old rows that were brought later than a thousand newer ones are not looked for.
LAST = """
    SELECT stream.id, (
        SELECT max(received_at) FROM (
            SELECT received_at FROM journeys_interaction WHERE stream_id = stream.id ORDER BY at DESC LIMIT 1000
        ) AS newest
    ) FROM unnest(%s::bigint[]) AS stream(id)
"""


@dataclass(frozen=True)
class StreamQuality:
    """What came in by one stream during the last days. Shares are 0–1; None where nothing came in.

    A duplicate is one customer's same type at the same moment with the same value under another key; an orphan is an
    interaction without a customer.
    """

    stream: DataStream
    rows: int
    with_touchpoint: float | None
    with_channel: float | None
    with_value: float | None
    duplicates: int
    orphans: int
    newest_at: datetime | None
    received_at: datetime | None
    is_stale: bool
    complaints: Sequence[str]

    @property
    def orphan_share(self) -> float | None:
        return self.orphans / self.rows if self.rows else None

    @property
    def cadence(self) -> str:
        hours = self.stream.cadence_hours
        if hours is None:
            return ""
        if hours % 24 == 0:
            return ngettext("every day", "every %(n)s days", hours // 24) % {"n": hours // 24}
        return ngettext("every hour", "every %(n)s hours", hours) % {"n": hours}

    @property
    def use_cases(self) -> list[str]:
        """Those that may use it, with the state of one that does not yet."""
        return [
            each.label if each.status == UseCaseState.ACTIVE else f"{each.label} ({each.get_status_display()})"
            for each in self.stream.use_cases.all()
            if each.status != UseCaseState.RETIRED
        ]

    @property
    def is_draft(self) -> bool:
        return self.stream.status == StreamStatus.DRAFT


def streams(program: Program, at: datetime) -> list[StreamQuality]:
    """Four queries, however many streams: they, their use cases, what came in, and when the silent ones spoke last."""
    found = DataStream.objects.filter(program=program).select_related("responsible").order_by("code")
    rows = list(found.prefetch_related("use_cases"))
    with connection.cursor() as cursor:
        cursor.execute(MEASURE, [[row.pk for row in rows], at - timedelta(days=DAYS)])
        measured = {row[0]: row[1:] for row in cursor.fetchall()}
        cursor.execute(LAST, [[row.pk for row in rows if row.pk not in measured]])
        last = dict(cursor.fetchall())
    return [_quality(stream, measured.get(stream.pk), at, last.get(stream.pk)) for stream in rows]


def _quality(
    stream: DataStream,
    row: tuple[int, int, int, int, int, datetime, datetime, int] | None,
    at: datetime,
    last: datetime | None,
) -> StreamQuality:
    if row is None:
        empty = is_stale(stream, last, at)
        return StreamQuality(
            stream, 0, None, None, None, 0, 0, None, last, empty, _complaints(stream, silent=empty, rows=0)
        )
    n, known, touchpoints, channels, values, newest, received, doubled = row
    silent = is_stale(stream, received, at)
    return StreamQuality(
        stream, n, touchpoints / n, channels / n, values / n, doubled, n - known, newest, received, silent,
        _complaints(stream, silent=silent, rows=n, doubled=doubled, orphans=n - known),
    )  # fmt: skip


def _complaints(stream: DataStream, *, silent: bool, rows: int, doubled: int = 0, orphans: int = 0) -> list[str]:
    found = []
    if stream.status == StreamStatus.DRAFT:
        found += [_("Takes nothing in."), *stream.lacks]
    if silent:
        found.append(_("Not fresh: it should have delivered.") if rows else _("Nothing came in."))
    if doubled:
        found.append(_("%(n)s look doubled.") % {"n": f"{doubled:,}"})
    if rows and orphans / rows > 0.05:
        found.append(_("%(share).0f %% belong to nobody we know.") % {"share": 100 * orphans / rows})
    if stream.responsible_id is None:
        found.append(_("Nobody is responsible for it."))
    if stream.retention_days is None:
        found.append(_("Nobody said how long it is kept."))
    return found
