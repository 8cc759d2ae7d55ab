"""Files of answers: all or nothing, every row accounted for, the same file twice adds nothing."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as Words
from dataclasses import asdict, dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from cxprogram import languages, sentences
from cxprogram.choices import ImportStatus
from cxprogram.errors import DomainError
from cxprogram.imports.errors import ImportFileError, RowError, gettext_noop, told
from cxprogram.imports.headers import require_columns
from cxprogram.models import ImportRun, OrgUnit, Program, User
from feedback.imports.mapping import Mapping, columns
from feedback.imports.rows import MappedResponse, Respondent, RowKeys, SkippedRow, map_row
from feedback.imports.rules import open_table
from feedback.models import Response, SurveyVersion
from feedback.services import responses, surveys
from feedback.services.answer_checks import BLANK
from feedback.services.import_batches import Tally
from feedback.services.responses import Prepared
from feedback.services.sink_base import NO_ROWS, NO_UNIT, OTHER_ANSWER
from feedback.services.surveys import Door
from journeys.services import customers
from journeys.services.customers import CustomerFacts
from journeys.services.identities import EMAIL

CHUNK = 5_000
MAX_LISTED = 1_000
ZONES_APART, ZONE_STEP = timedelta(hours=14), timedelta(minutes=15)

Progress = Callable[[int], None]
NO_QUESTION = gettext_noop("The survey version has no question %(names)s.")


@dataclass
class ImportResult:
    """The account of a file. `errors` lists the first thousand reasons; `rejected` counts every row; `updated` are
    those of the imported rows that changed what was here."""

    rows: int = 0
    imported: int = 0
    updated: int = 0
    repeated: int = 0
    rejected: int = 0
    skipped: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def refuse(self, *errors: RowError) -> None:
        self.rejected += 1
        room = MAX_LISTED - len(self.errors)
        self.errors.extend(error.as_dict() for error in errors[: max(room, 0)])

    def add(self, rows: Tally) -> None:
        """The account with that of some rows more."""
        for name in ("rows", "imported", "updated", "repeated", "rejected", "skipped"):
            setattr(self, name, getattr(self, name) + getattr(rows, name))
        self.errors += [error.as_dict() for error in rows.errors[: MAX_LISTED - len(self.errors)]]

    @property
    def summary(self) -> dict[str, Any]:
        """The account as programs read it; what was changed, and left out by the mapping, is named when it was."""
        return {
            name: value
            for name, value in asdict(self).items()
            if name != "notes" and (value or name not in ("skipped", "updated"))
        }


class _Undo(Exception):
    """Leaves the transaction of a file that is not to be kept."""


def carry_out(
    run: ImportRun, path: Path, take_in: Callable[[ImportResult], None], *, preview: bool, skip_bad_rows: bool
) -> ImportResult:
    """Take a file in as a whole and keep the account of it in the run.

    - a file that cannot be read, or does not fit, is refused whole;
    - a bad row refuses the whole file, unless bad rows are to be skipped;
    - a preview does everything and keeps nothing: its account is that of the file taken in.
    """
    result = ImportResult()
    try:
        with transaction.atomic():
            take_in(result)
            if preview or (result.rejected and not skip_bad_rows):
                raise _Undo
    except _Undo:
        if result.rejected and not skip_bad_rows:
            result.imported = result.updated = result.repeated = 0
    except (ImportFileError, DomainError) as error:
        result = ImportResult()
        line, column = getattr(error, "line", None) or 0, getattr(error, "column", "")
        detail = sentences.reason(error) if isinstance(error, DomainError) else error.detail
        result.refuse(RowError(line, column, error.code, detail))
    if not preview:
        is_kept = not result.rejected or (skip_bad_rows and result.rows > 0)
        run.status = ImportStatus.DONE if is_kept else ImportStatus.REFUSED
        run.file_sha256 = sha256_of(path) if path.is_file() else ""
        for name in ("rows", "imported", "updated", "repeated", "rejected", "skipped"):
            setattr(run, name, getattr(result, name))
        run.errors = [sentences.kept_error(error) for error in result.errors]
        run.notes = [sentences.kept(note) for note in result.notes]
        run.finished_at = timezone.now()
        run.save()
    return result


def import_file(
    version: SurveyVersion,
    mapping: Mapping,
    path: Path,
    *,
    mapping_name: str,
    at: datetime,
    by: User | None = None,
    preview: bool = False,
    skip_bad_rows: bool = False,
    progress: Progress | None = None,
) -> ImportResult:
    """Import one file of answers to one survey version, by the rule of `carry_out`.

    - a file that lacks a column of the mapping does not fit;
    - a row whose key is known is repeated if it says the same, rejected if it says something else;
    - importing history opens no tickets.
    """
    run = ImportRun(
        program=version.survey.program,
        kind="responses",
        mapping=mapping_name,
        file_name=path.name[:255],
        by=by,
        started_at=at,
    )
    door = surveys.door_of(version)
    return carry_out(
        run,
        path,
        lambda result: _take_in(door, mapping, path, result, progress),
        preview=preview,
        skip_bad_rows=skip_bad_rows,
    )


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _take_in(door: Door, mapping: Mapping, path: Path, result: ImportResult, progress: Progress | None) -> None:
    with open_table(path, mapping) as table:
        result.notes = list(table.notes)
        check_fit(door, mapping, table.header)
        chunk: list[tuple[int, Prepared]] = []
        for item in _prepared(door, mapping, table.rows, result):
            chunk.append(item)
            if len(chunk) == CHUNK:
                _write(door, mapping.source, chunk, result)
                chunk = []
                if progress:
                    progress(result.rows)
        _write(door, mapping.source, chunk, result)
        if progress:
            progress(result.rows)
    if not result.rows:
        raise ImportFileError("file-has-no-rows", NO_ROWS, line=1)


def check_fit(door: Door, mapping: Mapping, header: list[str]) -> None:
    """Raise ImportFileError when the file lacks a column of the mapping, or the survey a question of it."""
    require_columns(header, columns(mapping))
    strangers = sorted({q.question for q in mapping.questions} - door.questions.keys())
    if strangers:
        raise ImportFileError("question-unknown", NO_QUESTION, names=", ".join(strangers[:20]))


def _prepared(
    door: Door, mapping: Mapping, rows: Iterator[tuple[int, dict[str, str] | RowError]], result: ImportResult
) -> Iterator[tuple[int, Prepared]]:
    intake = AnswerIntake(door, mapping)
    for line, row in rows:
        result.rows += 1
        taken = intake.take(row, line)
        if isinstance(taken, SkippedRow):
            result.skipped += 1
        elif isinstance(taken, Prepared):
            yield line, taken
        else:
            result.refuse(*taken)


class AnswerIntake:
    """Rows of one file as answers ready to be written; it knows the program's units, and the ids it gave so far."""

    def __init__(self, door: Door, mapping: Mapping) -> None:
        self.door = door
        self.mapping = mapping
        self.keys = RowKeys()
        self.program = door.survey.program
        self.units = {unit.code.casefold(): unit.pk for unit in OrgUnit.objects.filter(program=self.program)}

    def take(self, row: dict[str, str] | RowError, line: int) -> Prepared | SkippedRow | list[RowError]:
        mapped = map_row(self.mapping, row, line, self.keys)
        if not isinstance(mapped, MappedResponse):
            return mapped
        unit_id = self.units.get(mapped.unit.casefold()) if mapped.unit else self.door.root_id
        if unit_id is None:
            return [RowError(line, "", "unit-unknown", told(NO_UNIT))]
        facts = _facts(self.mapping.source, mapped.respondent) if mapped.respondent else None
        if facts is not None:
            try:
                customers.check(facts)
            except DomainError as error:
                return [RowError(line, "", error.code, sentences.reason(error))]
        return _prepare(self.program, self.door, mapped, unit_id, facts)


