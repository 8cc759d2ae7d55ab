"""Titles above a header: left out where nobody could take them for it, else said; no header and no row is lost."""

import pytest
from openpyxl import Workbook, load_workbook

from cxprogram.imports import ImportFileError, RowError, read_table

CUSTOMERS = "Number;Name;Since\n1;Ada Ek;2024-05-01\n2;Bo Ek;2024-06-01\n"


def written(tmp_path, content, name="file.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(path, **how):
    table = read_table(path, **how)
    rows = [(line, row if isinstance(row, RowError) else list(row.values())) for line, row in table.rows]
    return table, rows


@pytest.mark.parametrize(
    ("above", "line", "note"),
    [
        ("Export of 2026-11-01\n", 2, "Line 1, above the header, was skipped: “Export of 2026-11-01”."),
        ("Export of 2026-11-01\n\n", 3, "Line 1, above the header, was skipped: “Export of 2026-11-01”."),
        ("Export of 2026-11-01;;\n;;\n", 3, "Line 1, above the header, was skipped: “Export of 2026-11-01”."),
        ("Customers\nby Ada, of all units\n\n", 4, "2 lines above the header were skipped: 1, 2."),
        ("\n\nCustomers\n\n", 5, "Line 3, above the header, was skipped: “Customers”."),
        ("# by a tool\nCustomers\n", 3, "2 lines above the header were skipped: 1, 2."),
    ],
)
def test_a_title_is_left_out_and_told(tmp_path, above, line, note):
    table, rows = read(written(tmp_path, above + CUSTOMERS))
    assert (table.header, table.header_line, table.delimiter) == (["Number", "Name", "Since"], line, ";")
    assert rows == [(line + 1, ["1", "Ada Ek", "2024-05-01"]), (line + 2, ["2", "Bo Ek", "2024-06-01"])]
    assert table.notes == [note]


def test_a_title_above_words_that_are_parted_by_commas_has_a_number_or_a_blank_line(tmp_path):
    rows = CUSTOMERS.replace(";", ",") + "3,Cy Dal,2024-07-01\n"
    for above, line in (("Export of 2026-11-01\n", 2), ("Customers\n\n", 3), ("Customers\n", 1)):
        assert read(written(tmp_path, above + rows))[0].header_line == line


def test_a_row_that_is_cut_badly_hides_no_title(tmp_path):
    table, rows = read(written(tmp_path, f"Export\n{CUSTOMERS}3;Cy Dal;2024-07-01\n4;Di\n"))
    assert (table.header, table.delimiter) == (["Number", "Name", "Since"], ";")
    assert [row.code if isinstance(row, RowError) else row[0] for _line, row in rows] == ["1", "2", "3", "row-ragged"]


@pytest.mark.parametrize(
    "content",
    [
        "Comment\nGood, nice, fine\nBad, no, never\n",  # one column, whose words hold commas
        "Comment\n\nGood, nice, fine\nBad, no, never\n",
        "Name\nEk, Ada, 1985\n",  # the row below is a person
        "Mail\na@example.org,Ada,Ek\nb@example.org,Bo,Ek\n",
        "a,b,c\nx,,\n1,2,3\n4,5,6\n",  # a row with gaps is no title
        "What do you use?,,\nTram,Bus,Bike\n1,,1\n,1,\n",  # a heading over the columns of one question
        "id,Which do you use?,,\n,Tram,Bus,Bike\n1,1,,1\n",
        "a,b\n1,2\n3,4\n",
        "Contacts\nEk, Ada, Lund\nBerg, Bo, 070-123\nDal, Cy, Oslo\n",  # the first person has no number
        "Contacts 2026\nEk, Ada, Lund\nBerg, Bo, 070-123\nDal, Cy, Oslo\n",
        "Pulse\nscore,why\n1,good\n2,bad\n",  # in a table so narrow it may be the header
    ],
)
def test_what_may_be_the_header_stays_the_header(tmp_path, content):
    table = read_table(written(tmp_path, content))
    assert table.header_line == 1
    lines = len([line for line in content.splitlines()[1:] if line.strip()])
    assert len(list(table.rows)) == lines  # every row is there, taken or refused with its line


def test_of_what_may_be_a_title_it_is_said_that_it_may_and_a_person_says(tmp_path):
    path = written(tmp_path, "Export;;\n" + CUSTOMERS)
    table, _rows = read(path)
    assert table.header_line == 1
    assert any(note.startswith("Line 1 may be a title that stands above the header.") for note in table.notes)
    table, rows = read(path, header_line=2)
    assert (table.header, len(rows)) == (["Number", "Name", "Since"], 2)
    assert table.notes == ["1 lines above the header were skipped: 1."]
    with pytest.raises(ImportFileError, match="Nothing stands on line 9 or below"):
        read_table(path, header_line=9)


def sheet(tmp_path, rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "book.xlsx")
    return tmp_path / "book.xlsx"


def test_titles_of_a_sheet_are_left_out_too(tmp_path):
    header, rows = (
        ["Number", "Name", "Since", "Points", "Unit", "City"],
        [[n, "Ada", "2024-05-01", 2, "N", "B"] for n in (1, 2)],
    )
    for above, line in (
        ([["Export of 2026-11-01"]], 2),
        ([["Export"], [], ["by", "Ada"], []], 5),
        ([["Export"], ["by", "Ada"]], 3),
    ):
        table, found = read(sheet(tmp_path, [*above, header, *rows]))
        assert (table.header, table.header_line) == (header, line)
        assert [cells[0] for _line, cells in found] == ["1", "2"]
        assert "above the header" in table.notes[0]


def test_headings_over_columns_of_a_sheet_are_no_titles(tmp_path):
    path = sheet(
        tmp_path, [["Answers"], ["id", "Ease", None, None, None, None, None], [None, *"ABCDEF"], [1, 2, 3, 4, 5, 6, 7]]
    )
    book = load_workbook(path)
    book.active.merge_cells("A2:A3")
    book.active.merge_cells("B2:G2")
    book.save(path)
    table, rows = read(path)
    assert table.header[:3] == ["id", "Ease - A", "Ease - B"]
    assert (table.header_line, rows) == (2, [(4, ["1", "2", "3", "4", "5", "6", "7"])])


def test_a_list_in_one_column_of_a_sheet_keeps_its_header_and_its_first_rows(tmp_path):
    table, rows = read(sheet(tmp_path, [["Comment"], ["Good"], ["Bad"], ["Fine", "a note"], ["Never"], ["Well"]]))
    assert (table.header[0], [cells[0] for _line, cells in rows]) == (
        "Comment",
        ["Good", "Bad", "Fine", "Never", "Well"],
    )
