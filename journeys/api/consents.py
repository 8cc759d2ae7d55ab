"""POST /api/v1/consents/ and /consents/bulk/: what customers allow, as other systems keep it."""

from dataclasses import dataclass, field
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
from cxprogram.errors import ConflictError
from cxprogram.models import Program
from journeys.api.interactions import MetBody
from journeys.services import consent_intake, customers
from journeys.services.consent_intake import Door, Prepared, Word


class ConsentBody(msgspec.Struct, forbid_unknown_fields=True):
    """One word of one customer on one purpose. (`source`, `external_id`) is the key of the word."""

    source: Annotated[str, Meta(min_length=1, max_length=60, description="The system that sends it.")]
    external_id: Annotated[str, Meta(min_length=1, max_length=200, description="Its key in that system.")]
    customer: MetBody
    purpose: Literal["survey", "marketing", "profiling", "special_category"]
    state: Annotated[
        Literal["granted", "denied", "withdrawn"],
        Meta(description="`denied`: asked, and said no; `withdrawn`: taken back, or objected."),
    ]
    at: Annotated[str, Meta(description="When it was said: the newest counts. ISO 8601; else in the program's zone.")]
    channel: Annotated[str, Meta(max_length=20, description="Where it was said: `web`, `store`, `phone` …")] = ""
    text_version: Annotated[
        Annotated[int, Meta(ge=1, le=2**31 - 1)] | None,
        Meta(description="Version of the purpose's text here that was shown."),
    ] = None
    text_reference: Annotated[
        str, Meta(max_length=200, description="Or the name under which the source keeps the text. A grant names one.")
    ] = ""
    program: Annotated[str, Meta(max_length=50, description="May be left out by those who have only one.")] = ""
    unit: Annotated[str | None, Meta(description="Code of the unit that met them; the root, if not given.")] = None


class ConsentWritten(msgspec.Struct):
    """What became of a word."""

    id: int
    status: Literal["created", "repeated"]


EXAMPLE = {
    "source": "crm",
    "external_id": "consent-881",
    "customer": {"source": "crm", "external_id": "c-17"},
    "purpose": "survey",
    "state": "granted",
    "at": "2017-05-15T12:00:00-07:00",
    "channel": "web",
    "text_version": 1,
}
CODES = (
    "consent-text-missing",
    "consent-text-unknown",
    "customer-key-missing",
    "email-invalid",
    "key-missing",
    "language-unknown",
    "said-at-invalid",
    "said-in-future",
    "text-not-storable",
    "text-too-long",
    "unit-missing",
)
_one = msgspec.json.Decoder(ConsentBody)


@dataclass
class Sender(api_senders.Sender):
    """Reads the texts of a program once for many words."""

    doors: dict[int, Door] = field(default_factory=dict)

    def door(self, program: Program) -> Door:
        if program.pk not in self.doors:
            self.doors[program.pk] = consent_intake.door(program)
        return self.doors[program.pk]


def _prepared(sender: Sender, body: ConsentBody, *, at: Any) -> tuple[Program, Prepared]:
    """What the body says, checked; raises DomainError."""
    program = sender.program(body.program)
    customer = customers.told(body.customer, source=body.source)
    assert customer is not None
    word = Word(
        source=body.source,
        external_id=body.external_id,
        customer=customer,
        purpose=body.purpose,
        state=body.state,
        at=moment(body.at, program.zone, code="said-at-invalid"),
        channel=body.channel,
        text_version=body.text_version,
        reference=body.text_reference,
        unit=sender.unit(program, body.unit),
    )
    return program, consent_intake.prepare(sender.door(program), word, at=at, by=sender.user)


class ConsentView(ApiView):
    right = Right.SEND_ANSWERS

    @api_schema.describe(
        "Send one word on consent",
        name="consent_create",
        tag="Customers",
        description="What a customer allows or does not allow any more. It is on disk before the reply; the same key "
        "with the same body is a repeat, with another body a conflict. Of a customer's words on one purpose the one "
        "said last counts, in whatever order they come.",
        body=ConsentBody,
        example=EXAMPLE,
        replies={201: ConsentWritten, 200: ConsentWritten},
        reply_example={"id": 4711, "status": "created"},
        refusals={
            **api_senders.REFUSALS,
            409: ("idempotency-conflict",),
            422: CODES,
        },
    )
    def post(self, request: Any) -> HttpResponse:
        at = timezone.now()
        program, word = _prepared(Sender(request.user), api_bodies.read(request, _one), at=at)
        done = consent_intake.record(program, word, at=at)
        written = ConsentWritten(done.id, done.status)  # type: ignore[arg-type]
        return reply(written, status=201 if done.status == "created" else 200)


class ConsentBulkView(ApiView):
    right = Right.SEND_ANSWERS

    @api_schema.describe(
        "Send many words on consent",
        name="consent_bulk",
        tag="Customers",
        description="A JSON array, or NDJSON (one object a line), of the same objects as for one word; gzip is "
        "allowed. At most 10 000 rows and 10 MB, before and after unpacking. Good rows are written, bad rows are "
        "rejected with their place and reason; sending the same body again writes nothing new.",
        body=api_bulk.body(ConsentBody),
        example=[EXAMPLE],
        replies={200: BulkAccount},
        refusals=api_bulk.REFUSALS,
    )
    def post(self, request: Any) -> HttpResponse:
        return reply(take_in(Sender(request.user), api_bodies.read_rows(request)))


def take_in(sender: Sender, rows: list[Any]) -> BulkAccount:
    """Write the words that can be written, by program; the others are rejected one by one."""
    at = timezone.now()
    account = [BulkRow(index) for index in range(len(rows))]

    def read(raw: Any) -> tuple[Program, Prepared]:
        return _prepared(sender, api_bodies.decode(raw, _one), at=at)

    for program, group in api_bulk.by_program(account, rows, read):
        done = consent_intake.record_many(program, [word for _index, word in group], at=at)
        for (index, _word), recorded in zip(group, done, strict=True):
            if recorded.status == "conflict":
                said = _("This key carries another word already.")
                api_bulk.reject(account[index], ConflictError(said, code="idempotency-conflict"))
            else:
                account[index] = BulkRow(index, recorded.status, recorded.id)  # type: ignore[arg-type]
    return api_bulk.account(account)
