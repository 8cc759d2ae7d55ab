"""Customers as the senders of answers and interactions know them: one key, made when first met.

Who says more of a person goes through `journeys/services/people.py`, which recognises, completes and merges.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cxprogram import languages
from cxprogram.models import OrgUnit, Program
from journeys.alphabet import sort_key
from journeys.models import Customer, CustomerIdentity
from journeys.services import identities
from journeys.services.identities import EMAIL, WEAK, CustomerError

__all__ = ["CustomerError", "CustomerFacts", "check", "note_addresses", "told", "upsert", "upsert_many"]


@dataclass(frozen=True)
class CustomerFacts:
    """What a source says of one customer; the identity is (source, external id)."""

    source: str
    external_id: str
    name: str = ""
    email: str = ""
    language: str = ""
    is_fictitious: bool = False


def told(who: Any, *, source: str) -> CustomerFacts | None:
    """What a record's sender says of its customer; without a source of its own, the record's. Raises LanguageError."""
    if who is None:
        return None
    return CustomerFacts(
        source=who.source or source,
        external_id=who.external_id,
        name=who.name,
        email=who.email,
        language=languages.told(who.language),
        is_fictitious=who.is_fictitious,
    )


def check(facts: CustomerFacts) -> None:
    """Raise CustomerError for a customer without a key (`customer-key-missing`), or whose e-mail address is none
    (`email-invalid`)."""
    if not facts.source or not facts.external_id:
        raise CustomerError(_("The key of the customer is missing."), code="customer-key-missing")
    if facts.email:
        identities.email_address(facts.email)
    _key(facts)


def _key(facts: CustomerFacts) -> "Key":
    """The identity as it is stored: an address in its one form."""
    if facts.source in WEAK:
        return identities.key(facts.source, facts.external_id)
    return facts.source, facts.external_id


@transaction.atomic
def upsert(program: Program, facts: CustomerFacts, *, unit: OrgUnit | None = None) -> Customer:
    """The customer behind an identity, made when first met. Two at once make one: the identity is unique."""
    check(facts)
    source, value = key = _key(facts)
    known = (
        CustomerIdentity.objects.filter(program=program, source=source, value=value).select_related("customer").first()
    )
    if known:
        return known.customer
    customer = _new(program, facts, unit)
    customer.save()
    _name(program, {key: customer})
    holder = _known(program, [key])[key]
    if holder.pk != customer.pk:  # another request was faster
        customer.delete()
    return holder


def _new(program: Program, facts: CustomerFacts, unit: OrgUnit | None) -> Customer:
    return Customer(
        program=program,
        unit=unit,
        name=facts.name,
        sort_key=sort_key(facts.name, program.language),
        email=facts.email,
        language=facts.language,
        is_fictitious=facts.is_fictitious,
    )


def note_addresses(program: Program, customers: Iterable[Customer]) -> None:
    """Their e-mail addresses as identities; an address that is taken stays with whom it was first."""
    _write(program, {(EMAIL, customer.email.lower()): customer for customer in customers if customer.email})


def _name(program: Program, named: dict["Key", Customer]) -> None:
    """Keys and addresses of new customers in one statement."""
    addresses = {(EMAIL, customer.email.lower()): customer for customer in named.values() if customer.email}
    _write(program, addresses | named)


def _write(program: Program, named: dict["Key", Customer]) -> None:
    """In the order of the keys: whoever writes identities at the same time waits, never in a circle."""
    CustomerIdentity.objects.bulk_create(
        [
            CustomerIdentity(program=program, customer=customer, source=source, value=value)
            for (source, value), customer in sorted(named.items(), key=lambda item: item[0])
        ],
        ignore_conflicts=True,
    )


Key = tuple[str, str]  # (source, external id)


@transaction.atomic
def upsert_many(program: Program, met: Iterable[tuple[CustomerFacts, OrgUnit | None]]) -> dict[Key, Customer]:
    """As `upsert`, for many at once in a constant number of queries. The facts have been checked by the caller.

    Identities are written in the order of their keys: two at once wait for each other, never in a circle.
    """
    told = {(facts.source, facts.external_id): (facts, unit) for facts, unit in met}
    stored = {key: _key(facts) for key, (facts, _unit) in told.items()}
    wanted = {stored[key]: said for key, said in told.items()}
    found = _known(program, wanted)
    if new := sorted(wanted.keys() - found.keys()):
        found |= _make(program, wanted, new)
    return {key: found[stored[key]] for key in told}


def _make(
    program: Program, wanted: Mapping[Key, tuple[CustomerFacts, OrgUnit | None]], new: Sequence[Key]
) -> dict[Key, Customer]:
    customers = Customer.objects.bulk_create(_new(program, *wanted[key]) for key in new)
    _name(program, dict(zip(new, customers, strict=True)))
    found = _known(program, new)
    kept = {found[key].pk for key in new}
    # Another request was faster with these.
    Customer.objects.filter(pk__in=[customer.pk for customer in customers if customer.pk not in kept]).delete()
    return found


def _known(program: Program, keys: Iterable[Key]) -> dict[Key, Customer]:
    wanted = set(keys)
    rows = CustomerIdentity.objects.filter(
        program=program,
        source__in={source for source, _value in wanted},
        value__in={value for _source, value in wanted},
    ).select_related("customer")
    return {(row.source, row.value): row.customer for row in rows if (row.source, row.value) in wanted}
