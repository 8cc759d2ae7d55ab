"""What `import_customers` and `import_interactions` share: a mapping of records in a JSON file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from cxprogram.imports.errors import MappingError
from cxprogram.models import Program
from feedback.import_command import ImportCommand
from feedback.imports.records import RecordMapping, load_record_mapping
from feedback.services import record_files
from feedback.services.imports import ImportResult, Progress


class RecordCommand(ImportCommand):
    """Subclasses say which kinds of records they take."""

    mapping_help = "a mapping of records, a JSON file"
    targets: Sequence[str] = ()

    def mapping(self, program: Program, name: str) -> RecordMapping:
        path = Path(name)
        if not path.is_file():
            raise CommandError(f"There is no mapping {path}.")
        try:
            mapping = load_record_mapping(path)
        except MappingError as error:
            raise CommandError(str(error)) from error
        if mapping.target not in self.targets:
            raise CommandError(f"The mapping is for {mapping.target}, not for {' or '.join(self.targets)}.")
        return mapping

    def take_in(
        self, program: Program, mapping: RecordMapping, options: dict[str, Any], progress: Progress
    ) -> ImportResult:
        return record_files.import_records(
            program,
            mapping,
            options["file"],
            mapping_name=Path(options["mapping"]).name[:100],
            at=timezone.now(),
            stream=options.get("stream") or "",
            preview=options["preview"],
            skip_bad_rows=options["skip_bad_rows"],
            progress=progress,
        )
