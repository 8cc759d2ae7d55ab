from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cxprogram.audit import audited
from cxprogram.models import Program
from cxprogram.models.translated import Named, in_language
from feedback.choices import QuestionKind
from feedback.querysets import QuestionQuerySet, SurveyItemQuerySet, SurveyPartQuerySet, SurveyQuerySet
from journeys.models import Touchpoint


@audited()
class Question(Named):
    """One question with one identity, whatever its column is called and in whichever survey it is asked."""

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
                condition=~Q(kind="rating") | Q(scale_low__isnull=False, scale_high__isnull=False),
                name="question_rating_has_scale",
            ),
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
        unknown = set(self.languages) - {code for code, _name in settings.LANGUAGES}
        if unknown:
            raise ValidationError({"languages": _("Unknown language.")})


@audited()
class SurveyVersion(models.Model):
    """One version of a survey; published, it never changes."""

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"))
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    titles = models.JSONField(_("title by language"), default=dict, blank=True)
    intros = models.JSONField(_("introduction by language"), default=dict, blank=True)

    objects = SurveyPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("survey version")
        verbose_name_plural = _("survey versions")
        ordering = ["survey_id", "number"]
        constraints = [models.UniqueConstraint(fields=["survey", "number"], name="survey_version_once")]

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

    objects = SurveyItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("survey item")
        verbose_name_plural = _("survey items")
        ordering = ["version_id", "position"]
        constraints = [models.UniqueConstraint(fields=["version", "question"], name="survey_item_once")]

    def __str__(self) -> str:
        return f"{self.version}: {self.question.code}"
