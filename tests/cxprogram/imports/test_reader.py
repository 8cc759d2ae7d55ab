"""Reading a delimited file of unknown origin: what is read, what is refused, and where."""

import gzip
import tracemalloc

import pytest

from cxprogram.imports import ImportFileError, Limits, RowError, read_table


def written(tmp_path, content, name="file.csv"):
    path = tmp_path / name
    path.write_bytes(content)
    return path


def rows_of(path, **options):
    table = read_table(path, **options)
    return [(line, list(row.values()) if isinstance(row, dict) else row.code) for line, row in table.rows]


def refusal(path, **options):
    """The refusal of a file, whether it comes on opening or while its rows are taken."""
    with pytest.raises(ImportFileError) as caught:
        list(read_table(path, **options).rows)
    return caught.value


READABLE = [
    ("comma", b"a,b\n1,2\n", ",", "utf-8", [(2, ["1", "2"])]),
    ("semicolon", b"a;b\n1;2,5\n", ";", "utf-8", [(2, ["1", "2,5"])]),
    ("tab", b"a\tb\n1\t2\n", "\t", "utf-8", [(2, ["1", "2"])]),
    ("pipe", b"a|b\n1|2\n", "|", "utf-8", [(2, ["1", "2"])]),
    ("one column", b"a\n1\n", ",", "utf-8", [(2, ["1"])]),
    ("a hint how it is separated", b"\xef\xbb\xbfsep=;\r\na;b\r\n1;2,5\r\n", ";", "utf-8-sig", [(3, ["1", "2,5"])]),
    ("a hint in quotes", b'"sep=|"\na|b\n1|2\n', "|", "utf-8", [(3, ["1", "2"])]),
    ("a column that is called as a hint", b"sep=x,b\n1,2\n", ",", "utf-8", [(2, ["1", "2"])]),
    ("an address that names a column", b"a@x.no,b\n1,2\n", ",", "utf-8", [(2, ["1", "2"])]),
    ("byte order mark", b"\xef\xbb\xbfa,b\n1,2\n", ",", "utf-8-sig", [(2, ["1", "2"])]),
    ("UTF-16 with mark", "a,b\nå,2\n".encode("utf-16"), ",", "utf-16", [(2, ["å", "2"])]),
    ("CR LF", b"a,b\r\n1,2\r\n3,4\r\n", ",", "utf-8", [(2, ["1", "2"]), (3, ["3", "4"])]),
    ("CR alone", b"a,b\r1,2\r3,4", ",", "utf-8", [(2, ["1", "2"]), (3, ["3", "4"])]),
    ("no newline at the end", b"a,b\n1,2", ",", "utf-8", [(2, ["1", "2"])]),
    (
        "newline in a cell",
        b'a,b\n"1\n2",3\n4,5\n',
        ",",
        "utf-8",
        [(2, ["1\n2", "3"]), (4, ["4", "5"])],
    ),
    ("doubled quotes", b'a,b\n"say ""hi""",2\n', ",", "utf-8", [(2, ['say "hi"', "2"])]),
    ("other line separators", "a,b\n1\u2028x,\x0b2\n".encode(), ",", "utf-8", [(2, ["1\u2028x", "\x0b2"])]),
    ("leading zeros", b"a,b\n007,+46\n", ",", "utf-8", [(2, ["007", "+46"])]),
    (
        "formula is only text",
        b"a,b\n=cmd|' /C calc'!A0,@x\n",
        ",",
        "utf-8",
        [(2, ["=cmd|' /C calc'!A0", "@x"])],
    ),
    ("blank lines before the header", b"\n\n,,\na,b,c\n1,2,3\n", ",", "utf-8", [(5, ["1", "2", "3"])]),
    ("blank lines between rows", b"a,b\n\n1,2\n,\n3,4\n", ",", "utf-8", [(3, ["1", "2"]), (5, ["3", "4"])]),
    ("header only", b"a,b\n", ",", "utf-8", []),
]


