"""Where the rows of an import go: one sink a kind of rows, all with the same four verbs."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import msgspec
from django.utils.translation import gettext as _

from cxprogram import languages
from cxprogram.errors import DomainError
from cxprogram.imports.errors import ImportFileError, RowError
from cxprogram.imports.headers import require_columns
from cxprogram.imports.reader import Table
from cxprogram.models import ImportRun, OrgUnit, Program
from cxprogram.services import staff
from feedback.imports.mapping import load_mapping
from feedback.imports.records import WHOSE, Record, RecordMapping, Target, load_record_mapping, map_record
from feedback.imports.rows import RowKeys, SkippedRow
from feedback.imports.rules import open_table
from feedback.models import SurveyVersion
from feedback.services import folding, import_consents, surveys, unkept, voice
from feedback.services.import_consents import ConsentColumn
from feedback.services.imports import AnswerIntake, check_fit, record_rows
from feedback.services.responses import Prepared
from journeys.choices import CustomerKind
from journeys.models import Touchpoint
from journeys.services import attributes, competitor_ratings, interactions, people
from journeys.services.competitor_ratings import Given, Sitting
from journeys.services.consent_intake import Prepared as Consented
from journeys.services.customers import CustomerFacts
from journeys.services.people import PersonFacts, Saved

Taken = SkippedRow | list[RowError]


@dataclass(frozen=True)
class Outcome:
    """What became of one row: created, updated, repeated, or refused with a code and a sentence."""

    status: str
    code: str = ""
    detail: str = ""

    @property
    def is_refused(self) -> bool:
        return self.status == "refused"


class Sink(Protocol):
    """`open` checks that the file fits, `notes` says what of it is not kept, `take` understands one row, `write` keeps
    many at once, `close` ends it."""

    def open(self, path: Path) -> Table: ...

    def notes(self) -> list[str]: ...

    def take(self, row: dict[str, str] | RowError, line: int) -> Any: ...

    def write(self, items: Sequence[Any], *, at: datetime) -> list[Outcome]: ...

    def close(self, *, at: datetime) -> None: ...


class AnswerSink:
    """Answers to one published version of a survey. Importing history opens no tickets."""

    def __init__(self, run: ImportRun) -> None:
        version = SurveyVersion.objects.select_related("survey__program").get(
            pk=run.options["survey_version"], survey__program=run.program_id
        )
        self.door = surveys.door_of(version)
        self.mapping = load_mapping(msgspec.json.encode(run.definition))
        self.intake = AnswerIntake(self.door, self.mapping)

    def open(self, path: Path) -> Table:
        table = open_table(path, self.mapping)
        check_fit(self.door, self.mapping, table.header)
        return table

    def notes(self) -> list[str]:
        return []

    def take(self, row: dict[str, str] | RowError, line: int) -> Prepared | Taken:
        return self.intake.take(row, line)

    def write(self, items: Sequence[Prepared], *, at: datetime) -> list[Outcome]:
        statuses = record_rows(self.door, self.mapping.source, items)
        return [_conflict() if status == "conflict" else Outcome(status) for status in statuses]

    def close(self, *, at: datetime) -> None:
        folding.fold(self.door.survey.program, at=at)


def _conflict() -> Outcome:
    return Outcome("refused", "idempotency-conflict", "This key carries another answer already.")


class RecordSink:
    """Base of the sinks of records: the mapping, the ids of rows without any, the program's units."""

    def __init__(self, run: ImportRun) -> None:
        self.program: Program = run.program
        self.mapping: RecordMapping = load_record_mapping(msgspec.json.encode(run.definition))
        self.keys = RowKeys()
        self.options = run.options
        self.units = {unit.code.casefold(): unit for unit in OrgUnit.objects.filter(program=self.program)}

    def open(self, path: Path) -> Table:
        table = open_table(path, self.mapping)
        require_columns(table.header, self.mapping.columns)
        return table

    def notes(self) -> list[str]:
        mapping, known = self.mapping, attributes.definitions(self.program)
        return unkept.notes(unkept.of_mapping(mapping.target, mapping.fields, mapping.attributes, known))

    def take(self, row: dict[str, str] | RowError, line: int) -> Any:
        record = map_record(self.mapping, row, line, self.keys, zone=self.program.zone)
        if not isinstance(record, Record):
            return record
        unit = record.fields.get("unit", "")
        if unit and unit.casefold() not in self.units:
            return [
                RowError(line, self.mapping.fields.get("unit", ""), "unit-unknown", "The program has no such unit.")
            ]
        try:
            return self.understood(record)
        except DomainError as error:
            return [RowError(line, "", error.code, str(error.detail))]

    def unit_of(self, record: Record) -> OrgUnit | None:
        return self.units.get(record.fields.get("unit", "").casefold())

    def understood(self, record: Record) -> Any:
        raise NotImplementedError

    def close(self, *, at: datetime) -> None:
        """Nothing is counted afterwards."""


