"""What can be an answer: each value against its question, the whole against the survey's rules."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cxprogram.errors import DomainError
from cxprogram.sentences import say
from feedback.choices import Missing, QuestionKind
from feedback.services.surveys import Asked, Door, is_date

MAX_TEXT = 10_000
MAX_KEY = 200
BLANK = Missing.BLANK.value
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class AnswerError(DomainError):
    code = "answer-invalid"


def clean_text(value: str, *, limit: int = MAX_TEXT) -> str:
    """Text that the database and every later page can hold; raises AnswerError (`text-not-storable`)."""
    if _UNSTORABLE.search(value):
        raise AnswerError(_("The text holds characters that cannot be stored."), code="text-not-storable")
    if len(value) > limit:
        raise AnswerError(
            say(gettext_noop("The text is longer than %(limit)s characters."), limit=limit), code="text-too-long"
        )
    return value


def is_key(value: str) -> bool:
    """Whether the value can be the key of an answer."""
    return 0 < len(value) <= MAX_KEY and not _UNSTORABLE.search(value)


def _is_code(value: Any) -> bool:
    """Whether the value is a whole number that a score cell can hold."""
    return type(value) is int and abs(value) < 2**31


def _in_range(question: Asked, value: Any) -> bool:
    low, high = question.low, question.high
    return (low is None or value >= low) and (high is None or value <= high)


def _value(question: Asked, value: Any) -> Any:
    """The value of one answer, checked against its question."""
    if question.kind == QuestionKind.TEXT:
        if isinstance(value, str):
            return clean_text(value, limit=min(MAX_TEXT, question.high) if type(question.high) is int else MAX_TEXT)
    elif question.kind == QuestionKind.DATE:
        if isinstance(value, str) and is_date(value) and _in_range(question, value):
            return value
    elif question.kind == QuestionKind.NUMBER:
        if _is_code(value) and _in_range(question, value):
            return value
    elif question.kind == QuestionKind.CONSENT:
        if type(value) is bool or (type(value) is int and value in (0, 1)):
            return int(value)
    elif question.kind == QuestionKind.MULTIPLE:
        is_list = isinstance(value, list) and len(value) <= 200 and all(_is_code(code) for code in value)
        if is_list and (not question.options or question.options.issuperset(value)):
            return sorted(set(value))
    elif _is_code(value) and question.scale is not None:
        if question.scale[0] <= value <= question.scale[1]:
            return value
    elif _is_code(value) and (not question.options or value in question.options):
        return value
    raise AnswerError(
        say(gettext_noop("%(question)s does not take this answer."), question=question.code),
        code="answer-out-of-range",
        question=question.code,
    )


def fits(question: Asked, value: Any) -> bool:
    """Whether the value is an answer to the question."""
    try:
        _value(question, value)
    except AnswerError:
        return False
    return True


def check(door: Door, answers: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Split answers into values and missing ones.

    A question that was shown and not answered is blank; a hidden one that nobody sent was not asked, nor was one
    that its rule left out. An answer to a question that was not asked is refused (`answer-not-asked`).
    """
    values: dict[str, Any] = {}
    missing: dict[str, str] = {}
    for code, value in answers.items():
        question = door.questions.get(code)
        scale = question.scale if question is not None else None
        if scale is not None and type(value) is int and scale[0] <= value <= scale[1]:
            values[code] = value  # nearly every answer: files of millions come through here
        elif question is None:
            raise AnswerError(
                say(gettext_noop("The survey has no question %(code)s."), code=str(code)[:60]), code="question-unknown"
            )
        elif value is None or value == "" or value == []:
            missing[code] = BLANK
        elif value == Missing.NOT_APPLICABLE.value and question.kind != QuestionKind.TEXT:
            missing[code] = Missing.NOT_APPLICABLE.value
        else:
            values[code] = _value(question, value)
    left_out = _left_out(door, values, missing) if door.has_show_ifs else ()
    for code, question in door.questions.items():
        if code in values or code in left_out:
            continue
        if code not in missing and not question.is_hidden:
            missing[code] = BLANK
        if question.is_required:
            raise AnswerError(
                say(gettext_noop("Please answer %(question)s."), question=code), code="answer-required", question=code
            )
    if not answers:
        raise AnswerError(_("There is no answer in it."), code="answer-empty")
    return values, missing


def _left_out(door: Door, values: Mapping[str, Any], missing: dict[str, str]) -> frozenset[str]:
    """The questions that the rules leave out; that they are blank says nothing, so it is not kept."""
    left_out = frozenset(door.questions.keys() - set(door.asked(values)))
    for code in left_out:
        missing.pop(code, None)
        if code in values:
            raise AnswerError(
                say(gettext_noop("%(question)s is not asked after these answers."), question=code),
                code="answer-not-asked",
                question=code,
            )
    return left_out
