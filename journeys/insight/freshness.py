"""When streams delivered last, and which of them should have."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection

from journeys.choices import StreamStatus
from journeys.models import DataStream

# A stream without a cadence is asked about after this many hours of silence.
SILENCE = 7 * 24
DAYS = 90

NEWEST = """
    SELECT stream_id, max(received_at) FROM journeys_interaction
    WHERE stream_id = ANY(%s) AND received_at >= %s GROUP BY stream_id
"""


def is_stale(stream: DataStream, received: datetime | None, at: datetime) -> bool:
    """Whether an active stream has been silent for longer than its cadence; a draft delivers nothing."""
    if stream.status == StreamStatus.DRAFT:
        return False
    return received is None or received < at - timedelta(hours=stream.cadence_hours or SILENCE)


def last_deliveries(streams: Iterable[DataStream], at: datetime) -> dict[int, datetime]:
    """When each stream delivered last, within the time that its cadence asks for; one query. Rows of long ago that come
    today are delivered today; uses the index interaction_received."""
    found = list(streams)
    longest = max([DAYS * 24, *(each.cadence_hours or 0 for each in found)])
    with connection.cursor() as cursor:
        cursor.execute(NEWEST, [[each.pk for each in found], at - timedelta(hours=longest)])
        return dict(cursor.fetchall())
