"""GET /api/v1/contact-decisions/: why a customer was or was not asked. POST /api/v1/bounces/: what came back."""

from datetime import datetime
from typing import Annotated, Any, Literal, cast

import msgspec
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from cxprogram import api_bodies, api_schema
from cxprogram.access import Right
from cxprogram.api_base import ApiView, ParameterError, asked_program, page, reply
from cxprogram.errors import NotFoundError
from feedback.choices import BounceKind, DecisionOutcome
from feedback.models import ContactDecision
from feedback.services import bounces, not_drawn
from journeys.models import Customer
from journeys.services import subjects

MAX_ID = 2**63 - 1
MAX_WAVES = 100


class ContactDecisionRow(msgspec.Struct):
    """One decision on one wish to contact a customer."""

    id: int
    at: datetime
    customer: Annotated[int | None, msgspec.Meta(description="The customer's number.")]
    kind: Literal["invitation", "reminder", "transactional"]
    outcome: Literal["asked", "skipped", "delayed"]
    reason: Annotated[str, msgspec.Meta(description="Why not, or not yet; empty if asked.")]
    rule: Annotated[str | None, msgspec.Meta(description="Code of the contact rule that decided.")]
    broken: Annotated[list[str], msgspec.Meta(description="Codes of all rules that stood against it.")]
    eligible_at: Annotated[datetime | None, msgspec.Meta(description="From then on no rule stands against it.")]
    plan: int | None
    wave: int | None
    survey: str | None
    channel: str
    cause: str


class NotDrawnRow(msgspec.Struct):
    """One wave that had the customer in its base and did not draw them."""

    at: datetime
    customer: int
    outcome: Literal["skipped"]
    reason: Literal["not-drawn"]
    plan: int
    wave: int
    survey: str


class NotDrawnList(msgspec.Struct):
    results: list[NotDrawnRow]


class BounceBody(msgspec.Struct, forbid_unknown_fields=True):
    """One message that came back."""

    address: Annotated[str, msgspec.Meta(max_length=254)]
    kind: Literal["hard", "soft", "complaint"] = "hard"
    at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    detail: Annotated[str, msgspec.Meta(max_length=1000)] = ""


class BounceTaken(msgspec.Struct):
    """What is known of the address now."""

    id: int
    kind: Literal["hard", "soft", "complaint"]
    bounces: int
    is_stopped: bool


EXAMPLE = {
    "id": 4711,
    "at": "2026-11-24T09:00:00Z",
    "customer": 17,
    "kind": "invitation",
    "outcome": "skipped",
    "reason": "rule",
    "rule": "month",
    "broken": ["month"],
    "eligible_at": "2026-12-14T09:00:00Z",
    "plan": 3,
    "wave": 2,
    "survey": "stay",
    "channel": "email",
    "cause": "wave-2",
}
NOT_DRAWN = {
    "at": "2026-11-24T09:00:00Z", "customer": 17, "outcome": "skipped", "reason": "not-drawn", "plan": 3, "wave": 2,
    "survey": "stay",
}  # fmt: skip
_bounce = msgspec.json.Decoder(BounceBody)


def present(decision: ContactDecision) -> ContactDecisionRow:
    return ContactDecisionRow(
        id=decision.pk,
        at=decision.at,
        customer=decision.customer_id,
        kind=cast(Any, decision.kind),
        outcome=cast(Any, decision.outcome),
        reason=decision.reason,
        rule=decision.rule.code if decision.rule else None,
        broken=decision.broken,
        eligible_at=decision.eligible_at,
        plan=decision.plan_id,
        wave=decision.wave.number if decision.wave else None,
        survey=decision.survey.slug if decision.survey else None,
        channel=decision.channel,
        cause=decision.cause,
    )


def _number(request: Any, name: str) -> int | None:
    """`?name=` as a number of ours; raises ParameterError (`parameter-invalid`)."""
    value = request.GET.get(name)
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and len(value) < 20 and int(value) <= MAX_ID):
        raise ParameterError(_("Write %(name)s as a number.") % {"name": name}, parameter=name)
    return int(value)


