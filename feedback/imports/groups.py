"""Which columns of a file of answers belong together, and what its layout says of the others by itself."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from cxprogram.imports.headers import BRACKETS, plain_text
from cxprogram.imports.reader import Table
from feedback.imports import headings
from feedback.imports.definitions import Codes, QuestionDef
from feedback.imports.layouts import Layout
from feedback.imports.mapping import ScaleQuestion, TextQuestion
from feedback.imports.plans import QuestionPlan
from feedback.imports.profile import Profile
from feedback.imports.rules import Skip

LONG_CODE = 30


@dataclass(slots=True)
class Group:
    """Columns that belong together: the choices of one question, or one column alone."""

    code: str
    label: str
    columns: list[str]
    parts: list[str]


@dataclass(slots=True)
class Grouping:
    """What a layout tells of the columns: roles, groups of choices, rows to leave out, questions that it fixes."""

    profiles: dict[str, Profile]
    codes: Codes = field(default_factory=Codes)
    roles: dict[str, str] = field(default_factory=dict)
    groups: list[Group] = field(default_factory=list)
    skip: list[Skip] = field(default_factory=list)
    fixed: list[QuestionPlan] = field(default_factory=list)  # what the layout says itself
    is_framed: bool = False  # whether it has named the key and the date


QUALTRICS_META = {
    "responseid": "key", "_recordid": "key", "enddate": "date", "startdate": "ignore", "recordeddate": "ignore",
    "finished": "attribute", "status": "attribute", "progress": "attribute", "duration": "attribute",
    "distributionchannel": "attribute", "userlanguage": "language", "ipaddress": "personal", "name": "personal",
    "emailaddress": "personal", "responsesetid": "ignore", "responseset": "ignore",
    "externaldatareference": "attribute",
}  # fmt: skip
TESTS = Skip("", ["1", "2", "8", "9", "10", "17", "18"], "previews, tests and spam")
TAGGED = ("qualtrics", "qualtrics-legacy")  # the first header row holds the codes that the survey's author chose
IMPORT_SUFFIX = re.compile(r"^((?:[0-9]+_)?QID[0-9]+(?:#[0-9]+)?)((?:-[0-9]+)*)(-TEXT)?$")


def _qualtrics(table: Table, found: Grouping) -> None:
    """Columns by import id; metadata is known by its own ids, everything else is a question or embedded data."""
    is_new = table.header_rows[-1] is not table.header_rows[0] and len(table.header_rows) > 2
    tags = table.header_rows[0]
    texts = table.header_rows[1]
    groups: dict[str, Group] = {}
    for at, name in enumerate(table.header):
        key = (name if is_new else texts[at] if at < 10 else tags[at]).replace("-", "").lower()
        if key.startswith(("panelrecipient", "recipient", "location")):
            found.roles[name] = "personal"
        elif not found.profiles[name].filled and not texts[at]:
            found.roles[name] = "ignore"
        elif key in QUALTRICS_META or key.removeprefix("panel") in QUALTRICS_META:
            found.roles[name] = QUALTRICS_META.get(key) or QUALTRICS_META[key.removeprefix("panel")]
        elif is_new and not IMPORT_SUFFIX.match(name):
            found.roles[name] = "attribute"
        else:
            _qualtrics_group(groups, name, tags[at], texts[at])
    for name, role in found.roles.items():
        if role == "attribute" and (name.lower() == "status" or (not is_new and name == "V7")):
            found.skip.append(Skip(name, TESTS.values, TESTS.why))
    for group in groups.values():
        if len(group.columns) == 1:  # no part of anything: the hyphen is one of the wording
            group.label = plain_text(texts[table.header.index(group.columns[0])])
    found.groups = list(groups.values())


def _qualtrics_group(groups: dict[str, Group], name: str, tag: str, text: str) -> None:
    match = IMPORT_SUFFIX.match(name)
    if match and match[3]:
        base = name
    elif match and match[2]:
        base = match[1] + match[2].rpartition("-")[0]
    else:
        base = name if match else re.sub(r"_-?[0-9]+$", "", tag)
        base = tag if tag.endswith("_TEXT") else base
    wording, _dash, part = text.rpartition("-")
    code = base if match is None else tag if not match[2] else re.sub(r"_-?[0-9]+$", "", tag)
    group = groups.setdefault(base, Group(code, plain_text(wording or text), [], []))
    group.columns.append(name)
    group.parts.append(plain_text(part or text))


def _headed(table: Table, found: Grouping) -> None:
    """Columns of one question stand side by side under one heading: two header rows, or `heading - part`."""
    groups: list[Group] = []
    last = ""
    for at, name in enumerate(table.header):
        if len(table.header_rows) > 1:
            top = table.header_rows[0][at].strip()
            heading, part = top or last, table.header_rows[1][at].strip()
            is_next = not top
        elif match := BRACKETS.fullmatch(name):
            heading, part = match[1], match[2]
            is_next = heading == last
        else:
            heading, dash, part = name.partition(" - ")
            is_next = bool(dash) and heading == last
            if not dash:
                part = name
        last = heading
        if is_next and groups:
            groups[-1].columns.append(name)
            groups[-1].parts.append(plain_text(part))
        else:
            groups.append(Group(plain_text(heading), plain_text(heading), [name], [plain_text(part)]))
    found.groups = groups


def _alone(table: Table, found: Grouping) -> None:
    """Each column by itself; check boxes in neighbouring columns hold the names of their columns."""
    groups: list[Group] = []
    for at, name in enumerate(table.header):
        label = plain_text(table.header_rows[0][at]) or name
        values = {plain_text(value) for value in found.profiles[name].values}
        group = Group(label, label, [name], [label])
        if values == {label} and groups and groups[-1].parts[-1] in _said(found, groups[-1].columns[-1]):
            groups[-1].columns.append(name)
            groups[-1].parts.append(label)
        else:
            groups.append(group)
    found.groups = groups


SCORE_ROLES = {
    "customer_id": "customer-key", "email": "customer-email", "name": "customer-name", "first_name": "customer-name",
    "last_name": "customer-name", "channel": "channel", "updated": "ignore",
}  # fmt: skip


def _scores(table: Table, found: Grouping) -> None:
    """A score, what was said to it, and who gave it: the customer, never a question. All else is known beside."""
    profiles, named = found.profiles, headings.roles_of(table.header, headings.SCORES)
    by_role = {role: name for name, role in named.items()}
    found.is_framed = True
    for name, role in named.items():
        if profiles[name].filled and role in SCORE_ROLES:
            found.roles[name] = SCORE_ROLES[role]
    # The page of an answer names it as well as its key does.
    keys = [by_role[role] for role in ("key", "permalink") if role in by_role]
    if key := next((name for name in keys if profiles[name].is_key), None):
        found.roles[key] = "key"
    dates = [name for name in (by_role.get("date"), *table.header) if name and profiles[name].is_date]
    if date := next((name for name in dates if name not in found.roles), None):
        found.roles[date] = "date"
    score = by_role.get("score") or next(name for name in table.header if headings.is_likelihood(name))
    found.fixed.append(_score(score, profiles[score], found.codes))
    free = [name for name in table.header if name != score and name not in found.roles]
    for name in free:
        if profiles[name].filled and (name == by_role.get("comment") or profiles[name].is_prose):
            code, text = found.codes.take(name), {"": plain_text(name)}
            plan = QuestionPlan(TextQuestion(question=code, column=name), QuestionDef(code, "text", text))
            found.fixed.append(plan)


def _score(name: str, profile: Profile, codes: Codes) -> QuestionPlan:
    """Up to 5 it may be stars as well: then it is a rating, unless the heading says what was asked."""
    low, high = profile.span
    is_nps = "nps" in name.casefold() or headings.is_likelihood(name) or high > 5 or low < 1
    scale = (0, 10) if is_nps else (1, 5)
    code = codes.take(name) if len(name) <= LONG_CODE else codes.take("NPS")
    rule = ScaleQuestion(question=code, column=name, scale=scale)
    kind = "nps" if is_nps else "rating"
    return QuestionPlan(rule, QuestionDef(code, kind, {"": plain_text(name)}, (), scale))


def _said(found: Grouping, column: str) -> set[str]:
    values = {plain_text(value) for value in found.profiles[column].values}
    return values if len(values) == 1 else set()


GROUPING: dict[str, Callable[[Table, Grouping], None]] = {
    "qualtrics": _qualtrics,
    "qualtrics-legacy": _qualtrics,
    "surveymonkey": _headed,
    "surveymonkey-flat": _headed,
    "limesurvey": _headed,
    "nps-export": _scores,
}


def group_columns(layout: Layout, table: Table, profiles: dict[str, Profile]) -> Grouping:
    """What the layout of the file tells; of a layout that nobody knows, each column by itself."""
    found = Grouping(profiles)
    GROUPING.get(layout.format, _alone)(table, found)
    return found
