"""The intake of interactions: checked at the edge, written once, durable before the reply.

The natural key is (program, source, external id). It lives in `InteractionKey`, written by the same statement as the
interaction: a repeat is answered as a repeat, the same key with another body is refused.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec
from django.db import connection, transaction
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from psycopg.types.json import Jsonb

from cxprogram.errors import ConflictError, DomainError
from cxprogram.models import OrgUnit, Program
from cxprogram.sentences import say
from journeys.choices import StreamStatus
from journeys.models import Customer, DataStream, InteractionKey, Touchpoint
from journeys.services import consents, customers, identities, partitions
from journeys.services.customers import CustomerFacts

FUTURE = timedelta(hours=24)
EARLIEST = datetime(1900, 1, 2, tzinfo=UTC)
MAX_PROPERTIES, MAX_PROPERTY_BYTES = 100, 16_000
MAX_VALUE = Decimal(10) ** 14
_plain = msgspec.json.Encoder(decimal_format="string")
_canonical = msgspec.json.Encoder(order="deterministic", decimal_format="string")


class InteractionError(DomainError):
    code = "interaction-invalid"


@dataclass(frozen=True)
class Happening:
    """One thing that happened, as a source tells it. `context` separates runs of one journey."""

    stream: str
    source: str
    external_id: str
    at: datetime
    type: str
    customer: CustomerFacts | None = None
    touchpoint: str = ""
    unit: OrgUnit | None = None
    channel: str = ""
    value: Decimal | int | float | str | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Door:
    """The program's streams and touchpoints, read once for many rows."""

    program: Program
    streams: Mapping[str, DataStream]
    touchpoints: Mapping[str, int]


def door(program: Program) -> Door:
    return Door(
        program,
        {stream.code: stream for stream in DataStream.objects.filter(program=program)},
        dict(Touchpoint.objects.filter(program=program).values_list("code", "pk")),
    )


@dataclass(frozen=True)
class Prepared:
    """One checked interaction, ready to be written."""

    stream: DataStream
    source: str
    external_id: str
    at: datetime
    type: str
    channel: str
    touchpoint_id: int | None
    unit_id: int | None
    value: Decimal | None
    properties: Mapping[str, Any]
    key: bytes
    digest: bytes
    facts: CustomerFacts | None = None
    customer: Customer | None = None

    @property
    def where(self) -> int | None:
        """The unit: the one named, else the customer's."""
        return self.unit_id or (self.customer.unit_id if self.customer else None)


@dataclass(frozen=True)
class Recorded:
    interaction_id: int
    is_new: bool


@dataclass(frozen=True)
class Account:
    """What became of each of many interactions, in their order: (status, id); `created`, `repeated`, or `conflict`
    for a key that carries another body, or the code of the reason why it was not taken."""

    statuses: Sequence[tuple[str, int | None]]

    def count(self, status: str) -> int:
        return sum(1 for each, _id in self.statuses if each == status)


def key_digest(program_id: int, source: str, external_id: str) -> bytes:
    return hashlib.sha256(f"{program_id}\x1f{source}\x1f{external_id}".encode()).digest()


def prepare(door: Door, what: Happening, *, at: datetime) -> Prepared:
    """Check an interaction before it is written.

    Raises InteractionError: `stream-unknown`, `stream-draft` (and what it lacks), `key-missing`,
    `type-missing`, `happened-in-future`, `happened-at-invalid`, `interaction-too-old` (older than the stream keeps),
    `touchpoint-unknown`, `value-invalid`, `properties-too-many`, `customer-missing` (a sensitive stream);
    CustomerError for texts that cannot be stored and for a customer without a key.
    """
    stream = _stream(door, what, at)
    source, external_id = identities.clean(what.source, 60).strip(), identities.clean(what.external_id, 200)
    if not source or not external_id:
        raise InteractionError(_("The key of the interaction is missing."), code="key-missing")
    if not identities.clean(what.type, 60).strip():
        raise InteractionError(_("The type of the interaction is missing."), code="type-missing")
    if what.touchpoint and what.touchpoint not in door.touchpoints:
        raise InteractionError(_("There is no such touchpoint."), code="touchpoint-unknown")
    if what.customer:
        customers.check(what.customer)
        for text, limit in ((what.customer.source, 60), (what.customer.external_id, 200), (what.customer.name, 200)):
            identities.clean(text, limit)
    value = _value(what.value)
    _check_properties(what.properties)
    return Prepared(
        stream=stream,
        source=source,
        external_id=external_id,
        at=what.at,
        type=what.type.strip(),
        channel=identities.clean(what.channel, 20),
        touchpoint_id=door.touchpoints[what.touchpoint] if what.touchpoint else None,
        unit_id=what.unit.pk if what.unit else None,
        value=value,
        properties=what.properties,
        key=key_digest(door.program.pk, source, external_id),
        digest=_body_hash(what, value),
        facts=what.customer,
    )


