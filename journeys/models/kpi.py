from datetime import date
from typing import Any

import pgtrigger
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cxprogram.audit import audited
from cxprogram.models import OrgUnit, Program
from cxprogram.models.translated import Named, in_language
from journeys.choices import FillState, KpiLevel, Measure
from journeys.models.journey import Journey, Touchpoint
from journeys.models.segment import Segment
from journeys.models.stream import DataStream
from journeys.querysets import KpiCellQuerySet, KpiFillQuerySet, KpiQuerySet, KpiTargetQuerySet, KpiValueQuerySet

_MEANING = (
    "program_id, code, version, collector, question_code, parameters, measure, higher_is_better, population_id,"
    " population_filter, stream_id, journey_id, touchpoint_id, min_n, valid_from"
)
_OLD, _NEW = (", ".join(f"{row}.{name.strip()}" for name in _MEANING.split(",")) for row in ("OLD", "NEW"))


def said_of(description: str, segment: str) -> str:
    """What a KPI is in plain words, and whose it is where it is not everyone's."""
    whose = gettext("only customers in the segment %(segment)s") % {"segment": segment} if segment else ""
    return ", ".join(filter(None, [description, whose]))


@audited()
class Kpi(Named):
    """One version of the definition of one key performance indicator.

    What decides the number never changes, not even in the database: another meaning is another version.
    """

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
    level = models.CharField(_("level"), max_length=10, choices=KpiLevel.choices, default=KpiLevel.PROGRAM)
    parent_code = models.SlugField(_("part of the KPI"), blank=True, help_text=_("Its place in the tree of KPIs."))
    journey = models.ForeignKey(
        Journey, on_delete=models.PROTECT, null=True, blank=True, related_name="kpis", verbose_name=_("journey")
    )
    touchpoint = models.ForeignKey(
        Touchpoint, on_delete=models.PROTECT, null=True, blank=True, related_name="kpis", verbose_name=_("touchpoint")
    )
    stream = models.ForeignKey(
        DataStream, on_delete=models.PROTECT, null=True, blank=True, related_name="kpis", verbose_name=_("data stream")
    )
    population = models.ForeignKey(
        Segment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="kpis",
        verbose_name=_("population"),
        help_text=_("Empty: everyone."),
    )
    population_filter = models.JSONField(
        _("filter of the population"),
        default=dict,
        db_default=Value({}, models.JSONField()),
        blank=True,
        editable=False,
        help_text=_("As the segment was when this version was made: an edit of the segment changes no number."),
    )
    formulas = models.JSONField(_("formula in words"), default=dict, blank=True)
    min_n = models.PositiveSmallIntegerField(
        _("smallest n shown"), null=True, blank=True, help_text=_("Empty: that of the program.")
    )
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
        triggers = [
            pgtrigger.Trigger(
                name="meaning_stays",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func=f"""
                    IF ({_OLD}) IS DISTINCT FROM ({_NEW}) THEN
                        RAISE EXCEPTION 'what a KPI means never changes: make a new version'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def clean(self) -> None:
        """The tree has no loops, and no branch that hangs on nothing."""
        seen, code = {self.code}, self.parent_code
        parents = dict(Kpi.objects.filter(program=self.program_id, is_current=True).values_list("code", "parent_code"))
        while code:
            if code in seen:
                raise ValidationError({"parent_code": _("A KPI cannot be a part of itself.")})
            seen.add(code)
            code = parents.get(code, "")
        if not self.has_parent:
            raise ValidationError({"parent_code": _("The program has no such KPI.")})

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A new version keeps the filter of its population as it is now."""
        if self._state.adding and self.population is not None:
            self.population_filter = self.population.definition
        super().save(*args, **kwargs)

    @property
    def asked_from(self) -> date | None:
        """The first day of the answers that this version of what is asked is computed from: of a month, as where a KPI
        is counted. None: the first version holds for all that was answered before there was a definition, too."""
        return None if self.version == 1 else self.valid_from.replace(day=1)

    @property
    def has_parent(self) -> bool:
        """Whether the KPI of which it is a part is in force; it need not be a part of any."""
        if not self.parent_code:
            return True
        return Kpi.objects.current().filter(program=self.program_id, code=self.parent_code).exists()

    @property
    def has_population_changed(self) -> bool:
        """Whether the segment was edited since: the KPI goes on counting by the filter that it was made with."""
        return self.population is not None and self.population.definition != self.population_filter

    @property
    def description(self) -> str:
        return said_of(in_language(self.descriptions), self.population.label if self.population else "")

    @property
    def formula(self) -> str:
        return in_language(self.formulas)


@audited()
class KpiTarget(models.Model):
    """The value that one unit should reach on one KPI in one period; corrected by a new version."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    kpi_code = models.SlugField(_("KPI"))
    question_code = models.CharField(_("question"), max_length=60, blank=True)
    kpi_version = models.PositiveSmallIntegerField(
        _("version of the KPI"), null=True, blank=True, help_text=_("For which it was set. Empty: not known.")
    )
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, verbose_name=_("unit"))
    period = models.CharField(_("period"), max_length=7)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    is_current = models.BooleanField(_("in force"), default=True)
    value = models.DecimalField(_("target"), max_digits=14, decimal_places=4)
    baseline = models.DecimalField(_("baseline"), max_digits=14, decimal_places=4, null=True, blank=True)
    stretch = models.DecimalField(_("stretch target"), max_digits=14, decimal_places=4, null=True, blank=True)
    probability = models.FloatField(
        _("probability of reaching it"), null=True, blank=True, help_text=_("From 0 to 1, as it was when proposed.")
    )
    point_amount = models.DecimalField(
        _("value of a point"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_("Money a year for each point, where the link to money is known."),
    )
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

    def is_for(self, version: int) -> bool:
        """Whether values of this version of the KPI are held against it; of a target from before, any."""
        return self.kpi_version in (None, version)


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
        triggers = [
            pgtrigger.Trigger(
                name="value_stays",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    RAISE EXCEPTION 'a KPI value never changes: it is corrected by a new row'
                        USING ERRCODE = 'check_violation';
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.kpi.code} {self.unit} {self.period}: {self.value}"


class KpiFill(models.Model):
    """How far one month of one KPI has been counted: started, or done up to a moment of receipt.

    Whatever stands between started and done is counted again from nothing: a killed worker leaves no half month.
    """

    kpi = models.ForeignKey(Kpi, on_delete=models.CASCADE, related_name="fills", db_index=False)
    month = models.DateField(_("month"))
    state = models.CharField(_("state"), max_length=8, choices=FillState.choices)
    counted_at = models.DateTimeField(_("counted"))
    received_before = models.DateTimeField(_("holds what came before"))

    objects = KpiFillQuerySet.as_manager()

    class Meta:
        verbose_name = _("month of a KPI")
        verbose_name_plural = _("months of KPIs")
        constraints = [models.UniqueConstraint(fields=["kpi", "month"], name="kpi_fill_once")]

    def __str__(self) -> str:
        return f"{self.kpi.code} {self.month:%Y-%m}: {self.state}"


class KpiCell(models.Model):
    """What one month at one unit adds to a KPI that is not asked but counted: events, money, time.

    n          what was counted, or the denominator of a share
    hits       the numerator of a share
    total      sum of the values, `total_sq` of their squares
    bins       values by bin, for medians; the collector says which bins
    beside     of a population: how many stand behind the same count of those who are in an earlier KPI's too, by its id
    """

    kpi = models.ForeignKey(Kpi, on_delete=models.CASCADE, related_name="cells", db_index=False)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, null=True, db_index=False)
    month = models.DateField()
    n = models.BigIntegerField(default=0)
    hits = models.BigIntegerField(default=0)
    total = models.FloatField(default=0)
    total_sq = models.FloatField(default=0)
    bins = models.JSONField(default=dict)
    beside = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))

    objects = KpiCellQuerySet.as_manager()

    class Meta:
        verbose_name = _("count of a KPI")
        verbose_name_plural = _("counts of KPIs")
        constraints = [
            models.UniqueConstraint(fields=["kpi", "month", "unit"], nulls_distinct=False, name="kpi_cell_once")
        ]

    def __str__(self) -> str:
        return f"{self.kpi.code} {self.month:%Y-%m}: {self.n}"
