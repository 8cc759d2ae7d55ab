"""Where the experience is made, and what goes with a high rating: the map and the drivers of a steering report."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxprogram import charts, figures
from cxprogram.charts import Chart, DriverRow
from governance.pages import frozen
from governance.pages.frozen import Document, FrozenReading
from governance.pages.summary import Facts
from governance.texts import say
from journeys.analytics.curve import curve
from journeys.analytics.curve_marks import Curve, CurvePoint, CurveStage
from journeys.choices import Aspect, Evidence, Truth
from journeys.insight.words import listed

PAPER_WIDTH, CURVE_HEIGHT, DRIVER_HEIGHT = 672, 290, 28
READ_TOGETHER, DRAWN_PAINS, MOST_PAINS = 2, 3, 8


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
class Pain:
    """One touchpoint that is clearly below what is expected."""

    rank: int
    name: str
    reading: FrozenReading
    expected: str
    gap: str
    target: float | None
    responsible: str


@dataclass(frozen=True)
class JourneyChapter:
    lead: str
    curve: Curve | None
    kind: str
    stages: tuple[StageColumn, ...]
    has_other_questions: bool
    has_truths: bool
    is_truth_proposed: bool
    pains: tuple[Pain, ...]
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
        pains=tuple(_pain(facts, each) for each in _pains(facts)[:MOST_PAINS]),
        scale=f"{scale[0]:g}{figures.EN_DASH}{scale[1]:g}" if scale else "",
        drivers=_driver_chart(facts),
        drivers_height=DRIVER_HEIGHT * len(facts.drivers) + 46,
        together=" ".join(_together(facts)),
        evidence=str(Evidence(journey["evidence"]).label),
        evidence_text=" ".join(_evidence(facts, journey)),
    )


def _pains(facts: Facts) -> list[Document]:
    """The widest gap first."""
    return sorted((each for each in facts.measured if each["pain_rank"]), key=lambda each: each["pain_rank"])


def _pain(facts: Facts, each: Document) -> Pain:
    reading, expected = facts.touchpoint_reading(each), each["expectation"]
    return Pain(
        rank=each["pain_rank"],
        name=say(each["name"]),
        reading=reading,
        expected=figures.figure(expected["value"], reading.kpi.kind),
        gap=figures.signed((reading.value or 0.0) - expected["value"], reading.kpi.kind),
        target=each["target"]["value"] if each["target"] else None,
        responsible=each["responsible"],
    )


def _journey_lead(facts: Facts) -> Iterator[str]:
    if pains := _pains(facts):
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
        problems = _("problems named: hidden")
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
        yield _("Open squares: %(what)s.") % {"what": listed([str(Aspect(code).label) for code in others])}
