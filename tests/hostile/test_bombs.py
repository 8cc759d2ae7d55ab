"""F6: a file made to explode, or a line without an end, is refused at once and in little memory.

The line is of CX_HOSTILE_LINE_MB megabytes: 64 in the suite, 1024 by hand. Time is that of the processor.
"""

import gzip
import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.demo_site import ROOT

LINE_MB = int(os.environ.get("CX_HOSTILE_LINE_MB", "64"))
SECONDS, MEGABYTES = 2.0, 100
READER = """
import json, sys, time
from cxprogram.imports.errors import ImportFileError
from cxprogram.imports.reader import read_table
def peak():
    return int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0]) // 1024
before, started = peak(), time.process_time()
try:
    with read_table(sys.argv[1]) as table:
        code = f"read {sum(1 for _row in table.rows)}"
except ImportFileError as error:
    code = error.code
print(json.dumps([code, time.process_time() - started, peak() - before]))
"""
LAUGHS = b'<!DOCTYPE log [<!ENTITY a "ha">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
) + b"]><log>&j;</log>"  # fmt: skip


def gzipped(piece: bytes, megabytes: int) -> bytes:
    """A gzip that unpacks to many times its size, made without ever holding it unpacked."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as file:
        for _turn in range(megabytes):
            file.write(piece * (1024 * 1024 // len(piece)))
    return packed.getvalue()


def workbook(megabytes: int) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _turn in range(megabytes):
                part.write(b"<row><c><v>1</v></c></row>" * 40_000)
    return packed.getvalue()


def pieces(what: str) -> Iterator[bytes]:
    if what == "a line without an end":
        yield b"id,score\n1,"
        for _turn in range(LINE_MB):
            yield b"9" * 1024 * 1024
    elif what == "a quotation mark that never closes":
        yield b'id,score\n1,"'
        for _turn in range(LINE_MB):
            yield b"9,9,9,9\n" * (128 * 1024)
    elif what == "a packed line":
        yield gzipped(b"9", LINE_MB)
    elif what == "packed rows":
        yield gzipped(b"1,2\n", LINE_MB * 4)
    elif what == "a workbook of a hundred times its size":
        yield workbook(LINE_MB)
    elif what == "a billion laughs":
        yield LAUGHS
    elif what == "sixteen thousand columns":
        yield b",".join(b"c%d" % n for n in range(16_000)) + b"\n1\n"
    else:
        yield b"[" * 1_000_000 + b"]" * 1_000_000


@pytest.mark.parametrize(
    ("what", "codes"),
    [
        ("a line without an end", {"line-too-long"}),
        ("a quotation mark that never closes", {"record-too-long", "field-too-long", "quote-unclosed"}),
        ("a packed line", {"line-too-long", "gzip-bomb"}),
        ("packed rows", {"gzip-bomb"}),
        ("a workbook of a hundred times its size", {"zip-bomb"}),
        ("a billion laughs", {"xml-forbidden"}),
        ("sixteen thousand columns", {"columns-too-many"}),
        ("brackets in brackets", {"json-invalid", "json-too-deep", "line-too-long"}),
    ],
)
def test_a_bomb_is_refused_at_once_and_in_little_memory(tmp_path: Path, what: str, codes: set[str]) -> None:
    path = tmp_path / "file.csv"
    with path.open("wb") as file:
        file.writelines(pieces(what))
    done = subprocess.run(
        [sys.executable, "-c", READER, str(path)], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True
    )
    code, seconds, megabytes = json.loads(done.stdout)
    print(f"{what}: {path.stat().st_size:,} bytes, {code} after {seconds:.2f} s, {megabytes} MB more")
    assert code in codes
    assert seconds <= SECONDS and megabytes <= MEGABYTES, (seconds, megabytes)
