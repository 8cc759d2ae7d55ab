"""Which ratings go so closely with the rating of the whole that moments of truth are proposed by them."""

from cxprogram.models import Program
from cxprogram.periods import parse
from feedback.models import DriverStudy
from journeys.truth_words import Facts

MOST = 3


def reasons(program: Program) -> dict[str, Facts]:
    """By question: the strongest drivers of the newest current study of the whole, three at most, with their figures.

    - the interval of its share lies wholly above an even share;
    - it goes up with the whole.
    """
    studies = DriverStudy.objects.of_the_whole(program).filter(method="lmg")
    study = max(studies, key=lambda each: (parse(each.period).end, each.pk), default=None)
    if study is None:
        return {}
    even = 1 / len(study.drivers)
    strong = [row for row in study.drivers if row["low"] > even and row["sign"] > 0]
    strong.sort(key=lambda row: -row["share"])
    told = {"kind": "driver", "n": study.n, "period": study.period}
    return {row["question"]: told | {name: row[name] for name in ("share", "low", "high")} for row in strong[:MOST]}
