"""Segment's tracking calls as they are: a real client talks to us."""

import base64
from datetime import UTC, datetime

import pytest
from django.test import Client

from cxprogram.choices import Role
from journeys.choices import LegalBasis, StreamKind, StreamStatus
from journeys.models import Customer, CustomerIdentity, DataStream, Interaction
from tests import factories
from tests.api_client import refused

pytestmark = pytest.mark.django_db
TRACK = {
    "userId": "u-1", "event": "Order Completed", "messageId": "m-1", "timestamp": "2024-05-01T10:00:00.000Z",
    "properties": {"revenue": 19.9, "items": 2}, "context": {"ip": "8.8.8.8"}, "sentAt": "2024-05-01T10:00:01Z",
}  # fmt: skip


def make_key(**token):
    program = factories.make_program("harbour")
    DataStream.objects.create(
        program=program, code="segment", name="Tracking", kind=StreamKind.USER_EXPERIENCE,
        status=StreamStatus.ACTIVE, purpose="See where people turn back", legal_basis=LegalBasis.CONSENT,
    )  # fmt: skip
    return factories.make_token(factories.make_user(Role.INTEGRATION, factories.root_of(program)), program, **token)


def call(kind, body, key):
    coded = base64.b64encode(f"{key}:".encode()).decode()
    return Client().post(
        f"/api/v1/segment/v1/{kind}", body, content_type="application/json", headers={"Authorization": f"Basic {coded}"}
    )


def test_a_call_is_kept_once_and_without_its_context():
    key = make_key()
    first, again = call("track", TRACK, key), call("track", TRACK | {"sentAt": "2024-05-01T11:00:00Z"}, key)
    assert (first.json()["created"], again.json()["repeated"]) == (1, 1)
    order = Interaction.objects.get()
    assert (order.type, order.external_id, float(order.value)) == ("Order Completed", "m-1", 19.9)
    assert order.at == datetime(2024, 5, 1, 10, tzinfo=UTC)
    assert order.properties == {"revenue": 19.9, "items": 2}  # no address, no browser
    assert refused(call("track", TRACK | {"event": "Other"}, key), 409, "idempotency-conflict")

    told = call("identify", {"userId": "u-1", "traits": {"email": "ada@example.org", "name": "Ada", "shoe": 40}}, key)
    assert (told.json()["updated"], told.json()["unknown_traits"]) == (1, ["shoe"])
    assert order.customer == Customer.objects.get(email="ada@example.org")


def test_what_cannot_be_taken_is_named_and_the_rest_is_kept():
    key = make_key()
    batch = [
        {"type": "track", **TRACK},
        {"type": "dance", "userId": "u"},
        {"type": "page", "messageId": "m-2"},
        {"type": "track", "userId": "u", "event": "No key"},
        {"type": "page", "anonymousId": "d-1", "messageId": "m-3", "name": "Home", "timestamp": "2024-05-01T10:00:00Z"},
        {"type": "track", **TRACK, "messageId": "m-4", "timestamp": "yesterday"},
        {"type": "identify", "userId": 17, "traits": {"email": "no address"}},
        7,
    ]
    told = call("batch", {"batch": batch}, key).json()
    assert [(row["index"], row["code"]) for row in told["rejected"]] == [
        (1, "call-unknown"), (2, "customer-key-missing"), (3, "key-missing"), (5, "timestamp-invalid"),
        (6, "email-invalid"), (7, "body-invalid"),
    ]  # fmt: skip
    assert (told["success"], told["created"]) == (True, 2)


def test_a_call_without_an_id_is_known_by_what_it_says_and_when():
    key = make_key()
    said = {name: value for name, value in TRACK.items() if name != "messageId"}
    told = [call("track", each, key).json() for each in (said, said | {"sentAt": "2024-05-01T11:00:00Z"})]
    batch = [{"type": "track", **said}, {"type": "track", **said, "timestamp": "2024-05-01T10:00:01.000Z"}]
    told.append(call("batch", {"batch": batch}, key).json())
    assert [(each["created"], each["repeated"]) for each in told] == [(1, 0), (0, 1), (1, 1)]


def test_two_people_on_one_device_stay_two():
    key = make_key()
    for user in ("u-1", "u-2"):
        call("identify", {"userId": user, "anonymousId": "device", "traits": {}}, key)
    assert CustomerIdentity.objects.filter(source="segment").count() == 2
    assert Customer.objects.count() == 2
    call("alias", {"userId": "u-1", "previousId": "u-2"}, key)  # said to be one: merged
    assert len({row.customer_id for row in CustomerIdentity.objects.filter(source="segment")}) == 1
    assert call("group", {"userId": "u-1", "groupId": "g", "traits": {"name": "Acme"}}, key).status_code == 200


def test_a_key_is_needed_and_may_not_only_read(settings):
    settings.BASE_URL = "https://cx.example.org"
    make_key()
    for header in ("", "Basic !!!", "Basic " + base64.b64encode(b"nonsense:").decode(), "Digest x"):
        reply = Client().post("/api/v1/segment/v1/track", TRACK, content_type="application/json",
                              headers={"Authorization": header} if header else {})  # fmt: skip
        assert refused(reply, 401, "not-authenticated")
    other = factories.make_program("other")
    reader = factories.make_token(
        factories.make_user(Role.INTEGRATION, factories.root_of(other)), other, scopes=("read",)
    )
    assert refused(call("track", TRACK, reader), 403, "not-allowed")
    writer = factories.make_token(factories.make_user(Role.INTEGRATION, factories.root_of(other)), other)
    # Nobody has said what tracking is for. A client sends a refused batch again; what a success rejects is dropped.
    told = call("track", TRACK, writer)
    assert refused(told, 422, "stream-unknown") and f"{settings.BASE_URL}/streams/" in told.json()["detail"]
    told = call("batch", {"batch": [{"type": "track", **TRACK}]}, writer)
    assert refused(told, 422, "stream-unknown") and f"{settings.BASE_URL}/streams/" in told.json()["detail"]


@pytest.mark.django_db(transaction=True)
def test_a_public_client_library_talks_to_us(live_server, settings):
    analytics = pytest.importorskip("segment.analytics")
    request = pytest.importorskip("segment.analytics.request")
    settings.SECURE_SSL_REDIRECT = False
    failed = []
    client = analytics.Client(
        make_key(), host=f"{live_server.url}/api/v1/segment", gzip=True, max_retries=1,
        on_error=lambda error, items: failed.append(error), upload_interval=0.1,
    )  # fmt: skip
    client.identify("u-9", {"email": "eva@example.org", "name": "Eva"})
    client.track("u-9", "Signed Up", {"plan": "small"}, timestamp=datetime(2024, 5, 1, 10, tzinfo=UTC))
    client.page("u-9", "docs", "Start", {"url": "https://example.org/start"})
    client.group("u-9", "acme", {"name": "Acme"})
    client.flush()
    client.join()
    request._session.close()  # else the server waits for more on the connection that is kept open
    assert failed == []
    assert sorted(Interaction.objects.values_list("type", flat=True)) == ["Signed Up", "page"]
    assert {row.customer.email for row in Interaction.objects.select_related("customer")} == {"eva@example.org"}
