"""What asking holds of a person: invitations, planned asks, the ledger of decisions, stopped addresses."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Cast, Concat, Lower
from django.utils.translation import gettext_lazy

from feedback import contact_words
from feedback.choices import AskStatus, DecisionOutcome, DecisionReason, InvitationStatus
from feedback.models import ContactDecision, EmailClick, Invitation, PlannedAsk, StoppedAddress, SurveyDraft
from feedback.services import not_drawn
from feedback.services.decisions import address_hash
from journeys.holdings import Entry, Holding, Imprint, Tale, Traces, register

MAX_WAVES = 1_000
TONES = {
    DecisionOutcome.ASKED.value: "",
    DecisionOutcome.SKIPPED.value: "quiet",
    DecisionOutcome.DELAYED.value: "quiet",
}


# --- invitations ------------------------------------------------------------------------------
def _invitations(rows: QuerySet) -> Iterable[dict[str, Any]]:
    return rows.order_by("pk").values(
        "survey__slug", "source", "external_id", "address", "channel", "language", "touchpoint__code", "event_key",
        "context", "status", "created_at", "sent_at", "opened_at", "reminded_at", "answered_at", "unsubscribed_at",
    )  # fmt: skip


def _erase_invitations(rows: QuerySet, traces: Traces) -> int:
    """That somebody was asked stays, for the figures; who and where goes, and nothing is sent any more."""
    numbers = list(rows.values_list("pk", flat=True))
    SurveyDraft.objects.filter(invitation__in=numbers).delete()
    EmailClick.objects.filter(invitation__in=numbers).update(user_agent="")
    its = Invitation.objects.filter(pk__in=numbers)
    waiting = (InvitationStatus.PLANNED, InvitationStatus.SENDING)
    its.filter(status__in=waiting).update(status=InvitationStatus.CANCELLED, leased_until=None)
    named = [pk for pk, key in its.values_list("pk", "external_id") if traces.are_in(key)]
    its.filter(pk__in=named).update(external_id=Concat(Value("erased-"), Cast("pk", CharField())))
    return its.update(address="", context={}, event_key="", last_error="", customer=None)


# --- planned asks -----------------------------------------------------------------------------
def _asks(rows: QuerySet) -> Iterable[dict[str, Any]]:
    return rows.order_by("pk").values("plan__name", "cause", "reminder", "context", "due_at", "until", "status")


def _erase_asks(rows: QuerySet, traces: Traces) -> int:
    rows.filter(status=AskStatus.WAITING).update(status=AskStatus.SKIPPED)
    return rows.update(context={})


# --- the ledger -------------------------------------------------------------------------------
def _decisions(rows: QuerySet) -> Iterable[dict[str, Any]]:
    return rows.order_by("pk").values(
        "at", "kind", "plan__name", "survey__slug", "channel", "purpose", "cause", "outcome", "reason", "rule__code",
        "broken", "eligible_at",
    )  # fmt: skip


def _erase_decisions(rows: QuerySet, traces: Traces) -> int:
    """Why somebody was or was not asked stays; it names nobody, and the customer is empty."""
    return rows.update(address_hash=None)


def _decision_story(rows: QuerySet, limit: int) -> Iterable[Entry]:
    for row in rows.select_related("survey", "plan", "rule").order_by("-at", "-pk")[:limit]:
        title, detail = contact_words.title(row), contact_words.detail(row)
        yield Entry(row.at, gettext_lazy("contact"), title, detail, tone=TONES[row.outcome])


# --- who was not drawn ------------------------------------------------------------------------
def _not_drawn_story(customers: Sequence[int], limit: int) -> Iterable[Entry]:
    for wave in not_drawn.waves(customers, limit=limit):
        title, detail = contact_words.not_drawn(wave)
        yield Entry(wave.at, gettext_lazy("contact"), title, detail, tone="quiet")


def _export_not_drawn(program: int, traces: Traces) -> Iterable[dict[str, Any]]:
    for wave in not_drawn.waves(traces.customers, limit=MAX_WAVES):
        yield {"at": wave.at, "plan": wave.plan.name, "wave": wave.number, "reason": DecisionReason.NOT_DRAWN.value}


def _nothing_of_theirs(program: int, traces: Traces) -> int:
    """A bit at the number of a customer who is empty names nobody."""
    return 0


# --- addresses --------------------------------------------------------------------------------
def _erase_addresses(program: int, traces: Traces) -> int:
    hashes = [address_hash(text) for text in traces.texts]
    return StoppedAddress.objects.filter(program=program, address_hash__in=hashes).delete()[0]


def _erase_strangers(program: int, traces: Traces) -> int:
    """Invitations of lists, which know no customer, to an address of this one."""
    addresses = [text for text in traces.texts if "@" in text or text.startswith("+")]
    rows = Invitation.objects.filter(program=program, customer=None).exclude(address="")
    return _erase_invitations(rows.alias(folded=Lower("address")).filter(folded__in=addresses), traces)


def register_all() -> None:
    register(
        Holding("invitations", Invitation, _invitations, _erase_invitations),
        # An ask stays with whom it was drawn for: the other may have been drawn too.
        Holding("planned_asks", PlannedAsk, _asks, _erase_asks, moves=False),
        Holding("contact_decisions", ContactDecision, _decisions, _erase_decisions, story=_decision_story),
        Imprint("stopped_addresses", _erase_addresses),
        Imprint("not_drawn", _nothing_of_theirs, _export_not_drawn),
        Tale("not_drawn", _not_drawn_story),
        Imprint("invitations_of_lists", _erase_strangers),
    )
