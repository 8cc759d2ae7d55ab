"""Imports in the background: every row looked at first, then written in batches that stay when the worker dies.

A bad row refuses the whole file before anything is written, unless bad rows are to be skipped. What only writing shows,
a key that carries another answer already, rejects that row; the others stay. Each batch and the count of rows behind it
are one transaction: whoever takes over goes on where the last batch ended, and nothing is in twice.
"""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import translation

from cxprogram import sentences
from cxprogram.choices import ImportStatus
from cxprogram.errors import ConflictError, DomainError
from cxprogram.imports.errors import ImportFileError, MappingError, RowError
from cxprogram.models import ImportRun
from cxprogram.services import import_runs
from feedback.imports.rows import SkippedRow
from feedback.services import import_batches
from feedback.services.import_sinks import sink_of
from feedback.services.imports import MAX_LISTED
from feedback.services.sink_base import NO_ROWS, Sink

log = logging.getLogger(__name__)
BATCH = 5_000
COUNTS = ("imported", "updated", "repeated", "rejected", "skipped")
LOOK = 20_000  # rows between two signs of life while rows are only looked at

Clock = Callable[[], datetime]


@translation.override("en")
def work(run_id: int, *, clock: Clock) -> bool:
    """Work on one import until its end; False when somebody else does. The account is kept in English, and read in
    the language of whoever reads it."""
    run = import_runs.claim(run_id, at=clock())
    if run is None:
        return False
    try:
        if run.rows_total is None and not _look(run, sink_of(run), clock):
            return True
        _write(run, sink_of(run), clock)
    except ImportFileError as error:
        _refuse(run, [RowError(error.line or 0, error.column, error.code, error.detail)], clock)
    except MappingError as error:
        _refuse(run, [RowError(0, "", error.code, error.detail)], clock)
    except DomainError as error:
        if isinstance(error, ConflictError) and error.code == "import-taken":
            return False
        _refuse(run, [RowError(0, "", error.code, sentences.reason(error))], clock)
    return True


def _refuse(run: ImportRun, errors: list[RowError], clock: Clock, **counts: Any) -> None:
    counts = {"rejected": max(1, run.rejected)} | counts
    listed = [sentences.kept_error(error.as_dict()) for error in errors[:MAX_LISTED]]
    import_runs.finish(run, status=ImportStatus.REFUSED, at=clock(), errors=listed, **counts)


def _look(run: ImportRun, sink: Sink, clock: Clock) -> bool:
    """Look at every row before any is written; False if the file is refused as a whole."""
    rows = rejected = skipped = 0
    errors: list[RowError] = []
    with sink.open(import_runs.path_of(run)) as table:
        for line, row in table.rows:
            rows += 1
            taken = sink.take(row, line)
            if isinstance(taken, SkippedRow):
                skipped += 1
            elif isinstance(taken, list):
                rejected += 1
                errors += taken[: max(MAX_LISTED - len(errors), 0)]
            if rows % LOOK == 0:
                import_runs.keep_hold(run, at=clock(), rows=rows)
        notes = [sentences.kept(note) for note in (*table.notes, *sink.notes(), *sink.remarks())]
    if not rows:
        raise ImportFileError("file-has-no-rows", NO_ROWS, line=1)
    if rejected and not run.options.get("skip_bad_rows"):
        _refuse(run, errors, clock, rows=rows, rejected=rejected, skipped=skipped, notes=notes)
        return False
    run.rows_total, run.notes = rows, notes
    import_runs.keep_hold(run, at=clock(), rows=rows, rows_total=rows, notes=notes)
    return True


def _write(run: ImportRun, sink: Sink, clock: Clock) -> None:
    with sink.open(import_runs.path_of(run)) as table:
        rows = iter(table.rows)
        for line, row in islice(rows, run.done_rows):
            sink.take(row, line)  # ids of rows without any depend on the rows above
        for batch in _batches(rows):
            with transaction.atomic():
                _write_batch(run, sink, batch, at=clock())
    sink.close(at=clock())
    import_runs.finish(run, status=ImportStatus.DONE, at=clock())


def _batches(rows: Iterator[tuple[int, Any]]) -> Iterator[list[tuple[int, Any]]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


def _write_batch(run: ImportRun, sink: Sink, batch: list[tuple[int, Any]], *, at: datetime) -> None:
    """Write one batch and how far it went, or neither."""
    tally = import_batches.write(sink, batch, at=at)
    for name in COUNTS:
        setattr(run, name, getattr(run, name) + getattr(tally, name))
    run.done_rows += len(batch)
    room = MAX_LISTED - len(run.errors)
    run.errors += [sentences.kept_error(error.as_dict()) for error in tally.errors[: max(room, 0)]]
    counts = {name: getattr(run, name) for name in COUNTS}
    import_runs.keep_hold(run, at=at, done_rows=run.done_rows, errors=run.errors, **counts)
