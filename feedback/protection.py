"""Which cells of a question's table units × periods are too small to show, their complements included.

Within one period the units below a unit are one partition of its total: hiding one of them obliges to hide a second,
and what is hidden above is hidden below. Across periods a cell is protected by its own number alone: a total over
time grows with every answer, so whoever watches it sees each one come, whatever else is hidden.
"""

from collections import defaultdict
from collections.abc import Iterable

from django.db import connection

from cxprogram.models import OrgUnit, Program
from cxprogram.periods import Period
from cxprogram.suppression import Cell, hidden_in_tree

# The hidden cells of a question, by (program, question, watermark, minimum, time of folding): they change only when
# answers are folded. The oldest entry goes when the table is full.
_protected: dict[tuple, frozenset[Cell]] = {}
_MOST_ENTRIES = 4096


def _key(program: Program, question: str, state: tuple[int, object]) -> tuple:
    return program.pk, question, state[0], program.min_n, state[1]


def prepare(program: Program, questions: Iterable[str], *, state: tuple[int, object]) -> None:
    """Work out the hidden cells of the questions that are not known yet; two queries, however many these are."""
    new = sorted(question for question in set(questions) if _key(program, question, state) not in _protected)
    if not new:
        return
    own: dict[str, dict[Cell, int]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT q.code, c.unit_id, to_char(c.month, 'YYYY-MM'), sum(c.n)::bigint
            FROM feedback_scoremonth c JOIN feedback_question q ON q.id = c.question_id
            WHERE q.program_id = %s AND q.code = ANY(%s) AND c.missing = ''
            GROUP BY 1, 2, 3
            """,
            [program.pk, new],
        )
        for question, unit, month, n in cursor.fetchall():
            own[question][unit, month] = int(n)
    parents = dict(OrgUnit.objects.filter(program=program).values_list("pk", "parent_id"))
    for question in new:
        while len(_protected) >= _MOST_ENTRIES:
            _protected.pop(next(iter(_protected)), None)
        _protected[_key(program, question, state)] = hidden_in_tree(own[question], parents, minimum=program.min_n)


def is_hidden(
    program: Program, question: str, unit: OrgUnit, period: Period, *, n: int, state: tuple[int, object]
) -> bool:
    """Whether the cell must be withheld.

    - its own answers, the newest included, are fewer than the program's minimum;
    - or showing it would let a subtraction reveal such a cell.
    """
    if 0 < n < program.min_n:
        return True
    key = _key(program, question, state)
    if key not in _protected:
        prepare(program, [question], state=state)
    return (unit.pk, period.code) in _protected[key]
