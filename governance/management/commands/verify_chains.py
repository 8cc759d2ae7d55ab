"""`manage.py verify_chains`: whether every statement and every report is still what was given out."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cxprogram.models import Program
from governance.models import CompensationStatement, Report
from governance.services import compensation, reports


class Command(BaseCommand):
    help = "Check the chains of statements and reports; a fault is named with its place, and the exit code is 1."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--program", required=True, metavar="SLUG")
        parser.add_argument("--report-hash", default="", help="from the foot of a printed report: finds a cut end")
        parser.add_argument("--statement-hash", default="", help="from a printed statement: finds a cut end")

    def handle(self, *args: Any, **options: Any) -> None:
        program = Program.objects.filter(slug=options["program"]).first()
        if program is None:
            raise CommandError(f"There is no program {options['program']}.")
        statements = CompensationStatement.objects.filter(scheme__program=program).count()
        self.stdout.write(f"{statements} statements, {Report.objects.filter(program=program).count()} reports")
        found = {
            "statement": compensation.verify_chain(program, anchor=options["statement_hash"]),
            "report": reports.verify_chain(program, anchor=options["report_hash"]),
        }
        for name, faults in found.items():
            for fault in faults:
                self.stdout.write(f"{name} {fault.key}, place {fault.position}: {fault.code}")
        if total := sum(map(len, found.values())):
            raise CommandError(f"{total} faults")
        self.stdout.write("no fault")
