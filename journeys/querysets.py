"""Querysets of the insight room's frame: journeys, customers, KPIs."""

from cxprogram.access import Right, ScopedQuerySet
from cxprogram.querysets import DefinitionQuerySet


class JourneyQuerySet(DefinitionQuerySet):
    pass


class StageQuerySet(DefinitionQuerySet):
    program_lookup = "journey__program"


class TouchpointQuerySet(DefinitionQuerySet):
    def measured(self) -> "TouchpointQuerySet":
        """Touchpoints that a question measures."""
        return self.exclude(question_code="")


class ExpectationQuerySet(DefinitionQuerySet):
    program_lookup = "touchpoint__program"


class CustomerQuerySet(ScopedQuerySet):
    """Customers are people: seen with the right to the voice of the customer, within the unit that met them."""

    right = Right.SEE_VOICE
    unit_lookup = "unit"


class KpiQuerySet(DefinitionQuerySet):
    def current(self) -> "KpiQuerySet":
        """The definitions in force, one a code."""
        return self.filter(is_current=True)


class KpiTargetQuerySet(DefinitionQuerySet):
    def in_force(self) -> "KpiTargetQuerySet":
        """The newest version for each KPI, unit, question and period."""
        return self.filter(is_current=True)


class KpiValueQuerySet(ScopedQuerySet):
    right = Right.SEE_SCORES
    unit_lookup = "unit"
