"""Targets as a table of KPI × unit × period with their versions, and what history and others propose for one."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import takewhile
from typing import Any

from cxprogram.models import OrgUnit, Program
from cxprogram.periods import Period, PeriodError, parse
from cxprogram.stats.distributions import Z
from journeys.analytics import targets as analytics
from journeys.analytics.targets import Outlook, Proposal
from journeys.insight import competitors
from journeys.kpis import bounds, counted, questions, registry
from journeys.kpis.bounds import Span
from journeys.kpis.questions import QuestionFacts
from journeys.kpis.registry import KpiQuery, KpiReading
from journeys.models import Kpi, KpiTarget, Touchpoint

# A KPI that no question is asked for is looked at over this many years.
YEARS = 6


@dataclass(frozen=True)
class TargetRow:
    """The target in force of one KPI at one unit in one period, its earlier versions, newest first, and the value."""

    target: KpiTarget
    earlier: tuple[KpiTarget, ...]
    kpi: Kpi | None
    question: QuestionFacts | None
    reading: KpiReading | None

    @property
    def is_of_another_version(self) -> bool:
        """Whether the definition of the KPI has changed since the target was set."""
        return self.kpi is not None and not self.target.is_for(self.kpi.version)


def build_table(program: Program, period: Period, units: Collection[OrgUnit], *, user: Any) -> list[TargetRow]:
    """All targets of the period at these units, and of the months in a year; a constant number of queries."""
    rows = (
        KpiTarget.objects.visible_to(user)
        .filter(program=program, period__startswith=period.code, unit__in=units)
        .select_related("unit", "author", "approver", "program")
        .order_by("kpi_code", "question_code", "unit__path", "period", "-version")
    )
    grouped: dict[tuple[str, str, int, str], list[KpiTarget]] = defaultdict(list)
    for row in rows:
        grouped[row.kpi_code, row.question_code, row.unit_id, row.period].append(row)
    kpis = {kpi.code: kpi for kpi in Kpi.objects.current().filter(program=program).select_related("population")}
    known = questions.facts(program, {_question(row[0], kpis) for row in grouped.values()})
    readings = _readings(program, [row[0] for row in grouped.values()], kpis, known)
    return [
        TargetRow(
            next((row for row in versions if row.is_current), versions[0]),
            tuple(row for row in versions if not row.is_current),
            kpis.get(key[0]),
            known.get(_question(versions[0], kpis)),
            readings.get(key),
        )
        for key, versions in grouped.items()
    ]


def _question(target: KpiTarget, kpis: Mapping[str, Kpi]) -> str:
    return target.question_code or (kpis[target.kpi_code].question_code if target.kpi_code in kpis else "")


def _readings(
    program: Program, rows: Sequence[KpiTarget], kpis: Mapping[str, Kpi], known: Mapping[str, QuestionFacts]
) -> dict[tuple[str, str, int, str], KpiReading]:
    """The value of each target whose KPI is in force and whose question, if it has one, is known."""
    keys, queries = [], []
    for row in rows:
        code = _question(row, kpis)
        if row.kpi_code not in kpis or (code and code not in known):
            continue
        if not counted.has_values_of(kpis[row.kpi_code], row.question_code):  # of a version before
            continue
        try:
            period = parse(row.period)
        except PeriodError:
            continue
        keys.append((row.kpi_code, row.question_code, row.unit_id, row.period))
        queries.append(KpiQuery(kpis[row.kpi_code], row.unit, period, row.question_code))
    return dict(zip(keys, registry.read(program, queries), strict=True))


@dataclass(frozen=True)
class TargetStudy:
    """What is known before a target is set.

    history      the values before the period, oldest first, of one wording: of a year the years; of a month the same
                 month of earlier years where these are enough for an outlook, else all months
    is_seasonal  whether like months are compared, so that the season is allowed for
    outlook      the distribution of the value in the period; None where there is too little history
    units        how many units the best quartile is taken of
    span         between which values the KPI can lie
    current      the target in force, if there is one
    """

    kpi: Kpi
    question: QuestionFacts | None
    question_code: str
    unit: OrgUnit
    period: Period
    history: tuple[KpiReading, ...]
    is_seasonal: bool
    outlook: Outlook | None
    proposals: tuple[Proposal, ...]
    units: int
    current: KpiTarget | None
    point_amount: Decimal | None
    span: Span | None

    @property
    def last(self) -> KpiReading | None:
        return self.history[-1] if self.history else None

    def probability(self, value: float) -> float | None:
        """How probable it is that a target is reached."""
        if self.outlook is None:
            return None
        return self.outlook.probability(value, higher_is_better=self.kpi.higher_is_better)


def study(
    program: Program, kpi: Kpi, unit: OrgUnit, period: Period, *, at: datetime, question: str = ""
) -> TargetStudy:
    """Propose targets for a year or a month, as things stand at the moment; a constant number of queries."""
    code = question or kpi.question_code
    facts = questions.facts(program, {code}).get(code)
    history = _history(program, kpi, unit, period, question, facts, at) if facts or not code else []
    like = [reading for reading in history if reading.period.start.month == period.start.month]
    is_seasonal = period.is_month and len(like) >= analytics.LEAST_POINTS
    history = like if is_seasonal else history
    last = history[-1] if history else None
    targets = KpiTarget.objects.filter(program=program, kpi_code=kpi.code, question_code=question, unit=unit)
    current = targets.in_force().filter(period=period.code).select_related("program").first()
    valued = targets.exclude(point_amount=None).order_by("-period", "-version").first()
    seen, quartile = _best_quartile(program, kpi, unit, last, question)
    outlook = _outlook(history, period)
    span = bounds.of(kpi, facts)
    return TargetStudy(
        kpi=kpi,
        question=facts,
        question_code=question,
        unit=unit,
        period=period,
        history=tuple(history),
        is_seasonal=is_seasonal,
        outlook=outlook,
        proposals=() if last is None or last.value is None else tuple(
            analytics.proposals(
                last.value,
                outlook=outlook,
                quartile=quartile,
                competitors=_competitors(program, kpi, unit, last, facts),
                higher_is_better=kpi.higher_is_better,
                bounds=span,
            )
        ),
        units=seen,
        current=current,
        point_amount=valued.point_amount if valued else None,
        span=span,
    )  # fmt: skip


def _history(
    program: Program,
    kpi: Kpi,
    unit: OrgUnit,
    period: Period,
    question: str,
    facts: QuestionFacts | None,
    at: datetime,
) -> list[KpiReading]:
    """The years, or months, before the period that have a value, back to where the wording changed.

    A month, or a year of what is counted, that is not over yet is a part, and no value to go by.
    """
    year, today = period.start.year, at.astimezone(program.zone).date()
    years = sorted(facts.years) if facts else list(range(year - YEARS, year + 1))
    codes = [f"{each:04}" for each in years]
    if period.is_month:
        codes = [f"{code}-{month:02}" for code in codes if int(code) >= year - YEARS for month in range(1, 13)]
    is_whole = period.is_month or counted.counted(kpi) is not None
    periods = [each for code in codes if (each := parse(code)).end < period.start]
    periods = [each for each in periods if each.end < today or not is_whole]
    readings = registry.read(program, [KpiQuery(kpi, unit, each, question) for each in periods])
    found = [reading for reading in readings if reading.value is not None and not reading.suppressed]
    if facts is None or not found:
        return found
    wording = facts.revision(found[-1].period)
    return list(takewhile(lambda reading: facts.revision(reading.period) == wording, reversed(found)))[::-1]


def _outlook(history: Sequence[KpiReading], period: Period) -> Outlook | None:
    if not history:
        return None
    last = history[-1]
    noise = (last.high - last.low) / (2 * Z) if last.low is not None and last.high is not None else None
    return analytics.outlook(
        [_time(reading.period) for reading in history],
        [reading.value for reading in history if reading.value is not None],
        at=_time(period),
        noise=noise,
    )


def _time(period: Period) -> float:
    """In years; months that follow one another are equally far apart."""
    return period.start.year + (period.start.month - 1) / 12


def _best_quartile(
    program: Program, kpi: Kpi, unit: OrgUnit, last: KpiReading | None, question: str
) -> tuple[int, float | None]:
    """What the best quarter reaches of the units beside this one; of the units below the root, for the root."""
    if last is None:
        return 0, None
    beside = OrgUnit.objects.filter(program=program, parent=unit.parent_id or unit.pk).order_by("code")
    readings = registry.read(program, [KpiQuery(kpi, each, last.period, question) for each in beside])
    values = [reading.value for reading in readings if reading.value is not None and not reading.suppressed]
    return len(values), analytics.best_quartile(values, higher_is_better=kpi.higher_is_better)


def _competitors(
    program: Program, kpi: Kpi, unit: OrgUnit, last: KpiReading, facts: QuestionFacts | None
) -> float | None:
    """Where others stand on the scale of a mean: our value less our lead among people who rate both."""
    if kpi.collector != "mean" or facts is None or facts.scale is None or last.value is None:
        return None
    point = Touchpoint.objects.in_use().filter(program=program, question_code=facts.code).first()
    if point is None and kpi.code != program.overall_kpi:
        return None
    relative = competitors.relatives(program, unit, last.period).get(point.pk if point else None)
    if relative is None or relative.difference is None:
        return None
    low, high = facts.scale
    return last.value - relative.difference * (high - low) / 100
