"""What each column of a file becomes: proposed from the layout and the cells, for a person to mend.

Nothing here is decided for good. What cannot be known from the file is asked: the zone of a clock, the order of day and
month when both are possible, the day of answers without dates.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from cxprogram.imports.errors import gettext_noop, shown, told
from cxprogram.imports.headers import plain_text
from cxprogram.imports.reader import Table
from feedback.imports import headings
from feedback.imports.dates import ISO, open_questions
from feedback.imports.definitions import OptionDef, QuestionDef, option_codes
from feedback.imports.groups import LONG_CODE, TAGGED, Group, group_columns
from feedback.imports.layouts import Layout
from feedback.imports.mapping import (
    DateQuestion,
    Missing,
    MultipleQuestion,
    NumberQuestion,
    Question,
    ScaleQuestion,
    SingleQuestion,
    TextQuestion,
)
from feedback.imports.plans import ColumnPlan, QuestionPlan, column_plan
from feedback.imports.profile import Profile, is_id
from feedback.imports.rules import Skip

SCALES = ((1, 5), (1, 7), (0, 10), (1, 10))
MAX_OPTIONS = 40
# What spreadsheets make of ranges: 6-25 and 1-5.
RANGE_MADE_DATE = re.compile(r"[A-Za-zÀ-ÿ]{3,4}\.?-[0-9]{2}|[0-9]{2}-[A-Za-zÀ-ÿ]{3,4}\.?")
MAX_OPTION_LENGTH = 200
MADE_DATES = gettext_noop("Column %(column)s: a spreadsheet made dates of ranges (%(cells)s). They stay as they are.")
POWERS_OF_TEN = gettext_noop(
    "Column %(column)s: long numbers are written as powers of ten, their last digits are lost."
)
# How tools write what is no answer. -99: seen and left; the others are no point of any scale.
NO_ANSWER: dict[str, Missing] = {"-99": "blank", "N/A": "not_applicable", "n/a": "not_applicable"}
TICKS = ({"1"}, {"Y"}, {"X"}, {"x"}, {"TRUE"}, {"true"})
NEGATIVE = re.compile(r"-[0-9]{1,3}")
ONCE = ("key", "date", "unit", "language", "channel", "weight", "customer-email", "customer-key")


@dataclass(slots=True)
class Proposal:
    """What a file of answers becomes. `asks` are the codes of what a person must say: date-order, zone, day,
    no-key, tests."""

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
        return replace(self, columns=columns)


class _Draft:
    """A proposal in the making."""

    def __init__(self, layout: Layout, table: Table, profiles: dict[str, Profile]) -> None:
        self.layout = layout
        self.table = table
        self.profiles = profiles
        self.told = group_columns(layout, table, profiles)
        self.roles = self.told.roles
        self.codes = self.told.codes

    def find_frame(self) -> None:
        """Key, date and personal data among the columns whose layout does not name them."""
        free = [name for name in self.table.header if name not in self.roles]
        for name in free:
            profile = self.profiles[name]
            if profile.is_email or profile.is_address or headings.is_national_id(name):
                self.roles[name] = "personal"
            elif not profile.filled:
                self.roles[name] = "ignore"
        self._find_customer()
        if self.told.is_framed:
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

    def _find_customer(self) -> None:
        """Whose number a column is called, it is: whether it comes once, or again with each answer of the customer."""
        if "customer-key" in self.roles.values():
            return
        heads = self.table.header_rows[0]
        for at, name in enumerate(self.table.header):
            called = (name, heads[at] if at < len(heads) else "")
            is_free = self.roles.get(name, "attribute") == "attribute" and self.profiles[name].filled
            if is_free and any(map(headings.is_customer_number, called)):
                self.roles[name] = "customer-key"
                return

    def plans(self) -> Iterator[QuestionPlan]:
        for plan in self.told.fixed:
            yield self._named(plan, (plan.definition.code,))
        for each in self.told.groups:
            yield from self._plans_of(each)

    def _plans_of(self, group: Group) -> Iterator[QuestionPlan]:
        own: tuple[str, ...] = (group.code,)
        if len(group.code) > LONG_CODE:  # a whole wording: the position says it shorter
            group.code, own = f"Q{self.table.header.index(group.columns[0]) + 1}", ()
        columns = [name for name in group.columns if name not in self.roles]
        parts = [part for name, part in zip(group.columns, group.parts, strict=True) if name in columns]
        if len(columns) > 1 and all(self._is_tick(name, part) for name, part in zip(columns, parts, strict=True)):
            yield self._named(self._multiple(group, columns, parts), own)
            return
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

    def _multiple(self, group: Group, columns: list[str], parts: list[str]) -> QuestionPlan:
        code = self.codes.take(group.code)
        ticked = {name: number for number, name in enumerate(columns, start=1)}
        options = tuple(OptionDef(ticked[name], {"": part}, name) for name, part in zip(columns, parts, strict=True))
        rule = MultipleQuestion(question=code, columns=columns, ticked=ticked, missing=_ticks_missing())
        return QuestionPlan(rule, QuestionDef(code, "multiple", {"": group.label}, options))

    def _single(self, name: str, group: Group, part: str) -> QuestionPlan:
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


def propose_answers(layout: Layout, table: Table, profiles: dict[str, Profile]) -> Proposal:
    """What a table of answers becomes."""
    draft = _Draft(layout, table, profiles)
    draft.find_frame()
    plans = list(draft.plans())
    proposal = Proposal(layout, table, questions=plans, skip=draft.told.skip)
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
            yield told(MADE_DATES, column=str(at), cells=cells)
        if any(re.fullmatch(r"[0-9](?:[.,][0-9]{1,14})?[eE][+][0-9]{2}", value) for value in profile.values):
            yield told(POWERS_OF_TEN, column=str(at))


def _ask(proposal: Proposal, profiles: dict[str, Profile]) -> None:
    date = proposal.column_of("date")
    if date is None:
        proposal.asks.append("day")
    else:
        proposal.asks += open_questions(proposal.date_formats.get(date, []))
    if proposal.column_of("key") is None:
        proposal.asks.append("no-key")
    for skip in proposal.skip:
        if any(value in profiles[skip.column].values for value in skip.values):
            proposal.asks.append("tests")
