"""From empty to live: the first person and the program, units and people, a journey, a survey, a place to ask at.

Each verb may be repeated: what is there already stays as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from cxprogram import setup_code
from cxprogram.access import may_grant
from cxprogram.choices import Duty, Role
from cxprogram.errors import ConflictError, DomainError, NotAllowedError, NotFoundError
from cxprogram.languages import OURS
from cxprogram.models import Membership, OrgUnit, Program, Responsibility, User
from cxprogram.services import staff
from feedback.choices import QuestionKind, TicketReason
from feedback.models import Placement, Question, Survey, TicketRule
from feedback.services import placements, survey_drafting
from governance.kpi_templates import KPIS, KpiTemplate
from governance.services import asking_defaults
from journeys import journey_templates
from journeys.choices import Aspect, LegalBasis
from journeys.journey_templates import CUSTOMER, JOURNEYS
from journeys.models import Journey, Kpi, Touchpoint
from journeys.services import new_journeys

# Held while the first person is made: of two who come at once, the second finds the first.
FIRST_PERSON_LOCK = 0x43584F4E45
FIRST_CONTACT_HOURS = 24


class SetupCodeError(DomainError):
    code = "setup-code-wrong"
    status = 403


@dataclass(frozen=True)
class Founding:
    """The first person, and the program that this person owns."""

    name: str
    email: str
    password: str
    organisation: str
    customer_word: str
    language: str
    time_zone: str
    currency: str


@dataclass(frozen=True)
class Newcomer:
    """Somebody who is to work in the program: in which role, at which unit (None: the whole)."""

    email: str
    role: str
    unit: OrgUnit | None = None
    name: str = ""


def is_empty() -> bool:
    """Whether nobody is here yet."""
    return not User.objects.exists()


@transaction.atomic
def found(facts: Founding, *, code: str = "") -> User:
    """Make the first person and the program.

    - only while there is no person at all: NotFoundError (`begun-already`) for everyone who comes later;
    - outside the demonstration only with the one-time code: SetupCodeError (`setup-code-wrong`).
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FIRST_PERSON_LOCK])
    if not is_empty():
        raise NotFoundError(_("This program has begun already."), code="begun-already")
    if not settings.IS_DEMO and not setup_code.fits(code):
        raise SetupCodeError(_("This is not the setup code."))
    owner = User.objects.create_user(
        facts.email, facts.password, name=facts.name, language=facts.language, is_staff=True
    )
    standard = CUSTOMER.get(facts.language) == facts.customer_word
    slug = slugify(facts.organisation)[:30] or "program"
    program = Program.objects.create(
        slug=slug,
        name=facts.organisation,
        organisation=facts.organisation,
        customer_word=CUSTOMER["en"] if standard else facts.customer_word,
        customer_words={each: word for each, word in CUSTOMER.items() if each != "en"} if standard else {},
        language=facts.language,
        time_zone=facts.time_zone,
        currency=facts.currency,
    )
    root = OrgUnit.objects.create(program=program, code=slug.upper(), name=facts.organisation)
    Membership.objects.create(program=program, user=owner, unit=root, role=Role.OWNER)
    _make_responsible(owner, root)
    transaction.on_commit(setup_code.spend)
    return owner


def _make_responsible(person: User, thing: OrgUnit | Touchpoint | Kpi) -> None:
    """The person answers for the thing, unless somebody does already."""
    Responsibility.objects.get_or_create(
        content_type=ContentType.objects.get_for_model(thing),
        object_id=thing.pk,
        duty=Duty.RESPONSIBLE,
        defaults={"program_id": thing.program_id, "user": person},
    )


def _held(program: Program) -> Program:
    """The program under a lock: of two who take the same step at once, the second finds what the first made."""
    return Program.objects.select_for_update().get(pk=program.pk)


@transaction.atomic
def add_units(program: Program, names: Sequence[str]) -> int:
    """Units below the whole, by their names; a name that is there already is left alone. Returns how many are new."""
    _held(program)
    units = OrgUnit.objects.filter(program=program)
    root = units.get(parent=None)
    known, count = {unit.name.casefold() for unit in units}, 0
    for name in names:
        if name.casefold() in known:
            continue
        OrgUnit.objects.create(program=program, parent=root, code=staff.unit_code(name, units), name=name)
        known.add(name.casefold())
        count += 1
    return count


@transaction.atomic
def add_people(program: Program, newcomers: Sequence[Newcomer], *, by: User) -> list[User]:
    """People with their roles; returns those who have no log-in yet and need the link to choose a password.

    - nobody hands out a role that may do more than they may there: NotAllowedError (`role-too-wide`);
    - a log-in that belongs to another program stays there: ConflictError (`person-elsewhere`);
    - a unit that nobody answers for gets its manager as the one responsible.
    """
    _held(program)
    root, new = OrgUnit.objects.get(program=program, parent=None), []
    for newcomer in newcomers:
        unit = newcomer.unit or root
        if not may_grant(by, newcomer.role, unit):
            raise NotAllowedError(_("This role may do more than you may here."), code="role-too-wide")
        person = User.objects.filter(email__iexact=newcomer.email).first()
        if person is None:
            person = User.objects.create_user(
                newcomer.email,
                name=newcomer.name,
                language=program.language,
                is_staff=newcomer.role == Role.ANALYST,
            )
            new.append(person)
        elif not Membership.objects.filter(user=person, program=program).exists():
            raise ConflictError(_("%(email)s has a log-in elsewhere.") % {"email": newcomer.email},
                                code="person-elsewhere", email=newcomer.email)  # fmt: skip
        Membership.objects.get_or_create(user=person, unit=unit, role=newcomer.role, defaults={"program": program})
        if newcomer.role == Role.UNIT_MANAGER and unit != root:
            _make_responsible(person, unit)
    return new


