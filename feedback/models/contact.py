from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cxprogram.audit import audited
from cxprogram.models import Program
from cxprogram.models.translated import Named
from feedback.choices import (
    AskChannel,
    BounceKind,
    ContactKind,
    DecisionOutcome,
    DecisionReason,
    RuleClock,
    RuleRefusal,
    RuleScope,
)
from feedback.models.invitation import Invitation
from feedback.models.survey import Survey
from feedback.querysets import ContactDecisionQuerySet, ContactRuleQuerySet, StoppedAddressQuerySet
from journeys.models import Customer, Touchpoint


@audited()
class ContactGroup(Named):
    """Surveys, or touchpoints, that contact rules count together."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    code = models.SlugField(_("code"))
    surveys = models.ManyToManyField(Survey, blank=True, verbose_name=_("surveys"), related_name="contact_groups")
    touchpoints = models.ManyToManyField(
        Touchpoint, blank=True, verbose_name=_("touchpoints"), related_name="contact_groups"
    )

    objects = ContactRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact group")
        verbose_name_plural = _("contact groups")
        ordering = ["program_id", "code"]
        constraints = [models.UniqueConstraint(fields=["program", "code"], name="contact_group_code_once")]


@audited()
class ContactRule(Named):
    """How often one customer may be asked: at most so often in a rolling window, a pause since the last time, or both.

    It holds for every door that asks. Reminders and messages about the customer's own matter obey no rule.
    """

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    code = models.SlugField(_("code"))
    clock = models.CharField(_("counted"), max_length=10, choices=RuleClock.choices, default=RuleClock.INVITATION)
    scope = models.CharField(_("within"), max_length=20, choices=RuleScope.choices, default=RuleScope.PROGRAM)
    survey = models.ForeignKey(
        Survey, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("only for the survey")
    )
    group = models.ForeignKey(
        ContactGroup, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("only for the group")
    )
    channel = models.CharField(_("only for the channel"), max_length=10, choices=AskChannel.choices, blank=True)
    at_most = models.PositiveSmallIntegerField(_("at most"), null=True, blank=True)
    window_hours = models.PositiveIntegerField(_("in hours"), null=True, blank=True)
    pause_hours = models.PositiveIntegerField(
        _("pause in hours"), null=True, blank=True, help_text=_("Since the last time.")
    )
    attributes = models.JSONField(
        _("only for customers with"),
        default=dict,
        blank=True,
        help_text=_('Values by attribute, for example {"tier": ["gold", "silver"]}.'),
    )
    refusal = models.CharField(_("otherwise"), max_length=10, choices=RuleRefusal.choices, default=RuleRefusal.SKIP)
    is_active = models.BooleanField(_("in force"), default=True)

    objects = ContactRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact rule")
        verbose_name_plural = _("contact rules")
        ordering = ["program_id", "code"]
        constraints = [
            models.UniqueConstraint(fields=["program", "code"], name="contact_rule_code_once"),
            models.CheckConstraint(
                condition=Q(at_most__isnull=True, window_hours__isnull=True)
                | Q(at_most__gte=1, window_hours__gte=1, at_most__isnull=False, window_hours__isnull=False),
                name="contact_rule_number_has_window",
            ),
            models.CheckConstraint(
                condition=Q(at_most__isnull=False) | Q(pause_hours__gte=1, pause_hours__isnull=False),
                name="contact_rule_limits_something",
            ),
        ]

    def clean(self) -> None:
        if (self.at_most is None) != (self.window_hours is None):
            raise ValidationError({"window_hours": _("A number needs its window, and a window its number.")})
        if self.at_most is None and not self.pause_hours:
            raise ValidationError({"at_most": _("Give a number and its window, or a pause.")})
        if self.at_most == 0 or self.window_hours == 0 or self.pause_hours == 0:
            raise ValidationError(_("Nought is no limit: leave it empty."))
        named = {
            "survey": self.survey_id is not None,
            "group": self.group_id is not None,
            "channel": bool(self.channel),
        }
        fitting = {
            RuleScope.SURVEY: "survey",
            RuleScope.CHANNEL: "channel",
            RuleScope.SURVEY_GROUP: "group",
            RuleScope.TOUCHPOINT_GROUP: "group",
        }.get(RuleScope(self.scope))
        for name, is_named in named.items():
            if is_named and name != fitting:
                raise ValidationError({name: _("This narrows another kind of rule.")})
        if not isinstance(self.attributes, dict) or not all(isinstance(v, list) for v in self.attributes.values()):
            raise ValidationError({"attributes": _('Write values by attribute: {"tier": ["gold"]}.')})

    @property
    def only(self) -> str:
        """The one key of its scope that the rule is for, as `Contact.keys` writes it; empty for each on its own."""
        return str(self.survey_id or self.group_id or self.channel or "")

    @property
    def longest(self) -> timedelta:
        """How far back the rule looks."""
        return timedelta(hours=max(self.window_hours or 0, self.pause_hours or 0))


class ContactDecision(models.Model):
    """One decision on one wish to contact somebody: asked, not asked or later, by which rule, free again when.

    Appended in the transaction of what it decides, never changed. `address_hash` is of the address that was meant:
    the ledger names no address. `broken` holds the codes of all rules that stood against it.
    """

    program = models.ForeignKey(Program, on_delete=models.PROTECT, db_index=False)
    at = models.DateTimeField(_("decided"))
    customer = models.ForeignKey(
        Customer,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="contact_decisions",
        verbose_name=_("customer"),
    )
    address_hash = models.BinaryField(max_length=32, null=True, editable=False)
    plan = models.ForeignKey(
        "feedback.SamplingPlan", on_delete=models.PROTECT, null=True, db_index=False, verbose_name=_("plan")
    )
    wave = models.ForeignKey("feedback.Wave", on_delete=models.PROTECT, null=True, db_index=False)
    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, null=True, db_index=False, verbose_name=_("survey"))
    touchpoint = models.ForeignKey(Touchpoint, on_delete=models.PROTECT, null=True, db_index=False)
    invitation = models.ForeignKey(
        Invitation, on_delete=models.SET_NULL, null=True, related_name="decisions", db_index=False
    )
    kind = models.CharField(_("what"), max_length=14, choices=ContactKind.choices, default=ContactKind.INVITATION)
    channel = models.CharField(_("channel"), max_length=10, blank=True)
    purpose = models.CharField(_("purpose"), max_length=20, blank=True)
    cause = models.CharField(_("cause"), max_length=120, blank=True)
    outcome = models.CharField(_("decision"), max_length=8, choices=DecisionOutcome.choices)
    reason = models.CharField(_("why"), max_length=20, choices=DecisionReason.choices, blank=True)
    rule = models.ForeignKey(ContactRule, on_delete=models.PROTECT, null=True, db_index=False, verbose_name=_("rule"))
    broken = models.JSONField(_("rules against it"), default=list)
    eligible_at = models.DateTimeField(_("free again"), null=True)

    objects = ContactDecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact decision")
        verbose_name_plural = _("contact decisions")
        constraints = [
            models.CheckConstraint(
                condition=~Q(outcome="delayed") | Q(eligible_at__isnull=False), name="contact_decision_later_says_when"
            ),
            models.CheckConstraint(condition=Q(outcome="asked") | ~Q(reason=""), name="contact_decision_no_has_reason"),
        ]
        indexes = [
            # Why was this customer not asked?
            models.Index(fields=["customer", "-at"], name="contact_decision_customer"),
            # The ledger of a plan, and of the program.
            models.Index(fields=["plan", "id"], name="contact_decision_plan"),
            models.Index(fields=["program", "id"], name="contact_decision_program"),
            # An erased invitation is looked up here; the reminders of one too.
            models.Index(
                fields=["invitation"], condition=Q(invitation__isnull=False), name="contact_decision_invitation"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}, {self.at:%Y-%m-%d %H:%M}"


class StoppedAddress(models.Model):
    """One address that messages come back from, known by its hash alone; a hard bounce or a complaint stops it."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    address_hash = models.BinaryField(max_length=32)
    kind = models.CharField(_("why"), max_length=10, choices=BounceKind.choices)
    bounces = models.PositiveSmallIntegerField(_("times"), default=1)
    is_stopped = models.BooleanField(_("stopped"), default=True)
    detail = models.CharField(_("what the server said"), max_length=300, blank=True)
    first_at = models.DateTimeField(_("first"))
    last_at = models.DateTimeField(_("last"))

    objects = StoppedAddressQuerySet.as_manager()

    class Meta:
        verbose_name = _("address that bounced")
        verbose_name_plural = _("addresses that bounced")
        constraints = [models.UniqueConstraint(fields=["program", "address_hash"], name="stopped_address_once")]

    def __str__(self) -> str:
        return f"{bytes(self.address_hash).hex()[:12]}, {self.get_kind_display()}"
