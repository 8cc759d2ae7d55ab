"""GET and PUT /api/v1/journeys/: journey maps as documents, exchanged without anybody's edits being lost."""

from typing import Annotated, Any

import msgspec
from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from msgspec import Meta

from cxprogram import api_bodies, api_schema
from cxprogram.access import Right
from cxprogram.api_base import ApiView, asked_program, page, reply
from cxprogram.errors import ConflictError, NotFoundError
from cxprogram.models import Program
from journeys.models import Journey
from journeys.services import documents, new_journeys
from journeys.services.document_parts import JourneyPart


class JourneyRow(msgspec.Struct):
    """One journey map."""

    code: str
    name: str
    level: str
    stages: int
    touchpoints: int
    revision: Annotated[int, Meta(description="How often it was edited.")]


class JourneyDocument(msgspec.Struct):
    """A journey with the fingerprint under which it can be replaced."""

    fingerprint: Annotated[str, Meta(description="SHA-256 of the document; send it as `If-Match`.")]
    document: JourneyPart


class JourneyTaken(msgspec.Struct):
    """What became of a document; each change is (kind, code)."""

    fingerprint: str
    added: list[list[str]]
    changed: list[list[str]]
    moved: list[list[str]]
    taken_off: list[list[str]]
    brought_back: list[list[str]]
    not_taken: Annotated[list[list[str]], Meta(description="Named, but not known in the program.")]
    not_asked: Annotated[list[list[str]], Meta(description="Kept, though no question of the program has the code yet.")]


EXAMPLE = {
    "format": "cx-journey",
    "version": 1,
    "code": "visit",
    "name": "A visit",
    "stages": [
        {
            "code": "arrive",
            "name": "Arriving",
            "touchpoints": [{"code": "desk", "name": "Desk", "channels": ["counter"]}],
        }
    ],
}
_any = msgspec.json.Decoder(dict[str, Any])


class EditedSinceError(ConflictError):
    code = "journey-edited-since"
    status = 412


class JourneyListView(ApiView):
    right = Right.SEE_SCORES

    @api_schema.describe(
        "List the journey maps",
        name="journey_list",
        tag="Journeys",
        description="Journeys that are put away are neither listed nor read.",
        parameters=[api_schema.PROGRAM, *api_schema.PAGES],
        replies={200: api_schema.page_of(JourneyRow)},
        refusals={400: ("program-missing", "parameter-invalid", "cursor-invalid"), 404: ("program-unknown",)},
    )
    def get(self, request: Any) -> HttpResponse:
        program = asked_program(request, self.right)
        rows = Journey.objects.on_map().filter(program=program).with_sizes()
        return page(request, rows, _row)


def _row(journey: Any) -> JourneyRow:
    return JourneyRow(
        journey.code, journey.name, journey.level, journey.stage_n, journey.touchpoint_n, journey.revision
    )


class JourneyView(ApiView):
    @property
    def right(self) -> Right:  # type: ignore[override]
        return Right.DEFINE if self.request.method == "PUT" else Right.SEE_SCORES

    @api_schema.describe(
        "Read a journey map",
        name="journey_read",
        tag="Journeys",
        description="The whole map as a document, with its fingerprint also as `ETag`.",
        parameters=[api_schema.PROGRAM],
        replies={200: JourneyDocument},
        reply_example={"fingerprint": "0" * 64, "document": EXAMPLE},
        refusals={400: ("program-missing",), 404: ("program-unknown", "journey-unknown")},
    )
    def get(self, request: Any, code: str) -> HttpResponse:
        journey = _find(asked_program(request, self.right), code)
        document = documents.dump(journey)
        response = reply(JourneyDocument(documents.fingerprint(document), document))  # type: ignore[arg-type]
        response.headers["ETag"] = f'"{documents.fingerprint(document)}"'
        return response

    @api_schema.describe(
        "Replace or make a journey map",
        name="journey_replace",
        tag="Journeys",
        description="The map becomes what the document says: what it does not name is taken off, never deleted. "
        "`If-Match` holds the fingerprint that was read; if somebody has edited the map since, nothing is written. "
        "Without it only a journey that does not exist yet is made.",
        parameters=[api_schema.PROGRAM],
        body=JourneyPart,
        example=EXAMPLE,
        replies={200: JourneyTaken, 201: JourneyTaken},
        refusals={
            400: ("program-missing", "body-not-json", "body-invalid"),
            404: ("program-unknown",),
            409: ("journey-put-away",),
            412: ("journey-edited-since",),
            413: ("body-too-large",),
            415: ("media-type-not-supported",),
            422: ("journey-document-invalid", "journey-loop", "touchpoint-elsewhere"),
        },
    )
    def put(self, request: Any, code: str) -> HttpResponse:
        program = asked_program(request, self.right)
        document = api_bodies.read(request, _any) | {"code": code}
        seen = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
        with transaction.atomic():
            rows = Journey.objects.select_for_update(of=("self",), no_key=True)
            journey = rows.filter(program=program, code=code).first()
            is_new = journey is None
            if journey is not None and journey.retired_at is not None:
                raise ConflictError(_("The journey is put away: bring it back first."), code="journey-put-away")
            standing = "" if journey is None else documents.fingerprint(documents.dump(journey))
            if seen != standing:
                raise EditedSinceError(_("The journey is not as it was read: read it again."))
            changes = new_journeys.take_in(program, journey, document, by=request.user, at=timezone.now())
            made = Journey.objects.get(program=program, code=code)
        told = {name: getattr(changes, name) for name in JourneyTaken.__struct_fields__ if name != "fingerprint"}
        taken = JourneyTaken(documents.fingerprint(documents.dump(made)), **told)
        return reply(taken, status=201 if is_new else 200)


def _find(program: Program, code: str) -> Journey:
    journey = Journey.objects.on_map().filter(program=program, code=code).first()
    if journey is None:
        raise NotFoundError(_("There is no such journey."), code="journey-unknown")
    return journey
