"""Between which values a KPI can lie: what is proposed is cut to it, what a person sets is held to it."""

from math import inf

from django.utils.translation import gettext as _

from cxprogram import figures
from journeys.choices import Measure
from journeys.kpis import registry
from journeys.kpis.questions import QuestionFacts
from journeys.models import Kpi

Span = tuple[float, float]
# By what the KPI is written in. A mean lies on the scale of its question; money may be lost.
_SPANS: dict[str, Span] = {
    Measure.POINTS: (-100.0, 100.0),
    Measure.SHARE: (0.0, 1.0),
    Measure.COUNT: (0.0, inf),
    Measure.RATE: (0.0, inf),
    Measure.DURATION: (0.0, inf),
}


def of(kpi: Kpi, facts: QuestionFacts | None) -> Span | None:
    """The lowest and the highest value, both possible, as values are stored; None where nothing is known of them.

    Raises KpiError if no room computes the KPI.
    """
    if kpi.measure == Measure.MEAN:
        return (float(facts.scale[0]), float(facts.scale[1])) if facts and facts.scale else None
    collector = registry.collector_of(kpi)
    return collector.span or (_SPANS.get(kpi.measure) if collector.is_bounded else None)


def holds(span: Span | None, value: float) -> bool:
    return span is None or span[0] <= value <= span[1]


def within(span: Span | None, value: float) -> float:
    """The value, or the end of the span beyond which it lies."""
    return value if span is None else min(max(value, span[0]), span[1])


def hint(span: Span, *, factor: float = 1) -> str:
    """What may be written, beside its field. `factor` as of the kind in which it is written."""
    low, high = _told(span, factor)
    if not high:
        return _("At least %(low)s.") % {"low": low}
    return _("From %(low)s to %(high)s.") % {"low": low, "high": high}


def refusal(span: Span, *, factor: float = 1) -> str:
    """Why a value beyond is not taken."""
    low, high = _told(span, factor)
    if not high:
        return _("A target of this KPI is at least %(low)s.") % {"low": low}
    return _("A target of this KPI lies from %(low)s to %(high)s.") % {"low": low, "high": high}


def _told(span: Span, factor: float) -> tuple[str, str]:
    low, high = span
    return figures.decimal(low * factor, 0), "" if high == inf else figures.decimal(high * factor, 0)
