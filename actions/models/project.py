from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from actions.choices import EffectMethod, GateDecision, ProjectStatus
from actions.querysets import ProjectPartQuerySet, ProjectQuerySet
from cxprogram.audit import audited
from cxprogram.models import OrgUnit, Program
from cxprogram.models.translated import Named
from journeys.models import Touchpoint


@audited()
class ImprovementProject(Named):
    """One project that should make one touchpoint better, with its cost and the person responsible."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    code = models.SlugField(_("code"))
    touchpoint = models.ForeignKey(Touchpoint, on_delete=models.PROTECT, verbose_name=_("touchpoint"))
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, verbose_name=_("unit"))
    responsible = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, verbose_name=_("responsible"))
    status = models.CharField(_("state"), max_length=10, choices=ProjectStatus.choices, default=ProjectStatus.PROPOSED)
    problem = models.TextField(_("what is wrong"))
    idea = models.TextField(_("what we will do"))
    cost_amount = models.DecimalField(_("cost"), max_digits=14, decimal_places=2, validators=[MinValueValidator(0)])
    started_on = models.DateField(_("started"), null=True, blank=True)
    is_illustrative = models.BooleanField(_("illustrative"), default=False)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("improvement project")
        verbose_name_plural = _("improvement projects")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["program", "code"], name="project_code_once"),
            models.CheckConstraint(condition=models.Q(cost_amount__gte=0), name="project_cost_not_negative"),
        ]


@audited()
class Gate(Named):
    """One gate of a project: what must be shown, by when, and what was decided."""

    project = models.ForeignKey(ImprovementProject, on_delete=models.CASCADE, related_name="gates")
    position = models.PositiveSmallIntegerField(_("position"))
    due_on = models.DateField(_("due"))
    decision = models.CharField(_("decision"), max_length=10, choices=GateDecision.choices, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    objects = ProjectPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("gate")
        verbose_name_plural = _("gates")
        ordering = ["project_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["project", "position"], name="gate_position_once"),
            models.CheckConstraint(
                condition=models.Q(decision="") | models.Q(decided_by__isnull=False, decided_at__isnull=False),
                name="gate_decision_has_author",
            ),
        ]


class EffectStudy(models.Model):
    """One measurement of what changed at a project's touchpoint; appended, never changed.

    A before–after comparison has no counterfactual: `is_causal` stays false and the page says so.
    """

    project = models.ForeignKey(ImprovementProject, on_delete=models.PROTECT, related_name="effects")
    method = models.CharField(max_length=20, choices=EffectMethod.choices)
    is_causal = models.BooleanField(default=False)
    kpi_code = models.SlugField()
    question_code = models.CharField(max_length=60)
    before_period = models.CharField(_("before"), max_length=7)
    after_period = models.CharField(_("after"), max_length=7)
    before_value = models.FloatField()
    before_n = models.PositiveIntegerField()
    after_value = models.FloatField()
    after_n = models.PositiveIntegerField()
    difference = models.FloatField(_("difference"))
    low = models.FloatField()
    high = models.FloatField()
    p_value = models.FloatField()
    computed_at = models.DateTimeField()

    objects = ProjectPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("effect study")
        verbose_name_plural = _("effect studies")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(method="before_after") | models.Q(is_causal=False),
                name="effect_before_after_is_not_causal",
            )
        ]

    def __str__(self) -> str:
        return f"{self.project}: {self.before_period}–{self.after_period}"
