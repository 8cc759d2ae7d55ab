"""The pages of files that come in: the list, the look before the import, its progress and its account."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxprogram.choices import ImportStatus
from cxprogram.models import ImportRun, OrgUnit, Program, User
from cxprogram.sentences import words
from feedback.imports.plans import ColumnPlan
from feedback.imports.record_proposals import RecordProposal, time_column
from feedback.imports.records import FIELDS, KEEPS_ATTRIBUTES
from feedback.models import ImportMapping, SurveyVersion
from feedback.services import saved_mappings, unkept
from feedback.services.intake import Check, Look, Reading
from feedback.services.unkept import Unkept
from journeys.choices import StreamStatus
from journeys.models import ConsentText, DataStream

LISTED = 50
SHOWN_ERRORS, SHOWN_NOTES = 200, 20
ALWAYS_ASKED = frozenset({"source", "zone", "skip_bad_rows", "save_as"})
TARGETS = {
    "responses": gettext_lazy("answers to a survey"),
    "customers": gettext_lazy("customers"),
    "accounts": gettext_lazy("customer organisations"),
    "interactions": gettext_lazy("what happened to customers"),
    "support-cases": gettext_lazy("support cases"),
    "mentions": gettext_lazy("reviews and mentions"),
    "feature-requests": gettext_lazy("feature requests"),
    "conversations": gettext_lazy("chats and mails"),
    "employee-remarks": gettext_lazy("remarks of employees"),
    "competitor-ratings": gettext_lazy("ratings of us and competitors"),
    "people": gettext_lazy("people who work here"),
    "units": gettext_lazy("units of the organisation"),
}
REFUSALS = {
    "lucidchart": gettext_lazy(
        "This is a Lucidchart diagram: its shapes and lines cannot be read. What can be is a journey in CJML 2.0, or "
        "in a JSON or Excel file of ours, under “Take in a journey” on the journey map."
    )
}
ANSWER_ROLES = {
    "question": gettext_lazy("a question"),
    "nps": gettext_lazy("likelihood to recommend, 0–10"),
    "text": gettext_lazy("a question answered in words"),
    "key": gettext_lazy("the key of the answer"),
    "date": gettext_lazy("when it was answered"),
    "unit": gettext_lazy("the unit"),
    "language": gettext_lazy("the language"),
    "channel": gettext_lazy("the channel"),
    "weight": gettext_lazy("the weight"),
    "customer-email": gettext_lazy("the customer, by e-mail address"),
    "customer-key": gettext_lazy("the customer, by key"),
    "customer-name": gettext_lazy("the name of the customer"),
    "attribute": gettext_lazy("something known beside the answers"),
    "personal": gettext_lazy("left out: personal data"),
    "ignore": gettext_lazy("left out"),
}
FIELD_ROLES = {
    "external_id": gettext_lazy("the key"), "email": gettext_lazy("e-mail"), "phone": gettext_lazy("phone"),
    "name": gettext_lazy("name"), "first_name": gettext_lazy("first name"), "last_name": gettext_lazy("last name"),
    "language": gettext_lazy("the language"), "account": gettext_lazy("the organisation"),
    "unit": gettext_lazy("the unit"), "domain": gettext_lazy("web domain"), "customer": gettext_lazy("the customer"),
    "case": gettext_lazy("the case"), "type": gettext_lazy("what happened"), "channel": gettext_lazy("the channel"),
    "value": gettext_lazy("the value"), "touchpoint": gettext_lazy("the touchpoint"), "text": gettext_lazy("the text"),
    "status": gettext_lazy("the state"), "subject": gettext_lazy("the subject"), "priority": gettext_lazy("urgency"),
    "rating": gettext_lazy("the rating"), "title": gettext_lazy("the title"), "author": gettext_lazy("who said it"),
    "url": gettext_lazy("the address"), "votes": gettext_lazy("votes"), "role": gettext_lazy("the role"),
    "respondent": gettext_lazy("the respondent"), "competitor": gettext_lazy("who is rated"),
    "brand": gettext_lazy("the rating of whom the column is named for"), "context": gettext_lazy("the context"),
    "scale_low": gettext_lazy("the lowest rating there is"), "scale_high": gettext_lazy("the highest rating there is"),
    "manager": gettext_lazy("the manager"), "parent": gettext_lazy("the unit above"), "at": gettext_lazy("when"),
    "closed_at": gettext_lazy("when it was closed"), "changed_at": gettext_lazy("when it was last changed"),
    "consent": gettext_lazy("the consent: yes, no or withdrawn"),
    "consent_at": gettext_lazy("when the consent was said"),
    "attribute": gettext_lazy("something known beside"),
    "personal": gettext_lazy("left out: personal data"), "ignore": gettext_lazy("left out"),
}  # fmt: skip
KINDS = {
    "nps": gettext_lazy("0–10"), "rating": gettext_lazy("rating"), "single": gettext_lazy("one choice"),
    "multiple": gettext_lazy("several choices"), "text": gettext_lazy("in words"), "number": gettext_lazy("a number"),
    "date": gettext_lazy("a date"),
}  # fmt: skip


@dataclass(frozen=True)
class RunRow:
    run: ImportRun
    url: str
    kind: str


@dataclass(frozen=True)
class ImportList:
    rows: list[RunRow]


@dataclass(frozen=True)
class RoleChoice:
    code: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class ColumnRow:
    """One column of the file on the page: what it is called, what stands in it, what it becomes."""

    field: str
    label: str
    examples: str
    filled: int
    kind: str
    roles: list[RoleChoice]


@dataclass(frozen=True)
class Asked:
    """What the file cannot say, and a person must or may: the fields of the form, and what they choose from."""

    fields: frozenset[str]
    rows: dict[str, QuerySet[Any]]
    date_formats: list[tuple[str, str]]
    has_tests: bool
    has_no_key: bool
    asks_rating: bool


@dataclass(frozen=True)
class PreviewPage:
    run: ImportRun
    look: Look | None
    refusal: str = ""
    refusal_line: int | None = None
    target_label: str = ""
    facts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    targets: list[RoleChoice] = field(default_factory=list)
    sheets: list[RoleChoice] = field(default_factory=list)
    columns: list[ColumnRow] = field(default_factory=list)
    asked: Asked | None = None
    unkept: list[Unkept] = field(default_factory=list)
    saved: QuerySet[ImportMapping] | None = None
    proposed: ImportMapping | None = None
    check: Check | None = None
    questions: int = 0
    has_lines: bool = False


def import_list(user: User, program: Program) -> ImportList:
    runs = ImportRun.objects.visible_to(user).filter(program=program).defer("errors", "definition").order_by("-pk")
    return ImportList(
        [RunRow(run, reverse("feedback:import-detail", args=[run.pk]), kind_label(run)) for run in runs[:LISTED]]
    )


def kind_label(run: ImportRun) -> str:
    if run.kind == "definition":
        return _("a survey")
    return str(TARGETS.get(run.kind, "")) or _("not decided yet")


def find(user: User, program: Program, number: int) -> ImportRun | None:
    return ImportRun.objects.visible_to(user).filter(program=program, pk=number).select_related("program").first()


def refused(run: ImportRun, reading: Reading, detail: str, line: int | None) -> PreviewPage:
    return PreviewPage(run, None, refusal=detail, refusal_line=line, targets=_targets(reading.target))


def preview(run: ImportRun, look: Look, reading: Reading, *, user: User, check: Check | None = None) -> PreviewPage:
    """The look at an upload, with every choice that a person has."""
    program = run.program
    proposal = look.proposal
    if check is not None:
        errors = [replace(error, detail=words(error.detail)) for error in check.errors]
        check = replace(check, errors=errors, remarks=[words(remark) for remark in check.remarks])
    if look.definition is not None:
        left = [f"{each.name}: {words(each.why)}" for each in look.definition.left_out[:SHOWN_ERRORS]]
        return PreviewPage(
            run,
            look,
            facts=[words(look.layout.title)],
            notes=left,
            questions=len(look.definition.questions),
            check=check,
        )
    if proposal is None:
        why = str(REFUSALS.get(look.layout.format, words(look.layout.refused)))
        return PreviewPage(run, look, refusal=why, targets=_targets(""))
    table = proposal.table
    facts = [words(look.layout.title)]
    if table.encoding:
        facts.append(_("text in %(encoding)s") % {"encoding": table.encoding})
    if table.delimiter:
        marks = {",": _("comma"), ";": _("semicolon"), "\t": _("tab"), "|": "|"}
        facts.append(_("separated by %(mark)s") % {"mark": marks.get(table.delimiter, table.delimiter)})
    if table.sheet:
        facts.append(_("sheet %(name)s") % {"name": table.sheet})
    if proposal.decimal == ",":
        facts.append(_("decimal comma"))
    is_answers = look.answers is not None
    names: dict[str, Any] = {**ANSWER_ROLES} if is_answers else _record_roles(proposal)
    lost = unkept.of_proposal(program, look.records) if look.records is not None else []
    kept = ImportMapping.objects.visible_to(user).filter(program=program)
    return PreviewPage(
        run,
        look,
        target_label=str(TARGETS.get(look.target, look.target)),
        facts=facts,
        notes=[words(note) for note in proposal.notes],
        targets=_targets(look.target),
        sheets=[RoleChoice(name, name, name == table.sheet) for name in table.sheets],
        columns=[_column(number, column, names) for number, column in enumerate(proposal.columns)],
        asked=_asked(look, _rows(look, user, program, run.started_at), lost),
        unkept=lost,
        saved=kept.filter(kind=look.target),
        proposed=saved_mappings.fitting(kept, [column.name for column in proposal.columns]),
        check=check,
        has_lines=table.kind in ("delimited", "workbook"),
    )


def _targets(chosen: str) -> list[RoleChoice]:
    return [RoleChoice(code, str(label), code == chosen) for code, label in TARGETS.items()]


def _record_roles(proposal: object) -> dict[str, str]:
    assert isinstance(proposal, RecordProposal)
    rest = {
        "customers": ("consent", "consent_at", "attribute"),
        "competitor-ratings": ("brand", "at"),
        "support-cases": ("at", "closed_at", "changed_at", "attribute"),
    }.get(proposal.target, ("at", "closed_at", "attribute") if proposal.target in KEEPS_ATTRIBUTES else ())
    known = [*FIELDS[proposal.target][0], *rest, "personal", "ignore"]
    return {name: str(FIELD_ROLES[name]) for name in known if name in FIELD_ROLES}


def _column(number: int, column: ColumnPlan, names: dict[str, Any]) -> ColumnRow:
    can_recommend = column.kind in ("nps", "rating")
    choices = [
        RoleChoice(code, str(label), code == column.choice)
        for code, label in names.items()
        if code != "nps" or can_recommend
    ]
    kind = str(KINDS.get(column.kind, "")) if column.role in ("question", "nps") else ""
    return ColumnRow(
        f"role-{number}", column.label or column.name, " · ".join(column.examples), column.filled, kind, choices
    )


def _asked(look: Look, rows: dict[str, QuerySet[Any]], lost: list[Unkept]) -> Asked:
    proposal = look.proposal
    assert proposal is not None, "a page that asks has a proposal"
    column = time_column(proposal) if isinstance(proposal, RecordProposal) else proposal.column_of("date")
    forms = proposal.date_formats.get(column, []) if column else []
    open_fields = {
        "date_format": len(forms) > 1,
        "day": "day" in proposal.asks and column is None,
        "survey_name": look.answers is not None,
        "language": look.answers is not None,
        "keeps_tests": "tests" in proposal.asks,
        "defines": any(each.can_be_defined for each in lost),
    }
    if look.records is not None:
        open_fields |= _open_of_records(look.records)
    return Asked(
        fields=ALWAYS_ASKED | rows.keys() | {name for name, is_open in open_fields.items() if is_open},
        rows=rows,
        date_formats=[(form, _shape(form)) for form in forms],
        has_tests="tests" in proposal.asks,
        has_no_key="no-key" in proposal.asks,
        asks_rating="rating" in proposal.asks,
    )


def _open_of_records(records: RecordProposal) -> dict[str, bool]:
    """What every row of a file is, where no column says it; of a consent what no column can say."""
    has_scale = records.column_of("scale_low") is not None and records.column_of("scale_high") is not None
    is_rated = records.target == "competitor-ratings"
    has_consent = records.column_of("consent") is not None
    return {
        "type": records.target == "interactions" and not records.column_of("type") and "type" not in records.constants,
        "role": records.target == "people" and not records.column_of("role"),
        "scale_low": is_rated and not has_scale,
        "scale_high": is_rated and not has_scale,
        "consent_purpose": has_consent,
        "consent_reference": has_consent,
    }


def _rows(look: Look, user: User, program: Program, at: datetime) -> dict[str, QuerySet[Any]]:
    """What those fields that choose a row choose from."""
    records = look.records
    rows: dict[str, QuerySet[Any]] = {}
    if look.answers is not None:
        rows["version"] = _versions(user, program)
    if look.target == "interactions":
        rows["stream"] = _streams(user, program)
    if records is not None and look.target == "people" and not records.column_of("unit"):
        rows["unit"] = _units(user, program, at)
    if records is not None and records.column_of("consent"):
        rows["consent_text"] = ConsentText.objects.filter(program=program)
    return rows


def _shape(form: str) -> str:
    """How a date of the format looks, in the letters of the page's language."""
    letters = {
        "%Y": _("year"), "%y": _("year"), "%m": _("month"), "%d": _("day"), "%H": _("hour"), "%I": _("hour"),
        "%M": _("minute"), "%S": _("second"), "%f": "", "%p": "AM/PM", "%z": "±00:00",
    }  # fmt: skip
    for mark, word in letters.items():
        form = form.replace(mark, word)
    return form