@pytest.mark.parametrize(
    ("content", "delimiter", "encoding", "rows"),
    [case[1:] for case in READABLE],
    ids=[c[0] for c in READABLE],
)
def test_it_reads_what_is_a_table(tmp_path, content, delimiter, encoding, rows):
    path = written(tmp_path, content)
    table = read_table(path)
    assert (table.delimiter, table.encoding, table.notes) == (delimiter, encoding, [])
    assert [(line, list(row.values())) for line, row in table.rows] == rows


def test_it_reads_gzip_by_content_and_not_by_name(tmp_path):
    packed = gzip.compress(b"a,b\n1,2\n", mtime=0)
    assert rows_of(written(tmp_path, packed, "plain.csv")) == [(2, ["1", "2"])]
    assert rows_of(written(tmp_path, b"a,b\n1,2\n", "not-packed.csv.gz")) == [(2, ["1", "2"])]


def test_it_takes_tabs_from_the_name_of_a_tsv(tmp_path):
    path = written(tmp_path, b"a\tb,c,d\n1\t2\n", "file.tsv")
    assert read_table(path).header == ["a", "b,c,d"]


def test_it_takes_a_declared_delimiter_and_encoding(tmp_path):
    path = written(tmp_path, "a;b,c\nžlutý;2\n".encode("cp1250"))
    table = read_table(path, delimiter=";", encoding="cp1250")
    assert (table.header, table.notes) == (["a", "b,c"], [])
    assert next(table.rows) == (2, {"a": "žlutý", "b,c": "2"})
    table.close()


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("latin-1", "väntan på säkerhetskontrollen var för lång"),
        ("cp1252", "the “gate” changed – twice, café closed, 5 €"),
    ],
)
def test_it_guesses_western_code_pages_and_says_so(tmp_path, encoding, text):
    table = read_table(written(tmp_path, f'id,why\n1,plain\n2,"{text}"\n'.encode(encoding)))
    assert [row["why"] for _line, row in table.rows] == ["plain", text]
    assert table.encoding == "cp1252"
    assert len(table.notes) == 1
    assert table.notes[0].startswith("Line 3 is not UTF-8; the file was read as cp1252")


def test_it_guesses_other_scripts(tmp_path):
    text = "Очередь на контроль безопасности была слишком длинной, указатели непонятны"
    table = read_table(written(tmp_path, f'id,why\n1,"{text}"\n'.encode("cp1251")))
    assert table.encoding == "cp1251"
    assert next(table.rows)[1]["why"] == text
    table.close()


def test_it_names_columns_without_a_name(tmp_path):
    table = read_table(written(tmp_path, b"a,,c,\n1,2,3,4\n"))
    assert table.header == ["a", "(column 2)", "c", "(column 4)"]
    assert len(table.notes) == 2
    table.close()


def test_it_tells_repeated_columns_apart_by_their_position(tmp_path):
    table = read_table(written(tmp_path, b"id,a, id\n1,2,3\n"))
    assert table.header == ["id (column 1)", "a", "id (column 3)"]
    assert len(table.notes) == 1
    assert list(next(table.rows)[1].values()) == ["1", "2", "3"]
    table.close()


def test_it_skips_comments_above_the_header_and_says_so(tmp_path):
    table = read_table(written(tmp_path, b"# exported\n# twice\n#,name\n1,x\n# more\n2,y\n"))
    assert (table.header, table.header_line) == (["#", "name"], 3)
    assert [(line, row["#"]) for line, row in table.rows] == [(4, "1"), (6, "2")]
    assert (table.comment_rows, table.notes) == (1, ["2 lines above the header were skipped: 1, 2."])


def test_it_reads_backslash_escapes_and_spaces_after_separators(tmp_path):
    content = b'id, text\n1, "plain"\n2, "with \\"quotes\\" inside"\n'
    assert rows_of(written(tmp_path, content)) == [(2, ["1", "plain"]), (3, ["2", 'with "quotes" inside'])]


