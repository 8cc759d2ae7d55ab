"""Surveys, answers, invitations, plans, tickets, studies."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from cxprogram.models import OrgUnit, Program
from feedback import robots
from feedback.analytics import bits
from feedback.choices import QuestionKind, TicketAct, TicketReason, TicketStatus
from feedback.models import (
    Branding,
    ContactGroup,
    ContactRule,
    DriverStudy,
    FoldState,
    Invitation,
    NotDrawn,
    Question,
    Response,
    RootCause,
    SamplingPlan,
    ScoreCell,
    ScoreMonth,
    Survey,
    SurveyItem,
    SurveyVersion,
    Ticket,
    TicketRule,
    TicketStep,
)
from feedback.services import (
    bounces,
    drafts,
    folding,
    invitations,
    people_lists,
    placements,
    plans,
    responses,
    sending,
    survey_words,
    surveys,
)
from journeys.models import (
    ConsentText,
)
from tests.factories.journeys import make_consent_text, make_customer
from tests.factories.people import NOON, numbers, root_of

PROBLEM_OPTIONS = {
    "1": {"title": {"en": "Long lines"}, "sentence": {"en": "the lines were long"}},
    "2": {"title": {"en": "Dirty restrooms"}, "sentence": {"en": "the restrooms were dirty"}},
    "3": {"title": {"en": "No seats"}, "sentence": {"en": "there were no seats"}},
}
QUESTIONS: dict[str, dict[str, Any]] = {
    "NETPRO": {"kind": QuestionKind.NPS, "scale_low": 0, "scale_high": 10},
    "Q7ALL": {"kind": QuestionKind.RATING, "scale_low": 1, "scale_high": 5},
    "Q7FOOD": {"kind": QuestionKind.RATING, "scale_low": 1, "scale_high": 5},
    "PROBLEMS": {"kind": QuestionKind.MULTIPLE, "options": PROBLEM_OPTIONS},
    "COMMENT": {"kind": QuestionKind.TEXT},
}


# One white pixel.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8ffff3f0005"
    "fe02fe0def46b80000000049454e44ae426082"
)
NO_SCALE = {"scale_low": None, "scale_high": None}
LOW_SCORE = {"question": "NETPRO", "is": "at_most", "value": 6}


def make_question(program: Program, code: str, **fields: Any) -> Question:
    return Question.objects.get_or_create(program=program, code=code, defaults=_facts(code) | fields)[0]


def _facts(code: str) -> dict[str, Any]:
    kind = QUESTIONS.get(code, {"kind": QuestionKind.RATING, "scale_low": 1, "scale_high": 5})
    return {"name": code, "wordings": {"en": f"How was {code}?"}} | kind


def make_questions(program: Program, codes: Sequence[str]) -> dict[str, Question]:
    known = {each.code: each for each in Question.objects.filter(program=program, code__in=codes)}
    new = [Question(program=program, code=code, **_facts(code)) for code in dict.fromkeys(codes) if code not in known]
    return known | {each.code: each for each in Question.objects.bulk_create(new)}


def make_survey(
    program: Program,
    slug: str = "passengers",
    *,
    questions: Sequence[str] = tuple(QUESTIONS),
    columns: Mapping[str, str] | None = None,
    required: Sequence[str] = (),
    hidden: Sequence[str] = (),
    is_published: bool = True,
    has_rules: bool = True,
    **fields: Any,
) -> Survey:
    """A survey with one version. Its rules open a ticket for NETPRO 0–6 and for any of PROBLEMS."""
    defaults = {"name": slug.capitalize(), "is_open": True, "languages": ["en"]}
    survey = Survey.objects.create(program=program, slug=slug, **(defaults | fields))
    version = SurveyVersion.objects.create(
        survey=survey,
        number=1,
        titles={"en": "How was your visit?"},
    )
    asked = make_questions(program, questions)
    SurveyItem.objects.bulk_create(
        SurveyItem(
            version=version,
            question=asked[code],
            position=position,
            column=(columns or {}).get(code, code),
            is_hidden=code in hidden,
            is_required=code in required,
        )
        for position, code in enumerate(questions, start=1)
    )
    if is_published:
        surveys.publish(version, at=datetime(2011, 1, 1, tzinfo=UTC))
    if has_rules and "NETPRO" in questions:
        make_rule(survey, "NETPRO", TicketReason.LOW_SCORE, 0, 6)
    if has_rules and "PROBLEMS" in questions:
        make_rule(survey, "PROBLEMS", TicketReason.PROBLEM_MET, 1, 99, first_contact_hours=48)
    return survey


def make_steps(program: Program, slug: str = "steps", **fields: Any) -> Survey:
    """A survey of three pages with every kind of question: page 2 asks why of low scores, page 3 everybody."""
    grid = make_question(program, "HALLS", kind=QuestionKind.GRID)
    rows = [make_question(program, code, grid=grid) for code in ("HALL_US", "HALL_THEM")]
    asked: list[tuple[Question, dict[str, Any]]] = [
        (make_question(program, "NETPRO"), {"is_required": True}),
        (make_question(program, "WHY", kind=QuestionKind.TEXT, **NO_SCALE), {"page": 2, "show_if": LOW_SCORE}),
        (make_question(program, "PROBLEMS"), {"page": 2, "show_if": LOW_SCORE}),
        *((question, {"page": 3}) for question in rows),
        (make_question(program, "MINUTES", kind=QuestionKind.NUMBER, **NO_SCALE),
         {"page": 3, "limits": {"low": 0, "high": 120}}),
        (make_question(program, "DAY", kind=QuestionKind.DATE, **NO_SCALE),
         {"page": 3, "limits": {"low": "2026-01-01"}}),
        (make_question(program, "MAY", kind=QuestionKind.CONSENT, **NO_SCALE), {"page": 3}),
        (make_question(program, "REACH", kind=QuestionKind.TEXT, **NO_SCALE),
         {"page": 3, "show_if": {"question": "MAY", "is": "is", "value": 1}}),
    ]  # fmt: skip
    survey = Survey.objects.create(
        program=program, slug=slug, **({"name": slug.capitalize(), "is_open": True, "languages": ["en"]} | fields)
    )
    version = SurveyVersion.objects.create(survey=survey, number=1, titles={"en": "How was your visit?"})
    for position, (question, facts) in enumerate(asked, start=1):
        SurveyItem.objects.create(version=version, question=question, position=position, **facts)
    surveys.publish(version, at=datetime(2011, 1, 1, tzinfo=UTC))
    return survey


def make_invitation(survey: Survey, *, at: datetime | None = None, **fields: Any) -> tuple[Invitation, str]:
    """An invitation that was sent, and the secret of its address."""
    at = at or timezone.now() - timedelta(days=1)
    made = {"source": "test", "external_id": f"i-{next(numbers)}", "address": "ann@example.org"}
    facts = {name: fields.pop(name) for name in list(fields) if name in invitations.Asking.__dataclass_fields__}
    invitation, _new = invitations.make(survey, invitations.Asking(**(made | facts)), at=at)
    Invitation.objects.filter(pk=invitation.pk).update(**({"status": "sent", "sent_at": at} | fields))
    invitation.refresh_from_db()
    return invitation, invitations.token_for(invitation)


def make_doors(survey: Survey) -> Invitation:
    """One of each row that the doors for customers write."""
    number = next(numbers)
    invitation, _token = make_invitation(survey, unit=root_of(survey.program))
    invitations.opened(invitation, robots.Visit(timezone.now(), "HEAD"), question="NETPRO", score=9)
    placements.make(survey, name=f"Poster {number}")
    Branding.objects.get_or_create(program=survey.program, defaults={"brand": "#7a1f5c", "logo": PNG})
    drafts.keep(surveys.door(survey.slug), {"NETPRO": ["9"]}, key=f"k-{number}", page=1, language="en", at=NOON)
    question = make_question(survey.program, f"R{number}")
    survey_words.revise(question, {"en": "In other words?"}, on=NOON.date())
    return invitation


def make_asking(program: Program) -> SamplingPlan:
    """One of each row that asking by plan writes."""
    number = next(numbers)
    survey = make_survey(program, f"asked-{number}", questions=("NETPRO",), has_rules=False)
    if not ConsentText.objects.filter(program=program, purpose="survey").exists():
        make_consent_text(program)
    group = ContactGroup.objects.create(program=program, code=f"group-{number}", name="Visits")
    group.surveys.add(survey)
    ContactRule.objects.create(
        program=program, code=f"rule-{number}", name="Once a month", at_most=1, window_hours=30 * 24
    )
    customer = make_customer(program, unit=root_of(program))
    plan = SamplingPlan.objects.create(
        program=program, survey=survey, name=f"Plan {number}", is_active=True, audience="list",
        opens_at=time(0), closes_at=time(0), weekdays=[0, 1, 2, 3, 4, 5, 6],
    )  # fmt: skip
    people_lists.add(plan, people_lists.read(customer.email), at=NOON)
    wave = plans.start_wave(plan, at=NOON)
    NotDrawn.objects.create(wave=wave, block=0, members=bytes(bits.BLOCK // 8))  # nobody: the list was asked whole
    plans.react_to_interactions(program, at=NOON)
    sending.decide_due(at=NOON)
    bounces.record(program, f"gone{number}@example.org", kind="hard", at=NOON)
    return plan


def make_rule(survey: Survey, question: str, reason: str, low: int, high: int, **fields: Any) -> TicketRule:
    return TicketRule.objects.create(
        program_id=survey.program_id,
        survey=survey,
        question_code=question,
        reason=reason,
        code_low=low,
        code_high=high,
        **fields,
    )


def make_response(
    survey: Survey,
    answers: Mapping[str, Any] | None = None,
    *,
    unit: OrgUnit | None = None,
    at: datetime = NOON,
    **fields: Any,
) -> Response:
    """One answer through the intake; it opens a ticket if a rule of the survey is met."""
    submission = responses.Submission(
        **{
            "source": "test",
            "external_id": f"r-{next(numbers)}",
            "answers": answers if answers is not None else {"NETPRO": 9, "Q7ALL": 4},
            "answered_at": at,
            "unit": unit,
        }
        | fields
    )
    recorded = responses.record(surveys.door(survey.slug), submission, at=at)
    return Response.objects.get(pk=recorded.response_id)


def make_scores(
    survey: Survey,
    question: str,
    counts: Mapping[int, int],
    *,
    unit: OrgUnit | None = None,
    at: datetime = NOON,
) -> int:
    """Many answers to one question, given as {code: how many}; no tickets. Returns the number of answers.

    They lie in the unfolded tail, which every reading adds; `fold` puts them into cells.
    """
    door = surveys.door(survey.slug)
    codes = [code for code, n in counts.items() for _ in range(n)]
    rows = [
        responses.prepare(
            door,
            responses.Submission(
                source="test",
                external_id=f"s-{next(numbers)}",
                answers={question: code},
                answered_at=at,
                unit=unit,
            ),
            at=at,
        )
        for code in codes
    ]
    responses.record_many(door, "test", rows, opens_tickets=False)
    return len(rows)


def fold(program: Program, *, at: datetime = NOON) -> None:
    """Put all answers into cells, those of the test's own open transaction too, which the watermark excludes.

    Answers written later in the same transaction would then lie behind the watermark: fold last.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_current_xact_id()::text::bigint + 1, (SELECT system_identifier::text FROM pg_control_system())"
        )
        watermark, cluster = cursor.fetchone()
        ScoreCell.objects.filter(program=program).delete()
        ScoreMonth.objects.filter(program=program).delete()
        cursor.execute(folding.FOLD, {"program": program.pk, "from": 0, "to": watermark})
    FoldState.objects.update_or_create(
        program=program, defaults={"watermark_xid": watermark, "cluster": cluster, "folded_at": at}
    )


