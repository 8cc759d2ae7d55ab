"""The decision on each wish to ask: consent, address, hold-out, contact rules and hours, and its row in the ledger.

`judge` reads and decides, `record` appends. Whoever asks somebody holds the customer's row (`lock`) from before the
judging until the commit: of two at once the second sees what the first has written, and no rule is broken. A word of
the customer about consent waits for the lock too, and holds for every ask after it.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from cxprogram.models import Program
from feedback.analytics import contact_rules as pure
from feedback.analytics.days_off import days_off
from feedback.analytics.send_windows import NoWindowError, SendWindow
from feedback.choices import (
    AskChannel,
    ContactKind,
    DecisionOutcome,
    DecisionReason,
    InvitationStatus,
    PlanMethod,
    PlanTrigger,
)
from feedback.models import (
    ContactDecision,
    ContactGroup,
    ContactRule,
    Invitation,
    PlannedAsk,
    Response,
    SamplingPlan,
    StoppedAddress,
    Survey,
)
from feedback.services import draws
from journeys.models import Customer
from journeys.services import consents

# Called off, or never arrived: no contact was made.
NO_CONTACT = (InvitationStatus.CANCELLED, InvitationStatus.FAILED, InvitationStatus.BOUNCED)
NO_MORE = (InvitationStatus.EXPIRED, *NO_CONTACT)
ADDRESS_OF = {AskChannel.EMAIL.value: "email", AskChannel.SMS.value: "phone"}


@dataclass(frozen=True)
class Verdict:
    """What was decided on one planned ask; `channel` and `address` are the ones that it goes or would go by."""

    ask: PlannedAsk
    outcome: str
    reason: str = DecisionReason.NONE
    rule: ContactRule | None = None
    broken: tuple[str, ...] = ()
    eligible_at: datetime | None = None
    channel: str = ""
    address: str = ""


def lock(customers: Collection[int]) -> dict[int, Customer]:
    """Hold the customers' rows until the commit, always in the same order: two at once wait, never in a circle."""
    rows = Customer.objects.filter(pk__in=customers).order_by("pk").select_for_update(of=("self",))
    return {row.pk: row for row in rows.select_related("program")}


def address_hash(address: str) -> bytes:
    """By what the ledger knows an address: the same however it is written."""
    folded = "".join(address.split()).casefold()
    return hashlib.sha256(f"cx-address\x1f{folded}".encode()).digest()


# --- rules and history as the arithmetic takes them -------------------------------------------
def as_rule(rule: ContactRule) -> pure.Rule:
    limits = []
    if rule.at_most is not None and rule.window_hours is not None:
        limits.append(pure.Limit(rule.at_most, timedelta(hours=rule.window_hours)))
    if rule.pause_hours:
        limits.append(pure.Limit(1, timedelta(hours=rule.pause_hours)))
    return pure.Rule(
        code=rule.code,
        limits=tuple(limits),
        clock=pure.Clock(rule.clock),
        scope=pure.Scope(rule.scope),
        refusal=pure.Refusal(rule.refusal),
        only=rule.only,
        attributes=rule.attributes,
    )


@dataclass(frozen=True)
class Groups:
    """Which contact groups each survey and touchpoint of a program belongs to."""

    surveys: Mapping[int, frozenset[str]]
    touchpoints: Mapping[int, frozenset[str]]

    @classmethod
    def of(cls, program: Program) -> "Groups":
        surveys: dict[int, set[str]] = defaultdict(set)
        touchpoints: dict[int, set[str]] = defaultdict(set)
        for group, survey in ContactGroup.surveys.through.objects.filter(contactgroup__program=program).values_list(
            "contactgroup_id", "survey_id"
        ):
            surveys[survey].add(str(group))
        for group, touchpoint in ContactGroup.touchpoints.through.objects.filter(
            contactgroup__program=program
        ).values_list("contactgroup_id", "touchpoint_id"):
            touchpoints[touchpoint].add(str(group))
        return cls(
            {survey: frozenset(groups) for survey, groups in surveys.items()},
            {touchpoint: frozenset(groups) for touchpoint, groups in touchpoints.items()},
        )

    def contact(
        self, kind: pure.Kind, at: datetime, *, survey: int, channel: str, touchpoint: int | None
    ) -> pure.Contact:
        none: frozenset[str] = frozenset()
        return pure.Contact(
            kind,
            at,
            str(survey),
            channel,
            survey_groups=self.surveys.get(survey, none),
            touchpoint_groups=self.touchpoints.get(touchpoint, none) if touchpoint else none,
        )


