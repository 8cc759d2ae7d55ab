"""The public survey page: what is asked, in one language, and what a customer sent through it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header

from cxprogram import languages
from feedback import show_if
from feedback.choices import SCALE_KINDS, Missing, QuestionKind
from feedback.models import Question, Survey, SurveyItem, SurveyVersion
from feedback.services import answer_checks, survey_words, surveys

# A field that people do not see. Filled, it makes the answer suspect; the answer is kept all the same.
HONEYPOT = "homepage"
# With percent-encoding up to nine bytes a character: three full text fields stay below the limit of the body.
MAX_TYPED = 2000
_CODE = re.compile(r"-?[0-9]{1,9}")


@dataclass(frozen=True)
class Choice:
    """One button of a question: its value as it is sent, and what stands on it."""

    value: str
    label: str


@dataclass(frozen=True)
class Ask:
    """One question as the page asks it; `name` is the question's code.

    look      scale, list, boxes, text, number, date or consent
    heading   of a grid, before the first of its rows
    """

    id: str
    name: str
    wording: str
    look: str
    is_required: bool
    choices: tuple[Choice, ...] = ()
    low_end: str = ""
    high_end: str = ""
    is_long: bool = False  # a scale of more than six points
    page: int = 1
    rule: show_if.Rule | None = None
    heading: str = ""
    is_row: bool = False
    low: int | str | None = None
    high: int | str | None = None


@dataclass(frozen=True)
class SurveyPage:
    """Everything that the page says, in the active language."""

    title: str
    intro: str
    asks: tuple[Ask, ...]

    @cached_property
    def numbers(self) -> list[int]:
        """The numbers of the form's pages, in order."""
        return sorted({ask.page for ask in self.asks}) or [1]

    @cached_property
    def names(self) -> list[str]:
        return [ask.name for ask in self.asks]

    @cached_property
    def has_steps(self) -> bool:
        """Whether what is asked depends on what was answered, or stands on several pages."""
        return len(self.numbers) > 1 or any(ask.rule for ask in self.asks)

    def asked(self, answers: Mapping[str, Any], known: Mapping[str, Any] | None = None) -> list[str]:
        """The names of the questions asked after these answers; `known` came from a system."""
        return show_if.asked({ask.name: ask.rule for ask in self.asks}, answers, known=known)


def _ends(question: Question) -> tuple[str, str]:
    """The words at both ends of the scale."""
    low, high = question.scale_low, question.scale_high
    usual = {
        QuestionKind.NPS: (_("not at all likely"), _("very likely")),
        QuestionKind.CSAT: (_("very dissatisfied"), _("very satisfied")),
        QuestionKind.CES: (_("very difficult"), _("very easy")),
    }.get(QuestionKind(question.kind), ("", ""))
    words = question.grid or question
    low_words = question.option_text("low") or question.option_text(str(low)) or words.option_text("low") or usual[0]
    high_words = (
        question.option_text("high") or question.option_text(str(high)) or words.option_text("high") or usual[1]
    )
    if not low_words and not high_words:
        return _("the lowest rating"), _("the highest rating")
    return low_words, high_words


def _scale(question: Question) -> dict[str, Any]:
    low, high = question.scale_low, question.scale_high
    assert low is not None
    assert high is not None
    low_words, high_words = _ends(question)
    choices = tuple(Choice(str(code), str(code)) for code in range(low, high + 1))
    return {
        "choices": choices,
        "low_end": f"{low} = {low_words}" if low_words else "",
        "high_end": f"{high} = {high_words}" if high_words else "",
        "is_long": len(choices) > 6,
    }


def _options(question: Question) -> tuple[Choice, ...]:
    """The options in the order of their codes."""
    codes = sorted(int(code) for code in question.options if _CODE.fullmatch(code))
    return tuple(Choice(str(code), question.option_text(code) or str(code)) for code in codes)


LOOKS = {
    **dict.fromkeys(SCALE_KINDS, "scale"),
    QuestionKind.SINGLE: "list",
    QuestionKind.MULTIPLE: "boxes",
    QuestionKind.TEXT: "text",
    QuestionKind.NUMBER: "number",
    QuestionKind.DATE: "date",
    QuestionKind.CONSENT: "consent",
}


def _ask(item: SurveyItem, number: int, *, before: SurveyItem | None) -> Ask:
    question = item.question
    look = LOOKS[QuestionKind(question.kind)]
    is_new_grid = question.grid is not None and (before is None or before.question.grid_id != question.grid_id)
    return Ask(
        id=f"q{number}",
        name=question.code,
        wording=question.wording,
        look=look,
        is_required=item.is_required,
        page=item.page,
        rule=show_if.read(item.show_if),
        heading=question.grid.wording if question.grid is not None and is_new_grid else "",
        is_row=question.grid is not None,
        low=item.limits.get("low"),
        high=item.limits.get("high"),
        **(_scale(question) if look == "scale" else {"choices": _options(question)}),
    )


