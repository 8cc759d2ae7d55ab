"""Versions of a journey's map: every edit keeps one, any of them can be brought back, and one's own last be undone."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from cxprogram.errors import ConflictError, NotFoundError
from cxprogram.models import User
from journeys.choices import VersionKind
from journeys.models import Journey, JourneyVersion, Stage, Touchpoint
from journeys.services import documents
from journeys.services.document_parts import Difference


@contextmanager
def editing(journey: Journey, by: User, at: datetime) -> Iterator[None]:
    """One edit of one journey: alone at it, and kept as a version if it changed anything."""
    with transaction.atomic():
        held = locked(journey)
        keep_standing(held, at)
        yield
        keep_version(held, VersionKind.EDIT, by, at)


def begin_elsewhere(journey: Journey, *, at: datetime) -> None:
    """Before a form that writes rows of the journey itself: alone at it from here to the end of the transaction."""
    keep_standing(locked(journey), at)


def end_elsewhere(journey: Journey, *, by: User, at: datetime) -> None:
    """Behind such a form: what it changed is a version, and can be taken back like an edit of the page."""
    keep_version(locked(journey), VersionKind.EDIT, by, at)


def keep(journey: Journey, label: str, *, by: User, at: datetime) -> JourneyVersion:
    """Keep the journey as it stands under a name."""
    with transaction.atomic():
        return keep_version(locked(journey), VersionKind.KEPT, by, at, label=label)


def restore(version: JourneyVersion, *, by: User, at: datetime) -> documents.Changes:
    """Make the journey what the version says; itself a new version, so that nothing is lost."""
    with transaction.atomic():
        journey = locked(version.journey)
        keep_standing(journey, at)
        changes = documents.apply(journey, version.document, at=at, is_kept=True)
        keep_version(journey, VersionKind.RESTORED, by, at, label=str(version))
        return changes


def undo(journey: Journey, *, by: User, at: datetime) -> JourneyVersion:
    """Take back the editor's newest edit that still stands; again takes back the one before.

    Where others have edited since, what the edit changed in fields is taken back if nobody touched the same fields.
    Raises ConflictError: `map-nothing-to-undo`; `map-edited-since` where others built on it.
    """
    with transaction.atomic():
        journey = locked(journey)
        versions = list(journey.versions.order_by("number"))
        undone = {each.undoes for each in versions}
        mine = [each for each in versions if each.kind == VersionKind.EDIT and each.author_id == by.pk]
        edit = next((each for each in reversed(mine) if each.number not in undone), None)
        before = max(
            (each for each in versions if edit and each.number < edit.number), key=lambda v: v.number, default=None
        )
        if edit is None or before is None:
            raise ConflictError(_("There is nothing of yours to take back."), code="map-nothing-to-undo")
        standing = documents.dump_whole(journey)
        since = documents.differences(edit.document, standing)
        if since:
            document = _taken_back(standing, documents.differences(before.document, edit.document), since)
        else:
            document = before.document
        documents.apply(journey, document, at=at, is_kept=True)
        return keep_version(journey, VersionKind.RESTORED, by, at, undoes=edit.number)


def _taken_back(standing: dict[str, Any], edited: list[Difference], since: list[Difference]) -> dict[str, Any]:
    """The document with the edit's fields as they were. Raises ConflictError if others touched what it touched, or if
    it added, moved or took off something, on which others may have built."""
    touched = {(each.part, each.code, each.field) for each in since}

    def is_built_on(each: Difference) -> bool:
        is_of_structure = each.field in ("", "stage", "order")
        is_gone = (each.part, each.code, "") in touched
        return is_of_structure or is_gone or (each.part, each.code, each.field) in touched

    if any(is_built_on(each) for each in edited):
        text = _("Somebody has edited the map since: choose the version that you want back.")
        raise ConflictError(text, code="map-edited-since")
    parts: dict[tuple[str, str], dict[str, Any]] = {("journey", standing["code"]): standing}
    for stage in standing.get("stages", []):
        parts["stage", stage["code"]] = stage
        parts |= {("touchpoint", each["code"]): each for each in stage.get("touchpoints", [])}
    for each in edited:
        parts[each.part, each.code][each.field] = each.before
    return standing


# --- what is kept -----------------------------------------------------------------------------
def keep_standing(journey: Journey, at: datetime) -> None:
    """The journey as it stands before an edit, unless the newest version says so already.

    The admin, the API and files write rows too: without a version of theirs, taking back the edit that follows would
    take back what they wrote as well.
    """
    newest = _newest(journey)
    if newest is None:
        keep_version(journey, VersionKind.KEPT, None, at, label=_("Before the first edit"))
    elif newest.sha256 != documents.fingerprint(documents.dump_whole(journey)):
        keep_version(journey, VersionKind.KEPT, None, at, label=_("Changed outside the map"))


def keep_version(
    journey: Journey, kind: str, by: User | None, at: datetime, *, label: str = "", undoes: int | None = None
) -> JourneyVersion:
    document = documents.dump_whole(journey)
    digest = documents.fingerprint(document)
    newest = _newest(journey)
    if newest is not None and newest.sha256 == digest and kind == VersionKind.EDIT:
        return newest
    number = (journey.versions.aggregate(last=Max("number"))["last"] or 0) + 1
    return JourneyVersion.objects.create(
        journey=journey,
        number=number,
        kind=kind,
        label=label[:200],
        document=document,
        sha256=digest,
        undoes=undoes,
        author=by,
        at=at,
    )


def _newest(journey: Journey) -> JourneyVersion | None:
    return journey.versions.select_related("author").order_by("-number").first()


def last_edit_of(row: Stage | Touchpoint) -> JourneyVersion | None:
    """The newest version that says something else of the row than the one before, be it a field or what it follows."""
    rows = journey_of(row).versions.select_related("author").order_by("-number").iterator(chunk_size=10)
    after = next(rows, None)
    for before in rows:
        if after is not None and _said_of(row, before.document) != _said_of(row, after.document):
            return after
        after = before
    return None


def last_order(stage: Stage) -> list[str]:
    """The touchpoints' codes in the newest version that has the stage."""
    for version in stage.journey.versions.order_by("-number").iterator(chunk_size=10):
        for said in version.document.get("stages", []):
            if said["code"] == stage.code:
                return [each["code"] for each in said.get("touchpoints", [])]
    return []


