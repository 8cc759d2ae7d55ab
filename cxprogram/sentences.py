"""Sentences that are kept in a row and read later, by readers of other languages than whoever wrote them down."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from cxprogram import figures
from cxprogram.errors import DomainError
from cxprogram.imports.errors import Told


def say(sentence: str, **facts: str | int) -> Told:
    """The sentence in the reader's language, that keeps what others need to read it in theirs.

    The caller marks it with `gettext_noop`; facts stand in it as they are given.
    """
    return Told(gettext(sentence) % facts, sentence, facts)


def reason(error: DomainError) -> str:
    """Why a rule refused, as it was said."""
    return error.detail if isinstance(error.detail, str) else str(error.detail)


def kept(text: str) -> Any:
    """A text as JSON keeps it: with the sentence and the facts that it is made of, where there are facts."""
    if isinstance(text, Told) and text.facts:
        return {"detail": str(text), "sentence": text.sentence, "facts": text.facts}
    return str(text)


def kept_error(error: Mapping[str, Any]) -> dict[str, Any]:
    """One reason of an account as JSON keeps it: `line`, `column`, `code`, `detail` and what the detail is made of."""
    detail = kept(error["detail"])
    return {**error, **(detail if isinstance(detail, dict) else {"detail": detail})}


def words(text: str | Mapping[str, Any]) -> str:
    """A text that was told or kept, in the reader's language; one that is in no catalogue as it is."""
    if isinstance(text, Told):
        return _words(text.sentence, text.facts)
    if isinstance(text, str):
        return gettext(text) if text else ""
    if "sentence" in text:
        return _words(text["sentence"], text["facts"])
    return words(str(text.get("detail", "")))


def _words(sentence: str, facts: Mapping[str, Any]) -> str:
    said = gettext(sentence) if sentence else ""
    return said % {name: _fact(name, fact) for name, fact in facts.items()} if facts else said


def _fact(name: str, fact: str | int) -> str:
    if isinstance(fact, int):
        return figures.figure(fact, "count")
    return words(fact) if name == "why" else fact
