"""Which questions go most closely with the overall rating; the room that studies drivers registers the answer."""

from collections.abc import Callable
from dataclasses import dataclass

from cxprogram.models import Program
from cxprogram.periods import Period


@dataclass(frozen=True)
class Driver:
    """One question and its share of the explained variation, 0–1. Association, not cause."""

    question: str
    share: float


Reader = Callable[[Program, Period], tuple[Driver, ...]]
_readers: list[Reader] = []


def register(reader: Reader) -> None:
    if reader not in _readers:
        _readers.append(reader)


def drivers(program: Program, period: Period) -> tuple[Driver, ...]:
    """Strongest first; empty without a study of the period."""
    return next((found for reader in _readers if (found := reader(program, period))), ())
