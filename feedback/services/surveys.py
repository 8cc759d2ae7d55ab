"""Publishing surveys, and what every door of answers needs to know of a published one."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from cxprogram.errors import ConflictError, NotFoundError
from cxprogram.models import OrgUnit
from cxprogram.prepared import fetch_one
from feedback.choices import QuestionKind
from feedback.models import Question, Survey, SurveyItem, SurveyVersion, TicketRule

# Kinds of questions whose answer is one number.
ONE_NUMBER = frozenset({QuestionKind.NPS.value, QuestionKind.RATING.value, QuestionKind.SINGLE.value})


@dataclass(frozen=True)
class Asked:
    """One question of a published version, as answers are checked against it."""

    code: str
    kind: str
    scale: tuple[int, int] | None
    options: frozenset[int]
    touchpoint_id: int | None
    is_hidden: bool
    is_required: bool


@dataclass(frozen=True)
class Door:
    """A survey's published version with all that the intake of an answer needs.

    `stamp` changes with every row that the door was made of; it is empty for a door that was not asked for by name.
    """

    survey: Survey
    version_id: int
    root_id: int
    questions: dict[str, Asked]
    rules: tuple[TicketRule, ...]
    stamp: str = ""


class SurveyClosedError(NotFoundError):
    code = "survey-unknown"


def _questions(version_id: int) -> dict[str, Asked]:
    items = SurveyItem.objects.filter(version_id=version_id).select_related("question").order_by("position")
    return {
        item.question.code: Asked(
            code=item.question.code,
            kind=item.question.kind,
            scale=item.question.scale if item.question.kind in ONE_NUMBER else None,
            options=frozenset(int(code) for code in item.question.options if code.lstrip("-").isdigit()),
            touchpoint_id=item.question.touchpoint_id,
            is_hidden=item.is_hidden,
            is_required=item.is_required,
        )
        for item in items
    }


# Where each row that makes a door stands and which transaction wrote it: no change of a row leaves both as they were.
STAMP = """
    SELECT s.id, v.id, u.id, concat_ws(' ', s.id, s.xmin, s.ctid, p.xmin, p.ctid, v.id, v.xmin, v.ctid, u.id,
        (SELECT string_agg(concat(r.id, r.xmin, r.ctid), ',' ORDER BY r.id)
         FROM feedback_ticketrule r WHERE r.survey_id = s.id),
        (SELECT md5(string_agg(concat(i.xmin, i.ctid, q.xmin, q.ctid), ',' ORDER BY i.id))
         FROM feedback_surveyitem i JOIN feedback_question q ON q.id = i.question_id WHERE i.version_id = v.id))
    FROM feedback_survey s
    JOIN cxprogram_program p ON p.id = s.program_id
    JOIN cxprogram_orgunit u ON u.program_id = p.id AND u.parent_id IS NULL
    JOIN LATERAL (
        SELECT id, xmin, ctid FROM feedback_surveyversion
        WHERE survey_id = s.id AND published_at IS NOT NULL ORDER BY number DESC LIMIT 1
    ) v ON true
    WHERE s.slug = %s
"""


@lru_cache(maxsize=512)
def _door(survey_id: int, version_id: int, root_id: int, stamp: str) -> Door:
    survey = Survey.objects.select_related("program").get(pk=survey_id)
    rules = tuple(TicketRule.objects.filter(survey=survey).order_by("pk"))
    return Door(survey, version_id, root_id, _questions(version_id), rules, stamp)


def door(slug: str, *, program_id: int | None = None) -> Door:
    """The newest published version of a survey; one short query, which tells whether a known door is still right.

    Raises SurveyClosedError (`survey-unknown`, 404) for a survey that does not exist or has nothing published.
    """
    row = fetch_one(STAMP, [slug])
    known = _door(*row) if row else None
    if known is None or (program_id is not None and known.survey.program_id != program_id):
        raise SurveyClosedError(_("There is no such survey."))
    return known


def door_of(version: SurveyVersion) -> Door:
    """The door of one version, whichever is the newest: a wave's file belongs to the version that it asked."""
    root = OrgUnit.objects.get(program=version.survey.program, parent=None)
    rules = tuple(TicketRule.objects.filter(survey=version.survey).order_by("pk"))
    return Door(version.survey, version.pk, root.pk, _questions(version.pk), rules)


@transaction.atomic
def publish(version: SurveyVersion, *, at: datetime) -> SurveyVersion:
    """Publish a version; from now on it never changes."""
    version = SurveyVersion.objects.select_for_update().get(pk=version.pk)
    if version.published_at is not None:
        raise ConflictError(_("This version is published already."), code="survey-version-published")
    version.published_at = at
    version.save(update_fields=["published_at"])
    return version


def is_asked(question: Question) -> bool:
    """Whether a published version asks the question: from then on it means what it meant."""
    return SurveyItem.objects.filter(question=question, version__published_at__isnull=False).exists()


def next_number(survey: Survey) -> int:
    return (survey.versions.aggregate(newest=Max("number"))["newest"] or 0) + 1


@transaction.atomic
def copy_version(version: SurveyVersion) -> SurveyVersion:
    """A draft with the same questions and texts, numbered next; raises ConflictError while there is a draft already."""
    survey = Survey.objects.select_for_update().get(pk=version.survey_id)
    if survey.versions.filter(published_at=None).exists():
        raise ConflictError(_("There is a draft of this survey already."), code="survey-version-draft")
    copy = SurveyVersion.objects.create(
        survey=survey, number=next_number(survey), titles=version.titles, intros=version.intros
    )
    SurveyItem.objects.bulk_create(
        SurveyItem(
            version=copy,
            question_id=item.question_id,
            position=item.position,
            column=item.column,
            is_hidden=item.is_hidden,
            is_required=item.is_required,
        )
        for item in version.items.order_by("position")
    )
    return copy
