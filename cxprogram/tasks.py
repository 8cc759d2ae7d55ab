"""What the worker does for the ground floor."""

from celery import shared_task
from django.utils import timezone

from cxprogram import mail


@shared_task
def send_mail(mail_id: int) -> None:
    mail.deliver(mail_id, at=timezone.now())


@shared_task
def send_waiting_mail() -> None:
    """The sweep: whatever no task has sent."""
    for mail_id in mail.due(timezone.now()):
        mail.deliver(mail_id, at=timezone.now())
