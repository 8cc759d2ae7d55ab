"""Colours that can be read: the contrast of WCAG 2, and the check that a program's own colour has to pass."""

import re

from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext as _

HEX = re.compile(r"#[0-9a-f]{6}")
READABLE = 4.5


def _luminance(colour: str) -> float:
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours written #rrggbb, from 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def validate_brand(value: str) -> None:
    """A colour on which white text can be read, and which can be read on white."""
    if not HEX.fullmatch(value):
        raise ValidationError(_("Write the colour as in #0a4d68."), code="colour-invalid")
    ratio = contrast(value, "#ffffff")
    if ratio < READABLE:
        raise ValidationError(
            _("White text on this colour is hard to read: its contrast is %(ratio)s, and %(needed)s is needed."),
            params={"ratio": number_format(ratio, 1), "needed": number_format(READABLE, 1)},
            code="colour-pale",
        )
