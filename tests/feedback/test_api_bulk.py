"""The door of many answers in the API, and how large a body may be at either."""

import gzip
import io
import json
from typing import Any

import pytest

from cxprogram.choices import Role
from feedback.models import Response, Ticket
from tests import factories
from tests.api_client import Api, refused
from tests.feedback.answers import body, stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(house: factories.House) -> Api:
    return Api(house.people[Role.INTEGRATION], house.program)


def ndjson(rows: list) -> bytes:
    return b"\r\n".join(json.dumps(row).encode() for row in rows) + b"\n\n"


@pytest.mark.parametrize(
    ("form", "content_type", "headers"),
    [
        (lambda rows: json.dumps(rows).encode(), "application/json", {}),
        (lambda rows: b"\xef\xbb\xbf \n" + json.dumps(rows).encode(), "application/json", {}),
        (ndjson, "application/x-ndjson", {}),
        (ndjson, "application/json", {}),
        (lambda rows: gzip.compress(ndjson(rows), mtime=0), "application/x-ndjson", {"Content-Encoding": "gzip"}),
        (lambda rows: gzip.compress(json.dumps(rows).encode(), mtime=0), "application/gzip", {}),
        (
            lambda rows: gzip.compress(ndjson(rows[:2]), mtime=0) + gzip.compress(ndjson(rows[2:]), mtime=0),
            "application/octet-stream",
            {},
        ),
    ],
    ids=["array", "array with a mark", "lines", "lines, unsaid", "gzip lines", "gzip array", "two members"],
)
def test_many_answers_come_in_every_form(api: Api, form: Any, content_type: str, headers: dict):
    rows = [body(external_id=f"r-{n}") for n in range(3)] + [body(external_id="bad", answers={"NETPRO": 11})]
    reply = api.post("responses/bulk/", form(rows), content_type=content_type, **headers)
    account = reply.json()
    assert reply.status_code == 200, account
    assert [account[name] for name in ("created", "repeated", "rejected")] == [3, 0, 1]
    assert [(row["index"], row["status"], row["code"]) for row in account["rows"]] == [
        (0, "created", None),
        (1, "created", None),
        (2, "created", None),
        (3, "rejected", "answer-out-of-range"),
    ]
    assert set(account["rows"][0]) == {"index", "status", "id", "code", "detail"}
    assert account["rows"][3]["id"] is None
    assert account["rows"][3]["detail"]
    ids = [row["id"] for row in account["rows"][:3]]
    assert list(Response.objects.filter(pk__in=ids).order_by("external_id").values_list("pk", flat=True)) == ids


def test_the_same_body_twice_writes_nothing_new(api: Api):
    rows = [body(external_id=f"r-{n}", answers={"NETPRO": n}) for n in range(11)]
    first, again = (api.post("responses/bulk/", rows).json() for _ in range(2))
    assert [first["created"], again["created"], again["repeated"]] == [11, 0, 11]
    assert [row["id"] for row in first["rows"]] == [row["id"] for row in again["rows"]]
    assert Ticket.objects.filter(response__source="crm").count() == 7


def test_one_by_one_and_in_number_are_the_same_answer(api: Api):
    facts = body(customer={"external_id": "c-1"}, weight=1.5, attributes={"a": 1})
    single = api.post("responses/", facts).json()
    (row,) = api.post("responses/bulk/", [facts]).json()["rows"]
    assert (row["id"], row["status"]) == (single["id"], "repeated")


def test_a_key_that_comes_twice_in_one_body_counts_once(api: Api):
    rows = [body(), body(), body(answers={"NETPRO": 3})]
    account = api.post("responses/bulk/", rows).json()
    assert [(row["status"], row["code"]) for row in account["rows"]] == [
        ("created", None),
        ("repeated", None),
        ("rejected", "idempotency-conflict"),
    ]
    assert stored() == 1


def test_surveys_sources_and_customers_may_be_mixed(house: factories.House, api: Api):
    factories.make_survey(house.program, "other")
    rows = [
        body(external_id="1", customer={"external_id": "c-1"}, answers={"NETPRO": 1}, unit="G"),
        body(external_id="1", source="kiosk", customer={"external_id": "c-1"}),
        body(external_id="2", survey="other", customer={"external_id": "c-1", "source": "crm"}),
        body(external_id="3", survey="nothing"),
        body(external_id="4", unit="Z"),
        body(external_id="5", customer={"external_id": "c", "email": "no"}),
        [],
    ]
    account = api.post("responses/bulk/", rows).json()
    assert [row["code"] for row in account["rows"]] == [
        *[None] * 3,
        "survey-unknown",
        "unit-unknown",
        "email-invalid",
        "body-invalid",
    ]
    first, second, third = (Response.objects.get(pk=row["id"]) for row in account["rows"][:3])
    assert first.customer == third.customer != second.customer
    ticket = Ticket.objects.get(response=first)
    assert (ticket.customer, ticket.unit.code) == (first.customer, "G")
    assert ticket.story.get().act == "opened"


