"""Names that go into frozen inputs with all their translations, and come out in the language of the reader."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language

from cxprogram.models.translated import Named, in_language

Texts = dict[str, Any]


def texts_of(thing: Named) -> Texts:
    """The name of a row and its translations; the name itself stands under the empty language."""
    return {"": thing.name, **thing.names}


def say(texts: Mapping[str, Any]) -> str:
    """The text in the active language, else as its owner wrote it, else in English."""
    language = (get_language() or "en").split("-")[0]
    return texts.get(language) or texts.get("") or in_language(dict(texts))
