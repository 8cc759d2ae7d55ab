from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from cxprogram.audit import audited
from cxprogram.models import Program
from cxprogram.models.translated import Named, in_language
from journeys.choices import Aspect, Evidence, Truth
from journeys.querysets import ExpectationQuerySet, JourneyQuerySet, StageQuerySet, TouchpointQuerySet


@audited()
class Journey(Named):
    """One journey that customers make with the organisation."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    code = models.SlugField(_("code"))
    description = models.TextField(_("description"), blank=True)
    evidence = models.CharField(_("evidence"), max_length=10, choices=Evidence.choices, default=Evidence.ASSUMED)
    evidence_note = models.JSONField(_("what the evidence is"), default=dict, blank=True)

    objects = JourneyQuerySet.as_manager()

    class Meta:
        verbose_name = _("journey")
        verbose_name_plural = _("journeys")
        constraints = [models.UniqueConstraint(fields=["program", "code"], name="journey_code_once")]

    @property
    def evidence_text(self) -> str:
        return in_language(self.evidence_note)


@audited()
class Stage(Named):
    """One stage of a journey, with what the customer wants there."""

    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="stages")
    position = models.PositiveSmallIntegerField(_("position"))
    code = models.SlugField(_("code"))
    goals = models.JSONField(_("what the customer wants"), default=dict, blank=True)
    goal_evidence = models.CharField(
        _("evidence of the goal"), max_length=10, choices=Evidence.choices, default=Evidence.ASSUMED
    )
    problem_question = models.CharField(_("question that names problems"), max_length=60, blank=True)
    problems = models.JSONField(
        _("problems that belong here"),
        default=dict,
        blank=True,
        help_text=_("Answer code of the question above, and what it is called by language."),
    )

    objects = StageQuerySet.as_manager()

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering = ["journey_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["journey", "code"], name="stage_code_once"),
            models.UniqueConstraint(
                fields=["journey", "position"],
                name="stage_position_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]

    @property
    def goal(self) -> str:
        return in_language(self.goals)


@audited()
class Touchpoint(Named):
    """One moment at which customer and organisation meet, and the question that measures it."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="touchpoints")
    position = models.PositiveSmallIntegerField(_("position"))
    code = models.SlugField(_("code"))
    question_code = models.CharField(
        _("question"), max_length=60, blank=True, help_text=_("Empty while nothing measures it.")
    )
    aspect = models.CharField(_("what the question asks"), max_length=12, choices=Aspect.choices, blank=True)
    truth = models.CharField(_("moment of truth"), max_length=10, choices=Truth.choices, blank=True)
    team = models.CharField(_("team"), max_length=100, blank=True)
    problem_codes = models.JSONField(
        _("problems that show it matters"), default=list, blank=True, help_text=_("For what is not measured.")
    )

    objects = TouchpointQuerySet.as_manager()

    class Meta:
        verbose_name = _("touchpoint")
        verbose_name_plural = _("touchpoints")
        ordering = ["stage__position", "position"]
        constraints = [
            models.UniqueConstraint(fields=["program", "code"], name="touchpoint_code_once"),
            models.UniqueConstraint(
                fields=["stage", "position"],
                name="touchpoint_position_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]

    def clean(self) -> None:
        if self.stage_id and self.stage.journey.program_id != self.program_id:
            raise ValidationError({"stage": _("The stage belongs to another program.")})


@audited()
class Expectation(models.Model):
    """What customers expect of a touchpoint, on the scale of its question, and how we know."""

    touchpoint = models.ForeignKey(Touchpoint, on_delete=models.CASCADE, related_name="expectations")
    value = models.FloatField(_("expectation"))
    is_measured = models.BooleanField(_("measured"), default=False)
    valid_from = models.DateField(_("valid from"))

    objects = ExpectationQuerySet.as_manager()

    class Meta:
        verbose_name = _("expectation")
        verbose_name_plural = _("expectations")
        constraints = [models.UniqueConstraint(fields=["touchpoint", "valid_from"], name="expectation_once_a_day")]

    def __str__(self) -> str:
        return f"{self.touchpoint}: {self.value}"