def test_a_ragged_row_is_an_error_of_that_row_only(tmp_path):
    table = read_table(written(tmp_path, b'a,b\n1\n2,3\n"x\ny",4,5\n6,7\n'))
    assert list(table.rows) == [
        (2, RowError(2, "", "row-ragged", "1 cells under 2 columns.")),
        (3, {"a": "2", "b": "3"}),
        (4, RowError(4, "", "row-ragged", "3 cells under 2 columns.")),
        (6, {"a": "6", "b": "7"}),
    ]


def test_stray_quotes_are_an_error_of_that_row_only(tmp_path):
    path = written(tmp_path, b'a,b\n"1"x,2\n3,4\n')
    assert rows_of(path) == [(2, "row-quotes"), (3, ["3", "4"])]


def test_it_counts_blank_rows(tmp_path):
    table = read_table(written(tmp_path, b"a,b\n1,2\n,\n\n,\n"))
    assert len(list(table.rows)) == 1
    assert table.blank_rows == 3


def gz(content):
    return gzip.compress(content, mtime=0)


REFUSED = [
    ("empty", b"", "file-empty", None),
    ("blank lines only", b"\n\r\n \n", "file-empty", None),
    ("separators only", b",,\n,,\n", "file-empty", None),
    ("semicolons only", b";;\n;;\n", "file-empty", None),
    ("nothing under a hint", b"sep=;\n", "file-empty", None),
    ("a person where columns are named", b"\nAnn,ann@x.no\nBo,bo@x.no\nCy,\n", "header-missing", 2),
    ("empty gzip", gz(b""), "file-empty", None),
    ("broken workbook", b"PK\x03\x04\x14\x00\x06\x00", "workbook-damaged", None),
    ("old workbook", b"\xd0\xcf\x11\xe0\xa1\xb1", "file-binary", None),
    ("PDF", b"%PDF-1.7\n", "file-binary", None),
    ("workbook inside gzip", gz(b"PK\x03\x04\x14\x00\x06\x00"), "file-binary", None),
    ("NUL", b"a,b\n1,2\n3,\x004\n", "file-binary", 3),
    ("UTF-16 without mark", "a,b\n1,2\n".encode("utf-16-le"), "file-binary", 1),
    ("repeated under another's name", b"id,id,id (column 2)\n1,2,3\n", "column-duplicate", 1),
    ("broken header", b'"a"x,b\n1,2\n', "header-invalid", 1),
    ("unclosed quote", b'a,b\n1,2\n"3,4\n5,6\n', "quote-unclosed", 3),
    ("cut gzip", gz(b"a,b\n1,2\n" * 999)[:-9], "gzip-damaged", None),
    ("garbage in gzip", b"\x1f\x8b\x08\x00garbage", "gzip-damaged", None),
    ("damaged UTF-8", "a,b\nå,ä\nö,é\nü,ñ\n".encode() + b"\xe5,1\n", "encoding-mixed", 5),
    ("UTF-8 above cp1252", "a,b\nå,1\n".encode() + b"\xe5,2\n\xe4,3\n", "encoding-mixed", 3),
    ("4,097 columns", ",".join(f"c{i}" for i in range(4097)).encode(), "columns-too-many", 1),
]


@pytest.mark.parametrize(("content", "code", "line"), [case[1:] for case in REFUSED], ids=[c[0] for c in REFUSED])
def test_it_refuses_what_is_no_table(tmp_path, content, code, line):
    error = refusal(written(tmp_path, content))
    assert (error.code, error.line) == (code, line)
    assert len(error.detail) < 200


