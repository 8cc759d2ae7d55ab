"""From an uploaded file to an import that is under way: looked at, understood, checked on its first rows, started."""

from collections.abc import Mapping as Words
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any

import msgspec
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from cxprogram import sentences
from cxprogram.choices import ImportStatus
from cxprogram.errors import DomainError
from cxprogram.imports.errors import RowError
from cxprogram.models import ImportRun
from cxprogram.services import import_runs
from feedback.imports.consent_words import Consenting
from feedback.imports.decisions import definition_of, mapping_of, questions_of
from feedback.imports.definitions import QuestionDef, SurveyDefinition
from feedback.imports.layouts import Layout, find_layout
from feedback.imports.lss import read_lss
from feedback.imports.mapping import Mapping, ScaleQuestion
from feedback.imports.plans import QuestionPlan
from feedback.imports.profile import SAMPLE_ROWS, profiles_of
from feedback.imports.proposals import ONCE, Proposal, propose_answers
from feedback.imports.qsf import read_qsf
from feedback.imports.record_decisions import record_mapping_of
from feedback.imports.record_proposals import RecordProposal, asks_of, guess_target, propose_records
from feedback.imports.records import TARGETS, RecordMapping
from feedback.imports.rules import Header, open_table
from feedback.imports.surveyjs import read_surveyjs
from feedback.models import SurveyVersion
from feedback.services import definitions, import_batches, recall, saved_mappings, surveys, unkept
from feedback.services.definitions import Drafted
from feedback.services.import_sinks import can_take, sink_of

CHECKED_ROWS = 5_000
ONE_BY_ONE = frozenset({"customers", "accounts", "people", "units"})  # each row is looked up and locked by itself
CHECKED_ONE_BY_ONE = 500
LISTED_ERRORS = 50
READERS = {"qsf": read_qsf, "lss": read_lss, "surveyjs": read_surveyjs}


class IntakeError(DomainError):
    """Something must be said or mended before the import can start."""

    code = "import-undecided"


@dataclass(frozen=True)
class Reading:
    """How a person says that the file is to be read; empty leaves it to what is found."""

    target: str = ""
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    line: int | None = None  # where the header stands


@dataclass(frozen=True)
class _Rules:
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    header: Header


@dataclass(frozen=True)
class Look:
    """What was found in a file: one of a proposal, or a definition, or a refusal of its layout.

    `answers` are proposed as the file, what is known of it from before (`recalled`) and a person say together;
    `found` is what the file says by itself.
    """

    layout: Layout
    target: str
    answers: Proposal | None = None
    found: Proposal | None = None
    recalled: recall.Recalled | None = None
    records: RecordProposal | None = None
    definition: SurveyDefinition | None = None

    @property
    def proposal(self) -> Proposal | RecordProposal | None:
        return self.answers or self.records


@dataclass(frozen=True)
class Decisions:
    """What a person said on the page of an upload."""

    source: str
    zone: str
    roles: Words[str, str] = field(default_factory=dict)
    date_format: str | None = None
    day: str | None = None
    version: SurveyVersion | None = None  # None: a new survey of what the file asks
    survey_name: str = ""
    language: str = "en"
    stream: str = ""
    constants: Words[str, str] = field(default_factory=dict)
    consenting: Consenting | None = None
    keeps_tests: bool = False
    skip_bad_rows: bool = False
    defines: bool = False  # what the file says of customers beside and nobody has defined
    save_as: str = ""


@dataclass
class Check:
    """What would become of the first rows. `changed` are of those that we know and of whom the file says more."""

    rows: int = 0
    new: int = 0
    changed: int = 0
    repeated: int = 0
    rejected: int = 0
    skipped: int = 0
    is_all: bool = True
    errors: list[RowError] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def look(run: ImportRun, reading: Reading) -> Look:
    """Recognise the file and propose what it becomes. Raises ImportFileError."""
    path = import_runs.path_of(run)
    encoding, delimiter, sheet = reading.encoding or None, reading.delimiter or None, reading.sheet or None
    layout = find_layout(path, encoding=encoding, delimiter=delimiter, sheet=sheet, line=reading.line)
    if layout.format in READERS:
        return Look(layout, "definition", definition=READERS[layout.format](path))
    if layout.refused and not reading.target:
        return Look(layout, "")
    rules = _Rules(encoding, delimiter, sheet, layout.header)
    with open_table(path, rules) as table:
        profiles = profiles_of(table.header, table.rows, limit=SAMPLE_ROWS)
    target = reading.target if reading.target in ("responses", *TARGETS) else guess_target(layout, profiles)
    if target == "responses":
        found = propose_answers(layout, table, profiles)
        return with_roles(Look(layout, target, found=found, recalled=recall.recall(run, found)), {})
    return Look(layout, target, records=propose_records(layout, table, profiles, target))  # type: ignore[arg-type]


