"""What each column of a list of customers, events, cases or mentions becomes: as `proposals.py` for answers."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from cxprogram.imports.reader import Table
from feedback.imports import headings
from feedback.imports.consent_words import are_words
from feedback.imports.dates import open_questions
from feedback.imports.headings import Headings
from feedback.imports.layouts import Layout
from feedback.imports.plans import ColumnPlan, column_plan
from feedback.imports.presets import PRESETS, Preset
from feedback.imports.profile import Profile, is_id
from feedback.imports.records import FIELDS, KEEPS_ATTRIBUTES, TIMED, Target
from feedback.imports.rules import Skip

SYNCED = re.compile(r"_[A-Za-z]+_synced")
PERSONAL = re.compile(r"context_ip|context_user_agent|.*_ip|recipient|authenticity_token|phone_number|signature")
FEW = 30
SOMEBODY = ("customers", "people")
SCALE, SCALE_POINTS = 11, 101


# Kinds of rows whose columns are told by their headings, where no preset knows them.
NAMED: dict[str, Headings] = {
    "people": headings.PEOPLE, "units": headings.UNITS, "customers": headings.CUSTOMERS, "mentions": headings.REVIEWS,
    "support-cases": headings.CASES,
}  # fmt: skip


@dataclass(slots=True)
class RecordProposal:
    """What a table of records becomes. A role is a field, `at`, `closed_at`, `changed_at`, `consent`, `consent_at`,
    `attribute`, `ignore` or `personal`."""

    layout: Layout
    table: Table
    target: Target
    columns: list[ColumnPlan] = field(default_factory=list)
    constants: dict[str, str] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    skip: list[Skip] = field(default_factory=list)
    date_formats: dict[str, list[str]] = field(default_factory=dict)
    value_types: dict[str, str] = field(default_factory=dict)  # of each column, by its cells
    decimal: str = "."
    zone: str = ""
    table_name: str = ""
    asks: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def column_of(self, role: str) -> str | None:
        return next((column.name for column in self.columns if column.role == role), None)


def guess_target(layout: Layout, profiles: dict[str, Profile]) -> str:
    """What a row of a table that nobody knows most likely is; a person may say otherwise.

    A column of e-mail addresses without a repeat and no question: customers; so are names with addresses or phones,
    some of which come back, beside which nothing is asked and nothing has a time. Web domains without a repeat:
    accounts. Long texts beside a small number, or alone, without an id: mentions. Ids, dates and addresses that come
    back: interactions. A column that is called competitor: ratings of us and others.
    """
    if layout.format != "table":
        return layout.target
    columns = [profile for profile in profiles.values() if profile.filled]
    is_asked = any(_is_question(profile) for profile in columns)
    if any(profile.is_email and profile.is_key for profile in columns) and not is_asked:
        return "customers"
    dates = [profile for profile in columns if profile.is_date]
    if any(profile.is_domain and profile.is_key for profile in columns):
        return "accounts"
    if any(profile.name.casefold() == "competitor" for profile in columns):
        return "competitor-ratings"
    has_key = bool(columns) and is_id(columns[0])
    if has_key and dates and any(profile.is_email for profile in columns):
        return "interactions"
    small = [profile for profile in columns if profile.is_whole and profile.distinct <= SCALE]
    if len(columns) <= 4 and small and not has_key and any(profile.mean_length > 80 for profile in columns):
        return "mentions"
    called = set(headings.roles_of([profile.name for profile in columns], headings.CUSTOMERS).values())
    is_of_people = called & {"email", "phone"} and called & {"name", "first_name", "last_name"}
    tells_more = any(_is_opinion(profile) for profile in columns)
    return "customers" if is_of_people and not (dates or is_asked or tells_more) else "responses"


def _is_question(profile: Profile) -> bool:
    """Whether the heading asks something that is rated or told; that of a box to tick asks too."""
    return profile.name.rstrip().endswith("?") and _is_opinion(profile)


def _is_opinion(profile: Profile) -> bool:
    """Whether the cells rate or tell: few small numbers that say more than yes and no, or sentences."""
    if headings.is_key(profile.name) or headings.is_personal(profile.name):
        return False
    is_rating = profile.is_whole and profile.distinct <= SCALE and profile.span not in ((0, 0), (0, 1), (1, 1))
    return is_rating or profile.is_prose


def propose_records(layout: Layout, table: Table, profiles: dict[str, Profile], target: Target) -> RecordProposal:
    """What a table of records becomes."""
    proposal = RecordProposal(layout, table, target)
    preset = PRESETS.get(layout.format) if layout.target == target else None
    roles = _by_preset(preset, table, proposal) if preset else dict(_by_headings(table, profiles, target))
    needed = {"at"} if target in TIMED else set()
    if preset is None or not {*FIELDS[target][1], *needed} <= {*roles.values(), *proposal.constants}:
        roles = _by_looks(table, profiles, target, roles)
    for at, name in enumerate(table.header):
        if name not in roles:
            is_private = PERSONAL.fullmatch(name) or profiles[name].is_address or headings.is_national_id(name)
            is_idle = SYNCED.fullmatch(name) or not profiles[name].filled
            is_idle = is_idle or target not in KEEPS_ATTRIBUTES
            roles[name] = "personal" if is_private else "ignore" if is_idle else "attribute"
        proposal.columns.append(column_plan(table, profiles[name], at, roles[name], None))
        proposal.value_types[name] = profiles[name].value_type
        if forms := profiles[name].date_formats() if profiles[name].filled else []:
            proposal.date_formats[name] = forms
    if "type" in roles.values():
        proposal.constants.pop("type", None)
    proposal.decimal = "," if any(profile.has_decimal_comma for profile in profiles.values()) else "."
    proposal.notes = list(table.notes)
    proposal.asks = asks_of(proposal)
    return proposal


def _times_of(preset: Preset) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return ("at", preset.at), ("closed_at", preset.closed_at), ("changed_at", preset.changed_at)


def _by_preset(preset: Preset, table: Table, proposal: RecordProposal) -> dict[str, str]:
    present = {headings.plain(name): name for name in reversed(table.header)} | {name: name for name in table.header}
    roles: dict[str, str] = {}
    for role, candidates in (*preset.fields.items(), *_times_of(preset)):
        found = (present.get(name) or present.get(headings.plain(name)) for name in candidates)
        column = next((name for name in found if name is not None and name not in roles), None)
        if column is not None:
            roles[column] = role
    proposal.constants = dict(preset.constants)
    proposal.codes = dict(preset.codes)
    proposal.zone = preset.zone
    proposal.table_name = preset.table
    proposal.skip = [Skip(name, list(values), why) for name, values, why in preset.skip if name in present]
    return roles


def _by_headings(table: Table, profiles: dict[str, Profile], target: Target) -> Iterator[tuple[str, str]]:
    """Roles by what the columns are called, where the cells can be that: a time is a date, a key is there once."""
    roles = headings.roles_of(table.header, NAMED.get(target, {}))
    said = (profiles[name] for name, role in roles.items() if role == "consent")
    consents = [each.name for each in said if are_words(each.values, each.filled)]
    for name, role in roles.items():
        profile = profiles[name]
        if role == "consent_at":
            fits = profile.is_date and bool(consents)
        elif role in ("at", "closed_at", "changed_at"):
            fits = profile.is_date
        elif role == "consent":
            fits = name in consents
        elif role == "external_id" and target in TIMED:
            fits = profile.is_key
        else:
            fits = role in FIELDS[target][0] and (role != "rating" or profile.is_number or profile.has_decimal_comma)
        if fits:
            yield name, role


def _is_key(name: str, profile: Profile, target: Target, *, is_first: bool) -> bool:
    """Ids come first in a table, or are called so; one that every row has, and no two rows share.

    The number of a customer is the key of a customer alone, and not of what they did or said.
    Of people only the first column can be one that is not called so, and only if it looks like nothing else: ages and
    points differ too, and are nobody's key; nor is the number of what they have, or that which a state gave them.
    """
    if headings.is_national_id(name) or (target in SOMEBODY and headings.is_of_a_thing(name)):
        return False
    if "customer" in FIELDS[target][0] and headings.is_customer_number(name):  # it is the key of who it was
        return False
    if headings.is_key(name) and not profile.is_phone:
        return is_id(profile)
    if target in SOMEBODY:
        return is_first and is_id(profile, is_first=False)
    return is_id(profile, is_first=is_first)


class _Looks:
    """Roles by what the cells look like; each is given once, to the first column that fits and has none."""

    def __init__(self, profiles: dict[str, Profile], target: Target, known: dict[str, str]) -> None:
        self.profiles = profiles
        self.target = target
        self.roles = dict(known)
        self.fields = {*FIELDS[target][0], *(("at", "closed_at") if target in TIMED else ())}

    def has(self, role: str) -> bool:
        return role in self.roles.values()

    def give(self, role: str, fits: Iterable[str]) -> None:
        name = next((name for name in fits if name not in self.roles), None)
        if role in self.fields and not self.has(role) and name is not None:
            self.roles[name] = role


def _by_looks(table: Table, profiles: dict[str, Profile], target: Target, known: dict[str, str]) -> dict[str, str]:
    """The known roles, and those that the looks of the other columns tell."""
    looks = _Looks(profiles, target, known)
    filled = [name for name in table.header if profiles[name].filled]
    dates = [name for name in filled if profiles[name].is_date]
    emails = [name for name in filled if profiles[name].is_email]
    whole = max((profiles[name].filled for name in filled), default=0)
    full_dates = [name for name in dates if profiles[name].filled == whole]
    first = table.header[0]
    keys = (n for n in filled if n not in emails and _is_key(n, profiles[n], target, is_first=n == first))
    looks.give("external_id", [*islice(keys, 1)])
    looks.give("email", [name for name in emails if profiles[name].is_key] or emails)
    looks.give("at", full_dates or dates)
    looks.give("closed_at", [name for name in dates if profiles[name].filled < whole])
    if target == "competitor-ratings":
        free = [name for name in filled if name not in looks.roles and name not in dates]
        return looks.roles | dict(_ratings(profiles, free))
    domains = [name for name in filled if profiles[name].is_domain]
    looks.give("domain", [name for name in domains if profiles[name].is_key])
    looks.give("account", domains)
    looks.give("customer", sorted(emails, key=lambda name: -profiles[name].distinct))
    looks.give("customer", filter(headings.is_customer_number, filled))
    looks.give("rating", [name for name in filled if profiles[name].is_whole and profiles[name].distinct <= SCALE])
    long = [name for name in filled if profiles[name].mean_length > 25 and name not in emails]
    looks.give("text", sorted(long, key=lambda name: -profiles[name].mean_length))
    rest = [name for name in filled if name not in dates]
    few = [name for name in rest if 1 < profiles[name].distinct <= FEW and not profiles[name].is_number]
    if target == "interactions":
        _steps(looks, rest, few)
    looks.give("status", few)
    looks.give("priority", few)
    looks.give("phone", [name for name in filled if profiles[name].is_phone])
    _words(looks, [name for name in rest if name not in emails])
    return looks.roles


def _steps(looks: _Looks, names: list[str], few: list[str]) -> None:
    """Of an event log without ids: the case comes back, the step is one of few."""
    profiles = looks.profiles
    again = [name for name in names if 1 < profiles[name].distinct < profiles[name].filled]
    plain = [name for name in again if not profiles[name].is_email]
    if not looks.has("external_id") and not looks.has("case"):
        looks.give("case", plain[:1])
    looks.give("type", [name for name in few if not profiles[name].is_whole])
    looks.give("value", [name for name in names if profiles[name].is_number])


def _words(looks: _Looks, names: list[str]) -> None:
    profiles = looks.profiles
    words = [
        name
        for name in names
        if not profiles[name].whole and not profiles[name].is_phone and headings.plain(name) not in headings.NO_NAMES
    ]
    if looks.target not in SOMEBODY:  # towns and titles are words too: whoever is called so is known by heading alone
        looks.give("name", words)
    looks.give("title", words)
    looks.give("subject", words)


def _ratings(profiles: dict[str, Profile], names: list[str]) -> Iterator[tuple[str, str]]:
    """Several columns of small numbers are each named for whom they rate; beside a single one it is said in another."""
    small = [name for name in names if profiles[name].is_number and profiles[name].distinct <= SCALE_POINTS]
    words = [name for name in names if not profiles[name].is_number]
    if len(small) > 1:
        yield from ((name, "brand") for name in small)
    else:
        yield from ((name, "rating") for name in small)
        again = [name for name in names if name not in small and profiles[name].distinct < profiles[name].filled]
        whose = max(again, key=lambda name: profiles[name].distinct, default=None)
        if whose is not None:
            yield whose, "respondent"
        rated = max((n for n in words if n != whose and profiles[n].distinct > 1), key=lambda n: profiles[n].distinct,
                    default=None)  # fmt: skip
        if rated is not None:
            yield rated, "competitor"


def time_column(proposal: RecordProposal) -> str | None:
    """The column that says when: of what happened, or of a consent."""
    return proposal.column_of("at" if proposal.target in TIMED else "consent_at")


def asks_of(proposal: RecordProposal) -> list[str]:
    """What a person must say, as the columns' roles are now."""
    asks = []
    at = time_column(proposal)
    if at is None and (proposal.target in TIMED or proposal.column_of("consent")):
        asks.append("day")
    elif at is not None:
        left = open_questions(proposal.date_formats.get(at, []))
        asks += [each for each in left if each != "zone" or not proposal.zone]
    is_on_a_scale = proposal.target == "competitor-ratings"  # which one is asked
    if proposal.column_of("rating") is not None and not proposal.codes and not is_on_a_scale:
        asks.append("rating")
    return asks
