"""How a person is recognised: the names under which sources know them, and the addresses that they share with none.

A strong identity is a source's own key: two customers that carry it, or that one sender names in one breath, are one.
An address (e-mail, phone) is weak: families and offices share them. It tells that two are one only while no source
knows them under two different keys.
"""

import re
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cxprogram.errors import DomainError
from cxprogram.sentences import say

Key = tuple[str, str]  # (source, value)
EMAIL, PHONE = "email", "phone"
WEAK = frozenset({EMAIL, PHONE})
MAX_SOURCE, MAX_VALUE = 60, 254
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_PUNCTUATION = re.compile(r"[\s().\-/\u2010-\u2015]+")
_INTERNATIONAL = re.compile(r"\+[1-9][0-9]{5,14}")


class CustomerError(DomainError):
    code = "customer-invalid"


def clean(text: str, limit: int) -> str:
    """Text that the database and every later page can hold; raises CustomerError (`text-not-storable`,
    `text-too-long`)."""
    if _UNSTORABLE.search(text):
        raise CustomerError(_("The text holds characters that cannot be stored."), code="text-not-storable")
    if len(text) > limit:
        raise CustomerError(
            say(gettext_noop("The text is longer than %(limit)s characters."), limit=limit), code="text-too-long"
        )
    return text


def email_address(text: str) -> str:
    """The address as it is written; raises CustomerError (`email-invalid`)."""
    address = text.strip()
    try:
        validate_email(address)
    except ValidationError as error:
        raise CustomerError(_("This is not an e-mail address."), code="email-invalid") from error
    return address


def phone_number(text: str) -> str | None:
    """The number in international form; None for a national one, which does not say of which country it is."""
    number = _PUNCTUATION.sub("", text)
    if number.startswith("00"):
        number = f"+{number[2:]}"
    return number if _INTERNATIONAL.fullmatch(number) else None


def key(source: str, value: str) -> Key:
    """One identity as it is stored; raises CustomerError (`customer-key-missing`, `email-invalid`, `phone-invalid`)."""
    source, value = clean(source, MAX_SOURCE).strip(), clean(value, MAX_VALUE).strip()
    if not source or not value:
        raise CustomerError(_("The key of the customer is missing."), code="customer-key-missing")
    if source == EMAIL:
        return EMAIL, email_address(value).lower()
    if source == PHONE:
        number = phone_number(value)
        if number is None:
            raise CustomerError(_("Write the phone number as in +46701234567."), code="phone-invalid")
        return PHONE, number
    return source, value


def keys(named: Iterable[Key], *, email: str = "", phone: str = "") -> tuple[Key, ...]:
    """Everything by which a person may be recognised, in one order for all who write them."""
    found = {key(source, value) for source, value in named}
    if email:
        found.add((EMAIL, email_address(email).lower()))
    if phone and (number := phone_number(phone)):
        found.add((PHONE, number))
    return tuple(sorted(found))


def contradict(one: Iterable[Key], other: Iterable[Key]) -> bool:
    """Whether a source knows the two under different keys, and under none that is the same."""
    mine: dict[str, set[str]] = {}
    theirs: dict[str, set[str]] = {}
    for known, found in ((mine, one), (theirs, other)):
        for source, value in found:
            if source not in WEAK:
                known.setdefault(source, set()).add(value)
    return any(not mine[source] & theirs[source] for source in mine.keys() & theirs.keys())
