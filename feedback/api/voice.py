"""POST /api/v1/mentions/, /support-cases/, /feature-requests/ and their /bulk/: what is said elsewhere."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from msgspec import Meta

from cxprogram import api_bodies, api_schema
from cxprogram.access import Right, grants
from cxprogram.api_base import ApiView, ParameterError, reply
from cxprogram.errors import DomainError, NotFoundError
from cxprogram.models import Program
from feedback.api.answers import CustomerBody, Desk, moment
from feedback.services import voice
from feedback.services.voice import Kind, Prepared, Said
from journeys.services.customers import CustomerFacts

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
    attributes: dict[str, Any] = {}


class MentionBody(VoiceBody, forbid_unknown_fields=True, kw_only=True):
    """A review, a post, an article: what somebody said of us in public."""

    channel: Annotated[str, Meta(max_length=40, description="Where: `trustpilot`, `newspaper` …")] = ""
    title: Annotated[str, Meta(max_length=500)] = ""
    author: Annotated[str, Meta(max_length=200)] = ""
    url: Annotated[str, Meta(max_length=1_000)] = ""
    language: Annotated[str, Meta(max_length=5)] = ""
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


class VoiceWritten(msgspec.Struct):
    """What became of a record."""

    id: int
    status: Literal["created", "updated", "repeated"]


class VoiceRow(msgspec.Struct):
    """What became of one row; `code` and `detail` say why it was rejected."""

    index: Annotated[int, Meta(description="Place in the body, from 0.")]
    status: Literal["created", "updated", "repeated", "rejected"]
    id: int | None = None
    code: str | None = None
    detail: str | None = None


class VoiceAccount(msgspec.Struct):
    """The account of a bulk request: every row is created, updated, repeated or rejected."""

    created: int
    updated: int
    repeated: int
    rejected: int
    rows: list[VoiceRow]


COMMON = {"channel", "title", "author", "url", "language", "rating", "rating_low", "rating_high", "subject", "status",
          "priority", "votes"}  # fmt: skip
CODES = (
    "answered-at-invalid",
    "attributes-too-many",
    "closed-before-opened",
    "customer-key-missing",
    "email-invalid",
    "key-missing",
    "rating-invalid",
    "said-in-future",
    "said-nothing",
    "text-not-storable",
    "text-too-long",
    "unit-missing",
)


@dataclass
class VoiceDesk:
    """Looks up what the rows of one sender name; what the sender may not write to does not exist."""

    user: Any
    programs: dict[str, Program] = field(default_factory=dict)
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        self.desk = Desk(self.user)

    def program(self, slug: str) -> Program:
        """Raises ParameterError (`program-missing`), NotFoundError (`program-unknown`)."""
        if slug not in self.programs:
            allowed = {grant.program_id for grant in grants(self.user) if grant.gives(Right.SEND_ANSWERS)}
            found = list(Program.objects.filter(pk__in=allowed, **({"slug": slug} if slug else {}))[:2])
            if not slug and len(found) > 1:
                raise ParameterError(_("Name the program."), code="program-missing")
            if not found:
                raise NotFoundError(_("There is no such program for you."), code="program-unknown")
            self.programs[slug] = found[0]
        return self.programs[slug]

    def said(self, body: VoiceBody) -> tuple[Program, Said]:
        """What a body says; raises DomainError."""
        program, who = self.program(body.program), body.customer
        facts = {name: getattr(body, name) for name in COMMON if hasattr(body, name)}
        if isinstance(body, SupportCaseBody) and body.closed_at:
            facts["closed_at"] = moment(body.closed_at, program.zone)
        return program, Said(
            source=body.source,
            external_id=body.external_id,
            at=moment(body.at, program.zone),
            text=body.text,
            customer=None
            if who is None
            else CustomerFacts(
                source=who.source or body.source,
                external_id=who.external_id,
                name=who.name,
                email=who.email,
                language=who.language,
                is_fictitious=who.is_fictitious,
            ),
            unit=self.desk.unit(program, body.unit),
            facts=facts,
            attributes=body.attributes,
        )


def take_in(
    user: Any, kind: Kind, decoder: "msgspec.json.Decoder[Any]", rows: list[Any], *, at: datetime
) -> VoiceAccount:
    """Write the rows that can be written, by program; the others are rejected one by one."""
    desk = VoiceDesk(user)
    account = [VoiceRow(index, "rejected") for index in range(len(rows))]
    groups: dict[int, tuple[Program, list[tuple[int, Prepared]]]] = {}
    for index, raw in enumerate(rows):
        try:
            program, said = desk.said(api_bodies.decode(raw, decoder))
            row = voice.prepare(kind, said, at=at)
        except DomainError as error:
            account[index].code, account[index].detail = error.code, str(error.detail)
            continue
        groups.setdefault(program.pk, (program, []))[1].append((index, row))
    for _number, (program, group) in sorted(groups.items()):
        done = voice.record_many(program, kind, [row for _index, row in group])
        for (index, _row), recorded in zip(group, done, strict=True):
            account[index] = VoiceRow(index, recorded.status, recorded.id)  # type: ignore[arg-type]
    counts = Counter(line.status for line in account)
    return VoiceAccount(counts["created"], counts["updated"], counts["repeated"], counts["rejected"], account)


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
            400: ("body-not-json", "body-invalid", "program-missing"),
            404: ("program-unknown", "unit-unknown"),
            413: ("body-too-large",),
            415: ("media-type-not-supported",),
            422: CODES,
            503: ("unavailable",),
        },
    )
    many: Callable[[Any], Any] = api_schema.describe(
        f"Send many {kind.replace('-', ' ')}",
        name=f"{name}_bulk",
        tag="Said elsewhere",
        description="A JSON array, or NDJSON (one object a line); gzip is allowed. At most 10 000 rows and 10 MB, "
        "before and after unpacking. Good rows are written, bad rows are rejected with their place and reason.",
        body={
            "application/json": {"type": "array", "maxItems": 10_000, "items": api_schema.ref(body)},
            "application/x-ndjson": {"type": "string"},
        },
        example=[full],
        replies={200: VoiceAccount},
        refusals={
            400: ("body-not-json", "body-not-gzip"),
            413: ("body-too-large", "too-many-rows"),
            415: ("media-type-not-supported",),
            503: ("unavailable",),
        },
    )

    class OneView(ApiView):
        right = Right.SEND_ANSWERS

        @one
        def post(self, request: Any) -> HttpResponse:
            at = timezone.now()
            program, said = VoiceDesk(request.user).said(api_bodies.read(request, decoder))
            recorded = voice.record(program, kind, said, at=at)
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
