"""What customers allow: words are appended, the newest holds.

Every use of a customer's data asks `may_contact` first, or `Customer.objects.contactable` for many: one rule, written
as a decision for one and as a query for all.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cxprogram.errors import DomainError
from cxprogram.models import Program, User
from journeys.choices import ConsentState, LegalBasis, Purpose
from journeys.models import Consent, ConsentText, Customer
from journeys.services import attributes

EMAIL, SMS = "email", "sms"


class ConsentError(DomainError):
    code = "consent-invalid"


@dataclass(frozen=True)
class Decision:
    """Whether a customer may be contacted, and why: a stable reason, and the consent that decided if one did."""

    is_allowed: bool
    reason: str
    consent: Consent | None = None


def newest(customer: Customer, purpose: str, at: datetime) -> Consent | None:
    """The customer's word that holds at the moment; uses the index consent_newest."""
    return Consent.objects.filter(customer=customer, purpose=purpose, at__lte=at).order_by("-at", "-id").first()


def basis(program: Program | int, purpose: str, at: datetime) -> str | None:
    """The legal basis of the text in force; None while the program has none for the purpose."""
    text = ConsentText.objects.in_force(purpose, at).filter(program=program).first()
    return text.legal_basis if text else None


def may_contact(customer: Customer, *, purpose: str, at: datetime, channel: str = "") -> Decision:
    """Whether the customer may be contacted for the purpose at the moment; fails closed.

    - `customer-erased`, `customer-merged`: there is nobody, or it is another customer;
    - `consent-denied`, `consent-withdrawn`: the newest word says no, whatever the basis;
    - `basis-missing`: the program has no text in force for the purpose;
    - `consent-missing`: the text stands on consent, and the customer has not granted it;
    - `address-missing`: the channel (`email`, `sms`) needs an address that we do not have;
    - else `consent-granted`, or the basis itself: `contract`, `legitimate_interest` …
    """
    if customer.erased_at is not None:
        return Decision(False, "customer-erased")
    if customer.merged_into_id is not None:
        return Decision(False, "customer-merged")
    word = newest(customer, purpose, at)
    if word is not None and word.state != ConsentState.GRANTED:
        return Decision(False, f"consent-{word.state}", word)
    stands_on = basis(customer.program_id, purpose, at)
    if stands_on is None:
        return Decision(False, "basis-missing")
    needs_consent = stands_on == LegalBasis.CONSENT or purpose == Purpose.SPECIAL_CATEGORY
    if needs_consent and word is None:
        return Decision(False, "consent-missing")
    if (channel == EMAIL and not customer.email) or (channel == SMS and not customer.phone):
        return Decision(False, "address-missing")
    return Decision(True, "consent-granted", word) if needs_consent else Decision(True, stands_on, word)


def give(
    customer: Customer,
    purpose: str,
    *,
    channel: str,
    at: datetime,
    text: ConsentText | None = None,
    by: User | None = None,
) -> Consent:
    """Write down that the customer grants the purpose, to the text named or the one in force.

    Raises ConsentError: `consent-text-missing` if there is no text to agree to, `consent-text-other` for the text of
    another purpose or program.
    """
    text = text or ConsentText.objects.in_force(purpose, at).filter(program=customer.program_id).first()
    if text is None:
        raise ConsentError(_("There is no text that the customer could agree to."), code="consent-text-missing")
    if text.purpose != purpose or text.program_id != customer.program_id:
        raise ConsentError(_("This text is about something else."), code="consent-text-other")
    return _write(customer, purpose, ConsentState.GRANTED, channel=channel, at=at, text=text, by=by)


def deny(customer: Customer, purpose: str, *, channel: str, at: datetime, by: User | None = None) -> Consent:
    """Write down that the customer was asked and says no."""
    return _write(customer, purpose, ConsentState.DENIED, channel=channel, at=at, text=None, by=by)


def withdraw(customer: Customer, purpose: str, *, channel: str, at: datetime, by: User | None = None) -> Consent:
    """Write down that the customer takes the word back, or objects; it holds from the next look on."""
    return _write(customer, purpose, ConsentState.WITHDRAWN, channel=channel, at=at, text=None, by=by)


@transaction.atomic
def _write(
    customer: Customer,
    purpose: str,
    state: str,
    *,
    channel: str,
    at: datetime,
    text: ConsentText | None,
    by: User | None,
) -> Consent:
    """Append the word; what is sensitive goes with the consent that it stood on.

    Raises ConsentError (`purpose-unknown`, `customer-gone`).
    """
    if purpose not in Purpose.values:
        raise ConsentError(_("There is no such purpose."), code="purpose-unknown")
    if not customer.is_standing:
        raise ConsentError(_("This customer is no more."), code="customer-gone", status=409)
    word = Consent.objects.create(
        program_id=customer.program_id,
        customer=customer,
        purpose=purpose,
        state=state,
        text=text,
        channel=channel[:20],
        at=at,
        by=by,
    )
    if purpose == Purpose.SPECIAL_CATEGORY and state != ConsentState.GRANTED:
        drop_sensitive(customer, at)
    return word


def drop_sensitive(customer: Customer, at: datetime) -> None:
    """Take out what may be kept with explicit consent only, unless the customer grants it at the moment."""
    if has_explicit(customer, at):
        return
    known = attributes.sensitive(attributes.definitions(customer.program))
    kept = {code: value for code, value in customer.attributes.items() if code not in known}
    if kept != customer.attributes:
        customer.attributes = kept
        customer.save(update_fields=["attributes"])


def has_explicit(customer: Customer, at: datetime) -> bool:
    """Whether sensitive data may be kept: the newest word is a grant, by the rule of `may_contact`."""
    return may_contact(customer, purpose=Purpose.SPECIAL_CATEGORY, at=at).is_allowed
