"""How texts name a person: one pattern for all that is theirs, in the forms that people write it in. Pure."""

import re
from collections.abc import Iterable, Iterator

ERASED = "[erased]"
# The last digits of a telephone number: what stays the same with and without the code of the country.
TAIL = 8
SHORTEST_KEY = 8
BETWEEN_DIGITS = r"[\s().\-/]*"
NUMBER = re.compile(r"\+?[\d\s().\-/]+")


def pattern(texts: Iterable[str]) -> str:
    """A regular expression, for Python and PostgreSQL alike, that finds the texts in what others wrote; "" for none.

    - a number of eight digits or more, however it is grouped and whatever stands for the country;
    - a name of two words or more, its last word first too;
    - an address, or a key of eight characters or more with a digit in it.

    A single word ("Maria", "gold") names many, and is not looked for.
    """
    found = {form for text in texts for form in _forms(text.strip())}
    return "|".join(sorted(found, key=lambda form: (-len(form), form)))


def _forms(text: str) -> Iterator[str]:
    digits = re.sub(r"\D", "", text)
    words = [re.escape(word) for word in text.split()]
    if NUMBER.fullmatch(text):
        if len(digits) >= TAIL:
            yield rf"\+?(\d{BETWEEN_DIGITS}){{0,6}}" + BETWEEN_DIGITS.join(digits[-TAIL:])
    elif "@" in text or (digits and len(text) >= SHORTEST_KEY):
        yield r"\s+".join(words)
    elif len(words) > 1:
        yield r"\s+".join(words)
        yield rf"{words[-1]},?\s+" + r"\s+".join(words[:-1])


def whole(expression: str) -> re.Pattern[str]:
    """The pattern where no word goes on at either end; one that finds nothing for ""."""
    return re.compile(rf"(?<!\w)(?:{expression})(?!\w)" if expression else r"(?!)", re.IGNORECASE)


def mended(value: object, names: re.Pattern[str]) -> object:
    """The text, or the plain value with each of its texts and keys, without what names the person."""
    if isinstance(value, str):
        return names.sub(ERASED, value)
    if isinstance(value, list):
        return [mended(each, names) for each in value]
    if isinstance(value, dict):
        return {names.sub(ERASED, key): mended(each, names) for key, each in value.items()}
    return value