def with_roles(look: Look, roles: Words[str, str]) -> Look:
    """The look with what a person said of its columns, and for the others what was said when the file came before."""
    if look.found is not None:
        before = look.recalled.roles if look.recalled is not None else {}
        taken = {role for role in roles.values() if role in ONCE}
        before = {name: role for name, role in before.items() if role not in taken}
        return replace(look, answers=_as_recommendation(look.found, {**before, **roles}))
    if look.records is not None:
        columns = [replace(column, role=roles.get(column.name, column.role)) for column in look.records.columns]
        records = replace(look.records, columns=columns)
        return replace(look, records=replace(records, asks=asks_of(records)))
    return look


def _as_recommendation(proposal: Proposal, roles: Words[str, str]) -> Proposal:
    """Columns that a person called a likelihood to recommend become NPS questions; the role is a question's then."""
    named = {name for name, role in roles.items() if role == "nps"}
    plans: list[QuestionPlan] = []
    for plan in proposal.questions:
        if isinstance(plan.rule, ScaleQuestion) and plan.rule.column in named:
            rule = ScaleQuestion(
                question=plan.rule.question, column=plan.rule.column, scale=(0, 10), missing=plan.rule.missing
            )
            plan = replace(plan, rule=rule, definition=replace(plan.definition, kind="nps", scale=(0, 10)))
        plans.append(plan)
    as_questions = {name: ("question" if role == "nps" else role) for name, role in roles.items()}
    proposal = proposal.with_roles(as_questions)
    columns = [replace(column, kind="nps") if column.name in named else column for column in proposal.columns]
    return replace(proposal, columns=columns, questions=plans)


def mapping_for(look: Look, said: Decisions) -> Mapping | RecordMapping:
    """The mapping that was decided. Raises IntakeError with the code of what is still to be said."""
    try:
        if look.answers is not None:
            mapping = mapping_of(
                look.answers,
                survey=said.version.survey.slug if said.version else _slug(said.survey_name),
                source=said.source,
                zone=said.zone,
                language=said.language,
                date_format=said.date_format,
                day=said.day,
                keeps_tests=said.keeps_tests,
            )
            return _for_version(look, mapping, said) if said.version else mapping
        assert look.records is not None, "a look with a mapping is of answers or of records"
        return record_mapping_of(
            look.records,
            source=said.source,
            zone=said.zone,
            date_format=said.date_format,
            day=said.day,
            constants=dict(said.constants),
            consenting=said.consenting,
        )
    except ValueError as error:
        raise IntakeError(_still_to_say(error.args[0]), code="import-undecided") from error


def _still_to_say(reason: str) -> str:
    words = {
        "date-order": _("Say which comes first in the dates, the day or the month."),
        "day": _("The file has no dates: say on which day this was said."),
        "consent-purpose": _("Say what the consent is for."),
        "consent-missing": _("Say which column is the consent whose time the file tells."),
        "consent-twice": _("One column can be the consent. Import the file once for each purpose."),
    }
    return words.get(reason) or _("This cannot work yet: %(reason)s.") % {"reason": sentences.words(reason)}


def _slug(name: str) -> str:
    return slugify(name)[:50] or "survey"


def _for_version(look: Look, mapping: Mapping, said: Decisions) -> Mapping:
    """The mapping with the survey's questions. Raises IntakeError (`question-unknown`) for what it does not ask."""
    assert look.answers is not None and said.version is not None, "answers to a survey that was chosen"
    mapping, strange = recall.for_version(said.version, mapping, questions_of(look.answers, said.language))
    if strange:
        names = ", ".join(_named(each.definition) for each in strange[:10])
        raise IntakeError(
            _("The survey does not ask %(names)s. Leave these columns out, or make a new survey.") % {"names": names},
            code="question-unknown",
        )
    return mapping


def _named(question: QuestionDef) -> str:
    """A question in a sentence: the code that stands for it here may be only the place of its column."""
    return next(iter(question.texts.values()), question.code)[:60]


