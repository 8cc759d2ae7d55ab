from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from cxprogram.models import OrgUnit, Program
from journeys.models.customer import Customer
from journeys.models.journey import Journey, Touchpoint
from journeys.models.stream import DataStream
from journeys.querysets import CustomerPartQuerySet, InteractionKeyQuerySet, InteractionQuerySet


class Episode(models.Model):
    """One customer's run of one journey in one context, from its first interaction to its last."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="episodes", db_index=False)
    journey = models.ForeignKey(Journey, on_delete=models.PROTECT, related_name="episodes")
    context = models.CharField(_("context"), max_length=100, blank=True)
    started_at = models.DateTimeField(_("began"))
    ended_at = models.DateTimeField(_("ended"))

    objects = CustomerPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("episode")
        verbose_name_plural = _("episodes")
        constraints = [
            models.CheckConstraint(condition=Q(ended_at__gte=models.F("started_at")), name="episode_runs_forward"),
            # One run begins at one moment; the runs of one customer.
            models.UniqueConstraint(fields=["customer", "journey", "context", "started_at"], name="episode_once"),
        ]

    def __str__(self) -> str:
        return f"{self.journey}, {self.started_at:%Y-%m-%d}"


class InteractionKey(models.Model):
    """The key of one interaction, once and for all; appended by the same statement as the interaction.

    The interactions are partitioned by month, and PostgreSQL asks every unique constraint of such a table to hold the
    partition's column: a key repeated with another time would pass. So the key lives in a table of its own. It holds
    digests only: a repeat stays a repeat after the person has been erased, and nobody can be read from it.
    `id` is the interaction's.
    """

    id = models.BigIntegerField(primary_key=True)
    digest = models.BinaryField(max_length=32, help_text=_("SHA-256 of program, source and key."))
    body_hash = models.BinaryField(max_length=32)
    stream = models.ForeignKey(DataStream, on_delete=models.PROTECT, db_index=False)
    at = models.DateTimeField()

    objects = InteractionKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("interaction key")
        verbose_name_plural = _("interaction keys")
        constraints = [models.UniqueConstraint(fields=["digest"], name="interaction_once")]
        indexes = [
            # Retention.
            models.Index(fields=["stream", "at"], name="interaction_key_age")
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Interaction(models.Model):
    """One thing that happened between a customer and the organisation; appended, never changed.

    The table is partitioned by month of `at` (`journeys/services/partitions.py` makes partitions on demand); in the
    database its primary key is (id, at). No trigger audits it.
    """

    program = models.ForeignKey(Program, on_delete=models.PROTECT, db_index=False)
    stream = models.ForeignKey(DataStream, on_delete=models.PROTECT, db_index=False, verbose_name=_("stream"))
    source = models.CharField(_("source"), max_length=60)
    external_id = models.CharField(_("key in the source"), max_length=200)
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="interactions"
    )
    unit = models.ForeignKey(
        OrgUnit, on_delete=models.PROTECT, null=True, blank=True, db_index=False, verbose_name=_("unit")
    )
    touchpoint = models.ForeignKey(Touchpoint, on_delete=models.PROTECT, null=True, blank=True, db_index=False)
    episode = models.ForeignKey(
        Episode, on_delete=models.SET_NULL, null=True, blank=True, db_index=False, related_name="interactions"
    )
    at = models.DateTimeField(_("happened"))
    type = models.CharField(_("type"), max_length=60)
    channel = models.CharField(_("channel"), max_length=20, blank=True)
    value = models.DecimalField(_("value"), max_digits=18, decimal_places=4, null=True, blank=True)
    properties = models.JSONField(_("properties"), default=dict)
    received_at = models.DateTimeField(_("received"), db_default=Now(), editable=False)

    objects = InteractionQuerySet.as_manager()

    class Meta:
        verbose_name = _("interaction")
        verbose_name_plural = _("interactions")
        indexes = [
            # One customer's story.
            models.Index(fields=["customer", "-at"], name="interaction_customer", condition=Q(customer__isnull=False)),
            # One stream's months.
            models.Index(fields=["stream", "at"], name="interaction_stream"),
            # One run of a journey.
            models.Index(fields=["episode"], name="interaction_episode", condition=Q(episode__isnull=False)),
            # What came in since the last count; rows lie in that order already.
            BrinIndex(fields=["received_at"], name="interaction_received", pages_per_range=16),
        ]

    def __str__(self) -> str:
        return f"{self.type}, {self.at:%Y-%m-%d %H:%M}"
