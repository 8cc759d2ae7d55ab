"""What the worker does for feedback."""

from celery import shared_task
from django.utils import timezone

from cxprogram.models import Program
from feedback.services import folding


@shared_task
def fold_answers() -> None:
    for program in Program.objects.all():
        folding.fold(program, at=timezone.now())
