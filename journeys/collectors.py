"""What is counted of the interactions of customers. Each collector says in `counts` what it counts.

A month's customers are counted once in the month and at each unit where they were seen: sums over months and units
are then those of the longer period, and a rate is for each customer *and month*.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from journeys.kpis import cells, counted
from journeys.kpis.counted import Counted, Reach
from journeys.kpis.parameters import OneOf, Parameter, Whole, amounts, text, texts, touchpoints
from journeys.kpis.registry import KpiError
from journeys.models import Kpi
from journeys.sql import (
    BETWEEN,
    CHURN,
    COST,
    COUNT,
    CROSS_SELL,
    RATE,
    RATIO,
    RETENTION,
    SHARE,
    UPSELL,
    VALUES,
    WAITING,
)  # fmt: skip

TYPE = Parameter("types", texts, default=[])
TYPE_NAMED = Parameter("types", texts, is_required=True)
AMONG = Parameter("among", texts, default=[])
STATISTIC = Parameter("statistic", OneOf(("median", "mean")), default="median")
MONTHS = Parameter("months", Whole(1, 36), default=3)
WITHIN = Parameter("within_days", Whole(1, 366), default=30)
YEAR = Parameter("within_days", Whole(1, 1_096), default=365)


def months_back(parameters: Mapping[str, Any]) -> Reach:
    return Reach(months=parameters["months"])


def days_back(parameters: Mapping[str, Any]) -> Reach:
    return Reach(days=parameters["within_days"])


def _kpi(value: Any, kpi: Kpi) -> str:
    """A KPI that counts, pinned to its version: `visits@2`."""
    code, _at, version = value.partition("@") if isinstance(value, str) else ("", "", "")
    rows = Kpi.objects.filter(program=kpi.program_id, code=code)
    found = (rows.filter(version=version) if version.isdigit() else rows.current()).first()
    if found is None or found.collector != "event_count":
        raise ValueError(_("Name a KPI that counts events."))
    return f"{found.code}@{found.version}"


def bases(kpi: Kpi) -> list[Kpi]:
    """The two KPIs that a ratio divides; raises KpiError if one is not there."""
    found = []
    for name in ("of", "per"):
        code, _at, version = str(kpi.parameters.get(name, "")).partition("@")
        base = Kpi.objects.filter(program=kpi.program_id, code=code, version=version or 1).first()
        if base is None:
            raise KpiError(_("Name a KPI that counts events."), code="kpi-parameters", field="parameters")
        found.append(base)
    return found


COUNT_OF, VALUE_OF = ("count",), ("mean", "money", "duration")
ALL = (
    Counted("event_count", gettext_lazy("How often something happened."), "count", COUNT_OF, (TYPE,),
            has_people=True, sql=COUNT),
    Counted("event_mean", gettext_lazy("The mean of the values of what happened."), "mean", VALUE_OF, (TYPE,),
            has_people=True, sql=VALUES),
    Counted("event_sum", gettext_lazy("The sum of the values of what happened."), "total",
            ("count", "money", "duration"), (TYPE,), has_people=True, is_bounded=False, sql=VALUES),
    Counted("event_rate", gettext_lazy("How often something happened for each customer and month; `among` names the"
            " types by which customers are counted."), "rate", ("rate",), (TYPE_NAMED, AMONG), sql=RATE),
    Counted("event_share", gettext_lazy("The share of some types among these and those of `over`."), "share",
            ("share",), (TYPE_NAMED, Parameter("over", texts, is_required=True)), sql=SHARE),
    Counted("ratio", gettext_lazy("One count for each one of another count."), "rate", ("rate",),
            (Parameter("of", _kpi, is_required=True), Parameter("per", _kpi, is_required=True)), sources=(),
            depends=bases, sql=RATIO),
    Counted("waiting_time", gettext_lazy("Seconds from the first event of `from` that was not answered yet to the"
            " event of `to` that answers it."), "median", ("duration",),
            (Parameter("from", texts, is_required=True), Parameter("to", texts, is_required=True), WITHIN, STATISTIC),
            reach=days_back, has_people=True, sql=WAITING),
    Counted("touchpoint_time", gettext_lazy("Seconds from one touchpoint to another."), "median",
            ("duration",), (Parameter("from", touchpoints, is_required=True),
            Parameter("to", touchpoints, is_required=True), WITHIN, STATISTIC), reach=days_back, has_people=True,
            sql=BETWEEN),
    Counted("churn", gettext_lazy("Of the customers seen in the month so many `months` ago, the share that was not"
            " seen since."), "share", ("share",), (TYPE, MONTHS), reach=months_back, is_whole=True, sql=CHURN),
    Counted("retention", gettext_lazy("Of the customers seen in the month so many `months` ago, the share that was"
            " seen since."), "share", ("share",), (TYPE, MONTHS), reach=months_back, is_whole=True, sql=RETENTION),
    Counted("revenue", gettext_lazy("What customers paid: the sum of the values, refunds (below nothing) taken off."),
            "total", ("money",), (TYPE_NAMED,), has_people=True, sql=VALUES),
    Counted("cross_sell", gettext_lazy("Of the purchases of customers who had bought within so many days, the share"
            " that is of another kind than all of those; `kind` names the property."), "share",
            ("share",), (TYPE_NAMED, Parameter("kind", text, is_required=True), YEAR), reach=days_back, sql=CROSS_SELL),
    Counted("upsell", gettext_lazy("Of the purchases of customers who had bought within so many days, the share that"
            " is worth more than the one before."), "share", ("share",), (TYPE_NAMED, YEAR), reach=days_back,
            sql=UPSELL),
    Counted("cost_to_serve", gettext_lazy("Mean cost of a customer in a month: of `costs`, an amount by type, or the"
            " values themselves."), "mean", ("money",), (TYPE, Parameter("costs", amounts)), sql=COST),
)  # fmt: skip


touched = partial(counted.months_since, table="journeys_interaction", moment="at", received="received_at")


def register_all() -> None:
    counted.register_source("interactions", touched)
    for each in ALL:
        cells.declare(each)
