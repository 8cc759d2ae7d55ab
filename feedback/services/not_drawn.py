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

SELECT = """
    SELECT c.id >> %s, string_agg(int4send((c.id & %s)::int4), ''::bytea), count(*)
    FROM journeys_customer c
    WHERE c.id IN ({everyone}) AND NOT EXISTS (
        SELECT 1 FROM feedback_plannedask a
        WHERE a.plan_id = %s AND a.cause = %s AND a.customer_id = c.id AND a.reminder = 0)
    GROUP BY 1
"""


class Bit(Func):
    function = "get_bit"
    output_field = IntegerField()


def write(wave: Wave, everyone: QuerySet, *, cause: str) -> int:
    """Write down those of the base whom the wave, whose asks are written, did not draw. Returns how many."""
    sql, params = everyone.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(SELECT.format(everyone=sql), [bits.BLOCK_BITS, bits.BLOCK - 1, *params, wave.plan_id, cause])
        rows = cursor.fetchall()
    NotDrawn.objects.bulk_create(
        [NotDrawn(wave=wave, block=block, members=bits.packed(bytes(places))) for block, places, _n in rows],
        batch_size=100,
    )
    return sum(n for _block, _places, n in rows)


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
