"""Reads that stand before every answer: the server plans them once a connection, not once a request.

Planning took four times as long as reading. Django binds values on the client and prepares nothing; these few
statements go past its cursor, on its connection and in its transaction.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from django.db import InterfaceError, OperationalError, connection


def fetch_one(sql: str, values: Mapping[str, Any] | Sequence[Any]) -> tuple[Any, ...] | None:
    """The first row of the statement; None if there is none. The text of the statement must be constant.

    The first statement of a request is the health check of a kept connection, too: if the server has gone meanwhile,
    it is asked once more on a new one. So a request must not begin with a statement that may not run twice.
    """
    kept: Any = connection
    is_unproven = (
        kept.connection is not None
        and kept.health_check_enabled
        and not kept.health_check_done
        and not kept.in_atomic_block
    )
    if is_unproven:
        kept.health_check_done = True
        try:
            return _fetch_one(sql, values)
        except (OperationalError, InterfaceError):
            connection.close()
    return _fetch_one(sql, values)


def _fetch_one(sql: str, values: Mapping[str, Any] | Sequence[Any]) -> tuple[Any, ...] | None:
    connection.ensure_connection()
    server: psycopg.Connection = connection.connection
    if connection.queries_logged:  # tests count them like any other
        connection.queries_log.append({"sql": sql, "time": ""})
    with connection.wrap_database_errors:
        # Switched on for this statement alone: Django's own cursors must not prepare texts with values in them.
        server.prepare_threshold = 0
        try:
            with psycopg.Cursor(server) as cursor:
                return cursor.execute(sql, values, prepare=True).fetchone()
        finally:
            server.prepare_threshold = None
