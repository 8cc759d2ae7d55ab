"""Who was in the base of a wave and was not drawn: known exactly, of millions, by one bit for each customer.

A row of the ledger for each would be ten million rows a wave. The bits are written in the transaction of the draw, so
what the segment, the hold-out or the customer become later changes nothing in what is told.
"""

from collections.abc import Sequence

from django.db import connection
from django.db.models import F, IntegerField, QuerySet, Value
from django.db.models.expressions import Func

from feedback.analytics import bits
from feedback.models import NotDrawn, PlannedAsk, Wave

# The numbers of 64 customers are one word: ten million come as 160,000 rows of the inner query, 160 of the outer one.
# By the empty half the planner does not see that every number is another: it would take ten million words for granted,
# and have one process gather them all.
SELECT = """
    SELECT word >> 10, string_agg(int2send((word & 1023)::int2) || int8send(bits), ''::bytea) FROM (
        SELECT word, bit_or(bit) AS bits FROM (
            SELECT id >> 6 AS word, 1::bigint << (id & 63)::int AS bit FROM ({everyone}) base (id)
            UNION ALL SELECT NULL::bigint, NULL::bigint WHERE false
        ) members GROUP BY 1
    ) words GROUP BY 1
"""
WORK_MEM = "64MB"  # for the words of fifty million


class Bit(Func):
    function = "get_bit"
    output_field = IntegerField()


def base(everyone: QuerySet) -> bits.Numbers:
    """The numbers of the customers, read once. Must run in a transaction."""
    sql, params = everyone.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('work_mem', %s, true)", [WORK_MEM])
        cursor.execute(SELECT.format(everyone=sql), params)
        return bits.Numbers(cursor.fetchall())


def write(wave: Wave, base: bits.Numbers, *, cause: str) -> None:
    """Write down those of the base whom the wave, whose asks are written, did not draw; they are left in `base`."""
    asks = PlannedAsk.objects.filter(plan=wave.plan_id, cause=cause, reminder=0)
    base.remove(asks.values_list("customer", flat=True).iterator())
    rows = (NotDrawn(wave=wave, block=block, members=members) for block, members in base.blocks() if any(members))
    NotDrawn.objects.bulk_create(rows, batch_size=100)


def waves(customers: Sequence[int], *, limit: int) -> list[Wave]:
    """The waves that had one of these numbers, which are all the same person, in their base and drew none of them;
    the newest first."""
    found: set[int] = set()
    for number in customers:
        block, place = bits.block_of(number)
        blocks = NotDrawn.objects.filter(block=block).alias(bit=Bit(F("members"), Value(place)))
        found.update(blocks.filter(bit=1).values_list("wave", flat=True))
    drawn = PlannedAsk.objects.filter(customer__in=customers, wave__in=found, reminder=0).values("wave")
    rows = Wave.objects.filter(pk__in=found).exclude(pk__in=drawn)
    return list(rows.select_related("plan__survey").order_by("-at", "-pk")[:limit])
