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

from journeys.choices import Channel, Initiator
from journeys.interchange.xml_tree import Node, XmlError, parse
from journeys.services.document_parts import FORMAT, VERSION, canonical

NAMESPACE = "urn:cx-program:journey:1"
ROOT, OTHER_ROOT = "CJML", "cjml"
CUSTOMER, ORGANISATION, PARTNER = "customer", "organisation", "partner"

# Our channels and CJML's names for them; what others write is read whatever its capitals.
OUT = {
    Channel.IN_PERSON: "faceToFace", Channel.COUNTER: "ServiceDesk", Channel.SHOP: "ShopCounter",
    Channel.PHONE: "phone", Channel.E_MAIL: "email", Channel.SMS: "sms", Channel.LETTER: "letter",
    Channel.PARCEL: "Parcel", Channel.WEB: "internetViaPC", Channel.APP: "appOnSmartphone", Channel.CHAT: "chat",
    Channel.SOCIAL: "message", Channel.MACHINE: "selfServiceMachine", Channel.PAYMENT: "Payment Channel",
    Channel.SIGN: "Sign", Channel.OTHER: "Unknown",
}  # fmt: skip
IN = {name.lower(): channel for channel, name in OUT.items()} | {
    "apponpc": Channel.APP, "appontablet": Channel.APP, "internetviaphone": Channel.WEB,
}  # fmt: skip


@dataclass
class Read:
    """What a file holds: the planned journeys as documents, and (element, name, line) of what was not taken."""

    documents: list[dict[str, Any]] = field(default_factory=list)
    not_taken: list[tuple[str, str, int]] = field(default_factory=list)


_CODE = re.compile(r"[-a-zA-Z0-9_]{1,50}")


# --- out --------------------------------------------------------------------------------------
def write(document: Mapping[str, Any]) -> bytes:
    """The journey as a CJML file."""
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
        _put(phase, "phaseDescription", stage.get("goals", {}).get("en", ""))
    actors = ElementTree.SubElement(journey, "actors")
    ElementTree.SubElement(actors, "endUser", {"actorID": CUSTOMER})
    for actor in (ORGANISATION, PARTNER):
        ElementTree.SubElement(actors, "serviceProvider", {"actorID": actor})
    touchpoints = ElementTree.SubElement(journey, "touchpoints")
    for stage in document.get("stages", []):
        for each in stage.get("touchpoints", []):
            _touchpoint(touchpoints, stage["code"], each)
    _put(journey, f"{{{NAMESPACE}}}document", canonical(document).decode())
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _touchpoint(parent: ElementTree.Element, stage: str, each: Mapping[str, Any]) -> None:
    point = ElementTree.SubElement(parent, "plannedCommunicationPoint")
    _put(point, "touchpointID", each["code"])
    ElementTree.SubElement(point, "belongsTo", {"phaseIDref": stage})
    initiator = each.get("initiator", Initiator.CUSTOMER.value)
    receiver = CUSTOMER if initiator != Initiator.CUSTOMER else ORGANISATION
    for role, actor in (("initiator", initiator), ("receiver", receiver)):
        side = ElementTree.SubElement(point, role)
        ElementTree.SubElement(side, "refersTo", {"actorIDref": actor})
        _put(side, f"{role}Label", each["name"])
    channel = ElementTree.SubElement(point, "channel")
    _put(channel, "channelName", OUT[Channel(each["channels"][0])] if each.get("channels") else "")


def _put(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, name).text = _plain(text)


