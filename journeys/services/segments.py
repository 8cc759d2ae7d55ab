"""Segments: a filter over customers as a document, checked before it is saved, compiled to a query when it is used.

    {"all": [
        {"field": "language", "is": "sv"},
        {"attribute": "tier", "in": ["gold", "platinum"]},
        {"not": {"attribute": "spend", "below": 100}},
        {"interaction": {"stream": "orders", "type": "order"}, "days": 90, "at_least": 2},
        {"consent": "survey", "allowed": true}
    ]}

`all`, `any` and `not` combine. A field or an attribute is compared by one of `is`, `in`, `below`, `above`, `at_least`,
`at_most`, `known`; with the type that its definition has. `unit` means the unit and those below. An interaction is
counted over the last days, at least once if nothing is said. No text of the document reaches the database as SQL.
"""

import math
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Coalesce
from django.utils.text import slugify
from django.utils.translation import gettext as _

from cxprogram.errors import DomainError
from cxprogram.models import OrgUnit, Program
from journeys.choices import AttributeType, CustomerKind, Purpose
from journeys.models import Customer, CustomerAttribute, DataStream, Interaction, Segment, Touchpoint
from journeys.querysets import CustomerQuerySet
from journeys.services import attributes

MAX_DEPTH, MAX_RULES = 8, 100
LOOKUPS = {"is": "exact", "in": "in", "below": "lt", "above": "gt", "at_least": "gte", "at_most": "lte"}
ORDERED = frozenset({"below", "above", "at_least", "at_most"})
FIELDS = frozenset({"language", "unit", "kind", "is_customer", "account", "created"})
COUNTED = frozenset({"interaction", "days", "at_least", "at_most"})


class SegmentError(DomainError):
    """The document is no filter; `path` says where."""

    code = "segment-invalid"


