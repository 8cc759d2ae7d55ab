"""What the worker does for journeys and customers."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from cxprogram.models import Program
from journeys.services import episodes, kpi_filling, kpi_values, partitions, retention, truths


@shared_task
def sweep_retention() -> None:
    """Take away what its stream keeps no longer; make the months to come before they are needed."""
    at = timezone.now()
    retention.sweep(at=at)
    partitions.ensure(at + timedelta(days=days) for days in (0, 31))


@shared_task
def assign_episodes() -> None:
    episodes.assign_all(Program.objects.all())


@shared_task
def fill_kpis() -> None:
    """Months of counted KPIs for which something came in, and those that are over."""
    kpi_filling.fill_all(Program.objects.all(), at=timezone.now())


@shared_task
def keep_kpi_values() -> None:
    """The values of periods that are over, where nothing or something else was told before."""
    kpi_values.keep_all(Program.objects.all(), at=timezone.now())


@shared_task
def propose_moments_of_truth() -> None:
    at = timezone.now()
    for program in Program.objects.all():
        truths.propose(program, at=at)
