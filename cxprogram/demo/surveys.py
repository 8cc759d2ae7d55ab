"""The demonstration's surveys: that of the five waves, whose questions keep their identity, and today's."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from cxprogram.demo import content
from cxprogram.demo.program import Cast, named
from feedback.choices import QuestionKind
from feedback.imports.mapping import Mapping, load_mapping
from feedback.models import ImportMapping, Question, RootCause, Survey, SurveyItem, SurveyVersion, TicketRule
from feedback.services import surveys
from journeys.models import Touchpoint


def _kind(rule: Any) -> str:
    if rule.question == "NETPRO":
        return QuestionKind.NPS
    kinds = {"ScaleQuestion": "rating", "SingleQuestion": "single", "MultipleQuestion": "multiple"}
    return kinds.get(type(rule).__name__, "text")


def mapping_of(year: int) -> Mapping:
    return load_mapping(content.DATA / "mappings" / f"sfo-{year}.json")


def make_questions(cast: Cast) -> dict[str, Question]:
    """Every question of every wave, once: its identity is its code, whatever its column was called."""
    texts = content.codes()
    described = {question["question"]: question for question in texts["questions"]}
    points = {point.question_code: point for point in Touchpoint.objects.filter(program=cast.program)}
    questions: dict[str, Question] = {}
    for year in reversed(content.WAVES):
        for rule in mapping_of(year).questions:
            if rule.question in questions:
                continue
            words = described[rule.question]
            scale = getattr(rule, "scale", (None, None))
            questions[rule.question], _new = Question.objects.get_or_create(
                program=cast.program,
                code=rule.question,
                defaults={
                    **named(words["label"]),
                    "kind": _kind(rule),
                    "scale_low": scale[0],
                    "scale_high": scale[1],
                    "wordings": words["text"],
                    "options": _options(rule.question, words["asks"]),
                    "touchpoint": points.get(rule.question),
                },
            )
    questions["WHY"], _new = Question.objects.get_or_create(
        program=cast.program,
        code="WHY",
        defaults={**named(content.WHY_TEXTS), "kind": QuestionKind.TEXT, "wordings": content.WHY_TEXTS},
    )
    return questions


def _options(question: str, asks: str) -> dict[str, Any]:
    texts = content.codes()
    if question == "Q15COM":
        return {
            str(row["code"]): {
                "title": row["title"],
                "sentence": row["sentence"],
                "stage": row["stage"],
                "is_problem": row["is_problem"],
            }
            for row in texts["problems"]
        }
    if question in texts["choices"]:
        return {str(row["code"]): {"title": row["text"]} for row in texts["choices"][question]}
    if question in texts["comments"]:
        return {str(row["code"]): {"title": row["text"]} for row in texts["comments"][question]}
    ends = next((scale for scale in texts["scales"] if scale["asks"] == asks), None)
    return {"low": {"title": ends["low"]}, "high": {"title": ends["high"]}} if ends else {}


def make_surveys(cast: Cast, questions: dict[str, Question]) -> None:
    survey, _new = Survey.objects.get_or_create(
        program=cast.program,
        slug="sfo",
        defaults={"name": "Passenger survey", "names": {"sv": "Resenärsenkäten"}, "languages": ["en"]},
    )
    for number, year in enumerate(content.WAVES, 1):
        mapping = mapping_of(year)
        published = datetime(year, 5, 1, tzinfo=UTC)
        version, _new = SurveyVersion.objects.get_or_create(
            survey=survey, number=number, defaults={"titles": {"en": mapping.title}}
        )
        for place, rule in enumerate(mapping.questions, 1):
            SurveyItem.objects.get_or_create(
                version=version,
                question=questions[rule.question],
                defaults={"position": place, "column": getattr(rule, "column", "") or rule.question},
            )
        _publish(version, at=published)
        ImportMapping.objects.get_or_create(
            program=cast.program,
            slug=f"sfo-{year}",
            defaults={
                "survey_version": version,
                "definition": msgspec.json.decode((content.DATA / "mappings" / f"sfo-{year}.json").read_bytes()),
            },
        )
    _make_live(cast, questions)


def _publish(version: SurveyVersion, *, at: datetime) -> None:
    if version.published_at is None:
        surveys.publish(version, at=at)


def _make_live(cast: Cast, questions: dict[str, Question]) -> None:
    live, _new = Survey.objects.get_or_create(
        program=cast.program,
        slug=content.LIVE_SURVEY,
        defaults={
            **named(
                {
                    "en": "Today's passengers",
                    "sv": "Dagens resenärer",
                    "nb": "Dagens reisende",
                    "da": "Dagens passagerer",
                    "fi": "Tämän päivän matkustajat",
                }
            ),
            "is_open": True,
            "is_demo": True,
            "purpose": "Hear of trouble the same day",
            "languages": ["en", "sv", "nb", "da", "fi"],
        },
    )
    version, _new = SurveyVersion.objects.get_or_create(
        survey=live,
        number=1,
        defaults={"titles": content.LIVE_TITLES, "intros": content.LIVE_INTROS},
    )
    for place, (code, is_hidden) in enumerate(
        [("NETPRO", False), ("Q15PROBLEM", False), ("WHY", False), ("Q7ALL", True), ("Q15COM", True)], 1
    ):
        SurveyItem.objects.get_or_create(
            version=version, question=questions[code], defaults={"position": place, "is_hidden": is_hidden}
        )
    _publish(version, at=cast.program.created_at)
    for code, reason, low, high in (("NETPRO", "low_score", 0, 6), ("Q15PROBLEM", "problem_met", 1, 1)):
        TicketRule.objects.get_or_create(
            program=cast.program,
            survey=live,
            question_code=code,
            reason=reason,
            defaults={"code_low": low, "code_high": high, "first_contact_hours": 4},
        )
    for place, (code, texts) in enumerate(content.ROOT_CAUSES, 1):
        RootCause.objects.get_or_create(program=cast.program, code=code, defaults={"position": place, **named(texts)})
