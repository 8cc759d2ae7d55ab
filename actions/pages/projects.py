"""Improvement projects on pages: their gates, their cost, and what changed at their touchpoint."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from actions.choices import GateDecision, ProjectStatus
from actions.models import EffectStudy, Gate, ImprovementProject
from actions.services import projects
from cxprogram.access import Right, can
from cxprogram.figures import Change, kind_of
from cxprogram.models import Program, User
from cxprogram.periods import Period, parse
from journeys.models import Kpi

LEVEL = 0.05


@dataclass(frozen=True)
class GateStep:
    """One gate in the stepped list. `state` is passed, stopped, current or later."""

    gate: Gate
    state: str
    is_late: bool

    @property
    def is_current(self) -> bool:
        return self.state == "current"


@dataclass(frozen=True)
class Effect:
    """Before and after, as the newest study found it; without a comparison group, so nobody's effect."""

    study: EffectStudy
    kpi: Kpi
    kind: str
    before: Period
    after: Period
    change: Change


@dataclass(frozen=True)
class ProjectView:
    """One project as a person may see it: without scores where theirs end."""

    project: ImprovementProject
    steps: tuple[GateStep, ...]
    effect: Effect | None
    sees_effect: bool

    @property
    def current(self) -> GateStep | None:
        return next((step for step in self.steps if step.is_current), None)

    @property
    def is_measured(self) -> bool:
        return bool(self.project.touchpoint.question_code)


def _steps(project: ImprovementProject, today: date) -> tuple[GateStep, ...]:
    gates = sorted(project.gates.all(), key=lambda gate: gate.position)
    current = projects.current_gate(gates)
    has_ended = project.status in (ProjectStatus.DONE, ProjectStatus.STOPPED)
    steps = []
    for gate in gates:
        if gate.decision == GateDecision.STOP:
            state = "stopped"
        elif gate.decision == GateDecision.GO:
            state = "passed"
        else:
            state = "current" if gate == current and not has_ended else "later"
        steps.append(GateStep(gate, state, state == "current" and gate.due_on < today))
    return tuple(steps)


def _effect(study: EffectStudy | None, kpis: dict[str, Kpi]) -> Effect | None:
    if study is None or study.kpi_code not in kpis:
        return None
    kpi = kpis[study.kpi_code]
    kind, before = kind_of(kpi), parse(study.before_period)
    change = Change.of(
        study.difference,
        is_clear=study.p_value < LEVEL,
        lower_is_better=not kpi.higher_is_better,
        since=before.label,
        kind=kind,
    )
    return Effect(study, kpi, kind, before, parse(study.after_period), change)


def views(user: User, program: Program, rows: Any, *, today: date) -> list[ProjectView]:
    """The projects with gates and newest effect; four queries however many there are."""
    found: Sequence[ImprovementProject] = (
        rows.select_related("touchpoint", "unit", "responsible", "program")
        .prefetch_related("gates__decided_by", "effects")
        .order_by("pk")
    )
    kpis = {kpi.code: kpi for kpi in Kpi.objects.current().filter(program=program)}
    shown = []
    for project in found:
        sees = project.unit.parent_id is None or can(user, Right.SEE_SCORES, program=program, unit=project.unit)
        newest = max(project.effects.all(), key=lambda study: study.pk, default=None)
        effect = _effect(newest, kpis) if sees else None
        shown.append(ProjectView(project, _steps(project, today), effect, sees))
    return shown


def visible(user: User, program: Program, *, today: date) -> list[ProjectView]:
    """All projects that the person may see: those that wait for a gate first."""
    rows = ImprovementProject.objects.visible_to(user).filter(program=program)
    return sorted(views(user, program, rows, today=today), key=lambda view: (view.current is None, view.project.pk))
