"""Steps of migrations that are taken together.

Django draws up every connected model anew after each step: with two hundred models that is most of the time in which
an empty database is made. Steps of one kind next to each other need it once.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.db.migrations.operations import AddConstraint, AddField, AddIndex, AlterField, CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

ALIKE = (CreateModel, AddField, AlterField, AddConstraint, AddIndex)


def together(steps: Sequence[Operation]) -> list[Operation]:
    """The steps of a migration, those of one kind that follow each other as one."""
    grouped: list[Operation] = []
    for kind, run in groupby(steps, type):
        found = list(run)
        grouped += [Together(found)] if kind in ALIKE else found
    return grouped


class Together(Operation):
    """Steps of one kind, none of which needs what another of them makes."""

    def __init__(self, steps: Sequence[Operation]) -> None:
        self.steps = steps

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        state.__dict__.pop("apps", None)  # drawn up when it is asked for
        for step in self.steps:
            step.state_forwards(app_label, state)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for step in self.steps:
            step.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for step in reversed(self.steps):
            step.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return "; ".join(step.describe() for step in self.steps)
