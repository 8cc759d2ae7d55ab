"""The chapters of a steering report after its first page, from the frozen inputs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from actions.choices import GateDecision, ProjectStatus
from cxprogram import charts, figures
from cxprogram.charts import Chart, DriverRow
from feedback.choices import TicketReason, TicketStatus
from governance.pages import frozen
from governance.pages.frozen import Document, FrozenReading, period_label
from governance.pages.summary import RUNNING, Facts, defect_line, money, trend_chart, trend_title
from governance.texts import say
from journeys.analytics.curve import Curve, CurvePoint, CurveStage, curve
from journeys.choices import Aspect, Evidence, Truth
from journeys.insight.words import listed

PAPER_WIDTH, CURVE_HEIGHT, DRIVER_HEIGHT, TREND_HEIGHT = 672, 200, 21, 175
READ_TOGETHER, DRAWN_PAINS = 2, 3


# --- how the numbers developed ----------------------------------------------------------------


@dataclass(frozen=True)
class TrendPart:
    """One KPI: its line, or the only value there is."""

    title: str
    chart: Chart | None
    only: FrozenReading | None
    only_period: str
    scale: tuple[float, float]


@dataclass(frozen=True)
class TrendRow:
    """One period of the table under the lines: a reading and its step for each KPI, None where it was not asked."""

    period: str
    cells: tuple[tuple[FrozenReading | None, figures.Change | None], ...]


@dataclass(frozen=True)
class TrendChapter:
    lead: str
    pairs: tuple[tuple[TrendPart, ...], ...]
    names: tuple[str, ...]
    rows: tuple[TrendRow, ...]
    caption: str


def build_trends(facts: Facts) -> TrendChapter:
    trends = facts.inputs["trends"]
    parts = [_trend_part(facts, trend) for trend in trends]
    steps = [
        _("%(kpi)s %(size)s in %(period)s")
        % {
            "kpi": facts.kpis[trend["kpi"]].name,
            "size": figures.signed(point["change"]["delta"], facts.kpis[trend["kpi"]].kind),
            "period": period_label(point["reading"]["period"]),
        }
        for trend in trends
        for point in trend["points"]
        if frozen.is_marked(point["change"])
    ]
    lead = (
        _("Steps that are larger than chance: %(steps)s.") % {"steps": "; ".join(steps)}
        if steps
        else _("No step of any KPI is clearly different from chance.")
    )
    return TrendChapter(
        lead=lead,
        pairs=tuple(tuple(parts[i : i + 2]) for i in range(0, len(parts), 2)),
        names=tuple(facts.kpis[trend["kpi"]].name for trend in trends),
        rows=tuple(_trend_rows(facts)),
        caption=_(
            "The same in numbers. Small figures: 95 % interval. A triangle marks a step that survives correction over "
            "all steps of its KPI."
        ),
    )


def _trend_part(facts: Facts, trend: Document) -> TrendPart:
    kpi = facts.kpis[trend["kpi"]]
    only = next(point["reading"] for point in trend["points"] if point["reading"]["value"] is not None)
    is_line = len(trend["points"]) > 1
    reading = frozen.reading_of(only, kpi)
    return TrendPart(
        title=trend_title(trend, kpi),
        chart=trend_chart(trend, kpi, height=TREND_HEIGHT) if is_line else None,
        only=None if is_line else reading,
        only_period=period_label(reading.period),
        scale=frozen.bar_scale(kpi, reading.value, reading.low, reading.high),
    )


def _trend_rows(facts: Facts) -> Iterator[TrendRow]:
    """Newest first."""
    trends = facts.inputs["trends"]
    points = [{point["reading"]["period"]: point for point in trend["points"]} for trend in trends]
    for code in sorted({code for known in points for code in known}, reverse=True):
        cells: list[tuple[FrozenReading | None, figures.Change | None]] = []
        for trend, known in zip(trends, points, strict=True):
            kpi, point = facts.kpis[trend["kpi"]], known.get(code)
            change = frozen.change_of(point["change"], kpi.kind) if point and frozen.is_marked(point["change"]) else None
            cells.append((frozen.reading_of(point["reading"], kpi) if point else None, change))
        yield TrendRow(period_label(code), tuple(cells))


# --- where the experience is made -------------------------------------------------------------


@dataclass(frozen=True)
class Card:
    """One touchpoint in the list under its stage."""

    number: int | None
    name: str
    value: str
    is_hidden: bool
    is_truth: bool
    is_pain: bool
    change: figures.Change | None

    @property
    def is_marked(self) -> bool:
        return self.change is not None and self.change.mark in ("better", "worse")


@dataclass(frozen=True)
class StageColumn:
    name: str
    cards: tuple[Card, ...]
    problems: str


@dataclass(frozen=True)
class JourneyChapter:
    lead: str
    curve: Curve | None
    kind: str
    stages: tuple[StageColumn, ...]
    has_other_questions: bool
    has_truths: bool
    is_truth_proposed: bool
    has_pains: bool
    scale: str
    drivers: Chart | None
    drivers_height: int
    together: str
    evidence: str
    evidence_text: str


def build_journey(facts: Facts) -> JourneyChapter | None:
    journey = facts.inputs["journey"]
    if journey is None:
        return None
    truths = [each for each in facts.measured if each["truth"] != Truth.NO]
    scale = journey["scale"]
    return JourneyChapter(
        lead=" ".join(_journey_lead(facts)),
        curve=_curve(facts, journey),
        kind=facts.touchpoint_reading(facts.measured[0]).kpi.kind if facts.measured else "mean",
        stages=tuple(_column(facts, stage) for stage in journey["stages"]),
        has_other_questions=any(not each["is_same_question"] for each in facts.measured),
        has_truths=bool(truths),
        is_truth_proposed=any(each["truth"] == Truth.PROPOSED for each in truths),
        has_pains=any(each["pain_rank"] for each in facts.measured),
        scale=f"{scale[0]:g}{figures.EN_DASH}{scale[1]:g}" if scale else "",
        drivers=_driver_chart(facts),
        drivers_height=DRIVER_HEIGHT * len(facts.drivers) + 46,
        together=" ".join(_together(facts)),
        evidence=str(Evidence(journey["evidence"]).label),
        evidence_text=" ".join(_evidence(facts, journey)),
    )


def _journey_lead(facts: Facts) -> Iterator[str]:
    pains = sorted((each for each in facts.measured if each["pain_rank"]), key=lambda each: each["pain_rank"])
    if pains:
        words = ngettext(
            "%(n)s touchpoint is clearly below what is expected; widest gap: %(names)s.",
            "%(n)s touchpoints are clearly below what is expected; widest gaps: %(names)s.",
            len(pains),
        )
        yield words % {"n": len(pains), "names": listed([say(each["name"]) for each in pains[:3]])}
    stages = [stage for stage in facts.inputs["journey"]["stages"] if stage["problems"]]
    if stages:
        most = max(stages, key=lambda stage: stage["problems"])
        yield _("Most problems are named here: %(stage)s.") % {"stage": say(most["name"])}


def _curve(facts: Facts, journey: Document) -> Curve | None:
    if not any(each["reading"]["value"] is not None for each in facts.measured):
        return None
    stages = [
        CurveStage(say(stage["name"]), [_curve_point(facts, each) for each in stage["touchpoints"] if each["reading"]])
        for stage in journey["stages"]
    ]
    return curve(stages, height=CURVE_HEIGHT, width=PAPER_WIDTH)


def _curve_point(facts: Facts, each: Document) -> CurvePoint:
    reading = facts.touchpoint_reading(each)
    expected = each["expectation"]
    return CurvePoint(
        number=each["number"],
        name=say(each["name"]),
        value=reading.value,
        low=reading.low,
        high=reading.high,
        is_same_question=each["is_same_question"],
        is_truth=each["truth"] != Truth.NO,
        pain_rank=each["pain_rank"],
        expectation=expected["value"] if expected else None,
        is_expectation_measured=bool(expected and expected["is_measured"]),
        change=_dense_change(facts, each),
    )


def _dense_change(facts: Facts, each: Document) -> figures.Change | None:
    """In dense places only what is clear is drawn."""
    if not frozen.is_marked(each["change"]):
        return None
    return frozen.change_of(each["change"], facts.touchpoint_reading(each).kpi.kind)


def _column(facts: Facts, stage: Document) -> StageColumn:
    n = stage["problems"]
    if not stage["has_problems"]:
        problems = ""
    elif n is None:
        problems = _("problems named: too few to show")
    else:
        problems = ngettext("%(n)s problem named", "%(n)s problems named", n) % {"n": figures.figure(n, "count")}
    return StageColumn(say(stage["name"]), tuple(_card(facts, each) for each in stage["touchpoints"]), problems)


def _card(facts: Facts, each: Document) -> Card:
    reading = facts.touchpoint_reading(each) if each["reading"] else None
    shown = reading is not None and reading.is_shown
    return Card(
        number=each["number"],
        name=say(each["name"]),
        value=figures.figure(reading.value, reading.kpi.kind) if reading and reading.value is not None else "",
        is_hidden=reading is not None and not shown,
        is_truth=each["truth"] != Truth.NO,
        is_pain=each["pain_rank"] is not None and each["pain_rank"] <= DRAWN_PAINS,
        change=_dense_change(facts, each),
    )


def _driver_chart(facts: Facts) -> Chart | None:
    study = facts.inputs["drivers"]
    if study is None:
        return None
    rows = [
        DriverRow(say(row["name"]), row["share"], row["low"], row["high"], row["sign"], row["lmg"])
        for row in study["rows"]
    ]
    title = _("What goes with a high overall rating, %(period)s") % {"period": facts.period}
    return charts.drivers(rows, title=title, n=study["n"], r2=study["r2"], resamples=study["resamples"])


def _together(facts: Facts) -> Iterator[str]:
    """The strongest drivers that are rated low, and the strongest that is rated high."""
    rows = [row for row in (facts.inputs["drivers"] or {"rows": []})["rows"] if row["value"] is not None]
    if len(rows) <= READ_TOGETHER:
        return
    low = sorted(rows, key=lambda row: row["value"])[:READ_TOGETHER]
    yield _("Rated lowest of the drivers: %(names)s. Together they carry %(share)s of the explained variation.") % {
        "names": listed([say(row["name"]) for row in low]),
        "share": figures.figure(sum(row["share"] for row in low), "share"),
    }
    strong = [row for row in rows[: len(rows) // 2] if row not in low]
    if strong:
        best = max(strong, key=lambda row: row["value"])
        yield _("Strong and rated high, to be kept: %(name)s, %(value)s with %(share)s.") % {
            "name": say(best["name"]),
            "value": figures.figure(best["value"], "mean"),
            "share": figures.figure(best["share"], "share"),
        }


def _evidence(facts: Facts, journey: Document) -> Iterator[str]:
    if note := say(journey["evidence_note"]) if journey["evidence_note"] else "":
        yield f"{note[:1].upper()}{note[1:]}."
    expected = [each["expectation"] for each in facts.measured if each["expectation"]]
    if expected and not any(each["is_measured"] for each in expected):
        yield _("Expectations are assumed, not measured.")
    if others := sorted({each["aspect"] for each in facts.measured if not each["is_same_question"] and each["aspect"]}):
        yield _("Open squares: %(what)s.") % {
            "what": listed([str(Aspect(code).label) for code in others])
        }


# --- the scorecard ----------------------------------------------------------------------------


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
    overall = facts.overall_code if facts.overall_code != compared else ""
    others = [code for code in facts.tiles if code not in (compared, overall)]
    units = tuple(_unit_line(facts, row, compared, overall, others) for row in card["rows"]) if table else ()
    return ScorecardChapter(
        lead=_scorecard_lead(card["verdicts"]),
        whole=whole,
        units=units,
        total=_total_line(facts, compared, overall, others) if table else None,
        overall_name=facts.kpis[overall].name if overall else "",
        compared_name=facts.kpis[compared].name if table else "",
        caption=_units_caption(facts, units, table) if table else "",
        other_names=tuple(facts.kpis[code].name for code in others),
        has_other_targets=any(target is not None for unit in units for _reading, target in unit.others),
    )


def _scorecard_lead(verdicts: Document) -> str:
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
            kpi.name, kpi.what, frozen.reading_of(score["reading"], kpi), _goal(score), _unit_scale(facts, compared), change
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


# --- problems and tickets ---------------------------------------------------------------------


@dataclass(frozen=True)
class CountRow:
    """One row of counts; `n` None is hidden. `width` of its bar in px."""

    name: str
    n: int | None
    width: float


@dataclass(frozen=True)
class Counts:
    title: str
    caption: str
    heading: str
    rows: tuple[CountRow, ...]


@dataclass(frozen=True)
class VoiceChapter:
    lead: str
    pairs: tuple[tuple[Counts, ...], ...]
    notes: tuple[str, ...]


BAR = 110.0


def build_voice(facts: Facts) -> VoiceChapter:
    tickets, problems = facts.inputs["tickets"], facts.inputs["problems"]
    tables = tuple(_voice_tables(facts, tickets, problems))
    return VoiceChapter(
        lead=" ".join(_voice_lead(facts)),
        pairs=tuple(tables[i : i + 2] for i in range(0, len(tables), 2)),
        notes=tuple(_voice_notes(facts, tickets)),
    )


def _voice_lead(facts: Facts) -> Iterator[str]:
    problems, tickets = facts.inputs["problems"], facts.inputs["tickets"]
    if problems and problems["rows"]:
        first = problems["rows"][0]
        yield _("Named most: %(name)s (%(n)s of %(all)s).") % {
            "name": say(first["name"]),
            "n": figures.figure(first["n"], "count"),
            "all": figures.figure(problems["total"], "count"),
        }
    yield _ticket_title(facts, tickets) + "."


def _ticket_title(facts: Facts, tickets: Document) -> str:
    n = tickets["total"]
    if n is None:
        return _("Fewer than %(minimum)s tickets") % {"minimum": facts.inputs["program"]["minimum"]}
    count = {"n": figures.figure(n, "count"), "period": facts.period}
    if n == 0:
        return _("No ticket was opened in %(period)s") % count
    if tickets["is_since"]:
        return ngettext("%(n)s ticket since the period ended", "%(n)s tickets since the period ended", n) % count
    return ngettext("%(n)s ticket opened in %(period)s", "%(n)s tickets opened in %(period)s", n) % count


def _reason(code: str) -> str:
    names = [str(TicketReason(part).label) if part in TicketReason.values else part for part in code.split("+")]
    return listed(names)


def _rows(rows: list[Document], label: Any = say) -> tuple[CountRow, ...]:
    top = max((row["n"] or 0 for row in rows), default=0) or 1
    return tuple(CountRow(label(row["name"]), row["n"], BAR * (row["n"] or 0) / top) for row in rows)


def _voice_tables(facts: Facts, tickets: Document, problems: Document | None) -> Iterator[Counts]:
    hidden = _("Fewer than %(minimum)s are hidden, and so is whatever would reveal them.") % {
        "minimum": facts.inputs["program"]["minimum"]
    }
    if problems:
        caption = _("The most named of %(n)s problems named in %(period)s.") % {
            "n": figures.figure(problems["total"], "count"),
            "period": facts.period,
        }
        yield Counts(_("Problems named most"), caption, _("Problem"), _rows(problems["rows"]))
    if tickets["units"]:
        yield Counts(_ticket_title(facts, tickets), hidden, _("Unit"), _rows(tickets["units"]))
    if tickets["reasons"]:
        rows = _rows(tickets["reasons"], lambda name: _reason(name[""]))
        yield Counts(_("What opened them"), hidden, _("Reason"), rows)
    if tickets["causes"]:
        rows = _rows(tickets["causes"], lambda name: say(name) if name else _("In words of their own"))
        yield Counts(_("Root causes of closed tickets"), hidden, _("Root cause"), rows)


def _voice_notes(facts: Facts, tickets: Document) -> Iterator[str]:
    if not tickets["total"]:
        return
    shown = {code: tickets["states"][code] for code in TicketStatus.values if tickets["states"][code] is not None}
    yield ", ".join(f"{TicketStatus(code).label} {figures.figure(n, 'count')}" for code, n in shown.items()) + "."
    if tickets["contacted"]:
        yield _("First contact in time: %(share)s of %(n)s customers contacted.") % {
            "share": figures.figure(tickets["in_time"] / tickets["contacted"], "share"),
            "n": figures.figure(tickets["contacted"], "count"),
        }
    if not tickets["causes"]:
        yield _("No root causes yet: too few tickets are closed.")


# --- projects, method -------------------------------------------------------------------------


@dataclass(frozen=True)
class GateLine:
    number: int
    name: str
    due: str
    decision: str


@dataclass(frozen=True)
class ProjectPart:
    name: str
    is_illustrative: bool
    touchpoint: str
    responsible: str
    status: str
    problem: str
    idea: str
    cost: str
    gates: tuple[GateLine, ...]
    effect: str
    effect_note: str


def build_projects(facts: Facts) -> tuple[ProjectPart, ...]:
    return tuple(_project(facts, project) for project in facts.inputs["projects"])


def projects_lead(facts: Facts) -> str:
    """How many there are, and how many wait at a gate."""
    every = [project for project in facts.inputs["projects"] if project["status"] in RUNNING]
    waiting = [project for project in every if any(not gate["decision"] for gate in project["gates"])]
    n = {"n": len(every), "waiting": len(waiting)}
    if not every:
        return _("No improvement project is proposed or running.")
    return (
        ngettext(
            "%(n)s improvement project is proposed or running; waiting for a decision at a gate: %(waiting)s.",
            "%(n)s improvement projects are proposed or running; waiting for a decision at a gate: %(waiting)s.",
            len(every),
        )
        % n
    )


def _project(facts: Facts, project: Document) -> ProjectPart:
    effect, note = _effect(facts, project["effect"])
    return ProjectPart(
        name=say(project["name"]),
        is_illustrative=project["is_illustrative"],
        touchpoint=say(project["touchpoint"]),
        responsible=project["responsible"],
        status=str(ProjectStatus(project["status"]).label),
        problem=project["problem"],
        idea=project["idea"],
        cost=money(project["cost"], facts.inputs["program"]["currency"]),
        gates=tuple(
            GateLine(number, say(gate["name"]), frozen.day(gate["due_on"]), str(GateDecision(gate["decision"]).label))
            for number, gate in enumerate(project["gates"], start=1)
        ),
        effect=effect,
        effect_note=note,
    )


def _effect(facts: Facts, effect: Document | None) -> tuple[str, str]:
    if effect is None:
        return _("Not measured yet."), ""
    kpi = facts.kpis.get(effect["kpi"])
    kind = kpi.kind if kpi else "mean"
    said = _("%(before)s in %(first)s (n %(before_n)s), %(after)s in %(second)s (n %(after_n)s): %(size)s, %(interval)s.") % {
        "before": figures.figure(effect["before_value"], kind),
        "after": figures.figure(effect["after_value"], kind),
        "first": period_label(effect["before_period"]),
        "second": period_label(effect["after_period"]),
        "before_n": figures.figure(effect["before_n"], "count"),
        "after_n": figures.figure(effect["after_n"], "count"),
        "size": figures.signed(effect["difference"], kind),
        "interval": _("95 %% interval %(interval)s")
        % {"interval": figures.interval(effect["low"], effect["high"], kind, in_words=True)},
    }
    if effect["is_causal"]:
        return said, ""
    return said, _("Before and after, without a comparison group: not causal. It does not show what the project did.")


@dataclass(frozen=True)
class MethodChapter:
    notes: tuple[tuple[str, str], ...]
    gaps: tuple[str, ...]
    sponsor: str
    owner: str


def build_method(facts: Facts) -> MethodChapter:
    charter = facts.inputs["charter"]
    return MethodChapter(
        notes=tuple(_notes(facts)),
        gaps=tuple(defect_line(defect) for defect in charter["defects"]),
        sponsor=charter["sponsor"],
        owner=charter["owner"],
    )


def _notes(facts: Facts) -> Iterator[tuple[str, str]]:
    inputs = facts.inputs
    source = inputs["source"]
    surveys = listed([say(each) for each in source["surveys"]])
    if source["answers"] is not None:
        yield (
            _("Source."),
            _("%(surveys)s: %(n)s answers from %(first)s to %(last)s.")
            % {
                "surveys": surveys,
                "n": figures.figure(source["answers"], "count"),
                "first": frozen.day(source["first"]),
                "last": frozen.day(source["last"]),
            },
        )
    overall = facts.tiles.get(facts.overall_code)
    if overall and not overall["reading"]["suppressed"]:
        missing = overall["reading"]["missing"]
        yield (
            _("Missing."),
            _(
                "Left blank and not applicable are kept apart and counted in no score: "
                "%(blank)s and %(not_applicable)s on the overall question."
            )
            % {
                "blank": figures.figure(missing.get("blank", 0), "count"),
                "not_applicable": figures.figure(missing.get("not_applicable", 0), "count"),
            },
        )
    yield (
        _("Intervals."),
        _("95 %: t for means, adjusted Wald for the net promoter score, Wilson for shares. Scores are unweighted."),
    )
    yield (
        _("Targets"),
        _("are reached or not reached only when the whole interval lies on one side, else too close to call."),
    )
    yield _("Changes"), _changes_note(facts)
    if inputs["drivers"]:
        yield (
            _("Drivers."),
            _(
                "Exact Shapley shares (LMG) of the explained variation, over all orders of the ratings. "
                "They are association, not proof of cause."
            ),
        )
    yield (
        _("Small groups."),
        _("Fewer than %(minimum)s answers are never shown, nor what would reveal them by subtraction.")
        % {"minimum": inputs["program"]["minimum"]},
    )
    yield _("Money."), _("No revenue is linked to customers, so no point of a KPI is given a price.")


def _changes_note(facts: Facts) -> str:
    inputs = facts.inputs
    families = []
    if n := inputs["tile_comparisons"]:
        families.append(ngettext("%(n)s KPI", "%(n)s KPIs", n) % {"n": n})
    if inputs["journey"] and (n := inputs["journey"]["comparisons"]):
        families.append(ngettext("%(n)s touchpoint", "%(n)s touchpoints", n) % {"n": n})
    if inputs["scorecard"]["apart"] and (n := inputs["scorecard"]["apart"]["comparisons"]):
        families.append(ngettext("%(n)s unit", "%(n)s units", n) % {"n": n})
    said = _("are marked only when they survive Benjamini–Hochberg correction at 5 % over all comparisons shown together")
    return f"{said}: {', '.join(families)}." if families else f"{said}."
