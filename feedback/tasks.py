"""What the worker does for feedback."""

from celery import shared_task
from django.utils import timezone

from cxprogram.models import Program
from cxprogram.services import import_runs
from feedback.services import folding, import_work


@shared_task
def fold_answers() -> None:
    for program in Program.objects.all():
        folding.fold(program, at=timezone.now())


@shared_task
def work_on_import(run_id: int) -> None:
    import_work.work(run_id, clock=timezone.now)


@shared_task
def work_on_waiting_imports() -> None:
    """The sweep: imports that no task has begun, and those whose worker died."""
    for run_id in import_runs.due(timezone.now()):
        import_work.work(run_id, clock=timezone.now)
    import_runs.forget_unused(timezone.now())
