"""What is known of a file of answers from before: the survey that it answers, and how it was read.

The content tells, or the ids of the answers: two exports of one survey may call their columns differently and hang
their clocks in different zones, the answer has one id in both.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import PurePath
from typing import Any

import msgspec
from django.utils.text import slugify

from cxprogram.choices import ImportStatus
from cxprogram.imports.errors import MappingError, RowError
from cxprogram.models import ImportRun, Program
from cxprogram.services import import_runs
from feedback.imports.dates import DayOfMonth, OnDay, Timestamp
from feedback.imports.decisions import mapping_of, questions_of, roles_of
from feedback.imports.identity import Known, pair, reread
from feedback.imports.layouts import GENERIC, Layout
from feedback.imports.mapping import Mapping, columns_of, load_mapping, missing_columns
from feedback.imports.plans import QuestionPlan
from feedback.imports.proposals import Proposal
from feedback.imports.rows import RowKeys
from feedback.imports.rules import open_table
from feedback.models import ImportMapping, Response, Survey, SurveyVersion
from feedback.services import definitions, survey_words

ASKED_IDS = 300
TELLING = 12  # characters of an id that nobody else gives
REMEMBERED_RUNS = 50


@dataclass(frozen=True)
class Recalled:
    """What a file is known for. `roles` are those of its columns, when it was read with these columns before."""

    version: SurveyVersion
    source: str
    mapping: Mapping | None = None
    roles: dict[str, str] = field(default_factory=dict)


def default_source(run: ImportRun, layout: Layout) -> str:
    """How the source of a file is called unless a person says otherwise: as the system that wrote it; of a table that
    nobody knows, as when the same content came in before, else as the file."""
    if layout.format != GENERIC.format:
        return layout.source or layout.format
    same = ImportRun.objects.filter(program=run.program, file_sha256=run.file_sha256, status=ImportStatus.DONE)
    before = same.exclude(pk=run.pk).order_by("-pk").values_list("definition", flat=True).first()
    if before and before.get("source"):
        return str(before["source"])
    return slugify(PurePath(run.file_name.removesuffix(".gz")).stem)[:60]


def decisions(recalled: Recalled) -> dict[str, Any]:
    """What is proposed to say of the file, by the names of `Decisions`: what was said of it before."""
    said: dict[str, Any] = {"source": recalled.source, "version": recalled.version.pk}
    if (mapping := recalled.mapping) is None:
        return said
    rule = mapping.answered
    said["keeps_tests"] = not mapping.skip
    if mapping.language.constant or mapping.language.default:
        said["language"] = mapping.language.constant or mapping.language.default
    if isinstance(rule, Timestamp):
        said["zone"] = rule.zone
    if isinstance(rule, OnDay):
        said["day"] = rule.on
    elif recalled.roles and not isinstance(rule, DayOfMonth) and rule.format:
        said["date_format"] = rule.format
    return said


def recall(run: ImportRun, proposal: Proposal) -> Recalled | None:
    """What is known of an uploaded file: by its content, else by the ids of its answers."""
    earlier = list(_earlier(run.program))
    same_content = [(other, mapping) for other, mapping in earlier if other.file_sha256 == run.file_sha256]
    same_content.sort(key=lambda each: each[0].imported + each[0].repeated > 0, reverse=True)
    for other, mapping in same_content:
        if version := _version(run.program, other.options["survey_version"]):
            return _recalled(version, mapping.source, mapping, proposal)
    try:
        rules = _any_mapping(proposal)
    except ValueError:  # nothing in the file is a question yet
        return None
    sources = [default_source(run, proposal.layout)]
    ids = _ids(run, rules)
    if all(len(each) >= TELLING for each in ids):  # of short ones every source has a 1 and a 2
        sources += [mapping.source for _other, mapping in earlier]
    for source in dict.fromkeys(sources):
        found = _answered(run.program, source, ids)
        for version_id, _count in found.most_common(3):
            version = _version(run.program, version_id)
            if version is None or not _fits(version, rules, proposal):
                continue
            before = next((mapping for _other, mapping in earlier if mapping.survey == version.survey.slug), None)
            return _recalled(version, source, before, proposal)
    return None


def survey_of(run: ImportRun, mapping: Mapping) -> Survey | None:
    """The survey that holds the file's answers already, if every one that was looked at is there."""
    ids = _ids(run, mapping)
    found = _answered(run.program, mapping.source, ids)
    if not ids or found.total() < len(set(ids)):
        return None
    return Survey.objects.get(versions=found.most_common(1)[0][0])


