"""Requests that nobody honest sends: drawn by chance from a seed, most of them nearly good, so that they come far in.

One stream of chance for one seed: what failed is made again by its seed and number.
"""

import gzip
import json
import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_from_bytes, urlencode

from tests.test_hostile_api import BODIES as GARBAGE
from tests.test_hostile_api import TYPES

TEXTS = (
    "", " ", "\x00", "a\x00b", "\ud800", "\udc00\ud800", "\u202e\u200d\ufeff\ufffe", "\U0010ffff", "\U0001f4a9" * 40,
    "x" * 300, "x" * 20_000, "'; DROP TABLE feedback_response; --", "%s %(x)s {0} {{ 7*7 }}",
    "<script>alert(1)</script>", "=HYPERLINK(\"x\")", "@SUM(1)", "-1+1", "\t=1", "\r\nSet-Cookie: a=b",
    "../../etc/passwd",
    "__proto__", "constructor", "None", "null", "NaN", "-0", "1e308", "9" * 400, "٣", "①", "2017-02-30", "0000-00-00",
    "9999-12-31T23:59:59.999999-23:59", "10000-01-01", "2017-05-15T12:00:00Z", "e\u0301" * 60, "\x1b[31m", "a@b",
    "@", "a@b.c" * 60,
    "+46701234567", "+" + "1" * 60, "NETPRO", "passengers", "sfo", "G", "en", "xx", "not_applicable", "all",
    "2017", "crm",
)  # fmt: skip
NUMBERS = (
    0, 1, -1, 3, 9, 10, 11, 2**31 - 1, 2**31, -(2**31) - 1, 2**53 + 1, 2**63 - 1, 2**63, 2**64, 10**40, 0.5, -0.0,
    1e-320,
    1e308, math.nan, math.inf, -math.inf, 7.0,
)  # fmt: skip
HEADERS: tuple[Mapping[str, str], ...] = (
    {}, {}, {}, {}, {}, {}, {}, {},
    {"Accept-Language": "x" * 3_000}, {"Accept-Language": "sv, fi;q=0.nan"},
    {"Cookie": "sessionid=\x01; django_language=\xff"},
    {"Cookie": "a=" + "b" * 8_000}, {"Content-Encoding": "gzip"}, {"Content-Encoding": "br"}, {"Origin": "null"},
    {"Referer": "javascript:alert(1)"}, {"User-Agent": ""}, {"User-Agent": "\xff" * 500},
    {"If-None-Match": '"' * 900},
    {"X-Forwarded-For": "1" * 900}, {"X-HTTP-Method-Override": "DELETE"}, {"HX-Request": "true"},
    {"Range": "bytes=0-,5-1"},
)  # fmt: skip
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "BREW")


@dataclass(frozen=True)
class Door:
    """One address and what an honest body for it looks like; `names` are fields and parameters that it knows."""

    name: str
    path: Callable[[], str]
    method: str = "GET"
    body: Any = None
    is_form: bool = False
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hostile:
    """One request."""

    door: str
    method: str
    path: str
    body: bytes
    content_type: str
    headers: Mapping[str, str] = field(default_factory=dict)


def text(chance: random.Random) -> str:
    if chance.random() < 0.7:
        return chance.choice(TEXTS)
    return "".join(chr(chance.randrange(0x110000)) for _ in range(chance.randrange(1, 8)))


def scalar(chance: random.Random) -> Any:
    return chance.choice(
        (None, True, False, text(chance), text(chance), chance.choice(NUMBERS), chance.choice(NUMBERS))
    )


def value(chance: random.Random, depth: int = 3) -> Any:
    kind = chance.random()
    if depth == 0 or kind < 0.7:
        return scalar(chance)
    if kind < 0.85:
        return [value(chance, depth - 1) for _ in range(chance.randrange(5))]
    return {text(chance): value(chance, depth - 1) for _ in range(chance.randrange(4))}


