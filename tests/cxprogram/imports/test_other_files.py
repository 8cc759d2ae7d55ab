"""Workbooks, JSON and event logs: what is read, what is refused, where, and how fast."""

import io
import json
import time
import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from cxprogram.imports import ImportFileError, Limits, RowError, read_table
from cxprogram.imports.headers import plain_text
from cxprogram.imports.xes import XesLog, read_events


def workbook(tmp_path, *sheets, merges=()):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets, start=1):
        sheet = book.create_sheet(f"Blad {number}")
        for row in rows:
            sheet.append(row)
        for merge in merges:
            sheet.merge_cells(merge)
    path = tmp_path / "book.xlsx"
    book.save(path)
    return path


def altered(path, **parts):
    """The workbook with parts added or replaced; a part is bytes, or a number of zeros to pack."""
    packed = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            if item.filename not in parts:
                new.writestr(item, old.read(item))
        for name, content in parts.items():
            with new.open(name, "w", force_zip64=True) as part:
                if isinstance(content, bytes):
                    part.write(content)
                else:
                    for _megabyte in range(content):
                        part.write(b" " * 1024**2)
    path.write_bytes(packed.getvalue())
    return path


def rows_of(table):
    return [(line, list(row.values()) if isinstance(row, dict) else row.code) for line, row in table.rows]


def test_cells_of_a_workbook_become_the_text_a_person_would_type(tmp_path):
    path = workbook(
        tmp_path,
        [
            ["Undersökning 2024"],
            [],
            ["id", "score", "when", "ok", "text", "note"],
            [7, 5.0, datetime(2024, 5, 1, 13, 30), True, "@x", "=1+1"],
            [],
            ["007", 2.25, date(2024, 5, 1), False, "a\nb", "x"],
        ],
    )
    table = read_table(path)
    assert (table.kind, table.sheet, table.header[:2]) == ("workbook", "Blad 1", ["id", "score"])
    assert rows_of(table) == [
        (4, ["7", "5", "2024-05-01 13:30:00", "TRUE", "@x", ""]),
        (6, ["007", "2.25", "2024-05-01", "FALSE", "a\nb", "x"]),
    ]
    assert table.blank_rows == 1
    assert table.notes == [
        "1 formulas were saved without their value: those cells are empty.",
        "Line 1, above the header, was skipped: “Undersökning 2024”.",
    ]


def test_a_sheet_is_chosen_and_long_numbers_are_told(tmp_path):
    path = workbook(tmp_path, [["a", "b"], [1, 2]], [["a", "b"], [12345678901234567, 2]])
    assert "2 sheets" in read_table(path).notes[0]
    table = read_table(path, sheet="Blad 2")
    assert rows_of(table)[0][0] == 2
    assert "15 digits" in table.notes[-1]
    with pytest.raises(ImportFileError, match="no such sheet"):
        read_table(path, sheet="Blad 3")


def test_merged_header_cells_name_all_their_columns(tmp_path):
    path = workbook(tmp_path, [["id", "Wait", None], [None, "check-in", "gate"], [1, 4, 5]], merges=["A1:A2", "B1:C1"])
    table = read_table(path)
    assert table.header == ["id", "Wait - check-in", "Wait - gate"]
    assert rows_of(table) == [(3, ["1", "4", "5"])]


BILLION = b"""<?xml version="1.0"?>
<!DOCTYPE log [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>
"""
EXTERNAL = b'<?xml version="1.0"?>\n<!DOCTYPE log [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n'
WIDE = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
    + b"".join(b'<c t="inlineStr"><is><t>c</t></is></c>' for _ in range(16_000))
    + b"</row></sheetData></worksheet>"
)
SHEET = "xl/worksheets/sheet1.xml"
BOMBS = [
    ("a sheet of nothing", {SHEET: 64}, {"zip-bomb"}),
    ("a part nobody asks for", {"xl/media/image1.png": 64}, {"zip-bomb"}),
    ("endless shared strings", {"xl/sharedStrings.xml": 80}, {"zip-bomb", "workbook-too-large"}),
    ("billion laughs in a sheet", {SHEET: BILLION + b"<worksheet>&c;</worksheet>"}, {"xml-forbidden"}),
    ("an external entity", {"xl/workbook.xml": EXTERNAL + b"<workbook>&x;</workbook>"}, {"xml-forbidden"}),
    ("16 000 columns", {SHEET: WIDE}, {"columns-too-many"}),
    ("an external link", {"xl/externalLinks/externalLink1.xml": b"<externalLink/>"}, {"workbook-linked"}),
    ("a sheet that is no XML", {SHEET: b"\x00\xff" * 100}, {"workbook-damaged"}),
]


