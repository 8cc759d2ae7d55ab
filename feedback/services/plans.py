"""Plans of whom to ask: what one would do, its waves, and the events that it reacts to.

A plan writes planned asks and nothing else; who of them is asked is decided when they are due (`sending`).
"""

import copy
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from cxprogram.errors import ConflictError, DomainError
from cxprogram.models import Program
from feedback.choices import PlanEvent, PlanTrigger
from feedback.models import ContactRule, EventCursor, PlannedAsk, SamplingPlan, SupportCase, Ticket, Wave
from feedback.services import case_closings, decisions, draws, not_drawn
from feedback.services.decisions import Verdict
from journeys.models import Customer, Interaction, InteractionKey

# A dry run looks at no more than so many of those drawn, an event's at those of so many days.
MAX_LOOKED_AT = 20_000
LOOK_BACK = timedelta(days=7)
SHOWN = 20


class PlanError(DomainError):
    code = "plan-refused"


# --- what would happen ------------------------------------------------------------------------
@dataclass(frozen=True)
class Line:
    """How many would meet one decision, and why."""

    outcome: str
    reason: str
    rule: ContactRule | None
    n: int


@dataclass(frozen=True)
class DryRun:
    """What a plan would do at a moment. `looked_at` of the `drawn` were decided; `examples` are the first of them."""

    plan: SamplingPlan
    at: datetime
    population: int
    drawn: int
    looked_at: int
    lines: Sequence[Line]
    examples: Sequence[Verdict]
    groups: Mapping[str, int] = field(default_factory=dict)

    @property
    def not_drawn(self) -> int:
        """Those in the base whom the next wave would leave out; after events nobody is drawn."""
        return max(0, self.population - self.drawn) if self.plan.trigger == PlanTrigger.WAVE else 0

    def count(self, outcome: str) -> int:
        return sum(line.n for line in self.lines if line.outcome == outcome)


def dry_run(plan: SamplingPlan, *, at: datetime, limit: int = MAX_LOOKED_AT) -> DryRun:
    """What the plan would do if it ran now: the next wave, or the events of the last days. Writes nothing."""
    plan = copy.copy(plan)
    plan.is_active = True
    no_groups: Mapping[str, int] = {}
    if plan.trigger == PlanTrigger.EVENT:
        asks = list(_asks_of(plan, _recent(plan, since=at - LOOK_BACK), at=at))
        people = Customer.objects.select_related("program").in_bulk({ask.customer_id for ask in asks})
        for ask in asks:
            ask.customer, ask.due_at, ask.until = people[ask.customer_id], at, at + timedelta(hours=plan.worth_hours)
        drawn, groups = len(asks), no_groups
        asks = asks[:limit]
    else:
        sample = draws.draw(plan, next_number(plan), at=at)
        until = at + timedelta(hours=plan.worth_hours)
        asks = draws.unsaved(plan, sample.rows, cause=_cause(next_number(plan)), due_at=at, until=until, limit=limit)
        drawn, groups = sample.rows.count(), sample.groups
    n = draws.population(plan, at).count()
    verdicts = decisions.judge(_in_order(asks), at=at)
    counted = Counter((each.outcome, each.reason, each.rule) for each in verdicts)
    lines = [Line(*facts, n=count) for facts, count in counted.most_common()]
    return DryRun(plan, at, n, drawn, len(asks), lines, verdicts[:SHOWN], dict(groups))


def _in_order(asks: Iterable[PlannedAsk]) -> list[PlannedAsk]:
    """As they are decided when they are due."""
    return sorted(asks, key=lambda ask: (ask.due_at, ask.customer_id))


# --- waves ------------------------------------------------------------------------------------
def next_number(plan: SamplingPlan) -> int:
    return (plan.waves.aggregate(last=Max("number"))["last"] or 0) + 1


def _cause(number: int) -> str:
    return f"wave-{number}"


