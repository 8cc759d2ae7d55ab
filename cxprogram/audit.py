"""Audit by trigger: every change of what people edit leaves an event with its actor."""

from typing import Any

import pghistory
from django.db import models


def audited(*, exclude: tuple[str, ...] = ()) -> Any:
    """Track inserts, updates and deletes of a model in an append-only event table."""
    return pghistory.track(
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(),
        pghistory.DeleteEvent(),
        exclude=list(exclude),
        obj_field=pghistory.ObjForeignKey(
            on_delete=models.DO_NOTHING, related_name="events", db_constraint=False, null=True
        ),
        meta={"default_permissions": ("view",)},
    )
