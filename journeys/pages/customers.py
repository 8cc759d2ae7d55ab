"""The customers' pages: finding one by whatever is known, and one customer's whole story."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cxprogram.access import Right
from cxprogram.models import Program
from cxprogram.page_base import Visit
from journeys import holdings
from journeys.alphabet import sort_key
from journeys.choices import ConsentState, Purpose
from journeys.holdings import Entry
from journeys.models import Customer, CustomerAttribute, CustomerMerge
from journeys.querysets import CustomerQuerySet
from journeys.services import consents, identities, subjects
from journeys.services.consents import Decision
from journeys.source_words import SourceNames

SHOWN = 50
STORY = 100
MAX_QUERY = 254
# Below this a word stands at the beginning of too many names: only names that begin with it are found.
LONG_WORD = 3
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class CustomerList:
    query: str
    customers: Sequence[Customer]
    has_more: bool

    @property
    def has_fictitious(self) -> bool:
        return any(customer.is_fictitious for customer in self.customers)


def customer_list(visit: Visit, query: str) -> CustomerList:
    """The customers that the person may see, by name; with a query, those whose key, address or name it is."""
    query = query.replace("\x00", "").strip()[:MAX_QUERY]
    rows = Customer.objects.standing().visible_to(visit.user).filter(program=visit.program)
    rows = found(rows, visit.program, query) if query else rows
    customers = list(rows.select_related("unit", "account").order_by("sort_key", "pk")[: SHOWN + 1])
    return CustomerList(query, customers[:SHOWN], len(customers) > SHOWN)


def found(rows: CustomerQuerySet, program: Program, query: str) -> CustomerQuerySet:
    """Each way to find is a query of its own with an index of its own: joined by OR they would read the table."""
    ways = [rows.with_identity(program, query)]
    if "@" in query:
        ways.append(rows.with_email(query))
    if number := identities.phone_number(query):
        ways.append(rows.with_identity(program, number, source=identities.PHONE))
    if any(character.isdigit() for character in query):
        ways.append(rows.filter(phone=query))
    begins = sort_key(query, program.language)
    if begins and "@" not in query:
        ways.append(rows.filter(sort_key__startswith=begins))
        words = _WORD.findall(query)
        if words and all(len(word) >= LONG_WORD for word in words):
            asked = SearchQuery(" & ".join(f"{word}:*" for word in words), search_type="raw", config="simple")
            ways.append(rows.annotate(words=SearchVector("name", config="simple")).filter(words=asked))
    numbers: set[int] = set()
    for way in ways:
        numbers.update(way.values_list("pk", flat=True)[: SHOWN + 1])
    return rows.filter(pk__in=numbers)


@dataclass(frozen=True)
class Fact:
    label: str
    value: str


@dataclass(frozen=True)
class Permission:
    """What the customer allows for one purpose, in words."""

    label: str
    decision: Decision
    words: str
    tone: str


@dataclass(frozen=True)
class CustomerView:
    customer: Customer
    facts: Sequence[Fact]
    identities: Sequence[Fact]
    contacts: Sequence[Customer]
    permissions: Sequence[Permission]
    story: Sequence[Entry]
    is_cut: bool
    may_handle_privacy: bool
    merges: Sequence[CustomerMerge]


def find(user: Any, program: Program, number: int) -> Customer | None:
    rows = Customer.objects.visible_to(user).filter(program=program, pk=number)
    return rows.select_related("program", "unit", "account").first()


def customer_view(visit: Visit, customer: Customer) -> CustomerView:
    rows = Customer.objects.standing().visible_to(visit.user).filter(account=customer)
    entries = list(islice(story(visit.user, customer), STORY + 1))
    return CustomerView(
        customer=customer,
        facts=_facts(visit, customer),
        identities=_other_identities(customer),
        contacts=list(rows.order_by("sort_key", "pk")[:SHOWN]),
        permissions=[_permission(customer, purpose, visit.at) for purpose in Purpose],
        story=entries[:STORY],
        is_cut=len(entries) > STORY,
        may_handle_privacy=visit.can(Right.HANDLE_PRIVACY),
        merges=_merges(visit, customer) if visit.can(Right.DEFINE) else (),
    )


def _merges(visit: Visit, customer: Customer) -> list[CustomerMerge]:
    """The customers found to be this one, the newest first: that one can be undone."""
    rows = CustomerMerge.objects.visible_to(visit.user).filter(kept=customer, undone_at=None)
    return list(rows.order_by("-pk")[:SHOWN])


def story(user: Any, customer: Customer) -> list[Entry]:
    """Everything that happened with the customer and that the person may see, the newest first, from every room."""
    entries: list[Entry] = []
    for held in holdings.holdings():
        if held.story is not None:
            rows: Any = held.rows([customer.pk])
            entries.extend(held.story(rows.visible_to(user), STORY + 1))
    numbers = subjects.selves(customer)
    for tale in holdings.tales():
        entries.extend(tale.story(numbers, STORY + 1))
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _other_identities(customer: Customer) -> list[Fact]:
    """Those beside the address and the number that are shown already, each with its source."""
    own = {customer.email.lower(), identities.phone_number(customer.phone)}
    found = customer.identities.order_by("source", "value")
    kept = [each for each in found if each.source not in identities.WEAK or each.value not in own]
    names = SourceNames(customer.program)
    return [Fact(names.of(each.source), each.value) for each in kept]


def _facts(visit: Visit, customer: Customer) -> list[Fact]:
    languages = dict(Customer._meta.get_field("language").flatchoices)
    said = [
        (_("Kind"), customer.get_kind_display()),
        (_("E-mail"), customer.email),
        (_("Phone"), customer.phone),
        (_("Language"), str(languages.get(customer.language, ""))),
        (_("Unit"), customer.unit.label if customer.unit else ""),
        (_("Since"), date_format(customer.created_at.astimezone(visit.program.zone), "j M Y")),
    ]
    if not customer.is_customer:
        said.append((_("Status"), _("Not a customer")))
    defined = {row.code: row for row in CustomerAttribute.objects.filter(program=visit.program)}
    for code, value in sorted(customer.attributes.items()):
        shown = (_("yes") if value else _("no")) if isinstance(value, bool) else str(value)
        said.append((defined[code].label if code in defined else code, shown))
    return [Fact(label, value) for label, value in said if value]


WORDS = {
    "customer-erased": lambda: _("The customer was erased."),
    "customer-merged": lambda: _("The customer is part of another."),
    "consent-denied": lambda: _("No: the customer said no."),
    "consent-withdrawn": lambda: _("No: the customer took it back."),
    "basis-missing": lambda: _("No: the program has no text for it."),
    "consent-missing": lambda: _("No: the customer has not consented."),
    "consent-granted": lambda: _("Yes: the customer consented."),
}


def _permission(customer: Customer, purpose: Purpose, at: datetime) -> Permission:
    decision = consents.may_contact(customer, purpose=purpose, at=at)
    if decision.reason in WORDS:
        words = str(WORDS[decision.reason]())
    else:
        words = _("Yes: %(basis)s.") % {"basis": dict(consents.LegalBasis.choices)[decision.reason]}
    if decision.consent is not None and decision.consent.state == ConsentState.GRANTED and decision.consent.text:
        words = _("%(words)s Text %(version)s.") % {"words": words, "version": decision.consent.text.version}
    return Permission(str(purpose.label), decision, words, "good" if decision.is_allowed else "bad")
