"""What the worker does for feedback."""

from celery import shared_task
from django.utils import timezone

from cxprogram.models import Program
from feedback.services import drafts, folding


@shared_task
def fold_answers() -> None:
    for program in Program.objects.all():
        folding.fold(program, at=timezone.now())


@shared_task
def forget_drafts() -> None:
    """Answers that were begun and left behind."""
    drafts.forget(at=timezone.now())
