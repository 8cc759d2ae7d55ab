"""F1 in small: whatever comes in by the API, what goes out is an answer or a problem, and nothing breaks later."""

import gzip
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxprogram.choices import Role
from feedback.models import Response
from feedback.services import folding
from tests import factories
from tests.api_client import Api

# One transaction for the whole module: what one test gets stored, the last one reads.
pytestmark = pytest.mark.xdist_group("hostile")

DEEP = 10_000
GOOD = {
    "survey": "passengers",
    "source": "hostile",
    "external_id": "1",
    "answered_at": "2017-05-15T12:00:00Z",
    "answers": {"NETPRO": 9},
    "unit": "G",
}


def said(**changes: Any) -> bytes:
    return json.dumps(GOOD | changes).encode()


def raw(name: str, value: str) -> bytes:
    """A good body, but for one value that is written as it stands."""
    return json.dumps(GOOD | {name: "@@"}).replace('"@@"', value).encode()


BODIES: dict[str, bytes] = {
    "nothing": b"",
    "blank": b" \n\t",
    "no JSON": b"<xml/>",
    "a mark alone": b"\xef\xbb\xbf",
    "UTF-16": json.dumps(GOOD).encode("utf-16"),
    "bad UTF-8": b'{"survey": "\xff\xfe"}',
    "cut off": json.dumps(GOOD).encode()[:-5],
    "a tail": json.dumps(GOOD).encode() + b"}",
    "null": b"null",
    "true": b"true",
    "number": b"17",
    "text": b'"text"',
    "array": b"[]",
    "array of arrays": b"[[[]], [1], [null]]",
    "object": b"{}",
    "NUL in text": said(survey="a\x00b"),
    "NUL in a key": said(**{"a\x00b": 1}),
    "NUL in an answer": said(answers={"COMMENT": "a\x00b"}),
    "NUL in a question": said(answers={"a\x00b": 1}),
    "NUL in an attribute": said(attributes={"a\x00": "\x00"}),
    "NUL in a unit": said(unit="\x00"),
    "NUL raw": b'{"survey": "a\x00b"}',
    "NUL in a note": b'{"text": "a\\u0000b"}',
    "NUL in a closing": b'{"root_cause": "\\u0000", "action": "\\u0000"}',
    "high surrogate": raw("survey", '"a\\ud800b and more text behind it"'),
    "low surrogate": raw("source", '"\\udc00"'),
    "surrogates swapped": raw("answers", '{"COMMENT": "\\udc00\\ud800"}'),
    "surrogate at the end": b'{"text": "\\ud83d',
    "right to left": said(answers={"COMMENT": "\u202e\u200d\ufeff\ufffe\U0010ffff"}),
    "deep array": b"[" * DEEP + b"]" * DEEP,
    "deep object": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "deep in an answer": raw("answers", '{"NETPRO": ' + "[" * DEEP + "]" * DEEP + "}"),
    "deep and open": b"[" * DEEP,
    "NaN": raw("weight", "NaN"),
    "infinity": raw("weight", "-Infinity"),
    "1e308": raw("weight", "1e308"),
    "1e400": raw("weight", "1e400"),
    "1e-400": raw("weight", "1e-400"),
    "minus zero": raw("weight", "-0.0"),
    "1e308 as an answer": raw("answers", '{"NETPRO": 1e308}'),
    "400 digits": raw("answers", '{"NETPRO": ' + "9" * 400 + "}"),
    "5000 digits": raw("answers", '{"NETPRO": ' + "9" * 5000 + "}"),
    "400 digits in an attribute": raw("attributes", '{"a": ' + "9" * 400 + "}"),
    "one above 32 bits": raw("answers", '{"PROBLEMS": [2147483648]}'),
    "array for a scalar": said(survey=["passengers"], source=[], external_id=[1]),
    "object for a scalar": said(survey={}, answered_at={}, unit={}),
    "scalar for an object": said(answers=5, customer="x", attributes=1),
    "array for an object": said(answers=[["NETPRO", 9]], customer=[]),
    "text for a flag": said(customer={"external_id": "x", "is_fictitious": "yes"}),
    "duplicate keys": b'{"survey": "x", "survey": "passengers", "source": "a", "source": "b"}',
    "__proto__": raw("__proto__", '{"admin": true}'),
    "constructor": said(constructor={"prototype": {"admin": True}}),
    "dunder": said(__class__="x", __dict__={}),
    "a huge text": said(answers={"COMMENT": "x" * 60_000}),
    "a megabyte": said(answers={"COMMENT": "x" * 1_000_000}),
    "many questions": said(answers={f"q{n}": n for n in range(3_000)}),
    "SQL": said(survey="'; DROP TABLE feedback_response; --", unit="%s", source="{}"),
    "a format": said(answers={"%(question)s {0}": 1}),
    "year 0": said(answered_at="0000-00-00T00:00:00Z"),
    "year 10000": said(answered_at="10000-01-01T00:00:00Z"),
    "a far offset": said(answered_at="2017-05-15T12:00:00+23:59:59.999999"),
    "an hour that is none": said(answered_at="2017-03-12T02:30:00"),
    "a long time": said(answered_at="2017-05-15T12:00:00." + "9" * 5000),
    "gzip": gzip.compress(json.dumps(GOOD).encode(), mtime=0),
    "half a gzip": gzip.compress(json.dumps(GOOD).encode(), mtime=0)[:20],
    "gzip in gzip": gzip.compress(gzip.compress(b"[]"), mtime=0),
    "a head of gzip": b"\x1f\x8b\x08",
    "lines": b"{}\n\n[]\nnull\n" + json.dumps(GOOD).encode() + b"\n",
    "line breaks of old": b"{}\r[]\r\n\x0b\x0c\x1c",
    "zeros": b"\x00" * 1000,
    "all bytes": bytes(range(256)),
}
TYPES = [
    "application/json",
    "application/json; charset=utf-16",
    "application/x-ndjson",
    "application/gzip",
    "text/plain",
    "multipart/form-data",
    "multipart/form-data; boundary=x",
    "application/x-www-form-urlencoded",
    "nonsense",
    "",
]
ADDRESSES = [
    "",
    "?program=%00",
    "?program=%ED%A0%80&unit=%FF",
    "?program=sfo&kpi=nps&period=%F0%9F%92%A9",
    "?kpi=nps&period=9999",
    "?kpi=nps&period=2999-12",
    "?kpi=nps&unit=" + "x" * 5000,
    "?kpi[]=nps&kpi=&kpi=mean",
    "?kpi=nps&question=__proto__&touchpoint='--",
    "?kpi=nps&weighted=NaN",
    "?status=open&status=closed&page_size=1&cursor=%E2%82%AC",
    "?page_size=99999999999999999999",
    "?page_size=%D9%A1",
    "?cursor=" + "A" * 5000,
    "?period=" + "2" * 5000,
    "?" + "&".join(f"a{n}={n}" for n in range(900)),
]
POSTS = ["responses/", "responses/bulk/", "tickets/{ticket}/take/", "tickets/{ticket}/note/", "tickets/{ticket}/close/"]
GETS = [
    "kpi-values/",
    "driver-studies/",
    "tickets/",
    "tickets/{ticket}/",
    "tickets/99999999999999999999999999/",
    "tickets/{ticket}/take/",
    "projects/",
    "reports/",
    "reports/{ticket}/pdf/",
    "statements/",
    "%00",
    "tickets/%ED%A0%80/",
    "../../etc/passwd",
]


