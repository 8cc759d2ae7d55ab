"""What is said elsewhere: by customers, and of them by who works here; each known by its key in its source.

A source that says the same again is a repeat; one that says something else has changed its mind, and the newest word
counts. The audit keeps the older ones.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cxprogram import languages
from cxprogram.errors import DomainError
from cxprogram.models import OrgUnit, Program
from cxprogram.sentences import say
from feedback.models import Conversation, EmployeeRemark, FeatureRequest, Mention, SupportCase
from feedback.services import closed_cases
from feedback.services.answer_checks import clean_text
from journeys.models import Customer, Touchpoint
from journeys.services import customers
from journeys.services.customers import CustomerFacts

FUTURE = timedelta(hours=24)
MAX_TEXT, MAX_ATTRIBUTES, MAX_ATTRIBUTE_BYTES = 20_000, 100, 16_000
MAX_NUMBER = Decimal(100_000)
MAX_VOTES = 2**31 - 1
_canonical = msgspec.json.Encoder(order="deterministic", decimal_format="string")

Kind = Literal["mentions", "support-cases", "feature-requests", "conversations", "employee-remarks"]
Model = type[Mention] | type[SupportCase] | type[FeatureRequest] | type[Conversation] | type[EmployeeRemark]
MODELS: dict[str, Model] = {
    "mentions": Mention,
    "support-cases": SupportCase,
    "feature-requests": FeatureRequest,
    "conversations": Conversation,
    "employee-remarks": EmployeeRemark,
}
# The texts that each kind has beside its text, and how long they may be.
TEXTS: dict[str, dict[str, int]] = {
    "mentions": {"channel": 40, "author": 200, "title": 500, "url": 1_000, "language": languages.MAX_CODE},
    "support-cases": {"subject": 500, "status": 60, "channel": 40, "priority": 60},
    "feature-requests": {"title": 500, "status": 60},
    "conversations": {"subject": 500, "channel": 40, "language": languages.MAX_CODE},
    "employee-remarks": {"title": 500},
}
NUMBERS: dict[str, tuple[str, ...]] = {
    "mentions": ("rating", "rating_low", "rating_high"),
    "support-cases": ("rating",),
    "feature-requests": (),
    "conversations": ("rating",),
    "employee-remarks": ("rating", "rating_low", "rating_high"),
}


class VoiceError(DomainError):
    code = "record-invalid"


class Places:
    """The touchpoints of programs, each program's read once for many rows: found by code, and of a file by the name of
    one in use, too. One that is off the map is still where something was said.
    """

    def __init__(self, *, by_name: bool = False) -> None:
        self._by_name = by_name
        self._known: dict[int, dict[str, Touchpoint]] = {}

    def find(self, program: Program, named: str) -> Touchpoint | None:
        """The touchpoint; None for no name. Raises VoiceError (`touchpoint-unknown`)."""
        if not named.strip():
            return None
        if program.pk not in self._known:
            rows = Touchpoint.objects.filter(program=program)
            by_code = {row.code: row for row in rows}
            words = rows.in_use().codes_by_word() if self._by_name else {}
            self._known[program.pk] = {word: by_code[code] for word, code in words.items()} | {
                code.casefold(): row for code, row in by_code.items()
            }
        found = self._known[program.pk].get(named.strip().casefold())
        if found is None:
            raise VoiceError(_("There is no such touchpoint."), code="touchpoint-unknown")
        return found


@dataclass(frozen=True)
class Said:
    """One thing that was said elsewhere, as its source tells it; `facts` are the fields of its kind."""

    source: str
    external_id: str
    at: datetime
    text: str = ""
    customer: CustomerFacts | None = None
    unit: OrgUnit | None = None
    touchpoint: Touchpoint | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Prepared:
    """Checked, and ready to be written."""

    said: Said
    fields: Mapping[str, Any]
    digest: bytes
    at: datetime  # when it came


@dataclass(frozen=True)
class Recorded:
    """`status` is created, updated or repeated."""

    id: int
    status: str


def prepare(kind: Kind, said: Said, *, at: datetime) -> Prepared:
    """Check a record before it is written.

    Raises VoiceError: `key-missing`, `said-in-future`, `said-nothing`, `rating-invalid`, `votes-invalid`,
    `closed-before-opened`, `attributes-too-many`; AnswerError for texts that cannot be stored; CustomerError.
    """
    source, key = clean_text(said.source, limit=60).strip(), clean_text(said.external_id, limit=200).strip()
    if not source or not key:
        raise VoiceError(_("The key of the record is missing."), code="key-missing")
    if said.at > at + FUTURE or said.at.year < 1900:
        raise VoiceError(_("This cannot have been said then."), code="said-in-future")
    fields: dict[str, Any] = {"text": clean_text(said.text, limit=MAX_TEXT)}
    for name, limit in TEXTS[kind].items():
        fields[name] = clean_text(str(said.facts.get(name) or ""), limit=limit)
    for name in NUMBERS[kind]:
        fields[name] = _number(said.facts.get(name))
    if "rating_low" in NUMBERS[kind]:
        _check_rating(fields)
    if kind == "support-cases":
        fields["closed_at"] = closed = said.facts.get("closed_at")
        if closed is not None and closed < said.at:
            raise VoiceError(_("The case was closed before it was opened."), code="closed-before-opened")
    if kind == "feature-requests":
        fields["votes"] = _votes(said.facts.get("votes"))
    if not any(fields[name] for name in ("text", "title", "subject", "rating") if fields.get(name) is not None):
        raise VoiceError(_("Nothing is said in it."), code="said-nothing")
    _check_attributes(said.attributes)
    if said.customer:
        customers.check(said.customer)
    told = {
        "kind": kind, "at": said.at.timestamp(), "fields": _told(fields), "unit": said.unit.pk if said.unit else None,
        "customer": vars(said.customer) if said.customer else None, "attributes": dict(said.attributes),
    }  # fmt: skip
    if said.touchpoint is not None:  # what names none is told as it always was
        told["touchpoint"] = said.touchpoint.pk
    digest = hashlib.sha256(_canonical.encode(told)).digest()
    return Prepared(replace(said, source=source, external_id=key), fields, digest, at)


def _told(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields as the digest sees them: 4 and 4.0 are the same rating."""
    return {
        name: str(value.normalize()) if isinstance(value, Decimal) else value.timestamp()
        if isinstance(value, datetime) else value
        for name, value in fields.items()
    }  # fmt: skip


