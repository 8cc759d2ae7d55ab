"""A journey as one document: written and applied; what versions, files and the API exchange.

Whatever the document does not name is taken off the map, not deleted: answers and interactions go on pointing at it,
and a later document that names its code brings it back, with what was found there.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import F, Model
from django.utils.translation import gettext as _

from cxprogram.models import Program
from journeys.kpis import questions
from journeys.models import (
    DataStream,
    Expectation,
    Finding,
    Journey,
    JourneyPersona,
    Persona,
    Stage,
    Study,
    Touchpoint,
    TouchpointStream,
)
from journeys.services import openings
from journeys.services.document_parts import (
    FORMAT,
    OF_STAGE,
    OF_TOUCHPOINT,
    OWN,
    VERSION,
    DocumentError,
    Drawn,
    ExpectationPart,
    FindingPart,
    JourneyPart,
    StagePart,
    TouchpointPart,
    asked,
    canonical,
    differences,
    fingerprint,
    read,
)

__all__ = ["Changes", "DocumentError", "apply", "create", "differences", "dump", "dump_whole", "fingerprint", "read"]


@dataclass
class Changes:
    """What applying a document did, as (kind, code).

    `not_taken` names what the program does not know, `not_asked` the questions that it does not have: a journey may
    come before its survey, so those codes are kept.
    """

    added: list[tuple[str, str]] = field(default_factory=list)
    changed: list[tuple[str, str]] = field(default_factory=list)
    moved: list[tuple[str, str]] = field(default_factory=list)
    taken_off: list[tuple[str, str]] = field(default_factory=list)
    brought_back: list[tuple[str, str]] = field(default_factory=list)
    not_taken: list[tuple[str, str]] = field(default_factory=list)
    not_asked: list[tuple[str, str]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return any((self.added, self.changed, self.moved, self.taken_off, self.brought_back))


# --- writing ----------------------------------------------------------------------------------
def dump(journey: Journey) -> dict[str, Any]:
    """The journey as it stands on the map, for files and other programs; a constant number of queries."""
    part = _part(journey)
    drawn = Drawn(part)
    part.findings = [placed for each in part.findings if (placed := drawn.placed(each)) is not None]
    return _written(part)


def dump_whole(journey: Journey) -> dict[str, Any]:
    """The same with what was found at places that are off the map: what a version keeps, so that nothing is lost."""
    return _written(_part(journey))


def _written(part: JourneyPart) -> dict[str, Any]:
    return {"format": FORMAT, "version": VERSION} | msgspec.to_builtins(part)


def _part(journey: Journey) -> JourneyPart:
    # Read again: what was applied since has written another instance of the row.
    journey = Journey.objects.get(pk=journey.pk)
    stages = list(journey.stages.on_map().order_by("position"))
    touchpoints = list(
        Touchpoint.objects.on_map().filter(stage__in=stages).select_related("opens").order_by("position")
    )
    streams, expectations = _by_touchpoint(touchpoints)
    by_stage: dict[int, list[TouchpointPart]] = {stage.pk: [] for stage in stages}
    for each in touchpoints:
        by_stage[each.stage_id].append(
            TouchpointPart(
                code=each.code,
                opens=each.opens.code if each.opens else "",
                streams=streams.get(each.pk, []),
                expectations=expectations.get(each.pk, []),
                **{name: getattr(each, name) for name in OF_TOUCHPOINT},
            )
        )
    findings = journey.findings.select_related("stage", "touchpoint", "study").order_by("pk")
    return JourneyPart(
        code=journey.code,
        personas=sorted(journey.personas.values_list("code", flat=True)),
        stages=[
            StagePart(
                code=stage.code,
                touchpoints=by_stage[stage.pk],
                **{name: getattr(stage, name) for name in OF_STAGE},
            )
            for stage in stages
        ],
        findings=[_finding_part(row) for row in findings],
        **{name: getattr(journey, name) for name in OWN},
    )


def _by_touchpoint(touchpoints: list[Touchpoint]) -> tuple[dict[int, list[str]], dict[int, list[ExpectationPart]]]:
    streams: dict[int, list[str]] = {}
    links = TouchpointStream.objects.filter(touchpoint__in=touchpoints).order_by("stream__code")
    for touchpoint, code in links.values_list("touchpoint_id", "stream__code"):
        streams.setdefault(touchpoint, []).append(code)
    expectations: dict[int, list[ExpectationPart]] = {}
    for row in Expectation.objects.filter(touchpoint__in=touchpoints).order_by("valid_from"):
        part = ExpectationPart(value=row.value, valid_from=row.valid_from, is_measured=row.is_measured)
        expectations.setdefault(row.touchpoint_id, []).append(part)
    return streams, expectations


def _finding_part(row: Finding) -> FindingPart:
    return FindingPart(
        kind=row.kind,
        texts=row.texts,
        stage=row.stage.code if row.stage else "",
        touchpoint=row.touchpoint.code if row.touchpoint else "",
        study=row.study.code if row.study else "",
        value=row.value,
        effort=row.effort,
        state=row.state,
    )


# --- applying ---------------------------------------------------------------------------------
@transaction.atomic
def create(program: Program, document: Any, *, at: datetime) -> tuple[Journey, Changes]:
    """Make a journey of the document. Raises DocumentError; `journey-known` if the program has its code already."""
    part = read(document)
    journey, is_new = Journey.objects.get_or_create(program=program, code=part.code, defaults={"name": part.name})
    if not is_new:
        raise DocumentError(_("There is such a journey already."), code="journey-known", path=".code")
    changes = apply(journey, document, at=at)
    changes.added.insert(0, ("journey", part.code))
    return journey, changes


@transaction.atomic
def apply(journey: Journey, document: Any, *, at: datetime, is_kept: bool = False) -> Changes:
    """Bring the rows to what the document says; again changes nothing. The code of the journey stays.

    `is_kept`: the document is a version kept here. Everything is checked before the first row is written.
    Raises DocumentError: also `journey-loop` where a touchpoint opens into what leads back, `touchpoint-elsewhere`
    for a code that another journey of the program has.
    """
    part = read(document, is_kept=is_kept)
    journey = Journey.objects.select_for_update(of=("self",), no_key=True).select_related("program").get(pk=journey.pk)
    if any(each.opens for stage in part.stages for each in stage.touchpoints):
        openings.hold(journey)
    changes = Changes()
    places = _Places(journey, part, changes)
    if _differs(journey, part, OWN):
        changes.changed.append(("journey", journey.code))
    _write(journey, part, OWN)
    places.take_off(at)
    for position, stage_part in enumerate(part.stages, start=1):
        stage = places.stage(stage_part, position)
        for place, touchpoint_part in enumerate(stage_part.touchpoints, start=1):
            places.touchpoint(touchpoint_part, stage, place)
    personas = places.known(Persona, part.personas, "persona")
    if _link(JourneyPersona, {"journey": journey}, "persona", personas):
        changes.changed.append(("journey", journey.code))
    _findings(journey, part, places)
    named = asked(part)
    unknown = questions.unknown(journey.program, {code for _kind, code in named})
    changes.not_asked = sorted((kind, code) for kind, code in named if code in unknown)
    if changes:
        Journey.objects.filter(pk=journey.pk).update(revision=F("revision") + 1)
    return changes


class _Places:
    """The stages and touchpoints of one journey, by code, those taken off too."""

    def __init__(self, journey: Journey, part: JourneyPart, changes: Changes) -> None:
        self.journey, self.part, self.changes = journey, part, changes
        self.program = journey.program
        self.stages = {each.code: each for each in Stage.objects.filter(journey=journey)}
        codes = [each.code for stage in part.stages for each in stage.touchpoints]
        rows = Touchpoint.objects.filter(program=self.program).select_related("stage")
        self.touchpoints = {each.code: each for each in rows.filter(stage__journey=journey)}
        elsewhere = rows.filter(code__in=codes).exclude(stage__journey=journey).first()
        if elsewhere is not None:
            raise DocumentError(
                _("The touchpoint %(code)s belongs to another journey.") % {"code": elsewhere.code},
                code="touchpoint-elsewhere",
                path=".stages",
            )

    def take_off(self, at: datetime) -> None:
        """Whatever the document does not name; the rest gives its place free until it gets a new one."""
        stages = {stage.code for stage in self.part.stages}
        touchpoints = {each.code for stage in self.part.stages for each in stage.touchpoints}
        for kind, rows, kept in (("touchpoint", self.touchpoints, touchpoints), ("stage", self.stages, stages)):
            for code, row in rows.items():
                if code not in kept and row.retired_at is None:
                    row.retired_at, row.position, row.revision = at, None, row.revision + 1
                    row.save(update_fields=["retired_at", "position", "revision"])
                    self.changes.taken_off.append((kind, code))

    def stage(self, part: StagePart, position: int) -> Stage:
        row = self.stages.get(part.code) or Stage(journey=self.journey, code=part.code)
        self._place("stage", row, part, position, OF_STAGE, is_moved=False)
        self.stages[part.code] = row
        return row

    def touchpoint(self, part: TouchpointPart, stage: Stage, position: int) -> None:
        row = self.touchpoints.get(part.code) or Touchpoint(program=self.program, code=part.code)
        is_moved = row.pk is not None and row.stage_id != stage.pk
        row.stage = stage
        opens = self.known(Journey, [part.opens] if part.opens else [], "journey")
        new = next(iter(opens), None)
        if new and (reason := self.journey.loop(new)):
            raise DocumentError(reason, code="journey-loop", path=f".{part.code}.opens")
        is_changed = row.opens_id != (new.pk if new else None)
        row.opens = new
        self._place("touchpoint", row, part, position, OF_TOUCHPOINT, is_moved=is_moved, is_changed=is_changed)
        self.touchpoints[part.code] = row
        streams = self.known(DataStream, part.streams, "stream")
        is_linked = _link(TouchpointStream, {"touchpoint": row}, "stream", streams)
        if _expect(row, part.expectations) or is_linked:
            self._note("touchpoint", row)

    def _place(
        self,
        kind: str,
        row: Any,
        part: msgspec.Struct,
        position: int,
        names: tuple[str, ...],
        *,
        is_moved: bool,
        is_changed: bool = False,
    ) -> None:
        is_new, was_off = row.pk is None, row.retired_at is not None
        is_moved = is_moved or (not is_new and not was_off and row.position != position)
        is_changed = is_changed or _differs(row, part, names)
        row.position, row.retired_at = position, None
        for name in names:
            setattr(row, name, getattr(part, name))
        if not (is_new or was_off or is_moved or is_changed):
            return
        if not is_new:
            row.revision += 1
        row.save()
        told = self.changes
        for found, into in (
            (is_new, told.added), (was_off, told.brought_back), (is_moved, told.moved),
            (is_changed and not is_new, told.changed),
        ):  # fmt: skip
            if found:
                into.append((kind, row.code))

    def _note(self, kind: str, row: Any) -> None:
        """What hangs on the row has changed; told once, and not of what is new anyway."""
        told, fact = self.changes, (kind, row.code)
        if fact not in told.added and fact not in told.brought_back and fact not in told.changed:
            told.changed.append(fact)
            row.revision += 1
            row.save(update_fields=["revision"])

    def new_finding(self, part: FindingPart, study: Study | None) -> Finding | None:
        """Not saved yet; None, and told, if the journey has no such place, not even off the map."""
        stage, touchpoint = self.stages.get(part.stage), self.touchpoints.get(part.touchpoint)
        if (part.stage and stage is None) or (part.touchpoint and touchpoint is None):
            self.changes.not_taken.append(("finding", part.touchpoint or part.stage))
            return None
        return Finding(
            program=self.program, journey=self.journey, stage=stage, touchpoint=touchpoint, study=study,
            kind=part.kind, texts=part.texts,
        )  # fmt: skip

    def known(self, model: type[Any], codes: Iterable[str], kind: str) -> set[Any]:
        """The program's rows with these codes; those that it does not have are told."""
        wanted = set(codes)
        rows = (
            {each.code: each for each in model.objects.filter(program=self.program, code__in=wanted)} if wanted else {}
        )
        self.changes.not_taken += [(kind, code) for code in sorted(wanted - rows.keys())]
        return set(rows.values())


