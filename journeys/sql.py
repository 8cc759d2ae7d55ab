# ruff: noqa: S608 (no value is written into a statement)
"""The statements by which interactions are counted; their named parameters: `_scope` in services/kpi_filling.py."""

import re

# Who a KPI is about: the table is made where the KPI has a population, else the line is left out of the statement.
POPULATION = re.compile(r"AND \S+ IN \(SELECT id FROM kpi_population\)")
# The interactions that a KPI is about, from as far back as its collector looks; `is_new`: within the month counted.
# An interaction that names no unit belongs to the whole program. Without a customer each one counts as a person.
EVENTS = """
    WITH e AS (
        SELECT i.id, i.customer_id, coalesce(i.customer_id, -i.id) AS person, coalesce(i.unit_id, %(root)s) AS unit_id,
               i.at, i.at >= %(start)s AS is_new, i.type, t.code AS touchpoint, i.value, i.properties
        FROM journeys_interaction i LEFT JOIN journeys_touchpoint t ON t.id = i.touchpoint_id
        LEFT JOIN journeys_stage s ON s.id = t.stage_id
        WHERE i.program_id = %(program)s AND i.at >= %(read_from)s AND i.at < %(end)s
        AND (%(stream)s::bigint IS NULL OR i.stream_id = %(stream)s)
        AND (%(touchpoint)s::bigint IS NULL OR i.touchpoint_id = %(touchpoint)s)
        AND (%(journey)s::bigint IS NULL OR s.journey_id = %(journey)s)
        AND i.customer_id IN (SELECT id FROM kpi_population)
    )
"""
TYPES = "(%(types)s::text[] = '{}' OR type = ANY(%(types)s))"
# One wait for each event of `to`: from the first event of `from` since the last one, if it lies within the days.
PAIRS = """{events}, m AS (
        SELECT e.*, {key} = ANY(%(to)s::text[]) AS is_end FROM e
        WHERE customer_id IS NOT NULL AND ({key} = ANY(%(from)s::text[]) OR {key} = ANY(%(to)s::text[]))
    ), g AS (
        SELECT *, count(*) FILTER (WHERE is_end) OVER (
            PARTITION BY customer_id ORDER BY at, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS number
        FROM m
    ), f AS (
        SELECT *, max(at) FILTER (WHERE is_end) OVER (PARTITION BY customer_id, number) AS finish FROM g
    ), p AS (
        SELECT customer_id, max(unit_id) FILTER (WHERE is_end) AS unit_id,
               extract(epoch FROM finish - min(at) FILTER (WHERE NOT is_end))::float AS seconds
        FROM f WHERE finish >= %(start)s AND (is_end OR at >= finish - %(within_days)s * interval '1 day')
        GROUP BY customer_id, number, finish
    ), v AS (
        SELECT *, CASE WHEN seconds < 1 THEN -1 ELSE floor(ln(seconds) / ln(1.02::float))::int END AS bin
        FROM p WHERE seconds IS NOT NULL
    ), bins AS (
        SELECT unit_id, jsonb_object_agg(bin, n) AS bins
        FROM (SELECT unit_id, bin, count(*) AS n FROM v GROUP BY 1, 2) x GROUP BY 1
    )
    SELECT unit_id, count(*), count(DISTINCT customer_id), sum(seconds), sum(seconds * seconds), bins
    FROM v JOIN bins USING (unit_id) GROUP BY unit_id, bins
"""
COUNT = f"""{EVENTS}
    SELECT unit_id, count(*), count(DISTINCT person), 0, 0, NULL FROM e WHERE is_new AND {TYPES} GROUP BY 1
"""
VALUES = f"""{EVENTS}
    SELECT unit_id, count(*), count(DISTINCT person), sum(value)::float, sum(value * value)::float, NULL
    FROM e WHERE is_new AND {TYPES} AND value IS NOT NULL GROUP BY 1
"""
RATE = f"""{EVENTS}
    SELECT unit_id, count(DISTINCT customer_id), count(*) FILTER (WHERE {TYPES}), 0, 0, NULL
    FROM e WHERE is_new AND customer_id IS NOT NULL
    AND (%(among)s::text[] = '{{}}' OR type = ANY(%(among)s) OR type = ANY(%(types)s)) GROUP BY 1
"""
SHARE = f"""{EVENTS}
    SELECT unit_id, count(*), count(*) FILTER (WHERE type = ANY(%(types)s)), 0, 0, NULL
    FROM e WHERE is_new AND (type = ANY(%(types)s) OR type = ANY(%(over)s)) GROUP BY 1
"""
# Of those who were with us in the month before the last `months`: who was not seen since.
CHURN = f"""{EVENTS}, was AS (
        SELECT DISTINCT ON (customer_id) customer_id, unit_id FROM e
        WHERE customer_id IS NOT NULL AND at < %(base_end)s AND {TYPES} ORDER BY customer_id, at DESC, id DESC
    ), again AS (
        SELECT DISTINCT customer_id FROM e WHERE at >= %(base_end)s AND {TYPES}
    )
    SELECT was.unit_id, count(*), count(*) FILTER (WHERE again.customer_id IS NULL), 0, 0, NULL
    FROM was LEFT JOIN again USING (customer_id) GROUP BY 1
"""
RETENTION = CHURN.replace("again.customer_id IS NULL", "again.customer_id IS NOT NULL")
WAITING = PAIRS.format(events=EVENTS, key="type")
BETWEEN = PAIRS.format(events=EVENTS, key="touchpoint")
CROSS_SELL = f"""{EVENTS}, b AS (
        SELECT *, properties ->> %(kind)s AS kind FROM e WHERE customer_id IS NOT NULL AND {TYPES}
    ), x AS (
        SELECT b.id, b.unit_id, bool_or(o.kind IS NOT DISTINCT FROM b.kind) AS is_same
        FROM b JOIN b o ON o.customer_id = b.customer_id AND (o.at, o.id) < (b.at, b.id)
            AND o.at >= b.at - %(within_days)s * interval '1 day'
        WHERE b.is_new GROUP BY 1, 2
    )
    SELECT unit_id, count(*), count(*) FILTER (WHERE NOT is_same), 0, 0, NULL FROM x GROUP BY 1
"""
UPSELL = f"""{EVENTS}, x AS (
        SELECT *, lag(value) OVER w AS value_before, lag(at) OVER w AS at_before
        FROM e WHERE customer_id IS NOT NULL AND {TYPES} AND value IS NOT NULL
        WINDOW w AS (PARTITION BY customer_id ORDER BY at, id)
    )
    SELECT unit_id, count(*), count(*) FILTER (WHERE value > value_before), 0, 0, NULL
    FROM x WHERE is_new AND at_before >= at - %(within_days)s * interval '1 day' GROUP BY 1
"""
COST = f"""{EVENTS}, x AS (
        SELECT unit_id, customer_id, sum(
            CASE WHEN %(costs)s::jsonb IS NULL THEN coalesce(value, 0) * ({TYPES})::int
                 ELSE coalesce((%(costs)s::jsonb ->> type)::numeric, 0) END)::float AS cost
        FROM e WHERE is_new AND customer_id IS NOT NULL GROUP BY 1, 2
    )
    SELECT unit_id, count(*), count(*), sum(cost), sum(cost * cost), NULL FROM x GROUP BY 1
"""
RATIO = """
    SELECT unit_id, coalesce(u.n, 0), coalesce(o.n, 0), 0, 0, NULL
    FROM (SELECT * FROM journeys_kpicell WHERE kpi_id = %(of_id)s AND month = %(month)s) o
    FULL JOIN (SELECT * FROM journeys_kpicell WHERE kpi_id = %(per_id)s AND month = %(month)s) u USING (unit_id)
"""
