"""Driver studies as pages and reports read them, and what feedback tells the insight room."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from cxprogram.models import OrgUnit, Program
from cxprogram.periods import ALL, Period, parse
from feedback.models import DriverStudy
from journeys.insight.strongest import Driver
from journeys.kpis import questions, registry
from journeys.kpis.definitions import Definitions
from journeys.kpis.questions import QuestionFacts
from journeys.kpis.registry import KpiQuery, KpiReading
from journeys.models import Journey, Kpi, Touchpoint
from journeys.services import episodes


@dataclass(frozen=True)
class StudyRow:
    """One driver of a study. `low` and `high` bound its share; `mean` is its rating in the period of the study."""

    question: str
    label: str
    share: float
    low: float
    high: float
    lmg: float
    sign: int
    mean: KpiReading | None


@dataclass(frozen=True)
class Study:
    """One driver study, the strongest driver first."""

    period: Period
    outcome: str
    outcome_label: str
    n: int
    r2: float
    resamples: int
    computed_at: datetime
    kpi: Kpi
    rows: tuple[StudyRow, ...]

    @property
    def share_sum(self) -> float:
        return sum(row.share for row in self.rows)

    @property
    def lmg_sum(self) -> float:
        return sum(row.lmg for row in self.rows)


def build_study(program: Program, period: Period, *, outcome: str = "", user: Any = None) -> Study | None:
    """The current study of the period, that of the overall question unless another outcome is named.

    None when there is none, or the user may not see it. A constant number of queries.
    """
    definitions = Definitions(program)
    main = definitions.overall.question_code if definitions.overall else ""
    studies = DriverStudy.objects.filter(program=program, is_current=True, period=period.code)
    if user is not None:
        studies = studies.visible_to(user)
    study = studies.filter(outcome=outcome or main).first()
    if study is None:
        return None
    root = OrgUnit.objects.get(program=program, parent=None)
    codes = [row["question"] for row in study.drivers]
    facts = questions.facts(program, [*codes, study.outcome])
    names = {
        each.question_code: each.label for each in Touchpoint.objects.filter(program=program, question_code__in=codes)
    }
    kpi = definitions.touchpoints
    known = [code for code in codes if code in facts and facts[code].scale]
    means = dict(zip(known, registry.read(program, [KpiQuery(kpi, root, period, code) for code in known]), strict=True))
    rows = [
        StudyRow(
            question=row["question"],
            label=names.get(row["question"]) or _label(facts, row["question"]),
            share=row["share"],
            low=row["low"],
            high=row["high"],
            lmg=row["lmg"],
            sign=row["sign"],
            mean=means.get(row["question"]),
        )
        for row in sorted(study.drivers, key=lambda row: -row["lmg"])
    ]
    return Study(
        period=period,
        outcome=study.outcome,
        outcome_label=_label(facts, study.outcome),
        n=study.n,
        r2=study.r2,
        resamples=study.resamples,
        computed_at=study.computed_at,
        kpi=kpi,
        rows=tuple(rows),
    )


def _label(facts: dict[str, QuestionFacts], code: str) -> str:
    return facts[code].label if code in facts else code


def studied_periods(program: Program) -> list[Period]:
    """The periods that have a study, newest first, everything last."""
    codes = DriverStudy.objects.filter(program=program, is_current=True).values_list("period", flat=True).distinct()
    found = sorted((parse(code) for code in codes if code != "all"), reverse=True)
    return [*found, ALL] if "all" in set(codes) else found


def strongest_drivers(program: Program, period: Period) -> tuple[Driver, ...]:
    """For the map's sentence: drivers of the overall rating, the strongest first; one query."""
    study = (
        DriverStudy.objects.filter(program=program, is_current=True, period=period.code, method="lmg")
        .order_by("pk")
        .first()
    )
    if study is None:
        return ()
    rows = sorted(study.drivers, key=lambda row: -row["lmg"])
    return tuple(Driver(row["question"], row["share"]) for row in rows)


RATINGS_OF_RUNS = """
    SELECT episode, avg(rating) FROM (
        SELECT DISTINCT ON (r.id) e.id AS episode, (r.answers->>%(question)s)::float8 AS rating
        FROM journeys_episode e JOIN feedback_response r ON r.customer_id = e.customer_id
            AND r.answered_at >= e.started_at AND r.answered_at < e.ended_at + %(gap)s
        WHERE e.journey_id = %(journey)s AND r.program_id = %(program)s
            AND jsonb_typeof(r.answers->%(question)s) = 'number'
        ORDER BY r.id, e.started_at DESC
    ) answers GROUP BY episode"""


def ratings_of_runs(journey: Journey, question: str) -> dict[int, float]:
    """The mean of the answers that belong to each run, by the rule of `journeys/services/episodes.py`; one query."""
    with connection.cursor() as cursor:
        where = {"question": question, "journey": journey.pk, "program": journey.program_id}
        cursor.execute(RATINGS_OF_RUNS, {**where, "gap": episodes.GAP})  # type: ignore[dict-item]
        return dict(cursor.fetchall())
