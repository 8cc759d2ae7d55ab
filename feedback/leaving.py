"""Who is not heard of after a low or a high score: what moments of truth are proposed by."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from django.db import connection
from django.db.models import Max

from cxprogram.models import Program
from feedback.models import Question, Response
from journeys.analytics.leaving import Outcomes
from journeys.services.truths import AFTER, CHURN

# Each customer counts once for a question, by the first answer: those who stay answer more often.
LEFT = """
    WITH said AS (
        SELECT DISTINCT ON (q.code, r.customer_id) q.code, q.middle, r.customer_id, r.answered_at,
            (r.answers->>q.code)::float8 AS rating
        FROM feedback_response r
            JOIN unnest(%(codes)s::text[], %(middles)s::float8[]) q(code, middle)
                ON jsonb_typeof(r.answers->q.code) = 'number'
        WHERE r.program_id = %(program)s AND r.customer_id IS NOT NULL AND r.answered_at <= %(until)s
        ORDER BY q.code, r.customer_id, r.answered_at, r.id
    ), followed AS (
        SELECT said.code, said.rating < said.middle AS is_low,
            NOT EXISTS (
                SELECT FROM feedback_response r WHERE r.customer_id = said.customer_id
                    AND r.answered_at > said.answered_at AND r.answered_at <= said.answered_at + %(after)s
            ) AND NOT EXISTS (
                SELECT FROM journeys_interaction i WHERE i.customer_id = said.customer_id AND i.type <> %(churn)s
                    AND i.at > said.answered_at AND i.at <= said.answered_at + %(after)s
            ) OR EXISTS (
                SELECT FROM journeys_interaction i WHERE i.customer_id = said.customer_id AND i.type = %(churn)s
                    AND i.at > said.answered_at AND i.at <= said.answered_at + %(after)s
            ) AS has_left
        FROM said WHERE said.rating <> said.middle
    )
    SELECT code, is_low, count(*), count(*) FILTER (WHERE has_left) FROM followed GROUP BY code, is_low"""


def after_scores(program: Program, codes: Collection[str], at: datetime) -> dict[str, Outcomes]:
    """By question: who left after a score below the middle of its scale, and after one above.

    A customer has left of whom nothing is heard for `AFTER`, or who is said to have left (`CHURN`) within it. Answers
    so late that this cannot be known yet are left out: nobody has left where the record ends.
    """
    heard = Response.objects.filter(program=program, answered_at__lte=at)
    newest = heard.aggregate(newest=Max("answered_at"))["newest"]
    scales = {
        row.code: (row.scale_low + row.scale_high) / 2
        for row in Question.objects.filter(program=program, code__in=codes)
        if row.scale_low is not None and row.scale_high is not None
    }
    if newest is None or not scales:
        return {}
    where = {
        "program": program.pk, "codes": list(scales), "middles": list(scales.values()),
        "until": newest - AFTER, "after": AFTER, "churn": CHURN,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(LEFT, where)
        rows = cursor.fetchall()
    found: dict[str, dict[bool, tuple[int, int]]] = defaultdict(dict)
    for code, is_low, n, left in rows:
        found[code][is_low] = (n, left)
    return {code: Outcomes(*sides.get(True, (0, 0)), *sides.get(False, (0, 0))) for code, sides in found.items()}
