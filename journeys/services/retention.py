"""Retention: each stream keeps its interactions as long as it says, then they go; months whose time is up go whole."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from journeys.models import DataStream, Interaction, InteractionKey
from journeys.services import partitions
from journeys.services.partitions import Month

BATCH = 10_000


@dataclass(frozen=True)
class Swept:
    """What went: partitions as a whole, and rows out of those that stay."""

    months: tuple[Month, ...]
    rows: int


def sweep(*, at: datetime, batch: int = BATCH) -> Swept:
    """Take away what is older than its stream keeps. Twice changes nothing.

    - a month in which every row's time is up is dropped;
    - out of the other months the rows whose time is up are deleted;
    - their keys go too: what is too old is refused at the door, so a key has no one left to tell apart.
    """
    bounds = {
        stream.pk: at - timedelta(days=stream.retention_days)
        for stream in DataStream.objects.exclude(retention_days=None)
        if stream.retention_days is not None
    }
    if not bounds:
        return Swept((), 0)
    dropped = tuple(month for month in partitions.existing() if _drop_if_over(month, bounds))
    rows = sum(_delete(stream, bound, batch) for stream, bound in sorted(bounds.items()))
    return Swept(dropped, rows)


def _drop_if_over(month: Month, bounds: dict[int, datetime]) -> bool:
    """Drop the month if it is past and holds rows only of streams that keep none of it; an empty one stays."""
    over = [stream for stream, bound in bounds.items() if bound >= month.next.start]
    if not over:
        return False
    with transaction.atomic(), connection.cursor() as cursor:
        # Nobody writes into the month between the look and the drop.
        cursor.execute(f"LOCK TABLE {month.table} IN SHARE ROW EXCLUSIVE MODE")
        rows = Interaction.objects.between(month.start, month.next.start)
        if not rows.exists() or rows.exclude(stream__in=over).exists():
            return False
        InteractionKey.objects.filter(stream__in=over, at__gte=month.start, at__lt=month.next.start).delete()
        partitions.drop(month)
        return True


def _delete(stream: int, bound: datetime, batch: int) -> int:
    total = 0
    while True:
        with transaction.atomic():
            keys = list(
                InteractionKey.objects.filter(stream=stream, at__lt=bound)
                .order_by("at")[:batch]
                .values_list("pk", "at")
            )
            if not keys:
                return total
            numbers = [number for number, _at in keys]
            first, last = keys[0][1], keys[-1][1]
            total += Interaction.objects.filter(pk__in=numbers, at__gte=first, at__lte=last).delete()[0]
            InteractionKey.objects.filter(pk__in=numbers).delete()
