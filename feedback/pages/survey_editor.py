"""The editing page of a survey: its draft question by question, and how its page will look."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language

from cxprogram.languages import NAMES
from cxprogram.models import Program
from feedback.grid_forms import GridForm
from feedback.models import Question, Response, Survey, SurveyItem, SurveyVersion
from feedback.pages.survey import languages_of
from feedback.services import survey_words
from feedback.survey_item_form import ItemForm
from feedback.survey_templates import TEMPLATES
from journeys.models import Touchpoint

MOST_COUNTED = 10_000


@dataclass(frozen=True)
class EditedItem:
    """One question of the draft, with the form that changes it; open where something in it was wrong.

    `grid`: the words over the rows of a grid, at the first of them.
    """

    item: SurveyItem
    number: int
    form: ItemForm
    is_first: bool
    is_last: bool
    is_open: bool
    grid: GridForm | None = None

    @property
    def is_grid_open(self) -> bool:
        return self.grid is not None and self.grid.is_bound


@dataclass(frozen=True)
class Preview:
    language: str
    name: str
    url: str


@dataclass(frozen=True)
class Heard:
    """How many answers the survey has, counted up to `MOST_COUNTED`, and how many look like a robot's, all of them."""

    n: int
    is_more: bool
    suspected: int


@dataclass(frozen=True)
class Editor:
    """Everything on the page; without a draft there is the published version to look at, and a way to make one."""

    is_draft: bool
    survey: Survey
    version: SurveyVersion
    languages: list[str]
    spoken: list[str]
    items: tuple[EditedItem, ...]
    previews: tuple[Preview, ...]
    steps: tuple[tuple[int, str], ...]
    published: int | None
    public_url: str
    heard: Heard
    missing: tuple[str, ...] = field(default=())


def before(version: SurveyVersion, item: SurveyItem) -> list[Question]:
    """The questions that the draft asks before this one."""
    return [each.question for each in survey_words.items(version, position__lt=item.position)]


def first_language(draft: SurveyVersion) -> str:
    """The language in which a new question is written: the program's, if the survey has it."""
    has = languages_of(draft.survey, draft)
    language: str = draft.survey.program.language
    return language if language in has else has[0]


def heard(survey: Survey) -> Heard:
    """Two counts, neither of which reads all answers: those like a robot's are counted in an index that holds no others
    (response_suspected), 250 000 of them in 0.03 s."""
    versions = list(survey.versions.values_list("pk", flat=True))
    rows = Response.objects.filter(survey_version__in=versions).order_by()
    n, suspected = rows[: MOST_COUNTED + 1].count(), rows.suspected().count()
    return Heard(min(n, MOST_COUNTED), n > MOST_COUNTED, suspected)


def touchpoints_of(version: SurveyVersion) -> list[Touchpoint]:
    """Those on a map in use, and those that a question of the draft is about already."""
    asked = version.items.values("question__touchpoint")
    rows = Touchpoint.objects.filter(program=version.survey.program_id)
    offered = rows.filter(Q(pk__in=rows.in_use().values("pk")) | Q(pk__in=asked))
    return list(offered.order_by("stage__journey", "stage__position", "pk"))


def editor(version: SurveyVersion, *, bad_item: ItemForm | None = None, bad_grid: GridForm | None = None) -> Editor:
    """The page of the draft, or of what is published; with the form that was refused, if one was."""
    survey = version.survey
    languages = languages_of(survey, version)
    rows = survey_words.items(version)
    path = reverse("feedback:survey-preview", args=[survey.slug])
    shown = get_language() if get_language() in languages else languages[0]
    order = sorted(languages, key=lambda code: code != shown)
    numbers = sorted({item.page for item in rows})
    published = survey.versions.filter(published_at__isnull=False).order_by("number").last()
    return Editor(
        is_draft=version.published_at is None,
        survey=survey,
        version=version,
        languages=languages,
        spoken=[NAMES[code] for code in languages],
        items=tuple(_edited(version, rows, languages, bad_item, bad_grid)),
        previews=tuple(Preview(code, NAMES[code], f"{path}?in={code}") for code in order),
        steps=tuple((number, f"{path}?in={shown}&step={number}") for number in numbers) if len(numbers) > 1 else (),
        published=published.number if published else None,
        public_url=settings.BASE_URL.rstrip("/") + reverse("feedback:survey", args=[survey.slug]),
        heard=heard(survey),
        missing=tuple(NAMES[code] for code in _unspoken(version, rows, languages)),
    )


def _edited(
    version: SurveyVersion,
    rows: Sequence[SurveyItem],
    languages: Sequence[str],
    bad_item: ItemForm | None,
    bad_grid: GridForm | None,
) -> Iterator[EditedItem]:
    """Each question with its form, or with the one that was refused; a grid's form stands over its first row."""
    touchpoints = touchpoints_of(version)
    headed: set[int] = set()
    for number, item in enumerate(rows, start=1):
        is_bad = bad_item is not None and bad_item.item.pk == item.pk
        earlier = [each.question for each in rows[: number - 1]]
        form = bad_item if bad_item is not None and is_bad else ItemForm(item, languages, earlier, touchpoints)
        heading = item.question.grid
        head = None
        if heading is not None and heading.pk not in headed:
            headed.add(heading.pk)
            is_wrong = bad_grid is not None and bad_grid.grid.pk == heading.pk
            head = bad_grid if is_wrong else GridForm(version, heading, languages)
        yield EditedItem(item, number, form, number == 1, number == len(rows), is_bad, head)


def _unspoken(version: SurveyVersion, rows: Sequence[SurveyItem], languages: Sequence[str]) -> list[str]:
    """Languages in which a title or a question has no words yet."""
    asked = [item.question for item in rows if not item.is_hidden]
    heads = [question.grid for question in asked if question.grid is not None]
    texts: list[dict[str, Any]] = [version.titles, *(question.wordings for question in [*asked, *heads])]
    return [code for code in languages if not all(each.get(code) for each in texts)]


@dataclass(frozen=True)
class ListedSurvey:
    survey: Survey
    url: str
    published: int | None
    has_draft: bool


def surveys_of(program: Program) -> list[ListedSurvey]:
    rows = Survey.objects.filter(program=program).prefetch_related("versions").order_by("slug")
    found = []
    for survey in rows:
        versions = list(survey.versions.all())
        numbers = [version.number for version in versions if version.published_at is not None]
        found.append(
            ListedSurvey(
                survey=survey,
                url=reverse("feedback:survey-edit", args=[survey.slug]),
                published=max(numbers, default=None),
                has_draft=len(numbers) < len(versions),
            )
        )
    return found


@dataclass(frozen=True)
class Offered:
    code: str
    name: str
    purpose: str
    questions: tuple[str, ...]


def templates() -> list[Offered]:
    """The templates in the reader's language."""
    language = (get_language() or "en").split("-")[0]
    return [
        Offered(
            code=template.code,
            name=template.names[language],
            purpose=template.purpose[language],
            questions=tuple(ask.texts[language] for ask in template.asks),
        )
        for template in TEMPLATES.values()
    ]
