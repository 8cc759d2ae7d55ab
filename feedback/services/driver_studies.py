"""Driver studies: which ratings go with the overall rating, and how sure that is."""

from collections.abc import Sequence
from datetime import datetime
from math import isclose
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cxprogram.errors import DomainError
from cxprogram.models import Program
from cxprogram.periods import Period
from cxprogram.stats import drivers as formulas
from feedback.frames import ratings_frame
from feedback.models import DriverStudy, Question

METHOD = "lmg"


class StudyError(DomainError):
    """The study cannot be made; the code is that of `cxprogram.stats.drivers.DriverStudyError`, or
    `driver-study-question` for a question that is unknown, has no scale or is named twice."""

    code = "driver-study-refused"


def run(
    program: Program,
    period: Period,
    outcome: str,
    drivers: Sequence[str],
    *,
    resamples: int = 500,
    seed: int,
    at: datetime,
) -> DriverStudy:
    """Study the answers of a period and store the result as the current study of (program, period, outcome).

    - exact LMG over the responses that rated the outcome and every driver; intervals by bootstrap;
    - a current study with the same answers, drivers, resamples and seed is returned as it is: nothing is written;
    - otherwise the new row supersedes the one before, which stays, in one transaction.

    Raises StudyError.
    """
    _check_questions(program, outcome, drivers)
    frame = ratings_frame(program, period, [*drivers, outcome])
    ratings, target = frame[list(drivers)].to_numpy(float), frame[outcome].to_numpy(float)
    try:
        exact = formulas.lmg(ratings, target)
        current = DriverStudy.objects.filter(program=program, period=period.code, outcome=outcome, is_current=True)
        if (known := current.first()) and _is_same(known, exact, drivers, resamples=resamples, seed=seed):
            return known
        intervals = formulas.lmg_bootstrap(ratings, target, resamples=resamples, seed=seed)
    except formulas.DriverStudyError as error:
        raise StudyError(str(error), code=error.code) from error
    rows = [
        {"question": question, "lmg": raw, "share": share, "sign": sign, "low": low, "high": high}
        for question, raw, share, sign, low, high in zip(
            drivers, exact.raw, exact.shares, exact.signs, intervals.low, intervals.high, strict=True
        )
    ]
    rows.sort(key=lambda row: -row["lmg"])
    with transaction.atomic():
        # Two runs at once: the second waits, then supersedes.
        Program.objects.select_for_update(no_key=True).get(pk=program.pk)
        current.update(is_current=False)
        return DriverStudy.objects.create(
            program=program,
            period=period.code,
            outcome=outcome,
            method=METHOD,
            n=exact.n,
            r2=exact.r2,
            drivers=rows,
            resamples=resamples,
            seed=seed,
            computed_at=at,
        )


def _check_questions(program: Program, outcome: str, drivers: Sequence[str]) -> None:
    codes = [outcome, *drivers]
    scaled = {question.code for question in Question.objects.filter(program=program, code__in=codes) if question.scale}
    strange = next((code for code in codes if code not in scaled or codes.count(code) > 1), None)
    if strange is not None:
        raise StudyError(
            _("%(question)s is no rating that can be studied here.") % {"question": strange[:60]},
            code="driver-study-question",
        )


def _is_same(
    study: DriverStudy, exact: formulas.LmgResult, drivers: Sequence[str], *, resamples: int, seed: int
) -> bool:
    """Whether the stored study rests on the same answers and settings; the intervals then follow from the seed."""
    stored: dict[str, Any] = {row["question"]: row["lmg"] for row in study.drivers}
    return (
        (study.n, study.resamples, study.seed) == (exact.n, resamples, seed)
        and stored.keys() == set(drivers)
        and isclose(study.r2, exact.r2, rel_tol=1e-9)
        and all(isclose(stored[code], raw, rel_tol=1e-9) for code, raw in zip(drivers, exact.raw, strict=True))
    )
