"""Driver studies by API: GET /api/v1/driver-studies/ tells which ratings go with the overall rating (association, not
proof of cause), POST has one made, and /api/v1/driver-study-runs/N/ tells what became of that."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cxprogram import api_bodies, api_schema
from cxprogram.access import Right, defined_programs
from cxprogram.api_base import ApiView, asked_program, finite, reply
from cxprogram.errors import NotFoundError
from cxprogram.models import Program
from cxprogram.periods import parse
from feedback import study_words
from feedback.insight import main_outcome
from feedback.models import DriverStudy, StudyRun
from feedback.services import study_runs


class Driver(msgspec.Struct):
    """One question's part. The `lmg` of all drivers add up to the study's `r2`, the shares to 1."""

    question: str
    lmg: float | None
    share: float | None
    sign: Annotated[int, msgspec.Meta(description="1 if better ratings go with a better outcome, else -1.")]
    low: Annotated[float | None, msgspec.Meta(description="Lower end of the share's 95 % bootstrap interval.")]
    high: Annotated[float | None, msgspec.Meta(description="Upper end of the share's 95 % bootstrap interval.")]


class Study(msgspec.Struct):
    """One study, the newest of its period."""

    outcome: str
    method: Literal["lmg"]
    period: str
    n: Annotated[int, msgspec.Meta(description="Complete answers that it rests on.")]
    r2: float | None
    drivers: list[Driver]
    computed_at: datetime


class StudyWish(msgspec.Struct, forbid_unknown_fields=True):
    """What is to be studied."""

    period: Annotated[str, msgspec.Meta(description="`YYYY`, `YYYY-MM` or `all`.")]
    outcome: Annotated[str, msgspec.Meta(description="Code of the rating that is to be explained.")]
    drivers: Annotated[
        list[str], msgspec.Meta(description="Codes of the ratings that may go with it: 1 to 18, each once.")
    ]


class StudyRunState(msgspec.Struct):
    """What became of a wish for a study."""

    id: int
    status: Literal["queued", "running", "done", "refused", "failed"]
    period: str
    outcome: str
    drivers: list[str]
    asked_at: datetime
    finished_at: datetime | None
    code: Annotated[str, msgspec.Meta(description="Why there is no study, if it is `refused` or `failed`; else empty.")]
    detail: Annotated[str, msgspec.Meta(description="The same in words.")]
    study: Annotated[Study | None, msgspec.Meta(description="The study, once it is `done`.")]


EXAMPLE = {
    "outcome": "Q7ALL",
    "method": "lmg",
    "period": "2017",
    "n": 1200,
    "r2": 0.5,
    "drivers": [
        {"question": "Q7FOOD", "lmg": 0.3, "share": 0.6, "sign": 1, "low": 0.5, "high": 0.7},
        {"question": "Q7ART", "lmg": 0.2, "share": 0.4, "sign": 1, "low": 0.3, "high": 0.5},
    ],
    "computed_at": "2018-01-15T09:00:00Z",
}


WISH = {"period": "2017", "outcome": "Q7ALL", "drivers": ["Q7FOOD", "Q7ART"]}
RUN = {
    "id": 7,
    "status": "queued",
    **WISH,
    "asked_at": "2018-01-15T09:00:00Z",
    "finished_at": None,
    "code": "",
    "detail": "",
    "study": None,
}
_wish = msgspec.json.Decoder(StudyWish)


def present(study: DriverStudy) -> Study:
    return Study(
        outcome=study.outcome,
        method="lmg",
        period=study.period,
        n=study.n,
        r2=finite(study.r2),
        drivers=[
            Driver(
                question=row["question"],
                lmg=finite(row["lmg"]),
                share=finite(row["share"]),
                sign=row["sign"],
                low=finite(row["low"]),
                high=finite(row["high"]),
            )
            for row in study.drivers
        ],
        computed_at=study.computed_at,
    )


def present_run(run: StudyRun) -> StudyRunState:
    return StudyRunState(
        id=run.pk,
        status=run.status,  # type: ignore[arg-type]
        period=run.period,
        outcome=run.outcome,
        drivers=run.drivers,
        asked_at=run.asked_at,
        finished_at=run.finished_at,
        code=run.code,
        detail=study_words.refusal(run.code, run.facts) if run.code else "",
        study=present(run.study) if run.study else None,
    )


def _defined_program(request: Any) -> Program:
    """A study is of the whole program: a role at a part of it has none made."""
    program = asked_program(request, Right.DEFINE)
    if program.pk not in defined_programs(request.user):
        raise NotFoundError(_("There is no such program for you."), code="program-unknown")
    return program


class DriverStudyView(ApiView):
    @property
    def right(self) -> Right:  # type: ignore[override]
        return Right.DEFINE if self.request.method == "POST" else Right.SEE_DRIVERS

    @api_schema.describe(
        "Read the driver study",
        name="driver_study",
        tag="KPIs",
        description="The newest study of the period; without a period, the newest of all. Without an outcome, "
        "that of the rating of the whole where there is one. Association, not cause.",
        parameters=[
            api_schema.PROGRAM,
            api_schema.PERIOD,
            api_schema.parameter("outcome", "Code of the question that is explained."),
        ],
        replies={200: Study},
        reply_example=EXAMPLE,
        refusals={
            400: ("program-missing", "period-unknown", "text-not-storable"),
            404: ("program-unknown", "driver-study-missing"),
        },
    )
    def get(self, request: Any) -> HttpResponse:
        program = asked_program(request, self.right)
        studies = DriverStudy.objects.visible_to(request.user).filter(program=program, is_current=True)
        if period := request.GET.get("period"):
            studies = studies.filter(period=parse(period).code)
        studies = studies.order_by("-computed_at", "-pk")
        outcome = request.GET.get("outcome")
        study = studies.filter(outcome=outcome or main_outcome(program)).first()
        if study is None and not outcome:
            study = studies.first()
        if study is None:
            raise NotFoundError(_("There is no driver study for this."), code="driver-study-missing")
        return reply(present(study))

    @api_schema.describe(
        "Have a driver study made",
        name="driver_study_ask",
        tag="KPIs",
        description="The study is made in the background; `Location` tells where to ask what became of it. Asking "
        "again for what has not ended returns the same run; the same answers again write nothing.",
        parameters=[api_schema.PROGRAM],
        body=StudyWish,
        example=WISH,
        replies={202: StudyRunState},
        reply_example=RUN,
        refusals={
            400: ("program-missing", "period-unknown", "text-not-storable", "body-not-json", "body-invalid"),
            404: ("program-unknown",),
            409: ("driver-study-under-way",),
            413: ("body-too-large",),
            415: ("media-type-not-supported",),
            422: (
                "driver-study-question",
                "driver-study-shape",
                "driver-study-too-many-drivers",
                "text-not-storable",
            ),
        },
    )
    def post(self, request: Any) -> HttpResponse:
        program = _defined_program(request)
        wish = api_bodies.read(request, _wish)
        run = study_runs.ask(
            program, parse(wish.period), wish.outcome, wish.drivers, by=request.user, at=timezone.now()
        )
        response = reply(present_run(run), status=202)
        response.headers["Location"] = request.build_absolute_uri(reverse("api:driver-study-run", args=[run.pk]))
        return response


class DriverStudyRunView(ApiView):
    right = Right.DEFINE

    @api_schema.describe(
        "See what became of a driver study that was asked for",
        name="driver_study_run",
        tag="KPIs",
        description="`queued` and `running` have not ended; `refused` says by `code` why the answers allow no study.",
        replies={200: StudyRunState},
        reply_example=RUN | {"status": "done", "finished_at": "2018-01-15T09:00:02Z", "study": EXAMPLE},
        refusals={400: ("text-not-storable",), 404: ("driver-study-run-unknown",)},
    )
    def get(self, request: Any, number: int) -> HttpResponse:
        runs = StudyRun.objects.visible_to(request.user).select_related("study")
        run = runs.filter(pk=number).first()
        if run is None:
            raise NotFoundError(_("There is no such run for you."), code="driver-study-run-unknown")
        return reply(present_run(run))