def histories(customers: Collection[int], groups: Groups, *, since: datetime) -> dict[int, list[pure.Contact]]:
    """What reached these customers and what came back; two queries, by the indexes of the customer.

    An invitation counts from the moment it was made, whoever made it, unless it was called off or never arrived.
    """
    found: dict[int, list[pure.Contact]] = defaultdict(list)
    asked = (
        Invitation.objects.filter(customer__in=customers)
        .filter(Q(sent_at__gt=since) | Q(sent_at=None, send_at__gt=since))
        .exclude(status__in=NO_CONTACT)
    )
    for customer, survey, channel, touchpoint, sent_at, send_at in asked.values_list(
        "customer_id", "survey_id", "channel", "touchpoint_id", "sent_at", "send_at"
    ):
        kind, at = pure.Kind.INVITATION, sent_at or send_at
        found[customer].append(groups.contact(kind, at, survey=survey, channel=channel, touchpoint=touchpoint))
    came = Response.objects.filter(customer__in=customers, answered_at__gt=since)
    for customer, survey, channel, touchpoint, at in came.values_list(
        "customer_id", "survey_version__survey_id", "channel", "touchpoint_id", "answered_at"
    ):
        found[customer].append(
            groups.contact(pure.Kind.RESPONSE, at, survey=survey, channel=channel, touchpoint=touchpoint)
        )
    return found


# --- hours ------------------------------------------------------------------------------------
def window_of(plan: SamplingPlan, at: datetime) -> SendWindow:
    """When the plan's messages may go out, looked at from a moment."""
    closed: frozenset[date] = frozenset()
    if plan.holidays_of:
        closed = days_off(plan.holidays_of, at.year) | days_off(plan.holidays_of, at.year + 1)
    return SendWindow(plan.program.zone, plan.opens_at, plan.closes_at, frozenset(plan.weekdays), closed)


