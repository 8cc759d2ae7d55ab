"""The experience map in numbers: every touchpoint of a journey in one period, at one unit."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import ceil, floor
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.utils.translation import gettext as _

from cxprogram.access import Right, can
from cxprogram.choices import Duty
from cxprogram.errors import NotFoundError
from cxprogram.models import OrgUnit, Program, Responsibility
from cxprogram.periods import Period
from journeys.analytics import evidence
from journeys.choices import Aspect
from journeys.insight import links, strongest, waves
from journeys.insight.competitors import standings
from journeys.insight.expected import expectations
from journeys.insight.journey_tree import overview
from journeys.insight.map_view import Figure, MapStage, MapTouchpoint, MapView
from journeys.insight.problems import Problems, counting
from journeys.insight.sources import Sources
from journeys.insight.targets import Targets
from journeys.insight.waves import Waves
from journeys.kpis import registry
from journeys.kpis.changes import Change, compare
from journeys.kpis.definitions import Definitions
from journeys.kpis.registry import KpiQuery, KpiReading
from journeys.models import Journey, Stage, Touchpoint

# The bars' scale ends on a multiple of this part of the question's scale: 0.2 on a scale from 1 to 5.
SCALE_STEPS = 20


def build_map(
    program: Program,
    unit: OrgUnit,
    period: Period | None = None,
    compare: Period | None = None,
    user: Any = None,
    *,
    today: date,
    journey: str = "",
    is_compared: bool = True,
) -> MapView:
    """Read the map of one journey; a constant number of queries, whatever its size.

    - without `period` it is the program's default wave (`waves.find`);
    - without `compare` it is the answered year (or the month) before, unless `is_compared` is False;
    - without `journey` (its code) it is the program's first;
    - evidence for all time is as old as it is `today`.

    The caller has checked that the unit may be seen. Raises NotFoundError (`journey-unknown`) without such a journey,
    KpiError (`kpi-unknown`) without a KPI that is a mean.
    """
    definitions = Definitions(program)
    chosen = _journey(program, journey)
    stages = list(Stage.objects.on_map().filter(journey=chosen).order_by("position"))
    touchpoints = list(
        Touchpoint.objects.on_map().filter(stage__in=stages).select_related("opens").order_by("position")
    )
    also = [stage.problem_question for stage in stages] + [each.expectation_question for each in touchpoints]
    known = waves.find(program, definitions, touchpoints, also=also)
    period = period or known.default
    against = (compare or known.before(period)) if is_compared else None
    readings = _read(definitions, known, unit, period, against, stages, touchpoints)
    targets = Targets(program, [unit], [period])
    problems = Problems(stages, readings.problems, minimum=program.min_n)
    scales = {code: known.scale(code) for code in known.facts}
    expected = expectations(touchpoints, period, readings.now, readings.expected, scales)
    responsible, linked = _responsible(touchpoints), links.read(chosen, touchpoints, period, today=today)
    ahead, told_by = standings(program, unit, period), Sources(program, touchpoints)
    inner = overview(program, unit, period).summaries if any(each.opens_id for each in touchpoints) else {}
    cards = []
    for touchpoint in touchpoints:
        reading = readings.now.get(touchpoint.pk)
        is_same = touchpoint.aspect in ("", Aspect.QUALITY)
        cards.append(
            MapTouchpoint(
                touchpoint=touchpoint,
                reading=reading,
                is_same_question=is_same and known.scale(touchpoint.question_code) == readings.scale,
                target=targets.of(reading) if reading else None,
                expectation=expected.get(touchpoint.pk),
                responsible=responsible.get(touchpoint.pk, ""),
                problems=problems.of_touchpoint(touchpoint),
                sources=told_by,
                change=readings.changes.get(touchpoint.pk),
                grade=linked.of_touchpoint(touchpoint, is_measured=bool(reading and reading.value is not None)),
                standing=ahead.get(touchpoint.pk),
                opened=inner.get(touchpoint.opens_id or 0),
                findings=linked.findings.get(touchpoint.pk, ()),
            )
        )
    by_stage = _ordered(stages, _ranked(cards))
    return MapView(
        program=program,
        journey=chosen,
        unit=unit,
        period=period,
        compare=against,
        kpi=definitions.touchpoints,
        stages=tuple(
            MapStage(
                stage, by_stage[stage.pk], problems.of_stage(stage), linked.of_stage(stage), linked.alone_of(stage)
            )
            for stage in stages
        ),
        overall=_figure(readings.overall, targets, known),
        loyalty=_figure(readings.loyalty, targets, known),
        comparisons=next((change.comparisons for change in readings.changes.values() if change), 0),
        question_scale=readings.scale,
        bar_scale=_bar_scale(cards, readings.scale),
        problems_named=problems.named,
        problems_placed=problems.placed,
        drivers=strongest.drivers(program, period),
        waves=known,
        may_define=user is not None and can(user, Right.DEFINE, program=program),
        grade=evidence.better(chosen.evidence, evidence.whole([each.grade for each in cards])),  # type: ignore[arg-type]
        personas=linked.personas,
        opened_from=linked.opened_from,
        findings=linked.of_whole,
    )


def _journey(program: Program, code: str) -> Journey:
    journeys = Journey.objects.on_map().filter(program=program).order_by("pk")
    found = journeys.filter(code=code).first() if code else journeys.first()
    if found is None:
        raise NotFoundError(_("There is no such journey."), code="journey-unknown")
    return found


@dataclass(frozen=True)
class _Readings:
    """What the map reads of the registry; touchpoints by their primary key, problems by question."""

    now: Mapping[int, KpiReading]
    changes: Mapping[int, Change | None]
    overall: KpiReading | None
    loyalty: KpiReading | None
    problems: Mapping[str, KpiReading]
    expected: Mapping[int, KpiReading]
    scale: tuple[int, int] | None


def _read(
    definitions: Definitions,
    known: Waves,
    unit: OrgUnit,
    period: Period,
    compared: Period | None,
    stages: Sequence[Stage],
    touchpoints: Sequence[Touchpoint],
) -> _Readings:
    """All readings in one call of the registry."""
    kpi = definitions.touchpoints
    measured = [each for each in touchpoints if known.scale(each.question_code)]
    queries: dict[tuple[str, Any], KpiQuery] = {}
    for each in measured:
        queries["now", each.pk] = KpiQuery(kpi, unit, period, each.question_code, each.code)
        if known.scale(each.expectation_question):
            queries["expected", each.pk] = KpiQuery(kpi, unit, period, each.expectation_question, each.code)
        if compared:
            queries["before", each.pk] = KpiQuery(kpi, unit, compared, each.question_code, each.code)
    for part, figure in (("overall", definitions.overall), ("loyalty", definitions.loyalty)):
        if figure and figure.question_code in known.facts:
            queries["figure", part] = KpiQuery(figure, unit, period)
    for code in {stage.problem_question for stage in stages} & known.facts.keys():
        queries["problems", code] = KpiQuery(counting(definitions.program, code), unit, period)
    found = dict(zip(queries, registry.read(definitions.program, list(queries.values())), strict=True))
    now = {each.pk: found["now", each.pk] for each in measured}
    changes: dict[int, Change | None] = {}
    if compared:
        pairs = [(now[each.pk], found["before", each.pk]) for each in measured]
        changes = dict(zip(now, compare(pairs), strict=True))
    scales = [known.scale(each.question_code) for each in measured]
    return _Readings(
        now=now,
        changes=changes,
        overall=found.get(("figure", "overall")),
        loyalty=found.get(("figure", "loyalty")),
        problems={code: reading for (part, code), reading in found.items() if part == "problems"},
        expected={pk: reading for (part, pk), reading in found.items() if part == "expected"},
        scale=max(sorted(set(scales), key=str), key=scales.count) if scales else None,
    )


def _figure(reading: KpiReading | None, targets: Targets, known: Waves) -> Figure | None:
    return None if reading is None else Figure(reading, targets.of(reading), known.scale(reading.question))


def _responsible(touchpoints: Sequence[Touchpoint]) -> dict[int, str]:
    rows = Responsibility.objects.filter(
        content_type=ContentType.objects.get_for_model(Touchpoint),
        object_id__in=[touchpoint.pk for touchpoint in touchpoints],
        duty=Duty.RESPONSIBLE,
    ).select_related("user")
    return {row.object_id: str(row.user) for row in rows}


def _ranked(cards: Sequence[MapTouchpoint]) -> list[MapTouchpoint]:
    """The cards with the pain points' ranks: the whole gap lies below the expectation, the widest first."""
    pains = [card for card in cards if card.expectation is not None and card.expectation.is_missed]
    pains.sort(key=lambda card: card.gap or 0.0)
    ranks = {card.touchpoint.pk: rank for rank, card in enumerate(pains, start=1)}
    return [replace(card, pain_rank=ranks.get(card.touchpoint.pk)) for card in cards]


