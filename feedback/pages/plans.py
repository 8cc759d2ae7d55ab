"""Plans of whom to ask, and the ledger, as pages."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse
from django.utils.formats import time_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxprogram.models import Program
from cxprogram.page_base import number_in
from feedback import contact_words
from feedback.choices import (
    AskChannel,
    AskStatus,
    DecisionOutcome,
    DecisionReason,
    PlanAudience,
    PlanEvent,
    PlanMethod,
    PlanTrigger,
)
from feedback.models import ContactDecision, ContactRule, PlannedAsk, SamplingPlan, Wave
from feedback.services import people_lists, plans
from feedback.services.decisions import Verdict
from journeys.models import Customer
from journeys.services import consents

PAGE_SIZE = 50


# --- words ------------------------------------------------------------------------------------
def whom(plan: SamplingPlan) -> str:
    """Who is asked, in one phrase."""
    base = (
        _("the people on its list")
        if plan.audience == PlanAudience.LIST
        else plan.segment.label if plan.segment else _("all customers")
    )  # fmt: skip
    phrases = {
        PlanMethod.ALL: capfirst(base),
        PlanMethod.RANDOM: _("%(n)s at random, from %(base)s"),
        PlanMethod.SHARE: _("%(share)s %% at random, from %(base)s"),
        PlanMethod.STRATIFIED: _("%(n)s at random, shared out by %(group)s, from %(base)s"),
        PlanMethod.QUOTA: _("From %(base)s, until each %(group)s has its number of answers"),
    }
    share = f"{100 * (plan.sample_share or 0):g}"
    facts = {"base": base, "n": plan.sample_size or 0, "share": share, "group": plan.group_by}
    phrase = phrases[PlanMethod(plan.method)]
    return phrase if plan.method == PlanMethod.ALL else phrase % facts


def when(plan: SamplingPlan) -> str:
    """What starts an ask, in one phrase."""
    if plan.trigger == PlanTrigger.WAVE:
        if plan.wave_every_days:
            days = plan.wave_every_days
            return ngettext("A wave every %(n)s day", "A wave every %(n)s days", days) % {"n": days}
        return _("In waves that are started by hand") if plan.first_wave_at is None else _("One wave")
    what = {
        PlanEvent.INTERACTION: plan.event_type,
        PlanEvent.STAGE: _("stage “%(stage)s” reached") % {"stage": plan.stage.label if plan.stage else ""},
        PlanEvent.TICKET_CLOSED: _("ticket closed"),
        PlanEvent.CASE_CLOSED: _("support case closed"),
    }[PlanEvent(plan.event)]
    if not plan.delay_hours:
        return _("At once after: %(what)s") % {"what": what}
    return _("%(span)s after: %(what)s") % {"span": contact_words.length(plan.delay_hours), "what": what}


def how(plan: SamplingPlan) -> str:
    """Channels and hours, in one phrase."""
    otherwise = _("else")
    channels = f" {otherwise} ".join(str(AskChannel(channel).label) for channel in plan.channels)
    if plan.opens_at == plan.closes_at:
        hours = _("at any hour")
    else:
        hours = _("from %(opens)s to %(closes)s") % {
            "opens": time_format(plan.opens_at, "H:i"), "closes": time_format(plan.closes_at, "H:i"),
        }  # fmt: skip
    parts = [channels, hours]
    if len(plan.weekdays) < 7:
        is_working = sorted(plan.weekdays) == [0, 1, 2, 3, 4]
        parts.append(_("Monday to Friday") if is_working else _("on some days of the week"))
    if plan.holidays_of:
        parts.append(_("not on holidays (%(country)s)") % {"country": plan.get_holidays_of_display()})
    return ", ".join(parts)


def reminding(plan: SamplingPlan) -> str:
    if not plan.reminders:
        return _("None")
    text = ngettext("%(n)s reminder, %(days)s days apart", "%(n)s reminders, %(days)s days apart", plan.reminders)
    return text % {"n": plan.reminders, "days": plan.reminder_after_days}


# --- the list ---------------------------------------------------------------------------------
@dataclass(frozen=True)
class PlanCard:
    plan: SamplingPlan
    whom: str
    when: str
    waiting: int
    asked: int
    skipped: int


@dataclass(frozen=True)
class PlanList:
    headline: str
    cards: Sequence[PlanCard]
    rules: Sequence[tuple[ContactRule, str]]


def _counts(rows: Any) -> Mapping[int, Mapping[str, int]]:
    """Asks by plan and state; by the index planned_ask_plan."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    counted = PlannedAsk.objects.filter(plan__in=rows, reminder=0).values("plan", "status").annotate(n=Count("pk"))
    for plan, status, n in counted.values_list("plan", "status", "n"):
        found[plan][status] = n
    return found


