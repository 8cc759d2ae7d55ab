"""Why a document is no journey, in sentences: the parser tells it in English and in its own types alone."""

import re
from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

KINDS = {
    "str": gettext_lazy("a text"),
    "int": gettext_lazy("a whole number"),
    "float": gettext_lazy("a number"),
    "bool": gettext_lazy("true or false"),
    "date": gettext_lazy("a date like 2026-05-31"),
    "array": gettext_lazy("a list"),
    "object": gettext_lazy("an object with named fields"),
    "null": gettext_lazy("nothing"),
}


def _kind(said: str) -> str:
    """Of several kinds the first; that it may be empty as well is not what is wrong."""
    first = said.partition(" | ")[0]
    return str(KINDS.get(first, first))


def _length(found: re.Match[str]) -> str:
    kind, sign, n = found["kind"], found["sign"], int(found["n"])
    if sign == ">=":
        return _("It is empty.")
    if kind == "str":
        said = ngettext("The text is longer than %(n)s character.", "The text is longer than %(n)s characters.", n)
    else:
        said = ngettext("The list holds more than %(n)s entry.", "The list holds more than %(n)s entries.", n)
    return said % {"n": n}


def _bound(found: re.Match[str]) -> str:
    said = _("The number is lower than %(n)s.") if found["sign"] == ">=" else _("The number is higher than %(n)s.")
    return said % {"n": found["n"]}


# What the parser says, and the sentence for it; the first that fits.
SENTENCES: list[tuple[str, Callable[[re.Match[str]], str]]] = [
    (r"Object missing required field `(?P<name>.+)`", lambda m: _("The field %(name)s is missing.") % m.groupdict()),
    (
        r"Object contains unknown field `(?P<name>.+)`",
        lambda m: _("A journey has no field %(name)s here.") % m.groupdict(),
    ),
    (
        r"Expected `(?P<wanted>[^`]+)`, got `(?P<got>[^`]+)`",
        lambda m: _("Here belongs %(wanted)s, not %(got)s.") % {name: _kind(m[name]) for name in ("wanted", "got")},
    ),
    (r"Expected `(?P<kind>str|array)` of length (?P<sign><=|>=) (?P<n>\d+)", _length),
    (r"Expected `str` matching regex .*", lambda _m: _("A code holds letters from a to z, digits, “-” and “_” only.")),
    (r"Expected `(?:int|float)` (?P<sign><=|>=) (?P<n>[-.\d]+)", _bound),
    (r"Invalid RFC3339 encoded date", lambda _m: _("This is no date; one is written like 2026-05-31.")),
]


def refusal(said: str) -> tuple[str, str]:
    """The sentence, and the path at which the parser stopped; what it says otherwise stays as it is."""
    text, _at, place = said.partition(" - at ")
    path = place.rpartition("$")[2].strip("`") or "/"
    for pattern, sentence in SENTENCES:
        if found := re.fullmatch(pattern, text):
            return sentence(found), path
    return text, path
