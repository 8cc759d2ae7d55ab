"""What a journey's document consists of: its parts, how it is read and checked, and how two of them differ."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

import msgspec
from django.utils.translation import gettext as _
from msgspec import Meta

from cxprogram.errors import DomainError
from journeys.choices import (
    Aspect,
    Channel,
    Evidence,
    ExpectationForm,
    FindingKind,
    FindingState,
    Initiator,
    JourneyLevel,
    Receiver,
    Truth,
)
from journeys.services import document_words

FORMAT, VERSION = "cx-journey", 1

Code = Annotated[str, Meta(min_length=1, max_length=50, pattern=r"^[-a-zA-Z0-9_]+$")]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Texts = dict[Annotated[str, Meta(max_length=5)], Annotated[str, Meta(max_length=5_000)]]
OneToFive = Annotated[int, Meta(ge=1, le=5)] | None


class DocumentError(DomainError):
    """The document is no journey; `path` says where."""

    code = "journey-document-invalid"


class _Part(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    pass


class ExpectationPart(_Part):
    value: float
    valid_from: date
    is_measured: bool = False


class TouchpointPart(_Part):
    code: Code
    name: Name
    names: Texts = {}
    question_code: Annotated[str, Meta(max_length=60)] = ""
    aspect: str = ""
    truth: str = ""
    truth_reason: Annotated[str, Meta(max_length=300)] = ""
    team: Annotated[str, Meta(max_length=100)] = ""
    problem_codes: list[int] = []
    opens: str = ""
    channels: list[str] = []
    initiator: str = Initiator.CUSTOMER.value
    receiver: str = Receiver.OTHER_SIDE.value
    receiver_name: Annotated[str, Meta(max_length=200)] = ""
    promises: Texts = {}
    tones: Texts = {}
    streams: list[str] = []
    expectation_question: Annotated[str, Meta(max_length=60)] = ""
    expectation_form: str = ""
    expectations: list[ExpectationPart] = []


class StagePart(_Part):
    code: Code
    name: Name
    names: Texts = {}
    goals: Texts = {}
    goal_evidence: str = Evidence.ASSUMED.value
    actions: Texts = {}
    thoughts: Texts = {}
    problem_question: Annotated[str, Meta(max_length=60)] = ""
    problems: dict[str, Any] = {}
    touchpoints: list[TouchpointPart] = []


class FindingPart(_Part):
    kind: str
    texts: Texts = {}
    stage: str = ""
    touchpoint: str = ""
    study: str = ""
    value: OneToFive = None
    effort: OneToFive = None
    state: str = FindingState.OPEN.value


class JourneyPart(_Part):
    code: Code
    name: Name
    format: str = FORMAT
    version: int = VERSION
    names: Texts = {}
    level: str = JourneyLevel.JOURNEY.value
    description: Annotated[str, Meta(max_length=10_000)] = ""
    evidence: str = Evidence.ASSUMED.value
    evidence_note: Texts = {}
    personas: list[str] = []
    stages: Annotated[list[StagePart], Meta(max_length=200)] = []
    findings: Annotated[list[FindingPart], Meta(max_length=5_000)] = []


OWN = ("name", "names", "level", "description", "evidence", "evidence_note")
OF_STAGE = ("name", "names", "goals", "goal_evidence", "actions", "thoughts", "problem_question", "problems")
OF_TOUCHPOINT = (
    "name", "names", "question_code", "aspect", "truth", "truth_reason", "team", "problem_codes", "channels",
    "initiator", "receiver", "receiver_name", "promises", "tones", "expectation_question", "expectation_form",
)  # fmt: skip
CHOICES: Mapping[str, Iterable[str]] = {
    "level": JourneyLevel.values,
    "evidence": Evidence.values,
    "goal_evidence": Evidence.values,
    "aspect": ["", *Aspect.values],
    "truth": Truth.values,
    "initiator": Initiator.values,
    "receiver": Receiver.values,
    "expectation_form": ["", *ExpectationForm.values],
    "kind": FindingKind.values,
    "state": FindingState.values,
}


@dataclass(frozen=True)
class Difference:
    """One thing that two documents say differently; `before` or `after` is None where only one has the part."""

    part: str  # journey, stage, touchpoint, finding
    code: str
    field: str
    before: Any
    after: Any


def canonical(document: Mapping[str, Any]) -> bytes:
    """One writing of one document."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def fingerprint(document: Mapping[str, Any]) -> str:
    """The SHA-256 of the document's one writing."""
    return hashlib.sha256(canonical(document)).hexdigest()


