from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cxprogram.audit import audited
from cxprogram.models import OrgUnit, Program
from cxprogram.models.translated import Named
from journeys.models.customer import Customer
from journeys.models.journey import Touchpoint
from journeys.querysets import CompetitorQuerySet, CompetitorRatingQuerySet


@audited()
class Competitor(Named):
    """One other organisation that our customers use or compare us with."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    code = models.SlugField(_("code"))
    is_active = models.BooleanField(_("asked about"), default=True)

    objects = CompetitorQuerySet.as_manager()

    class Meta:
        verbose_name = _("competitor")
        verbose_name_plural = _("competitors")
        ordering = ["program_id", "code"]
        constraints = [models.UniqueConstraint(fields=["program", "code"], name="competitor_code_once")]


class CompetitorRating(models.Model):
    """What one respondent gave one organisation, us (no competitor) or another, at one sitting; appended.

    The rows of one sitting share source and key: comparisons are made within it. `touchpoint` is empty for the whole.
    """

    program = models.ForeignKey(Program, on_delete=models.PROTECT, db_index=False)
    source = models.CharField(_("source"), max_length=60)
    external_id = models.CharField(_("key of the sitting"), max_length=200)
    competitor = models.ForeignKey(
        Competitor, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("competitor")
    )
    touchpoint = models.ForeignKey(
        Touchpoint, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("touchpoint")
    )
    customer = models.ForeignKey(
        Customer,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="competitor_ratings",
        verbose_name=_("customer"),
    )
    unit = models.ForeignKey(
        OrgUnit, on_delete=models.PROTECT, null=True, blank=True, db_index=False, verbose_name=_("unit")
    )
    context = models.CharField(_("context"), max_length=100, blank=True)
    rating = models.FloatField(_("rating"))
    scale_low = models.FloatField(_("scale from"))
    scale_high = models.FloatField(_("scale to"))
    at = models.DateTimeField(_("said"))

    objects = CompetitorRatingQuerySet.as_manager()

    class Meta:
        verbose_name = _("rating of us or a competitor")
        verbose_name_plural = _("ratings of us and competitors")
        constraints = [
            models.UniqueConstraint(
                fields=["program", "source", "external_id", "competitor", "touchpoint"],
                nulls_distinct=False,
                name="competitor_rating_once",
            ),
            models.CheckConstraint(
                condition=Q(scale_high__gt=F("scale_low")) & Q(rating__range=(F("scale_low"), F("scale_high"))),
                name="competitor_rating_on_its_scale",
            ),
        ]
        # A period's ratings.
        indexes = [models.Index(fields=["program", "at"], name="competitor_rating_period")]

    def __str__(self) -> str:
        return f"{self.competitor or self.program.organisation}: {self.rating}"
