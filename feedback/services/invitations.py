"""Personal invitations: their secret addresses, what became of them, and the one answer that each takes.

The secret of an address is computed from the house's key and the invitation's natural key, so that a reminder or a
second attempt carries the same address although only a hash of it is stored: a copy of the database answers nothing.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cxprogram.errors import ConflictError, NotFoundError
from cxprogram.models import OrgUnit
from feedback import robots
from feedback.choices import AskChannel, InvitationStatus
from feedback.models import EmailClick, Invitation, Survey, token_hash
from feedback.services import answer_checks, responses
from feedback.services.responses import Recorded, Submission
from feedback.services.surveys import Door
from journeys.choices import Purpose
from journeys.models import Customer
from journeys.services import consents

SOURCE = "invitation"
MAX_TOKEN = 100
# Whoever holds an address may open it as often as they like; beyond this many a minute nothing more is written down.
MAX_CLICKS = 20
MINUTE = timedelta(minutes=1)


class InvitationClosedError(NotFoundError):
    """Unknown, used, expired, called off or closed: nobody is told which."""

    code = "invitation-closed"


@dataclass(frozen=True)
class Asking:
    """Whom to ask what: the facts of a new invitation."""

    source: str
    external_id: str
    channel: str = AskChannel.EMAIL
    address: str = ""
    customer: Customer | None = None
    language: str = ""
    unit: OrgUnit | None = None
    touchpoint_id: int | None = None
    event_key: str = ""
    context: Mapping[str, Any] = field(default_factory=dict)
    send_at: datetime | None = None
    expires_at: datetime | None = None


def token_of(program_id: int, source: str, external_id: str) -> str:
    """The secret in the address of the invitation: 192 bits, the same each time it is asked for."""
    named = "\x1f".join(("cx-invitation", str(program_id), source, external_id))
    digest = hmac.digest(settings.SECRET_KEY.encode(), named.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:24]).decode()


@transaction.atomic
def token_for(invitation: Invitation) -> str:
    """The secret for the mail that is being sent; after a change of the house's key the address is made anew."""
    token = token_of(invitation.program_id, invitation.source, invitation.external_id)
    digest = token_hash(token)
    if bytes(invitation.token_hash) != digest:
        invitation.token_hash = digest
        invitation.save(update_fields=["token_hash"])
    return token


def make(survey: Survey, asking: Asking, *, at: datetime) -> tuple[Invitation, bool]:
    """Plan to ask somebody; a repeat of the natural key finds the invitation that is there. (invitation, is new)"""
    return Invitation.objects.get_or_create(
        program_id=survey.program_id,
        source=asking.source,
        external_id=asking.external_id,
        defaults={
            "survey": survey,
            "customer": asking.customer,
            "channel": asking.channel,
            "address": asking.address,
            "language": asking.language,
            "unit": asking.unit,
            "touchpoint_id": asking.touchpoint_id,
            "event_key": asking.event_key,
            "context": dict(asking.context),
            "token_hash": token_hash(token_of(survey.program_id, asking.source, asking.external_id)),
            "created_at": at,
            "send_at": asking.send_at or at,
            "expires_at": asking.expires_at,
        },
    )


def find(token: str) -> Invitation | None:
    """The invitation with this address, whatever became of it; one query whether there is one or not."""
    rows = Invitation.objects.select_related("survey__program", "unit")
    return rows.filter(token_hash=token_hash(token[: MAX_TOKEN + 1])).first()


def is_answerable(invitation: Invitation, *, at: datetime) -> bool:
    """Whether it still takes an answer; the same conditions as `InvitationQuerySet.answerable`."""
    over = (InvitationStatus.ANSWERED, InvitationStatus.EXPIRED, InvitationStatus.CANCELLED)
    is_late = invitation.expires_at is not None and invitation.expires_at <= at
    return invitation.status not in over and invitation.survey.is_open and not is_late