# --- the judge --------------------------------------------------------------------------------
class Judge:
    """All that is needed to decide on many asks of one program, read in a constant number of queries."""

    def __init__(self, program: Program, asks: Sequence[PlannedAsk], *, at: datetime) -> None:
        self.program, self.at = program, at
        ids = {ask.customer_id for ask in asks}
        plans = {ask.plan_id: ask.plan for ask in asks}
        self.rules = {rule.code: rule for rule in ContactRule.objects.in_force().filter(program=program)}
        self.pure_rules = [as_rule(rule) for rule in self.rules.values()]
        self.groups = Groups.of(program)
        longest = max((rule.longest for rule in self.rules.values()), default=timedelta(0))
        self.history = histories(ids, self.groups, since=at - longest) if self.rules else defaultdict(list)
        self.contactable = {
            purpose: set(Customer.objects.filter(pk__in=ids).contactable(purpose, at).values_list("pk", flat=True))
            for purpose in {plan.purpose for plan in plans.values()}
        }
        self.stopped = self._stopped(asks)
        self.belongs: dict[int, set[int]] = {}
        self.held_out: dict[int, set[int]] = {}
        self.unlucky: dict[int, set[int]] = {}
        self.group_of: dict[int, dict[int, str]] = {}
        self.missing: dict[int, dict[str, int]] = {}
        for plan in plans.values():
            self._read_plan(plan, {ask.customer_id for ask in asks if ask.plan_id == plan.pk})

    def _stopped(self, asks: Sequence[PlannedAsk]) -> set[bytes]:
        addresses = {a for ask in asks for a in (ask.customer.email, ask.customer.phone) if a}
        hashes = [address_hash(address) for address in addresses]
        rows = StoppedAddress.objects.filter(program=self.program, address_hash__in=hashes, is_stopped=True)
        return {bytes(known) for known in rows.values_list("address_hash", flat=True)}

    def _read_plan(self, plan: SamplingPlan, ids: set[int]) -> None:
        base = Customer.objects.filter(pk__in=ids)
        self.belongs[plan.pk] = set(draws.population(plan, self.at).filter(pk__in=ids).values_list("pk", flat=True))
        self.held_out[plan.pk] = set(draws.held_out(plan, base).values_list("pk", flat=True))
        if plan.trigger == PlanTrigger.EVENT and plan.method == PlanMethod.SHARE:
            lucky = draws.within_share(base, plan.sample_share or 0, seed=draws.SHARE_SEED + plan.seed)
            self.unlucky[plan.pk] = ids - set(lucky.values_list("pk", flat=True))
        if plan.method == PlanMethod.QUOTA:
            self.group_of[plan.pk] = dict(draws.grouped(plan, base).values_list("pk", "group_name"))
            answered = draws.answered_by_group(plan)
            self.missing[plan.pk] = {name: n - answered.get(name, 0) for name, n in plan.quotas.items()}

    def decide(self, ask: PlannedAsk) -> Verdict:
        """Decide one ask and remember it for the next of the same customer."""
        verdict = self._decide(ask)
        if verdict.outcome == DecisionOutcome.ASKED and ask.reminder == 0:
            self.history[ask.customer_id].append(self._contact(ask, verdict.channel))
        return verdict

    def _contact(self, ask: PlannedAsk, channel: str) -> pure.Contact:
        kind = pure.Kind.REMINDER if ask.reminder else pure.Kind.INVITATION
        touchpoint = ask.touchpoint_id or ask.plan.touchpoint_id
        return self.groups.contact(kind, self.at, survey=ask.plan.survey_id, channel=channel, touchpoint=touchpoint)

    def _decide(self, ask: PlannedAsk) -> Verdict:
        """In this order, the first that stands against it says so.

        - the plan or the survey was stopped, or it is too late to ask;
        - there is no basis for the purpose, or no address to which messages arrive;
        - the customer is held out, not (or no longer) in the population, or the quota of the group is full;
        - a reminder: the invitation is answered or over;
        - a contact rule, for every channel that the plan may use;
        - the hour or the day.
        """
        for look in (self._closed, self._without_basis, self._not_meant, self._not_to_remind):
            if reason := look(ask):
                return Verdict(ask, DecisionOutcome.SKIPPED, reason)
        channels = self._channels(ask)
        if not channels:
            return Verdict(ask, DecisionOutcome.SKIPPED, self._without_address(ask))
        verdict = self._by_rules(ask, channels)
        return self._by_hours(verdict) if verdict.outcome == DecisionOutcome.ASKED else verdict

    def _closed(self, ask: PlannedAsk) -> str:
        if not ask.plan.is_active:
            return DecisionReason.PLAN_STOPPED
        if not ask.plan.survey.is_open:
            return DecisionReason.SURVEY_CLOSED
        return DecisionReason.TOO_LATE if ask.until < self.at else ""

    def _without_basis(self, ask: PlannedAsk) -> str:
        if ask.customer_id in self.contactable[ask.plan.purpose]:
            return ""
        # Rare, and one by one: the rule itself says why.
        why = consents.may_contact(ask.customer, purpose=ask.plan.purpose, at=self.at)
        return why.reason if not why.is_allowed else DecisionReason.NO_BASIS

    def _not_meant(self, ask: PlannedAsk) -> str:
        plan, customer = ask.plan_id, ask.customer_id
        if customer in self.held_out[plan]:
            return DecisionReason.HOLD_OUT
        if customer not in self.belongs[plan] or customer in self.unlucky.get(plan, ()):
            return DecisionReason.NOT_IN_POPULATION
        if ask.reminder == 0 and plan in self.missing:
            missing = self.missing[plan].get(self.group_of[plan].get(customer, ""), 0)
            return DecisionReason.QUOTA_FULL if missing <= 0 else ""
        return ""

    def _not_to_remind(self, ask: PlannedAsk) -> str:
        if not ask.reminder:
            return ""
        invitation = ask.invitation
        if invitation is None or invitation.status in NO_MORE:
            return DecisionReason.INVITATION_OVER
        if invitation.status == InvitationStatus.ANSWERED:
            return DecisionReason.ANSWERED
        if invitation.unsubscribed_at is not None:
            return DecisionReason.UNSUBSCRIBED
        is_over = invitation.expires_at is not None and invitation.expires_at <= self.at
        return DecisionReason.INVITATION_OVER if is_over else ""

    def _channels(self, ask: PlannedAsk) -> list[tuple[str, str]]:
        """The plan's channels for which there is an address that takes messages; a reminder goes where the
        invitation went."""
        if ask.reminder and ask.invitation is not None:
            pairs = [(ask.invitation.channel, ask.invitation.address)]
        else:
            pairs = [(channel, getattr(ask.customer, ADDRESS_OF[channel])) for channel in ask.plan.channels]
        return [(channel, a) for channel, a in pairs if a and address_hash(a) not in self.stopped]

    def _without_address(self, ask: PlannedAsk) -> str:
        addresses = [getattr(ask.customer, ADDRESS_OF[channel]) for channel in ask.plan.channels]
        return DecisionReason.ADDRESS_STOPPED if any(addresses) else DecisionReason.ADDRESS_MISSING

    def _by_rules(self, ask: PlannedAsk, channels: list[tuple[str, str]]) -> Verdict:
        """The best channel by which the customer may be asked now; else the one by which soonest."""
        person = pure.Person(self._attributes(ask.customer), frozenset({ask.plan.purpose}))
        verdicts = []
        for channel, address in channels:
            wish = pure.Ask(self._contact(ask, channel), ask.plan.purpose, ask.until)
            made = pure.decide(wish, person, self.history[ask.customer_id], self.pure_rules)
            verdict = Verdict(
                ask,
                made.outcome.value,
                made.reason.value,
                self.rules.get(made.rule),
                made.broken,
                made.eligible_at,
                channel,
                address,
            )
            if verdict.outcome == DecisionOutcome.ASKED:
                return verdict
            verdicts.append(verdict)
        return min(verdicts, key=lambda v: (v.outcome != DecisionOutcome.DELAYED, v.eligible_at))

    def _attributes(self, customer: Customer) -> dict:
        return {"language": customer.language, **customer.attributes}

    def _by_hours(self, verdict: Verdict) -> Verdict:
        window = window_of(verdict.ask.plan, self.at)
        try:
            opens = window.next_open(self.at)
        except NoWindowError:
            return Verdict(verdict.ask, DecisionOutcome.SKIPPED, DecisionReason.QUIET_HOURS)
        if opens == self.at:
            return verdict
        if opens > verdict.ask.until:
            return Verdict(verdict.ask, DecisionOutcome.SKIPPED, DecisionReason.TOO_LATE, eligible_at=opens)
        return Verdict(
            verdict.ask,
            DecisionOutcome.DELAYED,
            DecisionReason.QUIET_HOURS,
            eligible_at=opens,
            channel=verdict.channel,
            address=verdict.address,
        )


