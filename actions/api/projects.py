"""GET /api/v1/projects/: what is being done about what the customers say."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

import msgspec
from django.db.models import Prefetch
from django.http import HttpResponse
from django.utils.translation import gettext as _

from actions.choices import ProjectStatus
from actions.models import EffectStudy, ImprovementProject
from cxprogram import api_schema
from cxprogram.access import Right
from cxprogram.api_base import ApiView, ParameterError, asked_program, finite, page


class GateRow(msgspec.Struct):
    """One gate; `decision` is empty until somebody decided."""

    position: int
    name: str
    due_on: date
    decision: str
    decided_by: str | None
    decided_at: datetime | None


class EffectRow(msgspec.Struct):
    """What changed at the touchpoint; without a comparison group it is no proof of cause."""

    method: str
    is_causal: bool
    kpi: str
    question: str
    before_period: str
    before: float | None
    before_n: int
    after_period: str
    after: float | None
    after_n: int
    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    computed_at: datetime


class ProjectRow(msgspec.Struct):
    """One improvement project, with its gates and the newest measurement of its effect."""

    id: int
    code: str
    name: str
    status: str
    touchpoint: str
    unit: str
    responsible: str
    problem: str
    idea: str
    cost_amount: Annotated[Decimal, msgspec.Meta(description="Exact, as text.")]
    currency: str
    started_on: date | None
    is_illustrative: bool
    gates: list[GateRow]
    effect: EffectRow | None


EXAMPLE = {
    "id": 1,
    "code": "security-lanes",
    "name": "Another lane at noon",
    "status": "running",
    "touchpoint": "security",
    "unit": "SFO",
    "responsible": "lead@example.org",
    "problem": "Passengers wait too long.",
    "idea": "Open one more lane at noon.",
    "cost_amount": "120000.00",
    "currency": "USD",
    "started_on": "2016-01-01",
    "is_illustrative": True,
    "gates": [
        {
            "position": 1,
            "name": "Idea",
            "due_on": "2016-01-15",
            "decision": "go",
            "decided_by": "owner@example.org",
            "decided_at": "2016-01-14T10:00:00Z",
        }
    ],
    "effect": None,
}


def _effect(study: EffectStudy) -> EffectRow:
    return EffectRow(
        method=study.method,
        is_causal=study.is_causal,
        kpi=study.kpi_code,
        question=study.question_code,
        before_period=study.before_period,
        before=finite(study.before_value),
        before_n=study.before_n,
        after_period=study.after_period,
        after=finite(study.after_value),
        after_n=study.after_n,
        difference=finite(study.difference),
        low=finite(study.low),
        high=finite(study.high),
        p=finite(study.p_value),
        computed_at=study.computed_at,
    )


def present(project: ImprovementProject) -> ProjectRow:
    effects = list(project.effects.all())
    return ProjectRow(
        id=project.pk,
        code=project.code,
        name=project.name,
        status=project.status,
        touchpoint=project.touchpoint.code,
        unit=project.unit.code,
        responsible=project.responsible.email,
        problem=project.problem,
        idea=project.idea,
        cost_amount=project.cost_amount,
        currency=project.program.currency,
        started_on=project.started_on,
        is_illustrative=project.is_illustrative,
        gates=[
            GateRow(
                position=gate.position,
                name=gate.name,
                due_on=gate.due_on,
                decision=gate.decision,
                decided_by=gate.decided_by.email if gate.decided_by else None,
                decided_at=gate.decided_at,
            )
            for gate in project.gates.all()
        ],
        effect=_effect(effects[-1]) if effects else None,
    )


class ProjectListView(ApiView):
    right = Right.SEE_PROJECTS

    @api_schema.describe(
        "List improvement projects",
        name="project_list",
        tag="Projects",
        parameters=[
            api_schema.PROGRAM,
            api_schema.parameter("status", "Only those in this state.", enum=ProjectStatus.values),
            *api_schema.PAGES,
        ],
        replies={200: api_schema.page_of(ProjectRow)},
        reply_example={"next": None, "previous": None, "results": [EXAMPLE]},
        refusals={
            400: ("program-missing", "status-unknown", "cursor-invalid", "parameter-invalid", "text-not-storable"),
            404: ("program-unknown",),
        },
    )
    def get(self, request: Any) -> HttpResponse:
        program = asked_program(request, self.right)
        rows = (
            ImprovementProject.objects.visible_to(request.user)
            .filter(program=program)
            .select_related("program", "touchpoint", "unit", "responsible")
            .prefetch_related(
                "gates__decided_by", Prefetch("effects", EffectStudy.objects.order_by("computed_at", "pk"))
            )
        )
        if status := request.GET.get("status"):
            if status not in ProjectStatus.values:
                raise ParameterError(_("There is no such state."), code="status-unknown", parameter="status")
            rows = rows.filter(status=status)
        return page(request, rows, present)
