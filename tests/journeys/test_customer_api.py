"""The customers' and interactions' doors of the API."""

import gzip
import json
from typing import Any

import pytest

from cxprogram.choices import Role
from journeys.models import Customer, Interaction
from tests import factories
from tests.api_client import Api, refused

pytestmark = pytest.mark.django_db
ADA: dict[str, Any] = {
    "source": "crm", "external_id": "1", "name": "Ada Example", "email": "Ada@example.org", "language": "sv",
    "identities": [{"source": "loyalty", "external_id": "L-1"}], "unit": "G",
}  # fmt: skip
VISIT: dict[str, Any] = {
    "stream": "visits", "source": "gate", "external_id": "v-1", "type": "visit", "at": "2017-05-15T12:00:00-07:00",
    "customer": {"source": "crm", "external_id": "1"}, "touchpoint": "food", "value": "19.90",
    "properties": {"gate": "G7", "list": [1, {"a": None}]},
}  # fmt: skip


@pytest.fixture
def house() -> factories.House:
    house = factories.make_house()
    factories.make_stream(house.program, "visits")
    return house


@pytest.fixture
def api(house: factories.House) -> Api:
    return Api(house.people[Role.INTEGRATION], house.program)


def test_a_customer_is_made_found_completed_and_merged(api: Api) -> None:
    made = api.post("customers/", ADA)
    assert (made.status_code, made.json()["status"]) == (201, "created")
    number = made.json()["id"]
    again = api.post("customers/", ADA)
    assert (again.status_code, again.json()) == (200, {"id": number, "status": "repeated", "merged": []})
    shop = {"source": "shop", "external_id": "9", "phone": "+46701234567"}
    other = api.post("customers/", shop).json()["id"]
    one = api.post("customers/", shop | {"identities": [{"source": "loyalty", "external_id": "L-1"}]}).json()
    assert one == {"id": number, "status": "updated", "merged": [other]}
    for asked in ({"external_id": "L-1"}, {"source": "crm", "external_id": "1"}, {"email": "ADA@example.org"}):
        (found,) = api.get("customers/", **asked).json()["results"]
        assert (found["id"], found["name"], found["unit"], found["phone"]) == (
            number,
            "Ada Example",
            "G",
            "+46701234567",
        )
    assert api.get("customers/", source="shop", external_id="1").json()["results"] == []
    assert refused(api.get("customers/", source="shop"), 400, "parameter-invalid")


def test_bad_customers_say_why(api: Api) -> None:
    for code, body in {
        "email-invalid": ADA | {"email": "nobody"},
        "language-unknown": ADA | {"language": "xx"},
        "attribute-unknown": ADA | {"attributes": {"x": 1}},
        "account-is-person": ADA | {"account": {name: ADA[name] for name in ("source", "external_id")}},
        "phone-invalid": ADA | {"identities": [{"source": "phone", "external_id": "12"}]},
    }.items():
        assert refused(api.post("customers/", body), 422, code)
    assert refused(api.post("customers/", ADA | {"unit": "nowhere"}), 404, "unit-unknown")
    assert refused(api.post("customers/", ADA | {"program": "other"}), 404, "program-unknown")
    assert refused(api.post("customers/", ADA | {"is_staff": True}), 400, "body-invalid")
    assert not Customer.objects.filter(name="Ada Example").exists()


def test_many_customers_are_accounted_for(api: Api) -> None:
    rows: list[Any] = [ADA, ADA | {"name": "Ada E."}, {"source": "crm", "external_id": "2", "email": "x"}, 17]
    account = api.post("customers/bulk/", rows).json()
    assert {name: account[name] for name in ("created", "updated", "repeated", "rejected")} == {
        "created": 1, "updated": 1, "repeated": 0, "rejected": 2,
    }  # fmt: skip
    assert [row["code"] for row in account["rows"]] == [None, None, "email-invalid", "body-invalid"]


def test_an_interaction_is_made_once(api: Api) -> None:
    made = api.post("interactions/", VISIT)
    assert (made.status_code, made.json()["status"]) == (201, "created")
    assert api.post("interactions/", VISIT).json() == {"id": made.json()["id"], "status": "repeated"}
    assert refused(api.post("interactions/", VISIT | {"type": "other"}), 409, "idempotency-conflict")
    assert refused(api.post("interactions/", VISIT | {"stream": "nothing"}), 422, "stream-unknown")
    assert refused(api.post("interactions/", VISIT | {"at": "soon"}), 422, "happened-at-invalid")
    assert refused(api.post("interactions/", VISIT | {"value": "1e999"}), 422, "value-invalid")
    row = Interaction.objects.get()
    assert row.touchpoint is not None and row.customer is not None
    assert (row.type, row.touchpoint.code, row.customer.identities.get().value) == ("visit", "food", "1")


def test_many_interactions_as_packed_lines(api: Api) -> None:
    rows = [VISIT | {"external_id": f"v-{n % 8}"} for n in range(10)] + [VISIT | {"touchpoint": "nowhere"}]
    rows.append(VISIT | {"external_id": "v-1", "type": "other"})
    body = gzip.compress("\n".join(json.dumps(row) for row in rows).encode())
    account = api.post("interactions/bulk/", body, content_type="application/x-ndjson").json()
    counts = {name: account[name] for name in ("created", "repeated", "rejected")}
    assert counts == {"created": 8, "repeated": 2, "rejected": 2}
    assert [row["code"] for row in account["rows"]][-2:] == ["touchpoint-unknown", "idempotency-conflict"]
    again = api.post("interactions/bulk/", body, content_type="application/x-ndjson").json()
    assert (again["created"], again["repeated"]) == (0, 10)


HOSTILE = [
    b"",
    b"[]",
    b"null",
    b"\xff",
    b'{"source": "\\ud800"}',
    b"[" * 9_999,
    b'{"source": "a\\u0000", "external_id": "1"}',
]


@pytest.mark.parametrize("door", ["customers/", "customers/bulk/", "interactions/", "interactions/bulk/"])
def test_hostile_bodies_are_answered_in_words(api: Api, door: str) -> None:
    texts = ["\u202e\ufffe", "\x00", "x" * 300, "", " ", "=1+1", "1e400", "NaN", "9" * 400]
    bodies = [
        *HOSTILE,
        *(json.dumps(ADA | {"external_id": text, "name": text, "phone": text}).encode() for text in texts),
    ]
    for value in (*texts, 1e308, -0.0, 10**14, True, [], {}):
        bodies.append(json.dumps(VISIT | {"value": value, "properties": {str(value): value}}).encode())
    for body in bodies:
        for sent in (body, b"[" + body + b"]"):
            assert api.post(door, sent).status_code < 500, sent
