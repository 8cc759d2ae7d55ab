"""The columns of tables that known systems write, by their ids: what each becomes."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Preset:
    """The columns of a known table, by their ids: for each field the first that the file has."""

    fields: dict[str, tuple[str, ...]]
    at: tuple[str, ...] = ()
    closed_at: tuple[str, ...] = ()
    changed_at: tuple[str, ...] = ()  # of a case that is over, where nothing tells since when: the last time known
    constants: dict[str, str] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    skip: tuple[tuple[str, tuple[str, ...], str], ...] = ()
    zone: str = "UTC"
    table: str = ""  # where keys of several tables of a system would meet in one kind of rows


EVENT_LOG = Preset(
    {"case": ("case:concept:name",), "type": ("concept:name",), "channel": ("channel",)}, at=("time:timestamp",)
)
PRESETS: dict[str, Preset] = {
    "zendesk-tickets": Preset(
        {
            "external_id": ("id",), "customer": ("requester_id",), "status": ("status",), "subject": ("subject",),
            "text": ("description",), "channel": ("via_channel",), "priority": ("priority",),
        },
        at=("created_at",),
        changed_at=("updated_at",),
        skip=(("status", ("deleted",), "deleted cases"),),
    ),
    "zendesk-comments": Preset(
        {"external_id": ("id",), "customer": ("user_id",), "case": ("ticket_id",), "text": ("body",)},
        at=("created", "created_at"),
        constants={"type": "comment"},
        table="comment",
    ),
    "zendesk-users": Preset(
        {
            "external_id": ("id",), "email": ("email",), "name": ("name",), "phone": ("phone",),
            "account": ("organization_id",),
        },
        skip=(("role", ("agent", "admin"), "own people"),),
    ),
    "zendesk-organizations": Preset({"external_id": ("id",), "name": ("name",)}),
    "zendesk-ratings": Preset(
        {
            "external_id": ("id",), "rating": ("score",), "text": ("comment",), "customer": ("requester_id",),
        },
        at=("created_at",),
        codes={"rating": {"good": "1", "bad": "0"}},
        skip=(("score", ("offered", "unoffered"), "asked, not rated"),),
    ),
    "zendesk-history": Preset(
        {"case": ("ticket_id",), "type": ("field_name",), "customer": ("user_id",)}, at=("updated",)
    ),
    "zendesk-chat-events": Preset(
        {"case": ("chat_id",), "type": ("type",), "customer": ("actor_id",), "text": ("message",)}, at=("created_at",)
    ),
    "hubspot-contacts": Preset(
        {
            "external_id": ("record id", "contact id", "hs_object_id"), "email": ("email",),
            "phone": ("phone number", "phone"), "first_name": ("first name", "firstname"),
            "last_name": ("last name", "lastname"), "language": ("preferred language", "hs_language"),
            "account": ("associated company domain", "associated company id", "associatedcompanyid"),
        },
        zone="",
    ),
    "hubspot-companies": Preset(
        {
            "external_id": ("record id", "company id", "hs_object_id"), "name": ("company name", "name"),
            "domain": ("company domain name", "domain"), "phone": ("phone number", "phone"),
        },
        zone="",
    ),
    "hubspot-deals": Preset(
        {
            "external_id": ("record id", "deal id", "hs_object_id"), "customer": ("associated contact email",),
            "value": ("amount",),
        },
        at=("create date", "createdate"),
        constants={"type": "deal"},
        zone="",
        table="deal",
    ),
    "hubspot-activities": Preset(
        {
            "external_id": ("record id", "activity id"), "customer": ("associated contact email",),
            "type": ("activity type",), "text": ("notes/description",),
        },
        at=("activity date",),
        zone="",
        table="activity",
    ),
    "hubspot-tickets": Preset(
        {
            "external_id": ("record id", "ticket id", "hs_object_id"), "customer": ("associated contact email",),
            "status": ("ticket status", "hs_pipeline_stage"), "subject": ("ticket name", "subject"),
            "text": ("ticket description", "content"), "channel": ("ticket source", "source", "source_type"),
            "priority": ("ticket priority", "priority", "hs_ticket_priority"),
        },
        at=("create date", "createdate"),
        closed_at=("close date", "closed_date"),
        zone="",
    ),
    "segment": Preset(
        {
            "external_id": ("message_id", "id"), "customer": ("user_id", "anonymous_id"), "type": ("event", "name"),
            "channel": ("channel",),
        },
        at=("timestamp", "original_timestamp", "received_at", "sent_at"),
        constants={"type": "page"},
    ),
    "event-log": EVENT_LOG,
    "xes": EVENT_LOG,
}  # fmt: skip
