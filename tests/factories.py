"""Rows for tests, made by plain functions with sensible defaults; everything in program SFO unless told otherwise.

`make_house()` makes one of everything, with a person in every role and a stranger from another program.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection
from django.utils import timezone

from actions.choices import ProjectStatus
from actions.models import Gate, ImprovementProject
from cxprogram.choices import Duty, Role
from cxprogram.models import ApiToken, Membership, OrgUnit, Program, Responsibility, User
from cxprogram.models.token import token_digest
from feedback import robots
from feedback.choices import QuestionKind, TicketAct, TicketReason, TicketStatus
from feedback.models import (
    Branding,
    ContactGroup,
    ContactRule,
    DriverStudy,
    FoldState,
    Invitation,
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
    placements,
    plans,
    responses,
    sending,
    surveys,
)
from governance.choices import ReportKind
from governance.models import Charter, CompensationScheme, CompensationStatement, Report, SchemeComponent, SignOff
from journeys.models import (
    ConsentText,
    Customer,
    CustomerAttribute,
    CustomerIdentity,
    DataStream,
    Expectation,
    Journey,
    Kpi,
    KpiTarget,
    Stage,
    Touchpoint,
)

PASSWORD = "a long enough password"
_PASSWORD_HASH = ""
AREAS = ("A", "B", "C", "D", "E", "F", "G")
# 2017-05-15 is a Monday; noon in San Francisco is 19:00 UTC.
NOON = datetime(2017, 5, 15, 19, 0, tzinfo=UTC)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_numbers = count(1)


def make_program(slug: str = "sfo", **fields: Any) -> Program:
    """A program with its root unit, whose code is the slug in capitals."""
    defaults: dict[str, Any] = {
        "name": slug.upper(),
        "organisation": "San Francisco International Airport",
        "customer_word": "passenger",
        "time_zone": "America/Los_Angeles",
        "currency": "USD",
        "problem_question": "PROBLEMS",
        "headline_kpis": ["nps", "mean", "top2"],
    }
    program = Program.objects.create(slug=slug, **(defaults | fields))
    OrgUnit.objects.create(program=program, code=slug.upper(), name=f"{program.organisation}, whole")
    return program


def root_of(program: Program) -> OrgUnit:
    return OrgUnit.objects.get(program=program, parent=None)


def make_unit(program: Program, code: str, *, parent: OrgUnit | None = None, **fields: Any) -> OrgUnit:
    return OrgUnit.objects.create(
        program=program, parent=parent or root_of(program), code=code, **({"name": f"Boarding area {code}"} | fields)
    )


def make_units(program: Program, codes: Sequence[str] = AREAS) -> dict[str, OrgUnit]:
    """The areas below the root, by code; the root is there under its own code too."""
    root = root_of(program)
    return {root.code: root} | {code: make_unit(program, code, parent=root) for code in codes}


def make_user(
    role: str | None = None,
    unit: OrgUnit | None = None,
    *,
    email: str = "",
    valid_from: date = date(2000, 1, 1),
    valid_to: date | None = None,
    **fields: Any,
) -> User:
    """A person with PASSWORD, in a role at a unit if both are named. Owners and analysts may open the admin."""
    global _PASSWORD_HASH
    _PASSWORD_HASH = _PASSWORD_HASH or make_password(PASSWORD)  # hashed once: it is slow on purpose
    fields.setdefault("is_staff", role in {Role.OWNER, Role.ANALYST})
    fields.setdefault("name", f"{role or 'person'} {unit.code if unit else ''}".strip())
    user = User(email=email or f"person{next(_numbers)}@example.org", password=_PASSWORD_HASH, **fields)
    user.save()
    if role is not None:
        assert unit is not None, "a role is held at a unit"
        make_membership(user, role, unit, valid_from=valid_from, valid_to=valid_to)
    return user


def make_membership(user: User, role: str, unit: OrgUnit, **fields: Any) -> Membership:
    return Membership.objects.create(user=user, role=role, unit=unit, program_id=unit.program_id, **fields)


def make_responsibility(user: User, thing: Any, duty: str = Duty.RESPONSIBLE) -> Responsibility:
    program_id = thing.pk if isinstance(thing, Program) else thing.program_id
    return Responsibility.objects.create(program_id=program_id, user=user, thing=thing, duty=duty)


def make_token(
    user: User,
    program: Program,
    *,
    scopes: Sequence[str] = ("read", "write"),
    expires_at: datetime | None = None,
    revoked_at: datetime | None = None,
) -> str:
    """The secret of a new token."""
    secret = ApiToken.new_secret()
    ApiToken.objects.create(
        program=program,
        user=user,
        name=f"token {next(_numbers)}",
        digest=token_digest(secret),
        scopes=list(scopes),
        expires_at=expires_at or timezone.now() + timedelta(days=30),
        revoked_at=revoked_at,
    )
    return secret


# --- journeys ---------------------------------------------------------------------------------
def make_journey(program: Program, code: str = "departure", *, stages: Sequence[str] = ("arrive", "wait")) -> Journey:
    journey = Journey.objects.create(program=program, code=code, name=code.capitalize())
    for position, stage in enumerate(stages, start=1):
        Stage.objects.create(journey=journey, position=position, code=stage, name=stage.capitalize())
    return journey


def make_touchpoint(stage: Stage, code: str, *, question_code: str = "", **fields: Any) -> Touchpoint:
    position = stage.touchpoints.count() + 1
    return Touchpoint.objects.create(
        program_id=stage.journey.program_id,
        stage=stage,
        code=code,
        question_code=question_code,
        **({"name": code.capitalize(), "position": position} | fields),
    )


def make_expectation(touchpoint: Touchpoint, value: float, **fields: Any) -> Expectation:
    return Expectation.objects.create(
        touchpoint=touchpoint, value=value, **({"valid_from": date(2000, 1, 1), "is_measured": False} | fields)
    )


def make_kpi(program: Program, code: str, **fields: Any) -> Kpi:
    known: dict[str, dict[str, Any]] = {
        "nps": {"question_code": "NETPRO", "measure": "points", "axis_low": -100, "name": "Net promoter score"},
        "mean": {"question_code": "Q7ALL", "measure": "mean", "axis_low": 1, "axis_high": 5, "name": "Mean"},
        "top2": {"question_code": "Q7ALL", "measure": "share", "axis_high": 1, "name": "Top two"},
    }
    defaults: dict[str, Any] = {"collector": code, "name": code, "measure": "mean", "valid_from": date(2000, 1, 1)}
    return Kpi.objects.create(program=program, code=code, **(defaults | known.get(code, {}) | fields))


def make_kpis(program: Program) -> dict[str, Kpi]:
    return {code: make_kpi(program, code) for code in ("nps", "mean", "top2")}


def make_target(unit: OrgUnit, value: float | str, *, author: User, **fields: Any) -> KpiTarget:
    defaults: dict[str, Any] = {"kpi_code": "nps", "question_code": "NETPRO", "period": "2017"}
    return KpiTarget.objects.create(
        program_id=unit.program_id, unit=unit, value=Decimal(str(value)), author=author, **(defaults | fields)
    )


def make_customer(program: Program, **fields: Any) -> Customer:
    number = next(_numbers)
    identity = fields.pop("identity", f"c-{number}")
    defaults = {"name": f"Customer {number}", "email": f"customer{number}@example.org", "is_fictitious": True}
    customer = Customer.objects.create(program=program, **(defaults | fields))
    CustomerIdentity.objects.create(program=program, customer=customer, source="crm", value=identity)
    return customer


def make_stream(program: Program, code: str = "orders", **fields: Any) -> DataStream:
    defaults = {
        "name": code.capitalize(), "kind": "transaction", "purpose": "To see what customers meet.",
        "legal_basis": "contract", "status": "active",
    }  # fmt: skip
    return DataStream.objects.create(program=program, code=code, **(defaults | fields))


def make_attribute(program: Program, code: str, **fields: Any) -> CustomerAttribute:
    return CustomerAttribute.objects.create(program=program, code=code, **({"name": code} | fields))


def make_consent_text(program: Program, purpose: str = "survey", **fields: Any) -> ConsentText:
    defaults = {"legal_basis": "legitimate_interest", "texts": {"en": "We may ask you."}, "valid_from": LONG_AGO}
    return ConsentText.objects.create(program=program, purpose=purpose, **(defaults | fields))


# --- feedback ---------------------------------------------------------------------------------
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
    defaults = QUESTIONS.get(code, {"kind": QuestionKind.RATING, "scale_low": 1, "scale_high": 5})
    return Question.objects.get_or_create(
        program=program, code=code, defaults={"name": code, "wordings": {"en": f"How was {code}?"}} | defaults | fields
    )[0]


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
    for position, code in enumerate(questions, start=1):
        SurveyItem.objects.create(
            version=version,
            question=make_question(program, code),
            position=position,
            column=(columns or {}).get(code, code),
            is_hidden=code in hidden,
            is_required=code in required,
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
    made = {"source": "test", "external_id": f"i-{next(_numbers)}", "address": "ann@example.org"}
    facts = {name: fields.pop(name) for name in list(fields) if name in invitations.Asking.__dataclass_fields__}
    invitation, _new = invitations.make(survey, invitations.Asking(**(made | facts)), at=at)
    Invitation.objects.filter(pk=invitation.pk).update(**({"status": "sent", "sent_at": at} | fields))
    invitation.refresh_from_db()
    return invitation, invitations.token_for(invitation)


def make_doors(survey: Survey) -> Invitation:
    """One of each row that the doors for customers write."""
    number = next(_numbers)
    invitation, _token = make_invitation(survey, unit=root_of(survey.program))
    invitations.opened(invitation, robots.Visit(timezone.now(), "HEAD"), question="NETPRO", score=9)
    placements.make(survey, name=f"Poster {number}")
    Branding.objects.get_or_create(program=survey.program, defaults={"brand": "#7a1f5c", "logo": PNG})
    drafts.keep(surveys.door(survey.slug), {"NETPRO": ["9"]}, key=f"k-{number}", page=1, language="en", at=NOON)
    question = make_question(survey.program, f"R{number}")
    surveys.revise(question, {"en": "In other words?"}, on=NOON.date())
    return invitation


def make_asking(program: Program) -> SamplingPlan:
    """One of each row that asking by plan writes."""
    number = next(_numbers)
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
    plans.add_people(plan, [("", customer.email)], at=NOON)
    plans.start_wave(plan, at=NOON)
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
            "external_id": f"r-{next(_numbers)}",
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
                external_id=f"s-{next(_numbers)}",
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
    number = next(_numbers)
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


# --- actions ----------------------------------------------------------------------------------
def make_project(touchpoint: Touchpoint, *, responsible: User, **fields: Any) -> ImprovementProject:
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "code": f"project-{number}",
        "name": f"Project {number}",
        "unit": root_of(touchpoint.program),
        "status": ProjectStatus.RUNNING,
        "problem": "Passengers wait too long.",
        "idea": "Open one more lane at noon.",
        "cost_amount": Decimal("120000.00"),
        "started_on": date(2016, 1, 1),
    }
    project = ImprovementProject.objects.create(
        program_id=touchpoint.program_id, touchpoint=touchpoint, responsible=responsible, **(defaults | fields)
    )
    for position, name in enumerate(("Idea", "Pilot"), start=1):
        Gate.objects.create(project=project, position=position, name=name, due_on=date(2017, position, 1))
    return project


# --- governance -------------------------------------------------------------------------------
def make_charter(program: Program, *, sponsor: User | None = None, owner: User | None = None) -> Charter:
    charter = Charter.objects.create(
        program=program, sponsor=sponsor, owner=owner, objective="Be loved.", owner_time_share=100
    )
    for person in filter(None, (sponsor, owner)):
        SignOff.objects.create(charter=charter, person=person, capacity="member", signed_at=NOON)
    return charter


def make_scheme(program: Program, *, author: User, approver: User | None = None, **fields: Any) -> CompensationScheme:
    defaults: dict[str, Any] = {
        "code": "bonus",
        "name": "Bonus",
        "period": "2017",
        "base_amount": Decimal("10000.00"),
        "currency": "USD",
        "is_illustrative": True,
    }
    scheme = CompensationScheme.objects.create(program=program, author=author, approver=approver, **(defaults | fields))
    SchemeComponent.objects.create(
        scheme=scheme,
        kpi_code="nps",
        question_code="NETPRO",
        weight=Decimal("1"),
        threshold=Decimal("20"),
        target=Decimal("40"),
        maximum=Decimal("60"),
        threshold_share=Decimal("0.5"),
        maximum_share=Decimal("1.5"),
    )
    return scheme


def make_statement(scheme: CompensationScheme, user: User, unit: OrgUnit, **fields: Any) -> CompensationStatement:
    """A statement as it was issued: 38 points of NPS by 120 answers pay 0.95. It is no link of a chain."""
    number = next(_numbers)
    name = {"": unit.name}
    inputs = {
        "formula": 1,
        "number": number,
        "scheme": {
            "id": scheme.pk, "code": scheme.code, "version": 1, "name": {"": scheme.name}, "base_amount": "10000",
            "currency": scheme.currency, "min_n": 100, "is_illustrative": True, "author": "A", "approver": "B",
        },
        "recipient": {"id": user.pk, "name": str(user)},
        "unit": {"id": unit.pk, "code": unit.code, "name": name},
        "period": scheme.period,
        "components": [
            {
                "kpi": "nps", "kpi_version": 1, "question": "NETPRO", "name": {"": "Net promoter score"},
                "measure": "points", "higher_is_better": True, "weight": "1", "threshold": "20", "target": "40",
                "maximum": "60", "threshold_share": "0.5", "maximum_share": "1.5", "is_strict": False, "value": 38.0,
                "low": 25.0, "high": 51.0, "n": 120, "method": "adjusted-wald",
                "basis": {"id": unit.pk, "code": unit.code, "name": name}, "passed_over": [], "kpi_value": 0,
            }
        ],
    }  # fmt: skip
    defaults: dict[str, Any] = {
        "period": scheme.period,
        "payout_share": Decimal("0.95"),
        "amount": Decimal("9500.00"),
        "currency": scheme.currency,
        "inputs": json.dumps(inputs),
        "sha256": hashlib.sha256(f"statement {number}".encode()).hexdigest(),
        "issued_at": NOON,
        "issued_by": scheme.author,
    }
    return CompensationStatement.objects.create(scheme=scheme, user=user, unit=unit, **(defaults | fields))


def make_report(unit: OrgUnit, **fields: Any) -> Report:
    """A report with a small PDF, chained to the newest one of the program."""
    number = next(_numbers)
    before = Report.objects.filter(program_id=unit.program_id).order_by("-pk").first()
    pdf = fields.pop("pdf", b"%%PDF-1.7\n%% report %d\n%%%%EOF\n" % number)
    defaults: dict[str, Any] = {
        "kind": ReportKind.STEERING,
        "period": "2017",
        "language": "en",
        "inputs": f'{{"number":{number}}}',
        "inputs_sha256": hashlib.sha256(f"report {number}".encode()).hexdigest(),
        "previous_sha256": before.inputs_sha256 if before else "",
        "created_at": NOON,
    }
    return Report.objects.create(
        program_id=unit.program_id,
        unit=unit,
        pdf=pdf,
        pdf_sha256=hashlib.sha256(pdf).hexdigest(),
        **(defaults | fields),
    )


# --- one of everything ------------------------------------------------------------------------
@dataclass
class House:
    """One program with one of everything, at its root, in area G ("own") and in area A ("other")."""

    program: Program
    units: dict[str, OrgUnit]
    people: dict[str, User]
    survey: Survey
    kpis: dict[str, Kpi] = field(default_factory=dict)
    touchpoint: Any = None
    tickets: dict[str, Ticket] = field(default_factory=dict)
    projects: dict[str, ImprovementProject] = field(default_factory=dict)
    reports: dict[str, Report] = field(default_factory=dict)
    statements: dict[str, CompensationStatement] = field(default_factory=dict)
    scheme: Any = None
    charter: Any = None
    study: Any = None

    @property
    def root(self) -> OrgUnit:
        return next(unit for unit in self.units.values() if unit.parent_id is None)


# Who stands where: the whole program, or area G.
STANDS = {
    Role.OWNER: "",
    Role.ANALYST: "",
    Role.EXECUTIVE: "",
    Role.STEERING: "",
    Role.UNIT_MANAGER: "G",
    Role.FRONTLINE: "G",
    Role.PROJECT_LEAD: "",
    Role.AUDITOR: "",
    Role.ADVISOR: "",
    Role.INTEGRATION: "",
}


def make_people(program: Program, units: Mapping[str, OrgUnit]) -> dict[str, User]:
    """A person in each role, by role: managers and frontline at G, the others at the root."""
    root = root_of(program)
    return {
        role.value: make_user(
            role, units[code] if code else root, email=f"{role.value}@{program.slug}.example.org", name=str(role.label)
        )
        for role, code in STANDS.items()
    }


def make_house(slug: str = "sfo") -> House:
    """One of everything. `people["stranger"]` owns another program that has tickets and a report of its own."""
    program = make_program(slug)
    units = make_units(program)
    people = make_people(program, units)
    people["manager_a"] = make_user(Role.UNIT_MANAGER, units["A"], email=f"manager.a@{slug}.example.org")
    make_responsibility(people[Role.UNIT_MANAGER], units["G"])
    make_responsibility(people["manager_a"], units["A"])
    house = House(program, units, people, make_survey(program))
    house.kpis = make_kpis(program)
    stage = make_journey(program).stages.get(code="wait")
    house.touchpoint = make_touchpoint(stage, "food", question_code="Q7FOOD", aspect="quality")
    make_expectation(house.touchpoint, 4.5)
    make_root_cause(program)
    house.study = make_driver_study(program)
    for code in ("", "G", "A"):
        unit = units[code] if code else house.root
        customer = make_customer(program, unit=unit)
        house.tickets[code] = make_ticket(house.survey, unit, customer=customer)
        house.projects[code] = make_project(house.touchpoint, responsible=people[Role.PROJECT_LEAD], unit=unit)
        house.reports[code] = make_report(unit)
    owner, executive = people[Role.OWNER], people[Role.EXECUTIVE]
    house.scheme = make_scheme(program, author=owner, approver=executive)
    house.statements["G"] = make_statement(house.scheme, people[Role.UNIT_MANAGER], units["G"])
    house.statements["A"] = make_statement(house.scheme, people["manager_a"], units["A"])
    house.charter = make_charter(program, sponsor=executive, owner=owner)
    make_target(units["G"], 40, author=owner)

    other = make_program(f"{slug}-other", organisation="Another airport")
    people["stranger"] = make_user(Role.OWNER, root_of(other), email=f"stranger@{slug}-other.example.org")
    make_kpis(other)
    other_survey = make_survey(other, f"{slug}-other-passengers")
    make_ticket(other_survey)
    make_report(root_of(other))
    return house
