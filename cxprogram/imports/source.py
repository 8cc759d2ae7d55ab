"""The bytes of a file that nobody vouches for, unpacked when they are gzip."""

import gzip
import io
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cxprogram.imports.errors import ImportFileError, gettext_noop

CHUNK = 256 * 1024
NOT_TEXT = (
    (b"PK\x03\x04", gettext_noop("This is a zip archive or an .xlsx workbook: save the sheet as CSV.")),
    (b"PK\x05\x06", gettext_noop("This is an empty zip archive.")),
    (b"\xd0\xcf\x11\xe0", gettext_noop("This is an .xls workbook: save the sheet as CSV.")),
    (b"%PDF", gettext_noop("This is a PDF.")),
    (b"PAR1", gettext_noop("This is a Parquet file.")),
    (b"\x89PNG", gettext_noop("This is a picture.")),
    (b"GIF8", gettext_noop("This is a picture.")),
    (b"\xff\xd8\xff", gettext_noop("This is a picture.")),
    (b"\x7fELF", gettext_noop("This is a program.")),
    (b"SQLite format 3", gettext_noop("This is a database.")),
    (b"BZh", gettext_noop("This is a bzip2 archive: unpack it, or pack it with gzip.")),
    (b"\xfd7zXZ", gettext_noop("This is an xz archive: unpack it, or pack it with gzip.")),
    (b"7z\xbc\xaf", gettext_noop("This is a 7-Zip archive: unpack it.")),
    (b"\x28\xb5\x2f\xfd", gettext_noop("This is a zstd archive: unpack it, or pack it with gzip.")),
)
EMPTY = gettext_noop("The file is empty.")
DAMAGED = gettext_noop("The gzip file is damaged or cut short.")
BOMB = gettext_noop("The file unpacks to more than %(times)s times its size.")
TOO_LARGE = gettext_noop("The file holds more than %(limit)s MB of text.")


@dataclass(frozen=True, slots=True)
class Limits:
    """Where a file stops being a plausible survey export. Characters, columns, bytes after unpacking."""

    line_characters: int = 1_000_000
    record_characters: int = 1_000_000
    columns: int = 4_096
    unpacked_bytes: int = 4 * 1024**3
    gzip_ratio: int = 200
    gzip_free_bytes: int = 32 * 1024**2


DEFAULT_LIMITS = Limits()


def refuse_what_is_no_text(head: bytes) -> None:
    """Refuse an empty file and the formats people mistake for CSV, by their first bytes."""
    if not head:
        raise ImportFileError("file-empty", EMPTY)
    for magic, what in NOT_TEXT:
        if head.startswith(magic):
            raise ImportFileError("file-binary", what)


class _Unpacked(io.RawIOBase):
    """A gzip stream that refuses to explode, and whose damage is told as ours."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self.packed = path.open("rb")
        self.file = gzip.GzipFile(fileobj=self.packed)
        self.limits = limits
        self.unpacked = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:  # type: ignore[no-untyped-def]
        try:
            data = self.file.read(len(buffer))
        except (gzip.BadGzipFile, EOFError, zlib.error):
            raise ImportFileError("gzip-damaged", DAMAGED) from None
        self.unpacked += len(data)
        # Against what has been read of it: a bomb of gigabytes is known by its first part.
        allowed = max(self.limits.gzip_free_bytes, self.packed.tell() * self.limits.gzip_ratio)
        if self.unpacked > allowed:
            raise ImportFileError("gzip-bomb", BOMB, times=self.limits.gzip_ratio)
        if self.unpacked > self.limits.unpacked_bytes:
            raise _too_large(self.limits)
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self.file.close()
        self.packed.close()
        super().close()


def _too_large(limits: Limits) -> ImportFileError:
    return ImportFileError("file-too-large", TOO_LARGE, limit=limits.unpacked_bytes // 1024**2)


def open_source(path: Path, limits: Limits) -> BinaryIO:
    """The file's bytes, unpacked when they are gzip, whatever the name says."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    if packed:
        return io.BufferedReader(_Unpacked(path, limits), CHUNK)
    if path.stat().st_size > limits.unpacked_bytes:
        raise _too_large(limits)
    return path.open("rb", buffering=CHUNK)
