"""KPIs that are asked and about a part of the customers: their answers counted month by month, and what stays hidden.

A month's cell holds, by question, the answers of the population and how many of its people gave one who are in an
earlier KPI's population too: `{"NETPRO": {"answers": {"9": [n, w, ww], "blank": [...]}, "beside": {"12": n}}}`. What
everyone answered is shown as well, so a population is told only where nothing small can be read off by subtraction.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from cxprogram.models import OrgUnit, Program
from cxprogram.periods import Period
from cxprogram.suppression import told_by_subtraction
from feedback.choices import Missing
from feedback.services.folding import EXPLODE
from feedback.tallies import Counts
from journeys.kpis import counted
from journeys.kpis.counted import Monthly
from journeys.models import Kpi, KpiCell, KpiFill

MISSING = frozenset(Missing.values)
OF_MONTH = """
    program_id = %(program)s
    AND answered_on >= %(month)s::date AND answered_on < %(month)s::date + interval '1 month'
"""
AMONG = f"SELECT DISTINCT customer_id FROM feedback_response WHERE {OF_MONTH} AND customer_id IS NOT NULL"  # noqa: S608
ANSWERS = f"""
    WITH r AS (
        SELECT * FROM feedback_response WHERE {OF_MONTH} AND customer_id IN (SELECT id FROM kpi_population)
    ), x AS MATERIALIZED (
        SELECT * FROM ({EXPLODE}) AS e WHERE question = ANY(%(questions)s)
    ), given AS (
        SELECT unit_id, question, coalesce(code::text, missing) AS answer, count(*) AS n, sum(weight) AS w,
               sum(weight * weight) AS ww
        FROM x GROUP BY 1, 2, 3
    ), answers AS (
        SELECT unit_id, question, jsonb_object_agg(answer, jsonb_build_array(n, w, ww)) AS answers,
               sum(n) FILTER (WHERE answer <> ALL(%(missing)s)) AS n
        FROM given GROUP BY 1, 2
    ), shared AS (
        SELECT x.unit_id, x.question, b.kpi, count(*) AS n
        FROM x JOIN r ON r.id = x.id JOIN kpi_beside b ON b.id = r.customer_id WHERE x.code IS NOT NULL
        GROUP BY 1, 2, 3
    ), beside AS (
        SELECT unit_id, question, jsonb_object_agg(kpi::text, n) AS beside FROM shared GROUP BY 1, 2
    )
    SELECT unit_id, coalesce(max(n), 0), 0, 0, 0,
           jsonb_object_agg(question, jsonb_build_object('answers', answers, 'beside', coalesce(beside, '{{}}')))
    FROM answers LEFT JOIN beside USING (unit_id, question) GROUP BY 1
