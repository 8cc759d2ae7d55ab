from datetime import datetime

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cxprogram.audit import audited
from cxprogram.models import OrgUnit, Program
from cxprogram.models.translated import Named
from feedback.choices import TicketAct, TicketStatus
from feedback.models.response import Response
from feedback.models.survey import Survey
from feedback.querysets import TicketQuerySet, TicketRuleQuerySet, TicketStepQuerySet
from journeys.models import Customer


@audited()
class TicketRule(models.Model):
    """Which answers of a survey open a ticket, and how soon the customer should hear from us."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    survey = models.ForeignKey(Survey, on_delete=models.PROTECT)
    question_code = models.CharField(_("question"), max_length=60)
    reason = models.CharField(_("reason"), max_length=20)
    code_low = models.IntegerField(_("answer from"))
    code_high = models.IntegerField(_("answer to"))
    first_contact_hours = models.PositiveSmallIntegerField(_("hours to the first contact"), default=24)

    objects = TicketRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("ticket rule")
        verbose_name_plural = _("ticket rules")
        constraints = [models.UniqueConstraint(fields=["survey", "question_code", "reason"], name="ticket_rule_once")]

    def __str__(self) -> str:
        return f"{self.survey}: {self.question_code} {self.code_low}–{self.code_high}"


@audited()
class RootCause(Named):
    """One cause from which those who close tickets choose."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    code = models.SlugField(_("code"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = TicketRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("root cause")
        verbose_name_plural = _("root causes")
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["program", "code"], name="root_cause_once")]


@audited()
class Ticket(models.Model):
    """One promise to one customer: an answer that asks for a person to act, until it is closed and told."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    response = models.OneToOneField(Response, on_delete=models.PROTECT)
    customer = models.ForeignKey(Customer, on_delete=models.SET_NULL, null=True, blank=True)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, verbose_name=_("unit"))
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("responsible"),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="tickets",
        verbose_name=_("taken by"),
    )
    status = models.CharField(_("state"), max_length=10, choices=TicketStatus.choices, default=TicketStatus.OPEN)
    reasons = models.JSONField(_("reasons"))
    score = models.SmallIntegerField(_("score"), null=True, blank=True)
    problem_codes = models.JSONField(_("problems named"), default=list, blank=True)
    opened_at = models.DateTimeField(_("opened"))
    opened_on = models.DateField(_("day"))
    due_at = models.DateTimeField(_("first contact due"))
    taken_at = models.DateTimeField(null=True, blank=True)
    first_contact_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    root_cause = models.CharField(_("root cause"), max_length=200, blank=True)
    action = models.TextField(_("what we did"), blank=True)

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="closed") | (Q(closed_at__isnull=False) & ~Q(root_cause="") & ~Q(action="")),
                name="ticket_closed_is_complete",
            ),
            models.CheckConstraint(
                condition=Q(status="open", owner=None) | Q(status__in=["taken", "closed"]),
                name="ticket_open_has_no_owner",
            ),
        ]
        indexes = [
            # Lists of a unit, the soonest due first; the root's list.
            models.Index(fields=["unit", "status", "due_at", "id"], name="ticket_unit_due"),
            models.Index(fields=["program", "status", "due_at", "id"], name="ticket_program_due"),
            # The same lists of one period: counted up to a limit without reading the others.
            models.Index(fields=["unit", "status", "opened_on", "due_at"], name="ticket_unit_opened"),
            models.Index(fields=["program", "status", "opened_on", "due_at"], name="ticket_program_opened"),
            # A reason that few tickets have.
            GinIndex(fields=["reasons"], opclasses=["jsonb_path_ops"], name="ticket_reasons"),
        ]

    def __str__(self) -> str:
        return _("Ticket %(number)s") % {"number": self.pk}

    def is_overdue(self, at: datetime) -> bool:
        """As `TicketQuerySet.overdue`."""
        return self.first_contact_at is None and self.status != TicketStatus.CLOSED and self.due_at < at


class TicketStep(models.Model):
    """One step in the story of a ticket; appended, never changed."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="story")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)
    act = models.CharField(max_length=10, choices=TicketAct.choices)
    text = models.TextField(blank=True)

    objects = TicketStepQuerySet.as_manager()

    class Meta:
        verbose_name = _("ticket steps")
        verbose_name_plural = _("ticket steps")
        ordering = ["ticket_id", "at", "id"]

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.act}"
