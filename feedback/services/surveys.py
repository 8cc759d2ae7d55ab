"""Publishing surveys, and what every door of answers needs to know of a published one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from cxprogram.errors import ConflictError, DomainError, NotFoundError
from cxprogram.models import OrgUnit
from cxprogram.prepared import fetch_one
from feedback import show_if
from feedback.choices import SCALE_KINDS, QuestionKind
from feedback.models import Question, Survey, SurveyItem, SurveyVersion, TicketRule
from feedback.services import survey_words
from journeys.choices import Purpose
from journeys.models import ConsentText

# Kinds of questions whose answer is one number.
ONE_NUMBER = frozenset({*(kind.value for kind in SCALE_KINDS), QuestionKind.SINGLE.value})


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
    rule: show_if.Rule | None = None
    low: int | str | None = None
    high: int | str | None = None
    consent_purpose: str = ""
    grid_id: int | None = None
    competitor_id: int | None = None


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
    has_show_ifs: bool = False

    @cached_property
    def consents(self) -> dict[str, Asked]:
        """The questions whose answer is a word about a purpose that the house knows, by code."""
        return {code: each for code, each in self.questions.items() if each.consent_purpose in Purpose.values}

    @cached_property
    def rivals(self) -> dict[str, Asked]:
        """The rows of grids that rate us and others, by code."""
        grids = {each.grid_id for each in self.questions.values() if each.competitor_id is not None}
        rows = {code: each for code, each in self.questions.items() if each.grid_id in grids - {None}}
        return {code: each for code, each in rows.items() if each.scale is not None}

    def asked(self, answers: Mapping[str, Any]) -> list[str]:
        """The questions that somebody with these answers is asked, in their order."""
        return show_if.asked({code: question.rule for code, question in self.questions.items()}, answers)


class SurveyClosedError(NotFoundError):
    code = "survey-unknown"


def _questions(version: SurveyVersion) -> dict[str, Asked]:
    return {
        item.question.code: Asked(
            code=item.question.code,
            kind=item.question.kind,
            scale=item.question.scale if item.question.kind in ONE_NUMBER else None,
            options=frozenset((0, 1))
            if item.question.kind == QuestionKind.CONSENT
            else frozenset(int(code) for code in item.question.options if code.lstrip("-").isdigit()),
            touchpoint_id=item.question.touchpoint_id,
            is_hidden=item.is_hidden,
            is_required=item.is_required,
            rule=show_if.read(item.show_if),
            low=item.limits.get("low"),
            high=item.limits.get("high"),
            consent_purpose=item.question.consent_purpose,
            grid_id=item.question.grid_id,
            competitor_id=item.question.competitor_id,
        )
        for item in survey_words.items(version)
    }


# Where each row that makes a door stands and which transaction wrote it: no change of a row leaves both as they were.
STAMP = """
    SELECT s.id, v.id, u.id, concat_ws(' ', s.id, s.xmin, s.ctid, p.xmin, p.ctid, v.id, v.xmin, v.ctid, u.id,
        (SELECT string_agg(concat(r.id, r.xmin, r.ctid), ',' ORDER BY r.id)
         FROM feedback_ticketrule r WHERE r.survey_id = s.id),
        (SELECT md5(string_agg(concat(i.xmin, i.ctid, q.xmin, q.ctid), ',' ORDER BY i.id))
         FROM feedback_surveyitem i JOIN feedback_question q ON q.id = i.question_id WHERE i.version_id = v.id),
        (SELECT concat(b.xmin, b.ctid) FROM feedback_branding b WHERE b.program_id = p.id))
    FROM feedback_survey s
    JOIN cxprogram_program p ON p.id = s.program_id
    JOIN cxprogram_orgunit u ON u.program_id = p.id AND u.parent_id IS NULL
    JOIN LATERAL (
        SELECT id, xmin, ctid FROM feedback_surveyversion
        WHERE survey_id = s.id AND published_at IS NOT NULL ORDER BY number DESC LIMIT 1
    ) v ON true
    WHERE s.slug = %s
