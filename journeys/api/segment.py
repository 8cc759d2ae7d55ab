"""POST /api/v1/segment/v1/…: tracking calls as Segment's clients send them; the write key is a token of ours."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from msgspec import Meta
from rest_framework.request import Request

from cxprogram import api_bodies, api_schema
from cxprogram.access import Right
from cxprogram.api_auth import TokenAuthentication, WriteKeyAuthentication
from cxprogram.api_base import ApiView, reply
from cxprogram.errors import DomainError
from journeys.api.senders import Sender
from journeys.services import tracking
from journeys.services.tracking import Call, TrackingError, timestamp


class CallBody(msgspec.Struct):
    """One call. What is not named here (context, integrations) is read over: clients differ in it."""

    type: Annotated[str, Meta(max_length=20)] = ""
    message_id: Annotated[str, Meta(max_length=200)] | None = msgspec.field(name="messageId", default=None)
    user_id: Annotated[str | int | None, Meta(description="Of a person who is known.")] = msgspec.field(
        name="userId", default=None
    )
    anonymous_id: Annotated[str, Meta(max_length=200)] | None = msgspec.field(name="anonymousId", default=None)
    timestamp: str | None = None
    event: Annotated[str, Meta(max_length=500)] | None = None
    name: Annotated[str, Meta(max_length=500)] | None = None
    properties: dict[str, Any] | None = None
    traits: dict[str, Any] | None = None
    group_id: str | int | None = msgspec.field(name="groupId", default=None)
    previous_id: str | int | None = msgspec.field(name="previousId", default=None)


class BatchBody(msgspec.Struct):
    """Many calls at once."""

    batch: Annotated[list[msgspec.Raw], Meta(max_length=10_000)]


class CallRefused(msgspec.Struct):
    """Why one call of a batch was not taken."""

    index: int
    code: str
    detail: str


class CallsTaken(msgspec.Struct):
    """`success` is what clients look for: true once every call is written, repeated or refused for good."""

    success: bool
    created: int = 0
    updated: int = 0
    repeated: int = 0
    rejected: list[CallRefused] = []
    unknown_traits: Annotated[list[str], Meta(description="Traits for which no attribute is defined here.")] = []


_one = msgspec.json.Decoder(CallBody)
_batch = msgspec.json.Decoder(BatchBody)
EXAMPLE = {"userId": "u-17", "event": "Order Completed", "messageId": "m-1", "properties": {"revenue": 19.9}}


OURS = frozenset({"stream-unknown", "stream-draft"})


def call_of(body: CallBody, kind: str, *, at: datetime) -> Call:
    """The call that a body says; raises TrackingError."""
    message_id = body.message_id or (tracking.key_of(msgspec.to_builtins(body), kind) if body.timestamp else "")
    if not message_id and kind in tracking.HAPPENED:
        raise TrackingError(_("The call has no messageId: a repeat could not be told."), code="key-missing")
    return Call(
        kind=kind,
        message_id=message_id,
        user_id=_text(body.user_id),
        anonymous_id=body.anonymous_id or "",
        at=timestamp(body.timestamp, at=at),
        name=body.event or body.name or "",
        properties=body.properties,
        traits=body.traits,
        group_id=_text(body.group_id),
        previous_id=_text(body.previous_id),
    )


def _with_page(error: DomainError) -> DomainError:
    """What is wrong on our side, with the page where it is mended: who reads this runs a client, not our pages."""
    if error.code not in OURS:
        return error
    page = settings.BASE_URL.rstrip("/") + reverse("journeys:stream-list")
    detail = _("%(why)s Whoever defines the program makes and starts the stream “segment” at %(page)s.")
    return TrackingError(detail % {"why": error.detail, "page": page}, code=error.code, status=error.status)


def _text(value: str | int | None) -> str:
    return "" if value is None else str(value)[:200]


def take_in(sender: Sender, calls: list[tuple[int, CallBody | DomainError, str]], *, at: datetime) -> CallsTaken:
    """Take the calls in one by one; those that cannot be taken are named with their place and reason.

    What is wrong on our side refuses the batch: clients drop what a success rejects, and send a refused batch again.
    """
    program = sender.program("")
    sender.unit(program, None)  # calls name no unit: they need a sender of the whole program
    account = CallsTaken(success=True)
    unknown: set[str] = set()
    for index, body, kind in calls:
        try:
            if isinstance(body, DomainError):
                raise body
            call = call_of(body, kind or body.type, at=at)
            told = tracking.take(program, call, at=at, door=sender.door(program))
        except DomainError as error:
            if error.code in OURS:
                raise _with_page(error) from error
            account.rejected.append(CallRefused(index, error.code, str(error.detail)))
            continue
        setattr(account, told.status, getattr(account, told.status) + 1)
        unknown |= set(told.unknown_traits)
    account.unknown_traits = sorted(unknown)[:100]
    return account


class SegmentView(ApiView):
    """One call; its kind stands in the address."""

    right = Right.SEND_ANSWERS
    authentication_classes = (WriteKeyAuthentication, TokenAuthentication)
    kind = ""

    @api_schema.describe(
        "Take a tracking call",
        name="",
        tag="Tracking",
        description="As Segment's HTTP tracking sources send it; the write key is an API token, sent as user name. "
        "What people do goes into the data stream `segment`.",
        body=CallBody,
        example=EXAMPLE,
        replies={200: CallsTaken},
        refusals={
            400: ("body-not-json", "body-invalid", "program-missing"),
            404: ("program-unknown",),
            409: ("idempotency-conflict",),
            413: ("body-too-large",),
            415: ("media-type-not-supported",),
            422: (
                "call-unknown",
                "customer-key-missing",
                "group-id-missing",
                "key-missing",
                "previous-id-missing",
                "timestamp-invalid",
                *sorted(OURS),
            ),
            503: ("unavailable",),
        },
    )
    def post(self, request: Request) -> HttpResponse:
        at, sender = timezone.now(), Sender(request.user)
        body = api_bodies.read_large(request, _one)
        program = sender.program("")
        sender.unit(program, None)
        try:
            told = tracking.take(program, call_of(body, self.kind, at=at), at=at, door=sender.door(program))
        except DomainError as error:
            raise _with_page(error) from error
        account = CallsTaken(success=True, unknown_traits=list(told.unknown_traits))
        setattr(account, told.status, 1)
        return reply(account)


class SegmentBatchView(ApiView):
    right = Right.SEND_ANSWERS
    authentication_classes = (WriteKeyAuthentication, TokenAuthentication)

    @api_schema.describe(
        "Take many tracking calls",
        name="",
        tag="Tracking",
        description="Good calls are written, others are named with their place and reason; sending a batch again "
        "writes nothing new.",
        body=BatchBody,
        example={"batch": [{"type": "track", **EXAMPLE}]},
        replies={200: CallsTaken},
        refusals={
            400: ("body-not-json", "body-not-gzip", "body-invalid", "program-missing"),
            404: ("program-unknown",),
            413: ("body-too-large",),
            415: ("media-type-not-supported",),
            422: ("unit-missing", *sorted(OURS)),
            503: ("unavailable",),
        },
    )
    def post(self, request: Request) -> HttpResponse:
        calls: list[tuple[int, CallBody | DomainError, str]] = []
        for index, raw in enumerate(api_bodies.read_large(request, _batch).batch):
            try:
                calls.append((index, api_bodies.decode(raw, _one), ""))
            except DomainError as error:
                calls.append((index, error, ""))
        return reply(take_in(Sender(request.user), calls, at=timezone.now()))
