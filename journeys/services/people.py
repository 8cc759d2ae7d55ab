"""Customers as a CRM or a tracking client tells of them: recognised, completed, merged where the rule is certain.

The rule, in this order:
- a strong identity (a source's own key) that we know is the customer; several that we know make these one;
- an address that we know is the customer, if no source knows the two under different keys;
- whom a person took apart by hand stays apart;
- of several, the one we met first is kept;
- nobody known: a new customer.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from cxprogram.models import OrgUnit, Program, User
from journeys.alphabet import sort_key
from journeys.choices import CustomerKind
from journeys.models import Customer, CustomerIdentity
from journeys.services import attributes, consents, identities, merges
from journeys.services.attributes import Definitions
from journeys.services.identities import WEAK, CustomerError, Key

TRIES = 5
_MANY = 0x6D616E79  # "many"


@dataclass(frozen=True)
class PersonFacts:
    """What a sender says of one customer. Empty says nothing; an attribute of None is taken away."""

    identities: tuple[Key, ...]
    name: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""
    kind: str = ""
    account: Key | None = None
    unit: OrgUnit | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    is_customer: bool | None = None
    is_fictitious: bool = False


@dataclass(frozen=True)
class Saved:
    """`status` is created, updated or repeated; `merged` the customers that became part of this one."""

    customer: Customer
    status: str
    merged: tuple[int, ...] = ()


class _RaceError(Exception):
    """Another request wrote one of the identities meanwhile: look again."""


def check(facts: PersonFacts, known: Definitions) -> tuple[tuple[Key, ...], dict[str, Any]]:
    """The identities and attributes as they are stored; raises CustomerError with the reason as its code."""
    keys = identities.keys(facts.identities, email=facts.email, phone=facts.phone)
    if not keys and facts.phone.strip():  # a national number says of no country, so it is nobody's key
        raise CustomerError(_("Write the phone number as in +46701234567."), code="phone-invalid")
    if not keys:
        raise CustomerError(_("The key of the customer is missing."), code="customer-key-missing")
    identities.clean(facts.name, 200)
    identities.clean(facts.phone, 40)
    if facts.kind and facts.kind not in CustomerKind.values:
        raise CustomerError(_("A customer is a person or an account."), code="customer-kind-unknown")
    if facts.account is not None:
        own = identities.key(*facts.account) in keys
        if facts.kind == CustomerKind.ACCOUNT:
            raise CustomerError(_("An account has no account."), code="account-of-account")
        if own:
            raise CustomerError(_("This customer is a person, not an account."), code="account-is-person")
    return keys, attributes.check(known, facts.attributes)


def identify(
    program: Program,
    facts: PersonFacts,
    *,
    at: datetime,
    by: User | None = None,
    known: Definitions | None = None,
) -> Saved:
    """The one customer behind all these identities, completed by what the sender says.

    Raises CustomerError: what `check` says, `attribute-without-consent` for what is sensitive, `account-is-person`.
    Two at once make one: identities are unique, and whoever comes second looks again.
    """
    known = attributes.definitions(program) if known is None else known
    keys, values = check(facts, known)
    for _attempt in range(TRIES):
        try:
            with transaction.atomic():
                return _identify(program, facts, keys, values, known, at=at, by=by)
        except (_RaceError, IntegrityError):
            continue
    raise CustomerError(_("Others write of this customer at this moment."), code="customer-busy", status=409)


def _identify(
    program: Program,
    facts: PersonFacts,
    keys: tuple[Key, ...],
    values: Mapping[str, Any],
    known: Definitions,
    *,
    at: datetime,
    by: User | None,
) -> Saved:
    found = _found(program, keys)
    chosen = _chosen(keys, found)
    account = _account(program, facts.account, at=at) if facts.account else None
    merged: tuple[int, ...] = ()
    if not chosen:
        customer, status = Customer(program=program, unit=facts.unit, is_fictitious=facts.is_fictitious), "created"
    else:
        customers = {row.pk: row for row in Customer.objects.select_for_update().filter(pk__in=chosen).order_by("pk")}
        if not all(row.is_standing for row in customers.values()):
            raise _RaceError
        customer, *others = customers.values()
        same_kind = [other for other in others if other.kind == customer.kind]
        merged = tuple(other.pk for other in same_kind)
        for other in same_kind:
            rule = next((source for source, value in keys if found.get((source, value)) == other.pk), "")
            merges.merge(customer, other, rule=rule, at=at, by=by)
        status = "updated" if merged else "repeated"
    if _complete(customer, facts, account, values, known, at=at) or status == "created":
        customer.save()
        status = "created" if status == "created" else "updated"
    new = [key for key in keys if key not in found]
    if _attach(program, customer, new):
        status = "created" if status == "created" else "updated"
    return Saved(customer, status, merged)


def _found(program: Program, keys: Sequence[Key]) -> dict[Key, int]:
    rows = CustomerIdentity.objects.filter(
        program=program, source__in={source for source, _value in keys}, value__in={value for _source, value in keys}
    ).values_list("source", "value", "customer_id")
    return {(source, value): number for source, value, number in rows if (source, value) in set(keys)}


def _chosen(keys: Sequence[Key], found: Mapping[Key, int]) -> list[int]:
    """The customers that are this one, by the rule above, the one met first in front."""
    strong = {number for (source, _value), number in found.items() if source not in WEAK}
    weak = {number for (source, _value), number in found.items() if source in WEAK} - strong
    if len(strong) + len(weak) > 1 or weak:
        held = merges.identities_of([*strong, *weak])
        together = [*keys, *(key for number in strong for key in held[number])]
        for number in sorted(weak):
            if not identities.contradict(together, held[number]):
                strong.add(number)
                together += held[number]
    chosen = sorted(strong)
    if len(chosen) > 1 and merges.held_apart(chosen):
        # The key that stands first names the one meant.
        return [next(found[key] for key in keys if found.get(key) in strong)]
    return chosen


def accounts_known(program: Program, source: str, values: Iterable[str]) -> list[str]:
    """Those of the keys by which the source names an account that we know."""
    rows = CustomerIdentity.objects.filter(
        program=program, source=source, value__in=list(values), customer__kind=CustomerKind.ACCOUNT
    )
    return list(rows.values_list("value", flat=True))


def _account(program: Program, key: Key, *, at: datetime) -> Customer:
    """The account behind a key, made when first met; raises CustomerError (`account-is-person`)."""
    saved = identify(program, PersonFacts((key,), kind=CustomerKind.ACCOUNT), at=at, known={})
    if saved.customer.kind != CustomerKind.ACCOUNT:
        raise CustomerError(_("This customer is a person, not an account."), code="account-is-person")
    return saved.customer


def _complete(
    customer: Customer,
    facts: PersonFacts,
    account: Customer | None,
    values: Mapping[str, Any],
    known: Definitions,
    *,
    at: datetime,
) -> bool:
    """Write what the sender says onto the row; True if that changed anything."""
    before = {name: getattr(customer, name) for name in COLUMNS}
    if customer.pk is None:
        customer.kind = facts.kind or CustomerKind.PERSON
    for name in ("name", "email", "phone", "language"):
        if said := getattr(facts, name).strip():
            setattr(customer, name, said)
    if account is not None and customer.kind == CustomerKind.PERSON and account.pk != customer.pk:
        customer.account = account
    if facts.is_customer is not None:
        customer.is_customer = facts.is_customer
    if customer.unit_id is None and facts.unit is not None:
        customer.unit = facts.unit
    is_sensitive = attributes.sensitive(known) & {code for code, value in values.items() if value is not None}
    if is_sensitive and (customer.pk is None or not consents.has_explicit(customer, at)):
        raise CustomerError(
            _("Sensitive data are kept with the customer's explicit consent only."),
            code="attribute-without-consent",
        )
    merged = {code: value for code, value in (customer.attributes | dict(values)).items() if value is not None}
    customer.attributes = merged
    return before != {name: getattr(customer, name) for name in COLUMNS}


COLUMNS = ("name", "email", "phone", "language", "account_id", "is_customer", "unit_id", "attributes")


def _attach(program: Program, customer: Customer, keys: Sequence[Key]) -> bool:
    """Give the customer the identities that nobody has; raises _RaceError if somebody has a strong one meanwhile."""
    if not keys:
        return False
    CustomerIdentity.objects.bulk_create(
        [CustomerIdentity(program=program, customer=customer, source=source, value=value) for source, value in keys],
        ignore_conflicts=True,
    )
    holders = _found(program, keys)
    if any(number != customer.pk for number in holders.values()):
        raise _RaceError
    return True


@transaction.atomic
def identify_many(
    program: Program, rows: Sequence[PersonFacts], *, at: datetime, by: User | None = None
) -> list[Saved | CustomerError]:
    """As `identify`, for many at once: new customers that share no identity with anybody are written together, all
    others one by one. A row that cannot be taken is answered by its error; the others are written."""
    with connection.cursor() as cursor:  # one file of a program after the other: they would wait in circles
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_MANY, program.pk])
    known = attributes.definitions(program)
    answers: list[Saved | CustomerError | None] = [None] * len(rows)
    checked: dict[int, tuple[tuple[Key, ...], dict[str, Any]]] = {}
    for place, facts in enumerate(rows):
        try:
            checked[place] = check(facts, known)
        except CustomerError as error:
            answers[place] = error
    claims: dict[Key, int] = {}
    shared: set[Key] = set()
    for keys, _values in checked.values():
        for key in keys:
            claims[key] = claims.get(key, 0) + 1
    for batch in _batches([key for key in claims if claims[key] == 1], 10_000):
        shared |= _found(program, batch).keys()
    shared |= {key for key, count in claims.items() if count > 1}
    fresh = [
        place
        for place, (keys, values) in checked.items()
        if rows[place].account is None
        and not shared.intersection(keys)
        and not attributes.sensitive(known).intersection(values)
    ]
    for place, customer in _create_many(program, [(place, rows[place], *checked[place]) for place in fresh], known, at):
        answers[place] = Saved(customer, "created")
    for place, facts in enumerate(rows):
        if answers[place] is None:
            try:
                answers[place] = identify(program, facts, at=at, by=by, known=known)
            except CustomerError as error:
                answers[place] = error
    return [answer for answer in answers if answer is not None]


def _batches(keys: list[Key], size: int) -> list[list[Key]]:
    return [keys[start : start + size] for start in range(0, len(keys), size)]


def _create_many(
    program: Program,
    rows: Sequence[tuple[int, PersonFacts, tuple[Key, ...], dict[str, Any]]],
    known: Definitions,
    at: datetime,
) -> list[tuple[int, Customer]]:
    """Write customers of whom nobody knew an identity; those whom another request knows by now are left out."""
    if not rows:
        return []
    customers = []
    for _place, facts, _keys, values in rows:
        customer = Customer(program=program, unit=facts.unit, is_fictitious=facts.is_fictitious)
        _complete(customer, facts, None, values, known, at=at)
        customer.sort_key = sort_key(customer.name, program.language)
        customers.append(customer)
    Customer.objects.bulk_create(customers, batch_size=2_000)
    owner = {
        key: customer for (_place, _facts, keys, _values), customer in zip(rows, customers, strict=True) for key in keys
    }
    CustomerIdentity.objects.bulk_create(
        [
            CustomerIdentity(program=program, customer=customer, source=source, value=value)
            for (source, value), customer in sorted(owner.items(), key=lambda item: item[0])
        ],
        ignore_conflicts=True,
        batch_size=5_000,
    )
    lost: set[int] = set()
    for batch in _batches(list(owner), 10_000):
        holders = _found(program, batch)
        lost |= {owner[key].pk for key in batch if holders.get(key) != owner[key].pk}
    if lost:
        CustomerIdentity.objects.filter(customer__in=lost).delete()
        Customer.objects.filter(pk__in=lost).delete()
    return [(row[0], customer) for row, customer in zip(rows, customers, strict=True) if customer.pk not in lost]
