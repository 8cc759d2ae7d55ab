"""`manage.py render_report`: make the steering report of a period, and write its PDF to a file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cxprogram import periods
from cxprogram.errors import DomainError
from cxprogram.languages import OURS
from cxprogram.models import OrgUnit, Program
from governance.models import Report
from governance.services import reports


class Command(BaseCommand):
    help = "Make the steering report of a period. The same inputs as the newest report write nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--program", required=True, metavar="SLUG")
        parser.add_argument("--period", required=True, help="2017, 2017-05 or all")
        parser.add_argument("--unit", default="", metavar="CODE", help="a part of the program; default the whole")
        parser.add_argument("--language", default="", choices=["", *OURS])
        parser.add_argument(
            "--out", type=Path, metavar="FILE", help="where the PDF goes; default stays in the database"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        program = Program.objects.filter(slug=options["program"]).first()
        if program is None:
            raise CommandError(f"There is no program {options['program']}.")
        unit = OrgUnit.objects.filter(
            program=program, **({"code__iexact": options["unit"]} if options["unit"] else {"parent": None})
        ).first()
        if unit is None:
            raise CommandError(f"There is no unit {options['unit']}.")
        before = Report.objects.filter(program=program).count()
        try:
            report = reports.make_steering_report(
                program,
                unit,
                periods.parse(options["period"]),
                options["language"] or program.language,
                at=timezone.now(),
                by=None,
            )
        except DomainError as error:
            raise CommandError(f"{error.detail} ({error.code})") from error
        if options["out"]:
            options["out"].write_bytes(bytes(report.pdf))
        is_new = Report.objects.filter(program=program).count() > before
        self.stdout.write(f"report {report.pk}: {'made' if is_new else 'unchanged'}, {len(report.pdf):,} bytes")
        self.stdout.write(f"inputs {report.inputs_sha256}\npdf    {report.pdf_sha256}")
        if options["out"]:
            self.stdout.write(str(options["out"]))
