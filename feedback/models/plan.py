from datetime import time
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cxprogram.audit import audited
from cxprogram.models import OrgUnit, Program
from cxprogram.models.translated import Named
from feedback.choices import (
    AskChannel,
    AskStatus,
    Country,
    PlanAudience,
    PlanEvent,
    PlanMethod,
    PlanTrigger,
)
from feedback.models.invitation import Invitation
from feedback.models.survey import Survey
from feedback.querysets import (
    EventCursorQuerySet,
    NotDrawnQuerySet,
    PlannedAskQuerySet,
    SamplingPlanQuerySet,
    WaveQuerySet,
)
from journeys.choices import Purpose
from journeys.models import Customer, Segment, Stage, Touchpoint

SENDABLE = (AskChannel.EMAIL.value, AskChannel.SMS.value)
OPENS, CLOSES = time(8), time(20)


def default_channels() -> list[str]:
    return [AskChannel.EMAIL.value]


def working_days() -> list[int]:
    return [0, 1, 2, 3, 4]


@audited()
class SamplingPlan(Named):
    """Who is asked one survey: a sample of the base in waves, or those to whom something happened, after a delay.

    The plan only wishes: contact rules, consent and hours decide when the time to send has come. `seed` makes a draw
    the same whenever it is repeated; each wave draws with its own number beside it.
    """

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="plans", verbose_name=_("survey"))
    touchpoint = models.ForeignKey(
        Touchpoint, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("touchpoint asked about")
    )
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose.choices, default=Purpose.SURVEY)
    is_active = models.BooleanField(_("runs"), default=False)
    trigger = models.CharField(_("when"), max_length=10, choices=PlanTrigger.choices, default=PlanTrigger.WAVE)
    # Who
    audience = models.CharField(_("whom"), max_length=10, choices=PlanAudience.choices, default=PlanAudience.CUSTOMERS)
    segment = models.ForeignKey(
        Segment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("segment"),
        help_text=_("Empty: everyone."),
    )
    method = models.CharField(_("how many"), max_length=10, choices=PlanMethod.choices, default=PlanMethod.ALL)
    sample_size = models.PositiveIntegerField(_("number"), null=True, blank=True)
    sample_share = models.FloatField(
        _("share"), null=True, blank=True, validators=[MinValueValidator(0), MaxValueValidator(1)]
    )
    group_by = models.CharField(
        _("group by"), max_length=50, blank=True, help_text=_("An attribute of customers, or unit or language.")
    )
    quotas = models.JSONField(
        _("number by group"), default=dict, blank=True, help_text=_('For example {"gold": 200, "silver": 300}.')
    )
    hold_out_share = models.FloatField(
        _("share held out"),
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(0.5)],
        help_text=_("Never asked, always the same customers: what asking itself does can then be seen."),
    )
    seed = models.PositiveIntegerField(_("seed"), default=1)
    # Waves
    first_wave_at = models.DateTimeField(_("first wave"), null=True, blank=True)
    wave_every_days = models.PositiveSmallIntegerField(
        _("days between waves"), null=True, blank=True, help_text=_("Empty: once.")
    )
    # Events
    event = models.CharField(_("event"), max_length=15, choices=PlanEvent.choices, blank=True)
    event_type = models.CharField(
        _("type of what happened"), max_length=60, blank=True, help_text=_("For example order_delivered.")
    )
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("stage reached"))
    delay_hours = models.PositiveIntegerField(_("hours to wait"), default=0)
    # How and when
    channels = models.JSONField(_("channels, the best first"), default=default_channels, help_text=_("email, sms"))
    worth_hours = models.PositiveIntegerField(
        _("hours it stays worth asking"), default=14 * 24, validators=[MinValueValidator(1)]
    )
    answer_days = models.PositiveSmallIntegerField(_("days to answer"), default=30, validators=[MinValueValidator(1)])
    reminders = models.PositiveSmallIntegerField(_("reminders"), default=0, validators=[MaxValueValidator(3)])
    reminder_after_days = models.PositiveSmallIntegerField(
        _("days before a reminder"), default=5, validators=[MinValueValidator(1)]
    )
    opens_at = models.TimeField(_("sent from"), default=OPENS)
    closes_at = models.TimeField(_("sent until"), default=CLOSES)
    weekdays = models.JSONField(_("days of the week"), default=working_days, help_text=_("0 is Monday, 6 is Sunday."))
    holidays_of = models.CharField(
        _("not on holidays of"), max_length=2, choices=Country.choices, blank=True, default=Country.NONE
    )

    objects = SamplingPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("plan of whom to ask")
        verbose_name_plural = _("plans of whom to ask")
        ordering = ["program_id", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(method__in=["random", "stratified"]) | Q(sample_size__gte=1, sample_size__isnull=False),
                name="plan_random_has_size",
            ),
            models.CheckConstraint(
                condition=~Q(method="share") | Q(sample_share__gt=0, sample_share__lte=1, sample_share__isnull=False),
                name="plan_share_has_share",
            ),
            models.CheckConstraint(
                condition=~Q(method__in=["stratified", "quota"]) | ~Q(group_by=""), name="plan_groups_have_name"
            ),
            models.CheckConstraint(condition=~Q(trigger="event") | ~Q(event=""), name="plan_event_is_named"),
            models.CheckConstraint(
                condition=Q(hold_out_share__gte=0, hold_out_share__lte=0.5), name="plan_hold_out_at_most_half"
            ),
        ]

    def clean(self) -> None:
        problems: dict[str, Any] = {}
        if self.method in (PlanMethod.RANDOM, PlanMethod.STRATIFIED) and not self.sample_size:
            problems["sample_size"] = _("Say how many.")
        if self.method == PlanMethod.SHARE and not self.sample_share:
            problems["sample_share"] = _("Say which share, from 0 to 1.")
        if self.method in (PlanMethod.STRATIFIED, PlanMethod.QUOTA) and not self.group_by:
            problems["group_by"] = _("Say by what the customers are grouped.")
        is_counted = isinstance(self.quotas, dict) and all(type(n) is int and n >= 0 for n in self.quotas.values())
        if not is_counted or (self.method == PlanMethod.QUOTA and not self.quotas):
            problems["quotas"] = _("Write a whole number for each group.")
        if self.trigger == PlanTrigger.EVENT and not self.event:
            problems["event"] = _("Say which event.")
        one_by_one = (PlanMethod.ALL, PlanMethod.SHARE, PlanMethod.QUOTA)
        if self.trigger == PlanTrigger.EVENT and self.method not in one_by_one:
            problems["method"] = _("After events everyone is asked, a share, or until quotas are full.")
        if self.event == PlanEvent.INTERACTION and not self.event_type:
            problems["event_type"] = _("Say what happens.")
        if self.event == PlanEvent.STAGE and self.stage_id is None:
            problems["stage"] = _("Say which stage.")
        if not isinstance(self.channels, list) or not self.channels or set(self.channels) - set(SENDABLE):
            problems["channels"] = _("Choose from email and sms.")
        days = self.weekdays
        if not isinstance(days, list) or not days or any(type(d) is not int or not 0 <= d <= 6 for d in days):
            problems["weekdays"] = _("Choose days from 0 (Monday) to 6 (Sunday).")
        if problems:
            raise ValidationError(problems)


