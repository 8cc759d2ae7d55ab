"""The intake of answers: checked at the edge, written once, durable before the reply.

Whatever the door (page, API, file), an answer is a Submission. Its natural key is (program, source, external id):
a repeat is answered as a repeat, the same key with another body is refused.
"""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import connection, transaction
from django.utils.translation import gettext as _
from psycopg.types.json import Jsonb

from cxprogram import languages
from cxprogram.errors import ConflictError
from cxprogram.models import OrgUnit, Program
from cxprogram.prepared import fetch_one
from feedback.models import Response
from feedback.services import brought, surveys, tickets
from feedback.services.answer_checks import BLANK, MAX_KEY, AnswerError, check, clean_text
from feedback.services.surveys import Door
from journeys.models import Customer
from journeys.services import customers

FUTURE = timedelta(hours=24)
# The score cells add up squares of weights: both ends keep them far from overflow and underflow.
MIN_WEIGHT, MAX_WEIGHT = 1e-6, 1e6
MAX_ATTRIBUTES = 100
_canonical = msgspec.json.Encoder(order="deterministic")
_plain = msgspec.json.Encoder()


def _json(value: Mapping[str, Any]) -> Jsonb:
    return Jsonb(value, dumps=_plain.encode)


@dataclass(frozen=True)
class Submission:
    """One person's answers as they came in.

    `answers` maps question codes to values: a whole number, a list of them, text, or None for left blank;
    "not_applicable" is the other kind of missing. `answered_at` None means now.
    """

    source: str
    external_id: str
    answers: Mapping[str, Any]
    answered_at: datetime | None = None
    unit: OrgUnit | None = None
    channel: str = "web"
    language: str = ""
    weight: float = 1.0
    customer: customers.CustomerFacts | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    touchpoint_id: int | None = None
    customer_id: int | None = None  # of somebody who is known already


@dataclass(frozen=True)
class Recorded:
    response_id: int
    is_new: bool


def body_hash(
    survey: str,
    values: Mapping[str, Any],
    missing: Mapping[str, str],
    *,
    answered_at: datetime | None,
    unit_id: int | None,
    customer: customers.CustomerFacts | None,
    others: Mapping[str, Any] | None = None,
) -> bytes:
    """SHA-256 of what the sender said: two bodies with one key are the same answer only if they agree."""
    said: dict[str, Any] = {
        "survey": survey,
        "answers": dict(values),
        "missing": dict(missing),
        "answered_at": answered_at.timestamp() if answered_at else None,
        "unit": unit_id,
        "customer": [customer.source, customer.external_id] if customer else None,
    }
    if others:
        said["others"] = dict(others)
    return hashlib.sha256(_canonical.encode(said)).digest()


def _hash(door: Door, submission: Submission, values: Mapping[str, Any], missing: Mapping[str, str]) -> bytes:
    """As `body_hash`; a question left blank says nothing, so a repeat after a new version of the survey is a repeat."""
    customer = submission.customer
    others = {
        "channel": submission.channel,
        "language": submission.language,
        "weight": submission.weight,
        "attributes": dict(submission.attributes),
        "customer": vars(customer) if customer else None,
    }
    if submission.touchpoint_id or submission.customer_id:
        others |= {"touchpoint": submission.touchpoint_id, "known_customer": submission.customer_id}
    return body_hash(
        door.survey.slug,
        values,
        {code: why for code, why in missing.items() if why != BLANK},
        answered_at=submission.answered_at,
        unit_id=submission.unit.pk if submission.unit else None,
        customer=customer,
        others=others,
    )


def _check_facts(submission: Submission) -> None:
    """Raise AnswerError for what no later page could hold: its squares must stay numbers, its texts must be texts."""
    weight = submission.weight
    if not (weight == 0 or MIN_WEIGHT <= weight <= MAX_WEIGHT):
        raise AnswerError(
            _("A weight is 0, or from %(low)s to %(high)s.") % {"low": MIN_WEIGHT, "high": MAX_WEIGHT},
            code="weight-invalid",
        )
    clean_text(submission.channel, limit=20)
    clean_text(submission.language, limit=languages.MAX_CODE)
    if len(submission.attributes) > MAX_ATTRIBUTES:
        raise AnswerError(
            _("There are more than %(limit)s attributes.") % {"limit": MAX_ATTRIBUTES}, code="attributes-too-many"
        )
    for name, value in submission.attributes.items():
        clean_text(name, limit=100)
        if isinstance(value, str):
            clean_text(value, limit=1_000)
        elif isinstance(value, int) and abs(value) >= 2**63:
            raise AnswerError(_("The number is too large."), code="number-too-large")


