"""POST /api/v1/responses/ and /responses/bulk/: answers from other systems, durable before the reply."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

import msgspec
from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from cxprogram import api_bodies, api_bulk, api_schema
from cxprogram.access import Right
from cxprogram.api_base import ApiView, reply
from cxprogram.api_bulk import BulkAccount, BulkRow
from cxprogram.errors import DomainError
from feedback.api.answers import Desk, ResponseBody
from feedback.services import responses
from feedback.services.responses import Prepared
from feedback.services.surveys import Door
from journeys.services import customers
from journeys.services.customers import CustomerFacts


class ResponseWritten(msgspec.Struct):
    """What became of an answer."""

    id: int
    status: Literal["created", "repeated"]


EXAMPLE = {
    "survey": "passengers",
    "source": "crm",
    "external_id": "visit-4711",
    "answered_at": "2017-05-15T12:00:00-07:00",
    "answers": {"NETPRO": 9, "Q7ALL": 4, "Q7FOOD": None, "COMMENT": "Friendly staff."},
    "unit": "G",
    "customer": {"external_id": "c-17", "name": "Ada Example", "email": "ada@example.org"},
}
ANSWER_CODES = (
    "answer-invalid",
    "answer-out-of-range",
    "answer-required",
    "answer-empty",
    "answered-at-invalid",
    "answered-in-future",
    "attributes-too-many",
    "customer-key-missing",
    "email-invalid",
    "key-missing",
    "language-unknown",
    "number-too-large",
    "question-unknown",
    "text-not-storable",
    "text-too-long",
    "unit-missing",
    "weight-invalid",
)
_one = msgspec.json.Decoder(ResponseBody)


class ResponseView(ApiView):
    right = Right.SEND_ANSWERS

    @api_schema.describe(
        "Send one answer",
        name="response_create",
        tag="Answers",
        description="The answer is on disk before the reply. The same key with the same body is a repeat, "
        "with another body a conflict: send it again as often as you like until you get a reply.",
        body=ResponseBody,
        example=EXAMPLE,
        replies={201: ResponseWritten, 200: ResponseWritten},
        reply_example={"id": 4711, "status": "created"},
        refusals={
            400: ("body-not-json", "body-invalid"),
            404: ("survey-unknown", "unit-unknown"),
            409: ("idempotency-conflict",),
            413: ("body-too-large",),
            415: ("media-type-not-supported",),
            422: ANSWER_CODES,
            503: ("unavailable",),
        },
    )
    def post(self, request: Any) -> HttpResponse:
        door, submission = Desk(request.user, presumes=True).submission(api_bodies.read(request, _one))
        recorded = responses.record_presumed(door, submission, at=timezone.now())
        if recorded.is_new:
            return reply(ResponseWritten(recorded.response_id, "created"), status=201)
        return reply(ResponseWritten(recorded.response_id, "repeated"))


class _Group:
    """The rows of one survey and one source, which are written together."""

    def __init__(self, door: Door, source: str) -> None:
        self.door, self.source = door, source
        self.indexes: list[int] = []
        self.rows: list[Prepared] = []
        self.met: dict[int, tuple[CustomerFacts, Any]] = {}  # by place in `rows`

    def write(self, account: list[BulkRow]) -> None:
        with transaction.atomic():
            known = customers.upsert_many(self.door.survey.program, self.met.values()) if self.met else {}
            for place, (facts, _unit) in self.met.items():
                self.rows[place] = replace(self.rows[place], customer=known[facts.source, facts.external_id])
            done = responses.record_many(self.door, self.source, self.rows, opens_tickets=True)
        for index, (status, response_id) in zip(self.indexes, done.statuses, strict=True):
            if status == "conflict":
                account[index] = BulkRow(
                    index, "rejected", None, "idempotency-conflict", _("This key carries another answer already.")
                )
            else:
                account[index] = BulkRow(index, "created" if status == "created" else "repeated", response_id)


def take_in(desk: Desk, rows: list[Any], *, at: datetime) -> BulkAccount:
    """Write the rows that can be written, by survey and source; the others are rejected one by one."""
    groups: dict[tuple[int, str], _Group] = {}
    account = [BulkRow(index) for index in range(len(rows))]
    for index, raw in enumerate(rows):
        try:
            body = api_bodies.decode(raw, _one)
            door, submission = desk.submission(body)
            row = responses.prepare(door, submission, at=at)
            if submission.customer:
                customers.check(submission.customer)
        except DomainError as error:
            api_bulk.reject(account[index], error)
            continue
        key = (door.version_id, body.source)
        group = groups.get(key) or groups.setdefault(key, _Group(door, body.source))
        if submission.customer:
            group.met[len(group.rows)] = (submission.customer, submission.unit)
        group.indexes.append(index)
        group.rows.append(row)
    for key in sorted(groups):
        groups[key].write(account)
    return api_bulk.account(account)


class ResponseBulkView(ApiView):
    right = Right.SEND_ANSWERS

    @api_schema.describe(
        "Send many answers",
        name="response_bulk",
        tag="Answers",
        description="A JSON array, or NDJSON (one object a line), of the same objects as for one answer; gzip is "
        "allowed. At most 10 000 rows and 10 MB, before and after unpacking. Good rows are written, bad rows are "
        "rejected with their place and reason; sending the same body again writes nothing new.",
        body=api_bulk.body(ResponseBody),
        example=[EXAMPLE],
        replies={200: BulkAccount},
        reply_example={
            "created": 1,
            "repeated": 0,
            "rejected": 1,
            "rows": [
                {"index": 0, "status": "created", "id": 4711, "code": None, "detail": None},
                {
                    "index": 1,
                    "status": "rejected",
                    "id": None,
                    "code": "answer-out-of-range",
                    "detail": "NETPRO does not take this answer.",
                },
            ],
        },
        refusals=api_bulk.REFUSALS,
    )
    def post(self, request: Any) -> HttpResponse:
        return reply(take_in(Desk(request.user), api_bodies.read_rows(request), at=timezone.now()))
