"""The measurement plan of one journey, and its holes: what nobody measures, what runs dry, what comes too late."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from journeys.choices import MeasurementState, StreamStatus
from journeys.insight import freshness
from journeys.kpis import questions
from journeys.kpis.questions import QuestionFacts
from journeys.models import DataStream, Journey, Kpi, Measurement, Segment, Stage, Touchpoint

# A decision that comes this soon needs its measurement running.
AHEAD = timedelta(days=30)


class HoleKind(StrEnum):
    """In the order in which holes are shown."""

    TRUTH = "truth"
    TOUCHPOINT = "touchpoint"
    LATE = "late"
    DRY = "dry"
    CHANNEL = "channel"
    SEGMENT = "segment"
    PURPOSE = "purpose"


class Dry(StrEnum):
    """Why nothing comes out of a source."""

    NO_KPI = "no_kpi"
    DRAFT = "draft"
    SILENT = "silent"
    UNANSWERED = "unanswered"


@dataclass(frozen=True)
class Source:
    """What a line's figures come from, and why nothing comes. `since`: when something came last."""

    dry: Dry | None
    since: date | None = None


@dataclass(frozen=True)
class Hole:
    """One hole.

    truth, touchpoint   no line runs there and no question that the program asks measures it
    late                a decision is due within 30 days or was due, and its line does not run
    dry                 a line runs on a source from which nothing comes
    channel             a measured touchpoint's channel that no running line covers
    segment             a segment that no running line and no KPI looks at by itself
    purpose             a question measures the touchpoint, and no line says for which decision
    """

    kind: HoleKind
    touchpoint: Touchpoint | None = None
    line: Measurement | None = None
    segment: Segment | None = None
    channel: str = ""
    source: Source | None = None


@dataclass(frozen=True)
class PlannedPoint:
    """`is_measured`: a question of the program asks for a rating of it, as on the map, or a line runs there."""

    touchpoint: Touchpoint
    lines: tuple[Measurement, ...]
    is_measured: bool


@dataclass(frozen=True)
class MeasurementPlan:
    journey: Journey
    stages: tuple[tuple[Stage, tuple[PlannedPoint, ...]], ...]
    holes: tuple[Hole, ...]
    named: Mapping[str, str]  # what codes of questions and KPIs are called

    @property
    def points(self) -> tuple[PlannedPoint, ...]:
        return tuple(point for _stage, points in self.stages for point in points)

    def count(self, *kinds: HoleKind) -> int:
        return sum(hole.kind in kinds for hole in self.holes)


def build_plan(journey: Journey, *, user: Any, at: datetime) -> MeasurementPlan:
    """Every touchpoint on the journey's map with its lines, and every hole; a constant number of queries."""
    program = journey.program
    stages = list(journey.stages.on_map().order_by("position"))
    touchpoints = list(Touchpoint.objects.on_map().filter(stage__in=stages).order_by("stage__position", "position"))
    lines = list(
        Measurement.objects.visible_to(user)
        .filter(touchpoint__in=touchpoints)
        .select_related("segment", "stream", "decided_by")
        .order_by("touchpoint_id", "pk")
    )
    kpis = {kpi.code: kpi for kpi in Kpi.objects.current().filter(program=program).select_related("stream")}
    codes = {point.question_code for point in touchpoints} | {_question_of(line, kpis) for line in lines}
    known = questions.facts(program, codes)
    sources = _sources(lines, kpis, known, at)
    by_point: dict[int, list[Measurement]] = {point.pk: [] for point in touchpoints}
    for line in lines:
        by_point[line.touchpoint_id].append(line)
    points = {
        point.pk: PlannedPoint(point, tuple(by_point[point.pk]), _is_measured(point, by_point[point.pk], known))
        for point in touchpoints
    }
    looked_at = {line.segment_id for line in lines if line.state == MeasurementState.RUNNING}
    looked_at |= {kpi.population_id for kpi in kpis.values()}
    segments = Segment.objects.visible_to(user).filter(program=program).order_by("code")
    holes = [
        *(hole for point in points.values() for hole in _holes_of(point)),
        *_late(lines, at.astimezone(program.zone).date()),
        *(Hole(HoleKind.DRY, line=line, source=sources[line.pk]) for line in lines
          if line.pk in sources and sources[line.pk].dry),
        *(Hole(HoleKind.SEGMENT, segment=each) for each in segments if each.pk not in looked_at),
    ]  # fmt: skip
    order = list(HoleKind)
    return MeasurementPlan(
        journey,
        tuple((stage, tuple(points[each.pk] for each in touchpoints if each.stage_id == stage.pk)) for stage in stages),
        tuple(sorted(holes, key=lambda hole: order.index(hole.kind))),
        {code: kpi.label for code, kpi in kpis.items()} | {code: facts.named for code, facts in known.items()},
    )