INSERT = """
    INSERT INTO feedback_response (program_id, survey_version_id, source, external_id, body_hash, answered_at,
        answered_on, unit_id, touchpoint_id, channel, language, weight, customer_id, answers, missing, attributes)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (program_id, source, external_id) DO NOTHING RETURNING id
"""
# The same if the door is still as it was: its stamp is compared by the statement that writes.
INSERT_IF = f"""
    INSERT INTO feedback_response (program_id, survey_version_id, source, external_id, body_hash, answered_at,
        answered_on, unit_id, touchpoint_id, channel, language, weight, customer_id, answers, missing, attributes)
    SELECT %s, %s, %s, %s, %s, %s, %s, %s, %s::bigint, %s, %s, %s, %s::bigint, %s, %s, %s
    FROM ({surveys.STAMP}) door (survey_id, version_id, root_id, stamp) WHERE door.stamp = %s
    ON CONFLICT (program_id, source, external_id) DO NOTHING RETURNING id
"""  # noqa: S608 (no value is written into it)


@dataclass(frozen=True)
class Prepared:
    """One checked answer of a file or a bulk request, ready to be written."""

    external_id: str
    answered_at: datetime
    answered_on: Any
    unit_id: int
    channel: str
    language: str
    weight: float
    answers: Mapping[str, Any]
    missing: Mapping[str, str]
    attributes: Mapping[str, Any]
    digest: bytes
    customer: Customer | None = None
    touchpoint_id: int | None = None
    facts: customers.CustomerFacts | None = None  # whose answer it is, before that customer is looked up


def prepare(door: Door, submission: Submission, *, at: datetime) -> Prepared:
    """Check an answer before it is written; raises AnswerError."""
    _check_facts(submission)
    values, missing = check(door, submission.answers)
    key = clean_text(submission.external_id, limit=MAX_KEY)
    if not key:
        raise AnswerError(_("The key of the answer is missing."), code="key-missing")
    answered_at = submission.answered_at or at
    if answered_at > at + FUTURE:
        raise AnswerError(_("The answer lies in the future."), code="answered-in-future")
    return Prepared(
        external_id=key,
        answered_at=answered_at,
        answered_on=answered_at.astimezone(door.survey.program.zone).date(),
        unit_id=submission.unit.pk if submission.unit else door.root_id,
        channel=submission.channel,
        language=submission.language,
        weight=submission.weight,
        answers=values,
        missing=missing,
        attributes=submission.attributes,
        digest=_hash(door, submission, values, missing),
        touchpoint_id=submission.touchpoint_id,
    )


def record(door: Door, submission: Submission, *, at: datetime) -> Recorded:
    """Write the answer, and the ticket and the customer that come with it, in one transaction.

    Raises AnswerError for what cannot be an answer, ConflictError (`idempotency-conflict`) for a key that carries
    another body already. An answer that brings nothing else is one statement: a transaction of its own as it is.
    """
    return _record(door, submission, at=at, is_presumed=False)


class _DoorChangedError(Exception):
    """Nothing was written: the door is another by now, or the key is known already."""


def record_presumed(door: Door, submission: Submission, *, at: datetime) -> Recorded:
    """As `record`, through a door that may have changed since this process found it.

    The insert writes nothing then; and what the door refuses is asked of the one that is right now.
    """
    try:
        return _record(door, submission, at=at, is_presumed=True)
    except (_DoorChangedError, AnswerError):
        door = surveys.door(door.survey.slug, program_id=door.survey.program_id)
    return _record(door, submission, at=at, is_presumed=False)


def _record(door: Door, submission: Submission, *, at: datetime, is_presumed: bool) -> Recorded:
    row = prepare(door, submission, at=at)
    source = clean_text(submission.source, limit=60)
    if not source:
        raise AnswerError(_("The key of the answer is missing."), code="key-missing")
    brings = brought.is_asked_for(door, row.answers)
    brings_more = brings or submission.customer is not None or tickets.is_asked_for(row.answers, rules=door.rules)
    with transaction.atomic() if brings_more else nullcontext():
        customer: Customer | None = None
        if submission.customer:
            customer = customers.upsert(door.survey.program, submission.customer, unit=submission.unit)
        elif submission.customer_id and brings_more:
            customer = Customer.objects.filter(pk=submission.customer_id, program=door.survey.program_id).first()
        customer_id = customer.pk if customer else submission.customer_id
        inserted = fetch_one(
            INSERT_IF if is_presumed else INSERT,
            [
                door.survey.program_id, door.version_id, source, row.external_id, row.digest, row.answered_at,
                row.answered_on, row.unit_id, row.touchpoint_id, row.channel, row.language, row.weight, customer_id,
                _json(row.answers), _json(row.missing), _json(row.attributes),
                *((door.survey.slug, door.stamp) if is_presumed else ()),
            ],
        )  # fmt: skip
        if inserted is None and is_presumed:
            raise _DoorChangedError
        if inserted:
            if brings_more:
                tickets.open_for(_ticket_facts(door, inserted[0], row, customer), rules=door.rules)
            if brings:
                brought.write(door, source, [_answered(row, customer)])
            return Recorded(inserted[0], is_new=True)
        response_id, known = Response.objects.values_list("pk", "body_hash").get(
            program=door.survey.program_id, source=source, external_id=row.external_id
        )
    if bytes(known) != row.digest:
        raise ConflictError(_("This key carries another answer already."), code="idempotency-conflict", id=response_id)
    return Recorded(response_id, is_new=False)


