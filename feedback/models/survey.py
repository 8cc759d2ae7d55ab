from typing import Any

import pgtrigger
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cxprogram import languages
from cxprogram.audit import audited
from cxprogram.models import Program
from cxprogram.models.translated import Named, in_language
from feedback.choices import QuestionKind
from feedback.querysets import (
    QuestionQuerySet,
    QuestionRevisionQuerySet,
    SurveyItemQuerySet,
    SurveyPartQuerySet,
    SurveyQuerySet,
)
from journeys.models import Competitor, Touchpoint


def _published_stays(operation: Any, condition: str) -> pgtrigger.Trigger:
    """What a published version says and asks is refused any change, whoever asks for it."""
    return pgtrigger.Trigger(
        name="published_stays",
        operation=operation,
        when=pgtrigger.Before,
        func=f"""
            IF {condition} THEN
                RAISE EXCEPTION 'a published version of a survey never changes' USING ERRCODE = 'check_violation';
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        """,
    )


_IS_PUBLISHED = "EXISTS (SELECT 1 FROM feedback_surveyversion v WHERE v.published_at IS NOT NULL AND {})"
_IS_ASKED = """EXISTS (
    SELECT 1 FROM feedback_surveyitem i JOIN feedback_surveyversion v ON v.id = i.version_id
    WHERE v.published_at IS NOT NULL AND i.question_id = OLD.id)"""


@audited()
class Question(Named):
    """One question with one identity, whatever its column is called and in whichever survey it is asked.

    A grid is a heading over rows; each row is a question of its own with the grid's scale, so that every row is
    counted like any other rating. Another scale makes another question, which `succeeds` the old one.
    """

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    code = models.CharField(_("code"), max_length=60)
    kind = models.CharField(_("kind"), max_length=10, choices=QuestionKind.choices)
    scale_low = models.SmallIntegerField(_("scale from"), null=True, blank=True)
    scale_high = models.SmallIntegerField(_("scale to"), null=True, blank=True)
    wordings = models.JSONField(_("wording by language"), default=dict, blank=True)
    options = models.JSONField(
        _("options"), default=dict, blank=True, help_text=_("By answer code: its texts by language.")
    )
    touchpoint = models.ForeignKey(
        Touchpoint, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("touchpoint")
    )
    grid = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="rows",
        verbose_name=_("row of the grid"),
    )
    succeeds = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="successors",
        verbose_name=_("in the place of"),
        help_text=_("The question that asked this before, on another scale."),
    )
    competitor = models.ForeignKey(
        Competitor,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="questions",
        verbose_name=_("rates the competitor"),
        help_text=_("In a grid of us and others: whom this row rates. Empty: us."),
    )
    consent_purpose = models.CharField(
        _("what is consented to"), max_length=60, blank=True, help_text=_("Of a question that asks for consent.")
    )

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["program", "code"], name="question_code_once"),
            models.CheckConstraint(
                condition=~Q(kind="nps") | Q(scale_low=0, scale_high=10), name="question_nps_is_0_to_10"
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["rating", "csat", "ces", "grid"])
                | Q(scale_low__isnull=False, scale_high__isnull=False, scale_high__gt=F("scale_low")),
                name="question_rating_has_scale",
            ),
            models.CheckConstraint(
                condition=~Q(kind="ces") | Q(scale_low=1, scale_high__in=[5, 7]), name="question_effort_is_1_to_5_or_7"
            ),
            models.CheckConstraint(condition=Q(grid=None) | Q(kind="rating"), name="question_row_of_grid_is_rating"),
            models.CheckConstraint(
                condition=Q(consent_purpose="") | Q(kind="consent"), name="question_purpose_is_of_consent"
            ),
        ]

        triggers = [
            _published_stays(
                pgtrigger.Update,
                "(OLD.code, OLD.kind, OLD.scale_low, OLD.scale_high, OLD.grid_id)"
                " IS DISTINCT FROM (NEW.code, NEW.kind, NEW.scale_low, NEW.scale_high, NEW.grid_id)"
                f" AND {_IS_ASKED}",
            )
        ]

    @property
    def wording(self) -> str:
        return in_language(self.wordings, self.label)

    @property
    def scale(self) -> tuple[int, int] | None:
        """Both ends, for a question that has a scale."""
        if self.scale_low is None or self.scale_high is None:
            return None
        return self.scale_low, self.scale_high

    def option_text(self, code: int | str, form: str = "title") -> str:
        """The text of an answer code in the active language; `form` is `title`, `sentence` or `label`."""
        texts = self.options.get(str(code), {})
        return in_language(texts.get(form, {})) if texts else ""


