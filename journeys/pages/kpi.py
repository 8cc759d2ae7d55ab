"""The KPI page: which KPI is looked at, and everything that stands on the page about it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from cxprogram import figures
from cxprogram.charts import Chart
from cxprogram.figures import kind_of
from cxprogram.models import OrgUnit, Program
from cxprogram.periods import ALL, Period
from journeys.insight import corrections, drawings, waves, words
from journeys.insight.corrections import Correction
from journeys.insight.trend import Trend, TrendPoint, build_trend
from journeys.insight.units import UnitTable, build_units
from journeys.insight.waves import Waves
from journeys.kpis import cells, counted, registry
from journeys.kpis.definitions import Definitions
from journeys.kpis.questions import QuestionFacts
from journeys.kpis.registry import KpiError
from journeys.models import Kpi, Touchpoint
from journeys.pages.filters import Choice

SEPARATOR = ":"


@dataclass(frozen=True)
class Row:
    """One line of the trend's table: the reading shown, and the one beside it with the other weighting."""

    point: TrendPoint
    is_focus: bool
    weighted_first: bool
    mark: figures.Change | None

    @property
    def reading(self) -> Any:
        return self.point.weighted if self.weighted_first else self.point.reading

    @property
    def other(self) -> Any:
        return self.point.reading if self.weighted_first else self.point.weighted


@dataclass(frozen=True)
class KpiPage:
    """All that the template needs; no HTML."""

    program: Program
    kpi: Kpi
    kind: str
    code: str
    name: str
    unit: OrgUnit
    period: Period
    weighted: bool
    trend: Trend
    units: UnitTable | None
    unit_scale: tuple[float, float] | None
    unit_marks: dict[int, figures.Change]
    waves: Waves
    kpi_choices: list[tuple[str, list[Choice]]]
    chart: Chart | None
    headline: str
    lead: str
    trust_title: str
    trust: list[str]
    counts: str
    versions: list[Kpi]
    corrections: dict[tuple[str, bool], list[Correction]]

    @property
    def is_counted(self) -> bool:
        """Whether it is counted, not asked: nothing is weighted then, and nobody left it blank."""
        return bool(self.counts)

    @property
    def periods(self) -> list[Period]:
        """Newest first, everything last."""
        years = {*self.waves.years, *(year for year in self.trend.question.periods)}
        return [*sorted(years, reverse=True), ALL]

    @property
    def focus(self) -> TrendPoint | None:
        return self.trend.at(self.period)

    @property
    def rows(self) -> list[Row]:
        """Newest first, the total of everything on top when it is asked for."""
        points = [*self.trend.points, self.trend.total] if self.trend.total else list(self.trend.points)
        return [
            Row(point, point is self.focus, self.weighted, self._mark(point))
            for point in reversed(points)
            if point is not None
        ]

    @property
    def corrected(self) -> list[str]:
        """What was told before of the periods shown, newest period first, in words."""
        return [
            words.correction(each, self.kind, self.program.zone)
            for row in self.rows
            for each in self.corrections.get((row.reading.period.code, self.weighted), ())
        ]

    @property
    def foreign_targets(self) -> list[str]:
        return [words.foreign_target(each, self.kind) for each in self.trend.foreign]

    def _mark(self, point: TrendPoint) -> figures.Change | None:
        if point.is_first or point.reading.suppressed or point.reading.value is None:
            return None
        return words.change_of(point.change) if point.change else None

    @property
    def is_split(self) -> bool:
        """Whether promoters, passives and detractors can be shown."""
        focus = self.focus
        return self.kpi.collector == "nps" and focus is not None and bool(focus.reading.n)

    @property
    def is_lower_better(self) -> bool:
        return not self.kpi.higher_is_better

    @property
    def unit_rows(self) -> list[tuple[Any, figures.Change | None]]:
        """The units with what their comparison with the rest says, best first, hidden ones last."""
        if self.units is None:
            return []
        sign = -1 if self.kpi.higher_is_better else 1

        def order(row: Any) -> tuple[bool, float]:
            value = row.reading.value
            return value is None, sign * (value or 0.0)

        return [(row, self.unit_marks.get(row.unit.pk)) for row in sorted(self.units.rows, key=order)]


