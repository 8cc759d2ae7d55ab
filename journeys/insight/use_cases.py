"""The catalogue of use cases: what is done for customers with which data, and quick wins from the pain points."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from cxprogram.models import OrgUnit, Program
from journeys.choices import FindingKind, FindingState, StreamStatus, UseCaseState
from journeys.insight.map import build_map
from journeys.insight.map_view import MapTouchpoint
from journeys.kpis.registry import KpiError
from journeys.models import DataStream, Finding, Journey, TouchpointStream, UseCase, UseCaseStream

SMALL_EFFORT = 2


@dataclass(frozen=True)
class CatalogueRow:
    case: UseCase
    streams: tuple[DataStream, ...]


@dataclass(frozen=True)
class QuickWin:
    """A pain point that no use case serves yet.

    opportunity   the open idea for it that is worth most for its effort; None if nobody had one
    streams       the active streams that tell of the touchpoint already
    """

    pain: MapTouchpoint
    opportunity: Finding | None
    streams: tuple[DataStream, ...]

    @property
    def is_quick(self) -> bool:
        """Whether data about it come in already, or an idea of small effort is known."""
        effort = self.opportunity.effort if self.opportunity else None
        return bool(self.streams) or (effort is not None and effort <= SMALL_EFFORT)


@dataclass(frozen=True)
class Catalogue:
    """`unused` are the streams that no active use case needs, those that take data in first."""

    rows: tuple[CatalogueRow, ...]
    unused: tuple[DataStream, ...]

    @property
    def active(self) -> int:
        return sum(row.case.status == UseCaseState.ACTIVE for row in self.rows)

    @property
    def collected_for_nothing(self) -> tuple[DataStream, ...]:
        return tuple(stream for stream in self.unused if stream.status == StreamStatus.ACTIVE)


def build_catalogue(program: Program, *, user: Any) -> Catalogue:
    """Three queries, however many use cases."""
    order = [UseCaseState.ACTIVE, UseCaseState.PROPOSED, UseCaseState.RETIRED]
    cases = list(UseCase.objects.visible_to(user).filter(program=program).select_related("touchpoint", "responsible"))
    streams = defaultdict(list)
    for link in UseCaseStream.objects.filter(use_case__in=cases).select_related("stream").order_by("stream__code"):
        streams[link.use_case_id].append(link.stream)
    unused = DataStream.objects.visible_to(user).filter(program=program).without_use()
    return Catalogue(
        tuple(
            CatalogueRow(case, tuple(streams[case.pk]))
            for case in sorted(cases, key=lambda case: (order.index(UseCaseState(case.status)), case.code))
        ),
        tuple(sorted(unused, key=lambda stream: (stream.status != StreamStatus.ACTIVE, stream.code))),
    )


def quick_wins(journey: Journey, *, user: Any, today: date) -> list[QuickWin]:
    """The pain points of the journey that no use case serves, the widest gap first, quick ones before others."""
    root = OrgUnit.objects.select_related("program").get(program=journey.program, parent=None)
    try:
        view = build_map(journey.program, root, user=user, today=today, journey=journey.code, is_compared=False)
    except KpiError:
        return []
    served = set(
        UseCase.objects.filter(program=journey.program, touchpoint__in=[pain.touchpoint for pain in view.pains])
        .exclude(status=UseCaseState.RETIRED)
        .values_list("touchpoint_id", flat=True)
    )
    pains = [pain for pain in view.pains if pain.touchpoint.pk not in served]
    streams = defaultdict(list)
    links = TouchpointStream.objects.filter(
        touchpoint__in=[pain.touchpoint for pain in pains], stream__status=StreamStatus.ACTIVE
    )
    for link in links.select_related("stream").order_by("stream__code"):
        streams[link.touchpoint_id].append(link.stream)
    found = [
        QuickWin(pain, _best(pain.findings), tuple(streams[pain.touchpoint.pk])) for pain in pains
    ]  # fmt: skip
    return sorted(found, key=lambda win: not win.is_quick)


def _best(findings: Sequence[Finding]) -> Finding | None:
    """The open opportunity with the most value over its effort; what nobody has judged counts as middling."""
    ideas = [each for each in findings if each.kind == FindingKind.OPPORTUNITY and each.state == FindingState.OPEN]
    return max(ideas, key=lambda idea: ((idea.value or 3) - (idea.effort or 3), -idea.pk), default=None)
