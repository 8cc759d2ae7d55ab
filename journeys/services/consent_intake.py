"""Words on consent that another system keeps: appended by API or by file, each once; the newest said counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from cxprogram.errors import ConflictError
from cxprogram.models import OrgUnit, Program, User
from journeys.choices import ConsentState, Purpose
from journeys.models import Consent, ConsentText, Customer
from journeys.services import consents, customers, identities
from journeys.services.consents import ConsentError
from journeys.services.customers import CustomerFacts

FUTURE = timedelta(hours=24)
_LOCK = 0x636F6E73656E74  # "consent"


@dataclass(frozen=True)
class Word:
    """What one customer said of one purpose, as its source keeps it. (`source`, `external_id`) is its key.

    What was granted names the text that was shown: a version of ours, or the name under which the source keeps it.
    """

    source: str
    external_id: str
    customer: CustomerFacts
    purpose: str
    state: str
    at: datetime
    channel: str = ""
    text_version: int | None = None
    reference: str = ""
    unit: OrgUnit | None = None


@dataclass(frozen=True)
class Door:
    """The program's consent texts, read once for many words."""

    program: Program
    texts: Mapping[tuple[str, int], ConsentText]


def door(program: Program) -> Door:
    return Door(program, {(text.purpose, text.version): text for text in ConsentText.objects.filter(program=program)})


@dataclass(frozen=True)
class Prepared:
    """A word that was checked; `row` lacks its customer."""

    row: Consent
    customer: CustomerFacts
    unit: OrgUnit | None


@dataclass(frozen=True)
class Recorded:
    """`status` is created, repeated, or conflict for a key that carries another word."""

    id: int
    status: str


def prepare(door: Door, word: Word, *, at: datetime, by: User | None = None) -> Prepared:
    """Check a word before it is written.

    Raises ConsentError: `key-missing`, `purpose-unknown`, `consent-invalid`, `said-in-future`, `consent-text-unknown`
    for a version that the purpose does not have, `consent-text-missing` for a grant that names no text; CustomerError.
    """
    source, key = identities.clean(word.source, 60).strip(), identities.clean(word.external_id, 200).strip()
    if not source or not key:
        raise ConsentError(_("The key of the word is missing."), code="key-missing")
    if word.purpose not in Purpose.values:
        raise ConsentError(_("There is no such purpose."), code="purpose-unknown")
    if word.state not in ConsentState.values:
        raise ConsentError(_("A word is granted, denied or withdrawn."), code="consent-invalid")
    if word.at > at + FUTURE:
        raise ConsentError(_("This cannot have been said then."), code="said-in-future")
    text = door.texts.get((word.purpose, word.text_version)) if word.text_version is not None else None
    if word.text_version is not None and text is None:
        raise ConsentError(_("The purpose has no such version of its text."), code="consent-text-unknown")
    reference = identities.clean(word.reference, 200).strip()
    if word.state == ConsentState.GRANTED and text is None and not reference:
        raise ConsentError(_("Say which text the customer agreed to."), code="consent-text-missing")
    customers.check(word.customer)
    for told, limit in ((word.customer.source, 60), (word.customer.external_id, 200), (word.customer.name, 200)):
        identities.clean(told, limit)
    row = Consent(
        program=door.program,
        purpose=word.purpose,
        state=word.state,
        text=text,
        reference=reference,
        channel=identities.clean(word.channel, 20),
        at=word.at,
        by=by,
        source=source,
        external_id=key,
    )
    return Prepared(row, word.customer, word.unit)


def record(program: Program, word: Prepared, *, at: datetime) -> Recorded:
    """Write one word; the same again is a repeat. Raises ConflictError (`idempotency-conflict`) for another word."""
    (done,) = record_many(program, [word], at=at)
    if done.status == "conflict":
        raise ConflictError(_("This key carries another word already."), code="idempotency-conflict")
    return done


@transaction.atomic
def record_many(program: Program, words: Sequence[Prepared], *, at: datetime) -> list[Recorded]:
    """Append many words; what became of each, in their order.

    - repeated: its key carries this word already, of this customer;
    - conflict: its key carries another word; the first one stays;
    - created: else. Where it takes sensitive data back, and no newer word grants them, they go.
    """
    with connection.cursor() as cursor:
        for source in sorted({each.row.source for each in words}):  # no word of the source comes in between
            name = f"{program.pk}:{source}"
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", [name, _LOCK])
    people = customers.upsert_many(program, [(each.customer, each.unit) for each in words])
    known = {
        (row.source, row.external_id): row
        for row in Consent.objects.filter(
            program=program,
            source__in={each.row.source for each in words},
            external_id__in={each.row.external_id for each in words},
        )
    }
    statuses, fresh = [], []
    for each in words:
        each.row.customer = people[each.customer.source, each.customer.external_id]
        first = known.setdefault((each.row.source, each.row.external_id), each.row)
        if first is each.row:
            fresh.append(each.row)
        is_same = _facts(first) == _facts(each.row)
        statuses.append("created" if first is each.row else "repeated" if is_same else "conflict")
    Consent.objects.bulk_create(fresh)
    _drop_sensitive(fresh, at=at)
    keys = [(each.row.source, each.row.external_id) for each in words]
    return [Recorded(known[key].pk, status) for key, status in zip(keys, statuses, strict=True)]


def _facts(row: Consent) -> tuple[Any, ...]:
    return row.customer_id, row.purpose, row.state, row.text_id, row.reference, row.channel, row.at


def _drop_sensitive(fresh: Sequence[Consent], *, at: datetime) -> None:
    """By the word that holds now: an old withdrawal that comes late takes nothing back that was granted since."""
    taken_back: dict[int, Customer] = {
        row.customer_id: row.customer
        for row in fresh
        if row.purpose == Purpose.SPECIAL_CATEGORY and row.state != ConsentState.GRANTED
    }
    for _number, customer in sorted(taken_back.items()):
        consents.drop_sensitive(customer, at)
