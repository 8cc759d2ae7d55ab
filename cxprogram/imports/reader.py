"""A table out of a file that nobody vouches for: delimited text, a sheet of a workbook, JSON, an event log.

Two passes, both streaming. The first looks at every byte once and decides: is it text, in which encoding,
is any line absurdly long, does the gzip stream explode. It stops at the first reason to refuse, so that a
1 GB line costs 1 MB. The second parses records; by then every byte is known to decode.

Order of checks: magic numbers, byte order mark, strict UTF-8, then a guessed 8-bit code page, which is
always told in `Table.notes`. Nothing is replaced or dropped silently.
"""

import os
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from cxprogram.imports.above import ADDRESS, Above, Cells, Head, is_blank, is_comment, lines_above
from cxprogram.imports.delimited import Records, open_delimited
from cxprogram.imports.errors import ImportFileError, RowError, Told, gettext_noop, shown, told
from cxprogram.imports.headers import Naming, column_names
from cxprogram.imports.json_rows import JsonRows
from cxprogram.imports.source import DEFAULT_LIMITS, Limits, open_source
from cxprogram.imports.workbook import Merge, header_block, open_workbook
from cxprogram.imports.xes import XesRows

Kind = Literal["delimited", "workbook", "json", "xes"]
Rows = Generator[tuple[int, dict[str, str] | RowError]]
HEAD_RECORDS = 60
XML_ROOT = re.compile(rb"<(?:!DOCTYPE|(?:\w{1,40}:)?log)\b")
MAX_BLANK_LINES = 10_000
ABOVE = gettext_noop("%(count)s lines above the header were skipped: %(lines)s.")
ONE_ABOVE = gettext_noop("Line %(line)s, above the header, was skipped: %(text)s.")
MAYBE_ABOVE = gettext_noop(
    "Line %(line)s may be a title that stands above the header. If it is, say under “Read the file in another way” on "
    "which line the header stands."
)
NO_LINE = gettext_noop("Nothing stands on line %(number)s or below.")
ONLY_SEPARATORS = gettext_noop("The file holds nothing but separators.")
MANY_COLUMNS = gettext_noop("%(count)s columns; at most %(limit)s are read.")
NO_HEADER = gettext_noop(
    "An e-mail address stands where a column is named: put a line with the names of the columns above it."
)
MERGED = gettext_noop("Merged cells below the header: their value stands in their first cell only.")
RAGGED = gettext_noop("%(cells)s cells under %(columns)s columns.")


@dataclass(slots=True)
class Sheet:
    """Records of a file, before anybody has said which of them are the header."""

    kind: Kind
    records: Records
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    sheets: list[str] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Table:
    """A header and the rows below it, each with the physical line it starts on.

    A row is `(line, {column: cell})`, or `(line, RowError)` when its cells do not fit the header.
    `blank_rows` counts rows without any content, which are skipped; it is complete once `rows` is exhausted.
    `header_rows` are the records that the names were made of.
    """

    header: list[str]
    encoding: str
    delimiter: str
    notes: list[str]
    kind: Kind = "delimited"
    sheet: str = ""
    sheets: list[str] = field(default_factory=list)
    header_rows: list[list[str]] = field(default_factory=list)
    header_line: int = 1
    rows: Rows = field(init=False)
    blank_rows: int = 0
    comment_rows: int = 0

    def close(self) -> None:
        """Let go of the file before the last row was read."""
        self.rows.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_sheet(
    path: str | os.PathLike[str],
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Sheet:
    """Open a file by what it holds, whatever it is called."""
    path = Path(path)
    notes: list[str] = []
    with open_source(path, limits) as file:
        head = file.read(512)
    with path.open("rb") as file:
        is_archive = file.read(4) == b"PK\x03\x04"
    if is_archive:
        book = open_workbook(path, sheet=sheet, limits=limits)
        return Sheet("workbook", book.records(), "", "", book.sheet, book.sheets, book.merges, book.notes)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"<") and (start.startswith(b"<?xml") or XML_ROOT.match(start)):
        log = XesRows(path, limits=limits)
        return Sheet("xes", log.records(), notes=notes)
    if start.startswith((b"{", b"[")) and not delimiter and _looks_like_json(start):
        rows = JsonRows(path, limits=limits, notes=notes)
        return Sheet("json", rows.records(), rows.encoding, notes=notes)
    text = open_delimited(path, encoding=encoding, delimiter=delimiter, limits=limits, notes=notes)
    return Sheet("delimited", text.records(), text.encoding, text.dialect.delimiter, notes=notes)


def _looks_like_json(start: bytes) -> bool:
    return (start[1:].lstrip()[:1] in (b'"', b"{", b"}", b"]") and b":" in start) or start[:2] == b"[]"


