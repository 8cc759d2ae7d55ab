"""Journeys as workbooks: identical again, editable by people, and what cannot be taken refused with sheet and row."""

import zipfile
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from openpyxl import Workbook, load_workbook

from journeys.interchange import xlsx
from journeys.services import documents
from journeys.services.documents import DocumentError
from tests.journeys.test_documents import journeys
from tests.journeys.test_exchange import PLAIN


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"description": "=1+1"},
        {"description": "_x0041_ \x01\r\n x "},
        {"names": {"en": "", "sv": "Besök"}},
        {"names": {"de": "Besuch"}},
        {"personas": ["a, b", "c"]},
        {"stages": [{"code": "s", "name": "S", "problems": {"1": {"names": ["x" * 40_000]}}}], "findings": []},
    ],
)
def test_what_goes_out_comes_back_the_same(more: dict[str, Any]) -> None:
    document = PLAIN | more
    assert documents.read(xlsx.read(xlsx.write(document))) == documents.read(document)


@settings(max_examples=25, deadline=None)
@given(journeys())
def test_whatever_the_journey_it_comes_back_the_same(document: dict[str, Any]) -> None:
    assert documents.read(xlsx.read(xlsx.write(document))) == documents.read(document)


def test_no_text_is_a_formula_to_the_spreadsheet() -> None:
    book = zipfile.ZipFile(BytesIO(xlsx.write(PLAIN | {"name": "=HYPERLINK(1)"})))
    written = book.read("xl/worksheets/sheet1.xml")
    assert b"=HYPERLINK(1)" in written and b"<f" not in written


def edited(change: Any) -> bytes:
    book = load_workbook(BytesIO(xlsx.write(PLAIN)))
    change(book)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def put(sheet: Any, row: int, **cells: Any) -> None:
    names = [cell.value for cell in sheet[1]]
    for name, value in cells.items():
        if name not in names:
            names.append(name)
            sheet.cell(1, len(names), name)
        sheet.cell(row, names.index(name) + 1, value)


def test_what_a_person_writes_into_the_sheets_is_read() -> None:
    def change(book: Workbook) -> None:
        put(book["Touchpoints"], 3, channels="web,  app", problem_codes="[1, 2]", **{"names.sv": "Vi ringer"})
        put(book["Touchpoints"], 4, code="bye", name="Good-bye", stage="leave")
        put(book["Expectations"], 1, touchpoint="touchpoint", value="value", valid_from="valid_from")
        put(book["Expectations"], 2, touchpoint="bye", value=4.5, valid_from=date(2026, 3, 1), is_measured=True)

    document = xlsx.read(edited(change))
    _desk, call = document["stages"][0]["touchpoints"]
    (bye,) = document["stages"][1]["touchpoints"]
    assert (call["channels"], call["problem_codes"], call["names"]) == (["web", "app"], [1, 2], {"sv": "Vi ringer"})
    assert bye["expectations"] == [{"value": 4.5, "valid_from": "2026-03-01", "is_measured": True}]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda b: put(b["Touchpoints"], 3, stage="nowhere"), "Touchpoints, row 3, stage"),
        (lambda b: put(b["Touchpoints"], 3, channels="smoke"), "Touchpoints, row 3, channels"),
        (lambda b: put(b["Touchpoints"], 3, code="desk"), "Touchpoints, row 3, code"),
        (lambda b: put(b["Touchpoints"], 3, colour="red"), "Touchpoints, row 3, colour"),
        (lambda b: put(b["Touchpoints"], 3, problem_codes="[1"), "Touchpoints, row 3, problem_codes"),
        (lambda b: put(b["Stages"], 2, name=""), "Stages, row 2"),
        (lambda b: put(b["Findings"], 2, value=9), "Findings, row 2, value"),
        (lambda b: put(b["Journey"], 2, level="planet"), "Journey, level"),
        (lambda b: put(b["Journey"], 3, code="two"), "Journey"),
        (lambda b: b.remove(b["Stages"]), "/"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_sheet_and_row(change: Any, place: str) -> None:
    with pytest.raises(DocumentError) as refused:
        xlsx.read(edited(change))
    assert refused.value.extra["path"] == place


def test_a_zip_that_is_no_workbook_or_explodes_is_refused() -> None:
    bomb = BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"x")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 70 * 1024**2)
    for data, code in ((b"PK\x03\x04rest", "workbook-damaged"), (bomb.getvalue(), "workbook-too-large")):
        with pytest.raises(DocumentError) as refused:
            xlsx.read(data)
        assert refused.value.code == code
