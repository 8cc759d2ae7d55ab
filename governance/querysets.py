from typing import Any, Self

from django.db.models import Q

from cxprogram.access import Right, ScopedQuerySet, grants
from cxprogram.querysets import DefinitionQuerySet


class CharterQuerySet(DefinitionQuerySet):
    pass


class SignOffQuerySet(DefinitionQuerySet):
    program_lookup = "charter__program"


class SchemeQuerySet(ScopedQuerySet):
    right = Right.SEE_ALL_STATEMENTS


class SchemePartQuerySet(SchemeQuerySet):
    program_lookup = "scheme__program"


class StatementQuerySet(ScopedQuerySet):
    right = Right.SEE_ALL_STATEMENTS
    program_lookup = "scheme__program"

    def visible_to(self, user: Any) -> Self:
        """Statements that the user may read.

        - those of a program whose statements the user may all see;
        - and the user's own.
        """
        allowed = {grant.program_id for grant in grants(user) if grant.gives(self.right)}
        own = Q(user_id=user.pk) if grants(user) else Q(pk__in=())
        return self.filter(Q(scheme__program__in=allowed) | own)


class ReportQuerySet(ScopedQuerySet):
    """Reports of the whole program; those of a unit are seen from its subtree."""

    right = Right.SEE_REPORTS
    unit_lookup = "unit"