@pytest.mark.parametrize(("parts", "codes"), [case[1:] for case in BOMBS], ids=[case[0] for case in BOMBS])
def test_a_hostile_workbook_is_refused_at_once_and_unopened(tmp_path, parts, codes):
    path = altered(workbook(tmp_path, [["a", "b"], [1, 2]]), **parts)
    started = time.process_time()
    with pytest.raises(ImportFileError) as caught:
        list(read_table(path).rows)
    assert caught.value.code in codes
    assert time.process_time() - started < 2


JSON = [
    ("an array", b'[{"id": 1, "a": {"b": "x"}},\n {"id": "2", "c": [1, 2]}]', [["1", "x", ""], ["2", "", "[1, 2]"]]),
    ("lines", b'{"id": 1, "a": null}\n{"id": true, "b": 2.5}\n', [["1", "", ""], ["true", "", "2.5"]]),
]


@pytest.mark.parametrize(("content", "rows"), [case[1:] for case in JSON], ids=[case[0] for case in JSON])
def test_objects_become_rows(tmp_path, content, rows):
    path = tmp_path / "file.json"
    path.write_bytes(content)
    table = read_table(path)
    assert (table.kind, [cells for _line, cells in rows_of(table)]) == ("json", rows)
    assert [line for line, _cells in rows_of(read_table(path))] == [1, 2]


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (b'[{"a": 1},\n{"a": ', "json-invalid", 2),
        (b'[{"a": "\xff"}]', "json-invalid", None),
        (b'{"a":' * 100_000, "json-too-deep", 1),
        (b'{"a": "' + b"x" * 3_000_000, "record-too-long", 1),
        (b"[]", "json-no-rows", None),
        (json.dumps([{f"c{i}": 1 for i in range(5000)}]).encode(), "columns-too-many", 1),
    ],
    ids=["cut", "Latin-1", "deep", "long", "empty", "wide"],
)
def test_broken_json_is_refused_with_its_line(tmp_path, content, code, line):
    path = tmp_path / "file.json"
    path.write_bytes(content)
    if b"\xff" in content:  # one letter of Latin-1: read as a guess, and said
        assert "guess" in read_table(path).notes[0]
        return
    with pytest.raises(ImportFileError) as caught:
        list(read_table(path).rows)
    assert (caught.value.code, caught.value.line) == (code, line)


def test_lone_surrogates_and_nul_in_json_are_errors_of_their_row(tmp_path):
    path = tmp_path / "file.json"
    path.write_bytes(b'{"a": "\\ud800"}\n{"a": "b\\u0000"}\n7\n{"a": "ok"}')
    assert [row.code if isinstance(row, RowError) else row for _line, row in read_table(path).rows] == [
        "text-not-storable",
        "text-not-storable",
        "json-not-an-object",
        {"a": "ok"},
    ]


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (BILLION + b"<log><trace><string key='concept:name' value='&c;'/></trace></log>", "xml-forbidden", 2),
        (EXTERNAL + b"<log>&x;</log>", "xml-forbidden", 2),
        (b"<?xml version='1.0'?>\n<log>\n<trace>\n<event a=1>", "xml-invalid", 4),
        (b"<log>" + b"<string key='a'>" * 1000, "xml-too-deep", 1),
        (b"<cjml/>", "xes-invalid", 1),
        (b"<log>" + b"x" * 10_000_000 + b"</log>", "xes-invalid", 1),
    ],
    ids=["billion laughs", "external entity", "broken", "deep", "another root", "silence"],
)
def test_a_hostile_log_is_refused_with_its_line(tmp_path, content, code, line):
    path = tmp_path / "log.xes"
    path.write_bytes(content)
    with pytest.raises(ImportFileError) as caught:
        list(read_events(path, XesLog()))
    assert (caught.value.code, caught.value.line) == (code, line)


def test_events_carry_their_case_and_their_line_wherever_the_name_of_the_case_stands(tmp_path):
    path = tmp_path / "log.xes"
    path.write_text(
        '<log xmlns="http://www.xes-standard.org/"><global scope="event"><string key="concept:name" value="?"/>'
        "</global>"
        '\n<trace>\n<event><string key="concept:name" value="a&amp;b"><int key="n" value="2"/></string></event>\n'
        '<string key="concept:name" value="7"/></trace>\n<trace/></log>'
    )
    log = XesLog()
    (event,) = read_events(path, log)
    assert (event.line, event.case, event.attributes) == (3, "7", {"concept:name": "a&b", "concept:name.n": "2"})
    assert (log.traces, log.events, log.empty_traces) == (2, 1, 1)


def test_wordings_lose_mark_up_and_keep_what_was_said():
    assert plain_text("<b>Why&nbsp;not?</b><script>x()</script> 3 &lt; 4") == "Why not? x() 3 < 4"


def test_a_sheet_wider_than_its_header_says_so(tmp_path):
    table = read_table(workbook(tmp_path, [["a", "b"], [1, 2, 3]]), limits=Limits())
    assert table.header == ["a", "b", "(column 3)"]