def _differs(row: Any, part: msgspec.Struct, names: tuple[str, ...]) -> bool:
    return any(getattr(row, name) != getattr(part, name) for name in names)


def _write(row: Model, part: msgspec.Struct, names: tuple[str, ...]) -> None:
    if _differs(row, part, names):
        for name in names:
            setattr(row, name, getattr(part, name))
        row.save(update_fields=list(names))


def _link(through: type[Any], owner: dict[str, Model], name: str, wanted: set[Any]) -> bool:
    rows = {getattr(row, f"{name}_id"): row for row in through.objects.filter(**owner)}
    keys = {each.pk for each in wanted}
    for key, row in rows.items():
        if key not in keys:
            row.delete()
    for each in wanted:
        if each.pk not in rows:
            through.objects.create(**owner, **{name: each})
    return rows.keys() != keys


def _expect(touchpoint: Touchpoint, parts: list[ExpectationPart]) -> bool:
    is_changed = False
    rows = {row.valid_from: row for row in touchpoint.expectations.all()}
    for part in parts:
        row = rows.pop(part.valid_from, None) or Expectation(touchpoint=touchpoint, valid_from=part.valid_from)
        if (row.value, row.is_measured) != (part.value, part.is_measured) or row.pk is None:
            row.value, row.is_measured = part.value, part.is_measured
            row.save()
            is_changed = True
    for row in rows.values():
        row.delete()
    return is_changed or bool(rows)


