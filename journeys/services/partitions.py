"""The months of the table of interactions: made when first needed, dropped when everything in them has had its time."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

TABLE = "journeys_interaction"
# What happened before shares one partition, made with the table.
FIRST_YEAR = 2000
_LOCK = 0x6D6F6E746873  # "months"


class Month(NamedTuple):
    year: int
    month: int

    @property
    def table(self) -> str:
        return f"{TABLE}_{self.year:04}{self.month:02}"

    @property
    def start(self) -> datetime:
        return datetime(self.year, self.month, 1, tzinfo=UTC)

    @property
    def next(self) -> "Month":
        return Month(self.year + self.month // 12, self.month % 12 + 1)


def month_of(at: datetime) -> Month:
    at = at.astimezone(UTC)
    return Month(at.year, at.month)


def ensure(moments: Iterable[datetime]) -> None:
    """Make the partitions that these moments need and that are not there.

    Made beside the table and attached: a CREATE … PARTITION OF would stop all readers for as long as the caller's
    transaction lasts.
    """
    wanted = sorted({month for at in moments if (month := month_of(at)).year >= FIRST_YEAR})
    if not wanted:
        return
    with connection.cursor() as cursor:
        missing = _missing(cursor, wanted)
        if not missing:
            return
        with transaction.atomic():
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            for month in _missing(cursor, missing):
                cursor.execute(f"CREATE TABLE {month.table} (LIKE {TABLE} INCLUDING ALL EXCLUDING IDENTITY)")
                cursor.execute(
                    f"ALTER TABLE {TABLE} ATTACH PARTITION {month.table} FOR VALUES FROM (%s) TO (%s)",
                    [month.start, month.next.start],
                )


def _missing(cursor: CursorWrapper, months: list[Month]) -> list[Month]:
    # Read from the catalogue itself: to_regclass() remembers what was not there before the lock was waited for.
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relname = ANY(%s) AND pg_table_is_visible(oid)",
        [[month.table for month in months]],
    )
    there = {name for (name,) in cursor.fetchall()}
    return [month for month in months if month.table not in there]


def existing() -> list[Month]:
    """The months that have a partition, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = %s::regclass",
            [TABLE],
        )
        names = [name.rpartition("_")[2] for (name,) in cursor.fetchall()]
    return sorted(Month(int(name[:4]), int(name[4:])) for name in names if name.isdigit())


def drop(month: Month) -> None:
    """Take a month away with all its rows; readers wait no longer than this statement takes."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '5s'")
        cursor.execute(f"DROP TABLE IF EXISTS {month.table}")