def _said_of(row: Stage | Touchpoint, document: Mapping[str, Any]) -> tuple[Any, ...]:
    """What a document says of the row: its fields, its stage and what it follows; nothing if it is not on the map."""
    previous = ""
    for stage in document.get("stages", []):
        if isinstance(row, Stage):
            if stage["code"] == row.code:
                return ("", previous, {name: said for name, said in stage.items() if name != "touchpoints"})
            previous = stage["code"]
            continue
        previous = ""
        for each in stage.get("touchpoints", []):
            if each["code"] == row.code:
                return (stage["code"], previous, each)
            previous = each["code"]
    return ()


def locked(journey: Journey) -> Journey:
    """Without its key: rows that point at the journey, an episode or what opens into it, do not wait."""
    return Journey.objects.select_for_update(of=("self",), no_key=True).select_related("program").get(pk=journey.pk)


def locked_part(row: Any) -> Any:
    """The stage or touchpoint as it stands now. Raises NotFoundError (`map-part-unknown`) if it has been taken off
    meanwhile."""
    related = "journey" if isinstance(row, Stage) else "stage__journey"
    rows = type(row).objects.on_map().select_for_update(of=("self",)).select_related(related)
    now = rows.filter(pk=row.pk).first()
    if now is None:
        raise NotFoundError(_("This is no longer on the map."), code="map-part-unknown")
    return now


def journey_of(row: Journey | Stage | Touchpoint) -> Journey:
    if isinstance(row, Touchpoint):
        return row.stage.journey
    return row.journey if isinstance(row, Stage) else row