@pytest.fixture(scope="module")
def world(django_db_setup: Any, django_db_blocker: Any) -> Any:
    """One house for the whole table; the module's transaction is rolled back at the end."""
    from django.db import transaction

    with django_db_blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
        house = factories.make_house()
        yield house, Api(house.people[Role.INTEGRATION], house.program)
        transaction.set_rollback(True)
        outer.__exit__(None, None, None)


def is_proper(reply: Any) -> bool:
    assert reply.status_code < 500, (reply.status_code, reply.content[:300])
    if reply.status_code >= 400:
        assert reply.headers["Content-Type"] == "application/problem+json"
        problem = reply.json()
        assert problem["code"] and problem["detail"] and problem["status"] == reply.status_code
    return True


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("what", BODIES)
def test_a_hostile_body_is_answered_properly(world: Any, path: str, what: str):
    house, api = world
    address = path.format(ticket=house.tickets["G"].pk)
    assert is_proper(api.post(address, BODIES[what]))


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("content_type", TYPES)
def test_a_wrong_content_type_is_answered_properly(world: Any, path: str, content_type: str):
    house, api = world
    for body in (BODIES["all bytes"], BODIES["object"], BODIES["gzip"]):
        assert is_proper(api.post(path.format(ticket=house.tickets["G"].pk), body, content_type=content_type))


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Encoding": "gzip"},
        {"Content-Encoding": "br"},
        {"Content-Length": "-1"},
        {"Content-Length": "nonsense"},
        {"Content-Length": "99999999999999999999"},
        {"Accept-Language": "x" * 5000},
        {"If-None-Match": '"' * 1000},
        {"Authorization": "Bearer " + "é" * 3000},
        {"Authorization": "Bearer \t"},
        {"X-Forwarded-For": "nonsense"},
    ],
    ids=lambda headers: "-".join(f"{name} {value[:8]}" for name, value in headers.items()),
)
@pytest.mark.parametrize("path", ["responses/", "responses/bulk/", "tickets/"])
def test_a_hostile_header_is_answered_properly(world: Any, path: str, headers: dict[str, str]):
    _house, api = world
    extra = {"CONTENT_LENGTH": headers.pop("Content-Length")} if "Content-Length" in headers else {}
    assert is_proper(
        api.client.post(
            f"/api/v1/{path}",
            json.dumps([GOOD]).encode(),
            content_type="application/json",
            headers=api.headers | headers,
            **extra,
        )
    )


