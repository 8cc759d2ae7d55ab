"""What this room holds of a person: the customer's own row, identities, consents, episodes, interactions, merges."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Case, CharField, Min, QuerySet, Value, When
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxprogram.audit import forget
from journeys import source_words
from journeys.choices import ConsentState
from journeys.holdings import Entry, Holding, Traces, kept, register
from journeys.models import (
    CompetitorRating,
    Consent,
    Customer,
    CustomerIdentity,
    CustomerMerge,
    Episode,
    ErasureRecord,
    Interaction,
)

PROPERTIES = 6
EMPTY: dict[str, Any] = {"name": "", "email": "", "phone": "", "attributes": {}}


# --- the row itself ---------------------------------------------------------------------------
def _customers(rows: QuerySet) -> Iterable[dict[str, Any]]:
    for row in rows.select_related("unit", "account"):
        yield {
            "id": row.pk, "kind": row.kind, "name": row.name, "email": row.email, "phone": row.phone,
            "language": row.language, "attributes": row.attributes, "unit": row.unit.code if row.unit else None,
            "account": str(row.account) if row.account else None, "is_customer": row.is_customer,
            "is_fictitious": row.is_fictitious, "created_at": row.created_at, "merged_into": row.merged_into_id,
            "history": list(row.events.order_by("pgh_id").values(
                "pgh_created_at", "pgh_label", "name", "email", "phone", "language", "attributes"
            )),
        }  # fmt: skip


def _erase_customers(rows: QuerySet, traces: Traces) -> int:
    numbers = list(rows.values_list("pk", flat=True))
    count = rows.update(**EMPTY, sort_key="", language="", account=None, erased_at=traces.at)
    forget(Customer, numbers, **EMPTY, language="", account=None)
    return count


# --- identities -------------------------------------------------------------------------------
def _identities(rows: QuerySet) -> Iterable[dict[str, Any]]:
    return rows.order_by("pk").values("source", "value")


def _erase_identities(rows: QuerySet, traces: Traces) -> int:
    return rows.delete()[0]


# --- consents ---------------------------------------------------------------------------------
def _consents(rows: QuerySet) -> Iterable[dict[str, Any]]:
    for row in rows.select_related("text").order_by("at", "pk"):
        yield {
            "purpose": row.purpose, "state": row.state, "channel": row.channel, "at": row.at,
            "recorded_at": row.recorded_at, "source": row.source, "external_id": row.external_id,
            "text_version": row.text.version if row.text else None, "text_reference": row.reference,
            "text": row.text.texts if row.text else None, "legal_basis": row.text.legal_basis if row.text else None,
        }  # fmt: skip


def _erase_consents(rows: QuerySet, traces: Traces) -> int:
    """The word stays, without what the source called it and its text."""
    key = Concat(Value("erased-"), Cast("pk", CharField()))
    text = Case(When(reference="", then=Value("")), default=key)
    return rows.exclude(source="").update(external_id=key, reference=text)


def _consent_story(rows: QuerySet, limit: int) -> Iterable[Entry]:
    for row in rows.select_related("text").order_by("-at", "-pk")[:limit]:
        version = row.text.version if row.text else row.reference or "–"
        channel = source_words.channel(row.channel) or "–"
        detail = _("Text %(version)s, %(channel)s") % {"version": version, "channel": channel}
        tone = "good" if row.state == ConsentState.GRANTED else "bad"
        title = f"{row.get_purpose_display()}: {row.get_state_display()}"
        yield Entry(row.at, gettext_lazy("consent"), title, detail, tone=tone)


# --- episodes and interactions ----------------------------------------------------------------
def _episodes(rows: QuerySet) -> Iterable[dict[str, Any]]:
    return rows.order_by("started_at").values("journey__code", "context", "started_at", "ended_at")


def _erase_episodes(rows: QuerySet, traces: Traces) -> int:
    """The runs stay apart, without what the source called them."""
    return rows.exclude(context="").update(context=Concat(Value("erased-"), Cast("pk", CharField())))


def _interactions(rows: QuerySet) -> Iterable[dict[str, Any]]:
    return rows.order_by("at", "pk").values(
        "stream__code", "source", "external_id", "at", "type", "touchpoint__code", "unit__code", "channel", "value",
        "properties", "received_at",
    )  # fmt: skip


def _erase_interactions(rows: QuerySet, traces: Traces) -> int:
    """What happened stays, for the counts; whatever the source said beside it goes. The key's digest stays, so that
    the same interaction sent again is a repeat."""
    return rows.update(properties={}, external_id="")


def _interaction_story(rows: QuerySet, limit: int) -> Iterable[Entry]:
    for row in rows.select_related("stream", "touchpoint").order_by("-at")[:limit]:
        value = "" if row.value is None else f"{row.value.normalize():f}"
        told = [f"{name}: {said}" for name, said in row.properties.items() if isinstance(said, str | int | float)]
        parts = (
            row.stream.label,
            row.touchpoint.label if row.touchpoint else "",
            source_words.channel(row.channel),
            value,
            *told[:PROPERTIES],
        )
        title = source_words.event(row.type)
        yield Entry(row.at, gettext_lazy("interaction"), title, " · ".join(part for part in parts if part))


# --- us and others, side by side --------------------------------------------------------------
def _ratings(rows: QuerySet) -> Iterable[dict[str, Any]]:
    return rows.order_by("at", "pk").values(
        "source", "external_id", "competitor__code", "touchpoint__code", "context", "rating", "scale_low", "scale_high",
        "at",
    )  # fmt: skip


def _erase_ratings(rows: QuerySet, traces: Traces) -> int:
    """The ratings stay, those of one sitting together, under a key that the source never knew."""
    sittings = rows.values("source", "external_id").annotate(first=Min("pk")).order_by()
    return sum(
        rows.filter(source=each["source"], external_id=each["external_id"]).update(
            external_id=f"erased-{each['first']}", context=""
        )
        for each in list(sittings)
    )


# --- merges -----------------------------------------------------------------------------------
def _merges(rows: QuerySet) -> Iterable[dict[str, Any]]:
    return rows.order_by("pk").values("kept_id", "merged_id", "rule", "at", "before", "undone_at")


def _erase_merges(rows: QuerySet, traces: Traces) -> int:
    return rows.update(before={}, moved={})


def _merge_story(rows: QuerySet, limit: int) -> Iterable[Entry]:
    for row in rows.order_by("-at")[:limit]:
        title = _("Customer %(number)s was found to be this one") % {"number": row.merged_id}
        yield Entry(row.at, gettext_lazy("merge"), title, row.rule, tone="quiet")
        if row.undone_at:
            title = _("Customer %(number)s is apart again") % {"number": row.merged_id}
            yield Entry(row.undone_at, gettext_lazy("merge"), title, tone="quiet")


def _erasures(rows: QuerySet) -> Iterable[dict[str, Any]]:
    return rows.values("at", "counts")


def _contacts(rows: QuerySet) -> Iterable[dict[str, Any]]:
    """An account's contacts are people of their own: their numbers only."""
    return rows.order_by("pk").values("id")


def register_all() -> None:
    register(
        Holding("customer", Customer, _customers, _erase_customers, lookup="pk", moves=False),
        Holding("identities", CustomerIdentity, _identities, _erase_identities),
        Holding("consents", Consent, _consents, _erase_consents, story=_consent_story),
        Holding("episodes", Episode, _episodes, _erase_episodes),
        Holding("interactions", Interaction, _interactions, _erase_interactions, story=_interaction_story),
        Holding("competitor_ratings", CompetitorRating, _ratings, _erase_ratings),
        Holding("contacts", Customer, _contacts, kept, lookup="account"),
        Holding("merges", CustomerMerge, _merges, _erase_merges, lookup="kept", moves=False, story=_merge_story),
        Holding("merged", CustomerMerge, _merges, _erase_merges, lookup="merged", moves=False),
        Holding("merged_rows", Customer, _contacts, kept, lookup="merged_into", moves=False),
        Holding("erasures", ErasureRecord, _erasures, kept, moves=False),
    )
