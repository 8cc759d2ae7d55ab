"""The one border from the rows of feedback to pandas."""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import connection

from cxprogram.models import Program
from cxprogram.periods import Period

if TYPE_CHECKING:
    from pandas import DataFrame

# Responses that rate every question named, in the order in which they were written.
COMPLETE = """
    COPY (
        SELECT {columns} FROM feedback_response r
        WHERE r.program_id = %s AND r.answered_on BETWEEN %s AND %s AND {complete}
        ORDER BY r.id
    ) TO STDOUT (FORMAT csv)
"""


def ratings_frame(program: Program, period: Period, questions: Sequence[str]) -> "DataFrame":
    """One row a response, one column a question: those that answered every question with a number.

    Blank and not applicable answers have no number, so such a response is left out (listwise complete).
    """
    import pandas as pd  # only here: web processes that read counts alone stay small

    columns = ", ".join(f"(r.answers->>%s)::numeric AS c{number}" for number in range(len(questions)))
    complete = " AND ".join("jsonb_typeof(r.answers->%s) = 'number'" for _question in questions)
    buffer = io.BytesIO()
    parameters = [*questions, program.pk, period.start, period.end, *questions]
    with (
        connection.cursor() as cursor,
        cursor.copy(COMPLETE.format(columns=columns, complete=complete), parameters) as rows,
    ):
        for block in rows:
            buffer.write(block)
    buffer.seek(0)
    if not buffer.getbuffer().nbytes:
        return pd.DataFrame({question: pd.Series(dtype="int16") for question in questions})
    return pd.read_csv(buffer, header=None, names=list(questions), dtype="int16")
