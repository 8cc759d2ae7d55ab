"""Which program wrote a file, told by its structure and by the ids in it; last, what somebody wrote out by hand, told
by its headings (see `headings`)."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from cxprogram.imports.errors import ImportFileError, RowError, gettext_noop
from cxprogram.imports.headers import BRACKETS, IMPORT_ID
from cxprogram.imports.reader import ONLY_SEPARATORS, first_records, open_sheet
from cxprogram.imports.source import DEFAULT_LIMITS, Limits, open_source
from feedback.imports import headings
from feedback.imports.cells import whole_number
from feedback.imports.rules import Header

JOURNEY = gettext_noop("This is a journey in CJML, not a table: import it as a journey.")
OTHER_XML = gettext_noop("This XML is neither an event log (XES) nor a survey of LimeSurvey.")
NO_LIST = gettext_noop("It says something about cases, and is no list of them.")
HEAD = 40
HEX_ID = re.compile(r"[0-9a-z]{20,40}")
LONG_NUMBER = re.compile(r"[0-9]{8,13}")
LEGACY = [f"V{number}" for number in range(1, 11)]
STAMP = re.compile(r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4} [0-9]{1,2}[:.][0-9]{2}.{0,20}")

ONE_ROW = Header()

Rows = list[list[str]]


@dataclass(frozen=True, slots=True)
class Layout:
    """What a file was recognised as. `target` is what a row becomes; empty for a file that has no place here.

    `source` names the system that wrote it, where that is not the format's own name: all its tables share it, so that
    their keys join, and all layouts in which it exports a survey, so that the id of an answer says what is a repeat.
    """

    format: str
    title: str
    target: str
    header: Header = ONE_ROW
    refused: str = ""
    source: str = ""


GENERIC = Layout("table", gettext_noop("Table"), "responses")
XES = Layout("xes", gettext_noop("XES event log"), "interactions")
QSF = Layout("qsf", gettext_noop("Qualtrics survey definition (QSF)"), "definition")
LSS = Layout("lss", gettext_noop("LimeSurvey survey definition (LSS)"), "definition")
SURVEYJS = Layout("surveyjs", gettext_noop("SurveyJS survey definition"), "definition")


def find_layout(
    path: Path,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
    line: int | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Layout:
    """Recognise a file; a table that nobody knows is `GENERIC`. `line` is where the header stands, if that was said.
    The layout says so too. Raises ImportFileError for what is no table."""
    with open_source(path, limits) as file:
        start = file.read(8_192)
    text = start.decode("utf-8-sig", "ignore").lstrip()
    if text.startswith("<"):
        return _xml(text)
    if text.startswith("{"):
        if '"SurveyEntry"' in text:
            return QSF
        if re.match(r'\{\s*"(?:pages|elements|questions|title|locale|logo\w*|name|showProgressBar)"\s*:', text):
            return SURVEYJS
    source = open_sheet(path, encoding=encoding, delimiter=delimiter, sheet=sheet, limits=limits)
    records, _blank, _above = first_records(source, line=line)
    source.records.close()
    rows = [cells for _line, cells in records[:HEAD] if not isinstance(cells, RowError)]
    if not rows:
        raise ImportFileError("file-empty", ONLY_SEPARATORS)
    found = next((found for rule in RULES if (found := rule(rows))), GENERIC)
    return found if line is None else replace(found, header=msgspec.structs.replace(found.header, line=line))


def _xml(text: str) -> Layout:
    body = re.sub(r"<\?.{0,500}?\?>|<!--.{0,5000}?-->", "", text, flags=re.DOTALL).lstrip()
    root = re.match(r"<(?:\w+:)?(\w+)", body)
    name = root[1] if root else ""
    if name == "log" or body.startswith("<!DOCTYPE"):
        return XES  # its reader says what is wrong with a document type
    if "<LimeSurveyDocType>" in body[:2_000]:
        return LSS
    if name.lower() == "cjml":
        raise ImportFileError("journey-map", JOURNEY, 1)
    raise ImportFileError("file-xml", OTHER_XML, 1)


def _qualtrics(rows: Rows) -> Layout | None:
    for number, cells in enumerate(rows[1:4], start=2):
        filled = [cell for cell in cells if cell]
        if filled and sum(bool(IMPORT_ID.match(cell)) for cell in filled) >= 0.8 * len(filled):
            return Layout("qualtrics", "Qualtrics", "responses", Header(rows=number, names="import-id"))
    return None


def _qualtrics_legacy(rows: Rows) -> Layout | None:
    if rows[0][:10] == LEGACY and len(rows) > 1:
        return Layout(
            "qualtrics-legacy",
            gettext_noop("Qualtrics, older export"),
            "responses",
            Header(rows=2, names="first"),
            source="qualtrics",
        )
    return None


def _event_log(rows: Rows) -> Layout | None:
    names = set(rows[0])
    if names & {"concept:name", "case:concept:name", "time:timestamp", "org:resource", "lifecycle:transition"}:
        return Layout("event-log", gettext_noop("Event log (CSV)"), "interactions")
    return None


def _segment(rows: Rows) -> Layout | None:
    names = {name.lower() for name in rows[0]}
    if {"anonymous_id", "user_id"} <= names and names & {"received_at", "original_timestamp", "sent_at"}:
        return Layout("segment", gettext_noop("Segment events"), "interactions")
    return None


ZENDESK: tuple[tuple[set[str], str, str], ...] = (
    ({"id", "requester_id", "status", "subject", "created_at"}, "zendesk-tickets", "support-cases"),
    ({"id", "ticket_id", "body", "public", "user_id"}, "zendesk-comments", "interactions"),
    ({"id", "email", "role", "organization_id", "time_zone"}, "zendesk-users", "customers"),
    ({"id", "name", "shared_tickets", "created_at"}, "zendesk-organizations", "accounts"),
    ({"id", "ticket_id", "score", "requester_id"}, "zendesk-ratings", "mentions"),
    ({"field_name", "ticket_id", "updated", "value"}, "zendesk-history", "interactions"),
    ({"chat_id", "created_at", "actor_id", "type"}, "zendesk-chat-events", "interactions"),
    ({"chat_id", "ticket_id", "visitor_id"}, "zendesk-chats", ""),
    ({"ticket_id", "tag"}, "zendesk-tags", ""),
    ({"ticket_id", "schedule_id"}, "zendesk-schedules", ""),
    ({"sla_policy_id", "metric"}, "zendesk-sla", ""),
)


def _zendesk(rows: Rows) -> Layout | None:
    names = set(rows[0])
    for needed, form, target in ZENDESK:
        if needed <= names:
            return Layout(form, "Zendesk", target, refused="" if target else NO_LIST, source="zendesk")
    return None


def _lucidchart(rows: Rows) -> Layout | None:
    if {"Line Source", "Line Destination", "Shape Library"} <= set(rows[0]):
        return Layout(
            "lucidchart", gettext_noop("Lucidchart diagram"), "", refused="A Lucidchart diagram cannot be read."
        )
    return None


def _typeform(rows: Rows) -> Layout | None:
    ids = [row[0] for row in rows[1:] if row]
    if rows[0][0] == "#" and ids and all(HEX_ID.fullmatch(each) for each in ids):
        return Layout("typeform", "Typeform", "responses")
    return None


def _surveymonkey(rows: Rows) -> Layout | None:
    if len(rows) < 3 or len(rows[0]) != len(rows[1]):
        return None
    top, below = rows[0], rows[1]
    blank = [at for at, cell in enumerate(top) if not cell.strip()]
    is_two_rows = top[0].strip() and not below[0].strip() and len(blank) > 0 and all(below[at].strip() for at in blank)
    if is_two_rows and all(LONG_NUMBER.fullmatch(row[0]) for row in rows[2:]):
        return Layout("surveymonkey", "SurveyMonkey", "responses", Header(rows=2, names="joined"))
    return None


def _limesurvey(rows: Rows) -> Layout | None:
    names = rows[0]
    found = Layout("limesurvey", "LimeSurvey", "responses")
    if {"submitdate", "lastpage", "startlanguage"} & set(names) and any(name in ("id", "seed") for name in names):
        return found
    heads = Counter(match[1] for name in names if (match := BRACKETS.fullmatch(name.strip())))
    return found if heads and heads.most_common(1)[0][1] >= 3 else None


def _flat(rows: Rows) -> Layout | None:
    heads = Counter(name.partition(" - ")[0] for name in rows[0] if " - " in name)
    is_numbered = all(LONG_NUMBER.fullmatch(row[0]) for row in rows[1:])
    if heads and heads.most_common(1)[0][1] >= 3 and is_numbered and len(rows) > 1:
        return Layout(
            "surveymonkey-flat", gettext_noop("SurveyMonkey, one header row"), "responses", source="surveymonkey"
        )
    return None


# By the labels of an export and by internal names: all of one set.
HUBSPOT: tuple[tuple[str, str, tuple[set[str], ...]], ...] = (
    ("hubspot-contacts", "customers", ({"email", "lifecycle stage"}, {"email", "lifecyclestage"})),
    ("hubspot-companies", "accounts", ({"company domain name"}, {"hs object id", "domain", "name"})),
    ("hubspot-deals", "interactions", ({"deal stage", "pipeline"}, {"dealstage", "pipeline"})),
    ("hubspot-tickets", "support-cases", ({"ticket status", "pipeline"}, {"hs pipeline stage", "subject"})),
    ("hubspot-activities", "interactions", ({"activity type", "associated contact email"},)),
)


def _hubspot(rows: Rows) -> Layout | None:
    names = {headings.plain(name) for name in rows[0]}
    for form, target, signs in HUBSPOT:
        if any(sign <= names for sign in signs):
            return Layout(form, "HubSpot", target, source="hubspot")
    if any(name.startswith("hs_") for name in rows[0]):
        return Layout("hubspot", "HubSpot", "customers" if "email" in names else "interactions", source="hubspot")
    return None


def _google_forms(rows: Rows) -> Layout | None:
    stamps = [row[0] for row in rows[1:] if row]
    if len(rows[0]) > 1 and stamps and all(STAMP.fullmatch(cell) for cell in stamps):
        return Layout("google-forms", "Google Forms", "responses")
    return None


def _people(rows: Rows) -> Layout | None:
    """People who work here: an address with a role and a unit, or with the number of an employee; or with one of the
    two in a list that says nothing else of them but their titles."""
    roles = headings.roles_of(rows[0], headings.PEOPLE)
    given = set(roles.values())
    works_here = {"role", "unit"} <= given or ("external_id" in given and bool(given & {"role", "unit", "manager"}))
    is_staff = all(name in roles or headings.plain(name) in headings.TITLES for name in rows[0] if name.strip())
    works_here |= is_staff and bool(given & {"role", "unit"})
    is_elsewhere = any(headings.plain(name) in headings.COMPANY for name in rows[0])
    if "email" in given and works_here and not is_elsewhere:
        return Layout("people", gettext_noop("Personnel file"), "people", source="hr")
    return None


def _units(rows: Rows) -> Layout | None:
    """Units and those above them, by code; or by name, in a list that tells nothing else but who works there."""
    roles = headings.roles_of(rows[0], headings.UNITS)
    given, known = set(roles.values()), roles.keys() | headings.roles_of(rows[0], headings.PEOPLE).keys()
    is_list = "name" in given and all(name in known for name in rows[0] if name.strip())
    if "parent" in given and ("external_id" in given or is_list):
        return Layout("units", gettext_noop("Units"), "units", source="hr")
    return None


def _reviews(rows: Rows) -> Layout | None:
    given = set(headings.roles_of(rows[0], headings.REVIEWS).values())
    if {"rating", "text"} <= given and given & {"external_id", "title", "author", "product"}:
        return Layout("reviews", gettext_noop("Reviews"), "mentions", source="reviews")
    return None


def _scores(rows: Rows) -> Layout | None:
    """Scores with a comment or with who gave them, as the tools that ask for the NPS write them."""
    roles = headings.roles_of(rows[0], headings.SCORES)
    column = next((name for name, role in roles.items() if role == "score"), None)
    column = column or next((name for name in rows[0] if headings.is_likelihood(name)), None)
    if column is None or not {"comment", "email", "customer_id"} & set(roles.values()):
        return None
    at = rows[0].index(column)
    cells = [row[at].strip() for row in rows[1:] if at < len(row) and row[at].strip()]
    scores = [whole_number(cell) for cell in cells]
    if scores and all(score is not None and 0 <= score <= 10 for score in scores):
        return Layout("nps-export", gettext_noop("NPS export"), "responses", source="nps")
    return None


RULES: tuple[Callable[[Rows], Layout | None], ...] = (
    _qualtrics, _qualtrics_legacy, _event_log, _segment, _zendesk, _lucidchart, _typeform, _surveymonkey, _limesurvey,
    _hubspot, _flat, _google_forms, _people, _units, _reviews, _scores,
)  # fmt: skip
