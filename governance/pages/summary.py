"""The first page of a steering report: the finding, four numbers, what moved, what to decide."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxprogram import charts, figures
from cxprogram.charts import Chart
from governance.pages import frozen
from governance.pages.frozen import Document, FrozenKpi, FrozenReading, period_label
from governance.services.charter import defect_text
from governance.texts import say
from journeys.insight.words import listed

MOST_MOVED, MOST_DECISIONS, MOST_NAMED = 4, 3, 3
CHART_HEIGHT = 165
RUNNING = ("proposed", "running")


@dataclass(frozen=True)
class Tile:
    reading: FrozenReading
    target: float | None
    is_illustrative: bool
    scale: tuple[float, float]
    change: figures.Change | None


@dataclass(frozen=True)
class Moved:
    """One line of what moved: better, worse or none, the finding, the numbers behind it."""

    mark: str
    title: str
    text: str


@dataclass(frozen=True)
class Decision:
    title: str
    text: str
    is_illustrative: bool = False


@dataclass(frozen=True)
class Summary:
    headline: tuple[str, ...]
    lead: str
    tiles: tuple[Tile, ...]
    moved: tuple[Moved, ...]
    decisions: tuple[Decision, ...]
    trend: Chart | None
    trend_title: str
    loyalty: FrozenReading | None
    loyalty_text: str
    has_illustrative: bool


class Facts:
    """The inputs with the parts that many sentences need."""

    def __init__(self, inputs: Document) -> None:
        self.inputs = inputs
        self.kpis = frozen.kpis_of(inputs)
        self.period = period_label(inputs["period"])
        self.tiles = {tile["reading"]["kpi"]: tile for tile in inputs["tiles"]}
        self.overall_code, self.loyalty_code = inputs["program"]["overall"], inputs["program"]["loyalty"]
        journey = inputs["journey"]
        self.touchpoints = [each for stage in journey["stages"] for each in stage["touchpoints"]] if journey else []
        self.measured = [each for each in self.touchpoints if each["reading"]]
        self.drivers = {row["question"]: row for row in (inputs["drivers"] or {"rows": []})["rows"]}

    def reading(self, code: str) -> FrozenReading | None:
        tile = self.tiles.get(code)
        return frozen.reading_of(tile["reading"], self.kpis[code]) if tile else None

    def touchpoint_reading(self, each: Document) -> FrozenReading:
        code = each["reading"]["kpi"]
        return frozen.reading_of(each["reading"], frozen.touchpoint_kpi(self.inputs, self.kpis, code))

    @property
    def comparable(self) -> list[Document]:
        """Touchpoints that share one question and have a value, lowest first."""
        found = [each for each in self.measured if each["is_same_question"] and each["reading"]["value"] is not None]
        return sorted(found, key=lambda each: (each["reading"]["value"], each["number"]))

    @property
    def moved(self) -> list[Document]:
        found = [each for each in self.measured if frozen.is_marked(each["change"])]
        return sorted(found, key=lambda each: (-abs(each["change"]["delta"]), each["number"]))

    @property
    def apart(self) -> list[tuple[Document, Document]]:
        """Units that stand apart from the rest: (scorecard row, comparison), the largest difference first."""
        table = self.inputs["scorecard"]["apart"]
        if table is None:
            return []
        rows = [(row, table["units"][row["unit"]["code"]]) for row in self.inputs["scorecard"]["rows"]]
        found = [pair for pair in rows if frozen.is_marked(pair[1]["change"])]
        return sorted(found, key=lambda pair: -abs(pair[1]["change"]["delta"]))


def build_summary(facts: Facts) -> Summary:
    tiles = tuple(_tiles(facts))
    trend = next((each for each in facts.inputs["trends"] if each["kpi"] == facts.overall_code), None)
    loyalty = facts.reading(facts.loyalty_code)
    projects = facts.inputs["projects"]
    return Summary(
        headline=tuple(_headline(facts)),
        lead=" ".join(_lead(facts)),
        tiles=tiles,
        moved=tuple(_moved(facts)),
        decisions=tuple(_decisions(facts))[:MOST_DECISIONS],
        trend=trend_chart(trend, facts.kpis[trend["kpi"]], height=CHART_HEIGHT) if trend else None,
        trend_title=trend_title(trend, facts.kpis[trend["kpi"]]) if trend else "",
        loyalty=loyalty if loyalty and loyalty.is_shown and loyalty.counts else None,
        loyalty_text=_loyalty_text(facts, loyalty) if loyalty and loyalty.is_shown else "",
        has_illustrative=any(tile.is_illustrative for tile in tiles)
        or any(project["is_illustrative"] for project in projects),
    )


def trend_title(trend: Document, kpi: FrozenKpi) -> str:
    labels = [period_label(point["reading"]["period"]) for point in trend["points"]]
    return f"{kpi.name}, {labels[0]}{figures.EN_DASH}{labels[-1]}" if len(labels) > 1 else f"{kpi.name}, {labels[0]}"


def trend_chart(trend: Document, kpi: FrozenKpi, *, height: int) -> Chart:
    """The line of a KPI. No target stands in it: a target belongs to its own period, not to those before."""
    return charts.trend(
        [frozen.trend_point(point, kpi) for point in trend["points"]],
        title=trend_title(trend, kpi),
        kind=kpi.kind,
        axis=kpi.what[:1].upper() + kpi.what[1:],
        scale=(kpi.scale[0], kpi.scale[1]) if kpi.scale and kpi.top else None,
        comparisons=trend["comparisons"] or None,
        height=height,
    )


def _headline(facts: Facts) -> Iterator[str]:
    """The overall finding, and the touchpoint rated lowest."""
    reading, tile = facts.reading(facts.overall_code), facts.tiles.get(facts.overall_code)
    if reading is None or tile is None or not reading.is_shown:
        yield _("Too few answers to tell how the whole is rated.")
    else:
        change = tile["change"]
        words = {
            "better": _("Up to %(value)s."),
            "worse": _("Down to %(value)s."),
            "none": _("Steady at %(value)s."),
        }
        if not reading.kpi.higher_is_better:
            words |= {"better": _("Better: %(value)s."), "worse": _("Worse: %(value)s.")}
        pattern = words[change["direction"]] if change else _("At %(value)s.")
        yield pattern % {"value": reading.text}
    if facts.comparable:
        yield _("Rated lowest: %(name)s.") % {"name": say(facts.comparable[0]["name"])}


def _lead(facts: Facts) -> Iterator[str]:
    tile = facts.tiles.get(facts.overall_code)
    if tile and tile["change"]:
        since = {"period": period_label(tile["change"]["since"])}
        yield {
            "none": _("The whole is rated as in %(period)s.") % since,
            "better": _("The whole is rated better than in %(period)s.") % since,
            "worse": _("The whole is rated worse than in %(period)s.") % since,
        }[tile["change"]["direction"]]
    for direction, words in (("better", _("Better: %(names)s.")), ("worse", _("Worse: %(names)s."))):
        names = [say(each["name"]) for each in facts.moved if each["change"]["direction"] == direction]
        if names:
            yield words % {"names": listed(names[:MOST_NAMED])}
    table = facts.inputs["scorecard"]["apart"]
    for direction, words in (
        ("worse", _("%(kpi)s, clearly below the rest: %(names)s.")),
        ("better", _("%(kpi)s, clearly above the rest: %(names)s.")),
    ):
        names = [say(row["unit"]["name"]) for row, found in facts.apart if found["change"]["direction"] == direction]
        if names and table:
            yield words % {"kpi": facts.kpis[table["kpi"]].name, "names": listed(names[:MOST_NAMED])}


def _tiles(facts: Facts) -> Iterator[Tile]:
    for code, tile in facts.tiles.items():
        kpi = facts.kpis[code]
        reading = frozen.reading_of(tile["reading"], kpi)
        target = tile["target"]["value"] if tile["target"] else None
        change = frozen.change_of(
            tile["change"],
            kpi.kind,
            is_first=tile["is_first"],
            since=facts.inputs["period"] if tile["is_first"] else "",
        )
        yield Tile(
            reading=reading,
            target=target,
            is_illustrative=bool(tile["target"] and tile["target"]["is_illustrative"]),
            scale=frozen.bar_scale(kpi, reading.value, reading.low, reading.high, target),
            change=change,
        )


def _moved(facts: Facts) -> Iterator[Moved]:
    for code, tile in facts.tiles.items():
        if frozen.is_marked(tile["change"]):
            reading = facts.reading(code)
            assert reading is not None
            yield _step(facts.kpis[code].name, reading, tile["change"])
    for each in facts.moved[:MOST_MOVED]:
        yield _step(say(each["name"]), facts.touchpoint_reading(each), each["change"])
    table = facts.inputs["scorecard"]["apart"]
    for row, found in facts.apart[:MOST_NAMED]:
        kpi = facts.kpis[table["kpi"]]
        reading = frozen.reading_of(row["scores"][kpi.code]["reading"], kpi)
        yield Moved(
            found["change"]["direction"],
            _("%(unit)s: %(value)s, the others %(rest)s")
            % {
                "unit": say(row["unit"]["name"]),
                "value": reading.text,
                "rest": figures.figure(found["rest"], kpi.kind),
            },
            _("%(kpi)s, %(interval)s, n %(n)s.")
            % {"kpi": kpi.name, "interval": reading.interval, "n": figures.figure(reading.n or 0, "count")},
        )
    if facts.measured and facts.inputs["journey"]["comparisons"]:
        still = facts.inputs["journey"]["comparisons"] - len(facts.moved)
        title = ngettext("%(n)s touchpoint: no clear change", "%(n)s touchpoints: no clear change", still)
        yield Moved("none", title % {"n": still}, _("Within what chance alone would give."))


def _step(name: str, reading: FrozenReading, change: Document) -> Moved:
    kind = reading.kpi.kind
    return Moved(
        change["direction"],
        _("%(name)s: %(before)s to %(now)s")
        % {
            "name": name,
            "before": figures.figure(change["before"], kind, with_unit=False),
            "now": figures.figure(reading.value or 0.0, kind, with_unit=False),
        },
        _("%(size)s since %(period)s, n %(n)s and %(before_n)s. The cause is not known from this.")
        % {
            "size": figures.signed(change["delta"], kind),
            "period": period_label(change["since"]),
            "n": figures.figure(reading.n or 0, "count"),
            "before_n": figures.figure(change["before_n"], "count"),
        },
    )


def _decisions(facts: Facts) -> Iterator[Decision]:
    """What only the steering group can settle: gates that wait, blind spots, holes in the mandate."""
    by_code = {each["code"]: each for each in facts.touchpoints}
    for project in facts.inputs["projects"]:
        waiting = next((i for i, gate in enumerate(project["gates"]) if not gate["decision"]), None)
        if project["status"] in RUNNING and waiting is not None:
            gate = project["gates"][waiting]
            yield Decision(
                _("Decide gate %(number)s of %(all)s (%(gate)s): %(project)s")
                % {
                    "number": waiting + 1,
                    "all": len(project["gates"]),
                    "gate": say(gate["name"]),
                    "project": say(project["name"]),
                },
                " ".join(_case(facts, project, by_code.get(project["touchpoint_code"]))),
                project["is_illustrative"],
            )
    holes = [each for each in facts.touchpoints if not each["reading"] and each["problems"]]
    if holes:
        named = sum(each["problems"] for each in holes)
        every = facts.inputs["journey"]["problems_named"]
        words = (
            _("%(n)s of %(all)s problems named concern them; no question asks about them.")
            if every
            else _("%(n)s problems named concern them; no question asks about them.")
        )
        yield Decision(
            _("Measure what is not measured: %(names)s")
            % {"names": listed([say(each["name"]) for each in holes[:MOST_NAMED]])},
            words % {"n": figures.figure(named, "count"), "all": figures.figure(every or 0, "count")},
        )
    if found := facts.inputs["charter"]["defects"]:
        title = ngettext("Close %(n)s gap in the mandate", "Close %(n)s gaps in the mandate", len(found))
        yield Decision(title % {"n": len(found)}, defect_line(found[0]))


def defect_line(defect: Mapping[str, Any]) -> str:
    text = defect_text(defect["code"], defect["number"])
    return f"{say(defect['subject'])}: {text}" if defect["subject"] else text


def _case(facts: Facts, project: Document, touchpoint: Document | None) -> Iterator[str]:
    if touchpoint and touchpoint["reading"] and touchpoint["reading"]["value"] is not None:
        driver = facts.drivers.get(touchpoint["reading"]["question"])
        value = facts.touchpoint_reading(touchpoint).text
        target = touchpoint["target"]["value"] if touchpoint["target"] else None
        said = {"name": say(touchpoint["name"]), "value": value}
        if driver:
            said["share"] = figures.figure(driver["share"], "share")
            yield _("%(name)s: rated %(value)s, %(share)s of the explained variation.") % said
        else:
            yield _("%(name)s: rated %(value)s.") % said
        if target is not None:
            yield _("Target %(target)s.") % {"target": figures.short(target, "mean")}
    yield _("Cost %(amount)s.") % {
        "amount": figures.money(Decimal(project["cost"]), facts.inputs["program"]["currency"])
    }


def _loyalty_text(facts: Facts, reading: FrozenReading) -> str:
    tile = facts.tiles[facts.loyalty_code]
    said = [
        _("%(kpi)s %(value)s (%(interval)s), n %(n)s.")
        % {
            "kpi": reading.kpi.name,
            "value": figures.figure(reading.value or 0.0, reading.kpi.kind),
            "interval": reading.interval,
            "n": figures.figure(reading.n or 0, "count"),
        }
    ]
    if tile["weighted"] is not None:
        said.append(_("With survey weights %(value)s.") % {"value": figures.figure(tile["weighted"], reading.kpi.kind)})
    return " ".join(said)
