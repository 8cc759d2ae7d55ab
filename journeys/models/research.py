from django.core.validators import MaxValueValidator, MinValueValidator, URLValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cxprogram.audit import audited
from cxprogram.models import Program
from cxprogram.models.translated import Named, in_language
from journeys.choices import FindingKind, FindingState, StudyMethod
from journeys.models.journey import Journey, Stage, Touchpoint
from journeys.querysets import FindingQuerySet, StudyQuerySet

_ONE_TO_FIVE = [MinValueValidator(1), MaxValueValidator(5)]


@audited()
class Study(Named):
    """One piece of qualitative research: with whom, how, when, and where its account is kept."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    code = models.SlugField(_("code"))
    method = models.CharField(_("method"), max_length=12, choices=StudyMethod.choices)
    done_on = models.DateField(_("done on"))
    participants = models.PositiveIntegerField(_("customers who took part"), default=0)
    summaries = models.JSONField(_("in brief"), default=dict, blank=True)
    link = models.CharField(
        _("where the account is kept"), max_length=500, blank=True, validators=[URLValidator(["https", "http"])]
    )

    objects = StudyQuerySet.as_manager()

    class Meta:
        verbose_name = _("study")
        verbose_name_plural = _("studies")
        ordering = ["program_id", "-done_on"]
        constraints = [models.UniqueConstraint(fields=["program", "code"], name="study_code_once")]

    @property
    def summary(self) -> str:
        return in_language(self.summaries)


@audited()
class Finding(models.Model):
    """One thing learned of a journey, a stage or a touchpoint; with a study behind it, or assumed.

    Value and effort are kept apart, each from 1 to 5.
    """

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="findings")
    stage = models.ForeignKey(
        Stage, on_delete=models.CASCADE, null=True, blank=True, related_name="findings", verbose_name=_("stage")
    )
    touchpoint = models.ForeignKey(
        Touchpoint,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="findings",
        verbose_name=_("touchpoint"),
    )
    study = models.ForeignKey(
        Study, on_delete=models.SET_NULL, null=True, blank=True, related_name="findings", verbose_name=_("study")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=FindingKind.choices)
    texts = models.JSONField(_("what was found"), default=dict)
    value = models.PositiveSmallIntegerField(_("value"), null=True, blank=True, validators=_ONE_TO_FIVE)
    effort = models.PositiveSmallIntegerField(_("effort"), null=True, blank=True, validators=_ONE_TO_FIVE)
    state = models.CharField(_("state"), max_length=8, choices=FindingState.choices, default=FindingState.OPEN)

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        ordering = ["journey_id", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(value=None) | Q(value__range=(1, 5))) & (Q(effort=None) | Q(effort__range=(1, 5))),
                name="finding_from_1_to_5",
            )
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        return in_language(self.texts)
