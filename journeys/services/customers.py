"""Customers as sources know them."""

from dataclasses import dataclass

from django.db import transaction

from cxprogram.models import OrgUnit, Program
from journeys.models import Customer, CustomerIdentity


@dataclass(frozen=True)
class CustomerFacts:
    """What a source says of one customer; the identity is (source, external id)."""

    source: str
    external_id: str
    name: str = ""
    email: str = ""
    language: str = ""
    is_fictitious: bool = False


@transaction.atomic
def upsert(program: Program, facts: CustomerFacts, *, unit: OrgUnit | None = None) -> Customer:
    """The customer behind an identity, made when first met. Two at once make one: the identity is unique."""
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
