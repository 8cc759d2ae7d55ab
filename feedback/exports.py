"""All answers of a period as they were said, one row each, streamed: the server writes the rows, we hand them on.

In CSV each question that was asked is a column, in the order of the codes; several choices are parted by semicolons,
blank is empty, and a text is written so that no spreadsheet takes it for a formula (as `cxprogram/csv_files.py` does).
A customer is a number: who that is, is told on the customer's page to those who may know.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from psycopg import sql

from cxprogram.csv_files import BYTE_ORDER_MARK
from cxprogram.models import Program
from cxprogram.periods import Period
from feedback.choices import QuestionKind
from feedback.models import Question, Response, SurveyVersion

PIECE = 64 * 1024
HEADER = (
    "id", "survey", "version", "source", "external_id", "answered_at", "answered_on", "unit", "touchpoint", "channel",
    "language", "weight", "customer", "attributes",
)  # fmt: skip
COLUMNS = sql.SQL(
    """r.id, s.slug, v.number, {source}, {external_id}, to_char(r.answered_at AT TIME ZONE 'UTC',
    'YYYY-MM-DD"T"HH24:MI:SS"Z"'), r.answered_on, {unit}, {touchpoint}, {channel}, {language}, r.weight, r.customer_id,
    r.attributes"""
)
ROW = sql.SQL(
    """row_to_json((SELECT x FROM (SELECT r.id, s.slug AS survey, v.number AS version, r.source, r.external_id,
    r.answered_at, r.answered_on, u.code AS unit, t.code AS touchpoint, r.channel, r.language, r.weight,
    r.customer_id AS customer, r.answers, r.missing, r.attributes) x))"""
)
COPY = sql.SQL(
    """COPY (SELECT {columns} FROM feedback_response r
    JOIN feedback_surveyversion v ON v.id = r.survey_version_id JOIN feedback_survey s ON s.id = v.survey_id
    JOIN cxprogram_orgunit u ON u.id = r.unit_id LEFT JOIN journeys_touchpoint t ON t.id = r.touchpoint_id
    WHERE r.id IN ({wanted}) ORDER BY r.id) TO STDOUT (FORMAT csv{form})"""
)
# JSON holds no control characters as they are: with these as quote and delimiter a row is written as it stands.
AS_IT_STANDS = sql.SQL(", QUOTE e'\\x01', DELIMITER e'\\x02'")


@dataclass(frozen=True)
class Export:
    """What to hand out: rows of one program and period that the asker may see."""

    program: Program
    rows: QuerySet[Response]

    def csv(self) -> Iterator[bytes]:
        questions = self._questions()
        head = io.StringIO(BYTE_ORDER_MARK)
        head.seek(0, io.SEEK_END)
        csv.writer(head).writerow([*HEADER, *(question.code for question in questions)])
        yield head.getvalue().encode()
        names = ("source", "external_id", "channel", "language")
        cells = {name: _safe(sql.SQL("r.") + sql.Identifier(name)) for name in names}
        fixed = COLUMNS.format(**cells, unit=_safe(sql.SQL("u.code")), touchpoint=_safe(sql.SQL("t.code")))
        yield from self._copied(sql.SQL(", ").join([fixed, *map(_answer, questions)]), sql.SQL(""))

    def ndjson(self) -> Iterator[bytes]:
        return self._copied(ROW, AS_IT_STANDS)

    def _questions(self) -> list[Question]:
        """The questions of the versions that these answers were given to."""
        answered = self.rows.filter(survey_version=OuterRef("pk"))
        versions = SurveyVersion.objects.filter(Exists(answered), survey__program=self.program)
        asked = Question.objects.filter(program=self.program, surveyitem__version__in=versions)
        return list(asked.distinct().order_by("code"))

    def _copied(self, columns: sql.Composable, form: sql.Composable) -> Iterator[bytes]:
        wanted, values = self.rows.order_by().values("pk").query.sql_with_params()
        connection.ensure_connection()
        server: psycopg.Connection[Any] = connection.connection
        statement = COPY.format(columns=columns, wanted=sql.SQL(wanted), form=form)  # type: ignore[arg-type]
        piece = bytearray()
        with psycopg.ClientCursor(server) as cursor, cursor.copy(statement, values) as copy:
            for row in copy:
                piece += row
                if len(piece) >= PIECE:
                    yield bytes(piece)
                    piece.clear()
        yield bytes(piece)


def of(program: Program, period: Period, *, user: Any) -> Export:
    """The answers of the period that the user may see, each with its words."""
    rows = Response.objects.visible_to(user).filter(program=program, answered_on__range=(period.start, period.end))
    return Export(program, rows)


def _safe(cell: sql.Composable) -> sql.Composable:
    return sql.SQL(r"CASE WHEN {0} ~ '^ *[-=+@\t\r\n]' THEN '''' || {0} ELSE {0} END").format(cell)


def _answer(question: Question) -> sql.Composable:
    code = sql.Literal(question.code)
    value = sql.SQL("r.answers ->> {}").format(code)
    if question.kind == QuestionKind.TEXT:
        return _safe(sql.SQL("({})").format(value))
    if question.kind == QuestionKind.MULTIPLE:
        value = sql.SQL("translate({}, ', []', ';')").format(value)
    return sql.SQL("coalesce({}, nullif(r.missing ->> {}, 'blank'))").format(value, code)