class CustomerSink(RecordSink):
    """Customers and accounts: recognised, completed, merged where the rule is certain.

    Contacts and organisations of one source may have the same key: those of organisations are kept under a name of
    their own, `SOURCE account`. One that is known by the bare key, as the API tells of it, is found by that too.

    A row's consent is a word of its own, written after its customer; one that cannot be
    refuses the row whole.

    Of the file's other columns those become attributes that the program has defined; `notes` names the others.
    """

    def __init__(self, run: ImportRun) -> None:
        super().__init__(run)
        self.defined = attributes.definitions(self.program)
        self.consents = (
            ConsentColumn(self.program, rule, source=self.mapping.source, at=run.started_at, by=run.by)
            if (rule := self.mapping.consent)
            else None
        )

    def understood(self, record: Record) -> tuple[PersonFacts, Consented | None]:
        fields, source = record.fields, self.mapping.source
        is_account = record.target == "accounts"
        own = _of_accounts(source) if is_account else source
        keys = [(own, record.external_id)] if record.external_id else []
        if is_account and fields.get("domain"):
            keys.append((f"{source} domain"[:60], fields["domain"].lower()))
        name = fields.get("name") or " ".join(filter(None, (fields.get("first_name"), fields.get("last_name"))))
        known = {attributes.code_of(name): value for name, value in record.attributes.items()}
        facts = PersonFacts(
            identities=tuple(keys),
            name=name[:200],
            email=fields.get("email", ""),
            phone=fields.get("phone", "")[:40],
            language=languages.code_of(fields.get("language", "")),
            kind=CustomerKind.ACCOUNT if is_account else CustomerKind.PERSON,
            account=self._account(fields.get("account", "")),
            unit=self.unit_of(record),
            attributes={code: value for code, value in known.items() if code in self.defined},
        )
        people.check(facts, self.defined)
        return facts, self.consents.understood(record, facts) if self.consents else None

    def _account(self, value: str) -> tuple[str, str] | None:
        """Contacts join their company by its web domain or its id, whichever the file gives."""
        if not value:
            return None
        source = self.mapping.source
        return (f"{source} domain"[:60], value.lower()) if "." in value else (_of_accounts(source), value)

    def write(self, items: Sequence[tuple[PersonFacts, Consented | None]], *, at: datetime) -> list[Outcome]:
        outcomes = []
        for saved in people.identify_many(self.program, self._by_bare_keys([facts for facts, _word in items]), at=at):
            if isinstance(saved, Saved):
                outcomes.append(Outcome(saved.status))
            else:
                outcomes.append(Outcome("refused", saved.code, str(saved.detail)))
        if self.consents:
            words = {place: word for place, (_facts, word) in enumerate(items)
                     if word is not None and not outcomes[place].is_refused}  # fmt: skip
            written = self.consents.write(list(words.values()), at=at) if words else []
            for place, status in zip(words, written, strict=True):
                if status == "conflict":
                    outcomes[place] = Outcome("refused", "idempotency-conflict", import_consents.conflict())
                elif status == "created" and outcomes[place].status == "repeated":
                    outcomes[place] = Outcome("updated")
        return outcomes

    def _by_bare_keys(self, items: Sequence[PersonFacts]) -> Sequence[PersonFacts]:
        """The facts with the key by which an organisation is known already."""
        source, own = self.mapping.source, _of_accounts(self.mapping.source)
        named = {value for facts in items for key, value in (*facts.identities, *filter(None, [facts.account]))
                 if key == own}  # fmt: skip
        bare = set(people.accounts_known(self.program, source, named)) if named else set()
        if not bare:
            return items
        return [
            replace(
                facts,
                identities=(*facts.identities, *((source, value) for key, value in facts.identities
                                                 if key == own and value in bare)),
                account=(source, facts.account[1]) if facts.account and facts.account[0] == own
                and facts.account[1] in bare else facts.account,
            )
            for facts in items
        ]  # fmt: skip