@pytest.mark.parametrize("path", GETS)
@pytest.mark.parametrize("query", ADDRESSES, ids=range(len(ADDRESSES)))
def test_a_hostile_address_is_answered_properly(world: Any, path: str, query: str):
    house, api = world
    assert is_proper(api.get(path.format(ticket=house.tickets["G"].pk) + query))


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace", "head", "brew"])
@pytest.mark.parametrize("path", ["responses/", "tickets/", "nothing/"])
def test_an_odd_method_is_answered_properly(world: Any, path: str, method: str):
    _house, api = world
    reply = api.client.generic(method.upper(), f"/api/v1/{path}", b"\x00", headers=api.headers)
    assert reply.status_code < 500


# --- what no table thinks of ------------------------------------------------------------------
TEXTS = st.text(st.characters(codec=None), max_size=20)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-5, 15),
    st.floats(),
    TEXTS,
    st.sampled_from(["", "not_applicable", "passengers", "NETPRO", "2017-05-15", "\x00", "\ud800", "G", "SFO", "Z"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=8,
)
FIELDS = [
    "survey",
    "source",
    "external_id",
    "answered_at",
    "unit",
    "channel",
    "language",
    "weight",
    "customer",
    "attributes",
]
ANSWERS = st.dictionaries(
    st.one_of(st.sampled_from(["NETPRO", "Q7ALL", "PROBLEMS", "COMMENT"]), TEXTS), VALUES, max_size=4
)
CHANGES = st.dictionaries(st.one_of(st.sampled_from(FIELDS), TEXTS), VALUES, max_size=3)


@st.composite
def bodies(draw: st.DrawFn) -> dict[str, Any]:
    """A good body with some values replaced: most of them come past the first check."""
    body: dict[str, Any] = GOOD | {"external_id": str(draw(st.integers(0, 50)))}
    if draw(st.booleans()):
        body["answers"] = draw(ANSWERS)
    if draw(st.booleans()):
        body["customer"] = {"external_id": draw(TEXTS), "name": draw(TEXTS), "email": draw(TEXTS)}
    if draw(st.booleans()):
        body["attributes"] = draw(st.dictionaries(TEXTS, SCALARS, max_size=4))
    return body | draw(CHANGES)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(body=st.one_of(bodies(), VALUES))
def test_whatever_is_posted_is_answered_properly(world: Any, body: Any):
    _house, api = world
    assert is_proper(api.post("responses/", body))


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(rows=st.one_of(st.lists(st.one_of(bodies(), VALUES), max_size=5), VALUES))
def test_whatever_is_posted_in_number_is_accounted_for(world: Any, rows: Any):
    _house, api = world
    reply = api.post("responses/bulk/", rows)
    assert is_proper(reply)
    if reply.status_code == 200 and isinstance(rows, list):
        account = reply.json()
        assert len(account["rows"]) == len(rows)
        assert account["created"] + account["repeated"] + account["rejected"] == len(rows)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=200))
def test_whatever_bytes_come_are_answered_properly(world: Any, raw: bytes):
    house, api = world
    for path in POSTS:
        assert is_proper(api.post(path.format(ticket=house.tickets["A"].pk), raw))


EXTREMES: list[dict[str, Any]] = [
    {"weight": 0},
    {"weight": 1e-6},
    {"weight": 1e6},
    {"answered_at": "1900-01-02"},
    {"answers": {"COMMENT": "\u202e\u200d\ufeff\ufffe\U0010ffff<script>alert(1)</script>{{ 7*7 }}%s"}},
    {"answers": {"NETPRO": "not_applicable", "Q7ALL": None}},
    {"answers": {"NETPRO": 0, "PROBLEMS": [1, 2, 3]}},
    {"attributes": {"\u202e": "\ufffe", "": "", "a": 2**63 - 1, "b": -1.7e308, "c": 5e-324}},
    {"customer": {"external_id": "\ufffe", "name": "<img src=x onerror=alert(1)>", "email": "a@example.org"}},
    {"channel": "\u202e", "language": "PT_br"},
]


def test_what_is_let_in_breaks_no_later_reading(world: Any):
    """Every answer that is stored, here and by the tests above, can be counted, listed and read."""
    house, api = world
    for number, changes in enumerate(EXTREMES):
        reply = api.post("responses/", said(external_id=f"extreme-{number}", **changes))
        assert reply.status_code == 201, reply.content
    assert Response.objects.filter(program=house.program).count() >= len(EXTREMES)
    factories.fold(house.program)
    folding.fold(house.program, at=factories.NOON)
    for kpi in ("nps", "mean", "top2"):
        for weighted in ("true", "false"):
            for period in ("all", "2017", "1900"):
                assert api.get("kpi-values/", kpi=kpi, weighted=weighted, period=period).status_code == 200
    assert api.get("tickets/", page_size=500).status_code == 200
    api.client.force_login(house.people[Role.OWNER])
    for page in ("/", "/map/", "/kpis/", "/drivers/", "/tickets/"):
        assert api.client.get(page).status_code == 200, page