def build(
    program: Program,
    user: Any,
    *,
    code: str,
    question: str,
    unit: OrgUnit,
    period: Period | None,
    weighted: bool,
    version: int | None = None,
) -> KpiPage:
    """Read the page; a constant number of queries. Raises KpiError for a KPI or question that does not exist."""
    definitions = Definitions(program)
    touchpoints = list(Touchpoint.objects.in_use().filter(program=program).select_related("stage").order_by(
        "stage__journey_id", "stage__position", "position"
    ))  # fmt: skip
    name, _sep, asked = code.partition(SEPARATOR)
    kpi = _asked(definitions, name, version)
    how = counted.counted(kpi)
    question = question or asked or kpi.question_code
    known = waves.find(program, definitions, touchpoints, also=[question])
    facts = cells.facts(program, kpi) if how and not question else _facts(known, kpi, question)
    period = period or _period(known, facts.periods)
    trend = build_trend(program, kpi, unit, question=facts, focus=period)
    table = build_units(program, kpi, unit, period, question=question, user=user)
    of_touchpoint = {each.question_code: each.label for each in touchpoints}
    label = kpi.label if question == kpi.question_code else of_touchpoint.get(question, facts.label)
    focus = trend.at(period)
    trust_title, trust = words.trust(focus.reading, focus.weighted) if focus else ("", [])
    chosen = kpi.code if question == kpi.question_code else f"{kpi.code}{SEPARATOR}{question}"
    return KpiPage(
        program=program,
        kpi=kpi,
        kind=kind_of(kpi),
        code=chosen,
        name=label,
        unit=unit,
        period=period,
        weighted=weighted,
        trend=trend,
        units=table if table.rows else None,
        unit_scale=_unit_scale(table),
        unit_marks=_unit_marks(table),
        waves=known,
        kpi_choices=_choices(definitions, touchpoints, known, chosen, label),
        chart=drawings.trend_chart(trend, title=label, axis=_axis(kpi, facts.scale), weighted=weighted),
        headline=words.trend_headline(trend, label),
        lead=words.trend_lead(trend, focus),
        trust_title=trust_title,
        trust=trust,
        counts=str(how.counts) if how else "",
        corrections=_corrections(program, trend),
        versions=list(Kpi.objects.filter(program=program, code=kpi.code).exclude(pk=kpi.pk).order_by("-version")),
    )


def _corrections(program: Program, trend: Trend) -> dict[tuple[str, bool], list[Correction]]:
    """By period, and whether it is the weighted value that was corrected."""
    readings = [reading for point in trend.points for reading in (point.reading, point.weighted)]
    found = corrections.of(program, readings)
    return {(reading.period.code, reading.weighted): each for reading, each in zip(readings, found, strict=True)}


def _asked(definitions: Definitions, code: str, version: int | None) -> Kpi:
    kpi = definitions.get(code) if code else definitions.overall or definitions.first
    return kpi if version is None else registry.current_kpi(definitions.program, kpi.code, version=version)


def _facts(known: Waves, kpi: Kpi, question: str) -> QuestionFacts:
    if question not in known.facts:
        raise KpiError(_("There is no such question."), code="question-unknown", status=404)
    facts = known.facts[question]
    if kpi.collector in ("mean", "top2", "nps") and facts.scale is None:
        raise KpiError(_("This KPI needs a question with a scale."), code="kpi-scale-mismatch")
    first = kpi.asked_from
    if first is None:
        return facts
    return replace(facts, years={year: n for year, n in facts.years.items() if year >= first.year})


def _period(known: Waves, answered: list[Period]) -> Period:
    """The program's default wave, if the question was asked in it, else the newest year in which it was."""
    if known.default in answered or not answered:
        return known.default
    return answered[-1]