@audited()
class QuestionRevision(models.Model):
    """One change of what a question's words mean: from this day the answers are not compared with those before."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveSmallIntegerField(_("revision"))
    valid_from = models.DateField(_("valid from"))
    wordings_before = models.JSONField(_("wording until then"), default=dict)
    options_before = models.JSONField(_("options until then"), default=dict, blank=True)
    reason = models.CharField(_("why"), max_length=200, blank=True)

    objects = QuestionRevisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question revision")
        verbose_name_plural = _("question revisions")
        ordering = ["question_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["question", "number"], name="question_revision_once"),
            models.CheckConstraint(condition=Q(number__gte=2), name="question_revision_from_2"),
        ]

    def __str__(self) -> str:
        return f"{self.question.code} {self.number}"


@audited()
class Survey(Named):
    """One survey: what is asked together, through the years, in versions."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    slug = models.SlugField(_("short name"), unique=True)
    is_open = models.BooleanField(_("open to the public"), default=False)
    purpose = models.CharField(_("purpose"), max_length=200, blank=True)
    languages = models.JSONField(_("languages"), default=list, blank=True)
    is_demo = models.BooleanField(_("demonstration"), default=False)

    objects = SurveyQuerySet.as_manager()

    class Meta:
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")

    def clean(self) -> None:
        if not set(self.languages) <= languages.NAMES.keys():
            raise ValidationError({"languages": _("Unknown language.")})


@audited()
class SurveyVersion(models.Model):
    """One version of a survey; published, it never changes.

    `words` holds by question what the customers of a published version read, and of a draft what it changes: see
    `services.survey_words`.
    """

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"))
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    titles = models.JSONField(_("title by language"), default=dict, blank=True)
    intros = models.JSONField(_("introduction by language"), default=dict, blank=True)
    languages = models.JSONField(
        _("languages"),
        default=list,
        blank=True,
        editable=False,
        help_text=_("Those of its survey from the publication on; none: as they are."),
    )
    words = models.JSONField(_("words of its questions"), default=dict, blank=True, editable=False)

    objects = SurveyPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("survey version")
        verbose_name_plural = _("survey versions")
        ordering = ["survey_id", "number"]
        constraints = [models.UniqueConstraint(fields=["survey", "number"], name="survey_version_once")]
        triggers = [_published_stays(pgtrigger.Update | pgtrigger.Delete, "OLD.published_at IS NOT NULL")]

    def __str__(self) -> str:
        return f"{self.survey} {self.number}"

    @property
    def title(self) -> str:
        return in_language(self.titles, self.survey.label)

    @property
    def intro(self) -> str:
        return in_language(self.intros)


@audited()
class SurveyItem(models.Model):
    """One question in one version of a survey, with the column under which a file carries it."""

    version = models.ForeignKey(SurveyVersion, on_delete=models.CASCADE, related_name="items")
    question = models.ForeignKey(Question, on_delete=models.PROTECT)
    position = models.PositiveSmallIntegerField(_("position"))
    column = models.CharField(_("column in the file"), max_length=100, blank=True)
    is_hidden = models.BooleanField(
        _("hidden"), default=False, help_text=_("Not shown on the page: answers come from a system.")
    )
    is_required = models.BooleanField(_("required"), default=False)
    page = models.PositiveSmallIntegerField(_("page"), default=1)
    show_if = models.JSONField(
        _("shown only if"),
        default=dict,
        blank=True,
        help_text=_('For example {"question": "NPS", "is": "at_most", "value": 6}; several under "all" or "any".'),
    )
    limits = models.JSONField(
        _("range"),
        default=dict,
        blank=True,
        help_text=_('Of a number, a date or a text, for example {"low": 0, "high": 120}.'),
    )

    objects = SurveyItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("survey item")
        verbose_name_plural = _("survey items")
        ordering = ["version_id", "position"]
        constraints = [models.UniqueConstraint(fields=["version", "question"], name="survey_item_once")]
        triggers = [
            _published_stays(
                pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                _IS_PUBLISHED.format("v.id IN (OLD.version_id, NEW.version_id)"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.version}: {self.question.code}"
