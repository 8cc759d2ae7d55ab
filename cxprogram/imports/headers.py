"""What the columns of a table are called, out of one header row or several.

Names are not keys: they repeat, are empty, hold line breaks and mark-up. Here every column gets a name that no other
has, and whoever asks for a name that the file gives twice is told so instead of getting the first.
"""

import ast
import html
import re
from collections import Counter
from collections.abc import Iterable
from typing import Literal

from cxprogram.imports.errors import ImportFileError, gettext_noop, shown, told

# first: the first header row · joined: all rows, blanks filled from the left · import-id: Qualtrics' third row
Naming = Literal["first", "joined", "import-id"]
IMPORT_ID = re.compile(r"^\s*\{\s*['\"]ImportId['\"]")
TAGS = re.compile(r"<[^<>]{0,1000}>")
# `text [part]`, as LimeSurvey heads the columns of one question.
BRACKETS = re.compile(r"(.{1,2000}\S) ?\[([^\[\]]{1,500})\]", re.DOTALL)
SPACES = re.compile(r"\s+")
JOINT = " - "
NAMELESS = gettext_noop("Column %(position)s has no name; it is called “(column %(position)s)”.")
MANY_NAMELESS = gettext_noop("%(count)s columns have no name; they are called by their position.")
REPEATED = gettext_noop(
    "%(count)s names occur more than once (%(names)s): their columns are called by name and position."
)
ONE_NAME = gettext_noop("Two columns have one name.")
NAMED_TWICE = gettext_noop(
    "The header has %(name)s more than once, as columns %(places)s and %(last)s: give each a name of its own."
)
NO_COLUMN = gettext_noop("The file has no column %(names)s.")


def plain_text(text: str) -> str:
    """A wording without mark-up, entities and runs of spaces; nothing is executed, the text stays a text."""
    return SPACES.sub(" ", TAGS.sub(" ", html.unescape(TAGS.sub(" ", text)))).strip()


def column_names(rows: list[list[str]], naming: Naming, line: int, notes: list[str]) -> list[str]:
    """One name for each column, all different."""
    width = max(len(row) for row in rows)
    padded = [[*row, *[""] * (width - len(row))] for row in rows]
    if naming == "joined" and len(rows) > 1:
        names = joined(padded)
    elif naming == "import-id":
        names = [import_id(cell) or tag for tag, cell in zip(padded[0], padded[-1], strict=True)]
    else:
        names = [SPACES.sub(" ", name).strip() if "\n" in name or "\r" in name else name.strip() for name in padded[0]]
    blank = [position for position, name in enumerate(names, start=1) if not name]
    for position in blank:
        names[position - 1] = f"(column {position})"
    if len(blank) <= 10:
        notes += [told(NAMELESS, position=str(position)) for position in blank]
    else:
        notes.append(told(MANY_NAMELESS, count=len(blank)))
    repeated = {name for name, count in Counter(names).items() if count > 1}
    if repeated:
        names = [_apart(name, position) if name in repeated else name for position, name in enumerate(names, start=1)]
        first = ", ".join(shown(name) for name in sorted(repeated)[:5])
        notes.append(told(REPEATED, count=len(repeated), names=first))
        if len(set(names)) < len(names):
            raise ImportFileError("column-duplicate", ONE_NAME, line)
    return names


def _apart(name: str, position: int) -> str:
    return f"{name} (column {position})"


def require_columns(header: list[str], wanted: Iterable[str]) -> None:
    """Raise ImportFileError where the file lacks a column that is read, or gives its name to several."""
    present = set(header)
    absent = [name for name in wanted if name not in present]
    for name in absent:
        places = [str(place) for place, each in enumerate(header, start=1) if each == _apart(name, place)]
        if places:
            detail = told(NAMED_TWICE, name=shown(name), places=", ".join(places[:-1]), last=places[-1])
            raise ImportFileError("column-duplicate", detail, 1, column=name)
    if absent:
        raise ImportFileError("column-missing", NO_COLUMN, 1, column=absent[0], names=", ".join(absent[:20]))


def joined(rows: list[list[str]]) -> list[str]:
    """The cells of all header rows above a column; an upper cell holds for the blank ones to its right."""
    filled = []
    for row in rows[:-1]:
        current, whole = "", []
        for cell in row:
            current = cell.strip() or current
            whole.append(current)
        filled.append(whole)
    filled.append([cell.strip() for cell in rows[-1]])
    names = []
    for parts in zip(*filled, strict=True):
        distinct = list(dict.fromkeys(SPACES.sub(" ", part) for part in parts if part))
        names.append(JOINT.join(distinct))
    return names


def import_id(cell: str) -> str:
    """`QID3-4` out of `{'ImportId': 'QID3-4'}`: Python's quotes in old exports, JSON in newer ones."""
    if not IMPORT_ID.match(cell):
        return ""
    try:
        value = ast.literal_eval(cell.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return ""
    found = value.get("ImportId") if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""
