from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cxprogram.audit import audited
from cxprogram.models import OrgUnit, Program
from cxprogram.models.translated import Named, in_language
from journeys.choices import Measure
from journeys.querysets import KpiQuerySet, KpiTargetQuerySet, KpiValueQuerySet


@audited()
class Kpi(Named):
    """One version of the definition of one key performance indicator."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    code = models.SlugField(_("code"))
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    is_current = models.BooleanField(_("in force"), default=True)
    collector = models.CharField(_("collector"), max_length=40, help_text=_("How the value is computed."))
    question_code = models.CharField(_("question"), max_length=60, blank=True)
    parameters = models.JSONField(_("parameters"), default=dict, blank=True)
    descriptions = models.JSONField(_("in plain words"), default=dict, blank=True)
    measure = models.CharField(_("written in"), max_length=10, choices=Measure.choices)
    higher_is_better = models.BooleanField(_("higher is better"), default=True)
    axis_low = models.FloatField(_("axis from"), default=0)
    axis_high = models.FloatField(_("axis to"), default=100)
    valid_from = models.DateField(_("valid from"))

    objects = KpiQuerySet.as_manager()

    class Meta:
        verbose_name = _("KPI")
        verbose_name_plural = _("KPIs")
        constraints = [
            models.UniqueConstraint(fields=["program", "code", "version"], name="kpi_version_once"),
            models.UniqueConstraint(
                fields=["program", "code"], condition=Q(is_current=True), name="kpi_one_current_version"
            ),
        ]

    @property
    def description(self) -> str:
        return in_language(self.descriptions)


@audited()
class KpiTarget(models.Model):
    """The value that one unit should reach on one KPI in one period; corrected by a new version."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    kpi_code = models.SlugField(_("KPI"))
    question_code = models.CharField(_("question"), max_length=60, blank=True)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, verbose_name=_("unit"))
    period = models.CharField(_("period"), max_length=7)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    is_current = models.BooleanField(_("in force"), default=True)
    value = models.DecimalField(_("target"), max_digits=9, decimal_places=4)
    basis = models.CharField(_("why this much"), max_length=200, blank=True)
    is_illustrative = models.BooleanField(_("illustrative"), default=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("author")
    )
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("approver"),
    )

    objects = KpiTargetQuerySet.as_manager()

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        constraints = [
            models.UniqueConstraint(
                fields=["program", "kpi_code", "question_code", "unit", "period", "version"],
                name="kpi_target_version_once",
            ),
            models.UniqueConstraint(
                fields=["program", "kpi_code", "question_code", "unit", "period"],
                condition=Q(is_current=True),
                name="kpi_target_one_current",
            ),
            models.CheckConstraint(condition=Q(approver=None) | ~Q(approver=F("author")), name="kpi_target_four_eyes"),
        ]

    def __str__(self) -> str:
        return f"{self.kpi_code} {self.question_code} {self.unit} {self.period}: {self.value}"


class KpiValue(models.Model):
    """One value of one KPI as it was computed at one moment; never changed, corrected by a new row."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    kpi = models.ForeignKey(Kpi, on_delete=models.PROTECT)
    question_code = models.CharField(max_length=60, blank=True)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT)
    period = models.CharField(max_length=7)
    is_weighted = models.BooleanField(default=False)
    value = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    n = models.PositiveIntegerField(null=True)
    is_suppressed = models.BooleanField(default=False)
    method = models.CharField(max_length=40)
    computed_at = models.DateTimeField()

    objects = KpiValueQuerySet.as_manager()

    class Meta:
        verbose_name = _("KPI value")
        verbose_name_plural = _("KPI values")
        indexes = [
            # The newest value of a KPI for a unit and a period.
            models.Index(fields=["kpi", "unit", "period", "question_code", "-computed_at"], name="kpi_value_newest")
        ]

    def __str__(self) -> str:
        return f"{self.kpi.code} {self.unit} {self.period}: {self.value}"