def _visible(user: Any, program: Program) -> Any:
    rows = SamplingPlan.objects.visible_to(user).filter(program=program)
    return rows.select_related("program", "survey", "segment", "stage", "touchpoint").order_by("-is_active", "pk")


def plan_list(user: Any, program: Program) -> PlanList:
    """Every plan with what became of its asks, and the rules that hold for all."""
    found = list(_visible(user, program))
    counts = _counts([plan.pk for plan in found])
    cards = [
        PlanCard(
            plan,
            whom(plan),
            when(plan),
            waiting=counts[plan.pk].get(AskStatus.WAITING, 0),
            asked=counts[plan.pk].get(AskStatus.ASKED, 0),
            skipped=counts[plan.pk].get(AskStatus.SKIPPED, 0),
        )
        for plan in found
    ]
    running = sum(card.plan.is_active for card in cards)
    headline = ngettext("%(running)s of %(n)s plan runs", "%(running)s of %(n)s plans run", len(cards)) % {
        "running": running, "n": len(cards),
    }  # fmt: skip
    rules = ContactRule.objects.visible_to(user).in_force().filter(program=program).select_related("survey", "group")
    return PlanList(
        headline if cards else _("Nobody is asked by plan yet"),
        cards,
        [(rule, contact_words.rule_sentence(rule)) for rule in rules],
    )


# --- one plan ---------------------------------------------------------------------------------
@dataclass(frozen=True)
class Effect:
    """One line of the dry run, in words."""

    outcome: str
    word: str
    why: str
    n: int


@dataclass(frozen=True)
class Example:
    """One customer as the plan would treat them now."""

    customer: str
    word: str
    why: str
    eligible_at: datetime | None


@dataclass(frozen=True)
class PlanPage:
    plan: SamplingPlan
    headline: str
    missing_text_url: str
    facts: Sequence[tuple[str, str]]
    run: plans.DryRun
    effects: Sequence[Effect]
    examples: Sequence[Example]
    waves: Sequence[Wave]
    next_number: int
    may_start: bool
    is_event: bool
    has_list: bool
    list_hint: str
    list_limit: int
    waiting: int
    ledger_url: str


def find(user: Any, program: Program, number: int) -> SamplingPlan | None:
    return _visible(user, program).filter(pk=number).first()


def _list_hint(plan: SamplingPlan) -> str:
    """Which addresses the plan can use."""
    if set(plan.channels) == {AskChannel.EMAIL}:
        return _("The plan asks by e-mail.")
    if set(plan.channels) == {AskChannel.SMS}:
        return _("The plan asks by SMS: write phone numbers as in +46701234567.")
    return _("The plan asks by e-mail or SMS: write an e-mail address, or a phone number as in +46701234567, or both.")


def _headline(run: plans.DryRun) -> str:
    asked, later = run.count(DecisionOutcome.ASKED), run.count(DecisionOutcome.DELAYED)
    facts = {"asked": asked, "n": run.looked_at, "later": later}
    if not run.looked_at:
        return _("If it ran now, nobody would be asked")
    if later:
        return _("If it ran now, %(asked)s of %(n)s would be asked, %(later)s later") % facts
    return _("If it ran now, %(asked)s of %(n)s would be asked") % facts


def _example(verdict: Verdict) -> Example:
    return Example(
        str(verdict.ask.customer),
        str(DecisionOutcome(verdict.outcome).label),
        contact_words.why(verdict.reason, verdict.rule) if verdict.outcome != DecisionOutcome.ASKED else "",
        verdict.eligible_at,
    )


def _with_rest(run: plans.DryRun, lines: Sequence[plans.Line]) -> list[plans.Line]:
    """The decisions, and those of the base who are not drawn."""
    rest = plans.Line(DecisionOutcome.SKIPPED, DecisionReason.NOT_DRAWN, None, run.not_drawn)
    return [*lines, rest] if run.not_drawn else list(lines)


