"""Editing a journey's map: every edit is checked against what the editor saw, kept as a version, and can be taken back.

Edits of one journey wait for each other. Two people who edit different fields both get their way, be they of one
touchpoint; who edits a field that somebody else has changed meanwhile is told, and nothing is written.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from cxprogram.errors import ConflictError, DomainError, NotFoundError
from cxprogram.models import User
from journeys.kpis import questions
from journeys.models import Journey, Stage, Touchpoint
from journeys.services import map_history, openings
from journeys.services.map_merging import Merged, merge
from journeys.services.new_journeys import free_code

STAGE_FIELDS = frozenset({"name", "names", "goals", "actions", "thoughts"})
TOUCHPOINT_FIELDS = frozenset(
    {
        "name", "names", "question_code", "aspect", "team", "channels", "initiator", "receiver", "receiver_name",
        "promises", "tones",
    }
)  # fmt: skip


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
    Raises EditedMeanwhileError if a field that the editor touched says something else since; MapError for a field that
    is not edited here (`map-field`) and for a question that the program does not have (`map-question-unknown`).
    """
    allowed = STAGE_FIELDS if isinstance(row, Stage) else TOUCHPOINT_FIELDS
    if unknown := values.keys() - allowed:
        raise MapError(_("%(field)s is not edited on the map.") % {"field": min(unknown)}, code="map-field")
    with map_history.editing(map_history.journey_of(row), by, at):
        now = map_history.locked_part(row)
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
            faster = map_history.last_edit_of(now)
            raise EditedMeanwhileError(clashes, faster.author if faster else None, faster.at if faster else None)
        # A file may bring a journey before its survey: that code stays while nobody writes another.
        code = changed.get("question_code", "")
        if questions.unknown(map_history.journey_of(now).program, {code}):
            raise MapError(questions.no_such(code), code="map-question-unknown")
        for name, value in changed.items():
            setattr(now, name, value)
        if changed:
            _save(now, *changed)


def add_stage(journey: Journey, name: str, *, after: Stage | None, by: User, at: datetime) -> Stage:
    """A new stage behind another, or the first."""
    with map_history.editing(journey, by, at):
        code = free_code(name, "stage", set(Stage.objects.filter(journey=journey).values_list("code", flat=True)))
        stage = Stage(journey=journey, name=name, code=code)
        _place(stage, list(journey.stages.on_map().order_by("position")), after)
        return stage


def add_touchpoint(stage: Stage, name: str, *, after: Touchpoint | None, by: User, at: datetime) -> Touchpoint:
    """A new touchpoint behind another of the stage, or its first."""
    journey = stage.journey
    with map_history.editing(journey, by, at):
        map_history.locked_part(stage)
        taken = set(Touchpoint.objects.filter(program=journey.program_id).values_list("code", flat=True))
        touchpoint = Touchpoint(
            program_id=journey.program_id,
            stage=stage,
            name=name,
            code=free_code(name, "touchpoint", taken),
        )
        _place(touchpoint, list(stage.touchpoints.on_map().order_by("position")), after)
        return touchpoint


def move_stage(stage: Stage, *, after: Stage | None, by: User, at: datetime) -> None:
    """Behind another stage of the journey, or to its beginning. By neighbour and not by number: two moves both hold."""
    with map_history.editing(stage.journey, by, at):
        others = [each for each in stage.journey.stages.on_map().order_by("position") if each.pk != stage.pk]
        _place(map_history.locked_part(stage), others, after)


def move_touchpoint(touchpoint: Touchpoint, *, stage: Stage, after: Touchpoint | None, by: User, at: datetime) -> None:
    """Behind another touchpoint of a stage of the same journey, or to its beginning."""
    with map_history.editing(stage.journey, by, at):
        now = map_history.locked_part(touchpoint)
        if now.stage.journey_id != stage.journey_id:
            raise MapError(_("The stage belongs to another journey."), code="map-other-journey")
        left = now.stage
        now.stage = map_history.locked_part(stage)
        others = [each for each in stage.touchpoints.on_map().order_by("position") if each.pk != now.pk]
        _place(now, others, after)
        if left.pk != stage.pk:
            _number(list(left.touchpoints.on_map().order_by("position")))


def take_off(row: Stage | Touchpoint, *, by: User, at: datetime) -> None:
    """Off the map, with the touchpoints of a stage; what hangs on it stays, and `put_back` brings it back."""
    with map_history.editing(map_history.journey_of(row), by, at):
        now = map_history.locked_part(row)
        if isinstance(now, Stage):
            for each in now.touchpoints.on_map():
                _retire(each, at)
            _retire(now, at)
            _number(list(now.journey.stages.on_map().order_by("position")))
        else:
            _retire(now, at)
            _number(list(now.stage.touchpoints.on_map().order_by("position")))


def put_stage_back(stage: Stage, *, by: User, at: datetime) -> None:
    """Back on the map as the last stage, with the touchpoints that were taken off with it.

    Raises MapError (`journey-loop`) if one of them opens into what leads back here by now.
    """
    with map_history.editing(stage.journey, by, at):
        openings.hold(stage.journey)
        now = Stage.objects.select_for_update(of=("self",)).select_related("journey").get(pk=stage.pk)
        if now.retired_at is None:
            return
        order = map_history.last_order(now)
        went = sorted(
            now.touchpoints.filter(retired_at=now.retired_at).select_related("opens"),
            key=lambda each: (order.index(each.code) if each.code in order else len(order), each.pk),
        )
        for each in went:
            _check_opening(now.journey, each)
        others = list(now.journey.stages.on_map().order_by("position"))
        now.retired_at = None
        _place(now, others, others[-1] if others else None)
        for position, each in enumerate(went, start=1):
            each.retired_at, each.position, each.revision = None, position, each.revision + 1
            each.save(update_fields=["retired_at", "position", "revision"])


def put_back(touchpoint: Touchpoint, *, by: User, at: datetime) -> None:
    """Back on the map, as the last of its stage.

    Raises MapError: `map-stage-off` if the stage is off the map; `journey-loop` if it opens into what leads back here
    by now.
    """
    with map_history.editing(touchpoint.stage.journey, by, at):
        openings.hold(touchpoint.stage.journey)
        rows = Touchpoint.objects.select_for_update(of=("self",)).select_related("stage__journey", "opens")
        now = rows.get(pk=touchpoint.pk)
        if now.stage.retired_at is not None:
            raise MapError(_("Its stage is not on the map."), code="map-stage-off")
        if now.retired_at is not None:
            _check_opening(now.stage.journey, now)
            others = list(now.stage.touchpoints.on_map().order_by("position"))
            now.retired_at = None
            _place(now, others, others[-1] if others else None)


def _check_opening(journey: Journey, touchpoint: Touchpoint) -> None:
    if touchpoint.opens is not None and (reason := journey.loop(touchpoint.opens)):
        raise MapError(reason, code="journey-loop")


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
