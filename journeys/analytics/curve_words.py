"""Where the words on the experience curve find room: beside its marks, and over none of them."""

from typing import NamedTuple

from journeys.analytics.curve_marks import MOST_CALLS, Call, Dot, Expected, Paper, Place, joined

_LETTER, _LINE = 6.7, 15.0


class Box(NamedTuple):
    """A piece of the drawing, in px."""

    left: float
    top: float
    right: float
    foot: float

    def meets(self, other: "Box") -> bool:
        return self.left < other.right and other.left < self.right and self.top < other.foot and other.top < self.foot


def obstacles(dots: tuple[Dot, ...], places: list[Place], paper: Paper) -> list[Box]:
    """What words must not cover: marks, intervals, values, the joining lines in small steps."""
    boxes = []
    for dot in dots:
        top, foot = min(dot.high_y or dot.y, dot.y - 5), max(dot.low_y or dot.y, dot.y + 5)
        boxes.append(Box(dot.px - 8, top, dot.px + 8, foot))
        boxes.append(Box(dot.px - 15, dot.label_y - 11, dot.px + 15, dot.label_y + 2))
        if dot.point.pain_rank is not None and dot.expectation_y is not None:
            boxes.append(Box(dot.px - 3, min(dot.y, dot.expectation_y), dot.px + 3, max(dot.y, dot.expectation_y)))
    for a, b in joined(places):
        x1, x2, y1, y2 = a.share * paper.reference, b.share * paper.reference, paper.y(a.value), paper.y(b.value)
        steps = 12
        for k in range(steps + 1):
            x, y = x1 + (x2 - x1) * k / steps, y1 + (y2 - y1) * k / steps
            boxes.append(Box(x - 2, y - 2, x + 2, y + 2))
    return boxes


def _is_free(box: Box, taken: list[Box], paper: Paper) -> bool:
    inside = (
        box.left >= 0
        and box.right <= paper.reference
        and box.top >= 22
        and box.foot <= paper.height - (42 if paper.width is None else 30)
    )
    return inside and not any(box.meets(o) for o in taken)


def labelled(expected: list[tuple[Expected, float, float]], taken: list[Box], paper: Paper) -> tuple[Expected, ...]:
    """Words at the right end of each stretch, below its line or above it; in narrow stretches none."""
    found = []
    for stretch, left, right in expected:
        wide = 24 * _LETTER
        placed = stretch
        for dy in (16.0, -6.0):
            y = stretch.line.y1 + dy
            end = right * paper.reference - 8
            box = Box(end - wide, y - 11, end, y + 3)
            if box.left >= left * paper.reference and _is_free(box, taken, paper):
                x = paper.x(right) if paper.width is None else f"{right * paper.width - 5:.1f}"
                placed = Expected(stretch.value, stretch.is_measured, stretch.line, x, y)
                taken.append(box)
                break
        found.append(placed)
    return tuple(found)


def calls(places: list[Place], dots: tuple[Dot, ...], stages: int, taken: list[Box], paper: Paper) -> tuple[Call, ...]:
    """Words for the three worst pain points, beside each group of neighbours where their stage has room, else none.

    The card below the curve carries the same words, so nothing is lost where the drawing is too crowded.
    """
    by_place = dict(zip((id(p) for p in places), dots, strict=True))
    found = []
    for group in _worst(places):
        group_dots = [by_place[id(p)] for p in group]
        wide = max(len(p.point.name) + 6 for p in group) * _LETTER
        tall = _LINE * len(group)
        middle = sum(d.y for d in group_dots) / len(group_dots)
        for side, shift in ((s, k) for k in (0, 14, 28, -14, -28) for s in ("start", "end")):
            edge = group_dots[-1 if side == "start" else 0].px + (20 if side == "start" else -20)
            left = edge if side == "start" else edge - wide
            top = middle + shift - tall / 2
            box = Box(left, top, left + wide, top + tall)
            column = paper.reference / stages
            is_inside = group[0].stage * column <= left and left + wide <= (group[0].stage + 1) * column
            if is_inside and _is_free(box, taken, paper):
                taken.append(box)
                found += [
                    Call(p.point, paper.x(edge / paper.reference), round(top + 11 + _LINE * i, 1), side)
                    for i, p in enumerate(group)
                ]
                break
    return tuple(found)


def _worst(places: list[Place]) -> list[list[Place]]:
    """The places of the worst pain points, neighbours in one stage together."""
    groups: list[list[Place]] = []
    for place in places:
        rank = place.point.pain_rank
        if rank is None or rank > MOST_CALLS or place.point.gap is None:
            continue
        last = groups[-1][-1] if groups else None
        if last and last.stage == place.stage and places.index(place) - places.index(last) == 1:
            groups[-1].append(place)
        else:
            groups.append([place])
    return groups
