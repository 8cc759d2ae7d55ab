"""`manage.py import_responses FILE --mapping MAP --program P`: answers from a file, the account as the last line."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cxprogram.models import Program
from feedback.imports.mapping import Mapping, MappingError, load_mapping
from feedback.models import ImportMapping, SurveyVersion
from feedback.services import folding, imports


class Command(BaseCommand):
    help = "Import a file of answers with a saved mapping, or one in a JSON file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--mapping", required=True, help="short name of a saved mapping, or a JSON file")
        parser.add_argument("--program", required=True, help="short name of the program")
        parser.add_argument("--preview", action="store_true", help="say what would happen, keep nothing")
        parser.add_argument("--skip-bad-rows", action="store_true", help="import the good rows all the same")
        parser.add_argument("--json", action="store_true", help="print nothing but the last line")

    def handle(self, *args: Any, **options: Any) -> None:
        program = Program.objects.filter(slug=options["program"]).first()
        if program is None:
            raise CommandError(f"There is no program {options['program']}.")
        version, mapping = self._mapping(program, options["mapping"])
        if not options["file"].is_file():
            raise CommandError(f"There is no file {options['file']}.")
        quiet = options["json"]

        def progress(rows: int) -> None:
            if not quiet:
                self.stderr.write(f"{rows:,} rows read")

        result = imports.import_file(
            version,
            mapping,
            options["file"],
            mapping_name=options["mapping"][:100],
            at=timezone.now(),
            preview=options["preview"],
            skip_bad_rows=options["skip_bad_rows"],
            progress=progress,
        )
        if not options["preview"]:
            folding.fold(program, at=timezone.now())
        if not quiet:
            for note in result.notes:
                self.stdout.write(note)
            for error in result.errors[:20]:
                place = f"line {error['line']}" + (f", {error['column']}" if error["column"] else "")
                self.stdout.write(f"{place}: {error['detail']} ({error['code']})")
        self.stdout.write(json.dumps(result.summary))
        if result.rejected:
            raise SystemExit(1)

    def _mapping(self, program: Program, name: str) -> tuple[SurveyVersion, Mapping]:
        saved = ImportMapping.objects.filter(program=program, slug=name).first()
        try:
            if saved:
                return saved.survey_version, load_mapping(msgspec.json.encode(saved.definition))
            if not Path(name).is_file():
                raise CommandError(f"There is no saved mapping {name}, and no such file.")
            mapping = load_mapping(name)
        except MappingError as error:
            raise CommandError(str(error)) from error
        version = (
            SurveyVersion.objects.filter(
                survey__program=program, survey__slug=mapping.survey, published_at__isnull=False
            )
            .order_by("-number")
            .first()
        )
        if version is None:
            raise CommandError(f"The program has no published survey {mapping.survey}.")
        return version, mapping
