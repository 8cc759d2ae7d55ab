"""The counts in a steering report, of problems and of tickets: what is too small to show, and what would tell it, is
not in them."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Count, F, Q

from cxprogram.models import OrgUnit, Program
from cxprogram.periods import Period
from cxprogram.suppression import hidden_cells
from feedback.choices import TicketStatus
from feedback.models import Question, RootCause, Ticket
from governance.texts import Texts, texts_of
from journeys.insight.problems import counting
from journeys.kpis import registry
from journeys.kpis.registry import KpiQuery

MOST_PROBLEMS = 10
Document = dict[str, Any]


@dataclass(frozen=True)
class Shown:
    """One row of a table of counts; `n` is None where it is too small or would tell one that is."""

    name: Texts
    n: int | None


def _counted(counts: Mapping[str, int], names: Mapping[str, Texts], *, minimum: int) -> list[Document]:
    """The rows of one table whose total is shown, largest first, hidden ones last."""
    hidden = hidden_cells(counts, minimum=minimum)
    rows = [(key, None if key in hidden else n) for key, n in counts.items()]
    rows.sort(key=lambda row: (row[1] is None, -(row[1] or 0), row[0]))
    return [asdict(Shown(names[key], n)) for key, n in rows]


def problems(program: Program, unit: OrgUnit, period: Period) -> Document | None:
    """What was named most among the problems, from the counts of the question that names them."""
    question = Question.objects.filter(program=program, code=program.problem_question).first()
    if question is None:
        return None
    [reading] = registry.read(program, [KpiQuery(counting(program, question.code), unit, period)])
    real = {code for code, option in question.options.items() if option.get("is_problem", True)}
    counts = {str(code): n for code, n in reading.counts.items() if str(code) in real and n}
    if reading.suppressed or sum(counts.values()) < program.min_n:
        return None
    names = {code: {"": code, **question.options[code].get("title", {})} for code in counts}
    rows = _counted(counts, names, minimum=program.min_n)
    shown = [row for row in rows if row["n"] is not None]
    return {
        "total": sum(counts.values()),
        "rows": shown[:MOST_PROBLEMS],
        "others": len(counts) - len(shown[:MOST_PROBLEMS]),
    }


def tickets(program: Program, unit: OrgUnit, period: Period) -> Document:
    """Tickets opened in the period; where there are none, those opened since.

    Counts too small to show are hidden together with what would reveal them, table by table.
    """
    every = Ticket.objects.filter(program=program, unit__path__startswith=unit.path)
    within = every.in_period(period)
    is_since = not within.exists()
    rows = list(
        (every.filter(opened_on__gt=period.end) if is_since else within)
        .values_list("unit__path", "status", "reasons", "root_cause")
        .annotate(
            n=Count("pk"),
            met=Count("pk", filter=Q(first_contact_at__isnull=False)),
            in_time=Count("pk", filter=Q(first_contact_at__lte=F("due_at"))),
        )
    )
    total = sum(row[4] for row in rows)
    if total < program.min_n:
        return {"is_since": is_since, "total": total if total == 0 else None, "units": [], "reasons": [], "causes": []}
    met, in_time = sum(row[5] for row in rows), sum(row[6] for row in rows)
    states: Counter[str] = Counter()
    for row in rows:
        states[row[1]] += row[4]
    hidden = hidden_cells(states, minimum=program.min_n)
    has_times = met >= program.min_n and not (0 < met - in_time < program.min_n) and not (0 < in_time < program.min_n)
    return {
        "is_since": is_since,
        "total": total,
        "states": {status: None if status in hidden else states[status] for status in TicketStatus.values},
        "contacted": met if has_times else None,
        "in_time": in_time if has_times else None,
        "units": _by_unit(program, unit, rows),
        "reasons": _by_reason(rows, minimum=program.min_n),
        "causes": _by_cause(program, rows),
    }


def _by_unit(program: Program, unit: OrgUnit, rows: Sequence[tuple]) -> list[Document]:
    below = list(OrgUnit.objects.filter(program=program, parent=unit).order_by("code"))
    counts: Counter[str] = Counter({child.code: 0 for child in below})
    for path, *_facts, n, _met, _in_time in rows:
        home = next((child.code for child in below if path.startswith(child.path)), unit.code)
        counts[home] += n
    names = {each.code: texts_of(each) for each in (*below, unit)}
    return _counted(counts, names, minimum=program.min_n)


def _by_reason(rows: Sequence[tuple], *, minimum: int) -> list[Document]:
    """By what opened the ticket; two reasons together are a group of their own."""
    counts: Counter[str] = Counter()
    for _path, _status, reasons, _cause, n, *_times in rows:
        counts["+".join(sorted(reasons))] += n
    return _counted(counts, {key: {"": key} for key in counts}, minimum=minimum)


def _by_cause(program: Program, rows: Sequence[tuple]) -> list[Document]:
    """Root causes of the closed tickets; words of one's own are counted together, never shown."""
    known: dict[str, RootCause] = {}
    for cause in RootCause.objects.filter(program=program):
        known |= {text.casefold(): cause for text in (cause.code, cause.name, *cause.names.values())}
    counts: Counter[str] = Counter()
    names: dict[str, Texts] = defaultdict(dict)
    for _path, status, _reasons, root_cause, n, *_times in rows:
        if status != TicketStatus.CLOSED:
            continue
        found = known.get(root_cause.casefold())
        key = found.code if found else ""
        counts[key] += n
        names[key] = texts_of(found) if found else {}
    return [] if sum(counts.values()) < program.min_n else _counted(counts, names, minimum=program.min_n)
