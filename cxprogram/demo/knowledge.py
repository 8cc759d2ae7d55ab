"""What the demonstration knows of its journey besides the survey: people, promises, research, steps, competitors.

None of this is in the source: studies, steps and competitors' ratings are made up and carry the word *Illustrative*
in their names. Steps and ratings are drawn without a look at the answers; one lead over the competitors is planted, at
security, so that the map shows what a lead looks like.
"""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.test import Client

from cxprogram.demo import map_texts
from cxprogram.demo.program import Cast, named
from cxprogram.models.translated import say
from feedback.models import Response
from journeys.choices import LegalBasis, StreamKind, StreamStatus, Truth, UseCaseKind, UseCaseState
from journeys.models import (
    Competitor,
    CompetitorRating,
    DataStream,
    Interaction,
    Journey,
    Persona,
    Study,
    Touchpoint,
    UseCase,
    UseCaseStream,
)
from journeys.services import documents, episodes

Say = Callable[[str], None]
STEPS, PANEL, REBOOKING = "steps", "demo-panel", "rebooking"
MAIN = ("getting-to-the-airport", "signs-inside", "passing-security", "restaurants")
SEED = 2017
LEAD = 0.8  # of ten, over the competitors at security
OVER = timedelta(days=40)
MADE_UP = say("illustrative", "illustrativ", "illustrativ", "illustrativ", "havainnollistava")


def illustrative(texts: dict[str, str]) -> dict[str, Any]:
    """A name that says that the thing is made up."""
    return named({code: f"{text} ({MADE_UP[code]})" for code, text in texts.items()})


def tell(cast: Cast, journey: Journey, *, at: datetime) -> None:
    """People, promises, channels and research of the journey, and the life cycle above it."""
    program = cast.program
    for code, (names, who, goal) in map_texts.PERSONAS.items():
        facts = {**named(names), "descriptions": who, "goals": goal}
        Persona.objects.get_or_create(program=program, code=code, defaults=facts)
    for code, (names, method, done_on, participants) in map_texts.STUDIES.items():
        facts = {**illustrative(names), "method": method, "done_on": done_on, "participants": participants}
        Study.objects.get_or_create(program=program, code=code, defaults=facts)
    document = documents.dump(journey)
    document["personas"] = sorted(map_texts.PERSONAS)
    for stage in document["stages"]:
        stage["actions"], stage["thoughts"] = map_texts.SAYS[stage["code"]]
        for point in stage.get("touchpoints", []):
            point["promises"], point["tones"], channels = map_texts.LANES[point["code"]]
            point["channels"] = [channel.value for channel in channels]
            if point["code"] == map_texts.CONFIRMED[0]:
                point["truth"], point["truth_reason"] = Truth.CONFIRMED.value, map_texts.CONFIRMED[1]
    known = {stage["code"] for stage in document["stages"]}
    document["findings"] = [
        {"study": study, "touchpoint": point, "kind": kind, "texts": texts, "value": value, "effort": effort}
        | ({"stage": stage} if stage in known else {})
        for study, stage, point, kind, texts, value, effort in map_texts.FINDINGS
    ]
    documents.apply(journey, document, at=at)
    _take_off(journey, at=at)
    if not Journey.objects.filter(program=program, code="life").exists():
        documents.create(program, _life(), at=at)


def _take_off(journey: Journey, *, at: datetime) -> None:
    """A desk that is no longer on the map, and that some still have to go to."""
    names = say("Rebooking desk", "Ombokningsdisken", "Ombookingsskranken", "Ombookingsskranken",
                "Uudelleenvarauspiste")  # fmt: skip
    Touchpoint.objects.get_or_create(
        program=journey.program,
        code=REBOOKING,
        defaults={
            **illustrative(names), "stage": journey.stages.get(code="finding-the-way"), "position": None,
            "retired_at": at,
        },
    )  # fmt: skip


def _life() -> dict[str, Any]:
    names = say("Being a passenger", "Att vara resenär", "Å være reisende", "At være passager", "Matkustajan elinkaari")
    stages = [
        {
            "code": code, **named(stage_names),
            "touchpoints": [
                {"code": f"life-{point}", "opens": opens, **named(texts)} for point, texts, opens in points
            ],
        }
        for code, stage_names, points in map_texts.LIFE
    ]  # fmt: skip
    frame = {"format": "cx-journey", "version": 1, "code": "life", "level": "life_cycle"}
    return {**frame, **named(names), "stages": stages}


