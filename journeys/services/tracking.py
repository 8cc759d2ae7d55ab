"""Calls of tracking clients in Segment's HTTP form: who somebody is, and what they did.

What they did goes into the data stream `segment`, which somebody has to have given a purpose. The key is the call's
messageId, the time its timestamp, exactly as sent: so a call that is sent again is a repeat. Segment lets a call leave
the messageId out: what it says and when is its key then. An anonymousId belongs to
a device that several people may share: it names a customer only while no userId does, and never makes two people one.
The context (address, browser, place) is not kept.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from cxprogram import languages
from cxprogram.errors import DomainError
from cxprogram.models import Program
from journeys.choices import CustomerKind
from journeys.services import attributes, interactions, people
from journeys.services.attributes import Definitions
from journeys.services.customers import CustomerFacts
from journeys.services.interactions import Door, Happening
from journeys.services.people import PersonFacts

SOURCE = STREAM = "segment"
GROUPS = "segment group"
HAPPENED = frozenset({"track", "page", "screen"})
KINDS = frozenset({*HAPPENED, "identify", "group", "alias"})
ADDRESSES = ("email", "phone", "name", "firstName", "lastName", "first_name", "last_name", "language", "locale")


class TrackingError(DomainError):
    code = "call-invalid"


@dataclass(frozen=True)
class Call:
    """One call as it came in."""

    kind: str
    message_id: str
    user_id: str
    anonymous_id: str
    at: datetime
    name: str = ""
    properties: Mapping[str, Any] | None = None
    traits: Mapping[str, Any] | None = None
    group_id: str = ""
    previous_id: str = ""

    @property
    def who(self) -> str:
        return self.user_id or (f"anonymous:{self.anonymous_id}" if self.anonymous_id else "")


@dataclass(frozen=True)
class Told:
    """What became of a call: created, updated or repeated; the traits that nobody has defined here."""

    status: str
    id: int
    unknown_traits: tuple[str, ...] = ()


def key_of(said: Mapping[str, Any], kind: str) -> str:
    """The key of a call that names none: the same words at the same time are the same call."""
    known = {name: value for name, value in said.items() if value is not None and name not in ("type", "messageId")}
    text = json.dumps([kind, known], sort_keys=True, ensure_ascii=False)
    return f"said-{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"


def timestamp(text: str | None, *, at: datetime) -> datetime:
    """The call's own clock; raises TrackingError (`timestamp-invalid`) for what is no time."""
    if not text:
        return at
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise TrackingError(_("Write the time in ISO 8601."), code="timestamp-invalid") from error


def take(program: Program, call: Call, *, at: datetime, door: Door | None = None) -> Told:
    """Take one call in. Raises DomainError: `call-unknown`, `customer-key-missing`, and what customers and
    interactions refuse."""
    if call.kind not in KINDS:
        raise TrackingError(_("There is no such call."), code="call-unknown")
    if not call.who:
        raise TrackingError(_("The call names neither a user nor a device."), code="customer-key-missing")
    if call.kind in HAPPENED:
        what = Happening(
            stream=STREAM,
            source=SOURCE,
            external_id=call.message_id,
            at=call.at,
            type=(call.name if call.kind == "track" else call.kind)[:60],
            customer=CustomerFacts(source=SOURCE, external_id=call.who),
            channel="app" if call.kind == "screen" else "web" if call.kind == "page" else "",
            value=_value(call.properties or {}),
            properties=_properties(call),
        )
        recorded = interactions.record(door or interactions.door(program), what, at=at)
        return Told("created" if recorded.is_new else "repeated", recorded.interaction_id)
    known = attributes.definitions(program)
    facts, unknown = _person(call, known)
    saved = people.identify(program, facts, at=at, known=known)
    return Told(saved.status, saved.customer.pk, unknown)


def _value(properties: Mapping[str, Any]) -> Any:
    """Revenue or value, which tracking plans reserve for a number; anything else stays a property."""
    found = properties.get("revenue", properties.get("value"))
    return found if isinstance(found, int | float) and not isinstance(found, bool) else None


def _properties(call: Call) -> dict[str, Any]:
    said = dict(call.properties or {})
    if call.kind != "track" and call.name:
        said.setdefault("name", call.name)
    return said


def _person(call: Call, known: Definitions) -> tuple[PersonFacts, tuple[str, ...]]:
    """What a call says of a person, and the traits for which no attribute is defined."""
    traits = dict(call.traits or {})

    def text(*names: str) -> str:
        return next((traits[name].strip() for name in names if isinstance(traits.get(name), str)), "")

    if call.kind == "alias":
        if not call.previous_id:
            raise TrackingError(_("The call names no previous user."), code="previous-id-missing")
        return PersonFacts(identities=((SOURCE, call.who), (SOURCE, call.previous_id))), ()
    if call.kind == "group":
        if not call.group_id:
            raise TrackingError(_("The call names no group."), code="group-id-missing")
        return PersonFacts(identities=((SOURCE, call.who),), account=(GROUPS, call.group_id)), ()
    name = text("name") or " ".join(filter(None, (text("firstName", "first_name"), text("lastName", "last_name"))))
    others = {slugify(code): value for code, value in traits.items() if code not in ADDRESSES}
    facts = PersonFacts(
        identities=((SOURCE, call.who),),
        name=name,
        email=text("email"),
        phone=text("phone"),
        language=languages.code_of(text("language", "locale")),
        kind=CustomerKind.PERSON,
        attributes={code: value for code, value in others.items() if code in known},
    )
    return facts, tuple(sorted(code for code in others if code not in known))
