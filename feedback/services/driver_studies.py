"""Driver studies: which ratings go with the overall rating, and how sure that is."""

from collections.abc import Sequence
from datetime import datetime
from math import isclose
from typing import Any

from django.db import transaction

from cxprogram.errors import DomainError
from cxprogram.models import Program
from cxprogram.periods import Period
from cxprogram.stats import drivers as formulas
from feedback import study_words, tallies
from feedback.frames import ratings_frame
from feedback.models import DriverStudy, Question

METHOD = "lmg"
# From so many answers on, random blocks of them are resampled: single ones would fill the memory.
BLOCKS_FROM = 100_000


class StudyError(DomainError):
    """The study cannot be made; the code is that of `cxprogram.stats.drivers.DriverStudyError`, or
    `driver-study-question` for a question that is unknown, has no scale or is named twice.

    `extra` holds what `study_words.refusal` says it with.
    """

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

    - exact LMG over the responses that rated the outcome and every driver; intervals by bootstrap, of random blocks
      where there are very many;
    - a current study with the same answers, drivers, resamples and seed is returned: no row is written, and the one
      that stands learns how many have answered by now;
    - otherwise the new row supersedes the one before, which stays, in one transaction.

    Raises StudyError.
    """
    check(program, outcome, drivers)
    # Before the answers are read: one that comes in between is told of once too often, never too seldom.
    answered = tallies.answered(program, outcome, period)
    frame = ratings_frame(program, period, [*drivers, outcome])
    ratings, target = frame[list(drivers)].to_numpy(float), frame[outcome].to_numpy(float)
    try:
        exact = formulas.lmg(ratings, target)
        current = DriverStudy.objects.filter(program=program, period=period.code, outcome=outcome, is_current=True)
        if (known := current.first()) and _is_same(known, exact, drivers, resamples=resamples, seed=seed):
            return _seen(known, answered)
        intervals = _intervals(ratings, target, resamples=resamples, seed=seed)
    except formulas.DriverStudyError as error:
        raise _refused(error, [*drivers, outcome]) from error
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
            answered=answered,
            r2=exact.r2,
            drivers=rows,
            resamples=resamples,
            seed=seed,
            computed_at=at,
        )


def _intervals(ratings: Any, target: Any, *, resamples: int, seed: int) -> formulas.LmgIntervals:
    if len(target) < BLOCKS_FROM:
        return formulas.lmg_bootstrap(ratings, target, resamples=resamples, seed=seed)
    blocks = formulas.random_blocks(ratings, target, seed=seed)
    return formulas.lmg_bootstrap_from_blocks(*blocks, resamples=resamples, seed=seed)


def check(program: Program, outcome: str, drivers: Sequence[str]) -> None:
    """Refuse what no answers could make a study of. Raises StudyError.

    - each question is a rating of the program and named once;
    - there is a driver, and not more of them than can be computed.
    """
    codes = [outcome, *drivers]
    scaled = {question.code for question in Question.objects.filter(program=program, code__in=codes) if question.scale}
    strange = next((code for code in codes if code not in scaled or codes.count(code) > 1), None)
    if strange is not None:
        raise _error("driver-study-question", question=strange[:60])
    if not drivers:
        raise _error("driver-study-shape")
    if len(drivers) > formulas.MOST_DRIVERS:
        raise _error("driver-study-too-many-drivers", drivers=len(drivers), most=formulas.MOST_DRIVERS)


def _refused(error: formulas.DriverStudyError, questions: Sequence[str]) -> StudyError:
    facts: dict[str, Any] = dict(error.facts)
    if (column := facts.pop("column", None)) is not None:
        facts["question"] = questions[column]
    return _error(error.code, **facts)


def _error(code: str, **facts: Any) -> StudyError:
    return StudyError(study_words.refusal(code, facts), code=code, **facts)


def _seen(study: DriverStudy, answered: int) -> DriverStudy:
    if study.answered != answered:
        study.answered = answered
        study.save(update_fields=["answered"])
    return study


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
