"""What is known of customers beside name and address: by definition, with its type."""

import math
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext_noop

from cxprogram.models import Program
from cxprogram.sentences import say
from journeys.choices import AttributeType
from journeys.models import CustomerAttribute
from journeys.services.identities import CustomerError, clean

MAX_TEXT = 1_000
MAX_NUMBER = 1e15
Definitions = Mapping[str, CustomerAttribute]


def definitions(program: Program) -> dict[str, CustomerAttribute]:
    return {row.code: row for row in CustomerAttribute.objects.filter(program=program)}


def code_of(label: str) -> str:
    """The code of an attribute that is called so; empty for a name without letters that a code can have."""
    return slugify(label)[:50]


def define(program: Program, labels: Mapping[str, str]) -> None:
    """Define attributes, each with its type, that the program does not have; none of a special category."""
    CustomerAttribute.objects.bulk_create(
        [
            CustomerAttribute(program=program, code=code_of(label), name=label[:200], type=AttributeType(kind))
            for label, kind in labels.items()
            if code_of(label)
        ],
        ignore_conflicts=True,
    )


def check(known: Definitions, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as they are stored; None takes the attribute away.

    Raises CustomerError: `attribute-unknown` for one that nobody defined, `attribute-invalid` for a value of another
    type.
    """
    checked: dict[str, Any] = {}
    for code, value in values.items():
        if code not in known:
            raise CustomerError(
                say(gettext_noop("There is no attribute %(code)s."), code=str(code)[:60]), code="attribute-unknown"
            )
        checked[code] = None if value is None or value == "" else _typed(known[code], value)
    return checked


def _typed(attribute: CustomerAttribute, value: Any) -> Any:
    match attribute.type:
        case AttributeType.TEXT if isinstance(value, str):
            return clean(value, MAX_TEXT)
        case AttributeType.CHOICE if isinstance(value, str) and value in attribute.choices:
            return value
        case AttributeType.BOOLEAN:
            if isinstance(value, bool):
                return value
            if isinstance(value, str) and value.strip().lower() in ("true", "false"):
                return value.strip().lower() == "true"
        case AttributeType.NUMBER if not isinstance(value, bool):
            if (number := _number(value)) is not None:
                return number
        case AttributeType.DATE if isinstance(value, str):
            try:
                return date.fromisoformat(value.strip()).isoformat()
            except ValueError:
                pass
    raise CustomerError(
        say(gettext_noop("%(code)s does not take this value."), code=attribute.code), code="attribute-invalid"
    )


def _number(value: Any) -> int | float | None:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if not isinstance(value, int | float) or not math.isfinite(value) or abs(value) > MAX_NUMBER:
        return None
    return int(value) if float(value).is_integer() else float(value)


def sensitive(known: Definitions) -> frozenset[str]:
    return frozenset(code for code, attribute in known.items() if attribute.is_special_category)
