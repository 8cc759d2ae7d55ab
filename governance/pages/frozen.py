"""Frozen inputs as the templates read them: readings with the attributes of a KpiReading, changes, periods, names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cxprogram import figures, periods
from cxprogram.charts import TrendPoint
from governance.texts import say
from journeys.models.kpi import said_of

Document = Mapping[str, Any]


@dataclass(frozen=True)
class FrozenKpi:
    """A KPI's definition as it was."""

    code: str
    name: str
    what: str
    measure: str
    higher_is_better: bool
    scale: tuple[float, float] | None
    axis: tuple[float, float]

    def __str__(self) -> str:
        return self.code

    @property
    def kind(self) -> str:
        return figures.kind_of(self)

    @property
    def top(self) -> float | None:
        """The highest point of the scale, where values are means on it."""
        return self.scale[1] if self.scale and self.measure == "mean" else None


@dataclass(frozen=True)
class FrozenReading:
    """A value as it was read."""

    kpi: FrozenKpi
    question: str
    unit: str
    touchpoint: str
    period: str
    value: float | None
    low: float | None
    high: float | None
    n: int | None
    suppressed: bool
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_shown(self) -> bool:
        return self.value is not None and not self.suppressed

    @property
    def text(self) -> str:
        """The value with its unit: `4.06 of 5`, `39.8 points`, `82.1 %`; for sentences."""
        if self.value is None:
            return _("not measured")
        said = figures.figure(self.value, self.kpi.kind)
        unit = "" if self.kpi.kind == "share" else figures.unit(self.kpi.kind, self.kpi.top)
        return f"{said} {unit}".strip().replace(" ", figures.NBSP)

    @property
    def interval(self) -> str:
        if self.low is None or self.high is None:
            return ""
        return figures.interval(self.low, self.high, self.kpi.kind, in_words=True)


def kpis_of(inputs: Document) -> dict[str, FrozenKpi]:
    return {code: _kpi(code, facts) for code, facts in inputs["kpis"].items()}


def _kpi(code: str, facts: Document) -> FrozenKpi:
    low, high = facts["axis"]
    return FrozenKpi(
        code=code,
        name=say(facts["name"]),
        what=said_of(say(facts["what"]), say(facts["population"]) if "population" in facts else ""),
        measure=facts["measure"],
        higher_is_better=facts["higher_is_better"],
        scale=tuple(facts["scale"]) if facts["scale"] else None,
        axis=(low, high),
    )


def touchpoint_kpi(inputs: Document, kpis: Mapping[str, FrozenKpi], code: str) -> FrozenKpi:
    """The KPI by which touchpoints are read: one of the overview, or a mean on the journey's own scale."""
    journey = inputs["journey"]
    scale = tuple(journey["scale"]) if journey["scale"] else None
    known = kpis.get(code)
    name, what = (known.name, known.what) if known else ("", "")
    return FrozenKpi(code, name, what, journey["measure"], True, scale, scale or (0.0, 1.0))


def reading_of(facts: Document, kpi: FrozenKpi) -> FrozenReading:
    return FrozenReading(
        kpi=kpi,
        question=facts["question"],
        unit=facts["unit"],
        touchpoint=facts["touchpoint"],
        period=facts["period"],
        value=facts["value"],
        low=facts["low"],
        high=facts["high"],
        n=facts["n"],
        suppressed=facts["suppressed"],
        counts=facts.get("counts", {}),
    )


def change_of(facts: Document | None, kind: str, *, is_first: bool = False, since: str = "") -> figures.Change | None:
    """The mark of a comparison; `since` is the period of a first measurement."""
    if is_first:
        return figures.Change("first", None, period_label(since) if since else "")
    if facts is None:
        return None
    return figures.Change(facts["direction"], facts["delta"], period_label(facts["since"]), kind)


def is_marked(facts: Document | None) -> bool:
    return facts is not None and facts["direction"] != "none"


def period_label(code: str) -> str:
    return periods.parse(code).label


def day(iso: str) -> str:
    return date_format(date.fromisoformat(iso), "j M Y")


def trend_point(point: Document, kpi: FrozenKpi) -> TrendPoint:
    reading = reading_of(point["reading"], kpi)
    return TrendPoint(
        label=period_label(reading.period),
        value=reading.value,
        low=reading.low,
        high=reading.high,
        n=reading.n or 0,
        change=change_of(point["change"], kpi.kind),
        is_hidden=reading.suppressed,
    )


def bar_scale(kpi: FrozenKpi, *values: float | None) -> tuple[float, float]:
    """The KPI's own axis if it holds all values, else round ends around them, within the scale."""
    known = [value for value in values if value is not None]
    if all(kpi.axis[0] <= value <= kpi.axis[1] for value in known):
        return kpi.axis
    low, high = figures.nice_ends([*known, *kpi.axis], room=0.05)
    return (max(low, kpi.scale[0]), min(high, kpi.scale[1])) if kpi.scale and kpi.top else (low, high)