class ContactDecisionListView(ApiView):
    right = Right.SEE_VOICE

    @api_schema.describe(
        "List contact decisions",
        name="contact_decision_list",
        tag="Asking",
        description="Who was asked, who was not and why, the newest first.",
        parameters=[
            api_schema.PROGRAM,
            api_schema.parameter("customer", "Number of a customer.", type="integer"),
            api_schema.parameter("plan", "Number of a plan.", type="integer"),
            api_schema.parameter("outcome", "Only these.", enum=DecisionOutcome.values),
            *api_schema.PAGES,
        ],
        replies={200: api_schema.page_of(ContactDecisionRow)},
        reply_example={"next": None, "previous": None, "results": [EXAMPLE]},
        refusals={
            400: ("program-missing", "cursor-invalid", "parameter-invalid", "text-not-storable"),
            404: ("program-unknown",),
        },
    )
    def get(self, request: Any) -> HttpResponse:
        program = asked_program(request, self.right)
        rows = ContactDecision.objects.visible_to(request.user).filter(program=program)
        if outcome := request.GET.get("outcome"):
            if outcome not in DecisionOutcome.values:
                raise ParameterError(_("Write the outcome as asked, skipped or delayed."), parameter="outcome")
            rows = rows.filter(outcome=outcome)
        for name in ("customer", "plan"):
            if (number := _number(request, name)) is not None:
                rows = rows.filter(**{f"{name}_id": number})
        return page(request, rows.select_related("rule", "wave", "survey"), present)


class NotDrawnListView(ApiView):
    right = Right.SEE_VOICE

    @api_schema.describe(
        "List the waves that did not draw a customer",
        name="not_drawn_list",
        tag="Asking",
        description="Waves whose base held the customer and that drew others, the newest 100 first. They are no "
        "decisions: who is not drawn is not decided on.",
        parameters=[
            api_schema.PROGRAM,
            api_schema.parameter("customer", "Number of a customer.", type="integer", required=True),
        ],
        replies={200: NotDrawnList},
        reply_example={"results": [NOT_DRAWN]},
        refusals={400: ("program-missing", "parameter-invalid"), 404: ("program-unknown", "customer-unknown")},
    )
    def get(self, request: Any) -> HttpResponse:
        program = asked_program(request, self.right)
        number = _number(request, "customer")
        if number is None:
            raise ParameterError(_("Write %(name)s as a number.") % {"name": "customer"}, parameter="customer")
        customer = Customer.objects.visible_to(request.user).filter(program=program, pk=number).first()
        if customer is None:
            raise NotFoundError(_("There is no such customer."), code="customer-unknown")
        found = not_drawn.waves(subjects.selves(customer), limit=MAX_WAVES)
        return reply(
            NotDrawnList([
                NotDrawnRow(wave.at, number, "skipped", "not-drawn", wave.plan_id, wave.number, wave.plan.survey.slug)
                for wave in found
            ])
        )  # fmt: skip


class BounceView(ApiView):
    right = Right.SEND_ANSWERS

    @api_schema.describe(
        "Tell of a message that came back",
        name="bounce_create",
        tag="Asking",
        description="A hard bounce or a complaint stops the address; so do three soft ones in a row. The same bounce "
        "told again (same address, not later) changes nothing.",
        parameters=[api_schema.PROGRAM],
        body=BounceBody,
        example={"address": "ann@example.org", "kind": "hard", "at": "2026-11-24T09:00:00Z", "detail": "550 unknown"},
        replies={200: BounceTaken},
        reply_example={"id": 5, "kind": "hard", "bounces": 1, "is_stopped": True},
        refusals={
            400: ("program-missing", "body-not-json", "body-invalid"),
            404: ("program-unknown",),
            413: ("body-too-large",),
            415: ("media-type-not-supported",),
            422: ("address-missing", "bounced-in-future", "text-not-storable"),
        },
    )
    def post(self, request: Any) -> HttpResponse:
        program = asked_program(request, self.right)
        body, now = api_bodies.read(request, _bounce), timezone.now()
        known = bounces.record(program, body.address, kind=body.kind, at=body.at or now, detail=body.detail, now=now)
        return reply(
            BounceTaken(
                id=known.pk, kind=cast(Any, BounceKind(known.kind).value), bounces=known.bounces,
                is_stopped=known.is_stopped,
            )
        )  # fmt: skip