def opened(invitation: Invitation, visit: robots.Visit, *, question: str = "", score: int | None = None) -> None:
    """Write down that the address was opened, and by whom as far as one can tell.

    A score in the address is a click, kept apart from the answers. Clicks that look like a scanner's are flagged, those
    of the same second with them; only people open an invitation.
    """
    at = visit.at
    recent = list(invitation.clicks.filter(at__gt=at - MINUTE).order_by("-at")[:MAX_CLICKS])
    if len(recent) == MAX_CLICKS:
        return
    burst = [click for click in recent if at - click.at <= robots.BURST]
    signs = robots.signs(visit, sent_at=invitation.sent_at, scores=[click.score for click in burst] + [score])
    if score is not None or signs:
        EmailClick.objects.create(
            invitation=invitation,
            at=at,
            method=visit.method,
            question_code=question,
            score=score,
            user_agent=visit.user_agent[:200],
            is_suspect=bool(signs),
            reasons=signs,
        )
    if "burst" in signs:
        for click in burst:
            if "burst" not in click.reasons:
                click.is_suspect, click.reasons = True, [*click.reasons, "burst"]
                click.save(update_fields=["is_suspect", "reasons"])
    if not signs and invitation.opened_at is None:
        Invitation.objects.filter(pk=invitation.pk, opened_at=None).update(opened_at=at)


def split_context(door: Door, context: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is known beforehand: answers to the survey's hidden questions, and attributes of the answer."""
    known: dict[str, Any] = {}
    attributes: dict[str, Any] = {}
    for name, value in context.items():
        question = door.questions.get(name)
        if question is not None and question.is_hidden and answer_checks.fits(question, value):
            known[name] = value
        else:
            attributes[name] = value
    return known, attributes


def answer(
    invitation: Invitation,
    door: Door,
    answers: Mapping[str, Any],
    *,
    language: str,
    attributes: Mapping[str, Any],
    at: datetime,
) -> Recorded:
    """Record the one answer of an invitation, in one transaction with its end.

    A repeat of the same answer is a repeat. Raises InvitationClosedError for an invitation that takes no (more) answer,
    AnswerError for what is no answer.
    """
    with transaction.atomic():
        held = Invitation.objects.select_for_update(of=("self",)).select_related("survey").get(pk=invitation.pk)
        is_repeat = held.status == InvitationStatus.ANSWERED and held.response_id is not None
        if not is_repeat and not is_answerable(held, at=at):
            raise InvitationClosedError(_("This address takes no answer."))
        if is_repeat and held.response is not None:
            # What the sender did not say is as it was the first time; only the answers are compared.
            attributes, language = held.response.attributes, held.response.language
        submission = Submission(
            source=SOURCE,
            external_id=str(held.pk),
            answers=answers,
            unit=invitation.unit,
            channel=held.channel,
            language=language,
            attributes=attributes,
            touchpoint_id=held.touchpoint_id,
            customer_id=held.customer_id,
        )
        try:
            recorded = responses.record(door, submission, at=at)
        except ConflictError as error:
            raise InvitationClosedError(_("This address takes no answer.")) from error
        if recorded.is_new:
            held.status, held.answered_at, held.response_id = InvitationStatus.ANSWERED, at, recorded.response_id
            held.leased_until = None
            held.save(update_fields=["status", "answered_at", "response", "leased_until"])
    return recorded


def purpose_of(invitation: Invitation) -> str:
    """For which purpose the person was asked, by the newest decision."""
    asked = invitation.decisions.exclude(purpose="").order_by("-pk").first()
    return asked.purpose if asked else Purpose.SURVEY


@transaction.atomic
def unsubscribe(token: str, *, at: datetime) -> Invitation | None:
    """Ask this person no more: what is planned for the same address and survey is called off, and the customer's
    consent to the purpose for which they were asked is taken back, in the same transaction.

    The first time counts, a repeat changes nothing. None for an address that nobody knows.
    """
    invitation = find(token)
    if invitation is None:
        return None
    if Invitation.objects.filter(pk=invitation.pk, unsubscribed_at=None).update(unsubscribed_at=at):
        same = Q(pk=invitation.pk)
        if invitation.address:
            same |= Q(address=invitation.address, survey=invitation.survey)
        Invitation.objects.filter(same, program=invitation.program_id, status=InvitationStatus.PLANNED).update(
            status=InvitationStatus.CANCELLED
        )
        if invitation.customer is not None and invitation.customer.is_standing:
            consents.withdraw(invitation.customer, purpose_of(invitation), channel=invitation.channel, at=at)
    return invitation
