"""A survey as another tool defines it, in our words: questions, wordings, options and scales. Pure.

What cannot be taken is listed, never dropped: `left_out` names the thing and why.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count

from cxprogram.imports.errors import gettext_noop

MAX_BYTES = 32 * 1024**2
MAX_CODE = 60
TYPE_UNKNOWN = gettext_noop("Questions of type %(kind)s are not asked here.")
TOO_LARGE = gettext_noop("A definition has at most %(limit)s MB.")
NO_SURVEY = gettext_noop("This is no survey definition of %(tool)s.")
NOT_IN_CODES = re.compile(r"[^A-Za-z0-9_]+")

Texts = dict[str, str]  # by language


@dataclass(frozen=True, slots=True)
class OptionDef:
    """One answer that can be chosen. `source` is how the other tool's file writes it."""

    code: int
    texts: Texts
    source: str = ""


@dataclass(frozen=True, slots=True)
class QuestionDef:
    """One question. `kind` is one of nps, rating, single, multiple, text, number, date.

    `missing` are answers that are no point of the scale: "don't know", "not applicable". `source_id` and `source_type`
    are the other tool's own; `grid` is the heading under which the question stood as a row.
    """

    code: str
    kind: str
    texts: Texts
    options: tuple[OptionDef, ...] = ()
    scale: tuple[int, int] | None = None
    missing: tuple[OptionDef, ...] = ()
    is_required: bool = False
    page: int = 1
    source_id: str = ""
    source_type: str = ""
    grid: str = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One thing of the other survey that is not here, and why (`code` for programs, `why` for people)."""

    what: str
    name: str
    code: str
    why: str


@dataclass(slots=True)
class SurveyDefinition:
    """A whole survey. `counts` are the other tool's own numbers of what was met, as read."""

    title: str
    language: str
    languages: list[str] = field(default_factory=list)
    questions: list[QuestionDef] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def leave_out(self, what: str, name: str, code: str, why: str) -> None:
        self.left_out.append(LeftOut(what, name[:120], code, why))

    def question(self, code: str) -> QuestionDef | None:
        return next((question for question in self.questions if question.code == code), None)


class Codes:
    """Codes of questions that no other question of the survey has."""

    def __init__(self) -> None:
        self.taken: set[str] = set()

    def take(self, wish: str) -> str:
        base = NOT_IN_CODES.sub("_", wish).strip("_")[:MAX_CODE] or "Q"
        code = base
        for number in count(2):
            if code.casefold() not in self.taken:
                break
            code = f"{base[: MAX_CODE - 4]}_{number}"
        self.taken.add(code.casefold())
        return code


def option_codes(sources: Iterable[str]) -> dict[str, int]:
    """Whole numbers for the answers of a question: their own where all have one, else in their order from 1."""
    names = list(dict.fromkeys(sources))
    numbers = [int(name) for name in names if re.fullmatch(r"-?[0-9]{1,6}", name)]
    if len(set(numbers)) == len(names) and all(number >= 0 for number in numbers):
        return dict(zip(names, numbers, strict=True))
    return {name: number for number, name in enumerate(names, start=1)}
