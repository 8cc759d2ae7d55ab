"""Edges that wake a worker of feedback; each is backed by a sweep in `cxprogram/schedules.py`."""

import logging
from typing import Any

from django.dispatch import receiver
from kombu.exceptions import OperationalError

from cxprogram.services.import_runs import import_queued
from feedback.tasks import work_on_import

log = logging.getLogger(__name__)


@receiver(import_queued)
def wake_import_worker(sender: Any, run_id: int, **kwargs: Any) -> None:
    """The import is written down already: a broker that is away costs a minute, not the import."""
    try:
        work_on_import.delay(run_id)
    except (OperationalError, OSError) as error:
        log.warning("the worker was not woken: %s", type(error).__name__)
