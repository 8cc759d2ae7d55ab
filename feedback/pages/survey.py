"""The public survey page: what is asked, in one language, and what a customer sent through it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import QueryDict
from django.utils.translation import get_supported_language_variant
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header

from feedback.choices import Missing, QuestionKind
from feedback.models import Question, Survey, SurveyItem, SurveyVersion
from feedback.services import responses

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
    """One question as the page asks it. `look` is scale, list, boxes or text; `name` is the question's code."""

    id: str
    name: str
    number: int
    wording: str
    look: str
    is_required: bool
    choices: tuple[Choice, ...] = ()
    low_end: str = ""
    high_end: str = ""
    is_long: bool = False  # a scale of more than six points


@dataclass(frozen=True)
class SurveyPage:
    """Everything that the page says, in the active language."""

    title: str
    intro: str
    asks: tuple[Ask, ...]


def _scale(question: Question, number: int, item: SurveyItem) -> Ask:
    low, high = question.scale_low, question.scale_high
    assert low is not None
    assert high is not None
    is_nps = question.kind == QuestionKind.NPS
    low_words = question.option_text("low") or question.option_text(low) or (_("not at all likely") if is_nps else "")
    high_words = question.option_text("high") or question.option_text(high) or (_("very likely") if is_nps else "")
    choices = [Choice(str(code), str(code)) for code in range(low, high + 1)]
    if not low_words and not high_words:
        low_words, high_words = _("the lowest rating"), _("the highest rating")
    return Ask(
        id=f"q{number}",
        name=question.code,
        number=number,
        wording=question.wording,
        look="scale",
        is_required=item.is_required,
        choices=tuple(choices),
        low_end=f"{low} = {low_words}" if low_words else "",
        high_end=f"{high} = {high_words}" if high_words else "",
        is_long=len(choices) > 6,
    )


def _options(question: Question) -> tuple[Choice, ...]:
    """The options in the order of their codes."""
    codes = sorted(int(code) for code in question.options if _CODE.fullmatch(code))
    return tuple(Choice(str(code), question.option_text(code) or str(code)) for code in codes)


def _ask(item: SurveyItem, number: int) -> Ask:
    question = item.question
    if question.kind in (QuestionKind.NPS, QuestionKind.RATING):
        return _scale(question, number, item)
    looks = {QuestionKind.SINGLE: "list", QuestionKind.MULTIPLE: "boxes", QuestionKind.TEXT: "text"}
    return Ask(
        id=f"q{number}",
        name=question.code,
        number=number,
        wording=question.wording,
        look=looks[QuestionKind(question.kind)],
        is_required=item.is_required,
        choices=_options(question),
    )


def survey_page(version: SurveyVersion) -> SurveyPage:
    """The page of a published version in the active language; one query."""
    items = version.items.filter(is_hidden=False).select_related("question").order_by("position")
    asks = tuple(_ask(item, number) for number, item in enumerate(items, start=1))
    return SurveyPage(version.title, version.intro, asks)


def languages_of(survey: Survey) -> list[str]:
    """The survey's languages in the order of the settings; that of its program if it names none."""
    asked = survey.languages or [survey.program.language]
    return [code for code, _name in settings.LANGUAGES if code in asked]


def choose_language(survey: Survey, *, asked: str, accepted: str) -> str:
    """The language of the page.

    - the one asked for in the address, if the survey has it;
    - else the first of the browser's that the survey has;
    - else the program's, if the survey has it;
    - else the survey's first.
    """
    has = languages_of(survey)
    if asked in has:
        return asked
    for tag, _weight in parse_accept_lang_header(accepted.lower()[:500]):
        try:
            code = get_supported_language_variant(tag)
        except LookupError:
            continue
        if code in has:
            return code
    return survey.program.language if survey.program.language in has else has[0]


@dataclass
class Sent:
    """What came in by the form: values for the intake, what was typed for showing again, what is wrong by question."""

    key: str
    answers: dict[str, Any] = field(default_factory=dict)
    typed: dict[str, list[str]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    is_suspect: bool = False

    @property
    def is_empty(self) -> bool:
        return all(value is None for value in self.answers.values())


def read_form(page: SurveyPage, posted: QueryDict) -> Sent:
    """Read the fields that the page shows; whatever else is sent is not part of the answer."""
    sent = Sent(key=posted.get("key", "").strip(), is_suspect=bool(posted.get(HONEYPOT, "")))
    for ask in page.asks:
        raw = [value for value in posted.getlist(ask.name) if value.strip()]
        sent.typed[ask.name] = [value.replace("\x00", "") for value in raw]
        if ask.look == "text":
            text = "\n".join(raw).replace("\r\n", "\n").strip()
            sent.answers[ask.name] = text or None
            try:
                responses.clean_text(text)
            except responses.AnswerError as error:
                sent.errors[ask.name] = str(error.detail)
        elif not raw:
            sent.answers[ask.name] = None
        elif raw == [Missing.NOT_APPLICABLE.value]:
            sent.answers[ask.name] = raw[0]
        elif all(_CODE.fullmatch(value) for value in raw) and (len(raw) == 1 or ask.look == "boxes"):
            codes = [int(value) for value in raw]
            sent.answers[ask.name] = codes if ask.look == "boxes" else codes[0]
        else:
            sent.errors[ask.name] = _("Choose one of the answers below.")
        if ask.is_required and not raw:
            is_text = ask.look == "text"
            sent.errors[ask.name] = _("Write an answer here.") if is_text else _("Choose one of the answers below.")
    return sent


@dataclass(frozen=True)
class Shown:
    """A question with what was typed and what is wrong, for the template."""

    ask: Ask
    typed: tuple[str, ...]
    error: str

    @property
    def text(self) -> str:
        return self.typed[0] if self.typed else ""

    @property
    def first_id(self) -> str:
        return self.ask.id if self.ask.look == "text" else f"{self.ask.id}-0"


def shown(page: SurveyPage, sent: Sent | None = None) -> list[Shown]:
    typed: Mapping[str, list[str]] = sent.typed if sent else {}
    errors: Mapping[str, str] = sent.errors if sent else {}
    return [Shown(ask, tuple(typed.get(ask.name, ())), errors.get(ask.name, "")) for ask in page.asks]
