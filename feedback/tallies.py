"""Reading counts: months and the unfolded tail in one statement, so that both belong to one snapshot."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from django.db import connection

from cxprogram.models import OrgUnit, Program
from cxprogram.periods import Period
from cxprogram.stats.tally import Tally
from cxprogram.suppression import hidden_units
from feedback.services.folding import EXPLODE

# The tail is small, which the planner cannot know: of a one-sided bound it expects a third of all responses and would
# read the whole table (and compile the query for it). Of two bounds it expects half a per cent and takes the index.
READ = f"""
    WITH state AS (
        SELECT coalesce(max(watermark_xid), 0) AS mark FROM feedback_foldstate WHERE program_id = %(program)s
    ), span AS (
        SELECT * FROM unnest(%(codes)s::text[], %(starts)s::date[], %(ends)s::date[]) AS s(code, first, last)
    ), q AS (
        SELECT id, code FROM feedback_question WHERE program_id = %(program)s AND code = ANY(%(questions)s)
    ), r AS (
        SELECT * FROM feedback_response
        WHERE program_id = %(program)s AND recorded_xid >= (SELECT mark FROM state)
          AND recorded_xid <= (SELECT 9223372036854775807)
    ), x AS ({EXPLODE}), t AS MATERIALIZED (
        SELECT question_id, unit_id, month AS day, code, missing, n, weight_sum AS w, weight_sq_sum AS ww
        FROM feedback_scoremonth
        WHERE question_id = ANY(ARRAY(SELECT id FROM q))
          AND month BETWEEN %(first)s AND %(last)s
        UNION ALL
        SELECT q.id, x.unit_id, x.answered_on, x.code, x.missing, 1, x.weight, x.weight * x.weight
        FROM x JOIN q ON q.code = x.question
    )
    SELECT q.code, span.code, t.unit_id, t.code, t.missing, sum(t.n)::bigint, sum(t.w), sum(t.ww)
    FROM t
    JOIN q ON q.id = t.question_id
    JOIN span ON t.day BETWEEN span.first AND span.last
    GROUP BY 1, 2, 3, 4, 5
"""  # noqa: S608 (no value is written into it)


@dataclass
class Counted:
    """Answers to one question at one unit (its subtree) in one period."""

    cells: list[tuple[int, int, float, float]] = field(default_factory=list)
    missing: dict[str, int] = field(default_factory=lambda: {"blank": 0, "not_applicable": 0})

    def add(self, code: int | None, missing: str, n: int, weight: float, weight_sq: float) -> None:
        if code is None:
            self.missing[missing] += n
        else:
            self.cells.append((code, n, weight, weight_sq))

    @property
    def tally(self) -> Tally:
        return Tally.from_cells(self.cells)


class Counts:
    """The counts of some questions and periods, by unit."""

    def __init__(self, rows: Iterable[tuple], units: Collection[OrgUnit]) -> None:
        self._by_unit: dict[tuple[str, str], dict[int, Counted]] = defaultdict(lambda: defaultdict(Counted))
        for question, period, unit, code, missing, n, weight, weight_sq in rows:
            self._by_unit[question, period][unit].add(code, missing, n, weight, weight_sq)
        self._paths = {unit.pk: unit.path for unit in units}
        self._parents = {unit.pk: unit.parent_id for unit in units}
        self._hidden: dict[tuple[str, str, int], frozenset[int]] = {}

    def of(self, question: str, unit: OrgUnit, period: Period) -> Counted:
        """The counts of the unit's whole subtree."""
        total = Counted()
        for unit_id, counted in self._by_unit[question, period.code].items():
            if self._paths[unit_id].startswith(unit.path):
                total.cells.extend(counted.cells)
                for why, n in counted.missing.items():
                    total.missing[why] += n
        return total

    def is_hidden(self, question: str, unit: OrgUnit, period: Period, *, minimum: int) -> bool:
        """Whether the unit's answers of the period are too few to show, or would tell such a unit's by subtraction.

        Judged by what is shown, the newest answers included. Across periods a unit is protected by its own number
        alone: a total over time grows with every answer, so whoever watches it sees each one come.
        """
        key = question, period.code, minimum
        if key not in self._hidden:
            hidden = (hidden_units(each, self._parents, minimum=minimum) for each in self.told(question, period))
            self._hidden[key] = frozenset[int]().union(*hidden)
        return unit.pk in self._hidden[key]

    def told(self, question: str, period: Period) -> Iterable[Mapping[int, int]]:
        """The numbers by unit that whoever is shown the counts can know."""
        return [self.own(question, period)]

    def own(self, question: str, period: Period) -> dict[int, int]:
        """How many answers were given at each unit itself, not below it."""
        return {number: counted.tally.total for number, counted in self._by_unit[question, period.code].items()}


def count(program: Program, questions: Collection[str], periods: Collection[Period]) -> Counts:
    """Counts of the questions in the periods, for every unit; two queries however many are asked for."""
    spans = sorted(set(periods))
    units = list(OrgUnit.objects.filter(program=program))
    if not spans or not questions:
        return Counts((), units)
    with connection.cursor() as cursor:
        cursor.execute(
            READ,
            {
                "program": program.pk,
                "questions": sorted(set(questions)),
                "codes": [period.code for period in spans],
                "starts": [period.start for period in spans],
                "ends": [period.end for period in spans],
                "first": min(period.start for period in spans),
                "last": max(period.end for period in spans),
            },
        )
        return Counts(cursor.fetchall(), units)


def answered(program: Program, question: str, period: Period) -> int:
    """How many gave a value to the question in the period, in the whole organisation."""
    root = OrgUnit.objects.get(program=program, parent=None)
    return int(count(program, [question], [period]).of(question, root, period).tally.total)