def check(run: ImportRun, look: Look, said: Decisions) -> Check:
    """What would become of the first rows, found by writing them and taking that back; not even a new survey stays."""
    mapping = mapping_for(look, said)
    if not can_take(look.target):
        return Check()
    with transaction.atomic():
        trial = ImportRun(
            program=run.program, kind=look.target, started_at=run.started_at, by=run.by, options={"stream": said.stream}
        )
        _define(run, look, said)
        if isinstance(mapping, Mapping):
            version, mapping = _version_for(run, look, said, mapping, at=run.started_at)
            trial.options["survey_version"] = version.pk
        trial.definition = msgspec.to_builtins(mapping)
        sink = sink_of(trial)
        with sink.open(import_runs.path_of(run)) as table:
            first = list(islice(table.rows, CHECKED_ONE_BY_ONE if look.target in ONE_BY_ONE else CHECKED_ROWS))
            is_all = next(table.rows, None) is None
        tally = import_batches.write(sink, first, at=run.started_at)
        transaction.set_rollback(True)
    return Check(
        rows=tally.rows,
        new=tally.imported - tally.updated,
        changed=tally.updated,
        repeated=tally.repeated,
        rejected=tally.rejected,
        skipped=tally.skipped,
        is_all=is_all,
        errors=tally.errors[:LISTED_ERRORS],
        remarks=sink.remarks(),
    )


def _define(run: ImportRun, look: Look, said: Decisions) -> None:
    if said.defines and look.records is not None:
        unkept.define(run.program, look.records)


def _version_for(
    run: ImportRun, look: Look, said: Decisions, mapping: Mapping, *, at: datetime
) -> tuple[SurveyVersion, Mapping]:
    """The version that was chosen, or a new one of what the file asks, published and closed to the public.

    No second version of a survey is made that would ask what the first does, and no survey for answers that are all
    here already: IntakeError (`answers-known`).
    """
    if said.version is not None:
        return said.version, mapping
    assert look.answers is not None, "only answers make a survey"
    definition = definition_of(look.answers, title=said.survey_name, language=said.language)
    drafted = definitions.draft(run.program, definition, slug=_slug(said.survey_name), name=said.survey_name)
    version = definitions.as_before(drafted)
    if version is None:
        if known := recall.survey_of(run, mapping):
            detail = _(
                "Answers with these keys are here already, in the survey “%(name)s”. Choose that survey, or name "
                "another source."
            )
            raise IntakeError(detail % {"name": known.label}, code="answers-known")
        version = surveys.publish(drafted.version, at=at)
    questions = [
        msgspec.structs.replace(question, question=drafted.codes[question.question]) for question in mapping.questions
    ]
    return version, msgspec.structs.replace(mapping, questions=questions, survey=version.survey.slug)


@transaction.atomic
def start(run: ImportRun, look: Look, said: Decisions, *, at: datetime) -> None:
    """Decide how the file is read, keep that if a name was given, and hand it to the workers.

    Raises IntakeError for what is still to be said, `import-target-unknown` for what has no place here, and what
    drafting a survey raises.
    """
    if not can_take(look.target):
        raise IntakeError(_("Rows of this kind cannot be imported."), code="import-target-unknown")
    mapping = mapping_for(look, said)
    _define(run, look, said)
    version: SurveyVersion | None = None
    options: dict[str, Any] = {"skip_bad_rows": said.skip_bad_rows, "stream": said.stream}
    if isinstance(mapping, Mapping):
        version, mapping = _version_for(run, look, said, mapping, at=at)
        options["survey_version"] = version.pk
    if said.save_as:
        saved_mappings.keep(run.program, said.save_as, mapping, version=version, stream=said.stream)
    import_runs.queue(
        run, kind=look.target, mapping=said.save_as, definition=msgspec.to_builtins(mapping), options=options
    )


@transaction.atomic
def draft_of(run: ImportRun, definition: SurveyDefinition, *, name: str, at: datetime) -> Drafted:
    """A survey's definition becomes a draft at once: there are no rows to wait for."""
    drafted = definitions.draft(run.program, definition, slug=_slug(name), name=name)
    ImportRun.objects.filter(pk=run.pk).update(
        status=ImportStatus.DONE,
        kind="definition",
        finished_at=at,
        rows=len(definition.questions) + len(drafted.left_out),
        imported=len(definition.questions),
        rejected=len(drafted.left_out),
        errors=[
            sentences.kept_error({"line": 0, "column": each.name, "code": each.code, "detail": each.why})
            for each in drafted.left_out
        ],
    )
    import_runs.discard_file(run)
    return drafted
