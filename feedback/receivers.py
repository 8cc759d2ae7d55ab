"""Edges that wake a worker of feedback; each is backed by a sweep in `cxprogram/schedules.py`."""

import logging
from typing import Any

from celery import Task
from django.dispatch import receiver
from kombu.exceptions import OperationalError

from cxprogram.services.import_runs import import_queued
from feedback.services.study_runs import study_asked
from feedback.tasks import work_on_import, work_on_study

log = logging.getLogger(__name__)


@receiver(import_queued)
def wake_import_worker(sender: Any, run_id: int, **kwargs: Any) -> None:
    """The import is written down already: a broker that is away costs a minute, not the import."""
    _wake(work_on_import, run_id)


@receiver(study_asked)
def wake_study_worker(sender: Any, run_id: int, **kwargs: Any) -> None:
    """As for imports."""
    _wake(work_on_study, run_id)


def _wake(task: Task, run_id: int) -> None:
    try:
        task.delay(run_id)
    except (OperationalError, OSError) as error:
        log.warning("the worker was not woken: %s", type(error).__name__)