def survey_page(version: SurveyVersion) -> SurveyPage:
    """The page of a version in its own words, in the active language; one query."""
    asks: list[Ask] = []
    before = None
    for number, item in enumerate(survey_words.items(version, is_hidden=False), start=1):
        asks.append(_ask(item, number, before=before))
        before = item
    return SurveyPage(version.title, version.intro, tuple(asks))


def languages_of(survey: Survey, draft: SurveyVersion | None = None) -> list[str]:
    """The survey's languages, or those that a draft gives it, ours first; that of its program if there is none."""
    asked = (draft.languages if draft else []) or survey.languages
    return [code for code in languages.NAMES if code in asked] or [survey.program.language]


def choose_language(survey: Survey, *, asked: str, accepted: str, draft: SurveyVersion | None = None) -> str:
    """The language of the page.

    - the one asked for in the address, if the survey has it;
    - else the first of the browser's that the survey has;
    - else the program's, if the survey has it;
    - else the survey's first.
    """
    has = languages_of(survey, draft)
    if asked in has:
        return asked
    for tag, _weight in parse_accept_lang_header(accepted.lower()[:500]):
        if code := languages.chosen(tag, has):
            return code
    return survey.program.language if survey.program.language in has else has[0]


@dataclass
class Sent:
    """What came in by the form: values for the intake, what was typed for showing again, what is wrong by question.

    `asked` names the questions that are asked after these answers, in their order; the others are not part of it.
    """

    key: str
    answers: dict[str, Any] = field(default_factory=dict)
    typed: dict[str, list[str]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    has_filled_trap: bool = False

    @property
    def is_empty(self) -> bool:
        """A box that nobody ticked is no answer."""
        return not any(self.typed.get(name) for name in self.asked)


def read_form(page: SurveyPage, posted: QueryDict, *, known: Mapping[str, Any] | None = None) -> Sent:
    """Read the fields that the page shows; whatever else is sent is not part of the answer."""
    sent = Sent(key=posted.get("key", "").strip(), has_filled_trap=bool(posted.get(HONEYPOT, "")))
    for ask in page.asks:
        raw = [value for value in posted.getlist(ask.name) if value.strip()]
        sent.typed[ask.name] = [value.replace("\x00", "") for value in raw]
        sent.answers[ask.name], error = _answer(ask, raw)
        if ask.is_required and not raw:
            error = _nothing(ask)
        if error:
            sent.errors[ask.name] = error
    sent.asked = page.names
    if page.has_steps:
        valued = {ask.name: sent.answers[ask.name] for ask in page.asks if not _is_not_applicable(ask, sent.answers)}
        sent.asked = page.asked(valued, known)
        for name in {ask.name for ask in page.asks} - set(sent.asked):
            sent.answers.pop(name)
            sent.errors.pop(name, None)
    return sent


def _is_not_applicable(ask: Ask, answers: Mapping[str, Any]) -> bool:
    return ask.look != "text" and answers[ask.name] == Missing.NOT_APPLICABLE.value


def _nothing(ask: Ask) -> str:
    if ask.look == "consent":
        return _("Without this we cannot take your answer.")
    return _("Write an answer here.") if ask.look in WRITTEN else _("Choose one of the answers below.")


WRITTEN = ("text", "number", "date")


def _answer(ask: Ask, raw: list[str]) -> tuple[Any, str]:
    """The value of one field, and what is wrong with it."""
    if ask.look == "text":
        text = "\n".join(raw).replace("\r\n", "\n").strip()
        try:
            answer_checks.clean_text(text, limit=ask.high if isinstance(ask.high, int) else answer_checks.MAX_TEXT)
        except answer_checks.AnswerError as error:
            return text or None, str(error.detail)
        return text or None, ""
    if ask.look == "consent":
        return int(raw == ["1"]), "" if raw in ([], ["1"], ["0"]) else _("Tick the box or leave it.")
    if not raw:
        return None, ""
    if raw == [Missing.NOT_APPLICABLE.value]:
        return raw[0], ""
    if ask.look == "date":
        day = raw[0].strip()
        good = len(raw) == 1 and surveys.is_date(day)
        return (day, _beyond(ask, day)) if good else (None, _("Write the date as in 2026-11-25."))
    if not all(_CODE.fullmatch(value.strip()) for value in raw) or (len(raw) > 1 and ask.look != "boxes"):
        return None, _("Write a whole number.") if ask.look == "number" else _("Choose one of the answers below.")
    codes = [int(value) for value in raw]
    if ask.look == "number":
        return codes[0], _beyond(ask, codes[0])
    return (codes if ask.look == "boxes" else codes[0]), ""


def _beyond(ask: Ask, value: Any) -> str:
    """What to say of a value outside the range, in words."""
    low, high = ask.low, ask.high
    if (low is None or value >= low) and (high is None or value <= high):
        return ""
    ends = {"low": _end(low), "high": _end(high)}
    if low is not None and high is not None:
        return _("From %(low)s to %(high)s.") % ends
    return _("%(low)s or more.") % ends if low is not None else _("%(high)s or less.") % ends


def _end(value: int | str | None) -> str:
    return date_format(date.fromisoformat(value)) if isinstance(value, str) else str(value)
