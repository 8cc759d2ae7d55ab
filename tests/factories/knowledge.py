"""What is known of a journey: personas, research, plans, uses of data, competitors, versions, counts."""

from datetime import date
from typing import Any

from cxprogram.models import Program
from journeys.models import (
    Competitor,
    CompetitorRating,
    Finding,
    JourneyPersona,
    JourneyVersion,
    KpiCell,
    KpiFill,
    Measurement,
    Persona,
    Study,
    Touchpoint,
    TouchpointStream,
    UseCase,
    UseCaseStream,
)
from tests.factories.journeys import make_kpi, make_stream
from tests.factories.people import NOON, numbers


def make_study(program: Program, code: str = "interviews", **fields: Any) -> Study:
    defaults = {"name": code.capitalize(), "method": "interview", "done_on": date(2026, 9, 1), "participants": 8}
    return Study.objects.create(program=program, code=code, **(defaults | fields))


def make_finding(touchpoint: Touchpoint, text: str = "The line is long.", **fields: Any) -> Finding:
    defaults = {
        "program": touchpoint.program, "journey": touchpoint.stage.journey, "stage": touchpoint.stage,
        "kind": "pain_point", "texts": {"en": text},
    }  # fmt: skip
    return Finding.objects.create(touchpoint=touchpoint, **(defaults | fields))


def make_competitor(program: Program, code: str = "rival", **fields: Any) -> Competitor:
    return Competitor.objects.create(program=program, code=code, **({"name": code.capitalize()} | fields))


def make_rating(program: Program, rating: float, *, sitting: str, **fields: Any) -> CompetitorRating:
    defaults = {"source": "test", "scale_low": 0, "scale_high": 10, "at": NOON}
    return CompetitorRating.objects.create(program=program, rating=rating, external_id=sitting, **(defaults | fields))


def make_use_case(program: Program, code: str = "call-back", **fields: Any) -> UseCase:
    defaults = {"name": code.capitalize(), "kind": "service", "decisions": {"en": "Whom to call."}, "status": "active"}
    return UseCase.objects.create(program=program, code=code, **(defaults | fields))


def make_knowledge(touchpoint: Touchpoint) -> None:
    """One row of everything here."""
    program, number = touchpoint.program, next(numbers)
    journey, unit = touchpoint.stage.journey, program.orgunit_set.get(parent=None)
    persona = Persona.objects.create(program=program, code=f"persona-{number}", name="Ann")
    JourneyPersona.objects.create(journey=journey, persona=persona)
    make_finding(touchpoint, study=make_study(program, f"study-{number}"))
    stream = make_stream(program, f"known-{number}")
    TouchpointStream.objects.create(touchpoint=touchpoint, stream=stream)
    UseCaseStream.objects.create(use_case=make_use_case(program, f"use-{number}"), stream=stream)
    Measurement.objects.create(program=program, touchpoint=touchpoint, whats={"en": "Waiting"}, method="survey")
    rival = make_competitor(program, f"rival-{number}")
    make_rating(program, 7, sitting=f"s-{number}", competitor=rival, touchpoint=touchpoint, unit=unit)
    JourneyVersion.objects.create(journey=journey, number=number, kind="edit", document={}, sha256="0" * 64, at=NOON)
    kpi = make_kpi(program, f"counted-{number}", collector="mean")
    KpiFill.objects.create(kpi=kpi, month=date(2026, 1, 1), state="done", counted_at=NOON, received_before=NOON)
    KpiCell.objects.create(kpi=kpi, unit=unit, month=date(2026, 1, 1), n=30)
