"""Improvement projects: gate by gate, decided by those who fund them."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from actions.choices import GateDecision, ProjectStatus
from actions.models import Gate, ImprovementProject
from cxprogram.access import roles
from cxprogram.choices import Role
from cxprogram.errors import ConflictError, DomainError, NotAllowedError
from cxprogram.models import User

DECIDERS = frozenset({Role.OWNER, Role.EXECUTIVE, Role.STEERING})


class GateError(DomainError):
    code = "gate-refused"


def current_gate(gates: Iterable[Gate]) -> Gate | None:
    """The first gate, in their order, that has not been passed; None when all are."""
    return next((gate for gate in gates if gate.decision != GateDecision.GO), None)


def may_decide(user: User, project: ImprovementProject) -> bool:
    """Whether the person decides on the project's gates.

    - an owner, executive or member of the steering group of the program;
    - and not the one responsible for the project.
    """
    return bool(DECIDERS & roles(user, project.program)) and user.pk != project.responsible_id


@transaction.atomic
def decide_gate(gate: Gate, *, decision: str, by: User, at: datetime) -> Gate:
    """Decide on the project's current gate.

    - go: the project runs, and is done after its last gate;
    - change: the gate is decided again later;
    - stop: the project ends here, and no gate of it is decided any more.
    The same decision by the same person again changes nothing.
    """
    if decision not in (GateDecision.GO, GateDecision.CHANGE, GateDecision.STOP):
        raise GateError(_("Choose a decision."), code="gate-decision-unknown")
    project = ImprovementProject.objects.select_for_update().get(pk=gate.project_id)
    if not may_decide(by, project):
        raise NotAllowedError(_("You do not decide on this project."), code="gate-not-yours")
    gates = list(project.gates.order_by("position"))
    gate = next(each for each in gates if each.pk == gate.pk)
    if (gate.decision, gate.decided_by_id) == (decision, by.pk):
        return gate
    if project.status in (ProjectStatus.DONE, ProjectStatus.STOPPED):
        raise ConflictError(_("The project has ended."), code="project-ended")
    if gate != current_gate(gates):
        raise ConflictError(_("Another gate is to be decided first."), code="gate-not-current")
    gate.decision, gate.decided_by, gate.decided_at = decision, by, at
    gate.save(update_fields=["decision", "decided_by", "decided_at"])
    if decision == GateDecision.STOP:
        project.status = ProjectStatus.STOPPED
    elif decision == GateDecision.GO:
        project.status = ProjectStatus.DONE if gate == gates[-1] else ProjectStatus.RUNNING
        project.started_on = project.started_on or at.astimezone(project.program.zone).date()
    project.save(update_fields=["status", "started_on"])
    return gate
