"""What customers expect of a touchpoint: measured by a question where one asks, otherwise assumed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import hypot

from cxprogram.periods import Period
from journeys.choices import ExpectationForm
from journeys.kpis.registry import KpiReading
from journeys.models import Expectation, Touchpoint


@dataclass(frozen=True)
class Expected:
    """The expectation on the scale of the experience, and the gap to it (experience − expectation) with its interval.

    An assumed expectation has no interval of its own. The gap is None where the experience has no value.
    """

    value: float
    is_measured: bool
    n: int | None
    gap: float | None
    gap_low: float | None
    gap_high: float | None

    @property
    def is_missed(self) -> bool:
        """Whether the whole interval of the gap lies below nothing."""
        return self.gap_high is not None and self.gap_high < 0


def expectations(
    touchpoints: Sequence[Touchpoint],
    period: Period,
    readings: Mapping[int, KpiReading],
    asked: Mapping[int, KpiReading],
    scales: Mapping[str, tuple[int, int] | None],
) -> dict[int, Expected]:
    """By touchpoint: `readings` tell the experience, `asked` the question about the expectation; one query.

    A measured expectation is put before an assumed one, of which that holds which was in force as the period ended.
    """
    rows = Expectation.objects.filter(touchpoint__in=touchpoints, valid_from__lte=period.end).order_by("valid_from")
    assumed = {row.touchpoint_id: row for row in rows}
    found = {}
    for touchpoint in touchpoints:
        reading = readings.get(touchpoint.pk)
        made = _measured(touchpoint, reading, asked.get(touchpoint.pk), scales)
        if made is None and (row := assumed.get(touchpoint.pk)) is not None:
            made = _assumed(row, reading)
        if made is not None:
            found[touchpoint.pk] = made
    return found


def _assumed(row: Expectation, reading: KpiReading | None) -> Expected:
    if reading is None or reading.value is None:
        return Expected(row.value, row.is_measured, None, None, None, None)
    low = None if reading.low is None else reading.low - row.value
    high = None if reading.high is None else reading.high - row.value
    return Expected(row.value, row.is_measured, None, reading.value - row.value, low, high)


def _measured(
    touchpoint: Touchpoint,
    reading: KpiReading | None,
    asked: KpiReading | None,
    scales: Mapping[str, tuple[int, int] | None],
) -> Expected | None:
    scale, own = scales.get(touchpoint.expectation_question), scales.get(touchpoint.question_code)
    if asked is None or asked.value is None or scale is None or own is None:
        return None
    if touchpoint.expectation_form == ExpectationForm.AGAINST:
        # The middle of the scale is "as expected": what lies above or below it is the gap, on the experience's scale.
        if reading is None or reading.value is None:
            return None
        middle, factor = (scale[0] + scale[1]) / 2, (own[1] - own[0]) / (scale[1] - scale[0])
        gap = (asked.value - middle) * factor
        low = None if asked.low is None else (asked.low - middle) * factor
        high = None if asked.high is None else (asked.high - middle) * factor
        return Expected(reading.value - gap, True, asked.n, gap, low, high)
    if scale != own:
        return None
    if reading is None or reading.value is None:
        return Expected(asked.value, True, asked.n, None, None, None)
    gap = reading.value - asked.value
    if reading.low is None or reading.high is None or asked.low is None or asked.high is None:
        return Expected(asked.value, True, asked.n, gap, None, None)
    # Two means with an error each; as if told by different people, which makes the interval rather too long.
    half = hypot((reading.high - reading.low) / 2, (asked.high - asked.low) / 2)
    return Expected(asked.value, True, asked.n, gap, gap - half, gap + half)
