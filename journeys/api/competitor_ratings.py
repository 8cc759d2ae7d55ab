"""POST /api/v1/competitor-ratings/ and bulk/: us and others, rated by one respondent at one time."""

from typing import Annotated, Any, Literal

import msgspec
from django.http import HttpResponse
from msgspec import Meta

from cxprogram import api_bodies, api_bulk, api_schema, api_senders
from cxprogram.access import Right
from cxprogram.api_base import ApiView, reply
from cxprogram.api_bulk import BulkAccount, BulkRow
from cxprogram.api_senders import Sender, moment
from cxprogram.errors import DomainError
from journeys.api.interactions import MetBody
from journeys.services import competitor_ratings, customers
from journeys.services.competitor_ratings import Given, Recorded, Sitting


class GivenBody(msgspec.Struct, forbid_unknown_fields=True):
    """One rating of the sitting."""

    rating: Annotated[float, Meta(description="On the scale of the sitting.")]
    competitor: Annotated[str, Meta(max_length=50, description="Code of a competitor; empty: us.")] = ""
    touchpoint: Annotated[str, Meta(max_length=50, description="Code of a touchpoint; empty: the whole.")] = ""


class SittingBody(msgspec.Struct, forbid_unknown_fields=True):
    """What one respondent gave at one time. (`source`, `external_id`) is the key of the sitting."""

    source: Annotated[str, Meta(min_length=1, max_length=60)]
    external_id: Annotated[str, Meta(min_length=1, max_length=200)]
    at: Annotated[str, Meta(description="ISO 8601; without an offset, in the program's time zone.")]
    ratings: Annotated[list[GivenBody], Meta(min_length=1, max_length=200)]
    scale_low: float = 0
    scale_high: float = 10
    program: Annotated[str, Meta(max_length=50, description="May be left out by those who have only one.")] = ""
    customer: MetBody | None = None
    unit: Annotated[str | None, Meta(description="Code of the unit; the root, if not given.")] = None
    context: Annotated[str, Meta(max_length=100, description="For example `business` or `family`.")] = ""


class SittingWritten(msgspec.Struct):
    """What became of a sitting; `id` is that of its first rating."""

    id: int
    status: Literal["created", "repeated"]


EXAMPLE = {
    "source": "panel",
    "external_id": "p-17",
    "at": "2017-05-15T12:00:00-07:00",
    "scale_low": 0,
    "scale_high": 10,
    "context": "business",
    "ratings": [{"rating": 8}, {"rating": 6, "competitor": "oak"}, {"rating": 9, "competitor": "sjc"}],
}
CODES = (
    "answered-at-invalid",
    "competitor-unknown",
    "customer-key-missing",
    "email-invalid",
    "language-unknown",
    "rating-missing",
    "rating-out-of-range",
    "rating-repeated",
    "scale-invalid",
    "text-not-storable",
    "text-too-long",
    "touchpoint-unknown",
    "unit-missing",
)
_one = msgspec.json.Decoder(SittingBody)


def _record(sender: Sender, body: SittingBody) -> Recorded:
    program = sender.program(body.program)
    unit = sender.unit(program, body.unit)
    facts = customers.told(body.customer, source=body.source)
    return competitor_ratings.record(
        program,
        Sitting(
            source=body.source,
            external_id=body.external_id,
            at=moment(body.at, program.zone, code="answered-at-invalid"),
            scale=(body.scale_low, body.scale_high),
            given=[Given(each.rating, each.competitor, each.touchpoint) for each in body.ratings],
            customer=customers.upsert(program, facts, unit=unit) if facts else None,
            unit=unit,
            context=body.context,
        ),
    )


class CompetitorRatingView(ApiView):
    right = Right.SEND_ANSWERS

    @api_schema.describe(
        "Send one sitting",
        name="competitor_rating_create",
        tag="Competitors",
        description="Ratings of us and of others by one respondent at one time. It is on disk before the reply; the "
        "same key with the same ratings is a repeat, with others a conflict.",
        body=SittingBody,
        example=EXAMPLE,
        replies={201: SittingWritten, 200: SittingWritten},
        reply_example={"id": 4711, "status": "created"},
        refusals={
            **api_senders.REFUSALS,
            409: ("idempotency-conflict",),
            422: CODES,
        },
    )
    def post(self, request: Any) -> HttpResponse:
        recorded = _record(Sender(request.user), api_bodies.read(request, _one))
        status = "created" if recorded.is_new else "repeated"
        return reply(SittingWritten(recorded.id, status), status=201 if recorded.is_new else 200)  # type: ignore[arg-type]


class CompetitorRatingBulkView(ApiView):
    right = Right.SEND_ANSWERS

    @api_schema.describe(
        "Send many sittings",
        name="competitor_rating_bulk",
        tag="Competitors",
        description="A JSON array, or NDJSON (one object a line), of the same objects as for one sitting; gzip is "
        "allowed. Each sitting is written or rejected for itself; sending the same body again writes nothing new.",
        body=api_bulk.body(SittingBody),
        example=[EXAMPLE],
        replies={200: BulkAccount},
        refusals=api_bulk.REFUSALS,
    )
    def post(self, request: Any) -> HttpResponse:
        sender, account = Sender(request.user), []
        for index, raw in enumerate(api_bodies.read_rows(request)):
            row = BulkRow(index)
            try:
                recorded = _record(sender, api_bodies.decode(raw, _one))
                row = BulkRow(index, "created" if recorded.is_new else "repeated", recorded.id)
            except DomainError as error:
                api_bulk.reject(row, error)
            account.append(row)
        return reply(api_bulk.account(account))
