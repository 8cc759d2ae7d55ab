"""Files of customers and interactions from the command line: all or nothing, every row accounted for."""

from datetime import datetime
from itertools import islice
from pathlib import Path

import msgspec

from cxprogram.imports.errors import ImportFileError
from cxprogram.models import ImportRun, Program, User
from feedback.imports.records import RecordMapping
from feedback.services import import_batches
from feedback.services.import_sinks import sink_of
from feedback.services.imports import CHUNK, ImportResult, Progress, carry_out
from feedback.services.sink_base import NO_ROWS, Sink


def import_records(
    program: Program,
    mapping: RecordMapping,
    path: Path,
    *,
    mapping_name: str,
    at: datetime,
    stream: str = "",
    by: User | None = None,
    preview: bool = False,
    skip_bad_rows: bool = False,
    progress: Progress | None = None,
) -> ImportResult:
    """Import one file of customers, accounts or interactions, by the rule of `imports.carry_out`.

    `stream` is the data stream that interactions come in by. A customer who is known and told of anew counts as
    imported and is among the updated, one of whom nothing new is told as repeated.
    """
    run = ImportRun(
        program=program,
        kind=mapping.target,
        mapping=mapping_name,
        file_name=path.name[:255],
        definition=msgspec.to_builtins(mapping),
        options={"stream": stream, "skip_bad_rows": skip_bad_rows},
        by=by,
        started_at=at,
    )
    return carry_out(
        run,
        path,
        lambda result: _take_in(sink_of(run), path, result, at, progress),
        preview=preview,
        skip_bad_rows=skip_bad_rows,
    )


def _take_in(sink: Sink, path: Path, result: ImportResult, at: datetime, progress: Progress | None) -> None:
    with sink.open(path) as table:
        rows = iter(table.rows)
        while batch := list(islice(rows, CHUNK)):
            result.add(import_batches.write(sink, batch, at=at))
            if progress:
                progress(result.rows)
        result.notes = [*table.notes, *sink.notes(), *sink.remarks()]
    if not result.rows:
        raise ImportFileError("file-has-no-rows", NO_ROWS, line=1)