def _ordered(stages: Sequence[Stage], cards: Sequence[MapTouchpoint]) -> dict[int, tuple[MapTouchpoint, ...]]:
    """The cards by stage, the measured ones numbered through the journey."""
    by_stage: dict[int, list[MapTouchpoint]] = defaultdict(list)
    for card in cards:
        by_stage[card.touchpoint.stage_id].append(card)
    number = 0
    for stage in stages:
        for index, card in enumerate(by_stage[stage.pk]):
            if not card.is_hole:
                number += 1
                by_stage[stage.pk][index] = replace(card, number=number)
    return {stage.pk: tuple(by_stage[stage.pk]) for stage in stages}


def _bar_scale(cards: Iterable[MapTouchpoint], scale: tuple[int, int] | None) -> tuple[float, float] | None:
    """Round ends that hold every interval, target and expectation, within the question's scale."""
    values: list[float] = []
    for card in cards:
        if card.reading is None or card.reading.value is None:
            continue
        marks = [card.reading.value, card.reading.low, card.reading.high]
        marks += [card.target.value if card.target else None, card.expectation.value if card.expectation else None]
        values += [mark for mark in marks if mark is not None]
    if not values or scale is None:
        return None
    step = (scale[1] - scale[0]) / SCALE_STEPS
    low = floor((min(values) - step / 2) / step + 1e-9) * step
    high = ceil((max(values) + step / 2) / step - 1e-9) * step
    return round(max(low, scale[0]), 10), round(min(high, scale[1]), 10)
