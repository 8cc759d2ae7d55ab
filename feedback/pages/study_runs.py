"""Runs of driver studies as those who define see them: what runs, when it was done, why it was refused."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from cxprogram.models import Program
from cxprogram.periods import Period, parse
from feedback import study_words
from feedback.choices import StudyStatus
from feedback.models import StudyRun
from journeys.kpis import questions

MOST_LISTED = 5


@dataclass(frozen=True)
class RunRow:
    """One run; `said` tells in words what became of it, `kind` how a note about it looks."""

    run: StudyRun
    period: Period
    outcome: str
    said: str

    @property
    def kind(self) -> str:
        return {StudyStatus.REFUSED: "bad", StudyStatus.FAILED: "bad", StudyStatus.DONE: "good"}.get(
            StudyStatus(self.run.status), ""
        )

    @property
    def is_bad(self) -> bool:
        return self.kind == "bad"


def latest(program: Program, *, user: Any) -> list[RunRow]:
    """The newest runs that the user may see, the newest first."""
    runs = StudyRun.objects.visible_to(user).filter(program=program).select_related("study", "by")
    return _rows(program, list(runs.order_by("-pk")[:MOST_LISTED]))


def newest(program: Program, period: Period, outcome: str, *, user: Any) -> RunRow | None:
    """The newest run of one study."""
    runs = StudyRun.objects.visible_to(user).filter(program=program, period=period.code, outcome=outcome)
    return next(iter(_rows(program, list(runs.select_related("study", "by").order_by("-pk")[:1]))), None)


def _rows(program: Program, runs: list[StudyRun]) -> list[RunRow]:
    named = {run.outcome for run in runs} | {str(run.facts.get("question", "")) for run in runs}
    names = {code: fact.label for code, fact in questions.facts(program, named).items()}
    return [RunRow(run, parse(run.period), names.get(run.outcome, run.outcome), said(run, names)) for run in runs]


def said(run: StudyRun, names: dict[str, str] | None = None) -> str:
    if run.status == StudyStatus.QUEUED:
        return _("It waits for its turn.")
    if run.status == StudyStatus.RUNNING:
        return _("It is being worked out.")
    if run.status != StudyStatus.DONE:
        return study_words.refusal(run.code, run.facts, names)
    if run.study and run.study.computed_at < run.asked_at:
        return _("Nothing new rates the outcome and every driver: the study stands as it was.")
    return _("The study is made.")