class _Compiler:
    """Turns one document into a condition; everything it names is looked up in the program."""

    def __init__(self, program: Program, at: datetime) -> None:
        self.program, self.at = program, at
        self.known: Mapping[str, CustomerAttribute] = attributes.definitions(program)
        self.rules = 0
        self.annotations: dict[str, Any] = {}

    def condition(self, rule: Any, path: str, depth: int = 0) -> Q:
        self.rules += 1
        if depth > MAX_DEPTH or self.rules > MAX_RULES:
            raise self.error(_("The filter is too large."), path)
        if not isinstance(rule, dict):
            raise self.error(_("Write a rule here."), path)
        if len(rule) == 1 and (word := next(iter(rule))) in ("all", "any"):
            if not isinstance(rule[word], list) or not rule[word]:
                raise self.error(_("Write a list of rules here."), path)
            parts = [self.condition(part, f"{path}/{word}/{n}", depth + 1) for n, part in enumerate(rule[word])]
            joined = parts[0]
            for part in parts[1:]:
                joined = joined & part if word == "all" else joined | part
            return joined
        if rule.keys() == {"not"}:
            return ~self.condition(rule["not"], f"{path}/not", depth + 1)
        if "interaction" in rule:
            return self.interaction(rule, path)
        if "consent" in rule:
            return self.consent(rule, path)
        return self.comparison(rule, path)

    def error(self, text: str, path: str) -> SegmentError:
        return SegmentError(text, path=path or "/")

    # --- one value --------------------------------------------------------------------------------
    def comparison(self, rule: dict[str, Any], path: str) -> Q:
        subject = next((word for word in ("field", "attribute") if word in rule), None)
        words = [word for word in rule if word != subject]
        if subject is None or len(words) != 1 or words[0] not in (*LOOKUPS, "known"):
            raise self.error(_("Name a field or an attribute, and one comparison."), path)
        name, word, value = rule[subject], words[0], rule[words[0]]
        if word == "known" and not isinstance(value, bool):
            raise self.error(_("Write true or false here."), path)
        if subject == "field":
            return self.field(name, word, value, path)
        if not isinstance(name, str) or name not in self.known:
            raise self.error(_("There is no attribute %(code)s.") % {"code": str(name)[:60]}, path)
        return self.attribute(self.known[name], word, value, path)

    def attribute(self, attribute: CustomerAttribute, word: str, value: Any, path: str) -> Q:
        if word == "known":
            return Q(attributes__has_key=attribute.code) if value else ~Q(attributes__has_key=attribute.code)
        if word in ORDERED and attribute.type not in (AttributeType.NUMBER, AttributeType.DATE):
            raise self.error(_("Only numbers and dates are larger or smaller."), path)
        given = value if word == "in" else [value]
        if not isinstance(given, list) or not given:
            raise self.error(_("Write a list of values here."), path)
        try:
            values = [attributes.check(self.known, {attribute.code: each})[attribute.code] for each in given]
        except DomainError as error:
            raise self.error(str(error.detail), path) from error
        if any(each is None for each in values):
            raise self.error(_("Write a value here."), path)
        if word in ORDERED:
            alias = f"segment_{len(self.annotations)}"
            self.annotations[alias] = KeyTransform(attribute.code, "attributes")
            return Q(**{"attributes__has_key": attribute.code, f"{alias}__{LOOKUPS[word]}": values[0]})
        found = Q()
        for each in values:
            found |= Q(attributes__contains={attribute.code: each})  # the index customer_attributes
        return found

    def field(self, name: Any, word: str, value: Any, path: str) -> Q:
        if not isinstance(name, str) or name not in FIELDS:
            raise self.error(_("There is no field %(name)s.") % {"name": str(name)[:60]}, path)
        if name == "created":
            return self.created(word, value, path)
        if word == "known":
            empty = Q(**{f"{name}__isnull": True}) if name in ("unit", "account") else Q(**{name: ""})
            return ~empty if value else empty
        if word in ORDERED:
            raise self.error(_("Only numbers and dates are larger or smaller."), path)
        given = value if word == "in" else [value]
        if not isinstance(given, list) or not given:
            raise self.error(_("Write a list of values here."), path)
        wanted: type = bool if name == "is_customer" else int if name == "account" else str
        if any(type(each) is not wanted or (isinstance(each, int) and abs(each) >= 2**63) for each in given):
            raise self.error(_("This field does not take this value."), path)
        if name == "unit":
            return self.unit(given, path)
        if name == "kind" and not set(given) <= set(CustomerKind.values):
            raise self.error(_("This field does not take this value."), path)
        return Q(**{f"{name}__in": given})

    def created(self, word: str, value: Any, path: str) -> Q:
        try:
            day = date.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            day = None
        if day is None or word not in ORDERED:
            raise self.error(_("Compare with a day, as 2017-05-15."), path)
        return Q(**{f"created_at__date__{LOOKUPS[word]}": day})

    def unit(self, codes: list[str], path: str) -> Q:
        found = Q(pk__in=())
        units = {row.code.casefold(): row for row in OrgUnit.objects.filter(program=self.program)}
        for code in codes:
            if code.casefold() not in units:
                raise self.error(_("There is no unit %(code)s.") % {"code": code[:60]}, path)
            found |= Q(unit__path__startswith=units[code.casefold()].path)
        return found

    # --- what happened, what was allowed ----------------------------------------------------------
    def interaction(self, rule: dict[str, Any], path: str) -> Q:
        what, days = rule["interaction"], rule.get("days", 365)
        if (
            not isinstance(what, dict)
            or rule.keys() - COUNTED
            or what.keys() - {"stream", "type", "touchpoint", "channel"}
        ):
            raise self.error(_("Name stream, type, touchpoint or channel, and days, at_least or at_most."), path)
        counts = [rule.get("at_least", 1), rule.get("at_most", 0), days]
        if any(type(each) is not int or not 0 <= each <= 36_600 for each in counts):
            raise self.error(_("Write whole numbers here."), path)
        rows = Interaction.objects.filter(
            customer=OuterRef("pk"), at__gt=self.at - timedelta(days=days), at__lte=self.at
        )
        for name, value in what.items():
            rows = rows.filter(**self.named(name, value, path))
        if "at_most" not in rule and rule.get("at_least", 1) == 1:
            return Q(Exists(rows))
        alias = f"segment_{len(self.annotations)}"
        counted = rows.order_by().values("customer").annotate(n=Count("pk")).values("n")
        self.annotations[alias] = Coalesce(Subquery(counted), 0)
        bounds = {"gte": rule.get("at_least", 0), "lte": rule.get("at_most", math.inf)}
        return Q(**{f"{alias}__{word}": bound for word, bound in bounds.items() if bound != math.inf})

    def named(self, name: str, value: Any, path: str) -> dict[str, Any]:
        if not isinstance(value, str) or "\x00" in value:
            raise self.error(_("Write a text here."), path)
        models: dict[str, Any] = {"stream": DataStream, "touchpoint": Touchpoint}
        if name not in models:
            return {name: value}
        row = models[name].objects.filter(program=self.program, code=value).first()
        if row is None:
            raise self.error(_("There is no %(name)s %(code)s.") % {"name": name, "code": value[:60]}, path)
        return {name: row.pk}

    def consent(self, rule: dict[str, Any], path: str) -> Q:
        purpose, allowed = rule["consent"], rule.get("allowed", True)
        if (
            rule.keys() - {"consent", "allowed"}
            or not isinstance(purpose, str)
            or purpose not in Purpose.values
            or not isinstance(allowed, bool)
        ):
            raise self.error(_("Name a purpose, and whether it is allowed."), path)
        allowing = Customer.objects.filter(pk=OuterRef("pk")).contactable(purpose, self.at)
        return Q(Exists(allowing)) if allowed else ~Q(Exists(allowing))


def check(program: Program, definition: Any, *, at: datetime) -> None:
    """Raise SegmentError (`segment-invalid`, with the path of the rule) for a document that is no filter."""
    if definition != {}:
        _Compiler(program, at).condition(definition, "")


@transaction.atomic
def save(program: Program, segment: Segment | None, *, name: str, definition: Any, at: datetime) -> Segment:
    """Save a filter under a name: a new one, whose code follows the name, or one that is there. Raises SegmentError."""
    check(program, definition, at=at)
    if segment is None:
        return Segment.objects.create(program=program, code=_code(program, name), name=name, definition=definition)
    held = Segment.objects.select_for_update().get(pk=segment.pk)
    if name != segment.label:
        held.name, held.names = name, {}
    held.definition = definition
    held.save(update_fields=["name", "names", "definition"])
    return held


def _code(program: Program, name: str) -> str:
    taken = {"new", *Segment.objects.filter(program=program).values_list("code", flat=True)}  # `new` is an address
    base = slugify(name)[:40] or "segment"
    numbered = (f"{base}-{number}" for number in count(2))
    return base if base not in taken else next(code for code in numbered if code not in taken)


def customers(segment: Segment, at: datetime) -> CustomerQuerySet:
    """The customers who are in the segment at the moment; an empty definition means everyone."""
    return matching(segment.program, segment.definition, at)


def matching(program: Program, definition: Any, at: datetime) -> CustomerQuerySet:
    """As `customers`, for a definition that is not saved."""
    rows = Customer.objects.standing().filter(program=program)
    if definition == {}:
        return rows
    compiler = _Compiler(program, at)
    condition = compiler.condition(definition, "")
    return rows.alias(**compiler.annotations).filter(condition)
