"""The driver page: what the study says, in words, as a chart and in numbers."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from cxprogram import charts, figures, periods
from cxprogram.charts import Chart
from cxprogram.errors import NotFoundError
from cxprogram.models import Program
from cxprogram.periods import Period
from feedback import insight
from feedback.insight import Study, StudyRow
from feedback.pages import study_runs
from feedback.pages.study_runs import RunRow
from journeys.insight.words import MOST_NAMED, inside, listed
from journeys.kpis import questions

DONE_IS_NEWS = timedelta(hours=1)


@dataclass(frozen=True)
class DriverPage:
    program: Program
    period: Period
    study: Study | None
    studied: list[Period]
    headline: str
    lead: str
    chart: Chart | None
    outcome: str
    outcomes: dict[str, str]
    may_define: bool = False
    run: RunRow | None = None
    runs: tuple[RunRow, ...] = ()
    at: datetime | None = None

    @property
    def news(self) -> RunRow | None:
        """The newest run of what is shown: one that has not ended or made no study, and for a while one that did,
        until more answers come."""
        if self.run is None or not self.run.run.is_over or self.run.is_bad:
            return self.run
        if self.study and self.study.since:
            return None
        finished, at = self.run.run.finished_at, self.at
        return self.run if finished and at and at - finished < DONE_IS_NEWS else None

    @property
    def is_under_way(self) -> bool:
        return self.run is not None and not self.run.run.is_over

    @property
    def choices(self) -> list[Period]:
        return self.studied if self.period in self.studied else [self.period, *self.studied]


def build(program: Program, *, asked: str, outcome: str, user: Any, may_define: bool, at: datetime) -> DriverPage:
    """The page of a period (empty: the newest that was studied) and an outcome (empty: the whole, else the first
    studied). Raises PeriodError and NotFoundError (`question-unknown`)."""
    outcomes = insight.studied_outcomes(program)
    main = insight.main_outcome(program)
    shown = outcome or (main if main in outcomes else next(iter(outcomes), main))
    if shown not in outcomes:
        facts = questions.facts(program, [shown])
        if outcome and outcome not in facts:
            raise NotFoundError(_("There is no such question."), code="question-unknown")
        outcomes |= {shown: facts[shown].label} if shown in facts else {}
    studied = insight.studied_periods(program, shown)
    period = periods.parse(asked) if asked else next(iter(studied), periods.ALL)
    study = insight.build_study(program, period, outcome=shown, user=user)
    return DriverPage(
        program=program,
        period=period,
        study=study,
        studied=studied,
        headline=headline(study) if study else _("No driver study of this period yet"),
        lead=lead(study) if study else "",
        chart=_chart(study) if study else None,
        outcome=shown,
        outcomes=outcomes,
        may_define=may_define,
        run=study_runs.newest(program, period, shown, user=user) if may_define else None,
        runs=tuple(study_runs.latest(program, user=user)) if may_define else (),
        at=at,
    )


def _chart(study: Study) -> Chart:
    return charts.drivers(
        [charts.DriverRow(row.label, row.share, row.low, row.high, row.sign, row.lmg) for row in study.rows],
        title=_("What goes with a high rating, %(period)s") % {"period": study.period.label},
        n=study.n,
        r2=study.r2,
        resamples=study.resamples,
    )


def alike(study: Study) -> list[StudyRow]:
    """The strongest driver, with those whose intervals reach up to its own: their order is not certain."""
    first = study.rows[0]
    return [row for row in study.rows if row.high >= first.low]


def headline(study: Study) -> str:
    """The strongest driver; where others come as close, how many; of another outcome than the whole, which."""
    close, name = len(alike(study)), inside(study.rows[0].label)
    if not study.is_of_the_whole:
        said = {"n": close, "name": name, "outcome": study.outcome_label}
        if close == 1:
            return _("“%(outcome)s” goes most closely with %(name)s") % said
        return _("%(n)s drivers go closely with “%(outcome)s”, %(name)s first") % said
    if close == 1:
        return _("The overall rating goes most closely with %(name)s") % {"name": name}
    return _("%(n)s drivers go closely with the overall rating, %(name)s first") % {"n": close, "name": name}


def lead(study: Study) -> str:
    """How much the strongest driver carries, and how certain its place is."""
    first = study.rows[0]
    said = [
        _("%(name)s: %(share)s of the explained variation (%(low)s to %(high)s).")
        % {
            "name": first.label,
            "share": figures.figure(first.share, "share"),
            "low": figures.figure(first.low, "share", with_unit=False),
            "high": figures.figure(first.high, "share", with_unit=False),
        }
    ]
    rivals = [inside(row.label) for row in alike(study)[1:]]
    if len(rivals) > MOST_NAMED:
        said.append(_("Not clearly stronger than %(n)s others.") % {"n": len(rivals)})
    elif rivals:
        said.append(_("Not clearly stronger than %(names)s.") % {"names": listed(rivals)})
    else:
        said.append(_("Its place is certain: no other interval reaches it."))
    said.append(_("Association, not proof of cause."))
    return " ".join(said)