def _versions(user: User, program: Program) -> QuerySet[SurveyVersion]:
    rows = SurveyVersion.objects.visible_to(user).filter(survey__program=program, published_at__isnull=False)
    return rows.select_related("survey").order_by("survey__name", "-number")


def _units(user: User, program: Program, at: datetime) -> QuerySet[OrgUnit]:
    today = at.astimezone(program.zone).date()
    return OrgUnit.objects.visible_to(user).filter(program=program).valid_on(today)


def _streams(user: User, program: Program) -> QuerySet[DataStream]:
    return DataStream.objects.visible_to(user).filter(program=program, status=StreamStatus.ACTIVE)


@dataclass(frozen=True)
class AccountPage:
    run: ImportRun
    notes: list[str]
    kind: str
    is_over: bool
    percent: int | None
    errors: list[dict[str, object]]
    more_errors: int
    headline: str


def account(run: ImportRun) -> AccountPage:
    """How far an import is, or what became of every row."""
    headline = {
        ImportStatus.QUEUED: _("Waiting for a free worker"),
        ImportStatus.RUNNING: _("Being read"),
        ImportStatus.DONE: _("The file is in"),
        ImportStatus.REFUSED: _("Nothing was taken: the file needs mending"),
        ImportStatus.FAILED: _("The import was given up"),
    }.get(ImportStatus(run.status), run.get_status_display())
    if run.status == ImportStatus.REFUSED and run.done_rows:
        headline = _("The import stopped: some rows are in")
    elif run.status == ImportStatus.DONE and not run.imported:
        headline = _nothing_new(run)
    notes = [words(note) for note in run.notes[:SHOWN_NOTES]]
    errors = [{**error, "detail": words(error)} for error in run.errors[:SHOWN_ERRORS]]
    return AccountPage(
        run, notes, kind_label(run), run.is_over, run.progress, errors, len(run.errors) - len(errors), headline
    )


def _nothing_new(run: ImportRun) -> str:
    """The headline of a file that was read to its end and brought no row that was not here."""
    if run.rejected:
        return _("Nothing was taken: the file needs mending")
    if run.repeated:
        return _("Nothing new: every row is here already")
    return _("Nothing was taken: every row was left out")
