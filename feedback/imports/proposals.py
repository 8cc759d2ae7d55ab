"""What each column of a file becomes: proposed from the layout and the cells, for a person to mend.

Nothing here is decided for good. What cannot be known from the file is asked: the zone of a clock, the order of day and
month when both are possible, the day of answers without dates.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from cxprogram.imports.errors import shown
from cxprogram.imports.headers import BRACKETS, plain_text
from cxprogram.imports.reader import Table
from feedback.imports import headings
from feedback.imports.definitions import Codes, OptionDef, QuestionDef, option_codes
from feedback.imports.layouts import Layout
from feedback.imports.mapping import (
    DateQuestion,
    Missing,
    MultipleQuestion,
    NumberQuestion,
    Question,
    ScaleQuestion,
    SingleQuestion,
    Skip,
    TextQuestion,
)
from feedback.imports.plans import ColumnPlan, QuestionPlan, column_plan
from feedback.imports.profile import ISO, Profile, is_id

SCALES = ((1, 5), (1, 7), (0, 10), (1, 10))
MAX_OPTIONS = 40
LONG_CODE = 30
# What spreadsheets make of ranges: 6-25 and 1-5.
RANGE_MADE_DATE = re.compile(r"[A-Za-zÀ-ÿ]{3,4}\.?-[0-9]{2}|[0-9]{2}-[A-Za-zÀ-ÿ]{3,4}\.?")
MAX_OPTION_LENGTH = 200
# How tools write what is no answer. -99: seen and left; the others are no point of any scale.
NO_ANSWER: dict[str, Missing] = {"-99": "blank", "N/A": "not_applicable", "n/a": "not_applicable"}
TICKS = ({"1"}, {"Y"}, {"X"}, {"x"}, {"TRUE"}, {"true"})
NEGATIVE = re.compile(r"-[0-9]{1,3}")
ONCE = ("key", "date", "unit", "language", "channel", "weight", "customer-email", "customer-key")


@dataclass(slots=True)
class Proposal:
    """All of it. `asks` are codes of what a person must say: date-order, zone, day, no-key, tests."""

    layout: Layout
    table: Table
    columns: list[ColumnPlan] = field(default_factory=list)
    questions: list[QuestionPlan] = field(default_factory=list)
    date_formats: dict[str, list[str]] = field(default_factory=dict)
    skip: list[Skip] = field(default_factory=list)
    decimal: str = "."
    asks: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def column_of(self, role: str) -> str | None:
        return next((column.name for column in self.columns if column.role == role), None)

    def with_roles(self, roles: dict[str, str]) -> "Proposal":
        """The same with what a person said of some columns. There is one key, one date, one unit: the newest word."""
        columns = []
        taken = {role for role in roles.values() if role in ONCE}
        for column in self.columns:
            role = roles.get(column.name, column.role)
            if column.name not in roles and role in taken:
                role = "ignore"
            columns.append(replace(column, role=role))
        return Proposal(
            self.layout, self.table, columns, self.questions, self.date_formats, self.skip, self.decimal, self.asks,
            self.notes,
        )  # fmt: skip


@dataclass(slots=True)
class _Group:
    """Columns that belong together: the choices of one question, or one column alone."""

    code: str
    label: str
    columns: list[str]
    parts: list[str]


# --- the columns of each layout -----------------------------------------------------------------
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


def _qualtrics(table: Table, proposal: "_Draft") -> None:
    """Columns by import id; metadata is known by its own ids, everything else is a question or embedded data."""
    is_new = table.header_rows[-1] is not table.header_rows[0] and len(table.header_rows) > 2
    tags = table.header_rows[0]
    texts = table.header_rows[1]
    groups: dict[str, _Group] = {}
    for at, name in enumerate(table.header):
        key = (name if is_new else texts[at] if at < 10 else tags[at]).replace("-", "").lower()
        if key.startswith(("panelrecipient", "recipient", "location")):
            proposal.roles[name] = "personal"
        elif not proposal.profiles[name].filled and not texts[at]:
            proposal.roles[name] = "ignore"
        elif key in QUALTRICS_META or key.removeprefix("panel") in QUALTRICS_META:
            proposal.roles[name] = QUALTRICS_META.get(key) or QUALTRICS_META[key.removeprefix("panel")]
        elif is_new and not IMPORT_SUFFIX.match(name):
            proposal.roles[name] = "attribute"
        else:
            _qualtrics_group(groups, name, tags[at], texts[at])
    for name, role in proposal.roles.items():
        if role == "attribute" and (name.lower() == "status" or (not is_new and name == "V7")):
            proposal.skip.append(Skip(name, TESTS.values, TESTS.why))
    for group in groups.values():
        if len(group.columns) == 1:  # no part of anything: the hyphen is one of the wording
            group.label = plain_text(texts[table.header.index(group.columns[0])])
    proposal.groups = list(groups.values())


def _qualtrics_group(groups: dict[str, _Group], name: str, tag: str, text: str) -> None:
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
    group = groups.setdefault(base, _Group(code, plain_text(wording or text), [], []))
    group.columns.append(name)
    group.parts.append(plain_text(part or text))


def _headed(table: Table, proposal: "_Draft") -> None:
    """Columns of one question stand side by side under one heading: two header rows, or `heading - part`."""
    groups: list[_Group] = []
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
            groups.append(_Group(plain_text(heading), plain_text(heading), [name], [plain_text(part)]))
    proposal.groups = groups


def _alone(table: Table, proposal: "_Draft") -> None:
    """Each column by itself; check boxes in neighbouring columns hold the names of their columns."""
    groups: list[_Group] = []
    for at, name in enumerate(table.header):
        label = plain_text(table.header_rows[0][at]) or name
        values = {plain_text(value) for value in proposal.profiles[name].values}
        group = _Group(label, label, [name], [label])
        if values == {label} and groups and groups[-1].parts[-1] in _said(proposal, groups[-1].columns[-1]):
            groups[-1].columns.append(name)
            groups[-1].parts.append(label)
        else:
            groups.append(group)
    proposal.groups = groups


SCORE_ROLES = {
    "customer_id": "customer-key", "email": "customer-email", "name": "customer-name", "first_name": "customer-name",
    "last_name": "customer-name", "channel": "channel", "updated": "ignore",
}  # fmt: skip


def _scores(table: Table, proposal: "_Draft") -> None:
    """A score, what was said to it, and who gave it: the customer, never a question. All else is known beside."""
    profiles, named = proposal.profiles, headings.roles_of(table.header, headings.SCORES)
    by_role = {role: name for name, role in named.items()}
    proposal.is_framed = True
    for name, role in named.items():
        if profiles[name].filled and role in SCORE_ROLES:
            proposal.roles[name] = SCORE_ROLES[role]
    # The page of an answer names it as well as its key does.
    keys = [by_role[role] for role in ("key", "permalink") if role in by_role]
    if key := next((name for name in keys if profiles[name].is_key), None):
        proposal.roles[key] = "key"
    dates = [name for name in (by_role.get("date"), *table.header) if name and profiles[name].is_date]
    if date := next((name for name in dates if name not in proposal.roles), None):
        proposal.roles[date] = "date"
    score = by_role.get("score") or next(name for name in table.header if headings.is_likelihood(name))
    proposal.fixed.append(_score(score, profiles[score], proposal.codes))
    free = [name for name in table.header if name != score and name not in proposal.roles]
    for name in free:
        if profiles[name].filled and (name == by_role.get("comment") or profiles[name].is_prose):
            code, text = proposal.codes.take(name), {"": plain_text(name)}
            plan = QuestionPlan(TextQuestion(question=code, column=name), QuestionDef(code, "text", text))
            proposal.fixed.append(plan)


def _score(name: str, profile: Profile, codes: Codes) -> QuestionPlan:
    """Up to 5 it may be stars as well: then it is a rating, unless the heading says what was asked."""
    low, high = profile.span
    is_nps = "nps" in name.casefold() or headings.is_likelihood(name) or high > 5 or low < 1
    scale = (0, 10) if is_nps else (1, 5)
    code = codes.take(name) if len(name) <= LONG_CODE else codes.take("NPS")
    rule = ScaleQuestion(question=code, column=name, scale=scale)
    kind = "nps" if is_nps else "rating"
    return QuestionPlan(rule, QuestionDef(code, kind, {"": plain_text(name)}, (), scale))


def _said(proposal: "_Draft", column: str) -> set[str]:
    values = {plain_text(value) for value in proposal.profiles[column].values}
    return values if len(values) == 1 else set()


# --- from groups to questions -------------------------------------------------------------------
class _Draft:
    """A proposal in the making."""

    def __init__(self, layout: Layout, table: Table, profiles: dict[str, Profile]) -> None:
        self.layout = layout
        self.table = table
        self.profiles = profiles
        self.roles: dict[str, str] = {}
        self.groups: list[_Group] = []
        self.skip: list[Skip] = []
        self.codes = Codes()
        self.fixed: list[QuestionPlan] = []  # what the layout says itself
        self.is_framed = False  # whether it has named the key and the date

    def find_frame(self) -> None:
        """Key, date and personal data among the columns whose layout does not name them."""
        free = [name for name in self.table.header if name not in self.roles]
        for name in free:
            profile = self.profiles[name]
            if profile.is_email or profile.is_address:
                self.roles[name] = "personal"
            elif not profile.filled:
                self.roles[name] = "ignore"
        if self.is_framed:
            return
        have = set(self.roles.values())
        free = [name for name in self.table.header if name not in self.roles]
        if "key" not in have:
            first = self.table.header[0]
            key = next((name for name in free[:3] if is_id(self.profiles[name], is_first=name == first)), None)
            if key is not None:
                self.roles[key] = "key"
        if "date" not in have:
            dates = [name for name in free if self.profiles[name].is_date]
            if dates:
                # The last of several is when it was handed in; a form's only one comes first.
                self.roles[dates[-1]] = "date"
                self.roles.update(dict.fromkeys(dates[:-1], "ignore"))
        for name in self.table.header:
            if name not in self.roles and headings.is_personal(name):
                self.roles[name] = "personal"
        if self.layout.format == "typeform":
            self.roles[self.table.header[-1]] = "personal"

    def plans(self) -> Iterator[QuestionPlan]:
        for plan in self.fixed:
            yield self._named(plan, (plan.definition.code,))
        for group in self.groups:
            own: tuple[str, ...] = (group.code,)
            if len(group.code) > LONG_CODE:  # a whole wording: the position says it shorter
                group.code, own = f"Q{self.table.header.index(group.columns[0]) + 1}", ()
            columns = [name for name in group.columns if name not in self.roles]
            if not columns:
                continue
            parts = [part for name, part in zip(group.columns, group.parts, strict=True) if name in columns]
            if len(columns) > 1 and all(self._is_tick(name, part) for name, part in zip(columns, parts, strict=True)):
                yield self._named(self._multiple(group, columns, parts), own)
                continue
            is_row = len(group.columns) > 1
            for name, part in zip(columns, parts, strict=True):
                yield self._named(self._single(name, group, part if is_row else ""), () if is_row else own)

    def _named(self, plan: QuestionPlan, own: tuple[str, ...]) -> QuestionPlan:
        first = plan.columns[0]
        tag = self.table.header_rows[0][self.table.header.index(first)]
        names = tuple(dict.fromkeys((*plan.columns, *own, *([tag] if self.layout.format in TAGGED else []))))
        return replace(plan, definition=replace(plan.definition, source_id=first), names=names)

    def _is_tick(self, name: str, part: str) -> bool:
        values = set(self.profiles[name].values)
        return not values or values in TICKS or {plain_text(value) for value in values} == {part}

    def _multiple(self, group: _Group, columns: list[str], parts: list[str]) -> QuestionPlan:
        code = self.codes.take(group.code)
        ticked = {name: number for number, name in enumerate(columns, start=1)}
        options = tuple(OptionDef(ticked[name], {"": part}, name) for name, part in zip(columns, parts, strict=True))
        rule = MultipleQuestion(question=code, columns=columns, ticked=ticked, missing=_ticks_missing())
        return QuestionPlan(rule, QuestionDef(code, "multiple", {"": group.label}, options))

    def _single(self, name: str, group: _Group, part: str) -> QuestionPlan:
        profile = self.profiles[name]
        text = f"{group.label} – {part}" if part and part != group.label else group.label
        wish = f"{group.code}_{group.columns.index(name) + 1}" if part else group.code
        code = self.codes.take(wish)
        grid = group.label if part else ""
        missing = {value: NO_ANSWER.get(value, "not_applicable") for value in profile.values if _is_no_answer(value)}
        values = [value for value in profile.values if value not in missing]
        numbers = [value for value in values if re.fullmatch(r"[0-9]{1,4}", value)]
        texts: dict[str, str] = {"": text}
        if not profile.is_open and values and len(numbers) == len(values) and "_TEXT" not in name:
            scale = _scale({int(value) for value in values})
            if scale is not None:
                rule: Question = ScaleQuestion(question=code, column=name, scale=scale, missing=missing)
                return QuestionPlan(rule, QuestionDef(code, "rating", texts, (), scale, grid=grid))
            if {int(value) for value in values} <= {0, 1}:
                codes = {value: int(value) for value in values}
                options = tuple(OptionDef(number, {"": value}, value) for value, number in codes.items())
                rule = SingleQuestion(question=code, column=name, codes=codes, missing=missing)
                return QuestionPlan(rule, QuestionDef(code, "single", texts, options, grid=grid))
        if profile.is_whole and not profile.is_key:
            rule = NumberQuestion(question=code, column=name, missing=missing)
            return QuestionPlan(rule, QuestionDef(code, "number", texts, grid=grid))
        if (forms := profile.date_formats()) and forms != [ISO]:
            rule = DateQuestion(question=code, column=name, format=forms[0], missing=missing)
            return QuestionPlan(rule, QuestionDef(code, "date", texts, grid=grid))
        is_choice = (
            not profile.is_open
            and 0 < len(values) <= MAX_OPTIONS
            and profile.longest <= MAX_OPTION_LENGTH
            and (profile.filled >= 2 * len(values) or (profile.filled <= 5 and profile.longest <= 30))
            and "_TEXT" not in name
            and not name.endswith("-TEXT")
        )
        if is_choice:
            codes = option_codes(values)
            options = tuple(OptionDef(number, {"": value}, value) for value, number in codes.items())
            rule = SingleQuestion(question=code, column=name, codes=codes, missing=missing)
            return QuestionPlan(rule, QuestionDef(code, "single", texts, options, grid=grid))
        rule = TextQuestion(question=code, column=name, missing=missing if len(missing) < 3 else {})
        return QuestionPlan(rule, QuestionDef(code, "text", texts, grid=grid))


def _ticks_missing() -> dict[str, Missing]:
    return {"-99": "blank", "0": "blank", "N/A": "not_applicable", "N": "blank", "FALSE": "blank", "false": "blank"}


def _is_no_answer(value: str) -> bool:
    return value in NO_ANSWER or bool(NEGATIVE.fullmatch(value))


def _scale(numbers: set[int]) -> tuple[int, int] | None:
    """The usual scale that holds all numbers; two values of 0 and 1 are a yes and a no."""
    if not numbers or numbers <= {0, 1}:
        return None
    return next(((low, high) for low, high in SCALES if low <= min(numbers) and max(numbers) <= high), None)


GROUPING = {
    "qualtrics": _qualtrics,
    "qualtrics-legacy": _qualtrics,
    "surveymonkey": _headed,
    "surveymonkey-flat": _headed,
    "limesurvey": _headed,
    "nps-export": _scores,
}


def propose_answers(layout: Layout, table: Table, profiles: dict[str, Profile]) -> Proposal:
    """What a table of answers becomes."""
    draft = _Draft(layout, table, profiles)
    GROUPING.get(layout.format, _alone)(table, draft)
    draft.find_frame()
    plans = list(draft.plans())
    proposal = Proposal(layout, table, questions=plans, skip=draft.skip)
    by_column = {column: plan for plan in plans for column in plan.columns}
    for at, name in enumerate(table.header):
        plan = by_column.get(name)
        role = draft.roles.get(name) or ("question" if plan else "attribute")
        proposal.columns.append(column_plan(table, profiles[name], at, role, plan))
    for name in table.header:
        if profiles[name].filled and (forms := profiles[name].date_formats()):
            proposal.date_formats[name] = forms
    proposal.notes = [*table.notes, *_damage(table, profiles)]
    proposal.decimal = "," if any(profile.has_decimal_comma for profile in profiles.values()) else "."
    _ask(proposal, profiles)
    return proposal


def _damage(table: Table, profiles: dict[str, Profile]) -> Iterator[str]:
    """What a spreadsheet spoiled: it is told, and stays as it is."""
    for at, name in enumerate(table.header, start=1):
        profile = profiles[name]
        spoiled = [value for value in profile.values if RANGE_MADE_DATE.fullmatch(value)]
        if spoiled and len(spoiled) < len(profile.values):
            cells = ", ".join(shown(value) for value in spoiled[:5])
            yield f"Column {at}: a spreadsheet made dates of ranges ({cells}). They stay as they are."
        if any(re.fullmatch(r"[0-9](?:[.,][0-9]{1,14})?[eE][+][0-9]{2}", value) for value in profile.values):
            yield f"Column {at}: long numbers are written as powers of ten, their last digits are lost."


def is_without_zone(form: str) -> bool:
    """Whether a time is written without saying where the clock hung."""
    return ("%H" in form or "%I" in form) and not form.endswith(("UTC", "%z"))


def _ask(proposal: Proposal, profiles: dict[str, Profile]) -> None:
    date = proposal.column_of("date")
    if date is None:
        proposal.asks.append("day")
    else:
        forms = proposal.date_formats.get(date, [])
        if len({form[:5] for form in forms}) > 1:
            proposal.asks.append("date-order")
        if any(is_without_zone(form) for form in forms) or forms == [ISO]:
            proposal.asks.append("zone")
    if proposal.column_of("key") is None:
        proposal.asks.append("no-key")
    for skip in proposal.skip:
        if any(value in profiles[skip.column].values for value in skip.values):
            proposal.asks.append("tests")
