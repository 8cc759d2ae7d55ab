"""What others wrote of a person: comments, notes, reasons, accounts and their history, in rows that are not theirs.

Every text of every model that leads to a program is looked through, so that a new table needs no registration.
Left alone: what belongs to other customers by its own columns (two may share an address), and what the database
keeps from change (published surveys, KPIs, reports, statements): those hold counts and what the program defines.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pghistory.models
import pgtrigger
from django.apps import apps
from django.db.models import CharField, JSONField, Model, Q, SlugField, TextField
from django.db.models.functions import Cast

from cxprogram.models import Program
from journeys import namings
from journeys.holdings import Imprint, Traces, register
from journeys.models import Customer, CustomerIdentity

BATCH = 500
DEEPEST = 3
ADDRESSES = {"address", "email", "phone", "to"}
TRACKED = {"insert_insert", "update_update", "delete_delete"}


@dataclass(frozen=True)
class Place:
    """The free texts of one model, and the way from its rows to their program."""

    model: type[Model]
    program: str
    columns: tuple[str, ...]
    keys: frozenset[str]


def places() -> Iterator[Place]:
    for model in apps.get_models():
        told = getattr(model, "pgh_tracked_model", None) or model
        path = _way_to_program(model)
        if not path or issubclass(told, Customer | CustomerIdentity) or _is_frozen(told):
            continue
        columns = tuple(f.attname for f in model._meta.concrete_fields if _is_free(f))
        if columns:
            yield Place(model, path, columns, _keys(model))


def _is_free(field: Any) -> bool:
    kinds = isinstance(field, CharField | TextField | JSONField) and not isinstance(field, SlugField)
    return kinds and not field.choices and not field.primary_key and field.name not in ADDRESSES


def _keys(model: type[Model]) -> frozenset[str]:
    """Columns of which no two rows may say the same."""
    unique = {f.name for f in model._meta.concrete_fields if getattr(f, "unique", False)}
    together = (getattr(each, "fields", ()) for each in model._meta.constraints)
    return frozenset(unique.union(*together) | {"external_id"})


def _is_frozen(model: type[Model]) -> bool:
    own = {each.name for each in getattr(model._meta, "triggers", ())}
    return bool(own - TRACKED)


def _way_to_program(model: type[Model], depth: int = DEEPEST) -> str:
    ways = [(f.name, f.related_model) for f in model._meta.concrete_fields if f.is_relation and f.name != "pgh_context"]
    for name, target in ways:
        if target is Program:
            return name
    for name, target in ways if depth > 1 else ():
        if isinstance(target, type) and (further := _way_to_program(target, depth - 1)):
            return f"{name}__{further}"
    return ""


def _erase_asides(program: int, traces: Traces) -> int:
    if not traces.pattern:
        return 0
    return sum(_mend(place, program, traces) for place in places())


def _mend(place: Place, program: int, traces: Traces) -> int:
    named = Q(pk__in=())
    as_text = {f"{name}_as_text": Cast(name, TextField()) for name in place.columns}
    for name in as_text:
        named |= Q(**{f"{name}__iregex": traces.pattern})
    rows = place.model._base_manager.filter(**{place.program: program}).alias(**as_text).filter(named)
    count = 0
    for row in rows.only("pk", *place.columns).iterator(BATCH):
        changed = {}
        for name in place.columns:
            was = getattr(row, name)
            now = namings.mended(was, traces.names)
            if now != was:
                changed[name] = f"erased-{row.pk}" if name in place.keys and isinstance(now, str) else now
        if changed:
            count += _write(place.model, row.pk, changed)
    return count


def _write(model: type[Model], pk: Any, changed: dict[str, Any]) -> int:
    rows = model._base_manager.filter(pk=pk)
    if issubclass(model, pghistory.models.Event):
        with pgtrigger.ignore(f"{model._meta.label}:append_only"):
            return rows.update(**changed)
    return rows.update(**changed)


def register_all() -> None:
    register(Imprint("asides", _erase_asides))
