"""A journey as an .xlsx workbook, for those who write maps in a spreadsheet: one sheet for each kind of row.

A column bears the name of a field; a text in several languages has a column for each (`goals.sv`). What no plain cell
can say (an empty text, a language we do not know, a structure) stands as JSON in the column of the field; what is
longer than a cell goes on in `field#2`. Sent out and taken in again, a journey is the same.
"""

import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
from django.utils.translation import gettext as _
from msgspec import inspect

from cxprogram.imports.errors import ImportFileError, RowError
from cxprogram.imports.source import Limits
from cxprogram.imports.workbook import open_workbook
from cxprogram.languages import OURS
from cxprogram.sentences import words
from journeys.services import document_parts as parts
from journeys.services.document_parts import DocumentError

MAGIC = b"PK\x03\x04"
JOURNEY, STAGES, TOUCHPOINTS, EXPECTATIONS, FINDINGS = SHEETS = (
    "Journey", "Stages", "Touchpoints", "Expectations", "Findings",
)  # fmt: skip
KINDS: Mapping[str, type[msgspec.Struct]] = {
    JOURNEY: parts.JourneyPart,
    STAGES: parts.StagePart,
    TOUCHPOINTS: parts.TouchpointPart,
    EXPECTATIONS: parts.ExpectationPart,
    FINDINGS: parts.FindingPart,
}
OWNERS = {TOUCHPOINTS: "stage", EXPECTATIONS: "touchpoint"}  # the column that says whose the row is
NESTED = frozenset({"stages", "touchpoints", "expectations", "findings"})
CELL = 4_000  # characters: a cell holds 32 767 once each is escaped at worst
LIMITS = Limits(columns=512, unpacked_bytes=64 * 1024**2)

_CODE = re.compile(r"[-a-zA-Z0-9_]+")
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_PLACE = re.compile(r"\.(stages|findings)\[(\d+)\](?:\.touchpoints\[(\d+)\])?(?:\.expectations\[(\d+)\])?")

Row = dict[str, Any]


# --- out --------------------------------------------------------------------------------------
def write(document: Mapping[str, Any]) -> bytes:
    """The journey as a workbook."""
    from openpyxl import Workbook  # 60 ms that only a workbook should cost
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    for title, rows in zip(SHEETS, _tables(document), strict=True):
        sheet = book.create_sheet(title)
        sheet.freeze_panes = "A2"
        columns = list(dict.fromkeys(name for row in rows for name in row))
        for row in [dict(zip(columns, columns, strict=True)), *rows]:
            cells = [WriteOnlyCell(sheet, row.get(name)) for name in columns]
            for cell in cells:
                if isinstance(cell.value, str):
                    cell.data_type = "s"  # never a formula, whatever it begins with
            sheet.append(cells)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _tables(document: Mapping[str, Any]) -> Iterator[list[Row]]:
    """The rows of each sheet, in the order of the sheets."""
    stages: Sequence[Mapping[str, Any]] = document.get("stages", [])
    points = [(stage["code"], point) for stage in stages for point in stage.get("touchpoints", [])]
    expected = [(point["code"], each) for _stage, point in points for each in point.get("expectations", [])]
    yield [_row(document)]
    yield [_row(stage) for stage in stages]
    yield [{"stage": stage} | _row(point) for stage, point in points]
    yield [{"touchpoint": point} | _row(each) for point, each in expected]
    yield [_row(finding) for finding in document.get("findings", [])]


def _row(part: Mapping[str, Any]) -> Row:
    row: Row = {}
    for name, value in part.items():
        if name in NESTED:
            continue
        for column, cell in _cells(name, value):
            if isinstance(cell, str):
                for place, start in enumerate(range(0, max(len(cell), 1), CELL), start=1):
                    text = cell[start : start + CELL]
                    row[f"{column}#{place}" if place > 1 else column] = _UNWRITABLE.sub(_escape, text)
            else:
                row[column] = cell
    return row