def _axis(kpi: Kpi, scale: tuple[int, int] | None) -> str:
    if kpi.measure == "mean" and scale:
        return _("Mean, %(low)s–%(high)s") % {"low": scale[0], "high": scale[1]}
    if kpi.measure == "points":
        return _("Points")
    return _("Per cent") if kpi.measure == "share" else ""


def _choices(
    definitions: Definitions, touchpoints: list[Touchpoint], known: Waves, chosen: str, label: str
) -> list[tuple[str, list[Choice]]]:
    """The program's KPIs, then the means of the touchpoints; what is looked at is among them."""
    kpis = [
        Choice(kpi.code, kpi.label, kpi.code == chosen)
        for kpi in definitions.by_code.values()
        if kpi.question_code in known.facts or counted.counted(kpi) is not None
    ]
    rated = definitions.touchpoints if definitions.rates_touchpoints else None
    of_touchpoints = []
    for each in touchpoints:
        if rated and known.scale(each.question_code):
            value = f"{rated.code}{SEPARATOR}{each.question_code}"
            of_touchpoints.append(Choice(value, each.label, value == chosen))
    if not any(choice.is_chosen for choice in [*kpis, *of_touchpoints]):
        kpis.append(Choice(chosen, label, True))
    return [(_("KPIs of the program"), kpis), (_("Touchpoints, mean rating"), of_touchpoints)]


def _unit_scale(table: UnitTable) -> tuple[float, float] | None:
    """One scale for all units' bars."""
    marks = [
        mark
        for reading in (table.whole, *(row.reading for row in table.rows))
        for mark in (reading.value, reading.low, reading.high)
        if mark is not None
    ]
    return figures.nice_ends(marks, room=0.05) if marks else None


def _unit_marks(table: UnitTable) -> dict[int, figures.Change]:
    """What each comparison with the rest says, in words."""
    marks = {}
    for row in table.rows:
        if row.change is None or row.rest is None:
            continue
        rest = figures.figure(row.rest, kind_of(table.kpi))
        texts = {
            "better": _("better than the rest, %(rest)s"),
            "worse": _("worse than the rest, %(rest)s"),
            "none": _("no clear difference"),
        }
        text = texts[row.change.direction] % {"rest": rest}
        marks[row.unit.pk] = figures.Change(row.change.direction, row.change.delta, text=text)
    return marks


CSV_HEADER = (
    "kpi", "version", "name", "question", "unit", "period", "value", "low", "high", "n", "weighted_value",
    "weighted_low", "weighted_high", "n_eff", "kish_deff", "blank", "not_applicable", "rows", "suppressed", "method",
    "target", "compared_with", "change", "change_p_adjusted", "change_mark", "computed_at", "corrected_at",
    "value_before", "n_before",
)  # fmt: skip


def csv_rows(page: KpiPage) -> Iterator[tuple[object, ...]]:
    """The trend's table, oldest first; unrounded. Of several corrections of a value, the newest."""
    for row in reversed(page.rows):
        point, reading, weighted = row.point, row.point.reading, row.point.weighted
        change = point.change
        last = next(reversed(page.corrections.get((reading.period.code, False), [])), None)
        yield (
            page.kpi.code, reading.version, page.name, reading.question, page.unit.code, reading.period.code,
            reading.value, reading.low, reading.high, reading.n, weighted.value, weighted.low, weighted.high,
            reading.n_eff, reading.kish_deff, reading.missing.get("blank"), reading.missing.get("not_applicable"),
            reading.rows, reading.suppressed, reading.method, point.target.value if point.target else None,
            point.before.code if point.before else None, change.delta if change else None,
            change.p_adjusted if change else None, change.direction if change else None,
            reading.computed_at.isoformat(), last.at.isoformat() if last else None, last.before if last else None,
            last.before_n if last else None,
        )  # fmt: skip
