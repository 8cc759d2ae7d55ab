"""GET /api/v1/driver-studies/: which ratings go with the overall rating. Association, not proof of cause."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from django.http import HttpResponse
from django.utils.translation import gettext as _

from cxprogram import api_schema
from cxprogram.access import Right
from cxprogram.api_base import ApiView, asked_program, finite, reply
from cxprogram.errors import NotFoundError
from cxprogram.periods import parse
from feedback.models import DriverStudy


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


class DriverStudyView(ApiView):
    right = Right.SEE_DRIVERS

    @api_schema.describe(
        "Read the driver study",
        name="driver_study",
        tag="KPIs",
        description="The newest study of the period; without a period, the newest of all. Association, not cause.",
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
        if outcome := request.GET.get("outcome"):
            studies = studies.filter(outcome=outcome)
        study = studies.order_by("-computed_at", "-pk").first()
        if study is None:
            raise NotFoundError(_("There is no driver study for this."), code="driver-study-missing")
        return reply(present(study))
