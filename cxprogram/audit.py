"""Audit by trigger: every change of what people edit leaves an event with its actor."""

from typing import Any

import pghistory
import pgtrigger
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


def forget(model: type[models.Model], rows: list[int], **values: Any) -> int:
    """Overwrite columns in the history of these rows: the one change of events there is, when a person is erased."""
    events = model._meta.get_field("events").related_model
    assert not isinstance(events, str) and events is not None
    with pgtrigger.ignore(f"{events._meta.label}:append_only"):
        return events._base_manager.filter(pgh_obj_id__in=rows).update(**values)