def _facts(source: str, who: Respondent) -> CustomerFacts:
    """An address is what other sources know the customer by too: it comes before the source's own key."""
    if who.email:
        return CustomerFacts(source=EMAIL, external_id=who.email.lower(), name=who.name, email=who.email)
    return CustomerFacts(source=source, external_id=who.key, name=who.name)


def _prepare(
    program: Program, door: Door, mapped: MappedResponse, unit_id: int, facts: CustomerFacts | None
) -> Prepared:
    noon = datetime.combine(mapped.answered_on, time(12), tzinfo=program.zone)
    return Prepared(
        external_id=mapped.external_id,
        answered_at=mapped.answered_at or noon,
        answered_on=mapped.answered_on,
        unit_id=unit_id,
        channel=mapped.channel[:20],
        language=languages.code_of(mapped.language) or mapped.language[: languages.MAX_CODE],
        weight=mapped.weight,
        answers=mapped.answers,
        missing=mapped.missing,
        attributes=mapped.attributes,
        digest=responses.body_hash(
            door.survey.slug,
            mapped.answers,
            mapped.missing,
            answered_at=mapped.answered_at or noon,
            unit_id=unit_id,
            customer=facts,
        ),
        facts=facts,
    )


def record_rows(door: Door, source: str, rows: Sequence[Prepared]) -> list[str]:
    """Write answers of a file: `created`, `repeated` or `conflict`, one for each.

    A key that is known is a repeat too when it carries the same answers by a clock that hangs in another zone: two
    exports of one survey, neither of which names its zone, are hours apart.
    """
    rows = responses.with_customers(door.survey.program, rows)
    account = responses.record_many(door, source, rows, opens_tickets=False)
    statuses = [status for status, _id in account.statuses]
    disputed = {row_id: at for at, (status, row_id) in enumerate(account.statuses) if status == "conflict"}
    stored = Response.objects.filter(pk__in=disputed, survey_version__survey=door.survey)
    for known in stored.only("unit_id", "answered_at", "answers", "missing"):
        if _is_repeat(known, rows[disputed[known.pk]]):
            statuses[disputed[known.pk]] = "repeated"
    return statuses


def _is_repeat(known: Response, row: Prepared) -> bool:
    apart = abs(known.answered_at - row.answered_at)
    return (
        apart <= ZONES_APART
        and not apart % ZONE_STEP
        and known.unit_id == row.unit_id
        and known.answers == row.answers
        and _said_missing(known.missing) == _said_missing(row.missing)
    )


def _said_missing(missing: Words[str, str]) -> dict[str, str]:
    return {code: why for code, why in missing.items() if why != BLANK}


def _write(door: Door, source: str, chunk: list[tuple[int, Prepared]], result: ImportResult) -> None:
    if not chunk:
        return
    statuses = record_rows(door, source, [row for _line, row in chunk])
    for (line, _row), status in zip(chunk, statuses, strict=True):
        if status == "created":
            result.imported += 1
        elif status == "repeated":
            result.repeated += 1
        else:
            result.refuse(RowError(line, "", "idempotency-conflict", told(OTHER_ANSWER)))
