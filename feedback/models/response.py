from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import BigIntegerField
from django.db.models.expressions import Func
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from cxprogram.models import OrgUnit, Program
from feedback.models.survey import SurveyVersion
from feedback.querysets import ResponseQuerySet
from journeys.models import Customer, Touchpoint


class CurrentTransaction(Func):
    """The id of the writing transaction, 64 bits, never reused within a cluster."""

    template = "pg_current_xact_id()::text::bigint"
    output_field = BigIntegerField()


class Response(models.Model):
    """One person's answers to one survey version; appended, never changed.

    `answers` holds values by question code (a number, a list of numbers, or text); `missing` tells why a
    question that was asked has none. `recorded_xid` is the transaction that wrote the row: counts are folded
    behind the oldest transaction still open, so no row that commits late is skipped.
    """

    # Three indexes below begin with the program.
    program = models.ForeignKey(Program, on_delete=models.PROTECT, db_index=False)
    survey_version = models.ForeignKey(SurveyVersion, on_delete=models.PROTECT)
    source = models.CharField(_("source"), max_length=60)
    external_id = models.CharField(_("key in the source"), max_length=200)
    body_hash = models.BinaryField(max_length=32)
    answered_at = models.DateTimeField(_("answered"))
    answered_on = models.DateField(_("day"))
    received_at = models.DateTimeField(_("received"), db_default=Now())
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, verbose_name=_("unit"))
    touchpoint = models.ForeignKey(Touchpoint, on_delete=models.PROTECT, null=True, blank=True)
    channel = models.CharField(_("channel"), max_length=20, default="web")
    language = models.CharField(_("language"), max_length=10, blank=True)
    weight = models.FloatField(_("weight"), default=1.0)
    customer = models.ForeignKey(Customer, on_delete=models.SET_NULL, null=True, blank=True)
    answers = models.JSONField(_("answers"))
    missing = models.JSONField(_("missing"), default=dict)
    attributes = models.JSONField(_("attributes"), default=dict)
    recorded_xid = models.BigIntegerField(db_default=CurrentTransaction(), editable=False)

    objects = ResponseQuerySet.as_manager()

    class Meta:
        verbose_name = _("response")
        verbose_name_plural = _("responses")
        constraints = [
            models.UniqueConstraint(fields=["program", "source", "external_id"], name="response_once"),
            models.CheckConstraint(condition=models.Q(weight__gte=0), name="response_weight_not_negative"),
        ]
        indexes = [
            # The unfolded tail.
            models.Index(fields=["program", "recorded_xid"], name="response_tail"),
            # Frames of a study: one program, a span of days.
            models.Index(fields=["program", "answered_on"], name="response_day"),
            # What came in since the populations of KPIs were counted.
            BrinIndex(fields=["received_at"], name="response_received", pages_per_range=16),
            # How many answers of a survey look like a robot's; an answer that does not costs nothing here.
            models.Index(
                fields=["survey_version"],
                condition=models.Q(attributes__suspected_robot=True),
                name="response_suspected",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.external_id}"