def judge(asks: Sequence[PlannedAsk], *, at: datetime) -> list[Verdict]:
    """Decide on asks of one program, in their order; reads only. Each has its plan and its customer at hand."""
    return list(map(Judge(asks[0].plan.program, asks, at=at).decide, asks)) if asks else []


# --- the ledger -------------------------------------------------------------------------------
def as_row(verdict: Verdict, *, at: datetime, invitation: Invitation | None = None) -> ContactDecision:
    ask, plan = verdict.ask, verdict.ask.plan
    return ContactDecision(
        program_id=plan.program_id,
        at=at,
        customer_id=ask.customer_id,
        address_hash=address_hash(verdict.address) if verdict.address else None,
        plan=plan,
        wave_id=ask.wave_id,
        survey_id=plan.survey_id,
        touchpoint_id=ask.touchpoint_id or plan.touchpoint_id,
        invitation=invitation or ask.invitation,
        kind=ContactKind.REMINDER if ask.reminder else ContactKind.INVITATION,
        channel=verdict.channel,
        purpose=plan.purpose,
        cause=ask.cause,
        outcome=verdict.outcome,
        reason=verdict.reason,
        rule=verdict.rule,
        broken=list(verdict.broken),
        eligible_at=verdict.eligible_at,
    )


def record(rows: Iterable[ContactDecision]) -> None:
    """Append to the ledger, in the caller's transaction."""
    ContactDecision.objects.bulk_create(rows)


def log_transactional(customer: Customer, *, cause: str, at: datetime, survey: Survey | None = None) -> None:
    """Write down a message about the customer's own matter: no rule holds for it, but the ledger knows it."""
    record(
        [
            ContactDecision(
                program_id=customer.program_id,
                at=at,
                customer=customer,
                address_hash=address_hash(customer.email) if customer.email else None,
                survey=survey,
                kind=ContactKind.TRANSACTIONAL,
                channel=AskChannel.EMAIL,
                cause=cause,
                outcome=DecisionOutcome.ASKED,
            )
        ]
    )
