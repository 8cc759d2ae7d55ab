"""What the insight room needs to know of the questions that KPIs are computed from: name, scale, years with answers.

The room that owns the questions registers a reader in `AppConfig.ready()`; everyone asks through `facts`.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from cxprogram.models import Program
from cxprogram.periods import Period, parse


@dataclass(frozen=True)
class QuestionFacts:
    """One question. `years` says how many answered in each calendar year, counted up to `at_least` of the call;
    `revised` names the days from which it was worded so differently that answers are not compared across them."""

    code: str
    label: str
    scale: tuple[int, int] | None
    years: Mapping[int, int]
    revised: tuple[date, ...] = ()

    def revision(self, period: Period) -> int:
        """The wording with which the period ended, counted from 1."""
        return 1 + sum(day <= period.end for day in self.revised)

    @property
    def named(self) -> str:
        """Its label, and its code where the label does not say it."""
        return self.label if self.label == self.code else f"{self.label} ({self.code})"

    @property
    def periods(self) -> list[Period]:
        """The calendar years with answers, oldest first."""
        return [parse(f"{year:04}") for year in sorted(self.years)]


Reader = Callable[[Program, Collection[str], int], dict[str, QuestionFacts]]
_readers: list[Reader] = []


def register(reader: Reader) -> None:
    if reader not in _readers:
        _readers.append(reader)


def facts(program: Program, codes: Collection[str], *, at_least: int = 1) -> dict[str, QuestionFacts]:
    """The facts by question code; a question that nobody knows is left out."""
    wanted = {code for code in codes if code}
    found: dict[str, QuestionFacts] = {}
    for reader in _readers:
        if wanted - found.keys():
            found |= reader(program, wanted - found.keys(), at_least)
    return found


def unknown(program: Program, codes: Collection[str]) -> set[str]:
    """Of these codes, those that no question of the program has."""
    wanted = {code for code in codes if code}
    return wanted - facts(program, wanted).keys()


def no_such(code: str) -> str:
    return _("There is no question %(code)s.") % {"code": code[:60]}