def _of_accounts(source: str) -> str:
    return f"{source[:52]} account"


class InteractionSink(RecordSink):
    """What happened to customers, into the data stream that a person chose. A case without a customer is one; a step
    of a case happened at the touchpoint that bears its name."""

    def __init__(self, run: ImportRun) -> None:
        super().__init__(run)
        self.door = interactions.door(self.program)
        self.now = run.started_at
        rows = Touchpoint.objects.in_use().filter(program=self.program).order_by("-pk")
        self.named = {name.casefold(): row.code for row in rows for name in (row.name, row.code)}

    def understood(self, record: Record) -> interactions.Prepared:
        fields = record.fields
        customer = fields.get("customer") or fields.get("case") or ""
        if "case" in self.mapping.fields and not customer:
            raise interactions.InteractionError(_("The step names no case."), code="case-missing")
        properties: dict[str, Any] = dict(record.attributes)
        for name in ("case", "text"):
            if fields.get(name):
                properties[name] = fields[name]
        assert record.at is not None, "interactions have a time"
        happening = interactions.Happening(
            stream=str(self.options.get("stream", "")),
            source=self.mapping.source,
            external_id=record.external_id,
            at=record.at,
            type=fields["type"][:60],
            customer=_who(self.mapping.source, customer),
            touchpoint=self._place(fields),
            unit=self.unit_of(record),
            channel=fields.get("channel", "")[:20],
            value=fields.get("value"),
            properties=properties,
        )
        return interactions.prepare(self.door, happening, at=self.now)

    def _place(self, fields: Mapping[str, Any]) -> str:
        if told := fields.get("touchpoint", ""):
            return self.named.get(told.casefold(), told)
        return self.named.get(fields["type"].casefold(), "") if fields.get("case") else ""

    def write(self, items: Sequence[interactions.Prepared], *, at: datetime) -> list[Outcome]:
        account = interactions.record_many(self.door, items, at=at)
        outcomes = []
        for status, _id in account.statuses:
            if status in ("created", "repeated"):
                outcomes.append(Outcome(status))
            elif status == "conflict":
                outcomes.append(_conflict())
            else:
                outcomes.append(Outcome("refused", status, _("The row was not taken.")))
        return outcomes


class StaffSink(RecordSink):
    """Own people and units, by the rights of whoever brought the file. Units above come before those below them.

    A person without a role or a unit that we know is refused: nobody is let in anywhere by default.
    """

    def __init__(self, run: ImportRun) -> None:
        super().__init__(run)
        self.by = run.by
        today = run.started_at.astimezone(self.program.zone).date()
        standing = OrgUnit.objects.filter(program=self.program).valid_on(today)
        names = Counter(unit.name.casefold() for unit in standing)
        # By its name too, where only one is called so.
        named = {unit.name.casefold(): unit for unit in standing if names[unit.name.casefold()] == 1}
        self.units = named | {unit.code.casefold(): unit for unit in standing}

    def understood(self, record: Record) -> Record:
        if record.target == "units":
            return record
        role = staff.role_named(record.fields["role"])
        return replace(record, fields=record.fields | {"role": role.value})

    def write(self, items: Sequence[Record], *, at: datetime) -> list[Outcome]:
        return [self._place(record) for record in items]

    def _place(self, record: Record) -> Outcome:
        fields = record.fields
        name = fields.get("name") or " ".join(filter(None, (fields.get("first_name"), fields.get("last_name"))))
        try:
            if record.target == "units":
                parent = fields.get("parent", "")
                status = staff.place_unit(self.program, code=record.external_id, name=name, parent=parent, by=self.by)
            else:
                unit = self.unit_of(record)
                assert unit is not None, "a person without a unit was refused"
                status = staff.place_person(
                    self.program, email=fields["email"], name=name, role=fields["role"], unit=unit, by=self.by
                )
        except DomainError as error:
            return Outcome("refused", error.code, str(error.detail))
        return Outcome(status)