def changed(chance: random.Random, good: Any) -> Any:
    """A good document with a few places of it changed: replaced, taken away, doubled, added to."""
    made = json.loads(json.dumps(good))
    for row in made if isinstance(made, list) else [made]:
        if isinstance(row, dict) and "external_id" in row and chance.random() < 0.9:
            row["external_id"] = str(chance.randrange(10**9))  # else nearly all were repeats of the first
    for _turn in range(chance.choice((1, 1, 1, 2, 3))):
        made = _change(chance, made)
    return made


def _change(chance: random.Random, node: Any) -> Any:
    if isinstance(node, dict) and node and chance.random() < 0.9:
        key = chance.choice(list(node))
        act = chance.random()
        if act < 0.5:
            return node | {key: _change(chance, node[key])}
        if act < 0.7:
            return node | {key: value(chance)}
        if act < 0.8:
            return {name: kept for name, kept in node.items() if name != key}
        return node | {text(chance): value(chance)}
    if isinstance(node, list) and node and chance.random() < 0.9:
        place = chance.randrange(len(node))
        act = chance.random()
        if act < 0.7:
            return [_change(chance, kept) if n == place else kept for n, kept in enumerate(node)]
        return node * chance.choice((0, 2, 3)) if act < 0.9 else [*node, value(chance)]
    return value(chance)


def request(chance: random.Random, doors: list[Door]) -> Hostile:
    door = chance.choice(doors)
    method = door.method if chance.random() < 0.92 else chance.choice(METHODS)
    path = door.path()
    if chance.random() < 0.05:
        path += _quoted(chance) + "/"
    if method == "GET" or chance.random() < 0.1:
        path += _query(chance, door)
    body, content_type = b"", "application/json"
    if method not in ("GET", "HEAD"):
        body, content_type = _body(chance, door)
    return Hostile(door.name, method, path, body, content_type, chance.choice(HEADERS))


def _quoted(chance: random.Random) -> str:
    return quote_from_bytes(text(chance).encode("utf-8", "surrogatepass")[:2_000], safe="")


def _query(chance: random.Random, door: Door) -> str:
    if chance.random() < 0.2:
        return ""
    names = [chance.choice(door.names) if door.names and chance.random() < 0.8 else _quoted(chance) for _ in range(3)]
    return "?" + "&".join(f"{name}={_quoted(chance)}" for name in names[: chance.randrange(1, 4)])


def _body(chance: random.Random, door: Door) -> tuple[bytes, str]:
    if chance.random() < 0.08:
        return chance.choice(list(GARBAGE.values())), chance.choice(TYPES)
    if door.is_form:
        return _form(chance, door)
    made = changed(chance, door.body) if door.body is not None else value(chance)
    if isinstance(made, list) and chance.random() < 0.3:
        said, kind = b"\n".join(_json(row) for row in made), "application/x-ndjson"
    else:
        said, kind = _json(made), "application/json"
    if chance.random() < 0.03:
        said = said[: chance.randrange(len(said) + 1)]
    if chance.random() < 0.03:
        said = gzip.compress(said, mtime=0)
    return said, chance.choice(TYPES) if chance.random() < 0.03 else kind


def _json(made: Any) -> bytes:
    return json.dumps(made).encode()


def _form(chance: random.Random, door: Door) -> tuple[bytes, str]:
    fields = [(name, str(kept)) for name, kept in (door.body or {}).items() if name != "key"]
    if "key" in (door.body or {}):
        fields.append(("key", str(chance.randrange(10**9))))
    for _turn in range(chance.randrange(1, 4)):
        known = chance.choice(door.names) if door.names and chance.random() < 0.8 else text(chance)
        fields.append((known, text(chance) if chance.random() < 0.8 else str(chance.choice(NUMBERS))))
    chance.shuffle(fields)
    coded = [(name.encode("utf-8", "surrogatepass"), kept.encode("utf-8", "surrogatepass")) for name, kept in fields]
    if chance.random() < 0.15:
        parts = [
            b'--x\r\nContent-Disposition: form-data; name="' + name.replace(b'"', b"") + b'"\r\n\r\n' + kept + b"\r\n"
            for name, kept in coded
        ]
        return b"".join(parts) + b"--x--\r\n", "multipart/form-data; boundary=x"
    return urlencode(coded).encode(), "application/x-www-form-urlencoded"
