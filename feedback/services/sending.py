"""Sending: planned asks that are due are decided, and become invitations and their messages.

The decision, its row in the ledger and the invitation are one transaction, taken while the customers are held. Workers
take what nobody else holds; one that dies leaves everything as it was.
"""

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from feedback.choices import AskStatus, DecisionOutcome, DecisionReason, InvitationStatus
from feedback.models import Invitation, PlannedAsk
from feedback.services import decisions, invitations
from feedback.services.decisions import Verdict

log = logging.getLogger(__name__)
BATCH = 200
MAX_ATTEMPTS = 5
RETRY = timedelta(minutes=5)


def decide_due(*, at: datetime, batch: int = BATCH, most: int = 20_000) -> int:
    """Decide all that is due, a batch a transaction. Returns how many were decided.

    A batch that fails on our side is taken apart: the ask that fails waits and is given up at last, the others go on.
    """
    done = 0
    while done < most:
        ids: list[int] = []
        try:
            n = _decide_batch(at=at, size=batch, taken=ids)
        except Exception:
            log.exception("a batch of %s asks failed; they are taken one by one", len(ids))
            n = sum(_decide_one(pk, at=at) for pk in ids)
        if not n:
            break
        done += n
    return done


@transaction.atomic
def _decide_batch(*, at: datetime, size: int, taken: list[int]) -> int:
    asks = list(
        PlannedAsk.objects.due(at)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("plan__program", "plan__survey", "invitation")[:size]
    )
    taken.extend(ask.pk for ask in asks)
    _decide(asks, at=at)
    return len(asks)


def _decide_one(pk: int, *, at: datetime) -> int:
    """One ask alone; counts as decided even if it fails, since it waits until later then."""
    try:
        with transaction.atomic():
            rows = PlannedAsk.objects.due(at).filter(pk=pk).select_for_update(skip_locked=True, of=("self",))
            _decide(list(rows.select_related("plan__program", "plan__survey", "invitation")), at=at)
    except Exception:
        log.exception("ask %s failed", pk)
        with transaction.atomic():
            _postpone(PlannedAsk.objects.select_related("plan", "customer").get(pk=pk), at=at)
    return 1


def _postpone(ask: PlannedAsk, *, at: datetime) -> None:
    ask.attempts += 1
    ask.due_at = at + RETRY * 2**ask.attempts
    if ask.attempts >= MAX_ATTEMPTS:
        ask.status = AskStatus.FAILED
        decisions.record([decisions.as_row(Verdict(ask, DecisionOutcome.SKIPPED, DecisionReason.ERROR), at=at)])
    ask.save(update_fields=["attempts", "due_at", "status"])


def _decide(asks: Sequence[PlannedAsk], *, at: datetime) -> None:
    """Hold the customers, judge, invite, write the ledger; in the caller's transaction."""
    held = decisions.lock({ask.customer_id for ask in asks})
    by_program: dict[int, list[PlannedAsk]] = defaultdict(list)
    for ask in sorted(asks, key=lambda ask: (ask.due_at, ask.customer_id)):
        ask.customer = held[ask.customer_id]
        by_program[ask.plan.program_id].append(ask)
    rows = []
    for _program, its in sorted(by_program.items()):
        for verdict in decisions.judge(its, at=at):
            rows.append(decisions.as_row(verdict, at=at, invitation=_carry_out(verdict, at=at)))
    decisions.record(rows)


def _carry_out(verdict: Verdict, *, at: datetime) -> Invitation | None:
    ask = verdict.ask
    invitation = None
    if verdict.outcome == DecisionOutcome.DELAYED:
        assert verdict.eligible_at is not None
        ask.due_at = verdict.eligible_at
    elif verdict.outcome == DecisionOutcome.SKIPPED:
        ask.status = AskStatus.SKIPPED
    else:
        ask.status = AskStatus.ASKED
        invitation = ask.invitation = _remind(ask, at=at) if ask.reminder else _invite(verdict, at=at)
        _plan_reminder(ask, at=at)
    ask.save(update_fields=["due_at", "status", "invitation"])
    return invitation


def _invite(verdict: Verdict, *, at: datetime) -> Invitation:
    """The invitation of an ask; its natural key is the ask's, so that there is never a second."""
    ask, plan = verdict.ask, verdict.ask.plan
    asking = invitations.Asking(
        source=f"plan-{plan.pk}",
        external_id=f"{ask.cause}-{ask.customer_id}",
        channel=verdict.channel,
        address=verdict.address,
        customer=ask.customer,
        language=ask.customer.language or plan.program.language,
        unit=ask.unit,
        touchpoint_id=ask.touchpoint_id or plan.touchpoint_id,
        event_key=ask.cause,
        context=ask.context,
        send_at=at,
        expires_at=at + timedelta(days=plan.answer_days),
    )
    return invitations.make(plan.survey, asking, at=at)[0]


def _remind(ask: PlannedAsk, *, at: datetime) -> Invitation:
    """The same invitation once more: it waits to be sent as it did the first time, and keeps when that was."""
    invitation = ask.invitation
    assert invitation is not None
    invitation.status, invitation.send_at, invitation.attempts = InvitationStatus.PLANNED, at, 0
    invitation.save(update_fields=["status", "send_at", "attempts"])
    return invitation


def _plan_reminder(ask: PlannedAsk, *, at: datetime) -> None:
    plan, invitation = ask.plan, ask.invitation
    if ask.reminder >= plan.reminders or invitation is None:
        return
    due_at = at + timedelta(days=plan.reminder_after_days)
    PlannedAsk.objects.get_or_create(
        plan=plan,
        cause=ask.cause,
        customer_id=ask.customer_id,
        reminder=ask.reminder + 1,
        defaults={
            "wave_id": ask.wave_id,
            "unit_id": ask.unit_id,
            "touchpoint_id": ask.touchpoint_id,
            "context": ask.context,
            "due_at": due_at,
            "until": invitation.expires_at or due_at + timedelta(hours=plan.worth_hours),
            "invitation": invitation,
        },
    )
