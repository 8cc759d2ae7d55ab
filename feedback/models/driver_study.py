from django.db import models
from django.utils.translation import gettext_lazy as _

from cxprogram.models import Program
from feedback.querysets import DriverStudyQuerySet


class DriverStudy(models.Model):
    """One study of which ratings go with the overall rating; association, not proof of cause.

    `drivers` is a list of {question, lmg, share, sign, low, high}: lmg is the raw part of R², low and high are the
    95 % bootstrap interval of the share.
    """

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    period = models.CharField(_("period"), max_length=7)
    outcome = models.CharField(_("outcome"), max_length=60)
    method = models.CharField(_("method"), max_length=20, default="lmg")
    n = models.PositiveIntegerField(_("complete answers"))
    r2 = models.FloatField("R²")
    drivers = models.JSONField(_("drivers"))
    resamples = models.PositiveIntegerField(_("resamples"))
    seed = models.PositiveIntegerField(_("seed"))
    is_current = models.BooleanField(_("newest"), default=True)
    computed_at = models.DateTimeField(_("computed"))

    objects = DriverStudyQuerySet.as_manager()

    class Meta:
        verbose_name = _("driver study")
        verbose_name_plural = _("driver studies")
        constraints = [
            models.UniqueConstraint(
                fields=["program", "period", "outcome"],
                condition=models.Q(is_current=True),
                name="driver_study_one_current",
            )
        ]

    def __str__(self) -> str:
        return f"{self.outcome} {self.period}"
