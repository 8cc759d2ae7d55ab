"""What is linked to the parts of a journey: findings and their studies, personas, and what follows from it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from cxprogram.periods import ALL, Period
from journeys.analytics import evidence
from journeys.analytics.evidence import Grade, StudyFacts
from journeys.choices import StudyMethod
from journeys.models import Finding, Journey, Persona, Stage, Touchpoint


@dataclass(frozen=True)
class Links:
    """Everything that hangs on one journey, by the primary key of the touchpoint it hangs on.

    `of_stages` holds by stage what was found there and at its touchpoints, `of_whole` what is of no one place.
    """

    findings: Mapping[int, tuple[Finding, ...]]
    of_whole: tuple[Finding, ...]
    of_stages: Mapping[int, tuple[Finding, ...]]
    personas: tuple[Persona, ...]
    opened_from: Touchpoint | None
    as_of: date

    def alone_of(self, stage: Stage) -> tuple[Finding, ...]:
        """What was found of the stage and of none of its touchpoints."""
        return tuple(each for each in self.of_stages.get(stage.pk, ()) if each.touchpoint_id is None)

    def of_touchpoint(self, touchpoint: Touchpoint, *, is_measured: bool) -> Grade:
        return evidence.grade(_studies(self.findings.get(touchpoint.pk, ())), is_measured=is_measured, as_of=self.as_of)

    def of_stage(self, stage: Stage) -> Grade:
        """Of what the customer wants there: no survey tells that, studies do; or what a person stated."""
        derived = evidence.grade(_studies(self.of_stages.get(stage.pk, ())), is_measured=False, as_of=self.as_of)
        return evidence.better(stage.goal_evidence, derived)  # type: ignore[arg-type]


def read(journey: Journey, touchpoints: Sequence[Touchpoint], period: Period, *, today: date) -> Links:
    """Three queries. A study counts as it stood when the period ended, or today for all time."""
    of_touchpoints, of_stages, of_whole = defaultdict(list), defaultdict(list), []
    stages = {each.pk: each.stage_id for each in touchpoints}
    for row in Finding.objects.filter(journey=journey).select_related("study").order_by("pk"):
        if row.touchpoint_id in stages:
            of_touchpoints[row.touchpoint_id].append(row)
        stage = row.stage_id or stages.get(row.touchpoint_id or 0)
        if stage is not None:
            of_stages[stage].append(row)
        elif row.touchpoint_id is None:
            of_whole.append(row)
    return Links(
        findings={pk: tuple(rows) for pk, rows in of_touchpoints.items()},
        of_whole=tuple(of_whole),
        of_stages={pk: tuple(rows) for pk, rows in of_stages.items()},
        personas=tuple(journey.personas.order_by("code")),
        opened_from=Touchpoint.objects.in_use().filter(opens=journey).select_related("stage__journey").first(),
        as_of=today if period == ALL else period.end,
    )


def _studies(findings: Sequence[Finding]) -> list[StudyFacts]:
    return [
        StudyFacts(each.study.done_on, each.study.participants, each.study.method != StudyMethod.DESK)
        for each in findings
        if each.study is not None
    ]