class VoiceSink(RecordSink):
    """What is said elsewhere. What the source changed since is changed here."""

    def __init__(self, run: ImportRun) -> None:
        super().__init__(run)
        self.now = run.started_at

    def understood(self, record: Record) -> voice.Prepared:
        fields = dict(record.fields)
        customer, text = fields.pop("customer", ""), fields.pop("text", "")
        assert record.at is not None, "what was said has a time"
        facts: dict[str, Any] = {name: value for name, value in fields.items() if name != "unit"}
        if record.closed_at is not None:
            facts["closed_at"] = record.closed_at
        said = voice.Said(
            source=self.mapping.source,
            external_id=record.external_id,
            at=record.at,
            text=text,
            customer=_who(self.mapping.source, customer),
            unit=self.unit_of(record),
            facts=facts,
            attributes=record.attributes,
        )
        return voice.prepare(self.mapping.target, said, at=self.now)  # type: ignore[arg-type]

    def write(self, items: Sequence[voice.Prepared], *, at: datetime) -> list[Outcome]:
        recorded = voice.record_many(self.program, self.mapping.target, items)  # type: ignore[arg-type]
        return [Outcome(each.status) for each in recorded]


class RatingSink(RecordSink):
    """Ratings of us and competitors: a row is one rating, or one respondent with a column for each organisation.

    Ratings belong together that have one key, else those of one respondent on one day in one context.
    """

    def __init__(self, run: ImportRun) -> None:
        super().__init__(run)
        self.door = competitor_ratings.Door(self.program)
        self.root = next(unit for unit in self.units.values() if unit.parent_id is None)
        self.brands: dict[str, str] = {}

    def open(self, path: Path) -> Table:
        try:
            self.brands = {column: self.door.competitor(column) for column in self.mapping.brands}
        except DomainError as error:
            raise ImportFileError(error.code, str(error.detail), line=1) from error
        return super().open(path)

    def understood(self, record: Record) -> competitor_ratings.Prepared | SkippedRow:
        fields = record.fields
        place = self.door.touchpoint(fields.get("touchpoint", ""))
        if self.mapping.brands:
            given = [Given(float(value), self.brands[name], place) for name, value in record.ratings.items()]
        elif "rating" in fields:
            given = [Given(float(fields["rating"]), self.door.competitor(fields.get("competitor", "")), place)]
        else:
            given = []
        if not given:
            return SkippedRow(record.line, _("nobody rated"))
        assert record.at is not None, "ratings have a time"
        sitting = Sitting(
            source=self.mapping.source,
            external_id=self._key(record),
            at=record.at,
            scale=(float(fields["scale_low"]), float(fields["scale_high"])),
            given=given,
            unit=self.unit_of(record) or self.root,
            context=fields.get("context", "")[:100],
        )
        who = _who(self.mapping.source, fields.get("customer", ""))
        return competitor_ratings.prepare(self.door, sitting, customer=who)

    def _key(self, record: Record) -> str:
        """Of a row without a respondent what it says is its key; it belongs to no other."""
        who = record.fields.get("respondent") or record.fields.get("customer")
        if "external_id" in self.mapping.fields or not WHOSE & self.mapping.fields.keys():
            return record.external_id
        if not who:
            raise competitor_ratings.RatingError(_("The row names no respondent."), code="respondent-missing")
        assert record.at is not None, "ratings have a time"
        day = record.at.astimezone(self.program.zone).date()
        return " ".join(filter(None, (who[:80], day.isoformat(), record.fields.get("context", "")[:100])))

    def write(self, items: Sequence[competitor_ratings.Prepared], *, at: datetime) -> list[Outcome]:
        statuses = competitor_ratings.record_many(self.program, items)
        return [_conflict() if status == "conflict" else Outcome(status) for status in statuses]


def _who(source: str, value: str) -> CustomerFacts | None:
    """The customer behind a cell: an e-mail address, or the source's own key."""
    if not value:
        return None
    if "@" in value:
        return CustomerFacts(source="email", external_id=value.lower(), email=value)
    return CustomerFacts(source=source, external_id=value)


SINKS: dict[str, Callable[[ImportRun], Sink]] = {
    "responses": AnswerSink,
    "customers": CustomerSink,
    "accounts": CustomerSink,
    "interactions": InteractionSink,
    "mentions": VoiceSink,
    "support-cases": VoiceSink,
    "feature-requests": VoiceSink,
    "conversations": VoiceSink,
    "employee-remarks": VoiceSink,
    "competitor-ratings": RatingSink,
    "people": StaffSink,
    "units": StaffSink,
}


def can_take(target: str | Target) -> bool:
    return target in SINKS


def sink_of(run: ImportRun) -> Sink:
    return SINKS[run.kind](run)
