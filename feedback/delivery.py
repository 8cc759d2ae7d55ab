"""Handing over invitations that wait: claimed under a lease, looked at once more, rendered, sent, and marked.

Only what the ledger says was asked is sent. The message holds the secret of its reader, so it is made as it is sent
and stored nowhere. A worker that dies between the server's yes and the mark sends again: the message then has the same
Message-ID.
"""

import hashlib
import logging
import smtplib
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import parseaddr

from django.conf import settings
from django.db import transaction
from django.db.models import Case, Exists, F, OuterRef, Value, When
from django.db.models.functions import Coalesce

from cxprogram import mail, sms
from feedback.choices import AskChannel, BounceKind, DecisionOutcome, DecisionReason, InvitationStatus
from feedback.models import ContactDecision, Invitation, StoppedAddress
from feedback.models.plan import SENDABLE
from feedback.pages import ask_message
from feedback.services import bounces, decisions, invitations, surveys
from journeys.services import consents

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=5)
# So few that the slowest server has answered for all of them before the lease runs out.
BATCH = 10
MAX_ATTEMPTS = 8


def deliver_due(*, at: datetime, most: int = 2_000) -> int:
    """Send what waits, a claimed batch at a time. Returns how many messages were handed over."""
    sent = looked_at = 0
    while looked_at < most and (batch := claim(at=at)):
        looked_at += len(batch)
        sent += sum(deliver(invitation, at=at) for invitation in batch)
    return sent


@transaction.atomic
def claim(*, at: datetime, size: int = BATCH) -> list[Invitation]:
    """Take invitations that nobody else holds, the oldest first; uses the index invitation_due."""
    was_asked = ContactDecision.objects.filter(invitation=OuterRef("pk"), outcome=DecisionOutcome.ASKED)
    rows = (
        Invitation.objects.due(at)
        .filter(Exists(was_asked), channel__in=SENDABLE)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("survey__program", "customer")
        .order_by("send_at", "pk")
    )
    taken = list(rows[:size])
    Invitation.objects.filter(pk__in=[row.pk for row in taken]).update(
        status=InvitationStatus.SENDING, leased_until=at + LEASE
    )
    return taken


def deliver(invitation: Invitation, *, at: datetime) -> bool:
    """Send one claimed invitation, or its reminder if it was sent before. Whether it was handed over."""
    if reason := _stands_against(invitation, at=at):
        _call_off(invitation, reason, at=at)
        return False
    try:
        _transmit(invitation)
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()), (0, b""))
        _refused(invitation, code, said, at=at)
    except OSError as error:  # smtplib's errors and those of the gateway are OSErrors
        _put_off(invitation, type(error).__name__, at=at)
    else:
        _sent(invitation, at=at)
        return True
    return False


def _stands_against(invitation: Invitation, *, at: datetime) -> str:
    """What has happened since the decision: a word about consent, a bounce, the end of the survey, an answer."""
    if not invitations.is_answerable(invitation, at=at):
        return DecisionReason.INVITATION_OVER if invitation.survey.is_open else DecisionReason.SURVEY_CLOSED
    if invitation.customer is None:
        return DecisionReason.CUSTOMER_ERASED
    word = consents.may_contact(invitation.customer, purpose=_purpose(invitation), at=at)
    if not word.is_allowed:
        return word.reason
    stopped = StoppedAddress.objects.filter(
        program=invitation.program_id, address_hash=decisions.address_hash(invitation.address), is_stopped=True
    )
    return DecisionReason.ADDRESS_STOPPED if stopped.exists() else ""


def _last(invitation: Invitation) -> ContactDecision:
    return invitation.decisions.filter(outcome=DecisionOutcome.ASKED).order_by("-pk")[0]


def _purpose(invitation: Invitation) -> str:
    return _last(invitation).purpose


def _back(invitation: Invitation) -> str:
    """What it is when nothing more is sent: of a reminder the invitation stays sent."""
    return InvitationStatus.SENT if invitation.sent_at else InvitationStatus.CANCELLED


@transaction.atomic
def _call_off(invitation: Invitation, reason: str, *, at: datetime) -> None:
    """Send nothing, and say so in the ledger."""
    its = Invitation.objects.filter(pk=invitation.pk, status=InvitationStatus.SENDING)
    if its.update(status=_back(invitation), leased_until=None):
        row = _last(invitation)
        row.pk, row.at, row.outcome, row.reason, row.address_hash = None, at, DecisionOutcome.SKIPPED, reason, None
        decisions.record([row])


def _transmit(invitation: Invitation) -> None:
    door = surveys.door(invitation.survey.slug)
    token = invitations.token_for(invitation)
    is_reminder = invitation.sent_at is not None
    if invitation.channel == AskChannel.SMS:
        sms.transmit(ask_message.text(invitation, door, token, is_reminder=is_reminder))
        return
    message = ask_message.mail(invitation, door, token, is_reminder=is_reminder)
    named = hashlib.sha256(f"{message.key}:{invitation.send_at.isoformat()}".encode()).hexdigest()[:32]
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    mail.transmit(replace(message, headers={**message.headers, "Message-ID": f"<{named}@{domain}>"}))


def _sent(invitation: Invitation, *, at: datetime) -> None:
    """Mark it; one that was answered in the meantime stays answered."""
    first = invitation.sent_at is None
    Invitation.objects.filter(pk=invitation.pk).update(
        status=Case(When(status=InvitationStatus.SENDING, then=Value(InvitationStatus.SENT)), default=F("status")),
        leased_until=None,
        last_error="",
        sent_at=Coalesce(F("sent_at"), Value(at)),
        reminded_at=F("reminded_at") if first else Value(at),
    )
    bounces.arrived(invitation.survey.program, invitation.address)


def _refused(invitation: Invitation, code: int, said: bytes, *, at: datetime) -> None:
    """The server does not know the address (5xx), or not now (4xx)."""
    detail = f"{code} {said.decode('utf-8', 'replace')}" if isinstance(said, bytes) else str(code)
    kind = BounceKind.HARD if 500 <= code < 600 else BounceKind.SOFT
    known = bounces.record(invitation.survey.program, invitation.address, kind=kind, at=at, detail=detail)
    if not known.is_stopped:
        _put_off(invitation, detail, at=at)
    else:
        its = Invitation.objects.filter(pk=invitation.pk, status=InvitationStatus.SENDING)
        its.update(status=InvitationStatus.BOUNCED, leased_until=None, last_error=detail[:300])


def _put_off(invitation: Invitation, why: str, *, at: datetime) -> None:
    """Try again later, longer each time; given up at last."""
    attempts = invitation.attempts + 1
    log.warning("invitation %s was not sent: %s", invitation.pk, why)
    gave_up = InvitationStatus.SENT if invitation.sent_at else InvitationStatus.FAILED
    Invitation.objects.filter(pk=invitation.pk, status=InvitationStatus.SENDING).update(
        status=gave_up if attempts >= MAX_ATTEMPTS else InvitationStatus.PLANNED,
        attempts=attempts,
        leased_until=at + timedelta(minutes=2**attempts),
        last_error=why[:300],
    )
