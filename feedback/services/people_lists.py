"""People who are no customers, on the list of a plan: pasted, or out of a file, all of them or none."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from feedback.choices import AskChannel, PlanAudience
from feedback.imports import headings
from feedback.models import SamplingPlan
from feedback.services import draws
from feedback.services.plans import PlanError
from journeys.models import CustomerIdentity
from journeys.services import identities, people
from journeys.services.identities import EMAIL, PHONE, CustomerError, Key
from journeys.services.people import PersonFacts

MAX_LIST, MAX_BYTES = 1_000, 500_000
_BRACKETS = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]*)>")
_DIGITS = re.compile(r"[+(]?[0-9][0-9 ()./\u2010-\u2015-]{4,}")
_HINT = re.compile(r'"?sep=[;\t,|]"?')
_NAMES = ("name", "first_name", "last_name")


@dataclass(frozen=True)
class Listed:
    """What one line says. `line` is its number in what was given."""

    line: int
    name: str = ""
    email: str = ""
    phone: str = ""


def text_of(content: bytes) -> str:
    """The text of a file as spreadsheets and editors save it. Raises PlanError (`list-too-long`)."""
    if len(content) > MAX_BYTES:
        raise too_long()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def too_long() -> PlanError:
    return PlanError(_("More than %(limit)s people at once.") % {"limit": MAX_LIST}, code="list-too-long")


def read(text: str) -> list[Listed]:
    """The people of a text, one a line: an address, a name and the address in angle brackets, or the columns of a
    table; or several a line, as mail programs copy them. A first line that names its columns says which they are; the
    others are left out then."""
    roles: list[str] | None = None
    found: list[Listed] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        if number == 1 and _HINT.fullmatch(line):  # what Excel writes above a table
            continue
        if person := _in_brackets(number, line):
            found.append(person)
            continue
        cells = _cells(line)
        if roles is None and not found and (named := _roles(cells)):
            roles = named
        elif roles:
            found.append(_by_column(number, cells, roles))
        else:
            found += _several(number, cells) or [_by_look(number, cells)]
    return found


def _in_brackets(line: int, text: str) -> Listed | None:
    match = _BRACKETS.fullmatch(text.strip())
    return _by_look(line, [match["address"].strip(), match["name"].strip().strip('"')]) if match else None


def _cells(line: str) -> list[str]:
    mark = next((mark for mark in ";\t," if mark in line), ",")
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=mark))]
    except csv.Error:  # a cell longer than any address: the line is nobody
        return [line]


def _several(line: int, cells: Sequence[str]) -> list[Listed]:
    """The people of a line as mail programs copy them: an address in each cell, and nothing else in the line."""
    filled = [cell for cell in cells if cell]
    if len(filled) < 2 or not all("@" in cell for cell in filled):
        return []
    return [_in_brackets(line, cell) or Listed(line, "", cell) for cell in filled]


def _roles(cells: Sequence[str]) -> list[str]:
    """What the columns are called, if the line is a heading: one of them must be an address."""
    named = headings.roles_of(cells, headings.CUSTOMERS)
    return [named.get(cell, "") for cell in cells] if {"email", "phone"} & set(named.values()) else []


def _by_column(line: int, cells: Sequence[str], roles: Sequence[str]) -> Listed:
    said = dict(zip(roles, cells, strict=False))
    name = " ".join(said[role] for role in _NAMES if said.get(role))
    return Listed(line, name, said.get("email", ""), said.get("phone", ""))


def _by_look(line: int, cells: Sequence[str]) -> Listed:
    email = next((cell for cell in cells if "@" in cell), "")
    phone = next((cell for cell in cells if _DIGITS.fullmatch(cell)), "")
    return Listed(line, " ".join(cell for cell in cells if cell not in ("", phone) and "@" not in cell), email, phone)


@transaction.atomic
def add(plan: SamplingPlan, listed: Sequence[Listed], *, at: datetime) -> int:
    """Put people on the plan's list by the addresses that its channels need; returns how many are on it now.

    Who has the address already is that person, and stays the customer that they are, under the name that we know.
    Raises PlanError (`plan-has-no-list`, `list-too-long`, `address-invalid` with the number of the line).
    """
    if plan.audience != PlanAudience.LIST:
        raise PlanError(_("The plan is about customers; it has no list."), code="plan-has-no-list")
    if len(listed) > MAX_LIST:
        raise too_long()
    keys = [_keys(plan, each) for each in listed]
    source = draws.list_source(plan)
    ours = CustomerIdentity.objects.filter(program=plan.program_id)
    values = {value for own in keys for _source, value in own}
    held = {
        (row.source, row.value): row.customer_id for row in ours.filter(source__in=(EMAIL, PHONE), value__in=values)
    }
    here = set(ours.filter(source=source).values_list("customer", flat=True))
    for each, own in zip(listed, keys, strict=True):
        known = [held[key] for key in own if key in held]
        if here.intersection(known):
            continue
        facts = PersonFacts(identities=((source, own[0][1]), *own))
        if not known:
            phone = dict(own).get(PHONE, "")
            facts = replace(facts, name=each.name[:200], email=each.email, phone=phone, is_customer=False)
        customer = people.identify(plan.program, facts, at=at, known={}).customer
        here.add(customer.pk)
        held |= dict.fromkeys(own, customer.pk)
    return draws.population(plan, at).count()


def _keys(plan: SamplingPlan, listed: Listed) -> list[Key]:
    """The addresses of a line, by which its person is known; raises PlanError where the plan has no use for them."""
    keys: list[Key] = []
    try:
        if listed.email:
            keys.append(identities.key(EMAIL, listed.email))
        identities.clean(listed.name, 10_000)
    except CustomerError as error:
        raise _wrong(plan, listed) from error
    if number := identities.phone_number(listed.phone):
        keys.append((PHONE, number))
    usable = {AskChannel.EMAIL: EMAIL, AskChannel.SMS: PHONE}
    if not {usable[AskChannel(channel)] for channel in plan.channels} & {source for source, _value in keys}:
        raise _wrong(plan, listed)
    return keys


def _wrong(plan: SamplingPlan, listed: Listed) -> PlanError:
    channels = set(plan.channels)
    if channels == {AskChannel.EMAIL}:
        text = _("Line %(line)s is no e-mail address.")
    elif channels == {AskChannel.SMS}:
        text = _("Line %(line)s is no phone number as in +46701234567.")
    else:
        text = _("Line %(line)s is neither an e-mail address nor a phone number as in +46701234567.")
    return PlanError(text % {"line": listed.line}, code="address-invalid", line=listed.line)