def _answered(row: Prepared, customer: Customer | None) -> brought.Answered:
    return brought.Answered(row.external_id, row.answered_at, row.channel, row.unit_id, row.answers, customer)


def _ticket_facts(door: Door, response_id: int, row: Prepared, customer: Customer | None) -> tickets.Facts:
    return tickets.Facts(door.survey.program, response_id, row.answers, row.unit_id, customer, at=row.answered_at)


def with_customers(program: Program, rows: Sequence[Prepared]) -> list[Prepared]:
    """The rows with the customers behind their facts, who are made when first met; known ones stay as they are."""
    met = {(row.facts.source, row.facts.external_id): (row.facts, None) for row in rows if row.facts}
    known = customers.upsert_many(program, met.values()) if met else {}
    return [replace(row, customer=known[row.facts.source, row.facts.external_id]) if row.facts else row for row in rows]


@dataclass(frozen=True)
class Account:
    """What became of each of many answers, in their order: (status, response id)."""

    statuses: Sequence[tuple[str, int]]

    def count(self, status: str) -> int:
        return sum(1 for each, _id in self.statuses if each == status)


def record_many(door: Door, source: str, rows: Sequence[Prepared], *, opens_tickets: bool) -> Account:
    """Write many answers of one source in one transaction: COPY into staging, then one INSERT.

    Status of each row: `created`, `repeated`, or `conflict` for a key that carries another body. Rows are inserted in
    the order of their keys: two at once with the same keys wait for each other, never in a circle.
    """
    program = door.survey.program
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL client_min_messages = error")
        cursor.execute("DROP TABLE IF EXISTS cx_staging")
        cursor.execute(
            """CREATE TEMP TABLE cx_staging (ord int, external_id text, digest bytea, answered_at timestamptz,
               answered_on date, unit_id bigint, channel text, language text, weight float8, customer_id bigint,
               answers jsonb, missing jsonb, attributes jsonb) ON COMMIT DROP"""
        )
        with cursor.copy("COPY cx_staging FROM STDIN") as copy:
            for number, row in enumerate(rows):
                copy.write_row(
                    (
                        number, row.external_id, row.digest, row.answered_at, row.answered_on, row.unit_id,
                        row.channel, row.language, row.weight, row.customer.pk if row.customer else None,
                        *(_plain.encode(each).decode() for each in (row.answers, row.missing, row.attributes)),
                    )
                )  # fmt: skip
        cursor.execute(
            """INSERT INTO feedback_response (program_id, survey_version_id, source, external_id, body_hash,
                   answered_at, answered_on, unit_id, channel, language, weight, customer_id, answers, missing,
                   attributes)
               SELECT %s, %s, %s, external_id, digest, answered_at, answered_on, unit_id, channel, language, weight,
                   customer_id, answers, missing, attributes
               FROM (SELECT DISTINCT ON (external_id) * FROM cx_staging ORDER BY external_id, ord) s
               ORDER BY external_id
               ON CONFLICT (program_id, source, external_id) DO NOTHING RETURNING id, external_id""",
            [program.pk, door.version_id, source],
        )
        created = {key: response_id for response_id, key in cursor.fetchall()}
        if len(created) == len(rows):
            found = [(number, created[row.external_id], True) for number, row in enumerate(rows)]
        else:
            cursor.execute(
                """SELECT s.ord, r.id, r.body_hash = s.digest FROM cx_staging s JOIN feedback_response r
                   ON r.program_id = %s AND r.source = %s AND r.external_id = s.external_id ORDER BY s.ord""",
                [program.pk, source],
            )
            found = cursor.fetchall()
        statuses: list[tuple[str, int]] = []
        asking: list[tickets.Facts] = []
        brought_by: list[brought.Answered] = []
        for number, response_id, is_same in found:
            row = rows[number]
            if created.pop(row.external_id, None):
                statuses.append(("created", response_id))
                if opens_tickets and tickets.is_asked_for(row.answers, rules=door.rules):
                    asking.append(_ticket_facts(door, response_id, row, row.customer))
                if brought.is_asked_for(door, row.answers):
                    brought_by.append(_answered(row, row.customer))
            else:
                statuses.append(("repeated" if is_same else "conflict", response_id))
        tickets.open_many(asking, rules=door.rules)
        brought.write(door, source, brought_by)
    return Account(statuses)