# --- reading ----------------------------------------------------------------------------------
def read(document: Any, *, is_kept: bool = False) -> JourneyPart:
    """The document as parts; raises DocumentError, whose `path` says where, for what is no journey.

    A version that is kept here (`is_kept`) tells of findings whose place was off the map, too; a file does not.
    """
    try:
        part = msgspec.convert(document, JourneyPart)
    except msgspec.ValidationError as error:
        text, path = document_words.refusal(str(error))
        raise DocumentError(text, path=path) from None
    if (part.format, part.version) != (FORMAT, VERSION):
        raise _error(_("This is no journey of a version that is known here."), ".format")
    _check(part, "")
    seen: set[str] = set()
    for s, stage in enumerate(part.stages):
        _check(stage, f".stages[{s}]")
        for t, touchpoint in enumerate(stage.touchpoints):
            where = f".stages[{s}].touchpoints[{t}]"
            _check(touchpoint, where)
            if unknown := set(touchpoint.channels) - set(Channel.values):
                raise _error(_("There is no channel %(name)s.") % {"name": min(unknown)[:60]}, f"{where}.channels")
            if len({each.valid_from for each in touchpoint.expectations}) < len(touchpoint.expectations):
                raise _error(_("Two expectations hold from one day."), f"{where}.expectations")
            if touchpoint.code in seen:
                raise _error(_("The code %(code)s comes twice.") % {"code": touchpoint.code}, f"{where}.code")
            seen.add(touchpoint.code)
    codes = [stage.code for stage in part.stages]
    if len(set(codes)) < len(codes):
        twice = next(code for code in codes if codes.count(code) > 1)
        raise _error(_("The code %(code)s comes twice.") % {"code": twice}, ".stages")
    for f, finding in enumerate(part.findings):
        _check(finding, f".findings[{f}]")
        if not is_kept and (finding.stage not in ("", *codes) or finding.touchpoint not in ("", *seen)):
            raise _error(_("The finding is of a place that the journey does not have."), f".findings[{f}]")
    return part


class Drawn:
    """The places that a journey's document has."""

    def __init__(self, part: JourneyPart) -> None:
        self.stages = {stage.code for stage in part.stages}
        self.touchpoints = {each.code for stage in part.stages for each in stage.touchpoints}

    def placed(self, finding: FindingPart) -> FindingPart | None:
        """The finding as it is told of this map; None if its place is off it. A touchpoint's own place is where it
        stands now, whichever stage the finding was made in."""
        stage = finding.stage if finding.stage in self.stages else ""
        if finding.touchpoint not in ("", *self.touchpoints) or (finding.stage and not (stage or finding.touchpoint)):
            return None
        return finding if stage == finding.stage else msgspec.structs.replace(finding, stage=stage)


def _check(part: msgspec.Struct, path: str) -> None:
    """Choices are among their values; no text holds what cannot be stored."""
    for name in part.__struct_fields__:
        value = getattr(part, name)
        if name in CHOICES and value not in CHOICES[name]:
            raise _error(_("%(value)s is not among the choices.") % {"value": str(value)[:60]}, f"{path}.{name}")
        is_nested = isinstance(value, list) and any(isinstance(each, msgspec.Struct) for each in value)
        if not is_nested and not _is_storable(value):
            raise _error(_("The text holds characters that cannot be stored."), f"{path}.{name}")


def _is_storable(value: Any) -> bool:
    """No NUL, and no half of a character: PostgreSQL takes neither."""
    try:
        return b"\\u0000" not in json.dumps(value, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        return False


def _error(text: str, path: str) -> DocumentError:
    return DocumentError(text, path=path or "/")


def asked(part: JourneyPart) -> set[tuple[str, str]]:
    """The questions that the journey names, each with the kind of part that names it."""
    found = {("stage", stage.problem_question) for stage in part.stages}
    for stage in part.stages:
        for each in stage.touchpoints:
            found |= {("touchpoint", each.question_code), ("touchpoint", each.expectation_question)}
    return {(kind, code) for kind, code in found if code}


# --- comparing --------------------------------------------------------------------------------
def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """What the second document says differently, part by part in the order of the map; both may be kept versions."""
    old, new = read(before, is_kept=True), read(after, is_kept=True)
    found = _compared("journey", new.code, old, new, {"stages", "findings", "format", "version", "code"})
    stages_old, stages_new = ({each.code: each for each in part.stages} for part in (old, new))
    points_old, points_new = (
        {each.code: (each, stage.code) for stage in part.stages for each in stage.touchpoints} for part in (old, new)
    )
    for code in [*stages_new, *(code for code in stages_old if code not in stages_new)]:
        found += _compared("stage", code, stages_old.get(code), stages_new.get(code), {"touchpoints", "code"})
    for code in [*points_new, *(code for code in points_old if code not in points_new)]:
        was, is_ = points_old.get(code), points_new.get(code)
        found += _compared("touchpoint", code, was and was[0], is_ and is_[0], {"code"})
        if was and is_ and was[1] != is_[1]:
            found.append(Difference("touchpoint", code, "stage", was[1], is_[1]))
    order_old, order_new = ([each.code for stage in part.stages for each in stage.touchpoints] for part in (old, new))
    kept = [code for code in order_old if code in points_new]
    if kept != [code for code in order_new if code in points_old]:
        found.append(Difference("journey", new.code, "order", order_old, order_new))
    texts_old, texts_new = ([msgspec.to_builtins(each) for each in part.findings] for part in (old, new))
    found += [Difference("finding", f.get("touchpoint", ""), "", f, None) for f in texts_old if f not in texts_new]
    found += [Difference("finding", f.get("touchpoint", ""), "", None, f) for f in texts_new if f not in texts_old]
    return found


def _compared(part: str, code: str, old: Any, new: Any, without: set[str]) -> list[Difference]:
    if old is None or new is None:
        return [Difference(part, code, "", old and old.name, new and new.name)]
    return [
        Difference(part, code, name, getattr(old, name), getattr(new, name))
        for name in new.__struct_fields__
        if name not in without and getattr(old, name) != getattr(new, name)
    ]
