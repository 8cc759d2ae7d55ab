import pgtrigger
from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cxprogram.audit import audited
from cxprogram.models import OrgUnit, Program
from cxprogram.models.translated import Named
from governance.choices import StatementStatus
from governance.querysets import SchemePartQuerySet, SchemeQuerySet, StatementQuerySet


@audited()
class CompensationScheme(Named):
    """One version of the rule by which CX KPIs become pay."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    code = models.SlugField(_("code"))
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    is_current = models.BooleanField(_("in force"), default=True)
    period = models.CharField(_("period"), max_length=7)
    base_amount = models.DecimalField(
        _("amount at target"), max_digits=14, decimal_places=2, validators=[MinValueValidator(0)]
    )
    currency = models.CharField(_("currency"), max_length=3)
    min_n = models.PositiveIntegerField(
        _("answers needed"), default=100, help_text=_("With fewer, the unit above counts.")
    )
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

    objects = SchemeQuerySet.as_manager()

    class Meta:
        verbose_name = _("compensation scheme")
        verbose_name_plural = _("compensation schemes")
        constraints = [
            models.UniqueConstraint(fields=["program", "code", "version"], name="scheme_version_once"),
            models.UniqueConstraint(
                fields=["program", "code"], condition=Q(is_current=True), name="scheme_one_current"
            ),
            models.CheckConstraint(condition=Q(approver=None) | ~Q(approver=F("author")), name="scheme_four_eyes"),
        ]


@audited()
class SchemeComponent(models.Model):
    """One KPI in a scheme: what is paid at threshold, target and maximum, in the KPI's own units."""

    scheme = models.ForeignKey(CompensationScheme, on_delete=models.CASCADE, related_name="components")
    position = models.PositiveSmallIntegerField(default=1)
    kpi_code = models.SlugField(_("KPI"))
    question_code = models.CharField(_("question"), max_length=60, blank=True)
    weight = models.DecimalField(_("weight"), max_digits=5, decimal_places=4)
    threshold = models.DecimalField(_("threshold"), max_digits=9, decimal_places=4)
    target = models.DecimalField(_("target"), max_digits=9, decimal_places=4)
    maximum = models.DecimalField(_("maximum"), max_digits=9, decimal_places=4)
    threshold_share = models.DecimalField(_("paid at the threshold"), max_digits=5, decimal_places=4)
    maximum_share = models.DecimalField(_("paid at the maximum"), max_digits=5, decimal_places=4)
    is_strict = models.BooleanField(
        _("strict threshold"), default=False, help_text=_("Strict: exactly at the threshold pays nothing.")
    )

    objects = SchemePartQuerySet.as_manager()

    class Meta:
        verbose_name = _("component")
        verbose_name_plural = _("components")
        ordering = ["scheme_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "position"], name="component_position_once"),
            models.CheckConstraint(condition=Q(weight__gt=0, weight__lte=1), name="component_weight_is_share"),
            models.CheckConstraint(
                condition=Q(threshold__lt=F("target"), target__lt=F("maximum")), name="component_knots_rise"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scheme}: {self.kpi_code}"


class CompensationStatement(models.Model):
    """What one person is paid by one scheme for one period, with every input; corrected by a new row.

    `inputs` is canonical JSON; `sha256` is over it and over the hash before, so the statements of a program form
    a chain in which no row can change unseen.
    """

    scheme = models.ForeignKey(CompensationScheme, on_delete=models.PROTECT)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, verbose_name=_("person"))
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, verbose_name=_("unit"))
    period = models.CharField(_("period"), max_length=7)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    status = models.CharField(max_length=10, choices=StatementStatus.choices, default=StatementStatus.ISSUED)
    payout_share = models.DecimalField(_("share of the amount"), max_digits=12, decimal_places=10)
    amount = models.DecimalField(_("payout"), max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3)
    inputs = models.TextField()
    sha256 = models.CharField(max_length=64)
    previous_sha256 = models.CharField(max_length=64, blank=True)
    issued_at = models.DateTimeField(_("issued"))
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("issued by")
    )

    objects = StatementQuerySet.as_manager()

    class Meta:
        verbose_name = _("compensation statement")
        verbose_name_plural = _("compensation statements")
        constraints = [
            models.UniqueConstraint(fields=["scheme", "user", "period", "version"], name="statement_version_once"),
            # One successor a statement: two written at once cannot fork the chain.
            models.UniqueConstraint(
                fields=["previous_sha256"], condition=~Q(previous_sha256=""), name="statement_chain_no_fork"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="keep", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="frozen", exclude=["status"]),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.scheme}, {self.period}"
