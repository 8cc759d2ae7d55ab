"""What an uploaded picture may be: one PNG of a sensible size, looked through to its end."""

import struct
import zlib

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_BYTES, MAX_SIDE = 100 * 1024, 2000


def validate_png(body: bytes) -> None:
    """A whole PNG, each chunk with its checksum, nothing behind. Raises ValidationError (`picture-invalid`)."""
    if len(body) > MAX_BYTES or not _is_png(body):
        raise ValidationError(
            _("The logo must be a PNG of 100 KB and 2,000 pixels a side at most."), code="picture-invalid"
        )


def _is_png(body: bytes) -> bool:
    if not body.startswith(SIGNATURE):
        return False
    place = len(SIGNATURE)
    names: list[bytes] = []
    while place + 12 <= len(body):
        length, name = struct.unpack(">I4s", body[place : place + 8])
        end = place + 12 + length
        if end > len(body) or zlib.crc32(body[place + 4 : end - 4]) != struct.unpack(">I", body[end - 4 : end])[0]:
            return False
        if not names:
            if name != b"IHDR" or length != 13:
                return False
            width, height = struct.unpack(">II", body[place + 8 : place + 16])
            if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
                return False
        names.append(name)
        place = end
        if name == b"IEND":
            break
    return place == len(body) and names[-1:] == [b"IEND"] and b"IDAT" in names
