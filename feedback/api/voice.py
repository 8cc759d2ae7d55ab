"""POST /api/v1/mentions/, /support-cases/, /feature-requests/, /conversations/, /employee-remarks/ and their /bulk/."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from django.http import HttpResponse
from django.utils import timezone
from msgspec import Meta

from cxprogram import api_bodies, api_bulk, api_schema, api_senders, languages
from cxprogram.access import Right
from cxprogram.api_base import ApiView, reply
from cxprogram.api_bulk import NewestAccount, NewestRow
from cxprogram.api_senders import Sender, moment
from cxprogram.models import Program
from feedback.api.answers import CustomerBody
from feedback.services import voice
from feedback.services.voice import Kind, Places, Prepared, Said
from journeys.services import customers

Key = Annotated[str, Meta(min_length=1, max_length=200, description="Its key in that system.")]
Source = Annotated[str, Meta(min_length=1, max_length=60, description="The system that sends it.")]
At = Annotated[str, Meta(description="ISO 8601; without an offset, in the program's time zone.")]
Number = Annotated[float | str | None, Meta(description="A number, as text if it must be exact.")]


class VoiceBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What all of them have. (`source`, `external_id`) is the key: sent again it is a repeat, or the newest word."""

    source: Source
    external_id: Key
    at: At
    program: Annotated[str, Meta(max_length=50, description="May be left out by those who have only one.")] = ""
    text: Annotated[str, Meta(max_length=voice.MAX_TEXT)] = ""
    customer: CustomerBody | None = None
    unit: Annotated[str | None, Meta(description="Code of the unit; the root, if not given.")] = None
    touchpoint: Annotated[str, Meta(max_length=50, description="Code of the touchpoint that it is about.")] = ""
    attributes: dict[str, Any] = {}


class MentionBody(VoiceBody, forbid_unknown_fields=True, kw_only=True):
    """A review, a post, an article: what somebody said of us in public."""

    channel: Annotated[str, Meta(max_length=40, description="Where: `trustpilot`, `newspaper` …")] = ""
    title: Annotated[str, Meta(max_length=500)] = ""
    author: Annotated[str, Meta(max_length=200)] = ""
    url: Annotated[str, Meta(max_length=1_000)] = ""
    language: Annotated[str, Meta(max_length=languages.MAX_CODE)] = ""
    rating: Number = None
    rating_low: Number = None
    rating_high: Number = None


class SupportCaseBody(VoiceBody, forbid_unknown_fields=True, kw_only=True):
    """A case that the helpdesk had."""

    subject: Annotated[str, Meta(max_length=500)] = ""
    status: Annotated[str, Meta(max_length=60)] = ""
    channel: Annotated[str, Meta(max_length=40)] = ""
    priority: Annotated[str, Meta(max_length=60)] = ""
    rating: Number = None
    closed_at: At | None = None


class FeatureRequestBody(VoiceBody, forbid_unknown_fields=True, kw_only=True):
    """Something that somebody asked us to make or to change."""

    title: Annotated[str, Meta(max_length=500)] = ""
    status: Annotated[str, Meta(max_length=60)] = ""
    votes: Annotated[int, Meta(ge=0, le=voice.MAX_VOTES)] = 0


class ConversationBody(VoiceBody, forbid_unknown_fields=True, kw_only=True):
    """A chat, a mail, a letter: an exchange with us that is no case of the helpdesk."""

    subject: Annotated[str, Meta(max_length=500)] = ""
    channel: Annotated[str, Meta(max_length=40, description="`chat`, `email`, `letter` …")] = ""
    language: Annotated[str, Meta(max_length=languages.MAX_CODE)] = ""
    rating: Number = None


class EmployeeRemarkBody(VoiceBody, forbid_unknown_fields=True, kw_only=True):
    """What somebody who works here said of the customers' experience."""

    title: Annotated[str, Meta(max_length=500)] = ""
    rating: Number = None
    rating_low: Number = None
    rating_high: Number = None


class VoiceWritten(msgspec.Struct):
    """What became of a record."""

    id: int
    status: Literal["created", "updated", "repeated"]


COMMON = {"channel", "title", "author", "url", "language", "rating", "rating_low", "rating_high", "subject", "status",
          "priority", "votes"}  # fmt: skip
CODES = (
    "answered-at-invalid",
    "attributes-too-many",
    "closed-before-opened",
    "customer-key-missing",
    "email-invalid",
    "key-missing",
    "language-unknown",
    "rating-invalid",
    "said-in-future",
    "said-nothing",
    "text-not-storable",
    "text-too-long",
    "touchpoint-unknown",
    "unit-missing",
)


