"""Records out of one sheet of an .xlsx workbook, read as a stream; what could explode is refused unopened.

An .xlsx file is a zip archive whose directory says how large each part will be, and Python's zipfile reads no more
than that: so the sizes are looked at first. XML is parsed by openpyxl through defusedxml (no entities, no DTD).
A cell is taken as the text a person would type: 5, 5.25, 2024-05-01, TRUE. Formulas are never computed: the value that
was saved with them is taken.
"""

import re
import struct
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException

from cxprogram.imports.delimited import Records
from cxprogram.imports.errors import ImportFileError, gettext_noop, shown, told
from cxprogram.imports.source import Limits

MAX_PARTS = 2_000
MAX_MERGES = 10_000
MAX_STRINGS_BYTES = 64 * 1024**2  # openpyxl holds the shared strings in memory
MERGED = re.compile(rb'<(?:\w+:)?mergeCell ref="([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"')
FORMULA_WITHOUT_VALUE = re.compile(rb"(?:</f>|<f[^>]{0,200}/>)\s{0,9}(?:<v\s?/>|<v></v>)?\s{0,9}</c>")
ZEROS = re.compile(r"0{2,20}")
EXACT_DIGITS = 10**15
LONG_NUMBER = gettext_noop(
    "Row %(row)s holds a number of more than 15 digits: spreadsheets lose the last ones. Keep ids as text."
)
NO_SHEET = gettext_noop("There is no such sheet. The workbook has %(names)s.")
NO_VALUE = gettext_noop("%(count)s formulas were saved without their value: those cells are empty.")
MACROS = gettext_noop("The workbook holds macros. They are not looked at.")
SHEETS = gettext_noop("The workbook has %(count)s sheets; %(name)s is read.")
FORBIDDEN = gettext_noop("The workbook declares entities or a document type: nobody's export does.")
DAMAGED = gettext_noop("The workbook cannot be read (%(error)s).")
NO_WORKBOOK = gettext_noop("This is a zip archive, but no .xlsx workbook: unpack it.")
MANY_PARTS = gettext_noop("The workbook has more than %(limit)s parts.")
TOO_LARGE = gettext_noop("The workbook is too large when unpacked, or it is encrypted.")
BOMB = gettext_noop("The workbook unpacks to more than %(times)s times its size.")
MANY_TEXTS = gettext_noop("The workbook holds too many texts: save the sheet as CSV.")
LINKED = gettext_noop("The workbook takes values from other files. Save a copy with values only.")
MANY_COLUMNS = gettext_noop("%(count)s columns; at most %(limit)s are read.")
_DAMAGE = (
    KeyError, ValueError, TypeError, AttributeError, IndexError, OSError, EOFError, ParseError, struct.error,
    zipfile.BadZipFile, NotImplementedError, RuntimeError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Merge:
    """Cells of a sheet that look like one; rows and columns count from 1, ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class Workbook:
    """One sheet of a workbook and the names of all."""

    path: Path
    sheets: list[str]
    sheet: str
    limits: Limits
    merges: list[Merge] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def records(self) -> Records:
        """Rows, each with its number in the sheet; blank ones are empty lists."""
        try:
            book = _opened(self.path)
            try:
                seen_long = False
                for number, row in enumerate(book[self.sheet].iter_rows(), start=1):
                    cells, is_long = _texts(row, number, self.limits)
                    if is_long and not seen_long:
                        seen_long = True
                        self.notes.append(told(LONG_NUMBER, row=str(number)))
                    yield number, cells
            finally:
                book.close()
        except DefusedXmlException:
            raise _forbidden() from None
        except _DAMAGE as error:
            raise _damaged(error) from None


def open_workbook(path: Path, *, sheet: str | None, limits: Limits) -> Workbook:
    """Look a workbook over, and choose a sheet: the named one, or the first that is not hidden."""
    try:
        with zipfile.ZipFile(path) as archive:
            _look_over(archive, path.stat().st_size, limits)
            book = _opened(path)
            try:
                sheets = [each.title for each in book.worksheets]
                chosen = sheet or next((s.title for s in book.worksheets if s.sheet_state == "visible"), None)
                if chosen is None or chosen not in sheets:
                    names = ", ".join(shown(name) for name in sheets[:20])
                    raise ImportFileError("sheet-unknown", NO_SHEET, names=names)
                part = book[chosen]._worksheet_path
            finally:
                book.close()
            found = Workbook(path, sheets, chosen, limits)
            found.merges, empty_formulas = _scan(archive, part)
            if empty_formulas:
                found.notes.append(told(NO_VALUE, count=empty_formulas))
            if any(name.endswith("vbaProject.bin") for name in archive.namelist()):
                found.notes.append(told(MACROS))
    except DefusedXmlException:
        raise _forbidden() from None
    except _DAMAGE as error:
        raise _damaged(error) from None
    if len(sheets) > 1 and sheet is None:
        found.notes.append(told(SHEETS, count=len(sheets), name=shown(chosen)))
    return found


def _forbidden() -> ImportFileError:
    return ImportFileError("xml-forbidden", FORBIDDEN)


def _damaged(error: BaseException) -> ImportFileError:
    cause: BaseException | None = error
    while cause is not None:  # openpyxl wraps what its parser says
        if isinstance(cause, DefusedXmlException):
            return _forbidden()
        cause = cause.__cause__ or cause.__context__
    return ImportFileError("workbook-damaged", DAMAGED, error=type(error).__name__)


def _opened(path: Path) -> Any:
    from openpyxl import load_workbook  # 60 ms that only a workbook should cost

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # styles that are missing, validations that are not supported
        book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # the size that a sheet claims pads every row
    return book


def _look_over(archive: zipfile.ZipFile, packed: int, limits: Limits) -> None:
    parts = archive.infolist()
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in {name.lstrip("/") for name in names}:
        raise ImportFileError("file-binary", NO_WORKBOOK)
    if len(parts) > MAX_PARTS:
        raise ImportFileError("workbook-too-large", MANY_PARTS, limit=MAX_PARTS)
    unpacked = sum(part.file_size for part in parts)
    if unpacked > limits.unpacked_bytes or any(part.flag_bits & 1 for part in parts):
        raise ImportFileError("workbook-too-large", TOO_LARGE)
    if unpacked > limits.gzip_free_bytes and unpacked > packed * limits.gzip_ratio:
        raise ImportFileError("zip-bomb", BOMB, times=limits.gzip_ratio)
    strings = sum(part.file_size for part in parts if part.filename.lower().endswith("sharedstrings.xml"))
    if strings > MAX_STRINGS_BYTES:
        raise ImportFileError("workbook-too-large", MANY_TEXTS)
    if any("externallinks/" in name.lower() for name in names):
        raise ImportFileError("workbook-linked", LINKED)


def _scan(archive: zipfile.ZipFile, part: str) -> tuple[list[Merge], int]:
    """Merged ranges, which stand at the end of the sheet, after all rows; and how many formulas have no value."""
    found: list[Merge] = []
    formulas, tail = 0, b""
    with archive.open(part.lstrip("/")) as stream:
        while chunk := stream.read(1024**2):
            text = tail + chunk
            end = 0
            for match in MERGED.finditer(text):
                left, top, right, bottom = match.groups()
                if len(found) < MAX_MERGES:
                    found.append(Merge(int(top), _column(left), int(bottom), _column(right)))
                end = match.end()
            for match in FORMULA_WITHOUT_VALUE.finditer(text):
                formulas += 1
                end = max(end, match.end())
            tail = text[max(end, len(text) - 300) :]
    return found, formulas


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _texts(row: tuple[Any, ...], number: int, limits: Limits) -> tuple[list[str], bool]:
    """The cells of a row as text, without the empty ones at its end; and whether a number is longer than exact."""
    if len(row) > limits.columns:
        raise ImportFileError("columns-too-many", MANY_COLUMNS, number, count=len(row), limit=limits.columns)
    cells: list[str] = []
    is_long = False
    for cell in row:
        value = cell.value
        if value is None:
            cells.append("")
            continue
        is_long = is_long or (type(value) in (int, float) and abs(value) >= EXACT_DIGITS)
        cells.append(_text(value, cell))
    while cells and not cells[-1]:
        cells.pop()
    return cells, is_long


def _text(value: Any, cell: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        if isinstance(value, float) and value.is_integer() and abs(value) < EXACT_DIGITS:
            value = int(value)
        zeros = cell.number_format if isinstance(value, int) and value >= 0 else ""
        return str(value).zfill(len(zeros)) if ZEROS.fullmatch(zeros or "") else str(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value)


def header_block(merges: list[Merge], first: int) -> Iterator[int]:
    """The row numbers of a header that starts at `first`: as far down as its merged cells reach.

    Cells merged across in its last row have names of their own below them.
    """
    last = first
    while True:
        inside = [merge for merge in merges if first <= merge.top <= last]
        reached = max([last, *(merge.bottom for merge in inside)])
        if any(merge.bottom == reached and merge.right > merge.left and merge.top == merge.bottom for merge in inside):
            reached += 1
        if reached == last or reached > first + 20:
            break
        last = reached
    yield from range(first, last + 1)
