"""POST /api/v1/interactions/ and /interactions/bulk/: what happened, durable before the reply."""

from typing import Annotated, Any, Literal

import msgspec
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from msgspec import Meta

from cxprogram import api_bodies, api_bulk, api_schema, api_senders
from cxprogram.access import Right
from cxprogram.api_base import ApiView, reply
from cxprogram.api_bulk import BulkAccount, BulkRow
from cxprogram.api_senders import moment
from cxprogram.models import Program
from journeys.api.senders import Sender
from journeys.services import customers, interactions
from journeys.services.interactions import Happening, Prepared


class MetBody(msgspec.Struct, forbid_unknown_fields=True):
    """Who it happened to, as a source knows them: made when first met, found again by source and external id."""

    external_id: Annotated[str, Meta(min_length=1, max_length=200)]
    source: Annotated[str, Meta(max_length=60, description="The interaction's source, if not given.")] = ""
    name: Annotated[str, Meta(max_length=200)] = ""
    email: Annotated[str, Meta(max_length=254)] = ""
    language: Annotated[str, Meta(max_length=10)] = ""
    is_fictitious: bool = False


class InteractionBody(msgspec.Struct, forbid_unknown_fields=True):
    """One thing that happened. (`source`, `external_id`) is the key: the same key twice is one interaction."""

    stream: Annotated[str, Meta(max_length=50, description="Code of an active data stream.")]
    source: Annotated[str, Meta(min_length=1, max_length=60, description="The system that sends it.")]
    external_id: Annotated[str, Meta(min_length=1, max_length=200, description="Its key in that system.")]
    type: Annotated[str, Meta(min_length=1, max_length=60, description="What happened: `order`, `call`, `visit` …")]
    program: Annotated[str, Meta(max_length=50, description="May be left out by those who have only one.")] = ""
    at: Annotated[
        str | None, Meta(description="ISO 8601; without an offset, in the program's time zone. Now, if not given.")
    ] = None
    customer: MetBody | None = None
    touchpoint: Annotated[str, Meta(max_length=50, description="Code of a touchpoint.")] = ""
    unit: Annotated[str | None, Meta(description="Code of the unit; the root, if not given.")] = None
    channel: Annotated[str, Meta(max_length=20)] = ""
    value: Annotated[float | str | None, Meta(description="A number, as text if it must be exact.")] = None
    properties: Annotated[
        dict[str, Any], Meta(description="Anything else; `context` separates runs of one journey.")
    ] = {}


class InteractionWritten(msgspec.Struct):
    """What became of an interaction."""

    id: int
    status: Literal["created", "repeated"]


EXAMPLE = {
    "stream": "orders",
    "source": "shop",
    "external_id": "order-4711",
    "type": "order",
    "at": "2017-05-15T12:00:00-07:00",
    "customer": {"source": "crm", "external_id": "c-17"},
    "touchpoint": "checkout",
    "channel": "web",
    "value": "19.90",
    "properties": {"items": 2},
}
CODES = (
    "consent-missing",
    "customer-key-missing",
    "customer-missing",
    "email-invalid",
    "happened-at-invalid",
    "happened-in-future",
    "interaction-too-old",
    "key-missing",
    "language-unknown",
    "properties-too-many",
    "stream-draft",
    "stream-unknown",
    "text-not-storable",
    "text-too-long",
    "touchpoint-unknown",
    "type-missing",
    "unit-missing",
    "value-invalid",
)
_one = msgspec.json.Decoder(InteractionBody)


def happening(sender: Sender, body: InteractionBody, *, at: Any) -> tuple[Program, Happening]:
    """What the body says; raises DomainError."""
    program = sender.program(body.program)
    return program, Happening(
        stream=body.stream,
        source=body.source,
        external_id=body.external_id,
        at=at if body.at is None else moment(body.at, program.zone, code="happened-at-invalid"),
        type=body.type,
        customer=customers.told(body.customer, source=body.source),
        touchpoint=body.touchpoint,
        unit=sender.unit(program, body.unit),
        channel=body.channel,
        value=body.value,
        properties=body.properties,
    )


class InteractionView(ApiView):
    right = Right.SEND_ANSWERS

    @api_schema.describe(
        "Send one interaction",
        name="interaction_create",
        tag="Interactions",
        description="It is on disk before the reply. The same key with the same body is a repeat, with another body a "
        "conflict. Say when it happened: without `at` each sending is another body.",
        body=InteractionBody,
        example=EXAMPLE,
        replies={201: InteractionWritten, 200: InteractionWritten},
        reply_example={"id": 4711, "status": "created"},
        refusals={
            **api_senders.REFUSALS,
            409: ("idempotency-conflict",),
            422: CODES,
        },
    )
    def post(self, request: Any) -> HttpResponse:
        sender, at = Sender(request.user), timezone.now()
        program, what = happening(sender, api_bodies.read(request, _one), at=at)
        recorded = interactions.record(sender.door(program), what, at=at)
        status = "created" if recorded.is_new else "repeated"
        return reply(InteractionWritten(recorded.interaction_id, status), status=201 if recorded.is_new else 200)  # type: ignore[arg-type]


class InteractionBulkView(ApiView):
    right = Right.SEND_ANSWERS

    @api_schema.describe(
        "Send many interactions",
        name="interaction_bulk",
        tag="Interactions",
        description="A JSON array, or NDJSON (one object a line), of the same objects as for one interaction; gzip is "
        "allowed. At most 10 000 rows and 10 MB, before and after unpacking. Good rows are written, bad rows are "
        "rejected with their place and reason; sending the same body again writes nothing new.",
        body=api_bulk.body(InteractionBody),
        example=[EXAMPLE],
        replies={200: BulkAccount},
        refusals=api_bulk.REFUSALS,
    )
    def post(self, request: Any) -> HttpResponse:
        return reply(take_in(Sender(request.user), api_bodies.read_rows(request)))


def take_in(sender: Sender, rows: list[Any]) -> BulkAccount:
    """Write the interactions that can be written, by program; the others are rejected one by one."""
    at = timezone.now()
    account = [BulkRow(index) for index in range(len(rows))]

    def read(raw: Any) -> tuple[Program, Prepared]:
        program, what = happening(sender, api_bodies.decode(raw, _one), at=at)
        return program, interactions.prepare(sender.door(program), what, at=at)

    for program, group in api_bulk.by_program(account, rows, read):
        done = interactions.record_many(sender.door(program), [row for _index, row in group], at=at)
        for (index, _row), (status, number) in zip(group, done.statuses, strict=True):
            if status in ("created", "repeated"):
                account[index] = BulkRow(index, status, number)  # type: ignore[arg-type]
            else:
                account[index].code, account[index].detail = REFUSED[status][0], str(REFUSED[status][1]())
    return api_bulk.account(account)


REFUSED = {
    "conflict": ("idempotency-conflict", lambda: _("This key carries another interaction already.")),
    "consent-missing": ("consent-missing", lambda: _("The customer has not consented to sensitive data.")),
}
