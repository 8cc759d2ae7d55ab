"""What happened to one row: who changed which field from what to what, read from the audit's events."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.formats import localize
from django.utils.translation import gettext as _

MACHINERY = {"id", "path", "created_at", "updated_at"}


@dataclass(frozen=True)
class FieldChange:
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """One event; `who` is empty for what the system did by itself."""

    at: datetime
    who: str
    what: str
    fields: tuple[FieldChange, ...]


def is_audited(model: type[models.Model]) -> bool:
    return any(relation.name == "events" for relation in model._meta.related_objects)


def changes(thing: models.Model, *, limit: int, without: Collection[str] = ()) -> list[Change]:
    """The newest changes of a row, the newest first; a constant number of queries.

    `without` names fields whose content the reader may not see. An update that changed none of the fields shown
    is left out.
    """
    events = list(thing.events.select_related("pgh_context").order_by("-pgh_id")[: limit + 1])  # type: ignore[attr-defined]
    names = [
        field.name
        for field in thing._meta.concrete_fields
        if field.name not in MACHINERY and field.name not in without and _tracked(events, field.name)
    ]
    people = _people(events)
    labels = _related_labels(thing, names, events)
    found = []
    for place, event in enumerate(events[:limit]):
        before = events[place + 1] if place + 1 < len(events) else None
        fields = _differences(thing, names, before, event, labels) if event.pgh_label == "update" and before else ()
        if event.pgh_label == "update" and before and not fields:
            continue
        actor = _actor(event)
        who = people.get(actor, _("a person since removed")) if actor else ""
        found.append(Change(event.pgh_created_at, who, _words(event.pgh_label), tuple(fields)))
    return found


def _words(label: str) -> str:
    return {"insert": _("Made"), "update": _("Changed"), "delete": _("Removed")}.get(label, label)


def _tracked(events: Sequence[Any], name: str) -> bool:
    try:
        return bool(events) and events[0]._meta.get_field(name) is not None
    except FieldDoesNotExist:
        return False


def _actor(event: Any) -> int | None:
    context = event.pgh_context
    return context.metadata.get("user") if context else None


def _people(events: Sequence[Any]) -> dict[int, str]:
    ids = {actor for event in events if (actor := _actor(event))}
    return {pk: str(person) for pk, person in get_user_model()._default_manager.in_bulk(ids).items()}


def _related_labels(thing: models.Model, names: Sequence[str], events: Sequence[Any]) -> dict[str, dict[Any, str]]:
    """What the foreign keys of the events are called today."""
    ids: dict[str, set[Any]] = defaultdict(set)
    for name in names:
        if thing._meta.get_field(name).is_relation:
            for event in events:
                ids[name].add(getattr(event, f"{name}_id"))
    return {
        name: {
            pk: str(row) for pk, row in _column(thing, name).related_model._base_manager.in_bulk(known - {None}).items()
        }
        for name, known in ids.items()
        if known - {None}
    }


def _column(thing: models.Model, name: str) -> Any:
    """A field of the row itself: the events of a model track nothing else."""
    return thing._meta.get_field(name)


def _differences(
    thing: models.Model, names: Sequence[str], before: Any, after: Any, labels: dict[str, dict[Any, str]]
) -> list[FieldChange]:
    found = []
    for name in names:
        field = _column(thing, name)
        old, new = getattr(before, field.attname), getattr(after, field.attname)
        if old != new:
            known = labels.get(name, {})
            found.append(FieldChange(str(field.verbose_name), _shown(field, old, known), _shown(field, new, known)))
    return found


def _shown(field: Any, value: Any, labels: dict[Any, str]) -> str:
    if value is None or value == "":
        return "–"
    if field.is_relation:
        return labels.get(value, f"#{value}")
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict | list):
        return msgspec.json.encode(value).decode()
    return str(localize(value))
