"""Editing a journey's map: every edit is checked against what the editor saw, kept as a version, and can be taken back.

Edits of one journey wait for each other. Two people who edit different fields both get their way, be they of one
touchpoint; who edits a field that somebody else has changed meanwhile is told, and nothing is written.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext as _

from cxprogram.errors import ConflictError, DomainError, NotFoundError
from cxprogram.models import Program, User
from journeys.choices import VersionKind
from journeys.models import Journey, JourneyVersion, Stage, Touchpoint
from journeys.services import documents
from journeys.services.document_parts import FORMAT, VERSION, Difference
from journeys.services.map_merging import Merged, merge

STAGE_FIELDS = frozenset({"name", "names", "goals", "actions", "thoughts"})
TOUCHPOINT_FIELDS = frozenset(
    {"name", "names", "question_code", "aspect", "team", "channels", "initiator", "promises", "tones"}
)


class MapError(DomainError):
    code = "map-invalid"


@dataclass(frozen=True)
class Clash:
    """One field that somebody else has changed meanwhile: what it says now, and what the editor wanted."""

    field: str
    theirs: Any
    mine: Any


class EditedMeanwhileError(ConflictError):
    """The row is not as the editor saw it. `clashes` says what both wrote, `by` and `at` who was faster and when."""

    code = "map-edited-meanwhile"

    def __init__(self, clashes: list[Clash], by: User | None, at: datetime | None) -> None:
        super().__init__(_("Somebody else has changed this meanwhile. Nothing of yours was saved yet."))
        self.clashes, self.by, self.at = clashes, by, at


# --- edits ------------------------------------------------------------------------------------
def change(
    row: Stage | Touchpoint,
    values: Mapping[str, Any],
    *,
    seen: int,
    by: User,
    at: datetime,
    base: Mapping[str, Any] | None = None,
) -> None:
    """Write fields of a stage or a touchpoint that the editor saw as edit `seen`, when they said `base`.

    What the editor left as it was seen stays as it stands now. Without `base` every field counts as touched.
    Raises EditedMeanwhileError if a field that the editor touched says something else since; MapError (`map-field`)
    for a field that is not edited here.
    """
    allowed = STAGE_FIELDS if isinstance(row, Stage) else TOUCHPOINT_FIELDS
    if unknown := values.keys() - allowed:
        raise MapError(_("%(field)s is not edited on the map.") % {"field": min(unknown)}, code="map-field")
    with _edit(_journey_of(row), by, at):
        now = _locked(row)
        clashes = []
        changed = {}
        for name, value in values.items():
            stands = getattr(now, name)
            if base is not None and name in base:
                found = merge(seen=base[name], mine=value, now=stands)
            else:
                found = Merged(value, now.revision != seen and value != stands)
            if found.is_clash:
                clashes.append(Clash(name, stands, value))
            elif found.value != stands:
                changed[name] = found.value
        if clashes:
            faster = _last_edit_of(now)
            raise EditedMeanwhileError(clashes, faster.author if faster else None, faster.at if faster else None)
        for name, value in changed.items():
            setattr(now, name, value)
        if changed:
            _save(now, *changed)


def add_stage(journey: Journey, name: str, *, after: Stage | None, by: User, at: datetime) -> Stage:
    """A new stage behind another, or the first."""
    with _edit(journey, by, at):
        code = free_code(name, "stage", set(Stage.objects.filter(journey=journey).values_list("code", flat=True)))
        stage = Stage(journey=journey, name=name, code=code)
        _place(stage, list(journey.stages.on_map().order_by("position")), after)
        return stage


def add_touchpoint(stage: Stage, name: str, *, after: Touchpoint | None, by: User, at: datetime) -> Touchpoint:
    """A new touchpoint behind another of the stage, or its first."""
    journey = stage.journey
    with _edit(journey, by, at):
        _locked(stage)
        taken = set(Touchpoint.objects.filter(program=journey.program_id).values_list("code", flat=True))
        touchpoint = Touchpoint(
            program_id=journey.program_id, stage=stage, name=name, code=free_code(name, "touchpoint", taken)
        )
        _place(touchpoint, list(stage.touchpoints.on_map().order_by("position")), after)
        return touchpoint


def move_stage(stage: Stage, *, after: Stage | None, by: User, at: datetime) -> None:
    """Behind another stage of the journey, or to its beginning. By neighbour and not by number: two moves both hold."""
    with _edit(stage.journey, by, at):
        others = [each for each in stage.journey.stages.on_map().order_by("position") if each.pk != stage.pk]
        _place(_locked(stage), others, after)


def move_touchpoint(touchpoint: Touchpoint, *, stage: Stage, after: Touchpoint | None, by: User, at: datetime) -> None:
    """Behind another touchpoint of a stage of the same journey, or to its beginning."""
    with _edit(stage.journey, by, at):
        now = _locked(touchpoint)
        if now.stage.journey_id != stage.journey_id:
            raise MapError(_("The stage belongs to another journey."), code="map-other-journey")
        left = now.stage
        now.stage = _locked(stage)
        others = [each for each in stage.touchpoints.on_map().order_by("position") if each.pk != now.pk]
        _place(now, others, after)
        if left.pk != stage.pk:
            _number(list(left.touchpoints.on_map().order_by("position")))


def take_off(row: Stage | Touchpoint, *, by: User, at: datetime) -> None:
    """Off the map, with the touchpoints of a stage; what hangs on it stays, and `put_back` brings it back."""
    with _edit(_journey_of(row), by, at):
        now = _locked(row)
        if isinstance(now, Stage):
            for each in now.touchpoints.on_map():
                _retire(each, at)
            _retire(now, at)
            _number(list(now.journey.stages.on_map().order_by("position")))
        else:
            _retire(now, at)
            _number(list(now.stage.touchpoints.on_map().order_by("position")))


def put_stage_back(stage: Stage, *, by: User, at: datetime) -> None:
    """Back on the map as the last stage, with the touchpoints that were taken off with it."""
    with _edit(stage.journey, by, at):
        now = Stage.objects.select_for_update(of=("self",)).select_related("journey").get(pk=stage.pk)
        if now.retired_at is None:
            return
        order = _last_order(now)
        went = sorted(
            now.touchpoints.filter(retired_at=now.retired_at),
            key=lambda each: (order.index(each.code) if each.code in order else len(order), each.pk),
        )
        others = list(now.journey.stages.on_map().order_by("position"))
        now.retired_at = None
        _place(now, others, others[-1] if others else None)
        for position, each in enumerate(went, start=1):
            each.retired_at, each.position, each.revision = None, position, each.revision + 1
            each.save(update_fields=["retired_at", "position", "revision"])


def put_back(touchpoint: Touchpoint, *, by: User, at: datetime) -> None:
    """Back on the map, as the last of its stage. Raises MapError (`map-stage-off`) if the stage is off the map."""
    with _edit(touchpoint.stage.journey, by, at):
        now = Touchpoint.objects.select_for_update(of=("self",)).select_related("stage").get(pk=touchpoint.pk)
        if now.stage.retired_at is not None:
            raise MapError(_("Its stage is not on the map."), code="map-stage-off")
        if now.retired_at is not None:
            others = list(now.stage.touchpoints.on_map().order_by("position"))
            now.retired_at = None
            _place(now, others, others[-1] if others else None)


def begin_elsewhere(journey: Journey, *, at: datetime) -> None:
    """Before a form that writes rows of the journey itself: alone at it from here to the end of the transaction."""
    _begin(_locked_journey(journey), at)


def end_elsewhere(journey: Journey, *, by: User, at: datetime) -> None:
    """Behind such a form: what it changed is a version, and can be taken back like an edit of the page."""
    _keep(_locked_journey(journey), VersionKind.EDIT, by, at)


# --- versions ---------------------------------------------------------------------------------
def keep(journey: Journey, label: str, *, by: User, at: datetime) -> JourneyVersion:
    """Keep the journey as it stands under a name."""
    with transaction.atomic():
        return _keep(_locked_journey(journey), VersionKind.KEPT, by, at, label=label)


def restore(version: JourneyVersion, *, by: User, at: datetime) -> documents.Changes:
    """Make the journey what the version says; itself a new version, so that nothing is lost."""
    with transaction.atomic():
        journey = _locked_journey(version.journey)
        _begin(journey, at)
        changes = documents.apply(journey, version.document, at=at)
        _keep(journey, VersionKind.RESTORED, by, at, label=str(version))
        return changes


def undo(journey: Journey, *, by: User, at: datetime) -> JourneyVersion:
    """Take back the editor's newest edit that still stands; again takes back the one before.

    Where others have edited since, what the edit changed in fields is taken back if nobody touched the same fields.
    Raises ConflictError: `map-nothing-to-undo`; `map-edited-since` where others built on it.
    """
    with transaction.atomic():
        journey = _locked_journey(journey)
        versions = list(journey.versions.order_by("number"))
        undone = {each.undoes for each in versions}
        mine = [each for each in versions if each.kind == VersionKind.EDIT and each.author_id == by.pk]
        edit = next((each for each in reversed(mine) if each.number not in undone), None)
        before = max(
            (each for each in versions if edit and each.number < edit.number), key=lambda v: v.number, default=None
        )
        if edit is None or before is None:
            raise ConflictError(_("There is nothing of yours to take back."), code="map-nothing-to-undo")
        standing = documents.dump(journey)
        since = documents.differences(edit.document, standing)
        if since:
            document = _taken_back(standing, documents.differences(before.document, edit.document), since)
        else:
            document = before.document
        documents.apply(journey, document, at=at)
        return _keep(journey, VersionKind.RESTORED, by, at, undoes=edit.number)


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


# --- new journeys -----------------------------------------------------------------------------
def begin(program: Program, name: str, *, by: User, at: datetime) -> Journey:
    """An empty journey with one stage, to go on from."""
    with transaction.atomic():
        code = _free_journey_code(program, name)
        document = {"format": FORMAT, "version": VERSION, "code": code, "name": name}
        journey, _changes = documents.create(
            program, document | {"stages": [{"code": "stage-1", "name": _("First stage")}]}, at=at
        )
        _keep(journey, VersionKind.EDIT, by, at)
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
        _keep(made, VersionKind.EDIT, by, at)
        return made


@transaction.atomic
def take_in(program: Program, journey: Journey | None, document: Any, *, by: User, at: datetime) -> documents.Changes:
    """A document from outside: the journey becomes what it says, or is made; kept as a version if anything changed."""
    if journey is None:
        journey, changes = documents.create(program, document, at=at)
    else:
        journey = _locked_journey(journey)
        _begin(journey, at)
        changes = documents.apply(journey, document, at=at)
    if changes:
        _keep(journey, VersionKind.IMPORTED, by, at)
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
        _keep(journey, VersionKind.IMPORTED, by, at)
        return journey


# --- parts ------------------------------------------------------------------------------------
@contextmanager
def _edit(journey: Journey, by: User, at: datetime) -> Iterator[None]:
    """One edit of one journey: alone at it, and kept as a version if it changed anything."""
    with transaction.atomic():
        locked = _locked_journey(journey)
        _begin(locked, at)
        yield
        _keep(locked, VersionKind.EDIT, by, at)


def _begin(journey: Journey, at: datetime) -> None:
    """The journey as it stands before an edit, unless the newest version says so already.

    The admin, the API and files write rows too: without a version of theirs, taking back the edit that follows would
    take back what they wrote as well.
    """
    newest = _newest(journey)
    if newest is None:
        _keep(journey, VersionKind.KEPT, None, at, label=_("Before the first edit"))
    elif newest.sha256 != documents.fingerprint(documents.dump(journey)):
        _keep(journey, VersionKind.KEPT, None, at, label=_("Changed outside the map"))


def _keep(
    journey: Journey, kind: str, by: User | None, at: datetime, *, label: str = "", undoes: int | None = None
) -> JourneyVersion:
    document = documents.dump(journey)
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


def _last_edit_of(row: Stage | Touchpoint) -> JourneyVersion | None:
    """The newest version that says something else of the row than the one before, be it a field or what it follows."""
    rows = _journey_of(row).versions.select_related("author").order_by("-number").iterator(chunk_size=10)
    after = next(rows, None)
    for before in rows:
        if after is not None and _said_of(row, before.document) != _said_of(row, after.document):
            return after
        after = before
    return None


def _last_order(stage: Stage) -> list[str]:
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


def _locked_journey(journey: Journey) -> Journey:
    return Journey.objects.select_for_update(of=("self",)).select_related("program").get(pk=journey.pk)


def _locked(row: Any) -> Any:
    """The row as it stands now. Raises NotFoundError (`map-part-unknown`) if it has been taken off meanwhile."""
    related = "journey" if isinstance(row, Stage) else "stage__journey"
    rows = type(row).objects.on_map().select_for_update(of=("self",)).select_related(related)
    now = rows.filter(pk=row.pk).first()
    if now is None:
        raise NotFoundError(_("This is no longer on the map."), code="map-part-unknown")
    return now


def _journey_of(row: Stage | Touchpoint) -> Journey:
    return row.journey if isinstance(row, Stage) else row.stage.journey


def _save(row: Any, *fields: str) -> None:
    row.revision += 1
    row.full_clean(
        exclude=[field.name for field in row._meta.fields if field.name not in fields],
        validate_unique=False,
        validate_constraints=False,
    )
    row.save(update_fields=[*fields, "revision"])


def _place(row: Any, others: list[Any], after: Any) -> None:
    """Behind `after` among the others; the first without it. Raises NotFoundError if `after` is not among them."""
    places = [each.pk for each in others]
    if after is not None and after.pk not in places:
        raise NotFoundError(_("This is no longer on the map."), code="map-part-unknown")
    index = places.index(after.pk) + 1 if after is not None else 0
    order = [*others[:index], row, *others[index:]]
    if row.pk is not None:
        row.revision += 1
    for position, each in enumerate(order, start=1):
        if each is row or each.position != position:
            each.position = position
            each.save()


def _number(rows: list[Any]) -> None:
    for position, each in enumerate(rows, start=1):
        if each.position != position:
            each.position = position
            each.save(update_fields=["position"])


def _retire(row: Any, at: datetime) -> None:
    row.retired_at, row.position, row.revision = at, None, row.revision + 1
    row.save(update_fields=["retired_at", "position", "revision"])


def free_code(name: str, otherwise: str, taken: set[str]) -> str:
    """A code made of the name that nothing has yet."""
    stem = slugify(name)[:44] or otherwise
    return next(code for code in (stem, *(f"{stem}-{number}" for number in range(2, 100_000))) if code not in taken)


def _free_journey_code(program: Program, name: str) -> str:
    return free_code(name, "journey", set(Journey.objects.filter(program=program).values_list("code", flat=True)))
