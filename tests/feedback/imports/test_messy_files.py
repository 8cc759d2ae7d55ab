"""Tables as spreadsheets and editors leave them: each has the rows and the names that it should have."""

import json

import pytest

from cxprogram.imports import RowError, read_table
from tests.feedback.imports.taking import sample, take

MESSY = [
    ("table-with-accents.csv", {}, 638, 0), ("accent.csv", {}, 2, 0), ("latin1.csv", {}, 2, 0),
    ("table-infer-iso-8859-7.csv", {"encoding": "iso-8859-7"}, 4, 0), ("bom.csv", {}, 2, 0),
    ("encoding-issue-274.csv", {}, 507, 0), ("duplicate-headers.csv", {}, 2, 0), ("duplicate-column.csv", {}, 1, 0),
    ("blank-headers.csv", {}, 2, 0), ("defective-rows.csv", {}, 0, 2), ("structure-errors.csv", {}, 2, 1),
    ("blank-rows-multiple.csv", {}, 2, 0), ("blank-cells.csv", {}, 5, 0), ("duplicate-rows.csv", {}, 3, 0),
    ("skip-rows-before-headers.csv", {}, 2, 0), ("skip-rows.csv", {}, 2, 0), ("doublequote.csv", {}, 5, 0),
    ("issue-1066-smallcellsizewithdeviation.csv", {}, 12, 0), ("escaping.csv", {}, 3, 0),
    ("number-test.csv", {}, 13, 0), ("table-infer-missing-values.csv", {}, 7, 0), ("leading-zeros.csv", {}, 3, 0),
    ("floats.csv", {}, 5, 0), ("timezone.csv", {}, 4, 0), ("geopoint-object.csv", {}, 3, 0), ("table.tsv", {}, 3, 0),
    ("ascii-notvalid.csv", {}, 1, 0), ("delimiter.csv", {}, 2, 0), ("issue-1009-semicolon.csv", {}, 1, 0),
    ("merged-cells.xlsx", {}, 0, 0), ("multiline-headers.xlsx", {}, 1, 0), ("sheets.xlsx", {}, 1, 0),
    ("sheets.xlsx", {"sheet": "Sheet3"}, 1, 0), ("issue-1024.xlsx", {}, 48, 0),
]  # fmt: skip


@pytest.mark.parametrize(("name", "options", "good", "bad"), MESSY, ids=[f"{row[0]} {row[1]}" for row in MESSY])
def test_a_messy_file_is_a_table_with_as_many_rows_as_it_has(name, options, good, bad):
    table = read_table(sample(f"messy-csv/frictionless/{name}"), **options)
    rows = [row for _line, row in table.rows]
    assert (sum(isinstance(row, dict) for row in rows), sum(isinstance(row, RowError) for row in rows)) == (good, bad)
    assert len(set(table.header)) == len(table.header)


def test_details_of_the_messy_files():
    folder = "messy-csv/frictionless"
    assert read_table(sample(f"{folder}/bom.csv")).header[0] == "id"
    blank = read_table(sample(f"{folder}/blank-rows-multiple.csv"))
    assert len(list(blank.rows)) + blank.blank_rows == 13
    accents = take(sample(f"{folder}/table-with-accents.csv"))
    assert (accents.proposal.decimal, len(accents.proposal.table.header)) == (",", 8)
    assert read_table(sample(f"{folder}/issue-1024.xlsx")).header_line == 10
    assert read_table(sample(f"{folder}/multiline-headers.xlsx")).header[-1].endswith("from baseline (%)")


SPECTRUM = ("comma_in_quotes", "empty", "escaped_quotes", "json", "newlines", "quotes_and_newlines", "simple", "utf8")


@pytest.mark.parametrize("stem", SPECTRUM)
def test_csv_spectrum_reads_as_it_should(stem):
    rows = [row for _line, row in read_table(sample(f"messy-csv/csv-spectrum/{stem}.csv")).rows]
    assert rows == json.loads(sample(f"messy-csv/csv-spectrum/expected/{stem}.json").read_text())