# --- in ---------------------------------------------------------------------------------------
def read(data: bytes) -> Read:
    """The planned journeys of a file. Raises XmlError with the line; `cjml-dialect` for the small drawing dialects."""
    root = parse(data)
    if root.name == OTHER_ROOT:
        text = _("This is the drawing dialect with the root <cjml>; export it as CJML 2.0.")
        raise XmlError(text, code="cjml-dialect", line=root.line)
    if root.name != ROOT or root.attributes.get("version", "2.0") != "2.0":
        raise XmlError(_("This is not CJML 2.0."), code="cjml-invalid", line=root.line)
    found = Read()
    for child in root.children:
        if child.name == "plannedJourney":
            found.documents.append(_journey(child, found))
        else:
            found.not_taken.append((child.name, child.said("journeyID") or child.said("journeyTitle"), child.line))
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
    document["name"] = _kept(document.get("name", ""), node.said("journeyTitle"), title)[:200]
    if summary := node.said("journeyShortSummary") or node.said("journeyLongSummary"):
        document["description"] = _kept(document.get("description", ""), summary)[:10_000]
    known_stages = {stage["code"]: stage for stage in document.get("stages", [])}
    known_points = {
        point["code"]: point for stage in document.get("stages", []) for point in stage.get("touchpoints", [])
    }
    phases = list((node.first("journeyPhases") or node).all("journeyPhase"))
    stages: dict[str, dict[str, Any]] = {}
    for phase in phases:
        code = _code(phase.attributes.get("phaseID", "").strip() or phase.said("phaseName"))
        if code in stages:
            raise XmlError(_("The phase %(id)s comes twice.") % {"id": code}, code="cjml-repeated", line=phase.line)
        stage: dict[str, Any] = known_stages.get(code, {"code": code})
        stage["name"] = _kept(stage.get("name", ""), phase.said("phaseName"), code)[:200]
        goals: dict[str, str] = stage.get("goals", {})
        if goal := phase.said("phaseDescription"):
            stage["goals"] = goals | {"en": _kept(goals.get("en", ""), goal)[:5_000]}
        stages[code] = stage | {"touchpoints": []}
    seen: set[str] = set()
    for point in (node.first("touchpoints") or Node("", node.line)).children:
        _place(point, stages, known_points, seen, found)
    document["stages"] = [
        {key: value for key, value in stage.items() if key != "touchpoints" or value} for stage in stages.values()
    ]
    _drop_findings_of_what_is_gone(document, stages, seen)
    return document


def _own(node: Node) -> dict[str, Any]:
    try:
        document = json.loads(node.text)
    except ValueError:
        raise XmlError(_("Our own part of the file is damaged."), code="cjml-invalid", line=node.line) from None
    if not isinstance(document, dict):
        raise XmlError(_("Our own part of the file is damaged."), code="cjml-invalid", line=node.line)
    return document


def _place(
    node: Node, stages: dict[str, dict[str, Any]], known: dict[str, dict[str, Any]], seen: set[str], found: Read
) -> None:
    """A touchpoint of the file in its stage; what has no phase stands in the last stage so far, or makes one."""
    if node.name not in ("plannedCommunicationPoint", "plannedAction"):
        found.not_taken.append((node.name, node.said("touchpointID"), node.line))
        return
    label = node.said("initiator", "initiatorLabel") or node.said("receiver", "receiverLabel") or node.said("comment")
    identity = node.said("touchpointID") or label
    if not identity:
        raise XmlError(_("The touchpoint has neither an id nor a label."), code="cjml-invalid", line=node.line)
    code = _code(identity)
    if code in seen:
        raise XmlError(_("The touchpoint %(id)s comes twice.") % {"id": code}, code="cjml-repeated", line=node.line)
    seen.add(code)
    belongs = node.first("belongsTo")
    phase = _code(belongs.attributes.get("phaseIDref", "").strip()) if belongs else ""
    if phase and phase not in stages:
        raise XmlError(_("There is no phase %(id)s.") % {"id": phase}, code="cjml-invalid", line=node.line)
    if not phase:
        phase = next(reversed(stages), "journey")
        stages.setdefault(phase, {"code": phase, "name": phase.capitalize(), "touchpoints": []})
    point: dict[str, Any] = known.get(code, {"code": code})
    point["name"] = _kept(point.get("name", ""), label, code)[:200]
    refers = node.first("initiator", "refersTo")
    actor = refers.attributes.get("actorIDref", "").strip() if refers else ""
    if actor in Initiator.values and actor != point.get("initiator", Initiator.CUSTOMER.value):
        point["initiator"] = actor
    channel = node.said("channel", "channelName") or node.said("channel")
    if channel:
        ours = IN.get(channel.lower(), Channel.OTHER).value
        if channel.lower() not in IN:
            found.not_taken.append(("channelName", channel, node.line))
        if ours not in point.get("channels", []):
            point["channels"] = [ours]
    stages[phase]["touchpoints"].append(point)


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
