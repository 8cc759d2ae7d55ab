"""The map on one sheet of paper, A3 across: how large it is set, and what is left out where it would not fit."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from math import inf

from django.template import loader
from django.utils.translation import get_language

from cxprogram import pdf
from journeys.insight import drawings, words
from journeys.insight.map_view import MapStage, MapTouchpoint, MapView

MOST_STAGES = 12
# Of the sheet in mm: the stages' common width, what a column's padding takes.
WIDE, PADDING = 372.0, 5.0
PX = 96 / 25.4


@dataclass(frozen=True)
class Setting:
    """How large a sheet is set.

    name    the class of the sheet, which sets its type
    most    touchpoints shown of a stage
    zoom    how much larger than its own px the curve is drawn
    height  of the curve in its own px
    bars    how much larger than their own px the interval bars are drawn; 0 leaves them out
    """

    name: str
    most: int
    zoom: float
    height: float
    bars: float = 1.0
    has_actions: bool = True

    @property
    def width(self) -> float:
        return WIDE * PX / self.zoom


# From the largest to the smallest; each takes a map that the one before did not.
SETTINGS = (
    Setting("huge", 6, 1.6, 170, bars=1.2),
    Setting("large", 7, 1.45, 190, bars=1.15),
    Setting("middle", 9, 1.3, 180),
    Setting("small", 12, 1.15, 170, bars=0.75),
    Setting("dense", 12, 1.1, 120, bars=0.75),
    Setting("tiny", 18, 1.0, 160, bars=0, has_actions=False),
)
LESS = (14, 8, 4)
ROOM_OF_LANES = 2  # a card with all lanes takes about as much as two without


@dataclass(frozen=True)
class PrintStage:
    """One column: the stage and what is shown of it. `left_out` counts the touchpoints that found no room."""

    of: MapStage
    cards: tuple[MapTouchpoint, ...]
    left_out: int


def map_pdf(view: MapView, *, lanes: Collection[str] = ()) -> bytes:
    """One page, PDF/UA-1, with what `lanes` choose beside as far as it fits. Raises PdfError."""
    return pdf.make_sheet(documents(view, lanes=lanes))


def documents(view: MapView, *, lanes: Collection[str] = ()) -> Iterator[str]:
    """The sheet in every setting that could hold the whole map, with the lanes and then without; then in the smallest
    with less and less of it."""
    longest = max((len(stage.touchpoints) for stage in view.stages), default=0)
    if lanes:
        for setting in SETTINGS:
            if longest * ROOM_OF_LANES <= setting.most:
                yield html(view, setting, lanes=lanes)
    for setting in SETTINGS:
        if longest <= setting.most:
            yield html(view, setting, without_lanes=bool(lanes))
    for most in LESS:
        if most < longest:
            yield html(view, replace(SETTINGS[-1], most=most), without_lanes=bool(lanes))


def html(view: MapView, setting: Setting, *, lanes: Collection[str] = (), without_lanes: bool = False) -> str:
    columns = [_column(stage, setting.most) for stage in view.stages[:MOST_STAGES]]
    shown = replace(view, stages=tuple(column.of for column in columns))
    column_width = WIDE / max(len(columns), 1)
    context = {
        "view": view,
        "language": get_language(),
        "setting": setting,
        "columns": columns,
        "headline": words.map_headline(view),
        "lead": words.map_lead(view),
        "curve": drawings.experience_curve(shown, width=setting.width, height=setting.height),
        "bar_width": round((column_width - PADDING) * PX / (setting.bars or 1)),
        "left_out": len(view.touchpoints) - sum(len(column.cards) for column in columns),
        "lanes": lanes,
        "without_lanes": without_lanes,
        "left_stages": len(view.stages) - len(columns),
        "has_actions": (setting.has_actions or "actions" in lanes)
        and any(column.of.stage.action or column.of.stage.thought for column in columns),
        "expectations": sorted({(each.value, each.is_measured) for each in view.expectations}),
        "least": view.program.min_n,
        "program": view.program,
        "is_print": True,
    }
    return loader.render_to_string("journeys/map_print.html", context)


def _column(stage: MapStage, most: int) -> PrintStage:
    """What fits of a stage: moments of truth first, then pain points, the widest first, then the journey's order."""
    ranked = sorted(stage.touchpoints, key=lambda each: (not each.is_truth, each.pain_rank or inf))[:most]
    kept = {each.touchpoint.pk for each in ranked}
    cards = tuple(each for each in stage.touchpoints if each.touchpoint.pk in kept)
    return PrintStage(replace(stage, touchpoints=cards), cards, len(stage.touchpoints) - len(cards))
