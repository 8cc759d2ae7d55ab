"""Two customers that turn out to be one: everything of the one moves to the other, and can be moved back exactly."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cxprogram.errors import ConflictError, DomainError
from cxprogram.models import User
from journeys import holdings
from journeys.alphabet import sort_key
from journeys.choices import ConsentState
from journeys.models import Consent, Customer, CustomerIdentity, CustomerMerge
from journeys.services import consents

BY_HAND = "person"
# Filled in where the kept customer has nothing; attributes one by one.
FILLED = ("unit_id", "account_id", "name", "email", "phone", "language")


class MergeError(DomainError):
    code = "merge-refused"


@transaction.atomic
def merge(kept: Customer, merged: Customer, *, rule: str, at: datetime, by: User | None = None) -> CustomerMerge:
    """Make `merged` a part of `kept`: identities and all that the rooms hold move, empty fields are filled in.

    Both rows are locked in the order of their numbers: two at once wait for each other, never in a circle. Raises
    MergeError: `merge-of-one`, `merge-other-program`, `merge-kinds-differ`; ConflictError (`customer-gone`) if one of
    the two is no more.
    """
    if kept.pk == merged.pk:
        raise MergeError(_("These are one customer already."), code="merge-of-one")
    locked = {
        row.pk: row for row in Customer.objects.select_for_update().filter(pk__in=(kept.pk, merged.pk)).order_by("pk")
    }
    ours, theirs = locked[kept.pk], locked[merged.pk]
    if not ours.is_standing or not theirs.is_standing:
        raise ConflictError(_("This customer is no more."), code="customer-gone")
    if ours.program_id != theirs.program_id:
        raise MergeError(_("They belong to two programs."), code="merge-other-program")
    if ours.kind != theirs.kind:
        raise MergeError(_("A person and an account are never one."), code="merge-kinds-differ")
    moved = _move(theirs.pk, ours.pk)
    before = _fill(ours, theirs)
    theirs.merged_into = ours
    theirs.save(update_fields=["merged_into"])
    for stale, fresh in ((kept, ours), (merged, theirs)):
        for field in ("merged_into_id", "attributes", "sort_key", *FILLED):
            setattr(stale, field, getattr(fresh, field))
    return CustomerMerge.objects.create(
        program_id=ours.program_id, kept=ours, merged=theirs, rule=rule[:60], moved=moved, before=before, at=at, by=by
    )


def _move(source: int, target: int) -> dict[str, list[int]]:
    """Give the rows of one customer to another; the numbers of those that went, by holding."""
    moved = {}
    for held in holdings.holdings():
        if held.moves:
            rows = held.rows([source])
            if numbers := list(rows.order_by("pk").values_list("pk", flat=True)):
                rows.filter(pk__in=numbers).update(**{held.lookup: target})
                moved[held.code] = numbers
    return moved


def _fill(ours: Customer, theirs: Customer) -> dict[str, list[Any]]:
    """Fill what the kept customer lacks; what was and what became of each field, for undoing."""
    before: dict[str, list[Any]] = {}
    for field in FILLED:
        was, offered = getattr(ours, field), getattr(theirs, field)
        if not was and offered and not (field == "account_id" and offered == ours.pk):
            before[field] = [was, offered]
            setattr(ours, field, offered)
    attributes = theirs.attributes | ours.attributes
    if attributes != ours.attributes:
        before["attributes"] = [ours.attributes, attributes]
        ours.attributes = attributes
    if before:
        ours.save()
    return before


@transaction.atomic
def undo(merge: CustomerMerge, *, at: datetime, by: User | None = None) -> None:
    """Move everything back that the merge moved, and take out what it filled in.

    What came to the kept customer afterwards stays with it, as does a field that was changed since; a refusal that
    was said meanwhile holds for both. Raises
    ConflictError: `merge-undone` for one that was undone, `customer-erased` once the person is erased,
    `merge-not-newest` while a later merge with the kept customer stands, or it is itself part of another:
    only the last step can be undone exactly.
    """
    row = CustomerMerge.objects.select_for_update().get(pk=merge.pk)
    locked = {
        each.pk: each
        for each in Customer.objects.select_for_update().filter(pk__in=(row.kept_id, row.merged_id)).order_by("pk")
    }
    kept, merged = locked[row.kept_id], locked[row.merged_id]
    if row.undone_at is not None:
        raise ConflictError(_("This merge was undone."), code="merge-undone")
    if kept.erased_at or merged.erased_at:
        raise ConflictError(_("This customer was erased."), code="customer-erased")
    later = CustomerMerge.objects.filter(kept=kept, undone_at=None, pk__gt=row.pk)
    if kept.merged_into_id is not None or later.exists():
        raise ConflictError(_("Undo the later merge first."), code="merge-not-newest")
    for code, numbers in row.moved.items():
        held = holdings.holding(code)
        held.rows([kept.pk]).filter(pk__in=numbers).update(**{held.lookup: merged.pk})
    _empty(kept, row.before)
    merged.merged_into = None
    merged.save(update_fields=["merged_into"])
    row.undone_at, row.undone_by = at, by
    row.save(update_fields=["undone_at", "undone_by"])
    merge.undone_at = at
    _carry_refusals(row, kept, merged)


def _empty(kept: Customer, before: dict[str, list[Any]]) -> None:
    for field, (was, became) in before.items():
        if getattr(kept, field) == became:
            setattr(kept, field, was)
    kept.sort_key = sort_key(kept.name, kept.program.language)
    if before:
        kept.save()


def _carry_refusals(row: CustomerMerge, kept: Customer, merged: Customer) -> None:
    """A no that was said while the two were one may have been either's: it holds for both."""
    said = Consent.objects.filter(customer=kept, at__gte=row.at).exclude(state=ConsentState.GRANTED)
    for word in said.order_by("at", "pk"):
        refuse = consents.deny if word.state == ConsentState.DENIED else consents.withdraw
        refuse(merged, word.purpose, channel=word.channel, at=word.at, by=word.by)


def held_apart(customers: Sequence[int]) -> bool:
    """Whether a person undid a merge among these: what was taken apart by hand is not put together by a rule."""
    return CustomerMerge.objects.filter(kept__in=customers, merged__in=customers, undone_at__isnull=False).exists()


def identities_of(customers: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    found: dict[int, list[tuple[str, str]]] = {number: [] for number in customers}
    for customer, source, value in CustomerIdentity.objects.filter(customer__in=customers).values_list(
        "customer_id", "source", "value"
    ):
        found[customer].append((source, value))
    return found
