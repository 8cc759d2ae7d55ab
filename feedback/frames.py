"""The one border from the rows of feedback to pandas."""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import connection

from cxprogram.models import Program
from cxprogram.periods import Period

if TYPE_CHECKING:
    from pandas import DataFrame

# Responses that rate every question named.
COMPLETE = """
    FROM feedback_response r
    WHERE r.program_id = %s AND r.answered_on BETWEEN %s AND %s AND {complete}
"""
# In the order in which they were written.
ROWS = f"COPY (SELECT {{columns}} {COMPLETE} ORDER BY r.id) TO STDOUT (FORMAT csv)"
COUNT = f"SELECT count(*) {COMPLETE}"
IS_RATED = "jsonb_typeof(r.answers->%s) = 'number'"


def ratings_frame(program: Program, period: Period, questions: Sequence[str]) -> "DataFrame":
    """One row a response, one column a question: those that answered every question with a number.

    Blank and not applicable answers have no number, so such a response is left out (listwise complete).
    """
    import pandas as pd  # only here: web processes that read counts alone stay small

    columns = ", ".join(f"(r.answers->>%s)::numeric AS c{number}" for number in range(len(questions)))
    complete = " AND ".join(IS_RATED for _question in questions)
    buffer = io.BytesIO()
    parameters = [*questions, program.pk, period.start, period.end, *questions]
    with (
        connection.cursor() as cursor,
        cursor.copy(ROWS.format(columns=columns, complete=complete), parameters) as rows,
    ):
        for block in rows:
            buffer.write(block)
    buffer.seek(0)
    if not buffer.getbuffer().nbytes:
        return pd.DataFrame({question: pd.Series(dtype="int16") for question in questions})
    return pd.read_csv(buffer, header=None, names=list(questions), dtype="int16")


def complete_count(program: Program, period: Period, questions: Sequence[str]) -> int:
    """How many responses of the period answered every question with a number: it reads each of them."""
    complete = " AND ".join(IS_RATED for _question in questions)
    with connection.cursor() as cursor:
        cursor.execute(COUNT.format(complete=complete), [program.pk, period.start, period.end, *questions])
        return cursor.fetchone()[0]


# The newest responses; a person who is known counts once, with the newest answer to each question.
PEOPLE = """
    SELECT coalesce(r.customer_id, -r.id), {columns} FROM feedback_response r
    WHERE r.program_id = %s ORDER BY r.id DESC LIMIT %s
"""
# What streams tell of some customers: how often, and how much in the mean.
TOLD = """
    SELECT customer_id, stream_id, count(*), avg(value) FROM journeys_interaction
    WHERE customer_id = ANY(%s) AND stream_id = ANY(%s) GROUP BY 1, 2
"""


def people_frame(program: Program, questions: Sequence[str], *, most: int) -> "DataFrame":
    """One row a person, one column a question: the newest number that they answered it with, else NaN.

    From the newest `most` responses. The index is the customer, negative for a response without one.
    """
    import pandas as pd  # as above

    columns = ", ".join(
        f"CASE WHEN jsonb_typeof(r.answers->%s) = 'number' THEN (r.answers->>%s)::float8 END AS c{number}"
        for number in range(len(questions))
    )
    if not questions:
        return pd.DataFrame()
    twice = [question for question in questions for _time in range(2)]
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE.format(columns=columns), [*twice, program.pk, most])
        frame = pd.DataFrame(cursor.fetchall(), columns=["person", *questions]).astype("float64")
    return frame.iloc[::-1].groupby("person").last()


def told_frame(customers: Sequence[int], streams: Sequence[int]) -> "DataFrame":
    """One row a customer, two columns a stream, (stream, "n") and (stream, "value"): how many interactions, 0 for
    none, and the mean of their values, that of all customers where there is none; one query."""
    import pandas as pd  # as above

    with connection.cursor() as cursor:
        cursor.execute(TOLD, [list(customers), list(streams)])
        rows = pd.DataFrame(cursor.fetchall(), columns=["customer", "stream", "n", "value"]).astype("float64")
    found = {}
    for stream in streams:
        told = rows[rows["stream"] == stream].set_index("customer").reindex(list(customers))
        values = told["value"]
        found[stream, "n"] = told["n"].fillna(0.0)
        found[stream, "value"] = values.fillna(values.mean() if values.notna().any() else 0.0)
    return pd.DataFrame(found, index=list(customers))
