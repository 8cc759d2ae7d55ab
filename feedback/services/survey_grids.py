"""Rating grids of a draft: one heading and one scale over rows, which are touchpoints, us and competitors, or words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from cxprogram.languages import OURS
from cxprogram.models import Program
from cxprogram.models.translated import Named
from feedback.choices import QuestionKind
from feedback.models import Question, SurveyItem, SurveyVersion
from feedback.services import survey_drafting, survey_words
from journeys.models import Competitor, Touchpoint

ENDS = ("low", "high")


@dataclass(frozen=True)
class Row:
    """What one row rates, in words by language."""

    wordings: Mapping[str, str]
    touchpoint: Touchpoint | None = None
    competitor: Competitor | None = None


@dataclass(frozen=True)
class NewGrid:
    wording: str
    language: str
    points: tuple[int, int]
    rows: Sequence[Row]


def of_touchpoint(touchpoint: Touchpoint) -> Row:
    return Row(_named(touchpoint), touchpoint=touchpoint)


def of_competitor(competitor: Competitor) -> Row:
    return Row(_named(competitor), competitor=competitor)


def of_us(program: Program) -> Row:
    """Us among the competitors: the row that names none."""
    return Row(_named(program))


def of_words(words: str, language: str) -> Row:
    return Row({language: words})


def _named(thing: Named) -> dict[str, str]:
    """The name by language; where there is no translation, as it is."""
    return {code: thing.names.get(code) or thing.name for code in OURS}


@transaction.atomic
def add(version: SurveyVersion, new: NewGrid) -> list[SurveyItem]:
    """Make a grid and ask its rows last, together."""
    program = version.survey.program
    grid = Question.objects.create(
        program=program,
        code=survey_drafting.new_code(program, new.wording),
        name=new.wording[:200],
        kind=QuestionKind.GRID,
        scale_low=new.points[0],
        scale_high=new.points[1],
        wordings={new.language: new.wording},
    )
    return [survey_drafting.add(version, _question(grid, row, new.language)) for row in new.rows]


def _question(grid: Question, row: Row, language: str) -> Question:
    words = row.wordings.get(language) or row.wordings["en"]
    return Question.objects.create(
        program=grid.program,
        code=survey_drafting.new_code(grid.program, f"{grid.code} {words}"),
        name=words[:200],
        kind=QuestionKind.RATING,
        scale_low=grid.scale_low,
        scale_high=grid.scale_high,
        wordings=dict(row.wordings),
        touchpoint=row.touchpoint,
        competitor=row.competitor,
        grid=grid,
    )


@transaction.atomic
def add_row(version: SurveyVersion, grid: Question, words: str, *, language: str) -> SurveyItem:
    """Ask one more row, below the last that is asked."""
    item = survey_drafting.add(version, _question(grid, of_words(words, language), language))
    last = version.items.filter(question__grid=grid).exclude(pk=item.pk).order_by("position").last()
    if last is not None:
        version.items.filter(position__gt=last.position).exclude(pk=item.pk).update(position=F("position") + 1)
        item.position, item.page = last.position + 1, last.page
        item.save(update_fields=["position", "page"])
    return item


@transaction.atomic
def save(
    version: SurveyVersion,
    grid: Question,
    *,
    wordings: Mapping[str, str],
    ends: Mapping[str, Mapping[str, str]],
    meaning: str = "",
) -> None:
    """The words above the rows and at the ends of their scale: what they mean, they mean for every row.

    Raises ConflictError as `survey_words.write`.
    """
    held = survey_drafting.open_draft(version)
    titles = {end: dict(ends[end]) for end in ENDS if ends.get(end)}
    survey_words.write(held, grid, wordings=wordings, titles=titles, meaning=meaning)
