"""Hidden fields of an open survey: what the address of a link, or the page around a widget, says beforehand."""

from collections.abc import Mapping
from typing import Any

from feedback.choices import QuestionKind
from feedback.services import answer_checks
from feedback.services.surveys import Asked, Door

# What an address says beside: the language, the place, the visit and its page.
OURS = frozenset({"lang", "p", "key", "page"})
MAX_VALUE = 200


def said(door: Door, query: Mapping[str, str]) -> dict[str, str]:
    """What the address says of the survey's hidden questions, as it is written there.

    A value that is no answer to its question is left out: whoever follows a link cannot mend it. Nobody consents by
    having followed one.
    """
    return {code: text for code, text in query.items() if code not in OURS and _value(door, code, text) is not None}


def known(door: Door, said: Mapping[str, str]) -> dict[str, Any]:
    """The same as answers."""
    return {code: _value(door, code, text) for code, text in said.items()}


def _value(door: Door, code: str, text: str) -> Any:
    question = door.questions.get(code)
    if question is None or not question.is_hidden or question.kind == QuestionKind.CONSENT:
        return None
    if not text.strip() or len(text) > MAX_VALUE:
        return None
    value = _typed(question, text.strip())
    return value if answer_checks.fits(question, value) else None


def _typed(question: Asked, text: str) -> Any:
    if question.kind in (QuestionKind.TEXT, QuestionKind.DATE):
        return text
    parts = [int(part) if part.lstrip("-").isdecimal() and len(part) < 12 else part for part in text.split(",")]
    return parts if question.kind == QuestionKind.MULTIPLE else parts[0] if len(parts) == 1 else None