def _running(lines: Sequence[Measurement]) -> list[Measurement]:
    return [line for line in lines if line.state == MeasurementState.RUNNING]


def _is_measured(point: Touchpoint, lines: Sequence[Measurement], known: Mapping[str, QuestionFacts]) -> bool:
    question = known.get(point.question_code)
    return bool((question and question.scale) or _running(lines))


def _holes_of(point: PlannedPoint) -> list[Hole]:
    touchpoint, running = point.touchpoint, _running(point.lines)
    if not point.is_measured:
        kind = HoleKind.TRUTH if touchpoint.truth else HoleKind.TOUCHPOINT
        return [Hole(kind, touchpoint=touchpoint)]
    found = []
    if not point.lines:  # then it is a question that measures it
        found.append(Hole(HoleKind.PURPOSE, touchpoint=touchpoint))
    if running and all(line.channels for line in running):
        covered = {channel for line in running for channel in line.channels}
        missed = [channel for channel in touchpoint.channels if channel not in covered]
        found += [Hole(HoleKind.CHANNEL, touchpoint=touchpoint, channel=channel) for channel in missed]
    return found


def _late(lines: Sequence[Measurement], today: date) -> list[Hole]:
    """Planned lines whose decision is near or past, and stopped ones whose decision is still to come."""
    return [
        Hole(HoleKind.LATE, line=line)
        for line in lines
        if line.needed_on is not None
        and (
            (line.state == MeasurementState.PLANNED and line.needed_on <= today + AHEAD)
            or (line.state == MeasurementState.STOPPED and line.needed_on >= today)
        )
    ]


def _sources(
    lines: Sequence[Measurement], kpis: Mapping[str, Kpi], known: Mapping[str, QuestionFacts], at: datetime
) -> dict[int, Source]:
    """What each running line's figures come from; one query."""
    running = _running(lines)
    streams = {stream.pk: stream for line in running if (stream := _stream_of(line, kpis))}
    received = freshness.last_deliveries(streams.values(), at) if streams else {}
    codes = {line.pk: _question_of(line, kpis) for line in running}
    return {line.pk: _source(line, kpis, received, known.get(codes[line.pk]), codes[line.pk], at) for line in running}


def _stream_of(line: Measurement, kpis: Mapping[str, Kpi]) -> DataStream | None:
    if line.stream is not None:
        return line.stream
    return kpis[line.kpi_code].stream if line.kpi_code in kpis else None


def _question_of(line: Measurement, kpis: Mapping[str, Kpi]) -> str:
    return line.question_code or (kpis[line.kpi_code].question_code if line.kpi_code in kpis else "")


def _source(
    line: Measurement,
    kpis: Mapping[str, Kpi],
    received: Mapping[int, datetime],
    question: QuestionFacts | None,
    code: str,
    at: datetime,
) -> Source:
    """A question runs dry when nobody answered it in this calendar year or the one before."""
    if line.kpi_code and line.kpi_code not in kpis:
        return Source(Dry.NO_KPI)
    stream = _stream_of(line, kpis)
    if stream is not None:
        newest = received.get(stream.pk)
        if stream.status == StreamStatus.DRAFT:
            return Source(Dry.DRAFT)
        if freshness.is_stale(stream, newest, at):
            return Source(Dry.SILENT, newest.date() if newest else None)
    if code:
        years = [year for year, n in question.years.items() if n] if question else []
        if not years or max(years) < at.year - 1:
            return Source(Dry.UNANSWERED, date(max(years), 12, 31) if years else None)
    return Source(None)
