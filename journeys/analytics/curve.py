"""The geometry of the journey map's experience curve (LOOK §7). Pure: no Django, no words, no colours.

Every stage is one column of the same width; the touchpoints that have a value share it evenly. Filled dots share one
question and are joined; open squares ask something else and are not. The line breaks where a stage has no comparable
point. Horizontal positions come in per cents for the screen, or in px when a width is given for print.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

HEIGHT = 268.0
REFERENCE_WIDTH = 1230.0  # px of the drawing on a wide page; only the search for free places uses it
_LETTER, _LINE = 6.7, 15.0
_VALUE = 20.0  # px that a value takes in print
_CHANGE = 95.0  # px that the words of a change take there
_MOST_CALLS = 3


@dataclass(frozen=True)
class CurvePoint:
    """One touchpoint as measured in one period. Without a value it takes no place on the curve."""

    number: int
    name: str
    value: float | None
    low: float | None = None
    high: float | None = None
    is_same_question: bool = True
    is_truth: bool = False
    pain_rank: int | None = None
    expectation: float | None = None
    is_expectation_measured: bool = False
    change: object | None = None  # carried through; its `mark` is better or worse when it shall be written

    @property
    def gap(self) -> float | None:
        """Experience minus expectation: negative for a pain point."""
        return None if self.value is None or self.expectation is None else self.value - self.expectation


@dataclass(frozen=True)
class CurveStage:
    name: str
    points: Sequence[CurvePoint]


@dataclass(frozen=True)
class Segment:
    """A straight line; x as text ready for an attribute, y in px."""

    x1: str
    x2: str
    y1: float
    y2: float


@dataclass(frozen=True)
class GridLine:
    value: float
    y: float


@dataclass(frozen=True)
class Expected:
    """A stretch of the journey with one expectation. `label_y` and `label_x` only where its words find room."""

    value: float
    is_measured: bool
    line: Segment
    label_x: str = ""
    label_y: float | None = None


@dataclass(frozen=True)
class Dot:
    """One touchpoint drawn: the mark at (x, y), its interval, where its value is written."""

    point: CurvePoint
    x: str
    px: float
    y: float
    low_y: float | None
    high_y: float | None
    label_y: float
    expectation_y: float | None


@dataclass(frozen=True)
class Call:
    """Words for one of the worst pain points."""

    point: CurvePoint
    x: str
    y: float
    anchor: str


@dataclass(frozen=True)
class Curve:
    height: float
    width: float | None
    grid: tuple[GridLine, ...]
    grid_step: float
    borders: tuple[str, ...]
    expected: tuple[Expected, ...]
    joins: tuple[Segment, ...]
    dots: tuple[Dot, ...]
    calls: tuple[Call, ...]
    number_y: float
    pain_y: float
    top_y: float
    lowest: tuple[CurvePoint, ...] = field(default=())
    highest: tuple[CurvePoint, ...] = field(default=())

    def grid_decimals(self) -> int:
        """Decimals of the grid's values when the stored unit is shown; a share loses two of them."""
        return max(0, -math.floor(math.log10(self.grid_step) + 1e-9))

    @property
    def is_crowded(self) -> bool:
        """Whether the values would be written over each other on paper; the cards carry them too."""
        return self.width is not None and any(b.px - a.px < _VALUE for a, b in pairwise(self.dots))

    @property
    def has_room_for_changes(self) -> bool:
        """Whether the words of the changes fit beside their marks on paper; the cards carry them too."""
        ends = [d.px for d in self.changes] + [self.width or math.inf]
        return all(b - a >= _CHANGE for a, b in pairwise(ends))

    @property
    def pains(self) -> list[Dot]:
        return [d for d in self.dots if d.point.pain_rank is not None and d.point.pain_rank <= _MOST_CALLS]

    @property
    def truths(self) -> list[Dot]:
        return [d for d in self.dots if d.point.is_truth]

    @property
    def changes(self) -> list[Dot]:
        """Dots whose change is clear."""
        return [d for d in self.dots if getattr(d.point.change, "mark", None) in ("better", "worse")]


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
    paper = _Paper(height, width, width or reference_width, *_domain(measured, scale))
    places = _places(stages)
    expected = _expected(places, len(stages), paper)
    dots = _dots(places, [e.line.y1 for e, _left, _right in expected], paper)
    joins = _joins(places, paper)
    grid, step = _grid(paper)
    has_words = bool(expected) or any(p.pain_rank is not None for p in measured)
    obstacles = _obstacles(dots, places, paper) if has_words else []
    ranked = sorted(measured, key=lambda p: (p.value, p.number))
    return Curve(
        height=height,
        width=width,
        grid=grid,
        grid_step=step,
        borders=tuple(paper.x(k / len(stages)) for k in range(1, len(stages))),
        expected=_labelled(expected, obstacles, paper),
        joins=joins,
        dots=dots,
        calls=_calls(places, dots, len(stages), obstacles, paper),
        number_y=height - (10 if width is None else 6),
        pain_y=height - (40 if width is None else 28),
        top_y=12.0,
        lowest=tuple(ranked[:2]),
        highest=tuple(ranked[-1:]),
    )


