"""What stands above the header of a table: comments, and titles such as “Export of 2026-11-01”.

A header taken for a title would cost its names, a row taken for a header a person. So a line is a title only where all
that follows says so; where it may be one, that is said, and a person decides.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from cxprogram.imports.errors import RowError

Cells = list[str] | RowError
Head = list[tuple[int, Cells]]

MAX_TITLES = 10
FAR_FEWER = 3  # a title has a third of the cells of the table, or less
STEADY = 0.75  # of the rows; a few may be cut badly
MANY_ROWS = 3
ADDRESS = re.compile(r"[^@\s,;<>]{1,64}@[^@\s,;<>]{1,190}\.[A-Za-z]{2,24}")
NO_NAME = re.compile(r"[-+]?[0-9][0-9 .,:/T%+-]*")


@dataclass(frozen=True, slots=True)
class Above:
    """The lines above the header, and those that may be titles and are read as the header until somebody says so."""

    lines: list[int] = field(default_factory=list)
    maybe: list[int] = field(default_factory=list)
    has_comments: bool = False
    title: str = ""  # the first one


def is_blank(cells: Cells) -> bool:
    return not isinstance(cells, RowError) and not any(cells)


def is_comment(cells: Cells) -> bool:
    """A line of its own that begins with #; a column that is called # has neighbours."""
    return not isinstance(cells, RowError) and len(cells) == 1 and cells[0].lstrip().startswith("#")


def lines_above(
    head: Head,
    blank: Collection[int],
    *,
    is_sheet: bool = False,
    is_loose: bool = False,
    grouped: frozenset[int] = frozenset(),
) -> Above:
    """Which of the first filled records stand above the header. `blank` are the lines of blank ones among them,
    `grouped` those in which a cell spans some columns of a sheet, as headings do. `is_loose`: the separator is one that
    stands between words as well, a comma.
    """
    rows: list[tuple[int, list[str]]] = []
    for at, cells in head:
        if isinstance(cells, RowError):
            break
        rows.append((at, cells))
    if not any(_filled(cells) > 1 and not is_comment(cells) for _at, cells in rows):
        return Above()
    start = next(place for place, (_at, cells) in enumerate(rows) if not is_comment(cells))
    comments = [at for at, _cells in rows[:start]]
    maybe: list[int] = []
    for place in range(start + 1, min(start + 1 + MAX_TITLES, len(rows))):
        titles, header, below = rows[start:place], rows[place], [cells for _at, cells in rows[place + 1 :]]
        lines = [at for at, _cells in titles]
        if not grouped.isdisjoint(lines):
            break
        is_header = header[0] in grouped or _is_table(header[1], below)
        if is_sheet and all(len(cells) == 1 for _at, cells in titles) and is_header:
            return Above(comments + lines, [], bool(comments), titles[0][1][0])
        if not _may_be(titles, header[1], below, is_sheet=is_sheet):
            continue
        if _are_sure(titles, header, below, blank, is_loose=is_loose):
            return Above(comments + lines, [], bool(comments), titles[0][1][0])
        maybe = maybe or lines
    return Above(comments, maybe, bool(comments))


def _filled(cells: list[str]) -> int:
    return sum(bool(cell.strip()) for cell in cells)


def _is_table(header: list[str], below: list[list[str]]) -> bool:
    """Whether rows of a sheet go on about as wide as this one: of a list in one column hardly any has a second cell."""
    wide = sum(1 < _filled(cells) < FAR_FEWER * _filled(header) for cells in below)
    return _filled(header) > 1 and wide >= len(below) / 2


def _may_be(titles: list[tuple[int, list[str]]], header: list[str], below: list[list[str]], *, is_sheet: bool) -> bool:
    """Whether a few cells stand above a row of names, and under that as many cells in each row.

    - every name is there, each once, and none is a number, a date or an address;
    - three in four of the rows below are as wide;
    - in no title stand more than a third as many cells; in a table of two columns one.
    """
    names = {cell.strip().casefold() for cell in header}
    if len(header) < 2 or "" in names or len(names) < len(header) or any(map(_is_value, header)) or not below:
        return False
    fits = sum(len(cells) <= len(header) if is_sheet else len(cells) == len(header) for cells in below)
    limit = max(len(header) // FAR_FEWER, 1)
    return fits >= STEADY * len(below) and all(cells[0].strip() and _filled(cells) <= limit for _at, cells in titles)


def _are_sure(
    titles: list[tuple[int, list[str]]],
    header: tuple[int, list[str]],
    below: list[list[str]],
    blank: Collection[int],
    *,
    is_loose: bool,
) -> bool:
    """Whether nobody could take the titles for the header.

    - a blank line parts them from it, or they are shorter lines: a heading over several columns has the cells of all;
    - a table of two columns needs the blank line;
    - rows below hold numbers, dates or addresses, as names do not; or, behind a blank line, they are many of one width;
    - under a separator that stands between words as well, and without the blank line, a title has a number in it, and
      the rows are many, all of one width, most with a number, a date or an address in one column: what stands in one
      column, a list of names perhaps, is not like that.
    """
    last = titles[-1][0]
    is_parted = any(last < line < header[0] for line in blank)
    is_short = all(len(cells) < len(header[1]) for _at, cells in titles)
    holds_values = any(_is_value(cell) for cells in below for cell in cells)
    is_many = len(below) >= MANY_ROWS and all(len(cells) == len(header[1]) for cells in below)
    if is_loose and not is_parted and not (is_many and _has_number(titles) and _has_column_of_values(below)):
        return False
    return (
        (is_parted or is_short)
        and (is_parted or len(header[1]) >= FAR_FEWER)
        and (holds_values or (is_parted and is_many))
    )


def _has_number(titles: list[tuple[int, list[str]]]) -> bool:
    return any(any(map(str.isdigit, cell)) for _at, cells in titles for cell in cells)


def _has_column_of_values(below: list[list[str]]) -> bool:
    return any(sum(map(_is_value, column)) > len(below) / 2 for column in zip(*below, strict=False))


def _is_value(cell: str) -> bool:
    text = cell.strip()
    return bool(NO_NAME.fullmatch(text) or ADDRESS.fullmatch(text))
