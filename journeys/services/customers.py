"""Customers as sources know them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from cxprogram.errors import DomainError
from cxprogram.models import OrgUnit, Program
from journeys.models import Customer, CustomerIdentity


class CustomerError(DomainError):
    code = "customer-invalid"


@dataclass(frozen=True)
class CustomerFacts:
    """What a source says of one customer; the identity is (source, external id)."""

    source: str
    external_id: str
    name: str = ""
    email: str = ""
    language: str = ""
    is_fictitious: bool = False


def check(facts: CustomerFacts) -> None:
    """Raise CustomerError for a customer without a key (`customer-key-missing`), or whose e-mail address is none
    (`email-invalid`)."""
    if not facts.source or not facts.external_id:
        raise CustomerError(_("The key of the customer is missing."), code="customer-key-missing")
    if facts.email:
        try:
            validate_email(facts.email)
        except ValidationError as error:
            raise CustomerError(_("This is not an e-mail address."), code="email-invalid") from error


@transaction.atomic
def upsert(program: Program, facts: CustomerFacts, *, unit: OrgUnit | None = None) -> Customer:
    """The customer behind an identity, made when first met. Two at once make one: the identity is unique."""
    check(facts)
    known = (
        CustomerIdentity.objects.filter(program=program, source=facts.source, value=facts.external_id)
        .select_related("customer")
        .first()
    )
    if known:
        return known.customer
    customer = Customer.objects.create(
        program=program,
        unit=unit,
        name=facts.name,
        email=facts.email,
        language=facts.language,
        is_fictitious=facts.is_fictitious,
    )
    identity, is_new = CustomerIdentity.objects.get_or_create(
        program=program, source=facts.source, value=facts.external_id, defaults={"customer": customer}
    )
    if not is_new:  # another request was faster
        customer.delete()
    return identity.customer


Key = tuple[str, str]  # (source, external id)


@transaction.atomic
def upsert_many(program: Program, met: Iterable[tuple[CustomerFacts, OrgUnit | None]]) -> dict[Key, Customer]:
    """As `upsert`, for many at once in a constant number of queries. The facts have been checked by the caller.

    Identities are written in the order of their keys: two at once wait for each other, never in a circle.
    """
    wanted = {(facts.source, facts.external_id): (facts, unit) for facts, unit in met}
    found = _known(program, wanted)
    new = sorted(wanted.keys() - found.keys())
    if not new:
        return found
    customers = Customer.objects.bulk_create(
        Customer(
            program=program,
            unit=unit,
            name=facts.name,
            email=facts.email,
            language=facts.language,
            is_fictitious=facts.is_fictitious,
        )
        for facts, unit in (wanted[key] for key in new)
    )
    CustomerIdentity.objects.bulk_create(
        [
            CustomerIdentity(program=program, customer=customer, source=source, value=value)
            for (source, value), customer in zip(new, customers, strict=True)
        ],
        ignore_conflicts=True,
    )
    found |= _known(program, new)
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
