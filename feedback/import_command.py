"""What the commands that import a file share: file, mapping, program; the account as the last line."""

import json
from abc import abstractmethod
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cxprogram.models import Program
from feedback.services.imports import ImportResult, Progress


class ImportCommand(BaseCommand):
    """Subclasses say what a mapping is, and import."""

    mapping_help = ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--mapping", required=True, help=self.mapping_help)
        parser.add_argument("--program", required=True, help="short name of the program")
        parser.add_argument("--preview", action="store_true", help="say what would happen, keep nothing")
        parser.add_argument("--skip-bad-rows", action="store_true", help="import the good rows all the same")
        parser.add_argument("--json", action="store_true", help="print nothing but the last line")

    def handle(self, *args: Any, **options: Any) -> None:
        program = Program.objects.filter(slug=options["program"]).first()
        if program is None:
            raise CommandError(f"There is no program {options['program']}.")
        mapping = self.mapping(program, options["mapping"])
        if not options["file"].is_file():
            raise CommandError(f"There is no file {options['file']}.")
        quiet = options["json"]

        def progress(rows: int) -> None:
            if not quiet:
                self.stderr.write(f"{rows:,} rows read")

        result = self.take_in(program, mapping, options, progress)
        if not quiet:
            for note in result.notes:
                self.stdout.write(note)
            for error in result.errors[:20]:
                place = f"line {error['line']}" + (f", {error['column']}" if error["column"] else "")
                self.stdout.write(f"{place}: {error['detail']} ({error['code']})")
        self.stdout.write(json.dumps(result.summary))
        if result.rejected:
            raise SystemExit(1)

    @abstractmethod
    def mapping(self, program: Program, name: str) -> Any:
        """The mapping named; raises CommandError."""

    @abstractmethod
    def take_in(self, program: Program, mapping: Any, options: dict[str, Any], progress: Progress) -> ImportResult:
        """Import the file."""