def _missing_text_url(plan: SamplingPlan, at: datetime) -> str:
    """Where the text is written without which nobody may be asked for the purpose; empty if there is one in force."""
    if consents.basis(plan.program, plan.purpose, at) is not None:
        return ""
    return f"{reverse('admin:journeys_consenttext_add')}?{urlencode({'purpose': plan.purpose})}"


def plan_page(plan: SamplingPlan, *, at: datetime) -> PlanPage:
    """One plan with what it would do now."""
    run = plans.dry_run(plan, at=at)
    order = list(DecisionOutcome.values)
    lines = sorted(run.lines, key=lambda line: (order.index(line.outcome), -line.n, line.reason))
    is_event = plan.trigger == PlanTrigger.EVENT
    facts = [
        (_("Survey"), plan.survey.label),
        (_("Who"), whom(plan)),
        (_("When"), when(plan)),
        (_("How"), how(plan)),
        (_("Reminders"), reminding(plan)),
        (_("Purpose"), plan.get_purpose_display()),
        (_("Worth asking for"), contact_words.length(plan.worth_hours)),
    ]
    if plan.hold_out_share:
        share = f"{100 * plan.hold_out_share:g}"
        facts.append((_("Held out"), _("%(share)s %%, always the same customers") % {"share": share}))
    return PlanPage(
        plan=plan,
        headline=_headline(run),
        missing_text_url=_missing_text_url(plan, at),
        facts=facts,
        run=run,
        effects=[
            Effect(
                line.outcome,
                str(DecisionOutcome(line.outcome).label),
                contact_words.why(line.reason, line.rule),
                line.n,
            )
            for line in _with_rest(run, lines)
        ],
        examples=[_example(verdict) for verdict in run.examples],
        waves=list(plan.waves.order_by("-number")[:10]),
        next_number=plans.next_number(plan),
        may_start=plan.is_active and not is_event,
        is_event=is_event,
        has_list=plan.audience == PlanAudience.LIST,
        list_hint=_list_hint(plan),
        list_limit=people_lists.MAX_LIST,
        waiting=plan.asks.filter(status=AskStatus.WAITING).count(),
        ledger_url=f"{reverse('feedback:decision-list')}?{urlencode({'plan': plan.pk})}",
    )


# --- the ledger -------------------------------------------------------------------------------
@dataclass(frozen=True)
class Entry:
    decision: ContactDecision
    title: str
    why: str


@dataclass(frozen=True)
class Ledger:
    entries: Sequence[Entry]
    plans: Sequence[SamplingPlan]
    outcomes: Sequence[tuple[str, Any]]
    plan: int | None
    outcome: str
    customer: str
    next_url: str
    is_filtered: bool


def _entry(row: ContactDecision) -> Entry:
    because = "" if row.outcome == DecisionOutcome.ASKED else contact_words.why(row.reason, row.rule)
    return Entry(row, contact_words.title(row), because)


def ledger(user: Any, program: Program, asked: Mapping[str, str]) -> Ledger:
    """Decisions, the newest first, by plan, outcome and customer (number or e-mail address)."""
    rows = ContactDecision.objects.visible_to(user).filter(program=program)
    plan, outcome = number_in(asked.get("plan", "")), asked.get("outcome", "")
    customer = asked.get("customer", "").replace("\x00", "").strip()[:254]
    before = number_in(asked.get("before", ""))
    if plan is not None:
        rows = rows.filter(plan_id=plan)
    if outcome in DecisionOutcome.values:
        rows = rows.filter(outcome=outcome)
    if customer:
        number = number_in(customer)
        people = Customer.objects.visible_to(user).filter(program=program)
        meant = people.filter(pk=number) if number is not None else people.with_email(customer)
        rows = rows.filter(customer__in=list(meant.values_list("pk", flat=True)[:50]))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.select_related("customer", "survey", "rule", "plan", "wave").order_by("-pk")[: PAGE_SIZE + 1])
    more, found = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
    kept = {"plan": plan or "", "outcome": outcome, "customer": customer}
    query = urlencode({name: value for name, value in kept.items() if value} | {"before": found[-1].pk if more else ""})
    return Ledger(
        entries=[_entry(row) for row in found],
        plans=list(_visible(user, program)),
        outcomes=DecisionOutcome.choices,
        plan=plan,
        outcome=outcome,
        customer=customer,
        next_url=f"?{query}" if more else "",
        is_filtered=bool(plan or outcome or customer),
    )  # fmt: skip