def said(sender: Sender, body: VoiceBody, places: Places) -> tuple[Program, Said]:
    """What a body says; raises DomainError."""
    program = sender.program(body.program)
    facts = {name: getattr(body, name) for name in COMMON if hasattr(body, name)}
    languages.told(facts.get("language", ""))  # kept as it was sent
    if isinstance(body, SupportCaseBody) and body.closed_at:
        facts["closed_at"] = _moment(body.closed_at, program)
    return program, Said(
        source=body.source,
        external_id=body.external_id,
        at=_moment(body.at, program),
        text=body.text,
        customer=customers.told(body.customer, source=body.source),
        unit=sender.unit(program, body.unit),
        touchpoint=places.find(program, body.touchpoint),
        facts=facts,
        attributes=body.attributes,
    )


def _moment(text: str, program: Program) -> datetime:
    return moment(text, program.zone, code="answered-at-invalid")


def take_in(
    user: Any, kind: Kind, decoder: "msgspec.json.Decoder[Any]", rows: list[Any], *, at: datetime
) -> NewestAccount:
    """Write the rows that can be written, by program; the others are rejected one by one."""
    sender, places = Sender(user), Places()
    account = [NewestRow(index) for index in range(len(rows))]

    def read(raw: Any) -> tuple[Program, Prepared]:
        program, what = said(sender, api_bodies.decode(raw, decoder), places)
        return program, voice.prepare(kind, what, at=at)

    for program, group in api_bulk.by_program(account, rows, read):
        done = voice.record_many(program, kind, [row for _index, row in group])
        for (index, _row), recorded in zip(group, done, strict=True):
            account[index] = NewestRow(index, recorded.status, recorded.id)  # type: ignore[arg-type]
    return api_bulk.newest_account(account)


def _doors(kind: Kind, body: type[VoiceBody], what: str, example: dict[str, Any]) -> tuple[Any, Any]:
    """The door for one record of a kind, and the one for many."""
    decoder = msgspec.json.Decoder(body)
    name = kind.replace("-", "_").removesuffix("s")
    full = {"source": "helpdesk", "external_id": "4711", "at": "2017-05-15T12:00:00-07:00"} | example
    one: Callable[[Any], Any] = api_schema.describe(
        f"Send one {what}",
        name=f"{name}_create",
        tag="Said elsewhere",
        description="It is on disk before the reply. The same again is a repeat; with another body the newest "
        "word counts.",
        body=body,
        example=full,
        replies={201: VoiceWritten, 200: VoiceWritten},
        reply_example={"id": 4711, "status": "created"},
        refusals={
            **api_senders.REFUSALS,
            422: CODES,
        },
    )
    many: Callable[[Any], Any] = api_schema.describe(
        f"Send many {kind.replace('-', ' ')}",
        name=f"{name}_bulk",
        tag="Said elsewhere",
        description="A JSON array, or NDJSON (one object a line); gzip is allowed. At most 10 000 rows and 10 MB, "
        "before and after unpacking. Good rows are written, bad rows are rejected with their place and reason.",
        body=api_bulk.body(body),
        example=[full],
        replies={200: NewestAccount},
        refusals=api_bulk.REFUSALS,
    )

    class OneView(ApiView):
        right = Right.SEND_ANSWERS

        @one
        def post(self, request: Any) -> HttpResponse:
            at = timezone.now()
            program, what = said(Sender(request.user), api_bodies.read(request, decoder), Places())
            recorded = voice.record(program, kind, what, at=at)
            written = VoiceWritten(recorded.id, recorded.status)  # type: ignore[arg-type]
            return reply(written, status=201 if recorded.status == "created" else 200)

    class ManyView(ApiView):
        right = Right.SEND_ANSWERS

        @many
        def post(self, request: Any) -> HttpResponse:
            return reply(take_in(request.user, kind, decoder, api_bodies.read_rows(request), at=timezone.now()))

    return OneView, ManyView


MentionView, MentionBulkView = _doors(
    "mentions", MentionBody, "mention",
    {"source": "trustpilot", "text": "Friendly, but slow.", "rating": 3, "rating_low": 1, "rating_high": 5},
)  # fmt: skip
SupportCaseView, SupportCaseBulkView = _doors(
    "support-cases", SupportCaseBody, "support case", {"subject": "Where is my bag?", "status": "open"}
)
FeatureRequestView, FeatureRequestBulkView = _doors(
    "feature-requests", FeatureRequestBody, "feature request", {"title": "A map of the gates", "votes": 12}
)
ConversationView, ConversationBulkView = _doors(
    "conversations", ConversationBody, "conversation", {"channel": "chat", "text": "Which gate? B, since noon."}
)
EmployeeRemarkView, EmployeeRemarkBulkView = _doors(
    "employee-remarks", EmployeeRemarkBody, "employee remark",
    {"source": "staff survey", "title": "Signs", "text": "Ten people an hour ask me for the train.", "unit": "G"},
)  # fmt: skip
