"""`manage.py compute_kpis`: fold what was answered into the score cells."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cxprogram.models import Program
from feedback.services import folding
from journeys.services import kpi_filling


class Command(BaseCommand):
    help = "Fold new answers into the score cells, count the KPIs that are not asked; --rebuild counts all again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--program", help="short name of one program; without it, all")
        parser.add_argument("--rebuild", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        programs = Program.objects.order_by("pk")
        if options["program"]:
            programs = programs.filter(slug=options["program"])
            if not programs:
                raise CommandError(f"There is no program {options['program']}.")
        count = folding.rebuild if options["rebuild"] else folding.fold
        for program in programs:
            at = timezone.now()
            self.stdout.write(f"{program.slug}: {count(program, at=at):,} answers folded")
            filled = kpi_filling.fill(program, at=at, rebuild=options["rebuild"])
            self.stdout.write(f"{program.slug}: {filled.months:,} months of {filled.kpis:,} KPIs counted")
