"""The order of Nordic names. The database sorts by code point: names are sorted by a key that is stored beside them."""

import unicodedata

MAX_KEY = 200
# What follows z in ASCII stands for the three letters that follow z in the alphabet.
_SWEDISH = str.maketrans({"å": "{", "ä": "|", "æ": "|", "ö": "}", "ø": "}"})
_DANISH = str.maketrans({"æ": "{", "ä": "{", "ø": "|", "ö": "|", "å": "}"})


def sort_key(text: str, language: str = "") -> str:
    """A key whose order by code point is the order of the alphabet: å ä ö in Swedish and Finnish, æ ø å in Danish and
    Norwegian; other accents count as the bare letter, capitals as small ones."""
    folded = unicodedata.normalize("NFC", text).casefold()
    folded = folded.translate(_DANISH if language in ("da", "nb") else _SWEDISH)
    bare = unicodedata.normalize("NFD", folded)
    return " ".join("".join(each for each in bare if not unicodedata.combining(each)).split())[:MAX_KEY]