@dataclass(frozen=True)
class _Paper:
    height: float
    width: float | None
    reference: float
    low: float
    high: float

    def x(self, share: float) -> str:
        return f"{share * 100:.2f}%" if self.width is None else f"{share * self.width:.1f}"

    def y(self, value: float) -> float:
        """Between the row of diamonds above and the rows of octagons and numbers below."""
        top, foot = (48.0, self.height - 72.0) if self.width is None else (34.0, self.height - 48.0)
        return round(foot - (value - self.low) / (self.high - self.low) * (foot - top), 1)


@dataclass(frozen=True)
class _Place:
    point: CurvePoint
    stage: int
    share: float  # of the whole width
    slot: float  # width of its slot, as a share


class _Box(NamedTuple):
    left: float
    top: float
    right: float
    foot: float

    def meets(self, other: "_Box") -> bool:
        return self.left < other.right and other.left < self.right and self.top < other.foot and other.top < self.foot


def _domain(points: list[CurvePoint], scale: tuple[float, float] | None) -> tuple[float, float]:
    if scale:
        return scale
    values = [v for p in points for v in (p.value, p.low, p.high, p.expectation) if v is not None]
    low, high = min(values), max(values)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _step(span: float, at_most: int) -> float:
    base: float = 10 ** math.floor(math.log10(span / at_most))
    return next(base * m for m in (1, 2, 5, 10) if span / (base * m) <= at_most + 1e-9)


def _grid(paper: _Paper) -> tuple[tuple[GridLine, ...], float]:
    step = _step(paper.high - paper.low, 3)
    first, last = math.ceil((paper.low - step / 4) / step - 1e-9), math.floor((paper.high + step / 4) / step + 1e-9)
    values = [round(k * step, 10) for k in range(first, last + 1)]
    return tuple(GridLine(v, paper.y(v)) for v in values), step


def _places(stages: Sequence[CurveStage]) -> list[_Place]:
    places = []
    for k, stage in enumerate(stages):
        points = [p for p in stage.points if p.value is not None]
        for i, point in enumerate(points):
            slot = 1 / len(stages) / len(points)
            places.append(_Place(point, k, k / len(stages) + (i + 0.5) * slot, slot))
    return places


def _value(place: _Place) -> float:
    assert place.point.value is not None
    return place.point.value


def _joined(places: list[_Place]) -> list[tuple[_Place, _Place]]:
    """Neighbouring dots of the same question, with no stage between them that has none."""
    same = [p for p in places if p.point.is_same_question]
    return [(a, b) for a, b in pairwise(same) if b.stage - a.stage <= 1]


def _joins(places: list[_Place], paper: _Paper) -> tuple[Segment, ...]:
    return tuple(
        Segment(paper.x(a.share), paper.x(b.share), paper.y(_value(a)), paper.y(_value(b))) for a, b in _joined(places)
    )


def _dots(places: list[_Place], levels: list[float], paper: _Paper) -> tuple[Dot, ...]:
    neighbours: dict[int, list[float]] = {id(p): [] for p in places}
    for a, b in _joined(places):
        neighbours[id(a)].append(_value(b))
        neighbours[id(b)].append(_value(a))
    dots = []
    for place in places:
        p, around = place.point, neighbours[id(place)]
        low_y = None if p.low is None else paper.y(p.low)
        high_y = None if p.high is None else paper.y(p.high)
        y = paper.y(_value(place))
        # Where the line comes from above, the value stands below, and the other way round.
        below = bool(around) and _value(place) < sum(around) / len(around)
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


