"""GET /api/v1/kpi-values/: one number, with all that it needs to be trusted."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from cxprogram import api_schema
from cxprogram.access import Right
from cxprogram.api_base import (
    ApiView,
    ParameterError,
    asked_flag,
    asked_number,
    asked_program,
    asked_unit,
    finite,
    reply,
)
from cxprogram.errors import DomainError, NotFoundError
from cxprogram.models import Program
from cxprogram.periods import parse
from journeys.insight import corrections
from journeys.insight.corrections import Correction
from journeys.kpis import counted, registry
from journeys.kpis.registry import KpiQuery, KpiReading
from journeys.models import Kpi, Touchpoint


class Missing(msgspec.Struct):
    """Why answers have no value; null where they are withheld."""

    blank: int | None
    not_applicable: int | None


class Corrected(msgspec.Struct):
    """What was told of a period that is over before another value took its place; null where it was hidden."""

    corrected_at: datetime
    value: float | None
    n: int | None


class KpiValue(msgspec.Struct):
    """One value. `suppressed`: too few answers to show; value, interval, counts and n are withheld then."""

    kpi: str
    version: Annotated[int, msgspec.Meta(description="Version of the KPI's definition.")]
    question: Annotated[
        str, msgspec.Meta(description="Canonical code of the question; empty for a KPI that is counted.")
    ]
    unit: str
    touchpoint: Annotated[str | None, msgspec.Meta(description="The touchpoint that was asked for.")]
    period: str
    weighted: bool
    value: Annotated[
        float | None, msgspec.Meta(description="NPS in points, shares 0–1, means on the scale, time in seconds.")
    ]
    low: Annotated[float | None, msgspec.Meta(description="Lower end of the 95 % interval.")]
    high: Annotated[float | None, msgspec.Meta(description="Upper end of the 95 % interval.")]
    method: Annotated[str, msgspec.Meta(description="How the interval was computed.")]
    n: Annotated[
        int | None, msgspec.Meta(description="Answers with a value; of a KPI that is counted, what it counts.")
    ]
    n_eff: Annotated[float | None, msgspec.Meta(description="Effective number of answers, given their weights.")]
    kish_deff: Annotated[float | None, msgspec.Meta(description="Kish's design effect of the weights.")]
    counts: Annotated[dict[str, int], msgspec.Meta(description="Answers by code, unweighted.")]
    missing: Missing
    rows: Annotated[int | None, msgspec.Meta(description="All who were asked: n and the missing.")]
    suppressed: bool
    computed_at: datetime
    corrected: Annotated[
        list[Corrected] | msgspec.UnsetType,
        msgspec.Meta(description="What was told before, oldest first; there if `corrections=true` is asked for."),
    ] = msgspec.UNSET


EXAMPLE = {
    "kpi": "nps",
    "version": 1,
    "question": "NETPRO",
    "unit": "SFO",
    "touchpoint": None,
    "period": "2017",
    "weighted": False,
    "value": 41.5,
    "low": 39.0,
    "high": 44.0,
    "method": "adjusted-wald",
    "n": 1000,
    "n_eff": 1000.0,
    "kish_deff": 1.0,
    "counts": {"0": 40, "6": 95, "8": 315, "9": 300, "10": 250},
    "missing": {"blank": 20, "not_applicable": 5},
    "rows": 1025,
    "suppressed": False,
    "computed_at": "2018-01-15T09:00:00Z",
}


def present(reading: KpiReading, corrected: Sequence[Correction] | None) -> KpiValue:
    return KpiValue(
        kpi=reading.kpi.code,
        version=reading.version,
        question=reading.question,
        unit=reading.unit.code,
        touchpoint=reading.touchpoint or None,
        period=reading.period.code,
        weighted=reading.weighted,
        value=finite(reading.value),
        low=finite(reading.low),
        high=finite(reading.high),
        method=reading.method,
        n=reading.n,
        n_eff=finite(reading.n_eff),
        kish_deff=finite(reading.kish_deff),
        counts={str(code): n for code, n in sorted(reading.counts.items())},
        missing=Missing(reading.missing.get("blank"), reading.missing.get("not_applicable")),
        rows=reading.rows,
        suppressed=reading.suppressed,
        computed_at=reading.computed_at,
        corrected=msgspec.UNSET
        if corrected is None
        else [Corrected(each.at, finite(each.before), each.before_n) for each in corrected],
    )


def _asked_touchpoint(request: HttpRequest, program: Program) -> Touchpoint | None:
    code = request.GET.get("touchpoint")
    if not code:
        return None
    touchpoint = Touchpoint.objects.filter(program=program, code=code).first()
    if touchpoint is None:
        raise NotFoundError(_("There is no such touchpoint."), code="touchpoint-unknown")
    if not touchpoint.question_code:
        raise DomainError(_("No question measures this touchpoint."), code="touchpoint-not-measured")
    return touchpoint


def _asked_question(request: HttpRequest, program: Program, touchpoint: Touchpoint | None, kpi: Kpi) -> str:
    """The question named, else that of the touchpoint, else that of the KPI; two that differ are refused.

    A KPI that is counted refuses any.
    """
    name = request.GET.get("question")
    if counted.counted(kpi) is not None:
        return name or (touchpoint.question_code if touchpoint else "")
    if not name:
        code = touchpoint.question_code if touchpoint else kpi.question_code
        if not code:
            raise ParameterError(_("Name the question: ?question=…"), code="question-missing", parameter="question")
        return code
    code = registry.question_code(program, name)
    if touchpoint is not None and code != touchpoint.question_code:
        raise ParameterError(
            _("The touchpoint is measured by another question."),
            code="question-not-of-touchpoint",
            parameter="question",
        )
    return code


class KpiValueView(ApiView):
    right = Right.SEE_SCORES

    @api_schema.describe(
        "Read one KPI",
        name="kpi_value",
        tag="KPIs",
        description="The value of one KPI for one question, unit and period, computed now from the counts.",
        parameters=[
            api_schema.PROGRAM,
            api_schema.parameter("kpi", "Code of the KPI: `nps`, `mean`, `top2` …", required=True),
            api_schema.parameter("version", "Version of the definition; without it, the one in force.", type="integer"),
            api_schema.PERIOD,
            api_schema.parameter("question", "Code of the question, or the column that a wave's file has for it."),
            api_schema.UNIT,
            api_schema.parameter("touchpoint", "Code of a touchpoint: the question that measures it."),
            api_schema.parameter("weighted", "Use the weights of the answers.", type="boolean", default=False),
            api_schema.parameter(
                "corrections", "Tell what was told of the period before.", type="boolean", default=False
            ),
        ],
        replies={200: KpiValue},
        reply_example=EXAMPLE,
        refusals={
            400: (
                "program-missing",
                "kpi-missing",
                "period-unknown",
                "question-missing",
                "question-ambiguous",
                "question-not-of-touchpoint",
                "parameter-invalid",
                "text-not-storable",
            ),
            404: ("program-unknown", "kpi-unknown", "question-unknown", "unit-unknown", "touchpoint-unknown"),
            422: ("kpi-scale-mismatch", "kpi-has-no-question", "kpi-has-own-question", "touchpoint-not-measured"),
        },
    )
    def get(self, request: Any) -> HttpResponse:
        program = asked_program(request, self.right)
        code = request.GET.get("kpi")
        if not code:
            raise ParameterError(_("Name the KPI: ?kpi=…"), code="kpi-missing", parameter="kpi")
        kpi = registry.current_kpi(program, code, version=asked_number(request, "version"))
        touchpoint = _asked_touchpoint(request, program)
        query = KpiQuery(
            kpi=kpi,
            unit=asked_unit(request, program),
            period=parse(request.GET.get("period") or "all"),
            question=_asked_question(request, program, touchpoint, kpi),
            touchpoint=touchpoint.code if touchpoint else "",
            weighted=asked_flag(request, "weighted"),
        )
        (reading,) = registry.read(program, [query])
        told_before = corrections.of(program, [reading])[0] if asked_flag(request, "corrections") else None
        return reply(present(reading, told_before))
