"""One row of everything that belongs to customers."""

from datetime import timedelta

from cxprogram.models import OrgUnit, Program
from journeys.models import Customer, Segment
from journeys.services import consents, episodes, interactions, merges, subjects
from journeys.services.customers import CustomerFacts
from journeys.services.interactions import Happening
from tests import factories
from tests.factories import NOON


def furnish_customers(program: Program, unit: OrgUnit, touchpoint: str) -> Customer:
    """A customer of the unit with a consent, an interaction and an episode; a merge and an erasure of others."""
    number = Customer.objects.count()
    factories.make_attribute(program, f"tier-{number}")
    Segment.objects.create(program=program, code=f"all-{number}", name="All")
    stream = factories.make_stream(program, f"orders-{number}", name="Orders")
    customer = factories.make_customer(program, unit=unit, identity=f"base-{number}")
    text = factories.make_consent_text(program, version=1 + number)
    consents.give(customer, "survey", text=text, channel="web", at=NOON)
    said = Happening(
        stream.code, "shop", f"o-{number}", NOON, "order", customer=CustomerFacts("crm", f"base-{number}"),
        touchpoint=touchpoint, value=20, unit=unit,
    )  # fmt: skip
    interactions.record(interactions.door(program), said, at=NOON)
    episodes.assign(program)
    twins = [factories.make_customer(program, unit=unit) for _ in range(2)]
    merges.merge(*twins, rule=merges.BY_HAND, at=NOON - timedelta(days=1))
    subjects.erase(factories.make_customer(program, unit=unit), at=NOON)
    return customer
