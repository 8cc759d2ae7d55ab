"""In which years a question was answered, without reading the years: each is probed by the months' index."""

from collections import defaultdict
from collections.abc import Collection

from django.db import connection

from cxprogram.models import Program
from feedback.models import Question
from journeys.kpis.questions import QuestionFacts

# From each year found the next later month with answers is looked up (index score_month_once): the cost follows the
# number of years. A year is counted over at most `enough` rows: each holds an answer at least.
YEARS = """
    WITH RECURSIVE q AS (
        SELECT id, code FROM feedback_question WHERE program_id = %(program)s AND code = ANY(%(questions)s)
    ), y AS (
        SELECT q.id, q.code, (
            SELECT min(month) FROM feedback_scoremonth c WHERE c.question_id = q.id AND c.code IS NOT NULL
        ) AS day FROM q
        UNION ALL
        SELECT y.id, y.code, (
            SELECT min(month) FROM feedback_scoremonth c WHERE c.question_id = y.id AND c.code IS NOT NULL
            AND c.month > make_date(extract(year FROM y.day)::int, 12, 31)
        ) FROM y WHERE y.day IS NOT NULL
    ), tail AS (
        SELECT a.key AS code, r.answered_on AS day, count(*) AS n
        FROM feedback_response r CROSS JOIN LATERAL jsonb_each(r.answers) a
        WHERE r.program_id = %(program)s AND a.key = ANY(%(questions)s)
          AND jsonb_typeof(a.value) IN ('number', 'array')
          AND r.recorded_xid >= coalesce(
              (SELECT watermark_xid FROM feedback_foldstate WHERE program_id = %(program)s), 0)
          AND r.recorded_xid <= (SELECT 9223372036854775807)  -- see tallies.READ
        GROUP BY 1, 2
    )
    SELECT y.code, extract(year FROM y.day)::int, (
        SELECT sum(few.n) FROM (
            SELECT c.n FROM feedback_scoremonth c
            WHERE c.question_id = y.id AND c.code IS NOT NULL
              AND c.month BETWEEN y.day AND make_date(extract(year FROM y.day)::int, 12, 31)
            LIMIT %(enough)s
        ) few
    )::bigint
    FROM y WHERE y.day IS NOT NULL
    UNION ALL
    SELECT tail.code, extract(year FROM tail.day)::int, sum(tail.n)::bigint FROM tail GROUP BY 1, 2
"""


def question_facts(program: Program, codes: Collection[str], at_least: int) -> dict[str, QuestionFacts]:
    """Name, scale, answered years and revisions of the questions; three queries however many are asked for."""
    years: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    with connection.cursor() as cursor:
        cursor.execute(YEARS, {"program": program.pk, "questions": sorted(codes), "enough": at_least})
        for code, year, n in cursor.fetchall():
            years[code][year] = min(at_least, years[code][year] + n)
    return {
        question.code: QuestionFacts(
            code=question.code,
            label=question.label,
            scale=question.scale,
            years=dict(years[question.code]),
            revised=tuple(revision.valid_from for revision in question.revisions.all()),
        )
        for question in Question.objects.filter(program=program, code__in=codes).prefetch_related("revisions")
    }
