"""A journey in one number: the mean of its touchpoints, through the journeys that these open into. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """One touchpoint: its own value where it is measured, and the number of the journey that it opens into."""

    value: float | None
    opens: int | None = None


@dataclass(frozen=True)
class Rollup:
    """The mean, and over how many touchpoints; None over none."""

    value: float | None
    of: int


def roll_up(journeys: Mapping[int, Sequence[Part]]) -> dict[int, Rollup]:
    """The mean over each journey's touchpoints, each counted once whatever its number of answers.

    - a measured touchpoint counts with its own value;
    - one that is not measured but opens into a journey counts with that journey's mean;
    - all others do not count, nor does a journey inside of itself.
    """
    return {key: _mean(key, journeys, ()) for key in journeys}


def _mean(key: int, journeys: Mapping[int, Sequence[Part]], above: tuple[int, ...]) -> Rollup:
    values = []
    for part in journeys.get(key, ()):
        value = part.value
        if value is None and part.opens is not None and part.opens not in (*above, key):
            value = _mean(part.opens, journeys, (*above, key)).value
        if value is not None:
            values.append(value)
    return Rollup(sum(values) / len(values) if values else None, len(values))
