from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from cxprogram.audit import audited
from cxprogram.models.translated import Named
from cxprogram.querysets import ProgramQuerySet


def validate_time_zone(value: str) -> None:
    if value not in available_timezones():
        raise ValidationError(_("%(value)s is not a time zone."), params={"value": value})


@audited()
class Program(Named):
    """One customer-experience program of one organisation."""

    slug = models.SlugField(_("short name"), unique=True)
    organisation = models.CharField(_("organisation"), max_length=200)
    customer_word = models.CharField(
        _("what the customer is called"),
        max_length=40,
        default="customer",
        help_text=_("For example passenger."),
    )
    customer_words = models.JSONField(_("the same in other languages"), default=dict, blank=True)
    time_zone = models.CharField(max_length=60, default="Europe/Stockholm", validators=[validate_time_zone])
    language = models.CharField(max_length=5, choices=settings.LANGUAGES, default="en")
    currency = models.CharField(max_length=3, default="EUR")
    min_n = models.PositiveSmallIntegerField(_("smallest group shown"), default=5, validators=[MinValueValidator(5)])
    overall_kpi = models.SlugField(_("KPI of the whole experience"), default="mean")
    loyalty_kpi = models.SlugField(_("KPI of loyalty"), default="nps")
    problem_question = models.CharField(
        _("question that names problems"),
        max_length=60,
        blank=True,
        help_text=_("Its answers name a ticket."),
    )
    headline_kpis = models.JSONField(_("KPIs of the overview"), default=list, help_text=_("Four at most."))
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ProgramQuerySet.as_manager()

    class Meta:
        verbose_name = _("program")
        verbose_name_plural = _("programs")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)
