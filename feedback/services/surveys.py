"""Publishing surveys, and what every door of answers needs to know of a published one."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from cxprogram.errors import ConflictError, NotFoundError
from cxprogram.models import OrgUnit
from feedback.models import Survey, SurveyItem, SurveyVersion, TicketRule


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
    """A survey's published version with all that the intake of an answer needs."""

    survey: Survey
    version_id: int
    root_id: int
    questions: dict[str, Asked]
    rules: tuple[TicketRule, ...]


class SurveyClosedError(NotFoundError):
    code = "survey-unknown"


@lru_cache(maxsize=512)
def _questions(version_id: int) -> dict[str, Asked]:
    """The questions of a published version: it never changes, so it is read once a process."""
    items = SurveyItem.objects.filter(version_id=version_id).select_related("question").order_by("position")
    return {
        item.question.code: Asked(
            code=item.question.code,
            kind=item.question.kind,
            scale=item.question.scale,
            options=frozenset(int(code) for code in item.question.options if code.lstrip("-").isdigit()),
            touchpoint_id=item.question.touchpoint_id,
            is_hidden=item.is_hidden,
            is_required=item.is_required,
        )
        for item in items
    }


def door(slug: str, *, program_id: int | None = None) -> Door:
    """The newest published version of a survey; two queries.

    Raises SurveyClosedError (`survey-unknown`, 404) for a survey that does not exist or has nothing published.
    """
    newest = SurveyVersion.objects.filter(survey=OuterRef("pk"), published_at__isnull=False).order_by("-number")
    root = OrgUnit.objects.filter(program=OuterRef("program"), parent=None)
    rows = Survey.objects.filter(slug=slug).select_related("program")
    if program_id is not None:
        rows = rows.filter(program_id=program_id)
    survey = rows.annotate(
        version_id=Subquery(newest.values("pk")[:1]), root_id=Subquery(root.values("pk")[:1])
    ).first()
    if survey is None or survey.version_id is None:
        raise SurveyClosedError(_("There is no such survey."))
    rules = tuple(TicketRule.objects.filter(survey=survey).order_by("pk"))
    return Door(survey, survey.version_id, survey.root_id, _questions(survey.version_id), rules)


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


def current_version(survey: Survey) -> SurveyVersion:
    """The newest published version, for the page that shows it."""
    version = survey.versions.filter(published_at__isnull=False).order_by("-number").first()
    if version is None:
        raise SurveyClosedError(_("There is no such survey."))
    return version


def page_items(version: SurveyVersion) -> list[Any]:
    """What the public page asks, in its order."""
    return list(version.items.filter(is_hidden=False).select_related("question").order_by("position"))
