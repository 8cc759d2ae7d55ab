"""The demonstration's customer base: what passengers are told, one data stream, and the departures of those replayed.

The passengers do not exist. Gate, destination and airline are those of the interview whose answers are replayed; that
they depart when they answer is assumed.
"""

from collections.abc import Callable
from typing import Any

import msgspec
from django.test import Client

from cxprogram.demo.program import Cast, named
from feedback.models import Response
from journeys.choices import LegalBasis, Purpose, StreamKind, StreamStatus
from journeys.models import ConsentText, DataStream, Interaction

Say = Callable[[str], None]
SOURCE = "sfo-replay"
STREAM = "departures"
TEXTS = {
    "en": "After your visit we may ask you how it was. You can say no at any time.",
    "sv": "Efter ditt besök kan vi fråga hur det var. Du kan säga nej när som helst.",
    "nb": "Etter besøket kan vi spørre deg hvordan det var. Du kan si nei når som helst.",
    "da": "Efter dit besøg kan vi spørge dig, hvordan det var. Du kan sige nej når som helst.",
    "fi": "Käyntisi jälkeen voimme kysyä, millainen se oli. Voit kieltäytyä milloin tahansa.",
}


class DeparturesError(RuntimeError):
    """The departures could not be sent; the message says why."""


def make_frame(cast: Cast) -> None:
    """On which basis passengers are asked, and the stream that their departures come in by."""
    program = cast.program
    ConsentText.objects.get_or_create(
        program=program,
        purpose=Purpose.SURVEY,
        version=1,
        defaults={
            "legal_basis": LegalBasis.LEGITIMATE_INTEREST,
            "texts": TEXTS,
            "valid_from": program.created_at,
        },
    )
    DataStream.objects.get_or_create(
        program=program,
        code=STREAM,
        defaults={
            **named(
                {"en": "Departures", "sv": "Avgångar", "nb": "Avganger", "da": "Afgange", "fi": "Lähdöt"},
            ),
            "kind": StreamKind.OPERATIONS,
            "purpose": "To know which gate, destination and airline an answer is about.",
            "legal_basis": LegalBasis.LEGITIMATE_INTEREST,
            "responsible": cast.people["owner"],
            "cadence_hours": 24,
            "retention_days": 1095,
            "status": StreamStatus.ACTIVE,
        },
    )


def tell_departures(cast: Cast, token: str, *, say: Say) -> None:
    """Send one departure for each replayed passenger through the public API; not again when they are all there."""
    answers = list(
        Response.objects.filter(program=cast.program, source=SOURCE, customer__isnull=False).select_related("unit")
    )
    if Interaction.objects.filter(program=cast.program, source=SOURCE).count() >= len(answers):
        return
    rows: list[dict[str, Any]] = [
        {
            "stream": STREAM,
            "source": SOURCE,
            "external_id": answer.external_id,
            "type": "departure",
            "at": answer.answered_at.isoformat(),
            "customer": {"source": "demo", "external_id": f"passenger-{answer.external_id}"},
            "unit": answer.unit.code,
            "channel": "gate",
            "properties": answer.attributes,
        }
        for answer in answers
    ]
    client = Client(headers={"authorization": f"Bearer {token}", "host": "127.0.0.1"})
    reply = client.post("/api/v1/interactions/bulk/", data=msgspec.json.encode(rows), content_type="application/json")
    account = reply.json()
    if reply.status_code != 200 or account["rejected"]:
        raise DeparturesError(f"departures: {reply.status_code} {reply.content[:300]!r}")
    say(f"{account['created']} departures of replayed passengers")
