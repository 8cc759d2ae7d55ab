"""Which cells of a question's table units × periods are too small to show, their complements included.

The table is that of the score cells; a page may show any unit, any month, any year and every total, so hiding one
cell obliges to hide a second in its row and in its column.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from typing import Any

from django.db import connection

from cxprogram.models import OrgUnit, Program
from cxprogram.periods import Period

Cell = tuple[int, str]  # (unit id, period code)


def close(table: Mapping[Any, int], hidden: set[Any], *, minimum: int) -> set[Any]:
    """Hide further cells until every row and column hides none, or at least two that together reach the minimum.

    `hidden` holds what must be hidden anyway; small cells are added. An empty cell tells nothing and stays.
    """
    hidden = set(hidden) | {cell for cell, n in table.items() if 0 < n < minimum}
    lines: dict[Hashable, list] = defaultdict(list)
    for cell in table:
        lines["row", cell[0]].append(cell)
        lines["column", cell[1]].append(cell)
    changed = True
    while changed:
        changed = False
        for cells in lines.values():
            out = [cell for cell in cells if cell in hidden and table[cell]]
            if not out:
                continue
            visible = sorted((c for c in cells if c not in hidden and table[c]), key=lambda c: (table[c], repr(c)))
            total = sum(table[cell] for cell in out)
            while visible and (len(out) == 1 or total < minimum):
                cell = visible.pop(0)
                hidden.add(cell)
                out.append(cell)
                total += table[cell]
                changed = True
    return hidden


def hidden_cells(own: Mapping[Cell, int], parents: Mapping[int, int | None], *, minimum: int) -> frozenset[Cell]:
    """The (unit, period) cells to hide, for months, years and `all`, in a tree of units.

    own      answers given at the unit itself (not below it), by unit id and month `YYYY-MM`
    parents  the unit above, by unit id; None for the root
    """
    order = sorted(parents, key=lambda unit: _depth(unit, parents))
    totals: dict[Cell, int] = defaultdict(int)
    for (unit, month), n in own.items():
        step: int | None = unit
        while step is not None:
            for code in (month, month[:4], "all"):
                totals[step, code] += n
            step = parents[step]
    months = sorted({month for _unit, month in own})
    hidden: set[Cell] = set()
    spans = [("all", sorted({month[:4] for month in months}))]
    spans += [(year, [month for month in months if month[:4] == year]) for year in spans[0][1]]
    children: dict[int, list[int]] = defaultdict(list)
    for unit in order:
        if (above := parents[unit]) is not None:
            children[above].append(unit)
    for whole, parts in spans:
        root = order[0]
        line = {(root, part): totals[root, part] for part in parts}
        forced = {(root, part) for part in parts if (root, whole) in hidden}
        if 0 < totals[root, whole] < minimum:
            hidden.add((root, whole))
            forced = set(line)
        hidden |= close(line, forced, minimum=minimum)
        for above in order:
            below = children[above]
            if not below:
                continue
            table: dict[Any, int] = {(unit, part): totals[unit, part] for unit in below for part in parts}
            for part in parts:
                # What was said at the unit above itself is the rest that a subtraction would reveal.
                table[("rest", above), part] = totals[above, part] - sum(totals[unit, part] for unit in below)
            forced = {
                (unit, part) for unit in below for part in parts if (above, part) in hidden or (unit, whole) in hidden
            }
            if whole == "all":
                alone: dict[Any, int] = {(unit, "all"): totals[unit, "all"] for unit in below}
                alone[("rest", above), "all"] = totals[above, "all"] - sum(totals[u, "all"] for u in below)
                over = {cell for cell in alone if (above, "all") in hidden}
                sums = close(alone, over, minimum=minimum)
                hidden |= {cell for cell in sums if isinstance(cell[0], int)}
                forced |= {(unit, part) for unit in below for part in parts if (unit, "all") in sums}
            closed = close(table, forced, minimum=minimum)
            hidden |= {cell for cell in closed if isinstance(cell[0], int)}
    return frozenset(hidden)


def _depth(unit: int, parents: Mapping[int, int | None]) -> int:
    depth, step = 0, parents[unit]
    while step is not None:
        depth, step = depth + 1, parents[step]
    return depth


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
            SELECT q.code, c.unit_id, to_char(c.day, 'YYYY-MM'), sum(c.n)::bigint
            FROM feedback_scorecell c JOIN feedback_question q ON q.id = c.question_id
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
        _protected[_key(program, question, state)] = hidden_cells(own[question], parents, minimum=program.min_n)


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
