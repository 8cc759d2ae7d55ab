"""Everything that a steering report shows, read once and frozen as one JSON document.

The document holds facts and names with their translations, no words of ours and no rounded number: the same inputs make
the report in every language. What is too small to show is not in it.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from django.db.models import Count, Max, Min

from actions.models import ImprovementProject
from cxprogram.errors import NotFoundError
from cxprogram.models import OrgUnit, Program
from cxprogram.periods import Period
from feedback.models import DriverStudy, Question, Response
from governance.insight import steering_counts
from governance.insight.scorecard import Scorecard, build_scorecard
from governance.models import Charter
from governance.services import charter as charters
from governance.texts import texts_of
from journeys.insight import waves
from journeys.insight.headline import KpiTile
from journeys.insight.map import build_map
from journeys.insight.map_view import MapTouchpoint, MapView
from journeys.insight.targets import Target
from journeys.insight.trend import build_trend
from journeys.insight.units import UnitTable
from journeys.insight.waves import Waves
from journeys.kpis.changes import Change
from journeys.kpis.definitions import Definitions
from journeys.kpis.registry import KpiError, KpiReading
from journeys.models import Kpi, Touchpoint

FORMAT = 1
Document = dict[str, Any]


def gather(program: Program, unit: OrgUnit, period: Period, *, on: date) -> Document:
    """Read the inputs of a steering report about one unit and its parts in one period.

    `on` is the day for which the charter is checked, and evidence for all time. Raises KpiError where no KPI of the
    program can be read.
    """
    card = build_scorecard(program, unit, period)
    definitions, known = Definitions(program), waves.of_program(program)
    journey = _map(program, unit, period, today=on, is_needed=not card.tiles)
    return {
        "format": FORMAT,
        "program": {
            "slug": program.slug,
            "name": texts_of(program),
            "organisation": program.organisation,
            "customer": {"": program.customer_word, **program.customer_words},
            "currency": program.currency,
            "minimum": program.min_n,
            "overall": _code_of(definitions.overall),
            "loyalty": _code_of(definitions.loyalty),
        },
        "unit": _unit(unit),
        "period": period.code,
        "compare": card.compare.code if card.compare else None,
        "kpis": {tile.kpi.code: _kpi(tile) for tile in card.tiles},
        "tiles": [_tile(tile) for tile in card.tiles],
        "tile_comparisons": card.comparisons,
        "trends": [trend for tile in card.tiles if (trend := _trend(program, tile.kpi, unit, period, known))],
        "journey": _journey(journey) if journey else None,
        "drivers": _drivers(program, unit, period, journey),
        "scorecard": _scorecard(card),
        "problems": steering_counts.problems(program, unit, period),
        "tickets": steering_counts.tickets(program, unit, period),
        "projects": _projects(program, unit),
        "charter": _charter(program, on),
        "source": _source(program, unit, period),
    }


# --- parts that every chapter uses ------------------------------------------------------------


def _code_of(kpi: Kpi | None) -> str:
    return kpi.code if kpi else ""


def _unit(unit: OrgUnit) -> Document:
    return {"code": unit.code, "name": texts_of(unit)}


def _reading(reading: KpiReading, *, with_counts: bool = False) -> Document:
    """A reading as the registry gave it; the moment of the reading is no part of what it says."""
    facts: Document = {
        "kpi": reading.kpi.code,
        "question": reading.question,
        "unit": reading.unit.code,
        "touchpoint": reading.touchpoint,
        "period": reading.period.code,
        "value": reading.value,
        "low": reading.low,
        "high": reading.high,
        "n": reading.n,
        "method": reading.method,
        "suppressed": reading.suppressed,
        "missing": dict(reading.missing),
    }
    if with_counts:
        facts["counts"] = {str(code): n for code, n in reading.counts.items()}
    return facts


def _target(target: Target | None) -> Document | None:
    return asdict(target) if target else None


def _change(change: Change | None) -> Document | None:
    if change is None:
        return None
    return {
        "direction": change.direction,
        "delta": change.delta,
        "p": change.p_adjusted,
        "since": change.against.period.code,
        "before": change.against.value,
        "before_n": change.against.n,
    }


def _kpi(tile: KpiTile) -> Document:
    kpi = tile.kpi
    return {
        "name": texts_of(kpi),
        "what": kpi.descriptions,
        **({"population": texts_of(kpi.population)} if kpi.population else {}),
        "version": kpi.version,
        "question": kpi.question_code,
        "measure": kpi.measure,
        "higher_is_better": kpi.higher_is_better,
        "scale": list(tile.scale) if tile.scale else None,
        "axis": [kpi.axis_low, kpi.axis_high],
    }


def _tile(tile: KpiTile) -> Document:
    return {
        "reading": _reading(tile.reading, with_counts=tile.kpi.collector == "nps"),
        "weighted": tile.weighted.value,
        "target": _target(tile.target),
        "change": _change(tile.change),
        "is_first": tile.is_first,
    }


# --- trend, map, drivers ----------------------------------------------------------------------


def _trend(program: Program, kpi: Kpi, unit: OrgUnit, period: Period, known: Waves) -> Document | None:
    """The KPI up to the end of the period; None where nothing of it may be shown."""
    facts = known.facts.get(kpi.question_code)
    if facts is None:
        return None
    told = replace(facts, years={year: n for year, n in facts.years.items() if year <= period.end.year})
    trend = build_trend(program, kpi, unit, question=told, focus=period)
    points = [point for point in trend.points if point.period.start <= period.end]
    if not any(point.reading.value is not None for point in points):
        return None
    return {
        "kpi": kpi.code,
        "comparisons": trend.comparisons,
        "points": [
            {
                "reading": _reading(point.reading),
                "target": _target(point.target),
                "change": _change(point.change),
                "is_first": point.is_first,
            }
            for point in points
        ],
    }


def _map(program: Program, unit: OrgUnit, period: Period, *, today: date, is_needed: bool) -> MapView | None:
    try:
        return build_map(program, unit, period, today=today)
    except NotFoundError:
        return None
    except KpiError:  # no KPI of everyone is a mean; other numbers may stand for themselves
        if is_needed:
            raise
        return None


def _journey(view: MapView) -> Document:
    return {
        "name": texts_of(view.journey),
        "evidence": view.journey.evidence,
        "evidence_note": view.journey.evidence_note,
        "comparisons": view.comparisons,
        "compare": view.compare.code if view.compare else None,
        "scale": list(view.question_scale) if view.question_scale else None,
        "problems_named": view.problems_named,
        "problems_placed": view.problems_placed,
        "measure": view.kpi.measure,
        "stages": [
            {
                "name": texts_of(stage.stage),
                "problems": stage.problems.count if stage.problems else None,
                "has_problems": stage.problems is not None,
                "touchpoints": [_touchpoint(each) for each in stage.touchpoints],
            }
            for stage in view.stages
        ],
    }


def _touchpoint(each: MapTouchpoint) -> Document:
    expectation = each.expectation
    return {
        "code": each.touchpoint.code,
        "name": texts_of(each.touchpoint),
        "number": each.number,
        "reading": _reading(each.reading) if each.reading else None,
        "is_same_question": each.is_same_question,
        "aspect": each.touchpoint.aspect,
        "truth": each.touchpoint.truth,
        "pain_rank": each.pain_rank,
        "expectation": {"value": expectation.value, "is_measured": expectation.is_measured} if expectation else None,
        "target": _target(each.target),
        "change": _change(each.change),
        "problems": each.problems,
        "responsible": each.responsible,
    }


def _drivers(program: Program, unit: OrgUnit, period: Period, journey: MapView | None) -> Document | None:
    """The study of the whole program; a report about a part does not borrow it."""
    if unit.parent_id is not None:
        return None
    overall = Kpi.objects.current().filter(program=program, code=program.overall_kpi).first()
    study = DriverStudy.objects.filter(
        program=program, period=period.code, is_current=True, outcome=overall.question_code if overall else ""
    ).first()
    if study is None:
        return None
    names = {each.question_code: texts_of(each) for each in Touchpoint.objects.measured().filter(program=program)}
    for question in Question.objects.filter(program=program, code__in=[row["question"] for row in study.drivers]):
        names.setdefault(question.code, texts_of(question))
    cards = {each.touchpoint.question_code: each for each in journey.measured} if journey else {}
    rows = sorted(study.drivers, key=lambda row: (-row["lmg"], row["question"]))
    return {
        "n": study.n,
        "r2": study.r2,
        "resamples": study.resamples,
        "rows": [
            {
                **{key: row[key] for key in ("question", "lmg", "share", "sign", "low", "high")},
                "name": names.get(row["question"], {"": row["question"]}),
                "value": cards[row["question"]].value if row["question"] in cards else None,
            }
            for row in rows
        ],
    }


# --- scorecard --------------------------------------------------------------------------------


def _scorecard(card: Scorecard) -> Document:
    return {
        "rows": [
            {
                "unit": _unit(row.unit),
                "scores": {
                    score.reading.kpi.code: {
                        "reading": _reading(score.reading),
                        "target": _target(score.target),
                        "verdict": score.verdict,
                    }
                    for score in row.scores
                },
            }
            for row in card.rows
        ],
        "apart": _apart(card.apart) if card.apart else None,
        "verdicts": dict(Counter(card.verdicts)),
    }


def _apart(table: UnitTable) -> Document:
    return {
        "kpi": table.kpi.code,
        "comparisons": table.comparisons,
        "units": {row.unit.code: {"rest": row.rest, "change": _change(row.change)} for row in table.rows},
    }


# --- projects, charter, source ----------------------------------------------------------------


def _projects(program: Program, unit: OrgUnit) -> list[Document]:
    rows = (
        ImprovementProject.objects.filter(program=program, unit__path__startswith=unit.path)
        .select_related("touchpoint", "unit", "responsible")
        .prefetch_related("gates", "effects")
        .order_by("pk")
    )
    return [_project(row) for row in rows]


def _project(project: ImprovementProject) -> Document:
    effect = max(project.effects.all(), key=lambda each: each.pk, default=None)
    return {
        "code": project.code,
        "name": texts_of(project),
        "touchpoint": texts_of(project.touchpoint),
        "touchpoint_code": project.touchpoint.code,
        "unit": _unit(project.unit),
        "responsible": str(project.responsible),
        "status": project.status,
        "problem": project.problem,
        "idea": project.idea,
        "cost": format(project.cost_amount.normalize(), "f"),
        "started_on": project.started_on.isoformat() if project.started_on else None,
        "is_illustrative": project.is_illustrative,
        "gates": [
            {"name": texts_of(gate), "due_on": gate.due_on.isoformat(), "decision": gate.decision}
            for gate in project.gates.all()
        ],
        "effect": {
            "kpi": effect.kpi_code,
            "question": effect.question_code,
            "is_causal": effect.is_causal,
            "before_period": effect.before_period,
            "after_period": effect.after_period,
            "before_value": effect.before_value,
            "before_n": effect.before_n,
            "after_value": effect.after_value,
            "after_n": effect.after_n,
            "difference": effect.difference,
            "low": effect.low,
            "high": effect.high,
            "p": effect.p_value,
        }
        if effect
        else None,
    }


def _charter(program: Program, on: date) -> Document:
    charter = Charter.objects.filter(program=program).select_related("program", "sponsor", "owner").first()
    found = charters.defects(charter, on=on)
    return {
        "sponsor": str(charter.sponsor) if charter and charter.sponsor else "",
        "owner": str(charter.owner) if charter and charter.owner else "",
        "defects": [{"code": each.code, "subject": each.subject, "number": each.number} for each in found],
    }


def _source(program: Program, unit: OrgUnit, period: Period) -> Document:
    rows = Response.objects.filter(
        program=program, unit__path__startswith=unit.path, answered_on__range=(period.start, period.end)
    )
    facts = rows.aggregate(n=Count("pk"), first=Min("answered_on"), last=Max("answered_on"))
    surveys: Iterable[tuple] = rows.values_list(
        "survey_version__survey__name", "survey_version__survey__names"
    ).distinct()
    named = sorted(({"": name, **names} for name, names in surveys), key=lambda each: each[""])
    is_shown = facts["n"] >= program.min_n
    return {
        "answers": facts["n"] if is_shown else None,
        "first": facts["first"].isoformat() if is_shown else None,
        "last": facts["last"].isoformat() if is_shown else None,
        "surveys": named,
    }
