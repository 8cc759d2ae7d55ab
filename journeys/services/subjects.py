"""The rights of a person: everything we hold of them in one file, and everything that names them taken away."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cxprogram.errors import ConflictError
from cxprogram.models import User
from journeys import holdings
from journeys.holdings import Traces
from journeys.models import Customer, CustomerIdentity, CustomerMerge, ErasureRecord

# Shorter texts are found in everything; the rows that hold them are known by the customer's number.
SHORTEST = 5


def selves(customer: Customer) -> tuple[int, ...]:
    """The customer's number, and those of all that were found to be this one."""
    found, new = {customer.pk}, [customer.pk]
    while new:
        new = list(Customer.objects.filter(merged_into__in=new).exclude(pk__in=found).values_list("pk", flat=True))
        found.update(new)
    return tuple(sorted(found))


def traces(customer: Customer, *, at: datetime) -> Traces:
    """Every text that names the person: names, addresses and keys, those of the past too."""
    numbers = selves(customer)
    history = Customer._meta.get_field("events").related_model
    assert history is not None and not isinstance(history, str)
    named: set[str] = set()
    for rows in (Customer.objects.filter(pk__in=numbers), history._base_manager.filter(pgh_obj_id__in=numbers)):
        for texts in rows.values_list("name", "email", "phone"):
            named.update(texts)
    named.update(CustomerIdentity.objects.filter(customer__in=numbers).values_list("value", flat=True))
    folded = {text.strip().casefold() for text in named}
    return Traces(numbers, frozenset(text for text in folded if len(text) >= SHORTEST), at)


@transaction.atomic
def export(customer: Customer, *, at: datetime) -> dict[str, Any]:
    """Everything about the person, by holding: plain values, ready to be written as JSON."""
    who = traces(customer, at=at)
    document: dict[str, Any] = {"program": customer.program.slug, "exported_at": at, "customer": customer.pk}
    for held in holdings.holdings():
        document[held.code] = list(held.export(held.rows(who.customers)))
    for imprint in holdings.imprints():
        if imprint.export is not None:
            document[imprint.code] = list(imprint.export(customer.program_id, who))
    return document


@transaction.atomic
def erase(customer: Customer, *, at: datetime, by: User | None = None) -> ErasureRecord:
    """Take away everything that names the person; coded answers, counts and KPIs stay as they are.

    - the customer, and those merged into it, become empty rows; their identities go, their history is overwritten;
    - each room empties what it holds: words, keys, properties, contents of mails;
    - what others wrote keeps its words but those that name the person; files that wait to be imported go;
    - an account's contacts are people of their own, and stay;
    - the record says when and how much, and nothing of the person.

    Frozen reports hold counts and no words of customers. What a copy that left the house says, and the database's own
    files until it has vacuumed and turned its log over, is not reached from here. Raises ConflictError
    (`customer-erased`, `customer-merged`: erase the one it was merged into).
    """
    row = Customer.objects.select_for_update().get(pk=customer.pk)
    if row.erased_at is not None:
        raise ConflictError(_("This customer was erased."), code="customer-erased")
    if row.merged_into_id is not None:
        raise ConflictError(_("This customer is part of another."), code="customer-merged", customer=row.merged_into_id)
    who = traces(row, at=at)
    counts = {}
    for held in _outermost_first(holdings.holdings()):
        counts[held.code] = held.erase(held.rows(who.customers), who)
    for imprint in holdings.imprints():
        counts[imprint.code] = imprint.erase(row.program_id, who)
    for stale in Customer.objects.filter(pk__in=who.customers):
        assert stale.erased_at is not None
    customer.refresh_from_db()
    return ErasureRecord.objects.create(
        program_id=row.program_id, customer=row, at=at, by=by, counts={code: n for code, n in counts.items() if n}
    )


def _outermost_first(held: Iterable[holdings.Holding]) -> list[holdings.Holding]:
    """What is found through another row before that row lets go of its customer."""
    return sorted(held, key=lambda each: -each.lookup.count("__"))


def may_be_undone(customer: Customer) -> list[CustomerMerge]:
    """The merges of the customer that stand, the newest first; only the first can be undone."""
    return list(CustomerMerge.objects.filter(kept=customer, undone_at=None).order_by("-pk"))
