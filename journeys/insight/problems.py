"""Problems that customers named, by stage and by touchpoint, from the counts of a question that names them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cxprogram.models import Program
from cxprogram.models.translated import in_language
from cxprogram.suppression import hidden_cells
from journeys.kpis.registry import KpiReading
from journeys.models import Kpi, Stage, Touchpoint

NAMED = 2


def counting(program: Program, question: str) -> Kpi:
    """A definition, never stored, that counts the answers to a question: its reading carries them by code."""
    return Kpi(program=program, code="share", collector="share", question_code=question, parameters={"codes": []})


@dataclass(frozen=True)
class StageProblems:
    """How often problems of one stage were named, with the most named ones.

    count           None when too small to show, or when a subtraction would tell one that is
    share_of_most   of the stage with the most problems, 0–1
    """

    count: int | None
    names: tuple[tuple[str, int], ...]
    share_of_most: float


class Problems:
    """The counts of one period and unit; too small ones are withheld."""

    def __init__(self, stages: Sequence[Stage], readings: Mapping[str, KpiReading], *, minimum: int) -> None:
        self._minimum = minimum
        self._stages = {stage.pk: stage for stage in stages}
        self._counts = {code: dict(reading.counts) for code, reading in readings.items() if not reading.suppressed}
        self._known = {stage.pk: self._codes(stage) for stage in stages if stage.problem_question in self._counts}
        totals = {pk: sum(codes.values()) for pk, codes in self._known.items()}
        every = sum(sum(counts.values()) for counts in self._counts.values())
        table: dict[object, int] = {**totals, "elsewhere": max(0, every - sum(totals.values()))}
        hidden = hidden_cells(table, minimum=minimum)
        self._totals: dict[int, int | None] = {pk: None if pk in hidden else n for pk, n in totals.items()}
        self._most = max((n for n in self._totals.values() if n), default=0)
        is_whole = bool(self._known) and not hidden
        self.named = every if is_whole else None
        self.placed = sum(totals.values()) if is_whole else None

    def _codes(self, stage: Stage) -> dict[str, int]:
        """How often each problem of the stage was named, by its code."""
        counts = self._counts[stage.problem_question]
        return {code: counts[int(code)] for code in stage.problems if int(code) in counts}

    def of_stage(self, stage: Stage) -> StageProblems | None:
        """None where no question names problems, or its answers are too few."""
        if stage.pk not in self._known:
            return None
        count = self._totals[stage.pk]
        if count is None:
            return StageProblems(None, (), 0.0)
        codes = self._known[stage.pk]
        hidden = hidden_cells(codes, minimum=self._minimum)
        shown = sorted((code for code in codes if codes[code] and code not in hidden), key=lambda c: (-codes[c], c))
        names = tuple((_name(stage.problems[code]), codes[code]) for code in shown[:NAMED])
        return StageProblems(count, names, count / self._most if self._most else 0.0)

    def of_touchpoint(self, touchpoint: Touchpoint) -> int | None:
        """How often the touchpoint's own problems were named; None when too few to show."""
        stage = self._stages[touchpoint.stage_id]
        counts = self._counts.get(stage.problem_question, {})
        n = sum(counts.get(int(code), 0) for code in touchpoint.problem_codes)
        return n if n >= self._minimum else None


def _name(names: Any) -> str:
    return str(in_language(names)) if isinstance(names, dict) else str(names)