@transaction.atomic
def take_journey(program: Program, code: str, *, by: User, at: datetime) -> Journey:
    """The journey of a template, its touchpoints in the person's care; the one that is there, if there is one.

    Raises NotFoundError (`template-unknown`).
    """
    if code not in JOURNEYS:
        raise NotFoundError(_("There is no such template."), code="template-unknown")
    _held(program)
    if (there := Journey.objects.on_map().filter(program=program).order_by("pk").first()) is not None:
        return there
    journey = new_journeys.from_document(program, journey_templates.document(code), by=by, at=at)
    for touchpoint in Touchpoint.objects.filter(stage__journey=journey):
        _make_responsible(by, touchpoint)
    return journey


def _named(texts: Mapping[str, str]) -> dict[str, Any]:
    return {"name": texts["en"], "names": {each: words for each, words in texts.items() if each != "en"}}


@transaction.atomic
def open_survey(
    program: Program,
    code: str,
    *,
    touchpoint: Touchpoint | None,
    by: User,
    at: datetime,
    hours: int = FIRST_CONTACT_HOURS,
    basis: str = LegalBasis.LEGITIMATE_INTEREST,
) -> Survey:
    """A survey from a template, published and open, with its KPIs and a ticket for every low score; and what a first
    plan needs to ask anybody, on the legal basis named.

    The survey that is open already, if there is one. Raises NotFoundError (`template-unknown`).
    """
    held = _held(program)
    if (there := open_surveys(program).order_by("pk").first()) is not None:
        return there
    on = at.astimezone(held.zone).date()
    version = survey_drafting.from_template(held, code, languages=list(OURS), on=on)
    question = version.items.select_related("question").order_by("position")[0].question
    if touchpoint is not None:
        _ask_at(question, touchpoint)
    survey_drafting.publish(version, at=at)
    low, high = question.scale or (0, 0)
    TicketRule.objects.create(
        program=held,
        survey=version.survey,
        question_code=question.code,
        reason=TicketReason.LOW_SCORE,
        code_low=low,
        code_high=highest_low(question.kind, low, high),
        first_contact_hours=hours,
    )
    asking_defaults.make(held, basis=basis, at=at)
    codes = [_define(held, each, question, by=by, at=at).code for each in KPIS[question.kind]]
    brought = Kpi.objects.current().filter(program=held, question_code=question.code).values_list("code", flat=True)
    held.headline_kpis = list(dict.fromkeys([*held.headline_kpis, *codes, *brought]))[:4]
    held.save(update_fields=["headline_kpis"])
    return Survey.objects.get(pk=version.survey_id)


def open_surveys(program: Program) -> models.QuerySet[Survey]:
    """The surveys that customers can answer: open, with something published."""
    rows = Survey.objects.filter(program=program, is_open=True, versions__published_at__isnull=False)
    return rows.distinct()


def highest_low(kind: str, low: int, high: int) -> int:
    """The highest answer that asks for a talk: 6 of 0–10 (detractors), else the last below the middle of the scale."""
    return 6 if kind == QuestionKind.NPS else (low + high + 1) // 2 - 1


def _ask_at(question: Question, touchpoint: Touchpoint) -> None:
    """The question measures the touchpoint, if nothing else does.

    A recommendation is of the whole and measures no touchpoint: its answers carry the place alone.
    """
    if question.kind == QuestionKind.NPS:
        return
    question.touchpoint = touchpoint
    question.save(update_fields=["touchpoint"])
    if not touchpoint.question_code:
        touchpoint.question_code = question.code
        touchpoint.aspect = Aspect.EASE if question.kind == QuestionKind.CES else Aspect.QUALITY
        touchpoint.save(update_fields=["question_code", "aspect"])


def _define(program: Program, template: KpiTemplate, question: Question, *, by: User, at: datetime) -> Kpi:
    low, high = template.axis or question.scale or (0, 100)
    kpi, _new = Kpi.objects.get_or_create(
        program=program,
        code=template.code,
        is_current=True,
        defaults={
            **_named(template.names),
            "descriptions": dict(template.descriptions),
            "collector": template.collector,
            "question_code": question.code,
            "parameters": dict(template.parameters),
            "measure": template.measure,
            "axis_low": low,
            "axis_high": high,
            "valid_from": at.astimezone(program.zone).date(),
        },
    )
    _make_responsible(by, kpi)
    return kpi


@transaction.atomic
def hang(survey: Survey, *, name: str, unit: OrgUnit | None = None, touchpoint: Touchpoint | None = None) -> Placement:
    """Ask everybody at a place; the place of this name, if it is asked there already."""
    _held(survey.program)
    there = Placement.objects.live().filter(survey=survey, name=name).order_by("pk").first()
    return there or placements.make(survey, name=name, unit=unit, touchpoint=touchpoint)
