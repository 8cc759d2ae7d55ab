"""What the worker does for feedback."""

from celery import shared_task
from django.utils import timezone

from cxprogram.models import Program
from cxprogram.services import import_runs
from feedback import delivery
from feedback.services import drafts, folding, import_work, plans, sending, study_runs


@shared_task
def fold_answers() -> None:
    for program in Program.objects.all():
        folding.fold(program, at=timezone.now())


@shared_task
def plan_asks() -> None:
    """Waves whose time has come, and what the events of the customers ask for."""
    plans.start_due_waves(at=timezone.now())
    for program in Program.objects.all():
        plans.react_to_interactions(program, at=timezone.now())


@shared_task
def ask_customers() -> None:
    """Decide what is due, and hand over what waits."""
    sending.decide_due(at=timezone.now())
    delivery.deliver_due(at=timezone.now())


@shared_task
def work_on_import(run_id: int) -> None:
    import_work.work(run_id, clock=timezone.now)


@shared_task
def work_on_waiting_imports() -> None:
    """The sweep: imports that no task has begun, and those whose worker died."""
    for run_id in import_runs.due(timezone.now()):
        import_work.work(run_id, clock=timezone.now)
    import_runs.forget_unused(timezone.now())


@shared_task
def forget_drafts() -> None:
    """Answers that were begun and left behind."""
    drafts.forget(at=timezone.now())


@shared_task
def work_on_study(run_id: int) -> None:
    study_runs.work(run_id, clock=timezone.now)


@shared_task
def work_on_waiting_studies() -> None:
    """The sweep: driver studies that no task has begun, and those whose worker died."""
    for run_id in study_runs.due(timezone.now()):
        study_runs.work(run_id, clock=timezone.now)