def read_table(
    path: str | os.PathLike[str],
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
    header_rows: int | None = None,
    naming: Naming | None = None,
    header_line: int | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Table:
    """Open a file as a table. Raises `ImportFileError` when the file as a whole is no table.

    Lines above the header, comments or a title, are skipped and told. `header_rows` None: one, or as many as the
    merged cells of a workbook span. `header_line` None: found out. The rows are read while they are taken; an error of
    the file found on the way is raised then.
    """
    source = open_sheet(path, encoding=encoding, delimiter=delimiter, sheet=sheet, limits=limits)
    head, blank, above = first_records(source, line=header_line)
    if header_line is not None and not head:
        raise ImportFileError("header-line-missing", NO_LINE, number=str(header_line))
    source.notes += _told_above(above)
    if not head:
        raise ImportFileError("file-empty", ONLY_SEPARATORS)
    line, first = head[0]
    if isinstance(first, RowError):
        raise ImportFileError("header-invalid", first.detail, line)
    block = set(header_block(source.merges, line)) if header_rows is None else set()
    header: list[list[str]] = []
    for at, cells in head:
        is_header = at in block if header_rows is None and source.merges else len(header) < (header_rows or 1)
        if not is_header or isinstance(cells, RowError):
            break
        header.append(cells)
    width = max(len(row) for row in header)
    if source.kind == "workbook":
        width = max([width, *(len(cells) for _at, cells in head if not isinstance(cells, RowError))])
        header = [[*row, *[""] * (width - len(row))] for row in header]
        _fill_merged(header, [at for at, _cells in head], source.merges)
    if width > limits.columns:
        raise ImportFileError("columns-too-many", MANY_COLUMNS, line, count=width, limit=limits.columns)
    names = column_names(header, naming or ("joined" if len(header) > 1 else "first"), line, source.notes)
    if len(header) == 1 and _is_a_row(header[0], [cells for _at, cells in head[1:] if not isinstance(cells, RowError)]):
        raise ImportFileError("header-missing", NO_HEADER, line)
    last = head[len(header) - 1][0]
    if any(merge.top > last for merge in source.merges):
        source.notes.append(told(MERGED))
    table = Table(
        names, source.encoding, source.delimiter, source.notes, source.kind, source.sheet, source.sheets, header, line
    )
    table.blank_rows = sum(at > line for at in blank)
    table.rows = _rows(
        table, chain(head[len(header) :], source.records), source.records, has_comments=above.has_comments
    )
    return table


def first_records(source: Sheet, *, line: int | None, limit: int = HEAD_RECORDS) -> tuple[Head, list[int], Above]:
    """The first filled records from the header on, the lines of blank ones among them, and what stands above.

    `line` is where somebody says that the header stands; None leaves it to what is found.
    """
    blank: list[int] = []
    head: Head = []
    before: list[int] = []
    line = line if source.kind in ("delimited", "workbook") else None
    for at, cells in islice(source.records, MAX_BLANK_LINES):
        if line is not None and at < line:
            before += [] if is_blank(cells) else [at]
        elif not is_blank(cells):
            head.append((at, cells))
            if len(head) == limit:
                break
        elif head:
            blank.append(at)
    if line is not None:
        return head, blank, Above(before)
    grouped = frozenset(each.top for each in source.merges if each.right > each.left > 1)
    is_sheet, is_loose = source.kind == "workbook", source.delimiter == ","
    above = lines_above(head, blank, is_sheet=is_sheet, is_loose=is_loose, grouped=grouped)
    return head[len(above.lines) :], blank, above


def _told_above(above: Above) -> Iterator[Told]:
    if len(above.lines) == 1 and above.title:
        yield told(ONE_ABOVE, line=str(above.lines[0]), text=shown(above.title))
    elif above.lines:
        yield told(ABOVE, count=len(above.lines), lines=", ".join(map(str, above.lines[:10])))
    if above.maybe:
        yield told(MAYBE_ABOVE, line=str(above.maybe[-1]))


def _is_a_row(first: list[str], below: list[list[str]]) -> bool:
    """Whether the line that should name the columns is one of the rows: an address stands above addresses."""
    for at, name in enumerate(first):
        if ADDRESS.fullmatch(name.strip()):
            cells = [row[at].strip() for row in below if at < len(row) and row[at].strip()]
            if cells and all(map(ADDRESS.fullmatch, cells)):
                return True
    return False


def _fill_merged(header: list[list[str]], lines: list[int], merges: list[Merge]) -> None:
    """Give the whole of a merged range in the header the text that its first cell holds."""
    place = {line: index for index, line in enumerate(lines[: len(header)])}
    for merge in merges:
        if merge.top not in place or merge.left > len(header[0]):
            continue
        text = header[place[merge.top]][merge.left - 1]
        for line in range(merge.top, merge.bottom + 1):
            if line in place:
                for column in range(merge.left, min(merge.right, len(header[0])) + 1):
                    header[place[line]][column - 1] = text


def _rows(table: Table, records: chain[tuple[int, Cells]], source: Records, *, has_comments: bool) -> Rows:
    width = len(table.header)
    pads = table.kind == "workbook"
    try:
        for line, cells in records:
            if isinstance(cells, RowError):
                yield line, cells
            elif is_blank(cells):
                table.blank_rows += 1
            elif has_comments and is_comment(cells):
                table.comment_rows += 1
            elif len(cells) == width:
                yield line, dict(zip(table.header, cells, strict=True))
            elif pads and len(cells) < width:
                yield line, dict(zip(table.header, [*cells, *[""] * (width - len(cells))], strict=True))
            else:
                detail = told(RAGGED, cells=len(cells), columns=width)
                yield line, RowError(line, "", "row-ragged", detail)
    finally:
        source.close()
