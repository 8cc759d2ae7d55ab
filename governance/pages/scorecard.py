"""The scorecard page: rows ready to be written, bars with their scales."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxprogram import figures
from governance.insight.scorecard import Score, Scorecard, UnitScores
from governance.pages.scores import targets_line
from journeys.insight.targets import Target
from journeys.insight.units import UnitRow
from journeys.insight.words import change_of, listed
from journeys.kpis.registry import KpiReading
from journeys.models import Kpi

Scale = tuple[float, float]


@dataclass(frozen=True)
class Line:
    """One KPI of the whole."""

    reading: KpiReading
    target: Target | None
    scale: Scale
    change: figures.Change


@dataclass(frozen=True)
class ApartLine:
    """One unit beside the others; `change` says on which side of the rest it stands."""

    row: UnitRow
    change: figures.Change | None


@dataclass(frozen=True)
class ScorecardPage:
    card: Scorecard
    headline: str
    lead: str
    lines: tuple[Line, ...]
    rows: tuple[UnitScores, ...]
    apart: tuple[ApartLine, ...]
    apart_scale: Scale
    apart_caption: str
    has_illustrative: bool


def build_page(card: Scorecard) -> ScorecardPage:
    lines = tuple(
        Line(
            tile.reading,
            tile.target,
            scale_of(tile.kpi, [Score(tile.reading, tile.target)]),
            change_of(tile.change, since=card.period if tile.is_first else card.compare, is_first=tile.is_first),
        )
        for tile in card.tiles
    )
    scores = [Score(row.reading, row.target) for row in card.apart.rows] if card.apart else []
    every = [line.target for line in lines] + [score.target for row in card.rows for score in row.scores]
    return ScorecardPage(
        card=card,
        headline=targets_line(Counter(card.verdicts)).rstrip("."),
        lead=_lead(card),
        lines=lines,
        rows=card.rows,
        apart=tuple(ApartLine(row, _side(row)) for row in card.apart.rows) if card.apart else (),
        apart_scale=scale_of(card.apart.kpi, [*scores, Score(card.apart.whole, None)]) if card.apart else (0.0, 1.0),
        apart_caption=_caption(card),
        has_illustrative=any(target and target.is_illustrative for target in every),
    )


def scale_of(kpi: Kpi, scores: Iterable[Score]) -> Scale:
    """The KPI's own axis if everything lies on it, else round ends around what there is."""
    found = [
        value
        for score in scores
        for value in (
            score.reading.value,
            score.reading.low,
            score.reading.high,
            score.target.value if score.target else None,
        )
        if value is not None
    ]
    if all(kpi.axis_low <= value <= kpi.axis_high for value in found):
        return kpi.axis_low, kpi.axis_high
    return figures.nice_ends([*found, kpi.axis_low, kpi.axis_high], room=0.05)


def _side(row: UnitRow) -> figures.Change | None:
    if row.change is None:
        return None
    words = {"better": _("above the rest"), "worse": _("below the rest"), "none": _("no clear difference")}
    return figures.Change(row.change.direction, row.change.delta, text=words[row.change.direction])


def _lead(card: Scorecard) -> str:
    """Which units stand apart."""
    if card.apart is None or not card.apart.comparisons:
        return ""
    said = []
    for direction, words in (
        ("worse", _("%(kpi)s, clearly below the rest: %(names)s.")),
        ("better", _("%(kpi)s, clearly above the rest: %(names)s.")),
    ):
        names = [
            row.unit.label for row in card.apart.rows if row.change is not None and row.change.direction == direction
        ]
        if names:
            said.append(words % {"kpi": card.apart.kpi.label, "names": listed(names)})
    if not said:
        said.append(_("%(kpi)s: no unit is clearly apart from the rest.") % {"kpi": card.apart.kpi.label})
    return " ".join(said)


def _caption(card: Scorecard) -> str:
    if card.apart is None or not card.apart.comparisons:
        return _("Nothing is compared.")
    words = ngettext(
        "Each unit against all the others together, %(n)s comparison, corrected.",
        "Each unit against all the others together, %(n)s comparisons, corrected.",
        card.apart.comparisons,
    )
    return words % {"n": card.apart.comparisons}
