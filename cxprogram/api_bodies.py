"""Reading what a client sends: its size before its content, gzip that may be a bomb, JSON that may be hostile.

Whatever comes in is either a value of the type asked for or a DomainError with a stable code.
"""

import re
import zlib
from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec
from django.utils.translation import gettext as _
from rest_framework.request import Request

from cxprogram.errors import DomainError

MAX_BODY = 64 * 1024
MAX_BULK_BODY = 10 * 1024 * 1024
MAX_BULK_ROWS = 10_000
JSON_TYPES = frozenset({"", "application/json"})
BULK_TYPES = JSON_TYPES | {
    "application/x-ndjson",
    "application/ndjson",
    "application/jsonl",
    "application/gzip",
    "application/x-gzip",
    "application/octet-stream",
}
GZIP = b"\x1f\x8b"
# A line is its text without the line break; blank lines carry nothing.
_LINES = re.compile(rb"[^\r\n]+")
T = TypeVar("T")


class BodyError(DomainError):
    """A body that cannot be read as what the door takes."""

    code = "body-invalid"
    status = 400


class BodyTooLargeError(BodyError):
    code = "body-too-large"
    status = 413


def _received(request: Request, types: frozenset[str], *, limit: int) -> bytes:
    """The bytes of the body; one that announces more than the limit is not read."""
    media_type = request.META.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if media_type not in types:
        raise BodyError(_("Send JSON, and say so in Content-Type."), code="media-type-not-supported", status=415)
    announced = request.META.get("CONTENT_LENGTH") or "0"
    if not announced.isdecimal() or int(announced) > limit:
        raise BodyTooLargeError(_("The body is larger than %(limit)s bytes.") % {"limit": limit}, limit=limit)
    try:
        body = _chunked(request, limit) if _is_chunked(request) else request._request.body
    except OSError as error:
        raise BodyError(_("The body broke off."), code="body-unreadable") from error
    if len(body) > limit:
        raise BodyTooLargeError(_("The body is larger than %(limit)s bytes.") % {"limit": limit}, limit=limit)
    return body


def _is_chunked(request: Request) -> bool:
    """Whether the body announces no length and the server tells where it ends: Django itself takes it for empty."""
    return not request.META.get("CONTENT_LENGTH") and request.META.get("wsgi.input_terminated", False)


def _chunked(request: Request, limit: int) -> bytes:
    """The bytes of such a body, no further than one over the limit."""
    source = request.META["wsgi.input"]
    parts: list[bytes] = []
    size = 0
    while size <= limit and (part := source.read(limit + 1 - size)):
        parts.append(part)
        size += len(part)
    return b"".join(parts)


def _refuse_nul(value: Any) -> None:
    """Raise BodyError (`text-not-storable`) if a text anywhere in the value holds a NUL."""
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str) and "\x00" in item:
            raise BodyError(_("The text holds characters that cannot be stored."), code="text-not-storable", status=422)
        if isinstance(item, dict):
            stack.extend((*item.keys(), *item.values()))
        elif isinstance(item, list):
            stack.extend(item)
        elif isinstance(item, msgspec.Struct):
            stack.extend(getattr(item, name) for name in item.__struct_fields__)


def decode(body: bytes | msgspec.Raw, decoder: "msgspec.json.Decoder[T]") -> T:
    """The body as a value of the decoder's type.

    Raises BodyError: `body-not-json` for what is no JSON or nested too deep, `body-invalid` for JSON of another shape,
    `text-not-storable` (422) for text with a NUL.
    """
    try:
        value = decoder.decode(body)
    except msgspec.ValidationError as error:
        raise BodyError(_("The body has not the shape asked for."), code="body-invalid", reason=str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BodyError(_("The body is not JSON."), code="body-not-json") from error
    # A NUL comes only as this escape; the search is cheap, the walk rare.
    if b"\\u0000" in bytes(body):
        _refuse_nul(value)
    return value


def read(request: Request, decoder: "msgspec.json.Decoder[T]") -> T:
    """The one object of the body."""
    return decode(_received(request, JSON_TYPES, limit=MAX_BODY), decoder)


def read_large(request: Request, decoder: "msgspec.json.Decoder[T]") -> T:
    """The one object of a body that may be as large as a bulk one, and gzip."""
    body = _received(request, BULK_TYPES, limit=MAX_BULK_BODY)
    if request.META.get("HTTP_CONTENT_ENCODING", "").strip().lower() == "gzip" or body.startswith(GZIP):
        body = _inflate(body)
    return decode(body, decoder)


def _inflate(body: bytes) -> bytes:
    """The content of a gzip body, read no further than the limit; raises BodyError (`body-not-gzip`)."""
    parts: list[bytes] = []
    size = 0
    while body:
        stream = zlib.decompressobj(wbits=31)
        try:
            part = stream.decompress(body, MAX_BULK_BODY + 1 - size)
        except zlib.error as error:
            raise BodyError(_("The body is not gzip."), code="body-not-gzip") from error
        size += len(part)
        parts.append(part)
        if size > MAX_BULK_BODY:
            raise BodyTooLargeError(
                _("Unpacked, the body is larger than %(limit)s bytes.") % {"limit": MAX_BULK_BODY}, limit=MAX_BULK_BODY
            )
        if not stream.eof:
            raise BodyError(_("The body is not gzip."), code="body-not-gzip")
        body = stream.unused_data
    return b"".join(parts)


_rows = msgspec.json.Decoder(list[msgspec.Raw])


def read_rows(request: Request) -> list[bytes | msgspec.Raw]:
    """The rows of a bulk body, each still JSON: the elements of an array, or the lines of NDJSON; gzip allowed.

    Raises BodyTooLargeError: `body-too-large`, or `too-many-rows` as soon as a row too many is met.
    """
    body = _received(request, BULK_TYPES, limit=MAX_BULK_BODY)
    if request.META.get("HTTP_CONTENT_ENCODING", "").strip().lower() == "gzip" or body.startswith(GZIP):
        body = _inflate(body)
    body = body.removeprefix(b"\xef\xbb\xbf")
    rows: list[bytes | msgspec.Raw] = []
    # The elements of an array are views into the body: they cost no copy until they are decoded.
    first = body.lstrip(b" \t\r\n")[:1]
    source = _lines(body) if first and first != b"[" else decode(body, _rows)
    for row in source:
        if len(rows) == MAX_BULK_ROWS:
            raise BodyTooLargeError(
                _("More than %(limit)s rows at once.") % {"limit": MAX_BULK_ROWS},
                code="too-many-rows",
                limit=MAX_BULK_ROWS,
            )
        rows.append(row)
    return rows


def _lines(body: bytes) -> Iterator[bytes]:
    for match in _LINES.finditer(body):
        if line := match[0].strip():
            yield line
