"""Which ratings go so closely with the rating of the whole that moments of truth are proposed by them."""

from django.utils import translation
from django.utils.translation import gettext as _

from cxprogram import figures
from cxprogram.models import Program
from cxprogram.periods import parse
from feedback.models import DriverStudy

MOST = 3


def reasons(program: Program) -> dict[str, str]:
    """By question, in the program's language: the strongest drivers of the newest current study of the whole, three at
    most.

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
    with translation.override(program.language):
        return {row["question"]: _sentence(row, study) for row in strong[:MOST]}


def _sentence(row: dict, study: DriverStudy) -> str:
    return _(
        "Goes with the rating of the whole more than most: %(share)s of what the ratings explain, "
        "95 %% interval %(interval)s (n %(n)s, %(period)s)."
    ) % {
        "share": figures.figure(row["share"], "share"),
        "interval": figures.interval(row["low"], row["high"], "share", in_words=True),
        "n": figures.figure(study.n, "count"),
        "period": parse(study.period).label,
    }
