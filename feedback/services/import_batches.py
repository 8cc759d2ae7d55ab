"""Rows of a file, many at once: understood, written and counted in one way, by whoever takes the file in."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cxprogram.imports.errors import RowError
from feedback.imports.rows import SkippedRow
from feedback.services.sink_base import Sink


@dataclass
class Tally:
    """What became of some rows. `imported` are new or changed, `updated` those of them that changed what was here."""

    rows: int = 0
    imported: int = 0
    updated: int = 0
    repeated: int = 0
    rejected: int = 0
    skipped: int = 0
    errors: list[RowError] = field(default_factory=list)


def write(sink: Sink, batch: Iterable[tuple[int, Any]], *, at: datetime) -> Tally:
    """Write the rows that can be understood. Errors of reading come before those of writing."""
    tally = Tally()
    lines: list[int] = []
    items: list[Any] = []
    for line, row in batch:
        tally.rows += 1
        taken = sink.take(row, line)
        if isinstance(taken, SkippedRow):
            tally.skipped += 1
        elif isinstance(taken, list):
            tally.rejected += 1
            tally.errors += taken
        else:
            lines.append(line)
            items.append(taken)
    for line, outcome in zip(lines, sink.write(items, at=at) if items else [], strict=True):
        if outcome.is_refused:
            tally.rejected += 1
            tally.errors.append(RowError(line, "", outcome.code, outcome.detail))
        elif outcome.status == "repeated":
            tally.repeated += 1
        else:
            tally.imported += 1
            tally.updated += outcome.status == "updated"
    return tally
