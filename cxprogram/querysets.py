"""Querysets of the ground floor."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Q

from cxprogram.access import Right, ScopedQuerySet, grants


class ProgramQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "ProgramQuerySet":
        """Programs in which the user has a valid membership."""
        return self.filter(pk__in={grant.program_id for grant in grants(user)})


class UserQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "UserQuerySet":
        """People of the programs that the user defines, and the user."""
        programs = {grant.program_id for grant in grants(user) if grant.gives(Right.DEFINE)}
        return self.filter(Q(pk=user.pk) | Q(membership__program__in=programs)).distinct()


class OrgUnitQuerySet(ScopedQuerySet):
    right = Right.SEE_PROGRAM
    unit_lookup = None

    def visible_to(self, user: Any) -> Self:
        """Units of the subtrees that the user's memberships reach."""
        scope = Q(pk__in=())
        for grant in grants(user):
            if grant.gives(self.right):
                scope |= Q(program_id=grant.program_id, path__startswith=grant.unit_path)
        return self.filter(scope)

    def subtree(self, unit: Any) -> "OrgUnitQuerySet":
        """The unit and everything below it; uses the index on (program, path)."""
        return self.filter(program_id=unit.program_id, path__startswith=unit.path)

    def valid_on(self, day: date) -> "OrgUnitQuerySet":
        return self.filter(valid_from__lte=day).filter(Q(valid_to=None) | Q(valid_to__gte=day))


class MembershipQuerySet(ScopedQuerySet):
    right = Right.DEFINE
    unit_lookup = "unit"

    def valid_on(self, day: date) -> "MembershipQuerySet":
        return self.filter(valid_from__lte=day).filter(Q(valid_to=None) | Q(valid_to__gte=day))


class DefinitionQuerySet(ScopedQuerySet):
    """Definitions that everyone in the program may read (journeys, KPIs, targets)."""

    right = Right.SEE_PROGRAM


class AdminOnlyQuerySet(ScopedQuerySet):
    """Rows that only those who define the program may read (imports, mails, tokens)."""

    right = Right.DEFINE


class ResponsibilityQuerySet(DefinitionQuerySet):
    def for_object(self, thing: models.Model) -> "ResponsibilityQuerySet":
        return self.for_objects(type(thing), [thing.pk])

    def for_objects(self, kind: type[models.Model], pks: Iterable[int]) -> "ResponsibilityQuerySet":
        from django.contrib.contenttypes.models import ContentType

        return self.filter(content_type=ContentType.objects.get_for_model(kind), object_id__in=pks)
