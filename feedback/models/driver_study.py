from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cxprogram.models import Program
from feedback.choices import StudyStatus
from feedback.querysets import DriverStudyQuerySet, StudyRunQuerySet


class DriverStudy(models.Model):
    """One study of which ratings go with the overall rating; association, not proof of cause.

    `drivers` is a list of {question, lmg, share, sign, low, high}: lmg is the raw part of R², low and high are the
    95 % bootstrap interval of the share. `answered` is how many had answered the outcome's question by then, on every
    driver or not: where more have since, the study tells of an older state. Empty in studies made before it was kept.
    """

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    period = models.CharField(_("period"), max_length=7)
    outcome = models.CharField(_("outcome"), max_length=60)
    method = models.CharField(_("method"), max_length=20, default="lmg")
    n = models.PositiveIntegerField(_("complete answers"))
    answered = models.PositiveIntegerField(_("answers to the outcome"), null=True, blank=True)
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


class StudyRun(models.Model):
    """One wish for a driver study, worked on by whoever claims it, and what became of it.

    The work is claimed by `attempts` and `leased_until`. `code` and `facts` say why a study was refused or given up;
    `study` is the one that it made, or that stood already with the same answers.
    """

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    period = models.CharField(_("period"), max_length=7)
    outcome = models.CharField(_("outcome"), max_length=60)
    drivers = models.JSONField(_("drivers"))
    status = models.CharField(_("status"), max_length=10, choices=StudyStatus.choices, default=StudyStatus.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    code = models.CharField(_("reason"), max_length=60, blank=True)
    facts = models.JSONField(_("facts of the reason"), default=dict, blank=True)
    study = models.ForeignKey(
        DriverStudy, on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("driver study")
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked for"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = StudyRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("run of a driver study")
        verbose_name_plural = _("runs of driver studies")
        ordering = ["-pk"]
        constraints = [
            # Also what the sweep reads: there is little that has not ended.
            models.UniqueConstraint(
                fields=["program", "period", "outcome"],
                condition=models.Q(status__in=[StudyStatus.QUEUED, StudyStatus.RUNNING]),
                name="study_run_one_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.outcome} {self.period}, {self.get_status_display()}"

    @property
    def is_over(self) -> bool:
        return self.status not in (StudyStatus.QUEUED, StudyStatus.RUNNING)
