"""What every mapping has, of answers and of records: how its file is opened, and which rows are none of ours."""

import os
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec
from msgspec import Struct

from cxprogram.imports.errors import MappingError
from cxprogram.imports.headers import Naming
from cxprogram.imports.reader import Table, read_table

MAX_MAPPING_BYTES = 1_000_000


class Part(Struct, frozen=True, forbid_unknown_fields=True):
    """Base of every piece of a mapping: an unknown key is refused."""


class Header(Part, frozen=True):
    """How many rows the header has, which of them name the columns, and on which line it stands, if that was said."""

    rows: int | None = None
    names: Naming | None = None
    line: int | None = None

    def __post_init__(self) -> None:
        if self.rows is not None and not 1 <= self.rows <= 20:
            raise ValueError("a header has 1 to 20 rows")
        if self.line is not None and self.line < 1:
            raise ValueError("lines count from 1")


class Skip(Part, frozen=True):
    """Rows that are none of ours, and why: test answers, deleted cases."""

    column: str
    values: list[str]
    why: str


M = TypeVar("M", bound=Part)


def load(source: bytes | str | os.PathLike[str], kind: type[M]) -> M:
    """A mapping of this kind from JSON bytes or from a file. Raises `MappingError` and says where it is wrong."""
    raw = source if isinstance(source, bytes) else Path(source).read_bytes()
    if len(raw) > MAX_MAPPING_BYTES:
        raise MappingError("mapping-too-large", f"A mapping has at most {MAX_MAPPING_BYTES:,} bytes.")
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.DecodeError as error:  # ValidationError is one of these
        raise MappingError("mapping-invalid", f"The mapping is refused: {error}") from None


class FileRules(Protocol):
    """What every mapping says of how its file is read."""

    @property
    def encoding(self) -> str | None: ...

    @property
    def delimiter(self) -> str | None: ...

    @property
    def sheet(self) -> str | None: ...

    @property
    def header(self) -> Header: ...


def open_table(path: str | os.PathLike[str], rules: FileRules) -> Table:
    """The file as a table, read as the mapping says. Raises ImportFileError."""
    return read_table(
        path,
        encoding=rules.encoding,
        delimiter=rules.delimiter,
        sheet=rules.sheet,
        header_rows=rules.header.rows,
        naming=rules.header.names,
        header_line=rules.header.line,
    )
