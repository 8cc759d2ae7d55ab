from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cxprogram.audit import audited
from cxprogram.models import Program
from cxprogram.models.translated import in_language
from journeys.choices import MeasurementMethod, MeasurementState
from journeys.models.journey import Touchpoint
from journeys.models.segment import Segment
from journeys.models.stream import DataStream
from journeys.querysets import MeasurementQuerySet


@audited()
class Measurement(models.Model):
    """One line of the measurement plan: what is learned at a touchpoint, of whom, when, how, for which decision."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    touchpoint = models.ForeignKey(
        Touchpoint, on_delete=models.PROTECT, related_name="measurements", verbose_name=_("touchpoint")
    )
    whats = models.JSONField(_("what is measured"), default=dict)
    kpi_code = models.SlugField(_("KPI"), blank=True)
    question_code = models.CharField(_("question"), max_length=60, blank=True)
    segment = models.ForeignKey(
        Segment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="measurements",
        verbose_name=_("of whom"),
        help_text=_("Empty: everyone."),
    )
    channels = models.JSONField(_("channels"), default=list, blank=True)
    when = models.CharField(_("when"), max_length=200, blank=True)
    method = models.CharField(_("how"), max_length=12, choices=MeasurementMethod.choices)
    stream = models.ForeignKey(
        DataStream,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="measurements",
        verbose_name=_("data stream"),
    )
    decisions = models.JSONField(_("which decision needs it"), default=dict, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who decides"),
    )
    needed_on = models.DateField(_("needed by"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=8, choices=MeasurementState.choices, default=MeasurementState.PLANNED
    )

    objects = MeasurementQuerySet.as_manager()

    class Meta:
        verbose_name = _("measurement")
        verbose_name_plural = _("measurement plan")
        ordering = ["touchpoint_id", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=MeasurementState.RUNNING) | ~Q(kpi_code="") | ~Q(stream=None),
                name="measurement_running_has_source",
            )
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def what(self) -> str:
        return in_language(self.whats, next(iter(self.whats.values()), ""))

    @property
    def decision(self) -> str:
        return in_language(self.decisions, next(iter(self.decisions.values()), ""))
