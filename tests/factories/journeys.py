"""Journeys, KPIs, customers, streams."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from cxprogram.models import OrgUnit, Program, User
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
from tests.factories.people import LONG_AGO, numbers


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
    number = next(numbers)
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