def _number(value: Any) -> Decimal | None:
    if value is None or value == "":
        return None
    try:
        number = Decimal("NaN") if isinstance(value, bool) else Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) > MAX_NUMBER:
        raise VoiceError(_("The rating is no number that we can hold."), code="rating-invalid")
    return number.quantize(Decimal("0.001"))


def _check_rating(fields: Mapping[str, Any]) -> None:
    rating, low, high = fields["rating"], fields["rating_low"], fields["rating_high"]
    if (low is None) != (high is None) or (low is not None and not low < high):
        raise VoiceError(_("A scale runs from low to high."), code="rating-invalid")
    if rating is not None and low is not None and not low <= rating <= high:
        raise VoiceError(_("The rating lies outside its scale."), code="rating-invalid")


def _votes(value: Any) -> int:
    try:
        votes = int(Decimal(str(value or 0)))
    except (InvalidOperation, ValueError, OverflowError):
        votes = -1
    if not 0 <= votes <= MAX_VOTES:
        raise VoiceError(_("This is no number of votes."), code="votes-invalid")
    return votes


def _check_attributes(attributes: Mapping[str, Any]) -> None:
    if len(attributes) > MAX_ATTRIBUTES or len(_canonical.encode(dict(attributes))) > MAX_ATTRIBUTE_BYTES:
        raise VoiceError(
            say(gettext_noop("There are more than %(limit)s attributes, or they are too long."), limit=MAX_ATTRIBUTES),
            code="attributes-too-many",
        )
    stack: list[Any] = [attributes]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            clean_text(item, limit=MAX_ATTRIBUTE_BYTES)
        elif isinstance(item, Mapping):
            stack.extend((*item.keys(), *item.values()))
        elif isinstance(item, list):
            stack.extend(item)


def record(program: Program, kind: Kind, said: Said, *, at: datetime) -> Recorded:
    """Write one record; raises what `prepare` raises."""
    return record_many(program, kind, [prepare(kind, said, at=at)])[0]


@transaction.atomic
def record_many(program: Program, kind: Kind, rows: Sequence[Prepared]) -> list[Recorded]:
    """Write many records in one transaction; of several with one key the last one counts. A support case that becomes
    closed is an event of the plans.

    Rows are written in the order of their keys: two at once wait for each other, never in a circle.
    """
    model = MODELS[kind]
    met = {(row.said.customer.source, row.said.customer.external_id): (row.said.customer, row.said.unit)
           for row in rows if row.said.customer}  # fmt: skip
    known = customers.upsert_many(program, met.values()) if met else {}
    newest = {(row.said.source, row.said.external_id): row for row in rows}
    keys = sorted(newest)
    sources, ids = {source for source, _key in keys}, {key for _source, key in keys}
    before = {
        (source, key): bytes(digest)
        for source, key, digest in model.objects.filter(program=program, source__in=sources, external_id__in=ids)
        .select_for_update()
        .values_list("source", "external_id", "body_hash")
        if (source, key) in newest
    }
    changed = [key for key in keys if before.get(key) != newest[key].digest]
    is_awaited = model is SupportCase and bool(changed) and closed_cases.is_awaited(program)
    was = closed_cases.known(program, changed) if is_awaited else {}
    fields = (
        ["body_hash", "at", "customer", "unit", "touchpoint", "attributes", *newest[keys[0]].fields] if keys else []
    )
    model.objects.bulk_create(
        [_row(model, program, newest[key], known) for key in changed],
        update_conflicts=True,
        unique_fields=["program", "source", "external_id"],
        update_fields=fields,
    )
    if is_awaited:
        closed_cases.react(program, was, changed, at=newest[changed[0]].at)
    numbers = {
        (source, key): number
        for source, key, number in model.objects.filter(
            program=program, source__in=sources, external_id__in=ids
        ).values_list("source", "external_id", "pk")
    }
    status = {key: "updated" if key in before else "created" for key in changed}
    told: list[Recorded] = []
    for row in rows:
        key = (row.said.source, row.said.external_id)
        told.append(Recorded(numbers[key], status.pop(key, "repeated")))
    return told


def _row(model: Model, program: Program, row: Prepared, known: Mapping[tuple[str, str], Customer]) -> Any:
    said = row.said
    customer = known[said.customer.source, said.customer.external_id] if said.customer else None
    return model(
        program=program,
        source=said.source,
        external_id=said.external_id,
        body_hash=row.digest,
        at=said.at,
        customer=customer,
        unit_id=said.unit.pk if said.unit else (customer.unit_id if customer else None),
        touchpoint=said.touchpoint,
        attributes=dict(said.attributes),
        **row.fields,
    )
