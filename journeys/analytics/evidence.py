"""How well something on a map is known, from what is linked to it; nobody has to remember to say so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Grade = Literal["assumed", "partly", "researched"]
ORDER: tuple[Grade, ...] = ("assumed", "partly", "researched")

FEWEST = 5  # customers of a study that counts
FRESH = timedelta(days=3 * 365)


@dataclass(frozen=True)
class StudyFacts:
    """A study that says something of the thing: when, with how many customers, and by asking or watching them."""

    done_on: date
    participants: int
    is_of_customers: bool


def counts(study: StudyFacts, as_of: date) -> bool:
    """Whether a study is evidence: of customers, enough of them, no older than three years and not of the future."""
    is_fresh = as_of - FRESH <= study.done_on <= as_of
    return study.is_of_customers and study.participants >= FEWEST and is_fresh


def grade(studies: Sequence[StudyFacts], *, is_measured: bool, as_of: date) -> Grade:
    """The grade of a touchpoint or a goal.

    | measured | a study that counts | grade |
    |---|---|---|
    | yes | yes | researched |
    | yes | no | partly |
    | no | yes | partly |
    | no | no | assumed; partly if some study says anything at all |
    """
    has_study = any(counts(study, as_of) for study in studies)
    if is_measured and has_study:
        return "researched"
    return "partly" if is_measured or studies else "assumed"


def whole(parts: Sequence[Grade]) -> Grade:
    """The grade of what consists of parts: the one that at least half of them reach."""
    for candidate in reversed(ORDER):
        reached = sum(ORDER.index(part) >= ORDER.index(candidate) for part in parts)
        if parts and 2 * reached >= len(parts):
            return candidate
    return "assumed"


def better(stated: Grade, derived: Grade) -> Grade:
    """What a person stated holds where nothing linked says more."""
    return max(stated, derived, key=ORDER.index)
