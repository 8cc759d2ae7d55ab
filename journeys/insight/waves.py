"""Which periods there are to choose from, and which one a page opens with."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from cxprogram.models import Program
from cxprogram.periods import ALL, Period, parse
from journeys.kpis import questions
from journeys.kpis.definitions import Definitions
from journeys.kpis.questions import QuestionFacts
from journeys.models import Touchpoint


@dataclass(frozen=True)
class Waves:
    """The calendar years in which the program's ratings were answered, oldest first, and the one to open with."""

    years: tuple[Period, ...]
    default: Period
    facts: Mapping[str, QuestionFacts]

    def before(self, period: Period) -> Period | None:
        """What a period is compared with unless asked otherwise: the answered year before, the month before."""
        if period.code == "all":
            return None
        if period.is_month:
            return period.previous()
        return max((year for year in self.years if year < period), default=None)

    @property
    def choices(self) -> list[Period]:
        """Newest first, everything last."""
        return [*reversed(self.years), ALL]

    def scale(self, question: str) -> tuple[int, int] | None:
        return self.facts[question].scale if question in self.facts else None


def find(
    program: Program,
    definitions: Definitions,
    touchpoints: Collection[Touchpoint],
    *,
    also: Collection[str] = (),
) -> Waves:
    """The years with answers to a KPI's question or a touchpoint's; `also` names further questions to know of.

    The default is the newest year that tells of the whole journey: the overall question answered, and at least half of
    the measured touchpoints by no fewer than the program's smallest group. A few answers of a new year therefore do not
    push the last full wave off the page. Without such a year it is the newest one with answers, else everything.
    """
    main = definitions.overall.question_code if definitions.overall else ""
    codes = {touchpoint.question_code for touchpoint in touchpoints if touchpoint.question_code}
    rated = codes | {kpi.question_code for kpi in definitions.by_code.values()}
    facts = questions.facts(program, rated | set(also), at_least=program.min_n)
    measured = [facts[code] for code in codes if code in facts]
    years = sorted({year for code in rated if code in facts for year in facts[code].years})
    full = [
        year
        for year in years
        if (main not in facts or year in facts[main].years)
        and 2 * sum(fact.years.get(year, 0) >= program.min_n for fact in measured) >= len(measured)
    ]
    newest = full or years
    return Waves(
        years=tuple(parse(f"{year:04}") for year in years),
        default=parse(f"{newest[-1]:04}") if newest else ALL,
        facts=facts,
    )


def of_program(program: Program) -> Waves:
    """The same for a caller that has neither definitions nor touchpoints at hand; four queries."""
    return find(program, Definitions(program), Touchpoint.objects.filter(program=program))
