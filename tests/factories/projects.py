"""Improvement projects."""

from datetime import date
from decimal import Decimal
from typing import Any

from actions.choices import ProjectStatus
from actions.models import Gate, ImprovementProject
from cxprogram.models import User
from journeys.models import (
    Touchpoint,
)
from tests.factories.people import numbers, root_of


def make_project(touchpoint: Touchpoint, *, responsible: User, **fields: Any) -> ImprovementProject:
    number = next(numbers)
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