def _expected(places: list[_Place], stages: int, paper: _Paper) -> list[tuple[Expected, float, float]]:
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


def _obstacles(dots: tuple[Dot, ...], places: list[_Place], paper: _Paper) -> list[_Box]:
    """What words must not cover: marks, intervals, values, the joining lines in small steps."""
    boxes = []
    for dot in dots:
        top, foot = min(dot.high_y or dot.y, dot.y - 5), max(dot.low_y or dot.y, dot.y + 5)
        boxes.append(_Box(dot.px - 8, top, dot.px + 8, foot))
        boxes.append(_Box(dot.px - 15, dot.label_y - 11, dot.px + 15, dot.label_y + 2))
        if dot.point.pain_rank is not None and dot.expectation_y is not None:
            boxes.append(_Box(dot.px - 3, min(dot.y, dot.expectation_y), dot.px + 3, max(dot.y, dot.expectation_y)))
    for a, b in _joined(places):
        x1, x2, y1, y2 = a.share * paper.reference, b.share * paper.reference, paper.y(_value(a)), paper.y(_value(b))
        steps = 12
        for k in range(steps + 1):
            x, y = x1 + (x2 - x1) * k / steps, y1 + (y2 - y1) * k / steps
            boxes.append(_Box(x - 2, y - 2, x + 2, y + 2))
    return boxes


def _is_free(box: _Box, obstacles: list[_Box], paper: _Paper) -> bool:
    inside = (
        box.left >= 0
        and box.right <= paper.reference
        and box.top >= 22
        and box.foot <= paper.height - (42 if paper.width is None else 30)
    )
    return inside and not any(box.meets(o) for o in obstacles)


def _labelled(
    expected: list[tuple[Expected, float, float]], obstacles: list[_Box], paper: _Paper
) -> tuple[Expected, ...]:
    """Words at the right end of each stretch, below its line or above it; in narrow stretches none."""
    found = []
    for stretch, left, right in expected:
        wide = 24 * _LETTER
        placed = stretch
        for dy in (16.0, -6.0):
            y = stretch.line.y1 + dy
            end = right * paper.reference - 8
            box = _Box(end - wide, y - 11, end, y + 3)
            if box.left >= left * paper.reference and _is_free(box, obstacles, paper):
                x = paper.x(right) if paper.width is None else f"{right * paper.width - 5:.1f}"
                placed = Expected(stretch.value, stretch.is_measured, stretch.line, x, y)
                obstacles.append(box)
                break
        found.append(placed)
    return tuple(found)


def _calls(
    places: list[_Place], dots: tuple[Dot, ...], stages: int, obstacles: list[_Box], paper: _Paper
) -> tuple[Call, ...]:
    """Words for the three worst pain points, beside each group of neighbours where their stage has room, else none.

    The card below the curve carries the same words, so nothing is lost where the drawing is too crowded.
    """
    by_place = dict(zip((id(p) for p in places), dots, strict=True))
    groups: list[list[_Place]] = []
    for place in places:
        rank = place.point.pain_rank
        if rank is None or rank > _MOST_CALLS or place.point.gap is None:
            continue
        last = groups[-1][-1] if groups else None
        if last and last.stage == place.stage and places.index(place) - places.index(last) == 1:
            groups[-1].append(place)
        else:
            groups.append([place])
    calls = []
    for group in groups:
        group_dots = [by_place[id(p)] for p in group]
        wide = max(len(p.point.name) + 6 for p in group) * _LETTER
        tall = _LINE * len(group)
        middle = sum(d.y for d in group_dots) / len(group_dots)
        for side, shift in ((s, k) for k in (0, 14, 28, -14, -28) for s in ("start", "end")):
            edge = group_dots[-1 if side == "start" else 0].px + (20 if side == "start" else -20)
            left = edge if side == "start" else edge - wide
            top = middle + shift - tall / 2
            box = _Box(left, top, left + wide, top + tall)
            column = paper.reference / stages
            is_inside = group[0].stage * column <= left and left + wide <= (group[0].stage + 1) * column
            if is_inside and _is_free(box, obstacles, paper):
                obstacles.append(box)
                calls += [
                    Call(p.point, paper.x(edge / paper.reference), round(top + 11 + _LINE * i, 1), side)
                    for i, p in enumerate(group)
                ]
                break
    return tuple(calls)