def _findings(journey: Journey, part: JourneyPart, places: _Places) -> None:
    """Findings have no code: the same words at the same place by the same study are the same finding.

    What was found at a place that the document takes off the map stays, and is there again when the place is.
    """
    drawn = Drawn(part)
    rows: dict[bytes, list[Finding]] = defaultdict(list)
    for row in journey.findings.select_related("stage", "touchpoint", "study").order_by("pk"):
        rows[_identity(_finding_part(row), drawn)].append(row)
    studies = {each.code: each for each in places.known(Study, {f.study for f in part.findings} - {""}, "study")}
    for told in part.findings:
        each = told if told.study in studies or not told.study else msgspec.structs.replace(told, study="")
        same = rows.get(_identity(each, drawn), [])
        found = same.pop(0) if same else places.new_finding(drawn.placed(each) or each, studies.get(each.study))
        if found is None:
            continue
        if found.pk is None or (found.value, found.effort, found.state) != (each.value, each.effort, each.state):
            places.changes.changed.append(("finding", each.touchpoint or each.stage or journey.code))
            found.value, found.effort, found.state = each.value, each.effort, each.state
            found.save()
    for left in rows.values():
        for row in left:
            if drawn.placed(_finding_part(row)) is not None:
                places.changes.changed.append(("finding", row.touchpoint.code if row.touchpoint else journey.code))
                row.delete()


def _identity(each: FindingPart, drawn: Drawn) -> bytes:
    """What makes it the same finding."""
    each = drawn.placed(each) or each
    return canonical({"k": each.kind, "t": each.texts, "s": each.stage, "p": each.touchpoint, "y": each.study})