# --- steps ------------------------------------------------------------------------------------
def make_streams(cast: Cast) -> None:
    """The stream of steps, and what it and the departures are used for."""
    program = cast.program
    DataStream.objects.get_or_create(
        program=program,
        code=STEPS,
        defaults={
            **illustrative(say("Steps of passengers", "Resenärers steg", "Reisendes steg", "Passagerers trin",
                               "Matkustajien vaiheet")),
            "kind": StreamKind.USER_EXPERIENCE,
            "purpose": "To see which ways passengers take through the journey.",
            "legal_basis": LegalBasis.LEGITIMATE_INTEREST,
            "responsible": cast.people["analyst"],
            "cadence_hours": 24,
            "retention_days": 365,
            "status": StreamStatus.ACTIVE,
        },
    )  # fmt: skip
    decision = say("Where signs and staff are put", "Var skyltar och personal placeras", "Hvor skilt og ansatte settes",
                   "Hvor skilte og personale placeres", "Mihin opasteet ja henkilöstö sijoitetaan")  # fmt: skip
    case, _new = UseCase.objects.get_or_create(
        program=program,
        code="wayfinding",
        defaults={
            **named(say("Helping people find their way", "Hjälpa folk att hitta", "Hjelpe folk å finne fram",
                        "Hjælpe folk med at finde vej", "Ihmisten auttaminen perille")),
            "kind": UseCaseKind.IMPROVEMENT,
            "decisions": decision,
            "responsible": cast.people["owner"],
            "status": UseCaseState.ACTIVE,
        },
    )  # fmt: skip
    for each in DataStream.objects.filter(program=program, code__in=[STEPS, "departures"]):
        UseCaseStream.objects.get_or_create(use_case=case, stream=each)


def tell_steps(cast: Cast, journey: Journey, token: str, *, say: Say) -> None:
    """Send the steps of each replayed passenger through the public API; not again when they are all there.

    Two of three travelled long enough ago for their journey to be over; the third is still on the way.
    """
    answers = Response.objects.filter(program=cast.program, source="sfo-replay", customer__isnull=False)
    if Interaction.objects.filter(program=cast.program, source=STEPS).exists():
        return
    plan = [
        point["code"] for stage in documents.dump(journey)["stages"] for point in stage.get("touchpoints", [])
    ]  # fmt: skip
    rng = random.Random(SEED)
    rows: list[dict[str, Any]] = []
    for number, answer in enumerate(answers.select_related("unit").order_by("pk")):
        steps = _steps(rng, plan)
        end = answer.answered_at - (OVER if number % 3 else timedelta())
        minutes = [rng.randint(4, 20) for _step in steps]
        for place, code in enumerate(steps):
            rows.append(
                {
                    "stream": STEPS, "source": STEPS, "external_id": f"{answer.external_id}-{place}", "type": "step",
                    "at": (end - timedelta(minutes=sum(minutes[place:]))).isoformat(),
                    "customer": {"source": "demo", "external_id": f"passenger-{answer.external_id}"},
                    "touchpoint": code, "unit": answer.unit.code,
                }
            )  # fmt: skip
    send(token, "interactions", rows)
    episodes.assign(cast.program)
    say(f"{len(rows):,} steps of replayed passengers, made up")


def _steps(rng: random.Random, plan: list[str]) -> list[str]:
    """One way through: most pass the main steps, some leave one out, go back, take two in another order, or have to
    rebook."""
    main = [code for code in MAIN if code in plan]
    steps: list[str] = [code for code in main if code not in ("restaurants", "signs-inside") or rng.random() < 0.7]
    if rng.random() < 0.12 and "signs-inside" in steps:
        steps.insert(steps.index("passing-security") + 1, "signs-inside")
    if rng.random() < 0.08 and len(steps) > 3:
        steps[1], steps[2] = steps[2], steps[1]
    if rng.random() < 0.1:
        steps.insert(1, REBOOKING)
    return steps


# --- competitors ------------------------------------------------------------------------------
def tell_competitors(cast: Cast, token: str, *, say: Say) -> None:
    """Ratings of us and two neighbours by a panel that does not exist; not again when they are there."""
    for code, name in (("oak", "Oakland"), ("sjc", "San José")):
        names = {"name": f"{name} ({MADE_UP['en']})", "names": {
            language: f"{name} ({word})" for language, word in MADE_UP.items() if language != "en"}}  # fmt: skip
        Competitor.objects.get_or_create(program=cast.program, code=code, defaults=names)
    if CompetitorRating.objects.filter(program=cast.program).exists():
        return
    rng = random.Random(SEED)
    rows = []
    for number in range(120):
        taste = rng.gauss(7, 1.2)
        given: list[dict[str, Any]] = []
        for place in ("", "passing-security", "restaurants"):
            for competitor in ("", "oak", "sjc"):
                if competitor == "sjc" and rng.random() < 0.4:
                    continue
                lead = LEAD if place == "passing-security" and not competitor else 0.0
                rating = min(10, max(0, round(rng.gauss(taste + lead, 1.4))))
                given.append({"rating": rating, "competitor": competitor, "touchpoint": place})
        rows.append(
            {
                "source": PANEL, "external_id": f"p-{number}", "at": "2017-05-20T12:00:00-07:00", "ratings": given,
                "context": "business" if number % 2 else "family",
            }
        )  # fmt: skip
    send(token, "competitor-ratings", rows)
    say(f"{len(rows)} made-up people compare airports")


def send(token: str, what: str, rows: list[dict[str, Any]]) -> None:
    """Through the public API, many at once."""
    client = Client(headers={"authorization": f"Bearer {token}", "host": "127.0.0.1"})
    reply = client.post(
        f"/api/v1/{what}/bulk/", data=msgspec.json.encode(rows), content_type="application/json"
    )  # fmt: skip
    if reply.status_code != 200 or reply.json()["rejected"]:
        raise RuntimeError(f"{what}: {reply.status_code} {reply.content[:300]!r}")