"""  # noqa: S608 (no value is written into it)


def questions_of(kpi: Kpi) -> list[str]:
    """The questions whose answers are told: of an index its own, and those that it is made of."""
    return list(dict.fromkeys([kpi.question_code, *(kpi.parameters.get("questions") or [])]))


def _earlier(kpi: Kpi) -> list[Kpi]:
    """The KPIs about a population, defined before this one, that share a question with it: any version, any of the
    collectors."""
    rows = Kpi.objects.filter(program=kpi.program_id, population__isnull=False, pk__lt=kpi.pk).order_by("pk")
    mine = set(questions_of(kpi))
    return [row for row in rows.exclude(question_code="") if mine.intersection(questions_of(row))]


class OfPopulation(Monthly):
    """How the answers of a population are counted: of all months for a first version, as what everyone answered is."""

    def first_month(self, kpi: Kpi) -> date:
        return kpi.asked_from or date.min

    def completed(self, kpi: Kpi) -> dict[str, Any]:
        return {"questions": questions_of(kpi), "missing": Missing.values}


HOW = OfPopulation(sql=ANSWERS, sources=("responses",), among=AMONG, beside=_earlier)


@dataclass(frozen=True)
class _Cell:
    unit: int
    month: date
    by_question: Mapping[str, Mapping[str, Mapping[str, Any]]]


class Part(Counts):
    """The counts of a part of those who answered."""

    def __init__(self, kpi: int, populations: "Populations") -> None:
        super().__init__(populations.rows(kpi), populations.units)
        self._kpi, self._populations = kpi, populations

    def told(self, question: str, period: Period) -> Iterable[Mapping[int, int]]:
        return [self.own(question, period), *self._populations.told(self._kpi, question, period)]


class Populations:
    """What the populations of some KPIs answered in some periods, beside everyone; a constant number of queries.

    Each KPI's cells are gone through once, however many periods and other KPIs they are held against.
    """

    def __init__(self, program: Program, kpis: Collection[Kpi], periods: Collection[Period], everyone: Counts) -> None:
        self._everyone, self._spans = everyone, sorted(set(periods))
        self.units = list(OrgUnit.objects.filter(program=program))
        asked = {code for kpi in kpis for code in questions_of(kpi)}
        rows = Kpi.objects.filter(program=program, population__isnull=False).exclude(question_code="").order_by("pk")
        self._questions = {kpi.pk: codes for kpi in rows if asked.intersection(codes := set(questions_of(kpi)))}
        months = min(span.start for span in self._spans), max(span.end for span in self._spans)
        cells = KpiCell.objects.filter(kpi__in=self._questions, month__range=months).order_by("month", "unit")
        self._cells: dict[int, list[_Cell]] = defaultdict(list)
        for kpi, unit, month, bins in cells.values_list("kpi", "unit", "month", "bins"):
            self._cells[kpi].append(_Cell(unit, month, bins))
        fills = KpiFill.objects.done().filter(kpi__in=[kpi.pk for kpi in kpis], month__range=months)
        self._fills = list(fills.values_list("kpi", "month", "counted_at"))
        self._parts: dict[int, Part] = {}
        self._both = self._in_both()

    def counts(self, kpi: Kpi) -> Counts:
        return self._part(kpi.pk)

    def _part(self, kpi: int) -> Part:
        if kpi not in self._parts:
            self._parts[kpi] = Part(kpi, self)
        return self._parts[kpi]

    def counted_at(self, kpi: Kpi, period: Period) -> datetime | None:
        """When the newest month of the period was counted; None where no month was."""
        found = (at for number, month, at in self._fills if number == kpi.pk and month in period)
        return max(found, default=None)

    def rows(self, kpi: int) -> Iterator[tuple]:
        """What `Counts` takes."""
        for cell in self._cells[kpi]:
            spans = self._spans_of(cell)
            for question, found in cell.by_question.items():
                for answer, (n, weight, weight_sq) in found["answers"].items():
                    code, missing = (None, answer) if answer in MISSING else (int(answer), "")
                    yield from ((question, span, cell.unit, code, missing, n, weight, weight_sq) for span in spans)

    def _spans_of(self, cell: _Cell) -> list[str]:
        return [span.code for span in self._spans if cell.month in span]

    def _in_both(self) -> dict[tuple[str, str], dict[tuple[int, int], int]]:
        """By question and period: how many of a KPI's people are in an earlier one's, too."""
        found: dict[tuple[str, str], dict[tuple[int, int], int]] = defaultdict(lambda: defaultdict(int))
        for kpi, cells in self._cells.items():
            for cell in cells:
                spans = self._spans_of(cell)
                for question, held in cell.by_question.items():
                    for other, n in held.get("beside", {}).items():
                        for span in spans:
                            found[question, span][kpi, int(other)] += n
        return found

    def told(self, kpi: int, question: str, period: Period) -> Iterator[dict[int, int]]:
        """What can be read off by subtraction from what everyone answered and the populations of earlier KPIs did."""
        asked = [number for number, codes in self._questions.items() if number <= kpi and question in codes]
        parts = {number: self._part(number).own(question, period) for number in asked}
        both, everyone = self._both[question, period.code], self._everyone.own(question, period)
        for table in told_by_subtraction(kpi, parts, everyone, lambda a, b: both.get((max(a, b), min(a, b)), 0)):
            # Below nothing where one was counted before the other: the difference tells of so many all the same.
            yield {unit: abs(n) for unit, n in table.items()}


# By the day that the statement counts by: a program may have moved to another time zone since.
_received = partial(
    counted.months_since, table="feedback_response", moment="answered_on", received="received_at", is_day=True
)


def count_parts_of(collectors: Iterable[str]) -> None:
    """KPIs of the collectors may be about a population from now on."""
    counted.register_source("responses", _received)
    for code in collectors:
        counted.keep_asked(code, HOW)
