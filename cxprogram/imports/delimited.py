"""Records out of delimited text: separator, quotes and escapes found out, each record with the line it starts on."""

import csv
import io
import re
from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cxprogram.imports.above import Cells, Head, is_blank, is_comment, lines_above
from cxprogram.imports.errors import ImportFileError, RowError, gettext_noop, shown, told
from cxprogram.imports.source import Limits, open_source
from cxprogram.imports.text_encoding import find_encoding

DELIMITERS = ",;\t|"
SAMPLE_CHARACTERS = 64 * 1024
# What Excel writes and reads above a table to say how it is separated; it is no row of it.
HINT = re.compile(r'"?sep=([,;\t|])"?(?:\r\n|\r|\n)')
# A backslash before a quotation mark that neither closes a cell nor is doubled.
BACKSLASH_ESCAPE = re.compile(r'[^\\"]\\"(?!["\r\n,;\t|]|$)')
NO_DELIMITER = gettext_noop("A delimiter is one character, not %(text)s.")
ESCAPED = gettext_noop("Quotation marks inside cells are escaped with a backslash; backslashes were read so.")
UNCLOSED = gettext_noop("A quotation mark opens here and never closes.")
LONG_CELL = gettext_noop("A cell has over %(limit)s characters: an open quotation mark?")
UNPAIRED = gettext_noop("Quotation marks do not pair up.")
LONG_ROW = gettext_noop("A row has more than %(limit)s characters: an open quotation mark?")

Records = Generator[tuple[int, Cells]]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one file writes its cells."""

    delimiter: str
    escape: str | None = None
    skips_spaces: bool = False


@dataclass(frozen=True, slots=True)
class Delimited:
    """A delimited file whose bytes are known to be text."""

    path: Path
    encoding: str
    dialect: Dialect
    limits: Limits

    def records(self) -> Records:
        return _records(self.path, self.encoding, self.dialect, self.limits)


def open_delimited(
    path: Path, *, encoding: str | None, delimiter: str | None, limits: Limits, notes: list[str]
) -> Delimited:
    """Find out how the file is written; raises ImportFileError when it is no text."""
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise ImportFileError("delimiter-invalid", NO_DELIMITER, text=shown(delimiter))
    chosen = find_encoding(path, encoding, notes, limits)
    with open_source(path, limits) as raw, io.TextIOWrapper(raw, encoding=chosen, newline="") as text:
        sample = text.read(SAMPLE_CHARACTERS)
    escape = "\\" if BACKSLASH_ESCAPE.search(sample) else None
    if escape:
        notes.append(told(ESCAPED))
    hint = HINT.match(sample)
    separator = delimiter or (hint[1] if hint else _delimiter(path, chosen, escape, limits))
    skips = bool(re.search(re.escape(separator) + r' +"', sample)) and f'"{separator} ' not in sample.replace(
        f'"{separator} "', ""
    )
    return Delimited(path, chosen, Dialect(separator, escape, skips), limits)


def _delimiter(path: Path, encoding: str, escape: str | None, limits: Limits) -> str:
    """The separator under which the first records agree best; a comma when none splits anything. Where one leaves
    nothing but itself, it is that."""
    if path.name.removesuffix(".gz").endswith((".tsv", ".tab")):
        return "\t"
    best, best_key = ",", (0, 0)
    for candidate in DELIMITERS:
        head: Head = []
        blank: list[int] = []
        is_blank_throughout = True
        with suppress(ImportFileError):
            records = _records(path, encoding, Dialect(candidate, escape), limits)
            for line, cells in records:
                if is_blank(cells):
                    blank.append(line)
                    continue
                is_blank_throughout = False
                if isinstance(cells, RowError) or (not head and is_comment(cells)):
                    continue
                head.append((line, cells))
                if len(head) == 20:
                    break
            records.close()
            if is_blank_throughout:
                return candidate
        titles = len(lines_above(head, blank, is_loose=candidate == ",").lines)
        widths = [len(cells) for _line, cells in head[titles:] if not isinstance(cells, RowError)]
        if not widths or widths[0] == 1:
            continue
        key = (sum(width == widths[0] for width in widths), widths[0])
        if key > best_key:
            best, best_key = candidate, key
    return best


def _records(path: Path, encoding: str, dialect: Dialect, limits: Limits) -> Records:
    """Records with the physical line each starts on. A quoted cell may span lines."""
    with open_source(path, limits) as raw, io.TextIOWrapper(raw, encoding=encoding, newline="") as text:
        feed = _Feed(text, limits)
        reader = csv.reader(
            feed,
            delimiter=dialect.delimiter,
            escapechar=dialect.escape,
            skipinitialspace=dialect.skips_spaces,
            strict=True,
        )
        while True:
            feed.start_record()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                if feed.exhausted and "unexpected end" in str(error):
                    raise ImportFileError("quote-unclosed", UNCLOSED, feed.started) from None
                if "field larger" in str(error):
                    limit = csv.field_size_limit()
                    raise ImportFileError("field-too-long", LONG_CELL, feed.started, limit=limit) from None
                yield feed.started, RowError(feed.started, "", "row-quotes", told(UNPAIRED))
                continue
            if feed.started > 1 or not _is_hint(cells):
                yield feed.started, cells


def _is_hint(cells: list[str]) -> bool:
    """Whether the cells are the line that says how they are separated; by another mark it is one cell."""
    return cells == ["sep=", ""] or (len(cells) == 1 and bool(HINT.fullmatch(f"{cells[0]}\n")))


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
            limit = self.limits.record_characters
            raise ImportFileError("record-too-long", LONG_ROW, self.started, limit=limit)
        return line