def _earlier(program: Program) -> Iterator[tuple[ImportRun, Mapping]]:
    """The newest imports of answers that came to their end, with the mappings they were read by."""
    runs = ImportRun.objects.filter(program=program, kind="responses", status=ImportStatus.DONE)
    runs = runs.filter(options__has_key="survey_version").defer("errors", "notes").order_by("-pk")
    for run in runs[:REMEMBERED_RUNS]:
        if (mapping := _mapping_in(run.definition)) is not None:
            yield run, mapping


def _mapping_in(definition: dict[str, Any]) -> Mapping | None:
    """The mapping in a document; None for one that was kept before a rule of mappings was made stricter."""
    try:
        return load_mapping(msgspec.json.encode(definition))
    except MappingError:
        return None


def _version(program: Program, number: int) -> SurveyVersion | None:
    published = SurveyVersion.objects.filter(survey__program=program, published_at__isnull=False)
    return published.select_related("survey__program").filter(pk=number).first()


def _recalled(version: SurveyVersion, source: str, mapping: Mapping | None, proposal: Proposal) -> Recalled:
    roles: dict[str, str] = {}
    if mapping is not None and not missing_columns(mapping, proposal.table.header):
        roles = roles_of(mapping, proposal)
        nps = set(version.items.filter(question__kind="nps").values_list("question__code", flat=True))
        for question in mapping.questions:
            if question.question in nps:
                roles |= dict.fromkeys(columns_of(question), "nps")
    return Recalled(version, source, mapping, roles)


def _ids(run: ImportRun, rules: Mapping) -> list[str]:
    """The ids of the first rows."""
    keys, column, ids = RowKeys(), rules.external_id.column, []
    with open_table(import_runs.path_of(run), rules) as table:
        for _line, row in islice(table.rows, ASKED_IDS):
            if not isinstance(row, RowError):
                ids.append(keys.of(row) if column is None else row[column].strip())
    return [each for each in ids if each and each.isprintable()]


def _answered(program: Program, source: str, ids: Sequence[str]) -> Counter[int]:
    """By survey version: how many of these answers are here."""
    rows = Response.objects.filter(program=program, source=source, external_id__in=ids)
    return Counter(rows.values_list("survey_version", flat=True))


def _any_mapping(proposal: Proposal) -> Mapping:
    """The proposal as a mapping, before anybody has said what the file does not say. Raises ValueError."""
    form = next(iter(proposal.date_formats.get(proposal.column_of("date") or "", ())), None)
    return mapping_of(proposal, survey="", source="", zone="UTC", date_format=form, day="2000-01-01")


def _fits(version: SurveyVersion, rules: Mapping, proposal: Proposal) -> bool:
    """Whether the survey asks everything that the file answers."""
    return not for_version(version, rules, questions_of(proposal, ""))[1]


def for_version(
    version: SurveyVersion, mapping: Mapping, told: list[QuestionPlan]
) -> tuple[Mapping, list[QuestionPlan]]:
    """The mapping with the questions of a survey that a person chose, and the file's questions that it does not ask."""
    pairs, strange = pair(known_to(version), told)
    rules = []
    for each, known in pairs:
        rule = reread(each, known.definition)
        if rule is None:
            strange.append(each)
        else:
            rules.append(rule)
    return (msgspec.structs.replace(mapping, questions=rules) if rules else mapping), strange


def known_to(version: SurveyVersion) -> list[Known]:
    """The questions of a version with the columns that brought them, by its form and by every mapping until now."""
    columns: dict[str, set[str]] = {}
    saved = ImportMapping.objects.filter(survey_version__survey=version.survey_id).order_by("pk")
    used = [mapping for _run, mapping in _earlier(version.survey.program) if mapping.survey == version.survey.slug]
    used += [mapping for each in saved if (mapping := _mapping_in(each.definition)) is not None]
    for mapping in used:
        for question in mapping.questions:
            columns.setdefault(question.question, set()).update(columns_of(question))
    return [
        Known(
            definitions.as_known(item.question),
            frozenset({*columns.get(item.question.code, ()), *([item.column] if item.column else [])}),
        )
        for item in survey_words.items(version)
    ]
