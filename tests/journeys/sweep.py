"""Every text of every table and of the data folder, looked through as one would look for a person in a dump."""

import gzip
from collections.abc import Iterable
from contextlib import suppress
from itertools import groupby
from pathlib import Path

from django.db import DatabaseError, connection, transaction
from psycopg import sql

Column = tuple[str, str, str]  # table, column, type
WIDE = 60


def text_columns(*, wide: bool = False) -> list[Column]:
    """All columns that hold texts, documents or bytes; `wide`: those with room for a name and an address."""
    room = "AND (character_maximum_length IS NULL OR character_maximum_length >= %s)" if wide else "AND %s > 0"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c
                JOIN information_schema.tables t USING (table_schema, table_name)
                WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' {room}
                  AND c.data_type IN ('text', 'character varying', 'jsonb', 'json', 'bytea', 'ARRAY')
                ORDER BY 1, 2""",
            [WIDE],
        )
        return cursor.fetchall()


def found_in_tables(strings: Iterable[str]) -> set[tuple[str, str]]:
    """Columns in which one of the strings stands, in whichever capitals."""
    wanted = [f"%{text.casefold()}%" for text in strings]
    hits = set()
    with connection.cursor() as cursor:
        for table, column, kind in text_columns():
            said = sql.SQL("encode({}, 'escape')" if kind == "bytea" else "{}::text").format(sql.Identifier(column))
            query = sql.SQL("SELECT 1 FROM {} WHERE lower({}) LIKE ANY(%s) LIMIT 1").format(sql.Identifier(table), said)
            cursor.execute(query, [wanted])
            if cursor.fetchone():
                hits.add((table, column))
    return hits


def found_in_files(folder: Path, strings: Iterable[str]) -> set[str]:
    wanted = [text.casefold() for text in strings]
    hits = set()
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            with suppress(gzip.BadGzipFile):
                content = gzip.decompress(content)
            text = content.decode(errors="replace").casefold()
            if any(each in text for each in wanted):
                hits.add(str(path.relative_to(folder)))
    return hits


def plant(text: str) -> set[tuple[str, str]]:
    """Write the text into every wide column of every row that takes it, past all triggers; returns where it stands."""
    planted = set()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table, columns in groupby(text_columns(wide=True), key=lambda each: each[0]):
            name = sql.Identifier(table)
            cursor.execute(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(name))
            if not cursor.fetchone():
                continue
            cursor.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(name))
            for _table, column, kind in columns:
                value = "jsonb_build_object('note', %s::text)" if kind == "jsonb" else "%s || ' ' || ctid::text"
                query = sql.SQL("UPDATE {} SET {} = " + value).format(name, sql.Identifier(column))
                try:
                    with transaction.atomic():
                        cursor.execute(query, [text])
                    planted.add((table, column))
                except DatabaseError:
                    continue
            cursor.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(name))
    return planted
