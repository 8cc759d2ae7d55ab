"""Counting answers: responses are folded into score cells behind a watermark, a read adds the tail.

The watermark is the oldest transaction still open (by snapshot, not by row id): a response whose transaction commits
late lies behind no watermark, so none is skipped and none counted twice.
"""

from datetime import datetime

from django.db import connection, transaction

from cxprogram.models import Program
from feedback.models import FoldState, ScoreCell, ScoreMonth

# One row per answer code or missing answer of the responses `r`; texts carry no code.
EXPLODE = """
    SELECT r.id, r.unit_id, r.channel, r.answered_on, r.weight, r.touchpoint_id, a.key AS question,
           e.value::int AS code, '' AS missing
    FROM r CROSS JOIN LATERAL jsonb_each(r.answers) a
    CROSS JOIN LATERAL jsonb_array_elements(
        CASE jsonb_typeof(a.value) WHEN 'array' THEN a.value WHEN 'number' THEN jsonb_build_array(a.value)
             ELSE '[]'::jsonb END) e
    UNION ALL
    SELECT r.id, r.unit_id, r.channel, r.answered_on, r.weight, r.touchpoint_id, m.key, NULL, m.value
    FROM r CROSS JOIN LATERAL jsonb_each_text(r.missing) m
"""

FOLD = f"""
    WITH r AS (
        SELECT * FROM feedback_response WHERE program_id = %(program)s
        AND recorded_xid >= %(from)s AND recorded_xid < %(to)s
    ), x AS ({EXPLODE}), g AS (
        SELECT q.id AS question_id, x.unit_id, coalesce(x.touchpoint_id, q.touchpoint_id) AS touchpoint_id, x.channel,
               x.answered_on AS day, x.code, x.missing, count(*) AS n, sum(x.weight) AS w,
               sum(x.weight * x.weight) AS ww
        FROM x JOIN feedback_question q ON q.program_id = %(program)s AND q.code = x.question
        GROUP BY 1, 2, 3, 4, 5, 6, 7
    ), days AS (
        INSERT INTO feedback_scorecell AS c
            (program_id, question_id, unit_id, touchpoint_id, channel, day, code, missing, n, weight_sum, weight_sq_sum)
        SELECT %(program)s, question_id, unit_id, touchpoint_id, channel, day, code, missing, n, w, ww
        FROM g ORDER BY 2, 6, 3, 4, 5, 7, 8
        ON CONFLICT (question_id, day, unit_id, touchpoint_id, channel, code, missing)
        DO UPDATE SET n = c.n + excluded.n, weight_sum = c.weight_sum + excluded.weight_sum,
                      weight_sq_sum = c.weight_sq_sum + excluded.weight_sq_sum
    )
    INSERT INTO feedback_scoremonth AS c
        (program_id, question_id, unit_id, touchpoint_id, channel, month, code, missing, n, weight_sum, weight_sq_sum)
    SELECT %(program)s, question_id, unit_id, touchpoint_id, channel, date_trunc('month', day)::date, code, missing,
           sum(n), sum(w), sum(ww)
    FROM g GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 ORDER BY 2, 6, 3, 4, 5, 7, 8
    ON CONFLICT (question_id, month, unit_id, touchpoint_id, channel, code, missing)
    DO UPDATE SET n = c.n + excluded.n, weight_sum = c.weight_sum + excluded.weight_sum,
                  weight_sq_sum = c.weight_sq_sum + excluded.weight_sq_sum
"""  # noqa: S608 (no value is written into it)


def _forget(program: Program) -> None:
    ScoreCell.objects.filter(program=program).delete()
    ScoreMonth.objects.filter(program=program).delete()


def fold(program: Program, *, at: datetime) -> int:
    """Fold what has been committed since the last time; returns the number of responses folded.

    Two at once: the second waits for the row of the state and finds nothing left.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        FoldState.objects.get_or_create(program=program)
        state = FoldState.objects.select_for_update().get(program=program)
        cursor.execute(
            "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint,"
            " (SELECT system_identifier::text FROM pg_control_system())"
        )
        oldest_open, cluster = cursor.fetchone()
        if is_restored := state.cluster != cluster:  # its transaction ids start anew: those before count as oldest
            _forget(program)
            if state.cluster:
                cursor.execute("UPDATE feedback_response SET recorded_xid = 0 WHERE program_id = %s", [program.pk])
            state.watermark_xid, state.cluster = 0, cluster
        span = {"program": program.pk, "from": state.watermark_xid, "to": oldest_open}
        cursor.execute(
            "SELECT count(*) FROM feedback_response WHERE program_id = %(program)s"
            " AND recorded_xid >= %(from)s AND recorded_xid < %(to)s",
            span,
        )
        folded = cursor.fetchone()[0]
        if folded:
            cursor.execute(FOLD, span)
            state.folded_at = at
        if folded or is_restored:
            state.watermark_xid = oldest_open
            state.save()
    return folded


def rebuild(program: Program, *, at: datetime) -> int:
    """Count everything again from the responses."""
    with transaction.atomic():
        FoldState.objects.get_or_create(program=program)
        state = FoldState.objects.select_for_update().get(program=program)
        _forget(program)
        state.watermark_xid = 0
        state.save()
        return fold(program, at=at)
