"""Edges that wake a worker; each is backed by a sweep in `schedules.py`."""

import logging
from typing import Any

from django.dispatch import receiver
from kombu.exceptions import OperationalError

from cxprogram.mail import outgoing_mail_written
from cxprogram.tasks import send_mail

log = logging.getLogger(__name__)


@receiver(outgoing_mail_written)
def wake_mail_worker(sender: Any, mail_id: int, **kwargs: Any) -> None:
    """The mail is written already: a broker that is away costs half a minute, not the mail."""
    try:
        send_mail.delay(mail_id)
    except (OperationalError, OSError) as error:
        log.warning("the worker was not woken: %s", type(error).__name__)
