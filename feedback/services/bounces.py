"""Messages that come back: the address is marked by its hash, and stopped where it will never take one.

Told by the mail server while a message is handed over, or later by whoever reads the returned mail (API).
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from cxprogram.errors import DomainError
from cxprogram.models import Program
from feedback.choices import BounceKind, InvitationStatus
from feedback.models import Invitation, StoppedAddress
from feedback.services.decisions import address_hash
from journeys.choices import Purpose
from journeys.models import Customer
from journeys.services import consents

# So many soft bounces without a message that arrived stop an address as well.
MAX_SOFT = 3
FUTURE = timedelta(hours=24)
ON_THE_WAY = (InvitationStatus.PLANNED, InvitationStatus.SENDING, InvitationStatus.SENT)


class BounceError(DomainError):
    code = "bounce-invalid"


@transaction.atomic
def record(
    program: Program, address: str, *, kind: str, at: datetime, detail: str = "", now: datetime | None = None
) -> StoppedAddress:
    """Mark the address; the same bounce told again changes nothing.

    - a hard bounce stops it, and so does the third soft one in a row;
    - a complaint stops it and takes back the consent to be asked;
    - invitations on the way to a stopped address have bounced.

    `now` is the clock of whoever takes the word of another system. Raises BounceError (`address-missing`,
    `bounce-kind-unknown`, `bounced-in-future`).
    """
    address = address.strip()
    if not address:
        raise BounceError(_("Name the address."), code="address-missing")
    if kind not in BounceKind.values:
        raise BounceError(_("A bounce is hard, soft or a complaint."), code="bounce-kind-unknown")
    if now is not None and at > now + FUTURE:
        raise BounceError(_("The bounce lies in the future."), code="bounced-in-future")
    known, is_new = StoppedAddress.objects.get_or_create(
        program=program,
        address_hash=address_hash(address),
        defaults={"kind": kind, "is_stopped": kind != BounceKind.SOFT, "detail": detail[:300],
                  "first_at": at, "last_at": at},
    )  # fmt: skip
    if not is_new:
        known = StoppedAddress.objects.select_for_update().get(pk=known.pk)
        if at <= known.last_at:
            return known
        known.bounces, known.last_at, known.detail = known.bounces + 1, at, detail[:300]
        if kind != BounceKind.SOFT or not known.is_stopped:
            known.kind = kind
        known.is_stopped = known.is_stopped or kind != BounceKind.SOFT or known.bounces >= MAX_SOFT
        known.save()
    if known.is_stopped:
        _stop(program, address, kind=kind, at=at)
    return known


def _stop(program: Program, address: str, *, kind: str, at: datetime) -> None:
    by_mail = Customer.objects.filter(program=program).with_email(address)
    people = [*by_mail, *Customer.objects.filter(program=program, phone=address)]
    its = Invitation.objects.filter(customer__in=people, address__iexact=address, status__in=ON_THE_WAY)
    its.update(status=InvitationStatus.BOUNCED, leased_until=None)
    if kind == BounceKind.COMPLAINT:
        for customer in people:
            if customer.is_standing:
                consents.withdraw(customer, Purpose.SURVEY, channel="complaint", at=at)


@transaction.atomic
def try_again(known: StoppedAddress) -> StoppedAddress:
    """Let messages go to the address again, as after a correction at the other end."""
    known = StoppedAddress.objects.select_for_update().get(pk=known.pk)
    known.is_stopped, known.bounces = False, 0
    known.save(update_fields=["is_stopped", "bounces"])
    return known


def arrived(program: Program, address: str) -> None:
    """A message was taken: soft bounces before it count no more."""
    rows = StoppedAddress.objects.filter(program=program, address_hash=address_hash(address), is_stopped=False)
    rows.filter(bounces__gt=0).update(bounces=0)
