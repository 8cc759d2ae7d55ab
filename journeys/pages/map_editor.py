"""The map as it is edited: its parts with their forms, where each can go, and what the versions changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.db.models import Model
from django.utils.formats import date_format, localize
from django.utils.translation import gettext as _

from cxprogram.languages import OURS
from cxprogram.page_base import number_in
from journeys.choices import Channel
from journeys.kpis import questions
from journeys.map_forms import PartForm, form_of
from journeys.models import Journey, JourneyVersion, Stage, Touchpoint
from journeys.services import documents
from journeys.services.document_parts import Difference, ExpectationPart
from journeys.services.maps import Clash

SHOWN = 50


@dataclass(frozen=True)
class Place:
    """Where something can go: behind `after` in `stage`, written `stage:after` in a form."""

    value: str
    label: str


@dataclass(frozen=True)
class Part:
    """A stage or a touchpoint with its form. `earlier` and `later` are the places one step away, if there are any."""

    row: Any
    form: PartForm
    is_open: bool
    earlier: str | None
    later: str | None
    clashes: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class EditedStage:
    part: Part
    touchpoints: tuple[Part, ...]


@dataclass(frozen=True)
class MapEditor:
    journey: Journey
    stages: tuple[EditedStage, ...]
    places: tuple[Place, ...]
    taken_off: tuple[Touchpoint, ...]
    stages_off: tuple[Stage, ...]
    can_undo: bool
    named: Mapping[str, str]  # what codes of questions are called


def build(
    journey: Journey, *, user: Any, refused: PartForm | None = None, at: Any = None, clashes: list[Clash] | None = None
) -> MapEditor:
    """The whole map for editing; `refused` is the form of the row `at`, shown again as it was filled in."""
    stages = list(journey.stages.on_map().order_by("position"))
    touchpoints = list(Touchpoint.objects.on_map().filter(stage__in=stages).order_by("position"))
    by_stage: Mapping[int, list[Touchpoint]] = {
        stage.pk: [each for each in touchpoints if each.stage_id == stage.pk] for stage in stages
    }

    def part(row: Any, earlier: str | None, later: str | None) -> Part:
        is_refused = refused is not None and at is not None and (type(row), row.pk) == (type(at), at.pk)
        form = refused if is_refused and refused is not None else form_of(row, program=journey.program)
        said = tuple(_clash(form, each) for each in clashes or ()) if is_refused else ()
        return Part(row, form, is_refused, earlier, later, said)

    found = []
    for index, stage in enumerate(stages):
        before, after = stages[index - 1 : index] if index else [], stages[index + 1 : index + 2]
        earlier = (stages[index - 2].code if index > 1 else "") if before else None
        own = part(stage, earlier, after[0].code if after else None)
        parts = []
        for place, each in enumerate(by_stage[stage.pk]):
            up: str | None
            down: str | None
            mine = by_stage[stage.pk]
            if place:
                up = f"{stage.code}:{mine[place - 2].code if place > 1 else ''}"
            elif before:
                last = by_stage[before[0].pk]
                up = f"{before[0].code}:{last[-1].code if last else ''}"
            else:
                up = None
            if place + 1 < len(mine):
                down = f"{stage.code}:{mine[place + 1].code}"
            else:
                down = f"{after[0].code}:" if after else None
            parts.append(part(each, up, down))
        found.append(EditedStage(own, tuple(parts)))
    retired = Touchpoint.objects.filter(stage__in=stages, retired_at__isnull=False).order_by("-retired_at")
    stages_off = journey.stages.filter(retired_at__isnull=False).order_by("-retired_at")[:SHOWN]
    codes = {each.question_code for each in touchpoints}
    undone = [number for number in journey.versions.values_list("undoes", flat=True) if number is not None]
    mine_ = journey.versions.filter(kind="edit", author=user, number__gt=1).exclude(number__in=undone)
    return MapEditor(
        journey,
        tuple(found),
        tuple(_places(stages, by_stage)),
        tuple(retired[:SHOWN]),
        tuple(stages_off),
        mine_.exists(),
        {code: each.named for code, each in questions.facts(journey.program, codes).items()},
    )


def _places(stages: list[Stage], by_stage: Mapping[int, list[Touchpoint]]) -> list[Place]:
    found = []
    for stage in stages:
        found.append(Place(f"{stage.code}:", _("%(stage)s: first") % {"stage": stage.label}))
        found += [
            Place(
                f"{stage.code}:{each.code}",
                _("%(stage)s: after %(name)s") % {"stage": stage.label, "name": each.label},
            )
            for each in by_stage[stage.pk]
        ]
    return found


def _clash(form: PartForm, clash: Clash) -> tuple[str, str, str]:
    """The field's name, what it says now, and what was typed; of a text only the languages that differ.

    The form has caught up: a language that the editor left alone says what stands now.
    """
    if not isinstance(clash.theirs, dict) or not isinstance(clash.mine, dict):
        return str(form[clash.field].label), in_words(clash.theirs), in_words(clash.mine)
    mine = {
        language: form[name].value() if (name := f"{clash.field}_{language}") in form.fields else text
        for language, text in {**clash.theirs, **clash.mine}.items()
    }
    differ = [language for language, text in mine.items() if text != clash.theirs.get(language, "")]
    now, typed = ({each: said.get(each, "") for each in differ} for said in (clash.theirs, mine))
    return str(form.long_texts.get(clash.field, _("Name"))), in_words(now), in_words(typed)


def in_words(value: Any, labels: Mapping[Any, Any] = MappingProxyType({})) -> str:
    """A value of a document for people: texts one after the other with their languages, lists with commas,
    choices as they are called."""
    if isinstance(value, ExpectationPart):
        return _("%(value)s from %(day)s") % {
            "value": localize(value.value), "day": date_format(value.valid_from, "j M Y"),
        }  # fmt: skip
    if isinstance(value, dict):
        return "; ".join(f"{OURS.get(key, key)}: {in_words(each) or '–'}" for key, each in value.items())
    if isinstance(value, list):
        return ", ".join(in_words(each, labels) for each in value)
    return "" if value is None else str(labels.get(value, value))


# --- versions ---------------------------------------------------------------------------------
FIELDS = {
    "names": lambda: _("name in other languages"), "goals": lambda: _("goal"),
    "actions": lambda: _("actions"), "thoughts": lambda: _("thoughts"), "promises": lambda: _("promise"),
    "tones": lambda: _("tone of voice"), "channels": lambda: _("channels"), "initiator": lambda: _("who begins"),
    "question_code": lambda: _("question"), "aspect": lambda: _("what the question asks"), "team": lambda: _("team"),
    "expectations": lambda: _("expectation"), "stage": lambda: _("stage"), "opens": lambda: _("opens into"),
}  # fmt: skip
MODELS: Mapping[str, type[Model]] = {"journey": Journey, "stage": Stage, "touchpoint": Touchpoint}


@dataclass(frozen=True)
class Kept:
    """One version and what it says differently from the one before, in words."""

    version: JourneyVersion
    changes: tuple[str, ...]


def versions(journey: Journey) -> list[Kept]:
    """The newest versions, newest first."""
    rows = list(journey.versions.select_related("author", "journey").order_by("-number")[: SHOWN + 1])
    found = []
    for index, row in enumerate(rows[:SHOWN]):
        before = rows[index + 1] if index + 1 < len(rows) else None
        told = documents.differences(before.document, row.document) if before else []
        found.append(Kept(row, tuple(change_in_words(each, row.document) for each in told)))
    return found


@dataclass(frozen=True)
class Compared:
    """What the later of two versions says differently from the earlier, in words."""

    earlier: JourneyVersion
    later: JourneyVersion
    changes: tuple[str, ...]


def compare(journey: Journey, one: str, other: str) -> Compared | None:
    """The two versions by their numbers, in whichever order they are asked for; None unless there are two."""
    numbers = [number for each in (one, other) if (number := number_in(each)) is not None]
    rows = list(journey.versions.filter(number__in=numbers).select_related("author", "journey").order_by("number"))
    if len(rows) != 2:
        return None
    told = documents.differences(rows[0].document, rows[1].document)
    earlier, later = rows
    return Compared(earlier, later, tuple(change_in_words(each, later.document) for each in told))


def change_in_words(change: Difference, document: Mapping[str, Any]) -> str:
    """`Checkout: name changed from … to …`."""
    name = _name(change, document)
    if change.field == "order":
        return _("The order of the touchpoints changed.")
    if not change.field:
        if change.part == "finding":
            return _("A finding was added.") if change.before is None else _("A finding was removed.")
        if change.before is None:
            return _("%(name)s was added.") % {"name": change.after}
        return _("%(name)s was taken off.") % {"name": change.before}
    column: Any = MODELS[change.part]._meta.get_field(change.field)
    field = FIELDS[change.field]() if change.field in FIELDS else str(column.verbose_name)
    labels = Channel.choices if change.field == "channels" else getattr(column, "flatchoices", ())
    before, after = (in_words(each, dict(labels)) for each in (change.before, change.after))
    facts = {"name": name, "field": field, "before": before, "after": after}
    if not facts["before"]:
        return _("%(name)s: %(field)s is now %(after)s.") % facts
    if not facts["after"]:
        return _("%(name)s: %(field)s was removed (%(before)s).") % facts
    return _("%(name)s: %(field)s changed from %(before)s to %(after)s.") % facts


def _name(change: Difference, document: Mapping[str, Any]) -> str:
    for stage in document.get("stages", []):
        if change.part == "stage" and stage["code"] == change.code:
            return stage["name"]
        for each in stage.get("touchpoints", []):
            if change.part == "touchpoint" and each["code"] == change.code:
                return each["name"]
    return str(document.get("name", change.code)) if change.part == "journey" else change.code
