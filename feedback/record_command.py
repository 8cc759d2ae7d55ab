"""What `import_customers` and `import_interactions` share: a file, a mapping, the account as the last line."""

import json
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cxprogram.imports.errors import MappingError
from cxprogram.models import Program
from feedback.imports.records import RecordMapping, load_record_mapping
from feedback.services import record_files


class RecordCommand(BaseCommand):
    """Subclasses say which kinds of records they take."""

    targets: Sequence[str] = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--mapping", required=True, type=Path, help="a mapping of records, a JSON file")
        parser.add_argument("--program", required=True, help="short name of the program")
        parser.add_argument("--preview", action="store_true", help="say what would happen, keep nothing")
        parser.add_argument("--skip-bad-rows", action="store_true", help="import the good rows all the same")
        parser.add_argument("--json", action="store_true", help="print nothing but the last line")

    def handle(self, *args: Any, **options: Any) -> None:
        program = Program.objects.filter(slug=options["program"]).first()
        if program is None:
            raise CommandError(f"There is no program {options['program']}.")
        mapping = self._mapping(options["mapping"])
        if not options["file"].is_file():
            raise CommandError(f"There is no file {options['file']}.")
        quiet = options["json"]

        def progress(rows: int) -> None:
            if not quiet:
                self.stderr.write(f"{rows:,} rows read")

        result = record_files.import_records(
            program,
            mapping,
            options["file"],
            mapping_name=options["mapping"].name[:100],
            at=timezone.now(),
            stream=options.get("stream") or "",
            preview=options["preview"],
            skip_bad_rows=options["skip_bad_rows"],
            progress=progress,
        )
        if not quiet:
            for note in result.notes:
                self.stdout.write(note)
            for error in result.errors[:20]:
                place = f"line {error['line']}" + (f", {error['column']}" if error["column"] else "")
                self.stdout.write(f"{place}: {error['detail']} ({error['code']})")
        self.stdout.write(json.dumps(result.summary))
        if result.rejected:
            raise SystemExit(1)

    def _mapping(self, path: Path) -> RecordMapping:
        if not path.is_file():
            raise CommandError(f"There is no mapping {path}.")
        try:
            mapping = load_record_mapping(path)
        except MappingError as error:
            raise CommandError(str(error)) from error
        if mapping.target not in self.targets:
            raise CommandError(f"The mapping is for {mapping.target}, not for {' or '.join(self.targets)}.")
        return mapping