"""


# The doors as this process found them last, by the survey's short name.
_latest: dict[str, Door] = {}
_MOST_KEPT = 512


@lru_cache(maxsize=_MOST_KEPT)
def _door(survey_id: int, version_id: int, root_id: int, stamp: str) -> Door:
    version = SurveyVersion.objects.select_related("survey__program__branding").get(pk=version_id)
    return _made(version, root_id, stamp)


def _made(version: SurveyVersion, root_id: int, stamp: str = "") -> Door:
    rules = tuple(TicketRule.objects.filter(survey=version.survey_id).order_by("pk"))
    questions = _questions(version)
    has_show_ifs = any(question.rule for question in questions.values())
    return Door(version.survey, version.pk, root_id, questions, rules, stamp, has_show_ifs)


def door(slug: str, *, program_id: int | None = None) -> Door:
    """The newest published version of a survey; one short query, which tells whether a known door is still right.

    Raises SurveyClosedError (`survey-unknown`, 404) for a survey that does not exist or has nothing published.
    """
    row = fetch_one(STAMP, [slug])
    known = _door(*row) if row else None
    _latest.pop(slug, None)
    if known is not None and len(_latest) < _MOST_KEPT:
        _latest[slug] = known
    if known is None or (program_id is not None and known.survey.program_id != program_id):
        raise SurveyClosedError(_("There is no such survey."))
    return known


def presumed_door(slug: str) -> Door:
    """As `door`, without asking whether it is still right: for `responses.record_presumed`, whose insert asks."""
    return _latest.get(slug) or door(slug)


def door_of(version: SurveyVersion) -> Door:
    """The door of one version, whichever is the newest: a wave's file belongs to the version that it asked."""
    root = OrgUnit.objects.get(program=version.survey.program, parent=None)
    return _made(version, root.pk)


class DraftError(DomainError):
    """A draft that cannot be published as it is; `question` names where."""

    code = "survey-draft-invalid"


def check_draft(version: SurveyVersion) -> None:
    """Raise DraftError for what nobody could answer.

    - a grid is a heading: its rows are asked, the grid itself is not;
    - the rows of a grid have its scale;
    - pages follow the order of the questions;
    - a rule asks about questions that come before;
    - a range has its low end below its high end, and fits the kind of the question;
    - a consent to a purpose that the house knows has a text that is agreed to;
    - words that the draft changes are still those that it was to change.
    """
    if (question := survey_words.outdated(version)) is not None:
        raise _draft_error(_("%(question)s means something new in another survey by now: save it again."), question)
    texts = set(ConsentText.objects.filter(program=version.survey.program_id).values_list("purpose", flat=True))
    earlier: set[str] = set()
    page = 1
    for item in version.items.select_related("question__grid").order_by("position"):
        question = item.question
        if question.kind == QuestionKind.GRID:
            raise _draft_error(_("%(question)s is a grid: ask its rows."), question)
        if question.grid is not None and question.grid.scale != question.scale:
            raise _draft_error(_("%(question)s has another scale than its grid."), question)
        if item.page < page:
            raise _draft_error(_("%(question)s stands on an earlier page than the question before it."), question)
        page = item.page
        try:
            show_if.check(item.show_if, earlier=earlier)
        except show_if.RuleError as error:
            raise _draft_error(_("The rule of %(question)s is not understood."), question, part=error.part) from error
        if not are_limits(question.kind, item.limits):
            raise _draft_error(_("The range of %(question)s is not understood."), question)
        if question.consent_purpose in Purpose.values and question.consent_purpose not in texts:
            raise _draft_error(_("%(question)s asks for a consent that has no text yet."), question)
        earlier.add(question.code)


def _draft_error(text: str, question: Question, **extra: Any) -> DraftError:
    return DraftError(text % {"question": question.code}, question=question.code, **extra)


def are_limits(kind: str, limits: Any) -> bool:
    """Whether this is a range for answers of the kind: numbers, ISO dates, or the most characters of a text."""
    if limits == {}:
        return True
    if not isinstance(limits, dict) or limits.keys() - {"low", "high"}:
        return False
    values = [limits[end] for end in ("low", "high") if limits.get(end) is not None]
    if kind == QuestionKind.DATE:
        fits = all(isinstance(value, str) and is_date(value) for value in values)
    elif kind == QuestionKind.NUMBER:
        fits = all(type(value) is int and abs(value) < 2**31 for value in values)
    else:
        fits = kind == QuestionKind.TEXT and "low" not in limits and type(limits["high"]) is int and limits["high"] > 0
    return fits and (len(values) < 2 or values[0] <= values[1])


def is_date(text: str) -> bool:
    """Whether this is a day as in 2026-11-25."""
    try:
        return len(text) == 10 and date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


@transaction.atomic
def publish(version: SurveyVersion, *, at: datetime) -> SurveyVersion:
    """Publish a version; from now on it never changes, and its words are those that customers read."""
    rows = SurveyVersion.objects.select_for_update(of=("self",)).select_related("survey__program")
    version = rows.get(pk=version.pk)
    if version.published_at is not None:
        raise ConflictError(_("This version is published already."), code="survey-version-published")
    check_draft(version)
    survey_words.settle(version, on=at.astimezone(version.survey.program.zone).date())
    version.published_at = at
    version.save(update_fields=["published_at", "words"])
    if version.languages:
        Survey.objects.filter(pk=version.survey_id).update(languages=version.languages)
    return version


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
            page=item.page,
            show_if=item.show_if,
            limits=item.limits,
        )
        for item in version.items.order_by("position")
    )
    return copy
