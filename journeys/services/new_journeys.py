"""Journeys that are made: empty, as a copy, from a template, from a file."""

from datetime import datetime
from itertools import chain, count
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from cxprogram.models import Program, User
from journeys.choices import VersionKind
from journeys.models import Journey, Touchpoint
from journeys.services import documents, map_history, shelf
from journeys.services.document_parts import FORMAT, VERSION


def begin(program: Program, name: str, *, by: User, at: datetime) -> Journey:
    """An empty journey with one stage, to go on from."""
    with transaction.atomic():
        code = _free_journey_code(program, name)
        document = {"format": FORMAT, "version": VERSION, "code": code, "name": name}
        journey, _changes = documents.create(
            program, document | {"stages": [{"code": "stage-1", "name": _("First stage")}]}, at=at
        )
        map_history.keep_version(journey, VersionKind.EDIT, by, at)
        return journey


def copy(journey: Journey, name: str, *, by: User, at: datetime) -> Journey:
    """The same map under another name. Its touchpoints are others: what was answered at the first stays there."""
    with transaction.atomic():
        document = documents.dump(journey)
        taken = set(Touchpoint.objects.filter(program=journey.program_id).values_list("code", flat=True))
        renamed: dict[str, str] = {}
        for stage in document.get("stages", []):
            for touchpoint in stage.get("touchpoints", []):
                code = free_code(touchpoint["code"], "touchpoint", taken)
                taken.add(code)
                renamed[touchpoint["code"]] = touchpoint["code"] = code
        for finding in document.get("findings", []):
            if "touchpoint" in finding:
                finding["touchpoint"] = renamed[finding["touchpoint"]]
        document |= {"code": _free_journey_code(journey.program, name), "name": name, "names": {}}
        made, _changes = documents.create(journey.program, document, at=at)
        map_history.keep_version(made, VersionKind.EDIT, by, at)
        return made


@transaction.atomic
def take_in(program: Program, journey: Journey | None, document: Any, *, by: User, at: datetime) -> documents.Changes:
    """A document from outside: the journey becomes what it says, or is made; kept as a version if anything changed.

    One that is put away is brought back.
    """
    if journey is None:
        journey, changes = documents.create(program, document, at=at)
    else:
        journey = map_history.locked(journey)
        was_away = journey.retired_at is not None
        map_history.keep_standing(journey, at)
        shelf.bring_back(journey, by=by, at=at)
        changes = documents.apply(journey, document, at=at)
        if was_away:
            changes.brought_back.insert(0, ("journey", journey.code))
    if changes:
        map_history.keep_version(journey, VersionKind.IMPORTED, by, at)
    return changes


def from_document(program: Program, document: dict[str, Any], *, by: User, at: datetime) -> Journey:
    """A journey from a template or a file; codes that are taken get a number behind them."""
    with transaction.atomic():
        taken = set(Touchpoint.objects.filter(program=program).values_list("code", flat=True))
        for stage in document.get("stages", []):
            for touchpoint in stage.get("touchpoints", []):
                touchpoint["code"] = free_code(touchpoint["code"], "touchpoint", taken)
                taken.add(touchpoint["code"])
        document["code"] = _free_journey_code(program, document["code"])
        journey, _changes = documents.create(program, document, at=at)
        map_history.keep_version(journey, VersionKind.IMPORTED, by, at)
        return journey


def free_code(name: str, otherwise: str, taken: set[str]) -> str:
    """A code made of the name that nothing has yet."""
    stem = slugify(name)[:44] or otherwise
    return next(code for code in chain([stem], (f"{stem}-{number}" for number in count(2))) if code not in taken)


def _free_journey_code(program: Program, name: str) -> str:
    return free_code(name, "journey", set(Journey.objects.filter(program=program).values_list("code", flat=True)))
