"""The page of segments: who is in each of them now, and what uses it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count

from cxprogram.errors import DomainError
from cxprogram.models import Program
from cxprogram.suppression import hidden_cells
from journeys.models import Customer, Kpi, Segment
from journeys.services import segments


@dataclass(frozen=True)
class Size:
    """How many customers are in; hidden where they, or those who are not, are too few to be named as a number."""

    n: int | None
    minimum: int
    is_broken: bool = False

    @property
    def is_hidden(self) -> bool:
        return self.n is None and not self.is_broken


@dataclass(frozen=True)
class ListedSegment:
    segment: Segment
    size: Size
    uses: Sequence[tuple[str, int]]


def size(program: Program, definition: Any, *, at: datetime, everyone: int | None = None) -> Size:
    """The count of the filter at the moment; raises SegmentError for what is no filter."""
    n = segments.matching(program, definition, at).count()
    everyone = standing(program) if everyone is None else everyone
    hidden = hidden_cells({"in": n, "out": everyone - n}, minimum=program.min_n)
    return Size(None if hidden else n, program.min_n)


def counting(segment: Segment | None) -> list[Kpi]:
    """The KPIs in force that it is the population of."""
    return list(Kpi.objects.current().filter(population=segment).order_by("code")) if segment else []


def standing(program: Program) -> int:
    return Customer.objects.standing().filter(program=program).count()


def listed(program: Program, at: datetime) -> list[ListedSegment]:
    rows = list(Segment.objects.filter(program=program).select_related("program").order_by("name", "code"))
    everyone, uses = standing(program), _uses(rows)
    return [ListedSegment(row, _size_or_broken(row, at, everyone), uses.get(row.pk, ())) for row in rows]


def _size_or_broken(segment: Segment, at: datetime, everyone: int) -> Size:
    """A definition may name what is no more: an attribute, a stream, a unit."""
    try:
        return size(segment.program, segment.definition, at=at, everyone=everyone)
    except DomainError:
        return Size(None, 0, is_broken=True)


def _uses(rows: Sequence[Segment]) -> dict[int, list[tuple[str, int]]]:
    """What points at each segment, in whichever room: plans, personas, measurements."""
    found: dict[int, list[tuple[str, int]]] = {}
    for relation in Segment._meta.related_objects:
        model, name = relation.related_model, relation.field.name
        if not isinstance(model, type) or hasattr(model, "pgh_tracked_model"):
            continue
        counted = model._base_manager.filter(**{f"{name}__in": rows}).order_by().values_list(name)
        for pk, n in counted.annotate(n=Count("pk")):
            found.setdefault(pk, []).append((str(model._meta.verbose_name_plural), n))
    return found
