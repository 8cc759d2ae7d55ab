"""Driver studies in the background: asked for by people and programs, worked on by whoever claims them.

A run is work in a row: a worker may die at any moment, the sweep finds the row when its lease has run out, and the next
one begins anew, for a study is written whole or not at all.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.dispatch import Signal
from django.utils.translation import gettext as _

from cxprogram.errors import ConflictError
from cxprogram.models import Program, User
from cxprogram.periods import Period, parse
from feedback.choices import StudyStatus
from feedback.models import StudyRun
from feedback.services import driver_studies
from feedback.services.driver_studies import StudyError

# Sent after the commit with `run_id`: wakes a worker.
study_asked = Signal()
RESAMPLES = 500
# The same answers give the same intervals, whoever asks and whenever.
SEED = 20171
# Longer than the largest study takes: 18 drivers, one or two minutes.
LEASE = timedelta(minutes=10)
MAX_ATTEMPTS = 3

Clock = Callable[[], datetime]


@transaction.atomic
def ask(
    program: Program, period: Period, outcome: str, drivers: Sequence[str], *, by: User | None, at: datetime
) -> StudyRun:
    """Have a study made.

    - a run of the same study that has not ended is returned: asking twice at once makes one;
    - a study that stands already with the same answers is found by the run, and nothing is written.

    Raises StudyError for questions that no answers make a study of, ConflictError (`driver-study-under-way`) while one
    of the same period and outcome with other drivers has not ended.
    """
    driver_studies.check(program, outcome, drivers)
    # Two at once: the second waits, then finds the run of the first.
    Program.objects.select_for_update(no_key=True).get(pk=program.pk)
    known = StudyRun.objects.open().filter(program=program, period=period.code, outcome=outcome).first()
    if known is not None and set(known.drivers) != set(drivers):
        raise ConflictError(
            _("A study of this outcome and period with other drivers is under way. Wait until it is done."),
            code="driver-study-under-way",
        )
    if known is not None:
        return known
    run = StudyRun.objects.create(
        program=program, period=period.code, outcome=outcome, drivers=list(drivers), by=by, asked_at=at
    )
    transaction.on_commit(lambda: study_asked.send(sender=StudyRun, run_id=run.pk))
    return run


def claim(run_id: int, *, at: datetime) -> StudyRun | None:
    """Take the run for working on it; the row count says who won. One that failed too often is given up."""
    free = StudyRun.objects.free(at).filter(pk=run_id)
    run = free.select_related("program").first()
    if run is None:
        return None
    if run.attempts >= MAX_ATTEMPTS:
        _end(run, StudyStatus.FAILED, at=at, code="driver-study-given-up", facts={"n": run.attempts})
        return None
    taken = {"status": StudyStatus.RUNNING, "attempts": run.attempts + 1, "leased_until": at + LEASE}
    if not free.filter(attempts=run.attempts).update(**taken):
        return None
    run.status, run.attempts, run.leased_until = taken.values()
    return run


def work(run_id: int, *, clock: Clock) -> bool:
    """Make the study of one run; False when somebody else does, or it has ended."""
    run = claim(run_id, at=clock())
    if run is None:
        return False
    try:
        study = driver_studies.run(
            run.program, parse(run.period), run.outcome, run.drivers, resamples=RESAMPLES, seed=SEED, at=clock()
        )
    except StudyError as error:
        _end(run, StudyStatus.REFUSED, at=clock(), code=error.code, facts=error.extra)
    else:
        _end(run, StudyStatus.DONE, at=clock(), study=study)
    return True


def _end(run: StudyRun, status: StudyStatus, *, at: datetime, **fields: Any) -> None:
    """End the run for its worker; one that another worker has taken over is left to that one."""
    held = StudyRun.objects.open().filter(pk=run.pk, attempts=run.attempts)
    held.update(status=status, finished_at=at, leased_until=None, **fields)


def due(at: datetime) -> list[int]:
    """Runs that wait, and those whose worker died."""
    return list(StudyRun.objects.free(at).order_by("pk").values_list("pk", flat=True)[:100])
