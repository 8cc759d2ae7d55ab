"""A segment's document as rows of a form, and back: one list of rules that all hold, or of which any holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxprogram.models import Program
from journeys.choices import AttributeType, Purpose
from journeys.models import CustomerAttribute, DataStream

WORDS = (
    ("is", gettext_lazy("is")),
    ("in", gettext_lazy("is one of")),
    ("at_least", gettext_lazy("is at least")),
    ("at_most", gettext_lazy("is at most")),
    ("above", gettext_lazy("is more than")),
    ("below", gettext_lazy("is less than")),
    ("known", gettext_lazy("is known")),
)
FIELDS = {
    "language": gettext_lazy("Language"),
    "unit": gettext_lazy("Unit"),
    "kind": gettext_lazy("Kind"),
    "is_customer": gettext_lazy("Is a customer"),
    "created": gettext_lazy("Known since"),
}
YES, NO = "yes", "no"
DAYS = 365


@dataclass(frozen=True)
class Row:
    """One rule as it is written in the form; `subject` is `field:unit`, `attribute:tier`, `stream:orders` or
    `consent:survey`, `days` how far back a stream is counted."""

    subject: str = ""
    word: str = "is"
    value: str = ""
    days: int | None = None


def subjects(program: Program) -> list[tuple[str, Any]]:
    """What a rule may be about, for a choice."""
    known = CustomerAttribute.objects.filter(program=program).order_by("code")
    streams = DataStream.objects.filter(program=program).order_by("code")
    return [
        ("", _("no rule")),
        *((f"field:{code}", label) for code, label in FIELDS.items()),
        *((f"attribute:{each.code}", each.label) for each in known),
        *((f"stream:{each.code}", _("Times in: %(stream)s") % {"stream": each.label}) for each in streams),
        *((f"consent:{value}", _("May be used for: %(purpose)s") % {"purpose": label})
          for value, label in Purpose.choices),
    ]  # fmt: skip


def rows_of(definition: Mapping[str, Any]) -> tuple[str, list[Row]] | None:
    """`all` or `any`, and the rows; None for a document of several layers, which no list of rows says."""
    if not definition:
        return "all", []
    joined, rules = "all", [definition]
    if len(definition) == 1 and (word := next(iter(definition))) in ("all", "any"):
        joined, rules = word, definition[word]
    rows = [_row(rule) for rule in rules if isinstance(rule, Mapping)]
    found = [row for row in rows if row is not None]
    return (joined, found) if len(found) == len(rules) else None


def _row(rule: Mapping[str, Any]) -> Row | None:
    if "interaction" in rule:
        what, bounds = rule["interaction"], rule.keys() & {"at_least", "at_most"}
        if set(what) != {"stream"} or len(bounds) > 1:
            return None
        word = next(iter(bounds), "at_least")
        return Row(f"stream:{what['stream']}", word, str(rule.get(word, 1)), rule.get("days", DAYS))
    if "consent" in rule:
        return Row(f"consent:{rule['consent']}", "is", YES if rule.get("allowed", True) else NO)
    subject = next((each for each in ("field", "attribute") if each in rule), None)
    words = [word for word in rule if word != subject]
    if subject is None or len(words) != 1 or words[0] not in dict(WORDS) or rule[subject] == "account":
        return None
    return Row(f"{subject}:{rule[subject]}", words[0], _written(rule[words[0]]))


def _written(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_written(each) for each in value)
    return (YES if value else NO) if isinstance(value, bool) else str(value)


def document(joined: str, rows: Sequence[Row], program: Program) -> dict[str, Any]:
    """The document that the rows say; whether it is a filter is for `segments.check` to tell, by the row's place."""
    if not rows:
        return {}
    types = dict(CustomerAttribute.objects.filter(program=program).values_list("code", "type"))
    return {joined: [_rule(row, types) for row in rows]}


def _rule(row: Row, types: Mapping[str, str]) -> dict[str, Any]:
    kind, _colon, code = row.subject.partition(":")
    if kind == "stream":
        word = row.word if row.word in ("at_least", "at_most") else "at_least"
        return {"interaction": {"stream": code}, "days": row.days or DAYS, word: _whole(row.value)}
    if kind == "consent":
        return {"consent": code, "allowed": _truth(row.value)}
    if row.word == "known":
        return {kind: code, "known": _truth(row.value)}
    is_truth = code == "is_customer" if kind == "field" else types.get(code) == AttributeType.BOOLEAN
    if row.word == "in":
        parts = [part.strip() for part in row.value.split(",") if part.strip()]
        return {kind: code, "in": [_truth(part) if is_truth else part for part in parts]}
    return {kind: code, row.word: _truth(row.value) if is_truth else row.value}


def _truth(text: str) -> bool | str:
    said = text.strip().casefold()
    if said in (YES, "true", _("yes").casefold()):
        return True
    return False if said in (NO, "false", _("no").casefold()) else text


def _whole(text: str) -> int | str:
    return int(text) if text.isdecimal() and len(text) < 7 else text
