"""After a test that commits, what it has written is deleted.

Django's own way, one TRUNCATE of all tables, makes the files of each anew with those of its thousand indexes: that
took longer than most such tests, which write a few hundred rows. Kinds and permissions are kept, which Django would
delete and write again the same.
"""

from typing import Any

import pgtrigger
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction

KEPT = {ContentType._meta.db_table, Permission._meta.db_table}


def empty_tables(*_case: Any) -> None:
    tables = sorted(set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - KEPT)
    with transaction.atomic(), connection.cursor() as cursor:
        # As TRUNCATE does: whoever is still writing ends first.
        cursor.execute(f"LOCK TABLE {', '.join(map(_quoted, tables))} IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(
            " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {_quoted(table)})" for table in tables)
        )
        written = [table for (table,) in cursor.fetchall()]
        if not written:
            return
        # In one statement, as some keys are checked at its end and not at the transaction's.
        deletes = (f"d{number} AS (DELETE FROM {_quoted(table)})" for number, table in enumerate(written))
        with pgtrigger.ignore():
            cursor.execute(f"WITH {', '.join(deletes)} SELECT")


def _quoted(table: str) -> str:
    return connection.ops.quote_name(table)