def _stream(door: Door, what: Happening, at: datetime) -> DataStream:
    stream = door.streams.get(what.stream)
    if stream is None:
        raise InteractionError(_("There is no such data stream."), code="stream-unknown")
    if stream.status != StreamStatus.ACTIVE:
        prefetch_related_objects([stream], "use_cases")  # once, however many rows it refuses
        why = " ".join([_("The data stream is a draft and takes nothing in."), *stream.lacks])
        raise InteractionError(why, code="stream-draft")
    if what.at > at + FUTURE:
        raise InteractionError(_("The interaction lies in the future."), code="happened-in-future")
    if what.at < EARLIEST:
        raise InteractionError(_("The interaction lies before 1900."), code="happened-at-invalid")
    if stream.retention_days is not None and what.at < at - timedelta(days=stream.retention_days):
        raise InteractionError(_("The interaction is older than its stream keeps."), code="interaction-too-old")
    if stream.is_special_category and what.customer is None:
        raise InteractionError(_("A sensitive stream needs a customer who consents."), code="customer-missing")
    return stream


def _value(value: Decimal | int | float | str | None) -> Decimal | None:
    if value is None or value == "":
        return None
    try:
        number = Decimal(str(value)) if not isinstance(value, bool) else Decimal("NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) >= MAX_VALUE:
        raise InteractionError(_("The value is no number that we can hold."), code="value-invalid")
    return number.quantize(Decimal("0.0001"))


def _check_properties(properties: Mapping[str, Any]) -> None:
    if len(properties) > MAX_PROPERTIES or len(_plain.encode(dict(properties))) > MAX_PROPERTY_BYTES:
        raise InteractionError(
            say(gettext_noop("There are more than %(limit)s properties, or they are too long."), limit=MAX_PROPERTIES),
            code="properties-too-many",
        )
    stack: list[Any] = [properties]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            identities.clean(item, MAX_PROPERTY_BYTES)
        elif isinstance(item, Mapping):
            stack.extend((*item.keys(), *item.values()))
        elif isinstance(item, list | tuple):
            stack.extend(item)


def _body_hash(what: Happening, value: Decimal | None) -> bytes:
    """SHA-256 of what the sender said: two bodies with one key are the same only if they agree."""
    said = {
        "stream": what.stream,
        "at": what.at.timestamp(),
        "type": what.type.strip(),
        "customer": vars(what.customer) if what.customer else None,
        "touchpoint": what.touchpoint,
        "unit": what.unit.pk if what.unit else None,
        "channel": what.channel,
        "value": value,
        "properties": dict(what.properties),
    }
    return hashlib.sha256(_canonical.encode(said)).digest()


INSERT = """
    WITH k AS (
        INSERT INTO journeys_interactionkey (id, digest, body_hash, stream_id, at)
        VALUES (nextval('journeys_interaction_id_seq'), %s, %s, %s, %s)
        ON CONFLICT (digest) DO NOTHING RETURNING id
    )
    INSERT INTO journeys_interaction (id, program_id, stream_id, source, external_id, customer_id, unit_id,
        touchpoint_id, at, type, channel, value, properties)
    SELECT k.id, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s FROM k RETURNING id
"""


def record(door: Door, what: Happening, *, at: datetime) -> Recorded:
    """Write one interaction, and the customer that comes with it, in one transaction.

    Raises InteractionError as `prepare` does, and `consent-missing` for a sensitive stream; ConflictError
    (`idempotency-conflict`) for a key that carries another body already.
    """
    row = prepare(door, what, at=at)
    partitions.ensure([row.at])
    with transaction.atomic():
        if row.facts:
            row = replace(row, customer=customers.upsert(door.program, row.facts, unit=what.unit))
        if not _is_allowed(row, at):
            raise InteractionError(_("The customer has not consented to sensitive data."), code="consent-missing")
        values: list[Any] = [
            row.key, row.digest, row.stream.pk, row.at, door.program.pk, row.stream.pk, row.source, row.external_id,
            row.customer.pk if row.customer else None, row.where, row.touchpoint_id, row.at, row.type, row.channel,
            row.value, Jsonb(dict(row.properties), dumps=_plain.encode),
        ]  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(INSERT, values)
            inserted = cursor.fetchone()
        if inserted:
            return Recorded(inserted[0], is_new=True)
        number, known = InteractionKey.objects.values_list("pk", "body_hash").get(digest=row.key)
    if bytes(known) != row.digest:
        raise ConflictError(_("This key carries another interaction already."), code="idempotency-conflict", id=number)
    return Recorded(number, is_new=False)


def _is_allowed(row: Prepared, at: datetime) -> bool:
    return not row.stream.is_special_category or (row.customer is not None and consents.has_explicit(row.customer, at))


def record_many(door: Door, rows: Sequence[Prepared], *, at: datetime) -> Account:
    """Write many interactions in one transaction: COPY into staging, then keys and rows in one statement.

    Keys are inserted in their order: two at once with the same keys wait for each other, never in a circle. Ids are
    given in the order of the rows: of what happened at one moment they tell what came first.
    """
    partitions.ensure(row.at for row in rows)
    with transaction.atomic():
        taken, refused = _with_customers(door, rows, at)
        done = _copy(door.program, taken)
    statuses = [refused.get(place) or done[place] for place in range(len(rows))]
    return Account(statuses)


def _with_customers(
    door: Door, rows: Sequence[Prepared], at: datetime
) -> tuple[list[tuple[int, Prepared]], dict[int, tuple[str, int | None]]]:
    """The rows with their customers; those of sensitive streams whose customer does not consent are refused."""
    met = {(row.facts.source, row.facts.external_id): (row.facts, None) for row in rows if row.facts}
    known = customers.upsert_many(door.program, met.values()) if met else {}
    allowed: dict[int, bool] = {}
    taken: list[tuple[int, Prepared]] = []
    refused: dict[int, tuple[str, int | None]] = {}
    for place, row in enumerate(rows):
        if row.facts:
            row = replace(row, customer=known[row.facts.source, row.facts.external_id])
        if row.stream.is_special_category and row.customer:
            if row.customer.pk not in allowed:
                allowed[row.customer.pk] = consents.has_explicit(row.customer, at)
            if not allowed[row.customer.pk]:
                refused[place] = ("consent-missing", None)
                continue
        taken.append((place, row))
    return taken, refused


def _copy(program: Program, rows: Iterable[tuple[int, Prepared]]) -> dict[int, tuple[str, int | None]]:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL client_min_messages = error")
        cursor.execute("DROP TABLE IF EXISTS cx_interactions")
        cursor.execute(
            """CREATE TEMP TABLE cx_interactions (ord int, key bytea, digest bytea, stream_id bigint, source text,
               external_id text, customer_id bigint, unit_id bigint, touchpoint_id bigint, at timestamptz, type text,
               channel text, value numeric, properties jsonb) ON COMMIT DROP"""
        )
        with cursor.copy("COPY cx_interactions FROM STDIN") as copy:
            for place, row in rows:
                copy.write_row(
                    (
                        place, row.key, row.digest, row.stream.pk, row.source, row.external_id,
                        row.customer.pk if row.customer else None, row.where, row.touchpoint_id, row.at, row.type,
                        row.channel, row.value, Jsonb(dict(row.properties), dumps=_plain.encode),
                    )
                )  # fmt: skip
        cursor.execute(
            """WITH first AS (
                   SELECT * FROM (SELECT DISTINCT ON (key) * FROM cx_interactions ORDER BY key, ord) once ORDER BY ord
               ), s AS MATERIALIZED (
                   SELECT nextval('journeys_interaction_id_seq') AS id, first.* FROM first
               ), k AS (
                   INSERT INTO journeys_interactionkey (id, digest, body_hash, stream_id, at)
                   SELECT id, key, digest, stream_id, at FROM s ORDER BY key
                   ON CONFLICT (digest) DO NOTHING RETURNING id, digest
               ), r AS (
                   INSERT INTO journeys_interaction (id, program_id, stream_id, source, external_id, customer_id,
                       unit_id, touchpoint_id, at, type, channel, value, properties)
                   SELECT k.id, %s, s.stream_id, s.source, s.external_id, s.customer_id, s.unit_id, s.touchpoint_id,
                       s.at, s.type, s.channel, s.value, s.properties
                   FROM k JOIN s ON s.key = k.digest
               )
               SELECT s.ord, k.id FROM k JOIN s ON s.key = k.digest""",
            [program.pk],
        )
        created = dict(cursor.fetchall())
        cursor.execute(
            """SELECT s.ord, k.id, k.body_hash = s.digest FROM cx_interactions s
               JOIN journeys_interactionkey k ON k.digest = s.key"""
        )
        return {
            place: ("created" if place in created else "repeated" if is_same else "conflict", number)
            for place, number, is_same in cursor.fetchall()
        }
