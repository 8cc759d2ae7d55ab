"""The bytes of a file that nobody vouches for, unpacked when they are gzip."""

import gzip
import io
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cxprogram.imports.errors import ImportFileError

CHUNK = 256 * 1024
NOT_TEXT = (
    (b"PK\x03\x04", "a zip archive or an .xlsx workbook: save the sheet as CSV"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\xd0\xcf\x11\xe0", "an .xls workbook: save the sheet as CSV"),
    (b"%PDF", "a PDF"),
    (b"PAR1", "a Parquet file"),
    (b"\x89PNG", "a picture"),
    (b"GIF8", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3", "a database"),
    (b"BZh", "a bzip2 archive: unpack it, or pack it with gzip"),
    (b"\xfd7zXZ", "an xz archive: unpack it, or pack it with gzip"),
    (b"7z\xbc\xaf", "a 7-Zip archive: unpack it"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive: unpack it, or pack it with gzip"),
)


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
        raise ImportFileError("file-empty", "The file is empty.")
    for magic, what in NOT_TEXT:
        if head.startswith(magic):
            raise ImportFileError("file-binary", f"This is {what}.")


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
            raise ImportFileError("gzip-damaged", "The gzip file is damaged or cut short.") from None
        self.unpacked += len(data)
        # Against what has been read of it: a bomb of gigabytes is known by its first part.
        allowed = max(self.limits.gzip_free_bytes, self.packed.tell() * self.limits.gzip_ratio)
        if self.unpacked > allowed:
            raise ImportFileError(
                "gzip-bomb", f"The file unpacks to more than {self.limits.gzip_ratio} times its size."
            )
        if self.unpacked > self.limits.unpacked_bytes:
            raise _too_large(self.limits)
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self.file.close()
        self.packed.close()
        super().close()


def _too_large(limits: Limits) -> ImportFileError:
    return ImportFileError(
        "file-too-large", f"The file holds more than {limits.unpacked_bytes // 1024**2:,} MB of text."
    )


def open_source(path: Path, limits: Limits) -> BinaryIO:
    """The file's bytes, unpacked when they are gzip, whatever the name says."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    if packed:
        return io.BufferedReader(_Unpacked(path, limits), CHUNK)
    if path.stat().st_size > limits.unpacked_bytes:
        raise _too_large(limits)
    return path.open("rb", buffering=CHUNK)
