"""Records out of JSON: an array of objects, one object with such an array in it, or one object on each line.

The file is read as a stream, object by object; what is nested becomes columns named `outer.inner`, a list stays JSON.
"""

import io
import json
import re
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from cxprogram.imports import json_reasons
from cxprogram.imports.delimited import Records
from cxprogram.imports.errors import ImportFileError, RowError, gettext_noop, told
from cxprogram.imports.source import Limits, open_source
from cxprogram.imports.text_encoding import find_encoding

CHUNK = 64 * 1024
MAX_DEPTH = 20
MAX_BYTES = 256 * 1024**2
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
SPACE = re.compile(r"[ \t\r\n,]*")
MANY_NAMES = gettext_noop("More than %(limit)s different names.")
NO_LIST = gettext_noop("The file holds no list of objects.")
NO_OBJECT = gettext_noop("This is no object with names and values.")
NOT_STORABLE = gettext_noop("The row holds characters that cannot be stored.")
NEITHER = gettext_noop("This is neither an object nor a list of objects.")
LONG_OBJECT = gettext_noop("An object has more than %(limit)s characters.")

Objects = Generator[tuple[int, dict[str, str] | RowError]]


class JsonRows:
    """A JSON file as a table: its header is every name that any object has, in the order of first sight."""

    def __init__(self, path: Path, *, limits: Limits, notes: list[str]) -> None:
        self.path = path
        self.limits = limits = replace(limits, unpacked_bytes=min(limits.unpacked_bytes, MAX_BYTES))
        one_line = replace(limits, line_characters=limits.unpacked_bytes)  # an array may stand on one line
        self.encoding = find_encoding(path, None, notes, one_line)
        names: dict[str, None] = {}
        for line, item in self.objects():
            if isinstance(item, dict):
                names.update(dict.fromkeys(item))
            if len(names) > limits.columns:
                raise ImportFileError("columns-too-many", MANY_NAMES, line, limit=limits.columns)
        self.header = list(names)
        if not self.header:
            raise ImportFileError("json-no-rows", NO_LIST)

    def records(self) -> Records:
        """The header, then one record for each object, with the line on which it starts."""
        yield 1, self.header
        for line, item in self.objects():
            yield line, [item.get(name, "") for name in self.header] if isinstance(item, dict) else item

    def objects(self) -> Objects:
        with open_source(self.path, self.limits) as raw, io.TextIOWrapper(raw, encoding=self.encoding) as text:
            for line, value in _values(_Window(text, self.limits)):
                if not isinstance(value, dict):
                    yield line, RowError(line, "", "json-not-an-object", told(NO_OBJECT))
                    continue
                flat = dict(_flat(value))
                if any(UNSTORABLE.search(name) or UNSTORABLE.search(cell) for name, cell in flat.items()):
                    yield line, RowError(line, "", "text-not-storable", told(NOT_STORABLE))
                    continue
                yield line, flat


class _Window:
    """The part of the text that is being looked at; refilled at its end, forgotten at its start, lines counted."""

    def __init__(self, text: io.TextIOWrapper, limits: Limits) -> None:
        self.text = text
        self.limits = limits
        self.buffer = ""
        self.at = 0
        self.line = 1

    def fill(self) -> bool:
        more = self.text.read(CHUNK)
        self.buffer = self.buffer[self.at :] + more
        self.at = 0
        return bool(more)

    def move(self, to: int) -> None:
        self.line += self.buffer.count("\n", self.at, to)
        self.at = to

    def skip(self) -> str:
        """Go to the next character that is no space and no comma; an empty text at the end of the file."""
        while True:
            match = SPACE.match(self.buffer, self.at)
            self.move(match.end() if match else self.at)
            if self.at < len(self.buffer):
                return self.buffer[self.at]
            if not self.fill():
                return ""


_decoder = json.JSONDecoder()


def _values(window: _Window) -> Iterator[tuple[int, Any]]:
    first = window.skip()
    if first == "[":
        window.move(window.at + 1)
    elif first != "{":
        raise ImportFileError("json-invalid", NEITHER, window.line)
    while (mark := window.skip()) and mark != "]":
        line = window.line
        yield line, _value(window)


def _value(window: _Window) -> Any:
    """The next value, however many pieces of the file it takes, up to the length of a record."""
    while True:
        try:
            value, end = _decoder.raw_decode(window.buffer, window.at)
        except RecursionError:
            raise ImportFileError("json-too-deep", json_reasons.TOO_DEEP, window.line) from None
        except ValueError as error:
            if len(window.buffer) - window.at > window.limits.record_characters:
                limit = window.limits.record_characters
                raise ImportFileError("record-too-long", LONG_OBJECT, window.line, limit=limit) from None
            if not window.fill():
                raise ImportFileError("json-invalid", json_reasons.broken(error), window.line) from None
            continue
        # A number at the end of the window may go on.
        if end == len(window.buffer) and not isinstance(value, dict | list | str) and window.fill():
            continue
        window.move(end)
        return value


def _flat(value: dict[str, Any], prefix: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    for name, inner in value.items():
        if isinstance(inner, dict) and inner and depth < MAX_DEPTH:
            yield from _flat(inner, f"{prefix}{name}.", depth + 1)
        elif inner is None:
            yield f"{prefix}{name}", ""
        elif isinstance(inner, str):
            yield f"{prefix}{name}", inner
        else:
            yield f"{prefix}{name}", json.dumps(inner, ensure_ascii=False)
