"""Driver studies as pages and reports read them, and what feedback tells the insight room."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import OuterRef, Subquery

from cxprogram.models import OrgUnit, Program
from cxprogram.periods import ALL, Period, parse
from feedback import tallies
from feedback.models import DriverStudy, SurveyItem, SurveyVersion
from feedback.querysets import DriverStudyQuerySet
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
    """One driver study, the strongest driver first.

    `since` is how many more have answered the outcome's question since then, fewer where answers were taken away.
    """

    period: Period
    outcome: str
    outcome_label: str
    n: int
    r2: float
    resamples: int
    computed_at: datetime
    since: int
    is_of_the_whole: bool
    rows: tuple[StudyRow, ...]

    @property
    def share_sum(self) -> float:
        return sum(row.share for row in self.rows)

    @property
    def lmg_sum(self) -> float:
        return sum(row.lmg for row in self.rows)


def build_study(program: Program, period: Period, *, outcome: str = "", user: Any = None) -> Study | None:
    """The current study of the period, that of the question of the whole unless another outcome is named.

    None when there is none, or the user may not see it. A constant number of queries.
    """
    definitions = Definitions(program)
    studies = _current(program, outcome).filter(period=period.code)
    if user is not None:
        studies = studies.visible_to(user)
    study = studies.first()
    if study is None:
        return None
    root = OrgUnit.objects.get(program=program, parent=None)
    codes = [row["question"] for row in study.drivers]
    facts = questions.facts(program, [*codes, study.outcome])
    names = {
        each.question_code: each.label for each in Touchpoint.objects.filter(program=program, question_code__in=codes)
    }
    known = [code for code in codes if code in facts and facts[code].scale] if definitions.rates_touchpoints else []
    queries = [KpiQuery(definitions.touchpoints, root, period, code) for code in known]
    means = dict(zip(known, registry.read(program, queries), strict=True))
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
        since=0 if study.answered is None else tallies.answered(program, study.outcome, period) - study.answered,
        is_of_the_whole=study.outcome == main_outcome(program),
        rows=tuple(rows),
    )


def _label(facts: dict[str, QuestionFacts], code: str) -> str:
    return facts[code].label if code in facts else code


def _current(program: Program, outcome: str) -> DriverStudyQuerySet:
    """The current studies of the outcome, of the whole where none is named."""
    if not outcome:
        return DriverStudy.objects.of_the_whole(program)
    return DriverStudy.objects.filter(program=program, outcome=outcome, is_current=True)


def main_outcome(program: Program) -> str:
    """The question that rates the whole; empty where no KPI names one."""
    return Kpi.objects.of_the_whole(program).values_list("question_code", flat=True).first() or ""


def studied_outcomes(program: Program) -> dict[str, str]:
    """The questions whose drivers have been studied, with their labels: that of the whole first, then by label."""
    studies = DriverStudy.objects.filter(program=program, is_current=True)
    codes = set(studies.values_list("outcome", flat=True))
    facts, main = questions.facts(program, codes), main_outcome(program)
    labels = {code: _label(facts, code) for code in codes}
    return dict(sorted(labels.items(), key=lambda item: (item[0] != main, item[1])))


def studied_periods(program: Program, outcome: str = "") -> list[Period]:
    """The periods that have a study of the outcome, of the whole if none is named: newest first, everything last."""
    codes = _current(program, outcome).values_list("period", flat=True).distinct()
    found = sorted((parse(code) for code in codes if code != "all"), reverse=True)
    return [*found, ALL] if "all" in set(codes) else found


def strongest_drivers(program: Program, period: Period) -> tuple[Driver, ...]:
    """For the map's sentence: drivers of the overall rating, the strongest first; one query."""
    study = DriverStudy.objects.of_the_whole(program).filter(period=period.code, method="lmg").first()
    if study is None:
        return ()
    rows = sorted(study.drivers, key=lambda row: -row["lmg"])
    return tuple(Driver(row["question"], row["share"]) for row in rows)


def surveys_asking(program: Program, codes: Collection[str]) -> dict[str, list[str]]:
    """By question: the surveys whose newest published version asks it; one query."""
    newest = SurveyVersion.objects.filter(survey=OuterRef("version__survey"), published_at__isnull=False)
    items = SurveyItem.objects.filter(
        question__program=program,
        question__code__in=codes,
        version__number=Subquery(newest.order_by("-number").values("number")[:1]),
    )
    # Not what a version says in all its languages: that is much, and the map reads this each time.
    named = items.select_related("question", "version__survey").only(
        "question__code", "version__number", "version__survey__name", "version__survey__names"
    )
    found: dict[str, list[str]] = {}
    for item in named.order_by("version__survey__pk", "position"):
        found.setdefault(item.question.code, []).append(item.version.survey.label)
    return found


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
