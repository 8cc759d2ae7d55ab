"""`manage.py import_responses FILE --mapping MAP --program P`: answers from a file, the account as the last line."""

from pathlib import Path
from typing import Any

import msgspec
from django.core.management.base import CommandError
from django.utils import timezone

from cxprogram.imports.errors import MappingError
from cxprogram.models import Program
from feedback.import_command import ImportCommand
from feedback.imports.mapping import Mapping, load_mapping
from feedback.models import ImportMapping, SurveyVersion
from feedback.services import folding, imports
from feedback.services.imports import ImportResult, Progress


class Command(ImportCommand):
    help = "Import a file of answers with a saved mapping, or one in a JSON file."
    mapping_help = "short name of a saved mapping, or a JSON file"

    def take_in(
        self,
        program: Program,
        mapping: tuple[SurveyVersion, Mapping],
        options: dict[str, Any],
        progress: Progress,
    ) -> ImportResult:
        version, rules = mapping
        result = imports.import_file(
            version,
            rules,
            options["file"],
            mapping_name=options["mapping"][:100],
            at=timezone.now(),
            preview=options["preview"],
            skip_bad_rows=options["skip_bad_rows"],
            progress=progress,
        )
        if not options["preview"]:
            folding.fold(program, at=timezone.now())
        return result

    def mapping(self, program: Program, name: str) -> tuple[SurveyVersion, Mapping]:
        saved = ImportMapping.objects.filter(program=program, slug=name, kind="responses").first()
        try:
            if saved and saved.survey_version:
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
