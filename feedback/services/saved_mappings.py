"""Choices about a file that were kept under a name, for files of the same header."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from django.utils.text import slugify

from cxprogram.imports.errors import MappingError
from cxprogram.models import ImportRun, Program
from cxprogram.services import import_runs
from feedback.imports import mapping as answers
from feedback.imports.records import RecordMapping, load_record_mapping
from feedback.models import ImportMapping, SurveyVersion

ANSWERS = "responses"


def kind_of(definition: Any) -> str:
    """What the rows are that a mapping reads: a mapping of answers names no target."""
    return str(definition.get("target", ANSWERS)) if isinstance(definition, Mapping) else ANSWERS


def load(definition: Any) -> answers.Mapping | RecordMapping:
    """The mapping in a document, which may be any JSON. Raises MappingError."""
    raw = msgspec.json.encode(definition)
    return answers.load_mapping(raw) if kind_of(definition) == ANSWERS else load_record_mapping(raw)


def keep(
    program: Program,
    name: str,
    mapping: answers.Mapping | RecordMapping,
    *,
    version: SurveyVersion | None,
    stream: str,
) -> None:
    """Keep the choices under a name, in place of those that were kept under it."""
    definition = msgspec.to_builtins(mapping)
    ImportMapping.objects.update_or_create(
        program=program,
        slug=slugify(name)[:50],
        defaults={
            "kind": kind_of(definition),
            "survey_version": version,
            "definition": definition,
            "options": {"stream": stream} if stream else {},
        },
    )


def fitting(saved: Iterable[ImportMapping], header: Sequence[str]) -> ImportMapping | None:
    """Of the mappings that were kept the one that reads most of the file's columns, and none that it lacks.

    Those of records name every column of their file: they fit the same header only.
    """
    found = []
    for each in saved:
        try:
            mapping = load(each.definition)
        except MappingError:  # kept before a rule of mappings was made stricter
            continue
        if isinstance(mapping, RecordMapping):
            if {*mapping.columns, *mapping.ignored} == set(header):
                found.append((len(header), each.pk, each))
        elif not answers.missing_columns(mapping, list(header)):
            found.append((len(answers.columns(mapping)), each.pk, each))
    return max(found)[2] if found else None


def start(run: ImportRun, saved: ImportMapping, *, skip_bad_rows: bool) -> None:
    """Read the file as one was read before."""
    options = {"skip_bad_rows": skip_bad_rows, **saved.options}
    if saved.survey_version_id is not None:
        options["survey_version"] = saved.survey_version_id
    import_runs.queue(run, kind=saved.kind, mapping=saved.slug, definition=saved.definition, options=options)
