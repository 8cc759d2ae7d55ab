# ruff: noqa: S608 (no value is written into a statement)
"""What is counted of support cases and tickets: whether the first contact was enough, and how many complain.

A case is over at the time that its source tells. Of one whose state says that it is over and of which no time is told,
the last time known counts: in a file of Zendesk, that it was last changed (see `feedback/imports/presets.py`); of a
case that we knew as open, that we heard of it; else it was over when we met it, and counts as closed when it came, as
the plans that ask after closed cases take it.

The named parameters of the statements are those of `_scope` in journeys/services/kpi_filling.py.
"""

from functools import partial

from django.utils.translation import gettext_lazy

from feedback.choices import CLOSED_WORDS
from journeys.kpis import cells, counted
from journeys.kpis.counted import Counted, Reach
from journeys.kpis.parameters import OneOf, Parameter, Whole, texts
from journeys.sql import EVENTS

# The words of `SupportCase.is_closed`, as a list of values.
_WORDS = ", ".join(f"('{word}')" for word in sorted(CLOSED_WORDS))
_IS_OVER = f"lower(btrim({{row}}.status)) IN (VALUES {_WORDS})"
# A case is counted when its days are over: in the month in which it is known whether the customer came back.
FIRST_CONTACT = f"""
    WITH c AS (
        SELECT c.id, c.customer_id, coalesce(c.unit_id, %(root)s) AS unit_id, c.at,
               coalesce(c.closed_at, CASE WHEN {_IS_OVER.format(row="c")} THEN coalesce(
                   (SELECT min(e.pgh_created_at) FROM feedback_supportcaseevent e WHERE e.pgh_obj_id = c.id
                    AND e.pgh_id > (SELECT max(o.pgh_id) FROM feedback_supportcaseevent o WHERE o.pgh_obj_id = c.id
                                    AND o.closed_at IS NULL AND NOT {_IS_OVER.format(row="o")})),
                   c.at) END) AS closed_at,
               c.at + %(within_days)s * interval '1 day' AS known_at
        FROM feedback_supportcase c
        WHERE c.program_id = %(program)s AND c.customer_id IS NOT NULL AND c.at >= %(read_from)s AND c.at < %(end)s
        AND (%(channels)s::text[] = '{{}}' OR c.channel = ANY(%(channels)s))
        AND c.customer_id IN (SELECT id FROM kpi_population)
    ), x AS (
        SELECT c.id, c.unit_id, c.closed_at IS NOT NULL AND c.closed_at <= c.known_at AS is_closed,
               count(o.id) AS others
        FROM c LEFT JOIN c o ON o.customer_id = c.customer_id AND (o.at, o.id) > (c.at, c.id) AND o.at <= c.known_at
        WHERE c.known_at >= %(start)s AND c.known_at < %(end)s GROUP BY 1, 2, 3
    )
    SELECT unit_id, count(*), count(*) FILTER (WHERE is_closed AND others = 0), 0, 0, NULL FROM x GROUP BY 1
"""
COMPLAINTS = f"""{EVENTS}, served AS (
        SELECT unit_id, count(DISTINCT customer_id) AS n FROM e WHERE is_new AND customer_id IS NOT NULL GROUP BY 1
    ), told AS (
        SELECT coalesce(c.unit_id, %(root)s) AS unit_id FROM feedback_supportcase c
        WHERE %(from)s = 'cases' AND c.program_id = %(program)s AND c.at >= %(start)s AND c.at < %(end)s
        AND (%(channels)s::text[] = '{{}}' OR c.channel = ANY(%(channels)s))
        AND c.customer_id IN (SELECT id FROM kpi_population)
        UNION ALL
        SELECT t.unit_id FROM feedback_ticket t
        WHERE %(from)s = 'tickets' AND t.program_id = %(program)s AND t.opened_at >= %(start)s AND t.opened_at < %(end)s
        AND t.customer_id IN (SELECT id FROM kpi_population)
    ), complaints AS (SELECT unit_id, count(*) AS hits FROM told GROUP BY 1)
    SELECT unit_id, coalesce(n, 0), coalesce(hits, 0), 0, 0, NULL FROM served FULL JOIN complaints USING (unit_id)
"""
CHANNELS = Parameter("channels", texts, default=[])
ALL = (
    Counted(
        "first_contact_resolution",
        gettext_lazy("Of the support cases, the share that was closed within so many days without another case of the"
                     " same customer in them."),
        "share", ("share",), (CHANNELS, Parameter("within_days", Whole(1, 90), default=7)),
        sources=("cases",), reach=lambda parameters: Reach(days=2 * parameters["within_days"]), is_whole=True,
        sql=FIRST_CONTACT,
    ),
    Counted(
        "complaint_rate",
        gettext_lazy("Support cases or tickets for each customer and month."),
        "rate", ("rate",), (CHANNELS, Parameter("from", OneOf(("cases", "tickets")), default="cases")),
        sources=("interactions", "cases", "tickets"), sql=COMPLAINTS,
    ),
)  # fmt: skip

# A case is changed by its source; the audit tells when, and of which month it was before.
_changed = partial(counted.months_since, received="pgh_created_at")


def register_all() -> None:
    counted.register_source("cases", partial(_changed, table="feedback_supportcaseevent", moment="at"))
    counted.register_source("tickets", partial(_changed, table="feedback_ticketevent", moment="opened_at"))
    for each in ALL:
        cells.declare(each)
