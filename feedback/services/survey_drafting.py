"""Making surveys: from a template, and by the editing page, always as a draft until it is published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext as _

from cxprogram.errors import ConflictError, NotFoundError
from cxprogram.models import Program
from feedback.models import Question, Survey, SurveyItem, SurveyVersion
from feedback.services import survey_words, surveys
from feedback.survey_templates import TEMPLATES, AskTemplate, SurveyTemplate
from journeys.choices import Measure
from journeys.models import Kpi, Touchpoint


def _free(name: str, taken: set[str]) -> str:
    """The name, or the next one with a number behind it that nobody has."""
    number = 2
    found = name
    while found in taken:
        found, number = f"{name}_{number}" if name.isupper() else f"{name}-{number}", number + 1
    return found


def _options(ask: AskTemplate) -> dict[str, Any]:
    ends = {"low": ask.low, "high": ask.high}
    words = {name: {"title": dict(texts)} for name, texts in ends.items() if texts}
    return words | {str(code): {"title": dict(texts)} for code, texts in ask.options.items()}


def _question(program: Program, ask: AskTemplate, known: Mapping[str, Question]) -> Question:
    """The program's question of this code if it asks the same in the same way, else a new one under a free code."""
    scale = ask.scale or (None, None)
    same = known.get(ask.code)
    if (
        same is not None
        and (same.kind, same.scale_low, same.scale_high) == (ask.kind, *scale)
        and same.wordings == dict(ask.texts)
        and same.options == _options(ask)
    ):
        return same
    return Question.objects.create(
        program=program,
        code=_free(ask.code, set(known)),
        name=ask.texts["en"],
        names={code: words for code, words in ask.texts.items() if code != "en"},
        kind=ask.kind,
        scale_low=scale[0],
        scale_high=scale[1],
        wordings=dict(ask.texts),
        options=_options(ask),
    )


def _renamed(rule: Any, codes: Mapping[str, str]) -> Any:
    """The rule with the codes that the questions got."""
    if isinstance(rule, Mapping):
        return {name: codes[value] if name == "question" else _renamed(value, codes) for name, value in rule.items()}
    return [_renamed(part, codes) for part in rule] if isinstance(rule, list) else rule


@transaction.atomic
def from_template(program: Program, code: str, *, languages: list[str], on: date) -> SurveyVersion:
    """A closed survey with a draft of the template, in some languages; an index brings its KPI.

    Raises NotFoundError (`template-unknown`).
    """
    template = TEMPLATES.get(code)
    if template is None:
        raise NotFoundError(_("There is no such template."), code="template-unknown")
    slug = _free(f"{program.slug}-{template.code}"[:44], set(Survey.objects.values_list("slug", flat=True)))
    survey = Survey.objects.create(
        program=program,
        slug=slug,
        name=template.names["en"],
        names={each: words for each, words in template.names.items() if each != "en"},
        purpose=template.purpose.get(program.language, template.purpose["en"]),
        languages=languages,
    )
    version = SurveyVersion.objects.create(
        survey=survey, number=1, titles=dict(template.titles), intros=dict(template.intros)
    )
    known = {question.code: question for question in Question.objects.filter(program=program)}
    codes: dict[str, str] = {}
    for position, ask in enumerate(template.asks, start=1):
        question = _question(program, ask, known)
        known[question.code], codes[ask.code] = question, question.code
        SurveyItem.objects.create(
            version=version,
            question=question,
            position=position,
            page=ask.page,
            is_required=ask.is_required,
            show_if=_renamed(ask.show_if, codes),
        )
    surveys.check_draft(version)
    if template.index_questions:
        _index(program, template, [codes[each] for each in template.index_questions], on=on)
    return version


def _index(program: Program, template: SurveyTemplate, questions: list[str], *, on: date) -> None:
    """The KPI of the index, if the program has none by this code."""
    facts = {
        "name": template.names["en"],
        "names": {each: words for each, words in template.names.items() if each != "en"},
        "descriptions": dict(template.purpose),
        "collector": "satisfaction_index",
        "question_code": questions[0],
        "parameters": {"questions": questions},
        "measure": Measure.POINTS,
        "axis_low": 0,
        "axis_high": 100,
        "valid_from": on,
    }
    Kpi.objects.get_or_create(program=program, code="satisfaction-index", is_current=True, defaults=facts)


def draft_of(survey: Survey) -> SurveyVersion:
    """The draft that is being edited; a copy of the newest version where there is none yet."""
    with transaction.atomic():
        held = Survey.objects.select_for_update().get(pk=survey.pk)
        draft = held.versions.filter(published_at=None).order_by("number").last()
        newest = held.versions.order_by("number").last()
        if draft is None and newest is not None:
            draft = surveys.copy_version(newest)
        return draft or SurveyVersion.objects.create(survey=held, number=1)


def open_draft(version: SurveyVersion) -> SurveyVersion:
    """The draft under a lock: one person at a time. Raises ConflictError for a version that is published."""
    held = SurveyVersion.objects.select_for_update(of=("self",)).select_related("survey").get(pk=version.pk)
    if held.published_at is not None:
        raise ConflictError(_("This version is published already."), code="survey-version-published")
    return held