def make_ticket(survey: Survey, unit: OrgUnit | None = None, **fields: Any) -> Ticket:
    """A ticket with its answer and its first step; `fields` are the ticket's own."""
    unit = unit or root_of(survey.program)
    at = fields.pop("at", NOON)
    number = next(numbers)
    response = Response.objects.create(
        program_id=survey.program_id,
        survey_version=survey.versions.get(number=1),
        source="test",
        external_id=f"t-{number}",
        body_hash=hashlib.sha256(str(number).encode()).digest(),
        answered_at=at,
        answered_on=at.astimezone(survey.program.zone).date(),
        unit=unit,
        answers={"NETPRO": 3},
        missing={},
        customer=fields.get("customer"),
    )
    status = fields.setdefault("status", TicketStatus.OPEN)
    if status == TicketStatus.CLOSED:
        fields = {"closed_at": at, "root_cause": "Staffing", "action": "We called and apologised."} | fields
    if status == TicketStatus.TAKEN:
        fields = {"taken_at": at} | fields
    ticket = Ticket.objects.create(
        program_id=survey.program_id,
        response=response,
        unit=unit,
        **(
            {
                "reasons": [TicketReason.LOW_SCORE.value],
                "score": 3,
                "opened_at": at,
                "opened_on": response.answered_on,
                "due_at": at + timedelta(hours=24),
            }
            | fields
        ),
    )
    TicketStep.objects.create(ticket=ticket, at=at, act=TicketAct.OPENED)
    return ticket


def make_root_cause(program: Program, code: str = "staffing", **fields: Any) -> RootCause:
    return RootCause.objects.create(program=program, code=code, **({"name": code.capitalize()} | fields))


def make_driver_study(program: Program, **fields: Any) -> DriverStudy:
    defaults: dict[str, Any] = {
        "period": "2017",
        "outcome": "Q7ALL",
        "n": 1200,
        "r2": 0.5,
        "drivers": [
            {"question": "Q7FOOD", "lmg": 0.3, "share": 0.6, "sign": 1, "low": 0.5, "high": 0.7},
            {"question": "Q7ART", "lmg": 0.2, "share": 0.4, "sign": 1, "low": 0.3, "high": 0.5},
        ],
        "resamples": 500,
        "seed": 1,
        "computed_at": NOON,
    }
    return DriverStudy.objects.create(program=program, **(defaults | fields))
