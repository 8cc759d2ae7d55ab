"""Who is who in a CJML file: its actors as the three that the house knows, and who begins and receives a touchpoint."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from journeys.choices import Initiator, Receiver
from journeys.interchange.xml_tree import Node

END_USER, PROVIDER, ACTION = "endUser", "serviceProvider", "plannedAction"


@dataclass(frozen=True)
class ReadAs:
    """Something of the file that another tool may have meant otherwise; the one who takes it in is told."""

    line: int
    element: str
    name: str
    role: Initiator


@dataclass
class Cast:
    """The actors of one journey by their ids, and how they were read."""

    roles: dict[str, Initiator] = field(default_factory=lambda: {each.value: each for each in Initiator})
    read_as: list[ReadAs] = field(default_factory=list)


def cast(node: Node | None) -> Cast:
    """The actors of a journey. Every end user is the customer; the first provider is we, each other somebody else.

    A provider that bears an id of ours keeps it. Some tools write `actorIDref` for an actor of an earlier journey.
    """
    found = Cast()
    actors = [each for each in (node.children if node else ()) if each.name in (END_USER, PROVIDER)]
    ids = [actor_id(each) for each in actors]
    is_we_named = any(
        each.name == PROVIDER and identity == Initiator.ORGANISATION for each, identity in zip(actors, ids, strict=True)
    )
    for each, identity in zip(actors, ids, strict=True):
        if each.name == END_USER:
            role = Initiator.CUSTOMER
        elif identity in (Initiator.ORGANISATION, Initiator.PARTNER):
            role = Initiator(identity)
        else:
            role = Initiator.PARTNER if is_we_named else Initiator.ORGANISATION
            is_we_named = True
        name = next((child.text for child in each.children if child.text), "")
        if identity != role or name:
            found.read_as.append(ReadAs(each.line, each.name, ", ".join(filter(None, (identity, name))), role))
        found.roles[identity] = role
    return found


def actor_id(node: Node | None) -> str:
    attributes = node.attributes if node else {}
    return (attributes.get("actorID") or attributes.get("actorIDref") or "").strip()


def sides(node: Node, roles: Mapping[str, Initiator], name: str) -> tuple[Initiator, Receiver, list[ReadAs]]:
    """Who begins the touchpoint and who receives it; what the file does not say is the other side, and told."""
    began = roles.get(actor_id(node.first("initiator", "refersTo")))
    received = roles.get(actor_id(node.first("receiver", "refersTo")))
    told = []
    if began is None:
        began = Initiator.CUSTOMER if received is None else Initiator(across(received))
        told.append(ReadAs(node.line, "initiator", name, began))
    if node.name == ACTION:
        return began, Receiver.NOBODY, told
    if received is None:
        received = Initiator(across(began))
        told.append(ReadAs(node.line, "receiver", name, received))
    return began, Receiver(received.value), told


def across(side: str) -> str:
    """The other side: the customer's is we, everybody else's the customer."""
    return Initiator.ORGANISATION if side == Initiator.CUSTOMER else Initiator.CUSTOMER


def begins(point: Mapping[str, Any]) -> str:
    return point.get("initiator") or Initiator.CUSTOMER.value


def receives(point: Mapping[str, Any]) -> str:
    """Who receives it, or `nobody`."""
    return point.get("receiver") or str(across(begins(point)))


def lay_over(point: dict[str, Any], began: Initiator, received: Receiver) -> None:
    """What the file says, where it is not what the point says already in whichever way."""
    if (began, received) != (begins(point), receives(point)):
        point["initiator"] = began.value
        point["receiver"] = Receiver.OTHER_SIDE.value if received == across(began) else received.value
