"""One row of every model that the admin shows, and some more of each."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.urls import reverse
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule

from actions.models import EffectStudy
from cxprogram.choices import ImportStatus, MailStatus
from cxprogram.models import ImportRun, OutgoingMail
from feedback.models import (
    Conversation,
    EmployeeRemark,
    FeatureRequest,
    FoldState,
    ImportMapping,
    Mention,
    StudyRun,
    SupportCase,
)
from journeys.models import KpiValue
from tests import factories
from tests.customer_base import furnish_customers
from tests.factories import NOON, House

HOUSEWIDE = {PeriodicTask, IntervalSchedule, CrontabSchedule, SolarSchedule, ClockedSchedule}
# A whole mapping, as small as one can be.
MAPPING = {
    "survey": "passengers",
    "source": "test",
    "title": "Test",
    "external_id": {"column": "ID"},
    "answered": {"kind": "timestamp", "column": "AT", "zone": "UTC"},
    "unit": {"constant": "SFO"},
    "channel": {"constant": "web"},
    "language": {"constant": "en"},
    "questions": [{"kind": "scale", "question": "NETPRO", "column": "NPS", "scale": [0, 10]}],
}


def models() -> list[type[Model]]:
    """The models of the programs; those of the house's schedules are apart."""
    return [model for model in admin.site._registry if model not in HOUSEWIDE]


def furnish(house: House) -> None:
    """What `make_house` leaves out: after this, the program has a row of every model."""
    program, owner = house.program, house.people["owner"]
    factories.make_token(house.people["integration"], program)
    number = ImportRun.objects.count()
    ImportRun.objects.create(
        program=program,
        kind="responses",
        mapping="m",
        file_name="a.csv",
        status=ImportStatus.DONE,
        started_at=NOON,
        by=owner,
    )
    StudyRun.objects.create(
        program=program, period="2017", outcome="Q7ALL", drivers=["Q7FOOD"], status="done", by=owner, asked_at=NOON
    )
    OutgoingMail.objects.create(
        program=program,
        key=f"key-{number}",
        to="ann@example.org",
        subject="What we did",
        body="Hello",
        status=MailStatus.FAILED,
    )
    for said in (Mention, SupportCase, FeatureRequest, Conversation, EmployeeRemark):
        said.objects.create(
            program=program, source="x", external_id=f"said-{number}", body_hash=b"x", at=NOON, text="Said."
        )
    KpiValue.objects.create(
        program=program,
        kpi=house.kpis["nps"],
        unit=house.root,
        period="2017",
        value=40.0,
        n=200,
        method="m",
        computed_at=NOON,
    )
    ImportMapping.objects.create(
        program=program, slug=f"map-{number}", survey_version=house.survey.versions.get(number=1), definition=MAPPING
    )
    EffectStudy.objects.create(
        project=house.projects[""],
        method="before_after",
        kpi_code="mean",
        question_code="Q7FOOD",
        before_period="2016",
        after_period="2017",
        before_value=4.0,
        before_n=100,
        after_value=4.1,
        after_n=100,
        difference=0.1,
        low=-0.1,
        high=0.3,
        p_value=0.3,
        computed_at=NOON,
    )
    factories.make_response(house.survey, {"NETPRO": 9, "COMMENT": "The lines were long"})
    factories.make_doors(house.survey)
    furnish_customers(program, house.root, house.touchpoint.code)
    factories.make_knowledge(house.touchpoint)
    factories.make_asking(program)
    factories.fold(program)


def enlarge(house: House) -> None:
    """Three more of what a program has many of."""
    program, owner = house.program, house.people["owner"]
    stage = house.touchpoint.stage
    factories.fold(program)
    FoldState.objects.filter(program=program).update(watermark_xid=0)
    for number in range(3):
        unit = factories.make_unit(program, f"X{number}")
        person = factories.make_user("frontline", unit)
        factories.make_responsibility(person, unit)
        journey = factories.make_journey(program, f"journey-{number}")
        touchpoint = factories.make_touchpoint(stage, f"point-{number}", question_code=f"Q{number}")
        factories.make_expectation(touchpoint, 4.0)
        factories.make_kpi(program, f"kpi-{number}")
        factories.make_question(program, f"Q{number}", touchpoint=touchpoint)
        factories.make_target(unit, 30, author=owner)
        customer = factories.make_customer(program, unit=unit)
        survey = factories.make_survey(program, f"survey-{number}")
        factories.make_ticket(survey, unit, customer=customer, owner=person, status="taken")
        factories.make_root_cause(program, f"cause-{number}")
        factories.make_driver_study(program, period=f"20{number:02}")
        project = factories.make_project(touchpoint, responsible=person, unit=unit)
        project.gates.update(decision="go", decided_by=owner, decided_at=NOON)
        scheme = factories.make_scheme(program, author=person, approver=owner, code=f"scheme-{number}")
        factories.make_statement(scheme, person, unit)
        factories.make_report(unit, created_by=person)
        journey.stages.update(goal_evidence="partly")
        furnish(house)


def rows_of(house: House) -> dict[type[Model], Model]:
    """The newest row of each model in the house's program."""
    from cxprogram.admin_scope import program_path
    from cxprogram.models import User

    found: dict[type[Model], Model] = {}
    for model in models():
        rows = model._default_manager.order_by("-pk")
        if model is User:
            found[model] = house.people["frontline"]
        elif program_path(model) == "pk":
            found[model] = house.program
        else:
            found[model] = rows.filter(**{program_path(model): house.program})[0]
    return found


def url(model: type[Model], page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def label(model: type[Model]) -> str:
    return model._meta.label