@transaction.atomic
def add(version: SurveyVersion, question: Question) -> SurveyItem:
    """Ask the question last. Raises ConflictError (`question-asked-already`)."""
    held = open_draft(version)
    if held.items.filter(question=question).exists():
        raise ConflictError(_("The survey asks this question already."), code="question-asked-already")
    last = held.items.aggregate(position=Max("position"), page=Max("page"))
    return SurveyItem.objects.create(
        version=held, question=question, position=(last["position"] or 0) + 1, page=last["page"] or 1
    )


def new_code(program: Program, wording: str) -> str:
    """A code for a new question, from its words."""
    taken = set(Question.objects.filter(program=program).values_list("code", flat=True))
    words = [word for word in slugify(wording).upper().split("-") if len(word) > 3]
    return _free("_".join(words[:3])[:50] or "QUESTION", taken)


@transaction.atomic
def move(item: SurveyItem, *, by: int) -> None:
    """Change places with the neighbour above (-1) or below (+1); at the end nothing changes. Pages follow the order."""
    held = open_draft(item.version)
    items = list(held.items.order_by("position", "pk"))
    place = next(index for index, each in enumerate(items) if each.pk == item.pk)
    other = place + by
    if not 0 <= other < len(items):
        return
    pages = [each.page for each in items]
    items[place], items[other] = items[other], items[place]
    for position, (each, page) in enumerate(zip(items, pages, strict=True), start=1):
        each.position, each.page = position, page
        each.save(update_fields=["position", "page"])


@transaction.atomic
def remove(item: SurveyItem) -> None:
    """Ask the question no more; the question itself and its answers stay."""
    open_draft(item.version)
    item.delete()


@dataclass(frozen=True)
class ItemFacts:
    """How a draft asks one question, and its words: by language, those of a scale's ends and of options by code."""

    wordings: Mapping[str, str]
    options: Mapping[str, Mapping[str, str]]
    page: int
    is_required: bool
    show_if: Any
    limits: Mapping[str, Any]
    is_hidden: bool = False
    touchpoint: Touchpoint | None = None
    consent_purpose: str = ""
    meaning: str = ""  # of changed words that people were asked in: see survey_words.Meaning


@transaction.atomic
def save_texts(version: SurveyVersion, *, titles: Mapping[str, str], intros: Mapping[str, str]) -> None:
    """What the page says above its questions."""
    held = open_draft(version)
    held.titles, held.intros = dict(titles), dict(intros)
    held.save(update_fields=["titles", "intros"])


@transaction.atomic
def save_languages(version: SurveyVersion, chosen: Sequence[str]) -> None:
    """The languages that the survey will have when the draft is published."""
    held = open_draft(version)
    held.languages = list(chosen)
    held.save(update_fields=["languages"])


@transaction.atomic
def save_item(item: SurveyItem, facts: ItemFacts) -> None:
    """How the draft asks the question, and its words. Raises ConflictError as `survey_words.write`."""
    held = open_draft(item.version)
    item.page, item.is_required = facts.page, facts.is_required
    item.show_if, item.limits, item.is_hidden = facts.show_if, dict(facts.limits), facts.is_hidden
    item.save(update_fields=["page", "is_required", "show_if", "limits", "is_hidden"])
    _save_subject(item.question, facts)
    survey_words.write(held, item.question, wordings=facts.wordings, titles=facts.options, meaning=facts.meaning)


def _save_subject(question: Question, facts: ItemFacts) -> None:
    """What the question is about. What is consented to stays once a published version asks it: people agreed to it."""
    held = Question.objects.select_for_update().get(pk=question.pk)
    held.touchpoint = facts.touchpoint
    if held.consent_purpose != facts.consent_purpose:
        if survey_words.is_asked(held):
            raise ConflictError(
                _("A published survey asks this: for another purpose ask another question."), code="question-asked"
            )
        held.consent_purpose = facts.consent_purpose
    held.save(update_fields=["touchpoint", "consent_purpose"])


@dataclass(frozen=True)
class NewQuestion:
    """A question that a draft is to ask; `points` are the ends of its scale, `answers` the texts of its choices."""

    kind: str
    wording: str
    language: str
    points: tuple[int, int] | None = None
    answers: Sequence[str] = ()


@transaction.atomic
def add_new(version: SurveyVersion, new: NewQuestion) -> SurveyItem:
    """Make a question and ask it last."""
    program = version.survey.program
    question = Question.objects.create(
        program=program,
        code=new_code(program, new.wording),
        name=new.wording[:200],
        kind=new.kind,
        scale_low=new.points[0] if new.points else None,
        scale_high=new.points[1] if new.points else None,
        wordings={new.language: new.wording},
        options={str(code): {"title": {new.language: words}} for code, words in enumerate(new.answers, start=1)},
    )
    return add(version, question)


def newest_of(survey: Survey) -> SurveyVersion:
    """The draft, else the newest version; looking changes nothing. Raises NotFoundError for a survey without any."""
    version = survey.versions.select_related("survey__program").order_by("number").last()
    if version is None:
        raise NotFoundError(_("There is no such survey."), code="survey-unknown")
    return version


@transaction.atomic
def publish(version: SurveyVersion, *, at: datetime) -> SurveyVersion:
    """Publish the draft and open its survey. Raises DraftError, also for a draft that asks nothing (`survey-empty`)."""
    held = open_draft(version)
    if not held.items.filter(is_hidden=False).exists():
        raise surveys.DraftError(_("The survey asks nothing yet: add a question."), code="survey-empty")
    published = surveys.publish(held, at=at)
    Survey.objects.filter(pk=held.survey_id).update(is_open=True)
    return published