@pytest.mark.parametrize(
    ("options", "content", "code", "line"),
    [
        ({"encoding": "utf-8"}, b"a,b\n1,2\r\n3,\xe5\n", "encoding-undecodable", 3),
        ({"encoding": "ascii"}, b"a,b\n\xc3\xa5,2\n", "encoding-undecodable", 2),
        ({"encoding": "klingon"}, b"a,b\n1,2\n", "encoding-unknown", None),
        ({"encoding": "base64"}, b"a,b\n1,2\n", "encoding-unknown", None),
        ({"delimiter": ";;"}, b"a,b\n1,2\n", "delimiter-invalid", None),
        ({"delimiter": '"'}, b"a,b\n1,2\n", "delimiter-invalid", None),
    ],
)
def test_it_refuses_what_contradicts_the_declaration(tmp_path, options, content, code, line):
    error = refusal(written(tmp_path, content), **options)
    assert (error.code, error.line) == (code, line)


def test_undecodable_bytes_far_into_the_file_are_reported_with_their_line(tmp_path):
    content = b"a,b\r\n" + b"11111,22222\r\n" * 100_000 + b"3,\xe5\r\n" + b"4,5\r\n" * 1000
    error = refusal(written(tmp_path, content), encoding="utf-8")
    assert (error.code, error.line) == ("encoding-undecodable", 100_002)


HUGE = 16 * 1024**2


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (b"a,b\n1,2\n" + b"x" * HUGE, "line-too-long", 3),
        (b"x" * HUGE, "line-too-long", 1),
        (gz(b"a,b\n1,2\n" + b"x" * HUGE * 4), "line-too-long", 3),
        (b'a,b\n1,2\n"3\n' + b"4,5\n" * (HUGE // 4), "field-too-long", 3),
        (gz(b"a,b\n" + b"1,2\n" * (HUGE * 3 // 4)), "gzip-bomb", None),
    ],
    ids=["long line", "nothing but one line", "long line in gzip", "unclosed quote", "gzip bomb"],
)
def test_it_refuses_a_monster_without_loading_it(tmp_path, content, code, line):
    path = written(tmp_path, content)
    del content
    tracemalloc.start()
    try:
        error = refusal(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (error.code, error.line) == (code, line)
    assert peak < 8 * 1024**2


def test_a_record_over_many_lines_has_a_limit_too(tmp_path):
    path = written(tmp_path, b'a,b\n"' + b"x\n" * 600 + b'",2\n')
    assert refusal(path, limits=Limits(record_characters=1000)).code == "record-too-long"
    assert len(rows_of(path)) == 1


def test_a_line_at_the_limit_is_read_and_one_over_is_not(tmp_path):
    limits = Limits(line_characters=100)
    row = b"1," + b"x" * 98
    assert rows_of(written(tmp_path, b"a,b\n" + row + b"\r\n"), limits=limits) == [(2, ["1", "x" * 98])]
    error = refusal(written(tmp_path, b"a,b\n1,2\n" + row + b"y\r\n"), limits=limits)
    assert (error.code, error.line) == ("line-too-long", 3)


def test_the_amount_of_text_has_a_limit(tmp_path):
    limits = Limits(unpacked_bytes=1000)
    content = b"a,b\n" + b"1,2\n" * 500
    assert refusal(written(tmp_path, content), limits=limits).code == "file-too-large"
    assert refusal(written(tmp_path, gz(content), "f.gz"), limits=limits).code == "file-too-large"


def test_rows_are_read_as_they_are_taken(tmp_path):
    path = written(tmp_path, b"a,b\n" + (b"1," + b"x" * 100 + b"\n") * 100_000)
    tracemalloc.start()
    try:
        with read_table(path) as table:
            count = sum(1 for _line, _row in table.rows)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 100_000
    assert peak < 8 * 1024**2


def test_messages_escape_and_cut_what_the_file_says(tmp_path):
    name = "<script>\x1b[31m" + "x" * 200
    (note,) = read_table(written(tmp_path, f"{name},{name}\n".encode())).notes
    assert "\x1b" not in note
    assert "\\x1b[31m" in note
    assert len(note) < 200
