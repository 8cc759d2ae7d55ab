"""Which rows of the own programs somebody works with in the admin.

Permission is a queryset here too, never Django's permission table: a page is open to those who define the row's
program (`Right.DEFINE`, held for the whole program) by a role that also gives the right of the model's queryset;
`is_staff` alone opens no row. A superuser sees everything.
"""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models

from cxprogram.access import Right, defined_programs
from cxprogram.models import Program, User


def program_path(model: type[models.Model]) -> str:
    """The lookup from a row to its program."""
    if issubclass(model, Program):
        return "pk"
    return getattr(model._default_manager.all(), "program_lookup", "program")


def program_id_of(thing: models.Model | None) -> int | None:
    """The id of the row's program; None for people, and while it is not known yet."""
    if isinstance(thing, Program):
        return thing.pk
    if thing is None or isinstance(thing, User):
        return None
    *steps, last = program_path(type(thing)).split("__")
    for step in steps:
        thing = getattr(thing, step, None)
    return getattr(thing, f"{last}_id", None)


def right_of(model: type[models.Model]) -> Right:
    """The right that the model's queryset asks for, beside that of defining."""
    return getattr(model._default_manager.all(), "right", Right.DEFINE)


def scoped(rows: models.QuerySet, user: Any) -> models.QuerySet:
    """The rows that the user may work with in the admin.

    - everything for a superuser, and models that belong to no program;
    - otherwise what is visible to the user, in programs that the user defines.
    """
    if user.is_superuser or rows.model is ContentType:
        return rows
    if rows.model is User:
        return rows.filter(pk__in=User.objects.visible_to(user).values("pk"))
    if hasattr(rows, "visible_to"):
        rows = rows.visible_to(user)
    return rows.filter(**{f"{program_path(rows.model)}__in": defined_programs(user, right_of(rows.model))})


def defines(user: Any, model: type[models.Model], thing: models.Model | None = None) -> bool:
    """Whether the user works with the model at all, and with this row's program if a row is given."""
    if user.is_superuser:
        return True
    programs = defined_programs(user, right_of(model))
    return bool(programs) if thing is None else program_id_of(thing) in programs