@transaction.atomic
def start_wave(plan: SamplingPlan, *, at: datetime, number: int | None = None) -> Wave:
    """Draw the sample and write it down as asks that are due now. The same wave again is the wave that is there.

    Raises ConflictError (`plan-stopped`, `plan-not-in-waves`, `wave-not-next`).
    """
    plan = SamplingPlan.objects.select_for_update(of=("self",)).select_related("program", "survey").get(pk=plan.pk)
    if not plan.is_active:
        raise ConflictError(_("The plan does not run. Start it first."), code="plan-stopped")
    if plan.trigger != PlanTrigger.WAVE:
        raise ConflictError(_("The plan asks after events, not in waves."), code="plan-not-in-waves")
    number = number or next_number(plan)
    if known := plan.waves.filter(number=number).first():
        return known
    if number < next_number(plan):
        raise ConflictError(_("A later wave has been drawn already."), code="wave-not-next")
    base = not_drawn.base(draws.population(plan, at))
    sample = draws.draw(plan, number, at=at)
    wave = Wave.objects.create(plan=plan, number=number, at=at, population=len(base), groups=dict(sample.groups))
    until = at + timedelta(hours=plan.worth_hours)
    wave.drawn = draws.write(wave, sample.rows, cause=_cause(number), due_at=at, until=until)
    if wave.drawn < wave.population:
        not_drawn.write(wave, base, cause=_cause(number))
    wave.save(update_fields=["drawn"])
    return wave


def due_number(plan: SamplingPlan, at: datetime) -> int | None:
    """The number of the wave whose time has come and that has not been drawn; those missed are left out."""
    if plan.first_wave_at is None or plan.first_wave_at > at:
        return None
    passed = 1
    if plan.wave_every_days:
        # Whole days by the calendar: a wave at nine stays at nine when the clocks change.
        first, now = (moment.astimezone(plan.program.zone) for moment in (plan.first_wave_at, at))
        days = (now.date() - first.date()).days - (now.time() < first.time())
        passed += days // plan.wave_every_days
    return passed if passed >= next_number(plan) else None


def start_due_waves(*, at: datetime) -> int:
    """The sweep: draw every wave whose time has come. Returns how many."""
    plans = SamplingPlan.objects.running().filter(trigger=PlanTrigger.WAVE, first_wave_at__lte=at)
    due = [(plan, due_number(plan, at)) for plan in plans.select_related("program")]
    for plan, number in due:
        if number is not None:
            start_wave(plan, at=at, number=number)
    return sum(number is not None for _plan, number in due)


# --- events -----------------------------------------------------------------------------------
@dataclass(frozen=True)
class Happened:
    """One event in the life of one customer; `cause` names it for good."""

    kind: str
    customer_id: int
    at: datetime
    cause: str
    type: str = ""
    stage_id: int | None = None
    touchpoint_id: int | None = None
    unit_id: int | None = None
    context: Mapping[str, Any] = field(default_factory=dict)

    def is_meant(self, plan: SamplingPlan) -> bool:
        if plan.event != self.kind:
            return False
        if plan.event == PlanEvent.INTERACTION:
            return plan.event_type == self.type
        return plan.event != PlanEvent.STAGE or plan.stage_id == self.stage_id


def _asks_of(plan: SamplingPlan, events: Iterable[Happened], *, at: datetime) -> Iterable[PlannedAsk]:
    for event in events:
        due_at = event.at + timedelta(hours=plan.delay_hours)
        until = due_at + timedelta(hours=plan.worth_hours)
        if event.is_meant(plan) and until > at:
            yield PlannedAsk(
                plan=plan,
                customer_id=event.customer_id,
                cause=event.cause,
                unit_id=event.unit_id,
                touchpoint_id=plan.touchpoint_id or event.touchpoint_id,
                context=dict(event.context),
                due_at=due_at,
                until=until,
            )


def react(program: Program, events: Sequence[Happened], *, at: datetime) -> int:
    """Queue what the running plans ask after these events. An event makes one ask of a plan, however often it is told.

    Returns how many asks the events make, those that were there already among them.
    """
    plans = SamplingPlan.objects.running().filter(program=program, trigger=PlanTrigger.EVENT).select_related("program")
    asks = [ask for plan in plans for ask in _asks_of(plan, events, at=at)]
    PlannedAsk.objects.bulk_create(asks, ignore_conflicts=True, batch_size=1000)
    return len(asks)


