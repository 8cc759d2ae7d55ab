"""A table out of a delimited text file that nobody vouches for.

Two passes, both streaming. The first looks at every byte once and decides: is it text, in which encoding,
is any line absurdly long, does the gzip stream explode. It stops at the first reason to refuse, so that a
1 GB line costs 1 MB. The second parses records; by then every byte is known to decode.

Order of checks: magic numbers, byte order mark, strict UTF-8, then a guessed 8-bit code page, which is
always told in `Table.notes`. Nothing is replaced or dropped silently.
"""

import csv
import io
import os
from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from cxprogram.imports.errors import ImportFileError, RowError, shown
from cxprogram.imports.source import DEFAULT_LIMITS, Limits, open_source
from cxprogram.imports.text_encoding import find_encoding

DELIMITERS = ",;\t|"
Records = Generator[tuple[int, list[str] | RowError]]
Rows = Generator[tuple[int, dict[str, str] | RowError]]


@dataclass(slots=True)
class Table:
    """A header and the rows below it, each with the physical line it starts on.

    A row is `(line, {column: cell})`, or `(line, RowError)` when its cells do not fit the header.
    `blank_rows` counts rows without any content, which are skipped; it is complete once `rows` is exhausted.
    """

    header: list[str]
    encoding: str
    delimiter: str
    notes: list[str]
    rows: Rows = field(init=False)
    blank_rows: int = 0

    def close(self) -> None:
        """Let go of the file before the last row was read."""
        self.rows.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def read_table(
    path: str | os.PathLike[str],
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Table:
    """Open a .csv, .tsv or gzipped file. Raises `ImportFileError` when the file as a whole is no table.

    The rows are read while they are taken; an error of the file found on the way is raised then.
    """
    path = Path(path)
    notes: list[str] = []
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise ImportFileError("delimiter-invalid", f"A delimiter is one character, not {shown(delimiter)}.")
    chosen = find_encoding(path, encoding, notes, limits)
    separator = delimiter or _delimiter(path, chosen, limits)
    records = _records(path, chosen, separator, limits)
    line, cells = next(((at, cells) for at, cells in records if not _is_blank(cells)), (0, None))
    if cells is None:
        raise ImportFileError("file-empty", "The file holds nothing but separators.")
    if isinstance(cells, RowError):
        raise ImportFileError("header-invalid", cells.detail, line)
    table = Table(_header(cells, line, notes, limits), chosen, separator, notes)
    table.rows = _rows(table, records)
    return table


def _delimiter(path: Path, encoding: str, limits: Limits) -> str:
    """The separator under which the first records agree best; a comma when none splits anything."""
    if path.name.removesuffix(".gz").endswith((".tsv", ".tab")):
        return "\t"
    best, best_key = ",", (0, 0)
    for candidate in DELIMITERS:
        widths: list[int] = []
        with suppress(ImportFileError):
            records = _records(path, encoding, candidate, limits)
            for _line, cells in records:
                if isinstance(cells, RowError) or _is_blank(cells):
                    continue
                widths.append(len(cells))
                if len(widths) == 20:
                    break
            records.close()
        if not widths or widths[0] == 1:
            continue
        key = (sum(width == widths[0] for width in widths), widths[0])
        if key > best_key:
            best, best_key = candidate, key
    return best


def _records(path: Path, encoding: str, delimiter: str, limits: Limits) -> Records:
    """Records with the physical line each starts on. A quoted cell may span lines."""
    with open_source(path, limits) as raw, io.TextIOWrapper(raw, encoding=encoding, newline="") as text:
        feed = _Feed(text, limits)
        reader = csv.reader(feed, delimiter=delimiter, strict=True)
        while True:
            feed.start_record()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                if feed.exhausted and "unexpected end" in str(error):
                    raise ImportFileError(
                        "quote-unclosed", "A quotation mark opens here and never closes.", feed.started
                    ) from None
                if "field larger" in str(error):
                    raise ImportFileError(
                        "field-too-long",
                        f"A cell has over {csv.field_size_limit():,} characters: an open quotation mark?",
                        feed.started,
                    ) from None
                yield (
                    feed.started,
                    RowError(feed.started, "", "row-quotes", "Quotation marks do not pair up."),
                )
                continue
            yield feed.started, cells


class _Feed:
    """Lines for csv.reader, counted; a record that swallows too many of them is refused."""

    def __init__(self, text: io.TextIOWrapper, limits: Limits) -> None:
        self.text = text
        self.limits = limits
        self.line = 0
        self.started = 1
        self.characters = 0
        self.exhausted = False

    def start_record(self) -> None:
        self.started = self.line + 1
        self.characters = 0

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = self.text.readline(self.limits.line_characters + 2)
        if not line:
            self.exhausted = True
            raise StopIteration
        self.line += 1
        self.characters += len(line)
        if self.characters > self.limits.record_characters + 2:
            raise ImportFileError(
                "record-too-long",
                f"A row has more than {self.limits.record_characters:,} characters: an open quotation mark?",
                self.started,
            )
        return line


def _is_blank(cells: list[str] | RowError) -> bool:
    return not isinstance(cells, RowError) and not any(cells)


def _header(cells: list[str], line: int, notes: list[str], limits: Limits) -> list[str]:
    if len(cells) > limits.columns:
        raise ImportFileError("columns-too-many", f"{len(cells):,} columns; at most {limits.columns:,} are read.", line)
    names = [cell.strip() for cell in cells]
    for position, name in enumerate(names, start=1):
        if not name:
            names[position - 1] = f"(column {position})"
            notes.append(f"Column {position} has no name; it is called “(column {position})”.")
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ImportFileError("column-duplicate", f"Two columns are called {shown(name)}.", line)
        seen.add(name)
    return names


def _rows(table: Table, records: Records) -> Rows:
    width = len(table.header)
    for line, cells in records:
        if isinstance(cells, RowError):
            yield line, cells
        elif _is_blank(cells):
            table.blank_rows += 1
        elif len(cells) != width:
            detail = f"{len(cells)} cells under {width} columns."
            yield line, RowError(line, "", "row-ragged", detail)
        else:
            yield line, dict(zip(table.header, cells, strict=True))
