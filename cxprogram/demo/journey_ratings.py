"""How the demonstration's passengers rate their way to the gate, once it is over: made up, and named so.

A question, a survey and a KPI of their own: no made-up rating stands among the answers of the source. What a step left
out, turning back and rebooking cost is planted; two steps in another order cost nothing.
"""

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from cxprogram.demo.knowledge import MAIN, OVER, REBOOKING, SEED, STEPS, illustrative, send
from cxprogram.demo.program import START, Cast, responsible
from cxprogram.models.translated import say
from feedback.choices import QuestionKind
from feedback.models import Question, Response, Survey, SurveyItem, SurveyVersion
from feedback.services import surveys
from journeys.choices import KpiLevel, Measure
from journeys.models import Interaction, Journey, Kpi
from journeys.services import kpis

SURVEY, QUESTION, KPI, SOURCE = "sfo-way", "WAY", "way-to-gate", "demo-way"
NAMES = say("The way to the gate", "Vägen till gaten", "Veien til gaten", "Vejen til gaten", "Tie portille")
ASKED = say("How was your way to the gate?", "Hur var din väg till gaten?", "Hvordan var veien din til gaten?",
            "Hvordan var din vej til gaten?", "Millainen oli matkasi portille?")  # fmt: skip
TITLES = say("After your trip", "Efter din resa", "Etter reisen din", "Efter din rejse", "Matkasi jälkeen")
DESCRIPTIONS = say("one question after the trip, 1 to 5", "en fråga efter resan, 1 till 5",
                   "ett spørsmål etter reisen, 1 til 5", "et spørgsmål efter rejsen, 1 til 5",
                   "yksi kysymys matkan jälkeen, 1–5")  # fmt: skip
ANSWERING = 0.85
USUAL, APART = 4.4, 0.8  # of five
LEFT_OUT, TURNED_BACK, REBOOKED = 0.4, 1.2, 1.4  # less


def make_survey(cast: Cast, journey: Journey) -> None:
    """The question after the trip, and the KPI of the journey that it answers; a second run finds them."""
    program = cast.program
    scale = {"kind": QuestionKind.RATING, "scale_low": 1, "scale_high": 5, "wordings": ASKED}
    question, _new = Question.objects.get_or_create(
        program=program, code=QUESTION, defaults={**illustrative(NAMES), **scale}
    )
    survey, _new = Survey.objects.get_or_create(
        program=program,
        slug=SURVEY,
        defaults={**illustrative(TITLES), "is_demo": True, "is_open": True, "languages": sorted(TITLES)},
    )
    version, _new = SurveyVersion.objects.get_or_create(survey=survey, number=1, defaults={"titles": TITLES})
    SurveyItem.objects.get_or_create(version=version, question=question, defaults={"position": 1})
    if version.published_at is None:
        surveys.publish(version, at=program.created_at - OVER * 2)
    if not Kpi.objects.filter(program=program, code=KPI).exists():
        kpi = Kpi(
            program=program, code=KPI, **illustrative(NAMES), descriptions=DESCRIPTIONS, collector="mean",
            question_code=QUESTION, measure=Measure.MEAN, level=KpiLevel.JOURNEY, journey=journey, axis_low=1,
            axis_high=5, valid_from=START,
        )  # fmt: skip
        kpis.checked(kpi).save()
        responsible(program, kpi, cast.people["analyst"])


def tell(cast: Cast, token: str, *, say: Callable[[str], None]) -> None:
    """Send what the passengers whose journey is over say of it through the public API; not again when it is there."""
    program = cast.program
    if Response.objects.filter(program=program, source=SOURCE).exists():
        return
    steps = Interaction.objects.filter(
        program=program, source=STEPS, episode__ended_at__lt=program.created_at - OVER + timedelta(days=1)
    )
    runs: dict[str, list[tuple[str, str, datetime]]] = {}
    told = steps.order_by("at", "pk").values_list("external_id", "touchpoint__code", "unit__code", "at")
    for key, code, unit, at in told:
        runs.setdefault(key.rpartition("-")[0], []).append((code, unit, at))
    rng = random.Random(SEED)
    rows: list[dict[str, Any]] = []
    for passenger, run in sorted(runs.items()):
        _last, unit, at = run[-1]
        rating = _rating(rng, [code for code, _unit, _at in run])
        if rng.random() < ANSWERING:
            rows.append(
                {
                    "survey": SURVEY, "source": SOURCE, "external_id": passenger, "answers": {QUESTION: rating},
                    "answered_at": (at + timedelta(days=1)).isoformat(), "unit": unit, "channel": "api",
                    "customer": {"source": "demo", "external_id": f"passenger-{passenger}", "is_fictitious": True},
                }
            )  # fmt: skip
    send(token, "responses", rows)
    say(f"{len(rows)} ratings of journeys that are over, made up")


def _rating(rng: random.Random, steps: Sequence[str]) -> int:
    """From 1 to 5: a taste, less what went otherwise than planned."""
    left_out, has_turned_back = len(set(MAIN) - set(steps)), len(set(steps)) < len(steps)
    cost = LEFT_OUT * left_out + TURNED_BACK * has_turned_back + REBOOKED * (REBOOKING in steps)
    return min(5, max(1, round(rng.gauss(USUAL - cost, APART))))