class Wave(models.Model):
    """One draw of a plan: who was drawn stands in its planned asks. Waves are numbered from 1."""

    plan = models.ForeignKey(SamplingPlan, on_delete=models.PROTECT, related_name="waves")
    number = models.PositiveIntegerField(_("wave"))
    at = models.DateTimeField(_("drawn"))
    population = models.PositiveIntegerField(_("population"))
    drawn = models.PositiveIntegerField(_("drawn"), default=0)
    groups = models.JSONField(_("drawn by group"), default=dict)

    objects = WaveQuerySet.as_manager()

    class Meta:
        verbose_name = _("wave")
        verbose_name_plural = _("waves")
        ordering = ["plan_id", "number"]
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="wave_number_once")]

    def __str__(self) -> str:
        return f"{self.plan} {self.number}"


class NotDrawn(models.Model):
    """Whom a wave did not draw although they were in its base: 65,536 numbers of customers a row, one bit for each."""

    wave = models.ForeignKey(Wave, on_delete=models.CASCADE, related_name="not_drawn")
    block = models.BigIntegerField(_("numbers from"), help_text=_("Times 65,536."))
    members = models.BinaryField()

    objects = NotDrawnQuerySet.as_manager()

    class Meta:
        verbose_name = _("customers not drawn")
        verbose_name_plural = _("customers not drawn")
        # The page of a customer looks for its block in all waves.
        constraints = [models.UniqueConstraint(fields=["block", "wave"], name="not_drawn_once")]

    def __str__(self) -> str:
        return f"{self.wave}: {self.block}"


class PlannedAsk(models.Model):
    """The wish to ask, or to remind, one customer once because of one cause; decided when it is due.

    It waits until a decision ends it. A delay moves `due_at`; after `until` it is not worth asking.
    """

    plan = models.ForeignKey(SamplingPlan, on_delete=models.PROTECT, db_index=False, related_name="asks")
    wave = models.ForeignKey(Wave, on_delete=models.PROTECT, null=True, blank=True, db_index=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="planned_asks")
    cause = models.CharField(_("cause"), max_length=120)
    reminder = models.PositiveSmallIntegerField(_("reminder"), default=0, help_text=_("0 is the invitation itself."))
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, null=True, blank=True, db_index=False)
    touchpoint = models.ForeignKey(Touchpoint, on_delete=models.PROTECT, null=True, blank=True, db_index=False)
    context = models.JSONField(_("context"), default=dict)
    due_at = models.DateTimeField(_("due"))
    until = models.DateTimeField(_("worth asking until"))
    status = models.CharField(_("state"), max_length=8, choices=AskStatus.choices, default=AskStatus.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    invitation = models.ForeignKey(Invitation, on_delete=models.SET_NULL, null=True, blank=True, related_name="asks")

    objects = PlannedAskQuerySet.as_manager()

    class Meta:
        verbose_name = _("planned ask")
        verbose_name_plural = _("planned asks")
        constraints = [
            models.UniqueConstraint(fields=["plan", "cause", "customer", "reminder"], name="planned_ask_once")
        ]
        indexes = [
            # What is due, and how much of a plan waits.
            models.Index(fields=["due_at", "id"], condition=Q(status="waiting"), name="planned_ask_due"),
            models.Index(fields=["plan", "status"], name="planned_ask_plan"),
        ]

    def __str__(self) -> str:
        return f"{self.plan}: {self.cause}"


class EventCursor(models.Model):
    """How far the interactions of a program have been looked at for events.

    Below `low_id` nothing can come any more. Transactions that were open at the last look may still bring numbers up to
    `mark_id`: only when all before `mark_xid` are finished does `low_id` move there.
    """

    program = models.OneToOneField(Program, on_delete=models.CASCADE)
    low_id = models.BigIntegerField(default=0)
    mark_id = models.BigIntegerField(default=0)
    mark_xid = models.BigIntegerField(default=0)

    objects = EventCursorQuerySet.as_manager()

    class Meta:
        verbose_name = _("event cursor")
        verbose_name_plural = _("event cursors")

    def __str__(self) -> str:
        return f"{self.program}: {self.low_id}"
