"""Whose journeys are withheld because a subtraction from a number that is shown would tell of few."""

from django.db.models import QuerySet

from cxprogram.models import OrgUnit
from cxprogram.periods import Period
from cxprogram.suppression import hidden_cells
from journeys import frames
from journeys.models import Journey


def leaves_few(journey: Journey, unit: OrgUnit, period: Period, *, customers: QuerySet | None = None) -> bool:
    """Whether these runs, taken from others that are shown, would leave few.

    - those of the customers, from all at the unit;
    - those at the unit, from those at the unit above it and at its other parts, and so on up to the root.
    """
    least = journey.program.min_n
    if customers is not None and 0 < frames.count_others(journey, unit, period, customers, most=least) < least:
        return True
    return _is_small_part(journey, unit, period, customers)


def _is_small_part(journey: Journey, unit: OrgUnit, period: Period, customers: QuerySet | None) -> bool:
    above = unit.parent
    if above is None:
        return False
    parts = OrgUnit.objects.filter(parent=above).select_related("program")
    cells: dict[int | None, int] = {
        part.pk: frames.count_runs(journey, part, period, customers=customers) for part in parts
    }
    cells[None] = max(0, frames.count_runs(journey, above, period, customers=customers) - sum(cells.values()))
    if unit.pk in hidden_cells(cells, minimum=journey.program.min_n):
        return True
    return _is_small_part(journey, above, period, customers)