def test_bad_lines_are_rejected_one_by_one(api: Api):
    raw = b'{"survey": 1}\nnonsense\n' + json.dumps(body()).encode() + b"\n\xff\xfe\n"
    account = api.post("responses/bulk/", raw, content_type="application/x-ndjson").json()
    assert [row["code"] for row in account["rows"]] == ["body-invalid", "body-not-json", None, "body-not-json"]
    assert "$.survey" in account["rows"][0]["detail"]  # what is wrong with it, as the door for one says


def test_nothing_to_do_is_done(api: Api):
    assert api.post("responses/bulk/", []).json() == {"created": 0, "repeated": 0, "rejected": 0, "rows": []}


def test_the_number_of_queries_does_not_grow_with_the_rows(api: Api, django_assert_max_num_queries):
    for size in (2, 60):
        rows = [
            body(external_id=f"{size}-{n}", customer={"external_id": f"{size}-{n}"}, answers={"NETPRO": n % 11})
            for n in range(size)
        ]
        with django_assert_max_num_queries(27):
            assert api.post("responses/bulk/", rows).json()["created"] == size


def test_ten_thousand_rows_are_taken_and_one_more_is_not(api: Api):
    row = json.dumps(body(survey="x")).encode()
    assert api.post("responses/bulk/", b"\n".join([row] * 10_000)).json()["rejected"] == 10_000
    for raw in (b"\n".join([row] * 10_001), b"[" + b",".join([row] * 10_001) + b"]"):
        assert refused(api.post("responses/bulk/", raw), 413, "too-many-rows")


class Untouched(io.BytesIO):
    """A body that must not be read."""

    def read(self, *_args: Any) -> bytes:
        raise AssertionError("the body was read")


@pytest.mark.parametrize(("path", "limit"), [("responses/", 64 * 1024), ("responses/bulk/", 10 * 1024 * 1024)])
def test_a_body_that_is_too_large_is_refused_unread(api: Api, path: str, limit: int):
    reply = api.client.post(
        f"/api/v1/{path}",
        b"{}",
        content_type="application/json",
        headers=api.headers,
        CONTENT_LENGTH=str(limit + 1),
        **{"wsgi.input": Untouched()},
    )
    assert refused(reply, 413, "body-too-large")


def in_chunks(api: Api, path: str, raw: bytes) -> Any:
    """Send a body without a length, as the server hands on what comes in chunks."""
    request = {"wsgi.input": io.BytesIO(raw), "wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
    return api.client.generic(
        "POST", f"/api/v1/{path}", content_type="application/json", headers=api.headers, **request
    )


def test_a_body_in_chunks_is_read_to_its_end_and_no_further_than_the_limit(api: Api):
    assert in_chunks(api, "responses/", json.dumps(body()).encode()).json()["status"] == "created"
    assert in_chunks(api, "responses/bulk/", ndjson([body(), body(external_id="next")])).json()["created"] == 1
    assert refused(in_chunks(api, "responses/", b" " * (64 * 1024 + 1)), 413, "body-too-large")
    assert refused(in_chunks(api, "responses/", b""), 400, "body-not-json")


def test_a_bomb_is_refused_before_it_goes_off(api: Api, monkeypatch: pytest.MonkeyPatch):
    bomb = gzip.compress(b" " * (200 * 1024 * 1024), compresslevel=1, mtime=0)
    assert len(bomb) < 10 * 1024 * 1024
    assert refused(api.post("responses/bulk/", bomb, content_type="application/gzip"), 413, "body-too-large")
    many = gzip.compress(b" " * 1024 * 1024, mtime=0) * 11
    assert refused(api.post("responses/bulk/", many, content_type="application/gzip"), 413, "body-too-large")


@pytest.mark.parametrize(
    "raw",
    [
        b"\x1f\x8b",
        b"\x1f\x8bnonsense",
        gzip.compress(b"[]", mtime=0)[:-4],
        gzip.compress(b"[]", mtime=0) + b"tail",
        gzip.compress(b"[]", mtime=0)[:-8] + b"\x00" * 8,
    ],
)
def test_broken_gzip_is_refused(api: Api, raw: bytes):
    assert refused(api.post("responses/bulk/", raw, content_type="application/gzip"), 400, "body-not-gzip")
