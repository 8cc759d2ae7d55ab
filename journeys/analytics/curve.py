"""The geometry of the journey map's experience curve (LOOK §7). Pure: no Django, no words, no colours.

Every stage is one column of the same width; the touchpoints that have a value share it evenly. Filled dots share one
question and are joined; open squares ask something else and are not. The line breaks where a stage has no comparable
point. Horizontal positions come in per cents for the screen, or in px when a width is given for print.
"""

import math
from collections.abc import Sequence

from journeys.analytics.curve_marks import (
    Curve,
    CurvePoint,
    CurveStage,
    Dot,
    Expected,
    GridLine,
    Paper,
    Place,
    Segment,
    joined,
)
from journeys.analytics.curve_words import calls, labelled, obstacles

HEIGHT = 268.0
REFERENCE_WIDTH = 1230.0  # px of the drawing on a wide page; only the search for free places uses it


def curve(
    stages: Sequence[CurveStage],
    *,
    height: float = HEIGHT,
    width: float | None = None,
    reference_width: float = REFERENCE_WIDTH,
    scale: tuple[float, float] | None = None,
) -> Curve:
    """Place every mark of the experience curve.

    `width` in px makes horizontal positions px instead of per cents. `scale` fixes the values at the foot and the top
    of the drawing; without it they follow from the data. Raises ValueError when no touchpoint has a value.
    """
    measured = [p for stage in stages for p in stage.points if p.value is not None]
    if not measured:
        raise ValueError("the curve needs at least one measured touchpoint")
    paper = Paper(height, width, width or reference_width, *_domain(measured, scale))
    places = _places(stages)
    expected = _expected(places, paper)
    dots = _dots(places, [e.line.y1 for e, _left, _right in expected], paper)
    joins = _joins(places, paper)
    grid, step = _grid(paper)
    has_words = bool(expected) or any(p.pain_rank is not None for p in measured)
    taken = obstacles(dots, places, paper) if has_words else []
    ranked = sorted(measured, key=lambda p: (p.value, p.number))
    return Curve(
        height=height,
        width=width,
        grid=grid,
        grid_step=step,
        borders=tuple(paper.x(k / len(stages)) for k in range(1, len(stages))),
        expected=labelled(expected, taken, paper),
        joins=joins,
        dots=dots,
        calls=calls(places, dots, len(stages), taken, paper),
        number_y=height - (10 if width is None else 6),
        pain_y=height - (40 if width is None else 28),
        top_y=12.0,
        lowest=tuple(ranked[:2]),
        highest=tuple(ranked[-1:]),
    )


def _domain(points: list[CurvePoint], scale: tuple[float, float] | None) -> tuple[float, float]:
    if scale:
        return scale
    values = [v for p in points for v in (p.value, p.low, p.high, p.expectation) if v is not None]
    low, high = min(values), max(values)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _step(span: float, at_most: int) -> float:
    base: float = 10 ** math.floor(math.log10(span / at_most))
    return next(base * m for m in (1, 2, 5, 10) if span / (base * m) <= at_most + 1e-9)


def _grid(paper: Paper) -> tuple[tuple[GridLine, ...], float]:
    step = _step(paper.high - paper.low, 3)
    first, last = math.ceil((paper.low - step / 4) / step - 1e-9), math.floor((paper.high + step / 4) / step + 1e-9)
    values = [round(k * step, 10) for k in range(first, last + 1)]
    return tuple(GridLine(v, paper.y(v)) for v in values), step


def _places(stages: Sequence[CurveStage]) -> list[Place]:
    places = []
    for k, stage in enumerate(stages):
        points = [p for p in stage.points if p.value is not None]
        for i, point in enumerate(points):
            slot = 1 / len(stages) / len(points)
            places.append(Place(point, k, k / len(stages) + (i + 0.5) * slot, slot))
    return places


def _joins(places: list[Place], paper: Paper) -> tuple[Segment, ...]:
    return tuple(
        Segment(paper.x(a.share), paper.x(b.share), paper.y(a.value), paper.y(b.value)) for a, b in joined(places)
    )


def _dots(places: list[Place], levels: list[float], paper: Paper) -> tuple[Dot, ...]:
    neighbours: dict[int, list[float]] = {id(p): [] for p in places}
    for a, b in joined(places):
        neighbours[id(a)].append(b.value)
        neighbours[id(b)].append(a.value)
    dots = []
    for place in places:
        p, around = place.point, neighbours[id(place)]
        low_y = None if p.low is None else paper.y(p.low)
        high_y = None if p.high is None else paper.y(p.high)
        y = paper.y(place.value)
        # Where the line comes from above, the value stands below, and the other way round.
        below = bool(around) and place.value < sum(around) / len(around)
        foot, top = max(low_y or y, y + 5), min(high_y or y, y - 5)
        under, over = (16, 7) if paper.width is None else (12, 5)
        label_y = {True: round(foot + under, 1), False: round(top - over, 1)}
        if _crosses(label_y[below], levels) and not _crosses(label_y[not below], levels):
            below = not below
        dots.append(
            Dot(
                point=p,
                x=paper.x(place.share),
                px=place.share * paper.reference,
                y=y,
                low_y=low_y,
                high_y=high_y,
                label_y=label_y[below],
                expectation_y=None if p.expectation is None else paper.y(p.expectation),
            )
        )
    return tuple(dots)


def _crosses(label_y: float, levels: list[float]) -> bool:
    """Whether a value written there is struck through by a line of expectation."""
    return any(label_y - 11 <= level <= label_y + 2 for level in levels)


def _expected(places: list[Place], paper: Paper) -> list[tuple[Expected, float, float]]:
    """Stretches of equal expectation; points without one continue the stretch they stand in."""
    runs: list[tuple[float, bool, float, float]] = []
    for place in places:
        p = place.point
        if p.expectation is None:
            continue
        left, right = place.share - place.slot / 2, place.share + place.slot / 2
        if runs and runs[-1][:2] == (p.expectation, p.is_expectation_measured):
            left = runs.pop()[2]
        runs.append((p.expectation, p.is_expectation_measured, left, right))
    if len(runs) == 1:
        runs = [(*runs[0][:2], 0.0, 1.0)]
    return [(Expected(v, m, Segment(paper.x(a), paper.x(b), paper.y(v), paper.y(v))), a, b) for v, m, a, b in runs]