def _cells(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and all(language in OURS and text for language, text in value.items()):
        yield from ((f"{name}.{language}", text) for language, text in value.items())
    elif isinstance(value, list) and all(isinstance(each, str) and _CODE.fullmatch(each) for each in value):
        yield name, ", ".join(value)
    elif isinstance(value, dict | list):
        yield name, json.dumps(value, ensure_ascii=False)
    else:
        yield name, value


def _escape(found: re.Match[str]) -> str:
    return f"_x{ord(found.group()):04X}_"


# --- in ---------------------------------------------------------------------------------------
def read(data: bytes) -> dict[str, Any]:
    """The journey of a workbook as a document. Raises DocumentError, whose `path` names sheet and row."""
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        file.write(data)
        file.flush()
        try:
            sheets = {title: list(_records(Path(file.name), title)) for title in SHEETS}
        except ImportFileError as error:
            place = _row_name(error.line) if error.line else "/"
            raise DocumentError(words(error.detail), code=error.code, path=place) from None
    if len(sheets[JOURNEY]) != 1:
        raise DocumentError(_("The sheet Journey holds one row, that of the journey."), path=JOURNEY)
    document = sheets[JOURNEY][0][1]
    document["stages"] = _with_own(sheets[STAGES], sheets[TOUCHPOINTS], TOUCHPOINTS)
    _with_own(sheets[TOUCHPOINTS], sheets[EXPECTATIONS], EXPECTATIONS)
    if findings := [finding for _row, finding in sheets[FINDINGS]]:
        document["findings"] = findings
    try:
        parts.read(document)
    except DocumentError as error:
        error.extra["path"] = _place(error.extra["path"], document, sheets)
        raise
    return document


def _records(path: Path, title: str) -> Iterator[tuple[int, Row]]:
    """Each row of a sheet with its number, its cells under the names of their columns."""
    header: list[str] | None = None
    fields = {each.name: each.type for each in msgspec.structs.fields(KINDS[title])}
    owner = OWNERS.get(title)
    for number, cells in open_workbook(path, sheet=title, limits=LIMITS).records():
        if isinstance(cells, RowError):
            raise ImportFileError(cells.code, cells.detail, number)
        if header is None:
            header = cells
            continue
        texts: Row = {}
        for name, cell in zip(header, cells, strict=False):
            if name and cell:
                whole = name.partition("#")[0]
                texts[whole] = texts.get(whole, "") + _ESCAPED.sub(_unescape, cell)
        if not texts:
            continue
        row: Row = {}
        for name, text in texts.items():
            place = f"{title}, {_row_name(number)}, {name[:60]}"
            field, _dot, language = name.partition(".")
            if language and fields.get(field) == parts.Texts:
                row.setdefault(field, {})[language] = text
            elif name == owner:
                row[name] = text
            elif name not in fields or name in NESTED:
                raise DocumentError(_("There is no such column."), path=place)
            else:
                row[name] = _value(fields[name], text, place)
        yield number, row


def _unescape(found: re.Match[str]) -> str:
    return chr(int(found.group(1), 16))


def _value(kind: Any, text: str, place: str) -> Any:
    """The cell as the field's type: a text as it is, anything else as JSON; a list also as words between commas."""
    info = inspect.type_info(kind)
    if isinstance(info, inspect.StrType | inspect.DateType):
        return text
    if isinstance(info, inspect.ListType) and not text.startswith("["):
        return [each.strip() for each in text.split(",") if each.strip()]
    try:
        return json.loads(text.lower() if kind is bool else text)
    except (ValueError, RecursionError):
        raise DocumentError(_("The cell cannot be read."), path=place) from None


def _with_own(owners: list[tuple[int, Row]], rows: list[tuple[int, Row]], title: str) -> list[Row]:
    """The owners, each with the rows that name it, under the sheet's name."""
    owner, name = OWNERS[title], title.lower()
    by_code = {row.get("code"): row for _number, row in owners}
    for number, row in rows:
        if (code := row.pop(owner, "")) not in by_code:
            place = f"{title}, {_row_name(number)}, {owner}"
            raise DocumentError(_("There is no %(code)s to put this in.") % {"code": code[:60] or "–"}, path=place)
        by_code[code].setdefault(name, []).append(row)
    return [row for _number, row in owners]


def _row_name(number: int) -> str:
    return _("row %(number)s") % {"number": number}


def _place(path: str, document: Row, sheets: Mapping[str, list[tuple[int, Row]]]) -> str:
    """A path in the document as sheet and row."""
    found = _PLACE.match(path)
    if found is None:
        return f"{JOURNEY}, {path.lstrip('.')}"
    kind, first, point, expectation = found.groups()
    title, part = (FINDINGS, document["findings"]) if kind == "findings" else (STAGES, document["stages"])
    target = part[int(first)]
    if point is not None:
        title, target = TOUCHPOINTS, target["touchpoints"][int(point)]
    if expectation is not None:
        title, target = EXPECTATIONS, target["expectations"][int(expectation)]
    number = next(number for number, row in sheets[title] if row is target)
    rest = path[found.end() :].lstrip(".")
    return f"{title}, {_row_name(number)}" + (f", {rest}" if rest else "")
