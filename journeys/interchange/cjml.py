"""CJML 2.0 (SINTEF's Customer Journey Modelling Language) in XML: planned journeys in and out.

What CJML has no place for travels in one element of a namespace of our own, which other readers pass over. What they
change in the parts of CJML is laid over it when the file comes back; unchanged, the journey comes back as it was.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

from django.utils.text import slugify
from django.utils.translation import gettext as _

from journeys.choices import Channel, Initiator, Receiver
from journeys.interchange import cjml_actors
from journeys.interchange.cjml_actors import ACTION, Cast, ReadAs
from journeys.interchange.cjml_channels import IN, OUT
from journeys.interchange.xml_tree import Node, XmlError, parse
from journeys.services.document_parts import FORMAT, VERSION, DocumentError, canonical
from journeys.services.document_parts import read as read_document

NAMESPACE = "urn:cx-program:journey:1"
ROOT, OTHER_ROOT = "CJML", "cjml"
POINT = "plannedCommunicationPoint"
# What is read of a journey and of a touchpoint; whatever else says something is told as not taken.
OF_JOURNEY = frozenset(
    {"journeyID", "journeyTitle", "journeyPhases", "journeyShortSummary", "actors", "touchpoints", "document"}
)
OF_POINT = frozenset({"touchpointID", "belongsTo", "initiator", "receiver", "channel"})


@dataclass
class Read:
    """What a file holds: the planned journeys as documents.

    `not_taken` is (element, name, line) of what was left out; `read_as` what another tool may have meant otherwise.
    A text without a language is in `language`.
    """

    language: str = "en"
    documents: list[dict[str, Any]] = field(default_factory=list)
    not_taken: list[tuple[str, str, int]] = field(default_factory=list)
    read_as: list[ReadAs] = field(default_factory=list)

    @property
    def has_actual(self) -> bool:
        return any(element == "actualJourney" for element, _name, _line in self.not_taken)

    def leave_out(self, element: str, name: str, line: int) -> None:
        self.not_taken.append((element, name, line))

    def leave_out_unknown(self, node: Node, known: frozenset[str]) -> None:
        """Children that say something and are not read."""
        for child in node.children:
            if child.name not in known and (text := child.whole_text):
                self.leave_out(child.name, text, child.line)

    def short(self, text: str, limit: int, element: str, line: int) -> str:
        """The text as far as there is place for it; the rest is told."""
        if len(text) > limit:
            self.leave_out(element, text[limit:], line)
        return text[:limit]


_CODE = re.compile(r"[-a-zA-Z0-9_]{1,50}")


# --- out --------------------------------------------------------------------------------------
def write(document: Mapping[str, Any], *, language: str = "en") -> bytes:
    """The journey as a CJML file; a phase is described in the language, in English, or in whichever there is."""
    ElementTree.register_namespace("cx", NAMESPACE)
    root = ElementTree.Element(ROOT, {"version": "2.0"})
    journey = ElementTree.SubElement(root, "plannedJourney")
    _put(journey, "journeyID", document["code"])
    _put(journey, "journeyTitle", document["name"])
    _put(journey, "journeyShortSummary", document.get("description", ""))
    phases = ElementTree.SubElement(journey, "journeyPhases")
    for stage in document.get("stages", []):
        phase = ElementTree.SubElement(phases, "journeyPhase", {"phaseID": stage["code"]})
        _put(phase, "phaseName", stage["name"])
        goals = stage.get("goals", {})
        _put(phase, "phaseDescription", goals.get(_spoken(goals, language), ""))
    actors = ElementTree.SubElement(journey, "actors")
    for actor in Initiator:
        kind = cjml_actors.END_USER if actor == Initiator.CUSTOMER else cjml_actors.PROVIDER
        ElementTree.SubElement(actors, kind, {"actorID": actor})
    touchpoints = ElementTree.SubElement(journey, "touchpoints")
    for stage in document.get("stages", []):
        for each in stage.get("touchpoints", []):
            _touchpoint(touchpoints, stage["code"], each)
    _put(journey, f"{{{NAMESPACE}}}document", canonical(document).decode(), language=language)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _touchpoint(parent: ElementTree.Element, stage: str, each: Mapping[str, Any]) -> None:
    received = cjml_actors.receives(each)
    is_action = received == Receiver.NOBODY
    point = ElementTree.SubElement(parent, ACTION if is_action else POINT)
    _put(point, "touchpointID", each["code"])
    ElementTree.SubElement(point, "belongsTo", {"phaseIDref": stage})
    _side(point, "initiator", cjml_actors.begins(each), each["name"])
    if is_action:
        return
    _side(point, "receiver", received, each.get("receiver_name") or each["name"])
    channel = ElementTree.SubElement(point, "channel")
    _put(channel, "channelName", OUT[Channel(each["channels"][0])] if each.get("channels") else "")


def _side(point: ElementTree.Element, role: str, actor: str, label: str) -> None:
    side = ElementTree.SubElement(point, role)
    ElementTree.SubElement(side, "refersTo", {"actorIDref": actor})
    _put(side, f"{role}Label", label)


def _put(parent: ElementTree.Element, name: str, text: str, **attributes: str) -> None:
    ElementTree.SubElement(parent, name, attributes).text = _plain(text)


def _spoken(goals: Mapping[str, str], language: str) -> str:
    """The language of the goals that a file with place for one shows."""
    return next((each for each in (language, "en", *sorted(goals)) if goals.get(each)), language)


# --- in ---------------------------------------------------------------------------------------
def read(data: bytes, *, language: str = "en") -> Read:
    """The planned journeys of a file, whose texts are in `language`.

    Raises XmlError with the line; `cjml-dialect` for the small drawing dialects, `cjml-actual` if nothing is planned.
    """
    root = parse(data)
    if root.name == OTHER_ROOT:
        text = _("This is the drawing dialect with the root <cjml>; export it as CJML 2.0.")
        raise XmlError(text, code="cjml-dialect", line=root.line)
    if root.name != ROOT or root.attributes.get("version", "2.0") != "2.0":
        raise XmlError(_("This is not CJML 2.0."), code="cjml-invalid", line=root.line)
    found = Read(language)
    for child in root.children:
        if child.name == "plannedJourney":
            found.documents.append(_journey(child, found))
        else:
            found.leave_out(child.name, child.said("journeyID") or child.said("journeyTitle"), child.line)
    if not found.documents and found.has_actual:
        text = _("There are only actual journeys in the file; they come in as a log of events, in XES or CSV.")
        raise XmlError(text, code="cjml-actual", line=root.line)
    if not found.documents:
        raise XmlError(_("There is no planned journey in the file."), code="cjml-invalid", line=root.line)
    return found


def _journey(node: Node, found: Read) -> dict[str, Any]:
    own = node.first("document")
    document: dict[str, Any] = _own(own) if own else {"format": FORMAT, "version": VERSION}
    title = node.said("journeyTitle") or node.said("journeyID")
    if not title:
        raise XmlError(_("The journey has neither a title nor an id."), code="cjml-invalid", line=node.line)
    document.setdefault("code", _code(node.said("journeyID") or title))
    name = _kept(document.get("name", ""), node.said("journeyTitle"), title)
    document["name"] = found.short(name, 200, "journeyTitle", node.line)
    short, long = node.said("journeyShortSummary"), node.said("journeyLongSummary")
    if summary := short or long:
        told = _kept(document.get("description", ""), summary)
        document["description"] = found.short(told, 10_000, "journeyShortSummary", node.line)
    found.leave_out_unknown(node, OF_JOURNEY if short else OF_JOURNEY | {"journeyLongSummary"})
    actors = cjml_actors.cast(node.first("actors"))
    found.read_as += actors.read_as
    known_stages = {stage["code"]: stage for stage in document.get("stages", [])}
    known_points = {
        point["code"]: point for stage in document.get("stages", []) for point in stage.get("touchpoints", [])
    }
    language = own.attributes.get("language", "en") if own else found.language
    stages: dict[str, dict[str, Any]] = {}
    for phase in (node.first("journeyPhases") or node).all("journeyPhase"):
        code = _code(phase.attributes.get("phaseID", "").strip() or phase.said("phaseName"))
        if code in stages:
            raise XmlError(_("The phase %(id)s comes twice.") % {"id": code}, code="cjml-repeated", line=phase.line)
        stages[code] = _stage(phase, known_stages.get(code, {"code": code}), language, found)
    seen: set[str] = set()
    for point in (node.first("touchpoints") or Node("", node.line)).children:
        _place(point, stages, known_points, seen, actors, found)
    document["stages"] = [
        {key: value for key, value in stage.items() if key != "touchpoints" or value} for stage in stages.values()
    ]
    _drop_findings_of_what_is_gone(document, stages, seen)
    return document


def _stage(phase: Node, stage: dict[str, Any], language: str, found: Read) -> dict[str, Any]:
    """The stage as the phase says it, without touchpoints; `language` is that of its description."""
    name = _kept(stage.get("name", ""), phase.said("phaseName"), stage["code"])
    stage["name"] = found.short(name, 200, "phaseName", phase.line)
    goals: dict[str, str] = stage.get("goals", {})
    if goal := phase.said("phaseDescription"):
        spoken = _spoken(goals, language)
        goal = found.short(_kept(goals.get(spoken, ""), goal), 5_000, "phaseDescription", phase.line)
        stage["goals"] = goals | {spoken: goal}
    found.leave_out_unknown(phase, frozenset({"phaseName", "phaseDescription"}))
    return stage | {"touchpoints": []}


def _own(node: Node) -> dict[str, Any]:
    try:
        document = json.loads(node.text)
        read_document(document, is_kept=True)
    except (ValueError, DocumentError):
        raise XmlError(_("Our own part of the file is damaged."), code="cjml-invalid", line=node.line) from None
    return document


def _place(
    node: Node,
    stages: dict[str, dict[str, Any]],
    known: dict[str, dict[str, Any]],
    seen: set[str],
    actors: Cast,
    found: Read,
) -> None:
    """A touchpoint of the file in its stage; what has no phase stands in the last stage so far, or makes one."""
    if node.name not in (POINT, ACTION):
        found.leave_out(node.name, node.said("touchpointID"), node.line)
        return
    begun, received, comment = (
        node.said(*path) for path in (("initiator", "initiatorLabel"), ("receiver", "receiverLabel"), ("comment",))
    )
    identity = node.said("touchpointID") or begun or received or comment
    if not identity:
        raise XmlError(_("The touchpoint has neither an id nor a label."), code="cjml-invalid", line=node.line)
    code = _code(identity)
    if code in seen:
        raise XmlError(_("The touchpoint %(id)s comes twice.") % {"id": code}, code="cjml-repeated", line=node.line)
    seen.add(code)
    stage = _stage_of(node, stages)
    is_known = code in known
    point: dict[str, Any] = known.get(code, {"code": code})
    label = begun if is_known else begun or received or comment
    _name(point, node, label, received, is_known=is_known, found=found)
    began, receiving, told = cjml_actors.sides(node, actors.roles, ", ".join(filter(None, (code, label))))
    found.read_as += told
    cjml_actors.lay_over(point, began, receiving)
    _channel(node, point, found)
    is_comment_name = label == comment and not begun
    found.leave_out_unknown(node, OF_POINT | {"comment"} if is_comment_name else OF_POINT)
    stage["touchpoints"].append(point)


def _stage_of(node: Node, stages: dict[str, dict[str, Any]]) -> dict[str, Any]:
    belongs = node.first("belongsTo")
    phase = _code(belongs.attributes.get("phaseIDref", "").strip()) if belongs else ""
    if phase and phase not in stages:
        raise XmlError(_("There is no phase %(id)s.") % {"id": phase}, code="cjml-invalid", line=node.line)
    if not phase:
        phase = next(reversed(stages), "journey")
        stages.setdefault(phase, {"code": phase, "name": phase.capitalize(), "touchpoints": []})
    return stages[phase]


def _name(point: dict[str, Any], node: Node, label: str, received: str, *, is_known: bool, found: Read) -> None:
    """What it is called, and what the receiver calls it where that is another name."""
    was = point.get("receiver_name") or point.get("name", "")
    name = _kept(point.get("name", ""), label, point["code"])
    point["name"] = found.short(name, 200, "initiatorLabel", node.line)
    if received and received != (_plain(was).strip() if is_known else name):
        receiver = node.first("receiver", "receiverLabel")
        point["receiver_name"] = found.short(received, 200, "receiverLabel", receiver.line if receiver else node.line)


def _channel(node: Node, point: dict[str, Any], found: Read) -> None:
    channel = node.said("channel", "channelName") or node.said("channel")
    if not channel:
        return
    ours = IN.get(channel.lower(), Channel.OTHER).value
    if channel.lower() not in IN:
        found.leave_out("channelName", channel, node.line)
    if ours not in point.get("channels", []):
        point["channels"] = [ours]


def _drop_findings_of_what_is_gone(document: dict[str, Any], stages: Mapping[str, Any], points: set[str]) -> None:
    kept = [
        each
        for each in document.get("findings", [])
        if each.get("stage", "") in ("", *stages) and each.get("touchpoint", "") in ("", *points)
    ]
    if kept:
        document["findings"] = kept
    else:
        document.pop("findings", None)


def _code(identity: str) -> str:
    """A code that the house takes; ids of other tools hold blanks and signs."""
    identity = identity.strip()
    return identity if _CODE.fullmatch(identity) else slugify(identity)[:50] or "journey"


def _kept(known: str, text: str, otherwise: str = "") -> str:
    """What we know, where the file says the same as far as XML can; else the text, or what stands in its place."""
    return known if known and _plain(known).strip() == text else text or otherwise


def _plain(text: str) -> str:
    """XML has no place for most control characters; the document of ours keeps them escaped."""
    return "".join(c for c in text if c >= " " or c in "\t\n")
