"""What the experience curve is drawn of: its marks, and the paper and the places on which they stand."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

MOST_CALLS = 3
_VALUE = 20.0  # px that a value takes in print
_CHANGE = 95.0  # px that the words of a change take there


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
        return [d for d in self.dots if d.point.pain_rank is not None and d.point.pain_rank <= MOST_CALLS]

    @property
    def truths(self) -> list[Dot]:
        return [d for d in self.dots if d.point.is_truth]

    @property
    def changes(self) -> list[Dot]:
        """Dots whose change is clear."""
        return [d for d in self.dots if getattr(d.point.change, "mark", None) in ("better", "worse")]


@dataclass(frozen=True)
class Paper:
    """Turns shares of the width, and values, into positions. Words are fitted to `reference`, a width in px."""

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
class Place:
    """Where a touchpoint with a value stands; `stage` is the number of its column."""

    point: CurvePoint
    stage: int
    share: float  # of the whole width
    slot: float  # width of its slot, as a share

    @property
    def value(self) -> float:
        assert self.point.value is not None
        return self.point.value


def joined(places: list[Place]) -> list[tuple[Place, Place]]:
    """Neighbouring dots of the same question, with no stage between them that has none."""
    same = [p for p in places if p.point.is_same_question]
    return [(a, b) for a, b in pairwise(same) if b.stage - a.stage <= 1]