def _events_in(plans: Sequence[SamplingPlan], rows: Any) -> list[Happened]:
    """Interactions as the events that these plans know them by. A stage is reached once in a run of the journey."""
    types = {plan.event_type for plan in plans if plan.event == PlanEvent.INTERACTION}
    stages = {plan.stage_id for plan in plans if plan.event == PlanEvent.STAGE}
    found = []
    wanted = rows.filter(customer__isnull=False).filter(Q(type__in=types) | Q(touchpoint__stage__in=stages))
    for pk, customer, at, kind, touchpoint, stage, unit, episode in wanted.values_list(
        "pk", "customer_id", "at", "type", "touchpoint_id", "touchpoint__stage_id", "unit_id", "episode_id"
    ):
        where = {"touchpoint_id": touchpoint, "unit_id": unit}
        if kind in types:
            found.append(Happened(PlanEvent.INTERACTION, customer, at, f"interaction-{pk}", type=kind, **where))
        if stage in stages:
            run = f"episode-{episode}" if episode else f"interaction-{pk}"
            found.append(Happened(PlanEvent.STAGE, customer, at, f"stage-{stage}-{run}", stage_id=stage, **where))
    return found


def _recent(plan: SamplingPlan, *, since: datetime) -> list[Happened]:
    """The events of the last days that a dry run looks at."""
    if plan.event == PlanEvent.TICKET_CLOSED:
        closed = Ticket.objects.filter(program=plan.program_id, closed_at__gt=since, customer__isnull=False)
        return [ticket_closed(ticket) for ticket in closed]
    if plan.event == PlanEvent.CASE_CLOSED:
        return [case_closed(case, at=at) for case, at in case_closings.since(plan.program_id, since)]
    return _events_in([plan], Interaction.objects.filter(program=plan.program_id, at__gt=since))


def ticket_closed(ticket: Ticket) -> Happened:
    """The event of a ticket that was closed and told to its customer."""
    assert ticket.customer_id is not None and ticket.closed_at is not None
    return Happened(
        PlanEvent.TICKET_CLOSED, ticket.customer_id, ticket.closed_at, f"ticket-{ticket.pk}", unit_id=ticket.unit_id
    )


def case_closed(case: SupportCase, *, at: datetime) -> Happened:
    """The event of a support case that its source closed at the moment."""
    assert case.customer_id is not None
    return Happened(PlanEvent.CASE_CLOSED, case.customer_id, at, f"case-{case.pk}", unit_id=case.unit_id)


SNAPSHOT = """
    SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint FROM pg_current_snapshot() s
"""


@transaction.atomic
def react_to_interactions(program: Program, *, at: datetime) -> int:
    """The sweep: look at the interactions since the last look, and at those whose transactions were open then.

    Interactions of one moment are written by transactions that end in another order than their numbers: numbers are
    only left behind when every transaction that might bring a lower one is over.
    """
    plans = list(
        SamplingPlan.objects.running()
        .filter(program=program, trigger=PlanTrigger.EVENT, event__in=(PlanEvent.INTERACTION, PlanEvent.STAGE))
        .select_related("program")
    )
    EventCursor.objects.get_or_create(program=program)
    cursor = EventCursor.objects.select_for_update(skip_locked=True).filter(program=program).first()
    if cursor is None:  # another worker is looking
        return 0
    with connection.cursor() as sql:
        sql.execute(SNAPSHOT)
        oldest_open, next_xid = sql.fetchone()
    newest = InteractionKey.objects.aggregate(newest=Max("pk"))["newest"] or 0
    queued = 0
    if plans:
        longest = max(timedelta(hours=plan.delay_hours + plan.worth_hours) for plan in plans)
        rows = Interaction.objects.filter(program=program, pk__gt=cursor.low_id, at__gt=at - longest)
        queued = react(program, _events_in(plans, rows), at=at)
    if oldest_open >= cursor.mark_xid or next_xid < cursor.mark_xid:  # the second: a restored dump counts anew
        cursor.low_id, cursor.mark_id, cursor.mark_xid = cursor.mark_id, newest, next_xid
        cursor.save()
    return queued
