"""The stream of tracking calls, made in one step on the page of streams: purpose first, nothing begins by itself."""

import base64

import pytest
from django.test import Client

from cxprogram.choices import Role
from journeys.choices import StreamStatus, UseCaseState
from journeys.models import DataStream, UseCase
from tests import factories
from tests.api_client import refused
from tests.journeys.test_tracking import TRACK

pytestmark = pytest.mark.django_db
SAID = {
    "purpose": "See where people turn back", "legal_basis": "consent", "name": "Mend the checkout",
    "kind": "improvement", "decision": "Which step is mended first",
}  # fmt: skip


@pytest.fixture
def owner():
    program = factories.make_program("harbour")
    client = Client(headers={"accept-language": "en"})
    client.force_login(factories.make_user(Role.OWNER, factories.root_of(program), language="en"))
    client.program = program
    return client


def track(program):
    key = factories.make_token(factories.make_user(Role.INTEGRATION, factories.root_of(program)), program)
    coded = base64.b64encode(f"{key}:".encode()).decode()
    return Client().post(
        "/api/v1/segment/v1/track", TRACK, content_type="application/json", headers={"Authorization": f"Basic {coded}"}
    )


def test_the_page_offers_the_stream_until_it_is_there_and_chooses_nothing(owner):
    page = owner.get("/streams/").content.decode()
    assert 'id="segment"' in page
    assert "checked" not in page and '<option value="consent" selected' not in page
    assert owner.post("/streams/", SAID).status_code == 302
    assert 'id="segment"' not in owner.get("/streams/").content.decode()
    again = owner.post("/streams/", SAID)
    assert again.status_code == 409 and "has this stream already" in again.content.decode()
    assert (DataStream.objects.count(), UseCase.objects.count()) == (1, 1)


def test_made_it_is_a_draft_and_takes_calls_in_only_if_somebody_says_so(owner):
    owner.post("/streams/", SAID)
    stream, case = DataStream.objects.get(), UseCase.objects.get()
    assert (stream.status, case.status) == (StreamStatus.DRAFT, UseCaseState.PROPOSED)
    assert (stream.purpose, stream.legal_basis, case.decision) == (SAID["purpose"], "consent", SAID["decision"])
    assert list(stream.use_cases.all()) == [case]
    assert refused(track(owner.program), 422, "stream-draft")


def test_begun_at_once_the_first_call_is_taken(owner):
    case = UseCase.objects.create(
        program=owner.program, code="mend", name="Mend", kind="improvement", decisions={"en": "What is mended"}
    )
    said = {"purpose": "See", "legal_basis": "consent", "use_case": case.pk, "begins": "on"}
    assert owner.post("/streams/", said).status_code == 302
    case.refresh_from_db()
    assert (DataStream.objects.get().status, case.status) == (StreamStatus.ACTIVE, UseCaseState.ACTIVE)
    assert track(owner.program).status_code == 200


@pytest.mark.parametrize("absent", SAID)
def test_nothing_is_made_without_purpose_legal_basis_and_use_case(owner, absent):
    reply = owner.post("/streams/", {name: value for name, value in SAID.items() if name != absent} | {"begins": "on"})
    assert reply.status_code == 422 and f'aria-describedby="segment-{absent}' in reply.content.decode()
    assert not DataStream.objects.exists() and not UseCase.objects.exists()


def test_a_use_case_without_decision_begins_nothing(owner):
    case = UseCase.objects.create(program=owner.program, code="mend", name="Mend", kind="improvement")
    said = {"purpose": "See", "legal_basis": "consent", "use_case": case.pk, "begins": "on"}
    reply = owner.post("/streams/", said)
    assert reply.status_code == 422 and "Say which decision it serves." in reply.content.decode()
    assert not DataStream.objects.exists()
