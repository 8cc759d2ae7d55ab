"""What of a file is not kept, and why: said before the import and in its account, never dropped in silence."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cxprogram.models import Program
from cxprogram.sentences import say
from feedback.imports import headings
from feedback.imports.record_decisions import attribute_columns
from feedback.imports.record_proposals import RecordProposal
from feedback.imports.records import Target
from journeys.services import attributes

DEFINED: frozenset[Target] = frozenset({"customers", "accounts"})  # they keep what the program has defined


@dataclass(frozen=True)
class Unkept:
    """One column that is not kept. `can_be_defined`: it would be, were an attribute of its name defined."""

    label: str
    why: str
    can_be_defined: bool = False


def of_mapping(target: Target, fields: Iterable[str], labels: Iterable[str], known: Iterable[str]) -> list[Unkept]:
    """Of the fields and the other columns of a mapping those that its rows do not keep; `known` are codes."""
    if target == "people":
        of_people = _people_fields()
        return [Unkept(*of_people[name]) for name in fields if name in of_people]
    return list(_undefined(labels, set(known))) if target in DEFINED else []


def _people_fields() -> dict[str, tuple[str, str]]:
    return {
        "external_id": (_("the key"), _("people are known by their e-mail address")),
        "manager": (_("the manager"), _("who may see what follows from the role and the unit alone")),
    }


def _undefined(labels: Iterable[str], known: set[str]) -> Iterable[Unkept]:
    for label in labels:
        code = attributes.code_of(label)
        if code in known:
            continue
        if not code:
            yield Unkept(label, _("the name has no letters that a code could have"))
        elif headings.is_sensitive(label):
            yield Unkept(label, _("it may be sensitive: define it as such, and keep it with consent only"))
        else:
            yield Unkept(label, _("no attribute of this name is defined"), can_be_defined=True)


def of_proposal(program: Program, proposal: RecordProposal) -> list[Unkept]:
    """What a file would lose as it is understood now."""
    fields = [column.role for column in proposal.columns]
    known = attributes.definitions(program)
    return of_mapping(proposal.target, fields, attribute_columns(proposal), known)


def define(program: Program, proposal: RecordProposal) -> None:
    """Define what the file says of customers and nobody has defined, typed by its values; nothing sensitive."""
    columns: Mapping[str, str] = attribute_columns(proposal)
    lost = [each.label for each in of_proposal(program, proposal) if each.can_be_defined]
    attributes.define(program, {label: proposal.value_types[columns[label]] for label in lost})


def notes(lost: Iterable[Unkept]) -> list[str]:
    """For the account: one sentence for each reason."""
    by_reason: dict[str, list[str]] = {}
    for each in lost:
        by_reason.setdefault(each.why, []).append(each.label)
    return [
        say(gettext_noop("Not kept: %(columns)s (%(why)s)."), columns=", ".join(labels), why=why)
        for why, labels in by_reason.items()
    ]
