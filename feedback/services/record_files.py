"""Files of customers and interactions from the command line: all or nothing, every row accounted for."""

from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from cxprogram.imports.errors import ImportFileError, RowError
from cxprogram.models import ImportRun, Program, User
from feedback.imports.records import RecordMapping
from feedback.imports.rows import SkippedRow
from feedback.services.import_sinks import sink_of
from feedback.services.imports import CHUNK, ImportResult, Progress, carry_out
from feedback.services.sink_base import Sink


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
            _write(sink, batch, result, at)
            if progress:
                progress(result.rows)
        result.notes = [*table.notes, *sink.notes()]
    if not result.rows:
        raise ImportFileError("file-has-no-rows", "The file has a header and no rows.", line=1)


def _write(sink: Sink, batch: Sequence[tuple[int, Any]], result: ImportResult, at: datetime) -> None:
    lines: list[int] = []
    items: list[Any] = []
    for line, row in batch:
        result.rows += 1
        taken = sink.take(row, line)
        if isinstance(taken, SkippedRow):
            result.skipped += 1
        elif isinstance(taken, list):
            result.refuse(*taken)
        else:
            lines.append(line)
            items.append(taken)
    for line, outcome in zip(lines, sink.write(items, at=at) if items else [], strict=True):
        if outcome.is_refused:
            result.refuse(RowError(line, "", outcome.code, outcome.detail))
        elif outcome.status == "repeated":
            result.repeated += 1
        else:
            result.imported += 1
            result.updated += outcome.status == "updated"
