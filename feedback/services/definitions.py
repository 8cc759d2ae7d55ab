"""A survey that another tool defined, or that a file of answers implies, as a draft of ours."""

from dataclasses import dataclass, field, replace

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cxprogram import languages
from cxprogram.errors import ConflictError
from cxprogram.models import Program
from feedback.choices import QuestionKind
from feedback.imports.definitions import MAX_CODE, LeftOut, OptionDef, QuestionDef, SurveyDefinition
from feedback.imports.identity import is_same
from feedback.models import Question, Survey, SurveyItem, SurveyVersion
from feedback.services import surveys

NO_POINT = gettext_noop("It is no point of the scale: it counts as not applicable.")
KINDS = {
    "nps": QuestionKind.NPS,
    "rating": QuestionKind.RATING,
    "single": QuestionKind.SINGLE,
    "multiple": QuestionKind.MULTIPLE,
    "text": QuestionKind.TEXT,
    "number": QuestionKind.NUMBER,
    "date": QuestionKind.DATE,
}


@dataclass(frozen=True)
class Drafted:
    """The draft; the code that each question has here; and everything that is not as it was there."""

    version: SurveyVersion
    codes: dict[str, str]
    left_out: list[LeftOut] = field(default_factory=list)


@transaction.atomic
def draft(program: Program, definition: SurveyDefinition, *, slug: str, name: str = "") -> Drafted:
    """Make a draft of a survey, a new one or the next version of the program's own.

    A question that the survey asked before, or that has the code in the program, is the same question if it is the
    same by `identity.is_same`; one that has the code and asks something else keeps it, and the newcomer gets the
    survey's name in front.
    Raises ConflictError: `survey-slug-taken` (by another program), `survey-version-draft` (there is a draft already).
    """
    survey = Survey.objects.select_for_update().filter(slug=slug).first()
    if survey is None:
        survey = Survey.objects.create(
            program=program, slug=slug, name=(name or definition.title or slug)[:200], languages=_languages(definition)
        )
    elif survey.program_id != program.pk:
        raise ConflictError(_("This short name is taken."), code="survey-slug-taken")
    elif survey.versions.filter(published_at=None).exists():
        raise ConflictError(_("There is a draft of this survey already."), code="survey-version-draft")
    version = SurveyVersion.objects.create(
        survey=survey,
        number=surveys.next_number(survey),
        titles={_language(definition.language): definition.title} if definition.title else {},
    )
    left_out = list(definition.left_out)
    known = {question.code.casefold(): question for question in Question.objects.filter(program=program)}
    asked = list(Question.objects.filter(surveyitem__version__survey=survey).order_by("pk").distinct())
    codes: dict[str, str] = {}
    taken: set[str] = set()
    items = []
    for position, told in enumerate(definition.questions, start=1):
        named = [question for question in (known.get(told.code.casefold()),) if question is not None]
        question = next((one for one in (*named, *asked) if one.code not in taken and _is_same(one, told)), None)
        if question is None:
            code = told.code if told.code.casefold() not in known else _free(slug, told.code, known)
            question = _make(program, code, told, _language(definition.language))
            known[question.code.casefold()] = question
        taken.add(question.code)
        codes[told.code] = question.code
        items.append(
            SurveyItem(
                version=version,
                question=question,
                position=position,
                page=told.page,
                column=told.source_id[:100],
                is_required=told.is_required,
            )
        )
        for option in told.missing:
            text = next(iter(option.texts.values()), option.source)
            left_out.append(LeftOut("option", f"{told.code}: {text}"[:120], "no-scale-point", NO_POINT))
    SurveyItem.objects.bulk_create(items)
    return Drafted(version, codes, left_out)


def as_before(drafted: Drafted) -> SurveyVersion | None:
    """The survey's published version if it asks what the draft asks; the draft is not needed then, and is gone."""
    published = SurveyVersion.objects.filter(survey=drafted.version.survey_id, published_at__isnull=False)
    before = published.select_related("survey__program").order_by("-number").first()
    if before is None or _questions_of(before) != _questions_of(drafted.version):
        return None
    drafted.version.delete()
    return before


def _questions_of(version: SurveyVersion) -> set[int]:
    return set(version.items.values_list("question_id", flat=True))


def _language(name: str) -> str:
    """Our code of a language, else the name as it is: its texts are kept, and no page asks for them."""
    return languages.code_of(name) or name[: languages.MAX_CODE]


def _languages(definition: SurveyDefinition) -> list[str]:
    told = [languages.code_of(name) for name in (definition.language, *definition.languages)]
    return [code for code in dict.fromkeys(told) if code]


def _texts(texts: dict[str, str]) -> dict[str, str]:
    return {_language(name): text[:2_000] for name, text in reversed(texts.items()) if text}


def _options(told: QuestionDef) -> dict[str, dict[str, dict[str, str]]]:
    return {str(option.code): {"title": _texts(option.texts) or {"en": option.source}} for option in told.options}


def as_known(question: Question) -> QuestionDef:
    """A question of ours in the words of the importers; one without any wording is worded by its name."""
    coded = {int(code): texts for code, texts in question.options.items() if code.lstrip("-").isdigit()}
    options = tuple(OptionDef(code, texts.get("title", {})) for code, texts in coded.items())
    texts = question.wordings or {"": question.name}
    return QuestionDef(question.code, question.kind, texts, options, question.scale)


def _is_same(question: Question, told: QuestionDef) -> bool:
    known = as_known(question)
    options = tuple(OptionDef(int(code), texts["title"]) for code, texts in _options(told).items())
    texts = _texts(told.texts)
    if "" in known.texts:
        texts = {"": next(iter(texts.values()), told.code)[:200]}
    told = replace(told, kind=KINDS[told.kind].value, texts=texts, options=options, scale=_scale(told))
    return is_same(known, told)


def _scale(told: QuestionDef) -> tuple[int, int] | None:
    return (0, 10) if told.kind == "nps" else told.scale


def _free(slug: str, code: str, known: dict[str, Question]) -> str:
    """A code that no question has: the survey's name in front, as much of it as there is room for."""
    room = MAX_CODE - len(code) - 1
    wish = f"{slug[:room]}_{code}" if room > 0 else code
    free, number = wish, 2
    while free.casefold() in known:
        end = f"_{number}"
        free, number = wish[: MAX_CODE - len(end)] + end, number + 1
    return free


def _make(program: Program, code: str, told: QuestionDef, language: str) -> Question:
    """The question, named in the language in which the survey was written."""
    scale = _scale(told)
    texts = _texts(told.texts)
    return Question.objects.create(
        program=program,
        code=code,
        name=(texts.get(language) or texts.get("en") or next(iter(texts.values()), "") or code)[:200],
        kind=KINDS[told.kind],
        scale_low=scale[0] if scale else None,
        scale_high=scale[1] if scale else None,
        wordings=texts,
        options=_options(told),
    )
