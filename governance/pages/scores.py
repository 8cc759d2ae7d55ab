"""The scorecard of a steering report: the whole, and unit by unit."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxprogram import figures
from governance.pages import frozen
from governance.pages.frozen import Document, FrozenReading
from governance.pages.summary import Facts
from governance.texts import say


@dataclass(frozen=True)
class Line:
    """One KPI of the whole, or one unit on the KPI by which units are compared."""

    name: str
    what: str
    reading: FrozenReading
    target: float | None
    scale: tuple[float, float]
    change: figures.Change | None


@dataclass(frozen=True)
class UnitLine:
    name: str
    overall: FrozenReading | None
    loyalty: Line
    is_apart: bool
    others: tuple[tuple[FrozenReading, float | None], ...]


@dataclass(frozen=True)
class ScorecardChapter:
    lead: str
    whole: tuple[Line, ...]
    units: tuple[UnitLine, ...]
    total: UnitLine | None
    overall_name: str
    compared_name: str
    caption: str
    other_names: tuple[str, ...]
    has_other_targets: bool


def build_scorecard(facts: Facts) -> ScorecardChapter:
    card = facts.inputs["scorecard"]
    whole = tuple(_whole_line(facts, code) for code in facts.tiles)
    table = card["apart"]
    compared = table["kpi"] if table else ""
    overall = facts.overall_code if facts.overall_code in facts.tiles and facts.overall_code != compared else ""
    others = [code for code in facts.tiles if code not in (compared, overall)]
    units = tuple(_unit_line(facts, row, compared, overall, others) for row in card["rows"]) if table else ()
    return ScorecardChapter(
        lead=targets_line(card["verdicts"]),
        whole=whole,
        units=units,
        total=_total_line(facts, compared, overall, others) if table else None,
        overall_name=facts.kpis[overall].name if overall else "",
        compared_name=facts.kpis[compared].name if table else "",
        caption=_units_caption(facts, units, table) if table else "",
        other_names=tuple(facts.kpis[code].name for code in others),
        has_other_targets=any(target is not None for unit in units for _reading, target in unit.others),
    )


def targets_line(verdicts: Mapping[str, int]) -> str:
    """How many targets are reached, not reached and too close to call."""
    every = sum(verdicts.values())
    if not every:
        return _("No target is set for this period.")
    words = ngettext(
        "%(reached)s of %(all)s target reached, %(missed)s not reached, %(open)s too close to call.",
        "%(reached)s of %(all)s targets reached, %(missed)s not reached, %(open)s too close to call.",
        every,
    )
    return words % {
        "all": every,
        "reached": verdicts.get("reached", 0),
        "missed": verdicts.get("not_reached", 0),
        "open": verdicts.get("too_close", 0),
    }


def _goal(score: Document) -> float | None:
    return score["target"]["value"] if score["target"] else None


def _whole_line(facts: Facts, code: str) -> Line:
    tile, kpi = facts.tiles[code], facts.kpis[code]
    reading, target = frozen.reading_of(tile["reading"], kpi), _goal(tile)
    since = facts.inputs["period"] if tile["is_first"] else ""
    return Line(
        name=kpi.name,
        what=kpi.what,
        reading=reading,
        target=target,
        scale=frozen.bar_scale(kpi, reading.value, reading.low, reading.high, target),
        change=frozen.change_of(tile["change"], kpi.kind, is_first=tile["is_first"], since=since),
    )


def _unit_scale(facts: Facts, code: str) -> tuple[float, float]:
    """One scale for all bars of the list."""
    kpi = facts.kpis[code]
    scores = [row["scores"][code] for row in facts.inputs["scorecard"]["rows"]] + [facts.tiles[code]]
    values = [score["reading"][name] for score in scores for name in ("value", "low", "high")]
    return frozen.bar_scale(kpi, *values, *(_goal(score) for score in scores))


def _unit_line(facts: Facts, row: Document, compared: str, overall: str, others: list[str]) -> UnitLine:
    kpi, score = facts.kpis[compared], row["scores"][compared]
    found = facts.inputs["scorecard"]["apart"]["units"][row["unit"]["code"]]["change"]
    change = None
    if found is not None:
        words = {
            "better": _("above the rest"),
            "worse": _("below the rest"),
            "none": _("no clear difference"),
        }[found["direction"]]
        change = figures.Change(found["direction"], found["delta"], kind=kpi.kind, text=words)
    return UnitLine(
        name=say(row["unit"]["name"]),
        overall=_score(facts, row, overall)[0] if overall else None,
        loyalty=Line(
            kpi.name,
            kpi.what,
            frozen.reading_of(score["reading"], kpi),
            _goal(score),
            _unit_scale(facts, compared),
            change,
        ),
        is_apart=frozen.is_marked(found),
        others=tuple(_score(facts, row, code) for code in others),
    )


def _score(facts: Facts, row: Document, code: str) -> tuple[FrozenReading, float | None]:
    score = row["scores"][code]
    return frozen.reading_of(score["reading"], facts.kpis[code]), _goal(score)


def _total_line(facts: Facts, compared: str, overall: str, others: list[str]) -> UnitLine:
    tile = facts.tiles[compared]
    kpi = facts.kpis[compared]
    return UnitLine(
        name=_("All"),
        overall=facts.reading(overall) if overall else None,
        loyalty=Line(
            kpi.name, kpi.what, frozen.reading_of(tile["reading"], kpi), _goal(tile), _unit_scale(facts, compared), None
        ),
        is_apart=False,
        others=tuple(
            (frozen.reading_of(facts.tiles[code]["reading"], facts.kpis[code]), _goal(facts.tiles[code]))
            for code in others
        ),
    )


def _units_caption(facts: Facts, units: tuple[UnitLine, ...], table: Document) -> str:
    kpi = facts.kpis[table["kpi"]]
    low, high = _unit_scale(facts, kpi.code)
    said = [
        _("Small figures: 95 % interval."),
        _("Bars: %(kpi)s, scale %(low)s to %(high)s; the tick is the target.")
        % {"kpi": kpi.name, "low": figures.short(low, kpi.kind), "high": figures.short(high, kpi.kind)},
    ]
    if n := table["comparisons"]:
        words = ngettext(
            "Each against all the others, %(n)s comparison, corrected.",
            "Each against all the others, %(n)s comparisons, corrected.",
            n,
        )
        said.append(words % {"n": n})
    return " ".join(said)
