"""What holds for every door of the API: who may enter, how refusals look, how lists go on, what the schema says."""

import json
from datetime import timedelta

import msgspec
import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from drf_spectacular.validation import validate_schema

from cxprogram import api_base, api_schema
from cxprogram.choices import Role
from cxprogram.models import ApiToken
from feedback.services.voice import MODELS
from tests import factories
from tests.api_client import Api, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(house: factories.House) -> Api:
    return Api(house.people[Role.INTEGRATION], house.program)


# --- who may enter ----------------------------------------------------------------------------
def test_without_a_key_every_door_is_closed_the_unknown_ones_too():
    for path in ("tickets/", "kpi-values/", "responses/", "nothing/", "/api/", "/api/v2/tickets/", "/api/v1/tickets"):
        reply = Client().get(Api._address(path))
        assert refused(reply, 401, "not-authenticated")
        assert reply.headers["WWW-Authenticate"].startswith("Bearer")


def test_with_a_key_an_unknown_door_is_not_found_whatever_the_method(api: Api):
    assert refused(api.get("nothing/"), 404, "not-found")
    assert refused(api.get("/api/v1/tickets"), 404, "not-found")
    assert refused(api.post("/api/elsewhere/", {}), 404, "not-found")


@pytest.mark.parametrize("header", ["Bearer nonsense", "Bearer ", "Basic YTpi", "nonsense", "Bearer a b"])
def test_a_bad_key_is_refused(header: str):
    assert refused(Client().get("/api/v1/tickets/", headers={"Authorization": header}), 401, "not-authenticated")


@pytest.mark.parametrize("ended", [{"expires_at": -1}, {"revoked_at": -1}])
def test_a_key_that_ended_is_refused(house: factories.House, ended: dict[str, int]):
    at = {name: timezone.now() + timedelta(seconds=seconds) for name, seconds in ended.items()}
    api = Api(house.people[Role.INTEGRATION], house.program, **at)
    assert refused(api.get("tickets/"), 401, "not-authenticated")


def test_a_key_of_a_person_who_left_is_refused(house: factories.House, api: Api):
    person = house.people[Role.INTEGRATION]
    person.is_active = False
    person.save()
    assert refused(api.get("tickets/"), 401, "not-authenticated")


def test_a_key_reads_or_writes_as_it_says(house: factories.House):
    person, ticket = house.people[Role.INTEGRATION], house.tickets["G"].pk
    reader, writer = (Api(person, house.program, scopes=[scope]) for scope in ("read", "write"))
    assert reader.get("tickets/").status_code == 200
    assert refused(reader.post(f"tickets/{ticket}/take/"), 403, "not-allowed")
    assert refused(writer.get("tickets/"), 403, "not-allowed")
    assert writer.post(f"tickets/{ticket}/take/").status_code == 200


def test_a_key_reaches_its_own_program_and_no_other(house: factories.House):
    other = factories.make_program("other")
    other_ticket = factories.make_ticket(factories.make_survey(other, "other-survey"))
    person = house.people[Role.INTEGRATION]
    factories.make_membership(person, Role.INTEGRATION, factories.root_of(other))
    api = Api(person, house.program)
    assert refused(api.get("tickets/", program="other"), 404, "program-unknown")
    assert refused(api.get(f"tickets/{other_ticket.pk}/"), 404, "ticket-unknown")
    assert {row["id"] for row in api.get("tickets/").json()["results"]} == {t.pk for t in house.tickets.values()}
    body = {"survey": "other-survey", "source": "a", "external_id": "1", "answers": {"NETPRO": 9}}
    assert refused(api.post("responses/", body), 404, "survey-unknown")


def test_the_rights_of_a_key_are_those_of_the_memberships_that_are_valid_today(house: factories.House):
    today = timezone.now().date()
    person = factories.make_user(Role.FRONTLINE, house.units["G"])
    person.membership_set.update(valid_to=today - timedelta(days=1))
    factories.make_membership(person, Role.FRONTLINE, house.units["A"], valid_from=today, valid_to=today)
    factories.make_membership(person, Role.OWNER, house.root, valid_from=today + timedelta(days=1))
    rows = Api(person, house.program).get("tickets/").json()["results"]
    assert {row["unit"] for row in rows} == {"A"}


def test_a_session_may_read_and_needs_the_csrf_token_to_write(house: factories.House):
    client = Client(enforce_csrf_checks=True)
    client.force_login(house.people[Role.UNIT_MANAGER])
    assert client.get("/api/v1/tickets/").status_code == 200
    take = f"/api/v1/tickets/{house.tickets['G'].pk}/take/"
    assert refused(client.post(take), 403, "not-allowed")
    client.get("/accounts/password/change/")
    token = client.cookies["csrftoken"].value
    taken = client.post(take, headers={"X-CSRFToken": token})
    assert taken.status_code == 200, taken.content
    words = {"root_cause": "Staffing", "action": "We called."}
    close = take.replace("take", "close")
    closed = client.post(close, words, content_type="application/json", headers={"X-CSRFToken": token})
    assert (closed.status_code, closed.json()["status"]) == (200, "closed")
    assert refused(client.post(close, words, headers={"X-CSRFToken": token}), 415, "media-type-not-supported")


def test_who_works_in_several_programs_names_one(house: factories.House):
    person = house.people[Role.OWNER]
    factories.make_membership(person, Role.OWNER, factories.root_of(factories.make_program("other")))
    client = Client()
    client.force_login(person)
    assert refused(client.get("/api/v1/tickets/"), 400, "program-missing")
    assert client.get("/api/v1/tickets/", {"program": "sfo"}).status_code == 200


def test_a_reply_to_a_key_is_kept_by_no_cache_and_framed_by_no_page(house: factories.House, api: Api):
    for reply in (api.get("tickets/"), api.get("nothing/"), Client().get("/api/v1/tickets/")):
        assert reply.headers["X-Frame-Options"] == "DENY"
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in reply.headers["Content-Security-Policy"]
    assert api.get("tickets/").headers["Cache-Control"] == "no-store"
    assert api.get("tickets/").headers["Content-Length"] == str(len(api.get("tickets/").content))


def test_the_change_of_a_key_is_audited_with_the_person_and_the_key(house: factories.House, api: Api):
    ticket = house.tickets["G"]
    api.post(f"tickets/{ticket.pk}/take/")
    event = ticket.events.order_by("-pgh_id").first()
    assert event.pgh_label == "update"
    assert event.pgh_context.metadata["user"] == house.people[Role.INTEGRATION].pk
    assert event.pgh_context.metadata["token"] == ApiToken.objects.get().pk


# --- refusals ---------------------------------------------------------------------------------
def test_a_method_that_a_door_does_not_have_is_refused_with_those_it_has(api: Api):
    reply = api.post("tickets/", {})
    assert refused(reply, 405, "method-not-allowed")
    assert reply.headers["Allow"] == "GET, HEAD"
    reply = Client(enforce_csrf_checks=True).post("/api/schema/", {})
    assert refused(reply, 405, "method-not-allowed")


def test_a_database_that_is_away_is_a_503_that_says_when_to_come_back(api: Api, monkeypatch: pytest.MonkeyPatch):
    def away(*_args: object, **_kwargs: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr("feedback.api.tickets.asked_program", away)
    reply = api.get("tickets/")
    assert refused(reply, 503, "unavailable")
    assert int(reply.headers["Retry-After"]) > 0


@pytest.mark.parametrize("accept", ["text/html", "application/pdf", "nonsense", "*/*;q=0"])
def test_what_the_client_says_it_accepts_changes_nothing(api: Api, accept: str):
    reply = api.client.get("/api/v1/tickets/?format=xml", headers=api.headers | {"Accept": accept})
    assert (reply.status_code, reply.headers["Content-Type"]) == (200, "application/json")


# --- lists ------------------------------------------------------------------------------------
def test_a_list_is_walked_to_its_end_and_back(house: factories.House, api: Api):
    for _ in range(7):
        factories.make_ticket(house.survey)
    whole = [row["id"] for row in api.get("tickets/").json()["results"]]
    assert whole == sorted(whole, reverse=True)
    pages, url = [], "/api/v1/tickets/?page_size=4"
    while url:
        page = api.get(url).json()
        pages.append([row["id"] for row in page["results"]])
        url, last = page["next"], page
    assert [len(page) for page in pages] == [4, 4, 2]
    assert [pk for page in pages for pk in page] == whole
    back = api.get(last["previous"]).json()
    assert [row["id"] for row in back["results"]] == pages[1]
    first = api.get(back["previous"]).json()
    assert ([row["id"] for row in first["results"]], first["previous"]) == (pages[0], None)


def test_rows_that_come_meanwhile_move_no_page(house: factories.House, api: Api):
    first = api.get("tickets/", page_size=2).json()
    factories.make_ticket(house.survey)
    second = api.get(first["next"]).json()
    assert [row["id"] for row in first["results"] + second["results"]] == sorted(
        (ticket.pk for ticket in house.tickets.values()), reverse=True
    )


@pytest.mark.parametrize(
    "cursor", ["nonsense", "bjA=", "bi0x", "bjE7", "é", "%00", "eDE3", "bjk5OTk5OTk5OTk5OTk5OTk5OTk5", "a" * 5000]
)
def test_a_cursor_that_is_not_ours_is_refused(api: Api, cursor: str):
    assert refused(api.get("tickets/", cursor=cursor), 400, "cursor-invalid")


@pytest.mark.parametrize(
    ("size", "status"), [("0", 400), ("-1", 400), ("x", 400), ("1e3", 400), ("501", 400), ("9" * 30, 400)]
)
def test_a_page_size_that_is_none_is_refused(api: Api, size: str, status: int):
    assert refused(api.get("tickets/", page_size=size), status, "parameter-invalid")


def test_a_page_has_500_rows_at_most(house: factories.House, api: Api, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("cxprogram.api_base.MAX_PAGE_SIZE", 2)
    assert len(api.get("tickets/", page_size=2).json()["results"]) == 2
    assert refused(api.get("tickets/", page_size=3), 400, "parameter-invalid")
    monkeypatch.undo()
    (told,) = (each for each in api_schema.PAGES if each.name == "page_size")
    assert told.type["maximum"] == api_base.MAX_PAGE_SIZE


def test_a_nul_in_the_address_is_refused(api: Api):
    for path in ("tickets/?unit=%00", "kpi-values/?kpi=nps&question=a%00b", "reports/?period=%00"):
        assert refused(api.get(path), 400, "text-not-storable")


# --- schema and documentation -----------------------------------------------------------------
def test_the_schema_is_valid_openapi_3_1_and_names_every_door():
    reply = Client().get("/api/schema/")
    assert (reply.status_code, reply.headers["Content-Type"]) == (200, "application/json")
    schema = reply.json()
    assert schema["openapi"].startswith("3.1")
    validate_schema(schema)
    assert set(schema["paths"]) == {
        "/api/v1/kpi-values/",
        "/api/v1/driver-studies/",
        "/api/v1/driver-study-runs/{number}/",
        "/api/v1/tickets/",
        "/api/v1/tickets/{number}/",
        "/api/v1/tickets/{number}/take/",
        "/api/v1/tickets/{number}/note/",
        "/api/v1/tickets/{number}/close/",
        "/api/v1/responses/",
        "/api/v1/responses/bulk/",
        "/api/v1/responses/export/",
        "/api/v1/projects/",
        "/api/v1/reports/",
        "/api/v1/reports/{number}/pdf/",
        "/api/v1/statements/",
        "/api/v1/customers/",
        "/api/v1/contact-decisions/",
        "/api/v1/contact-decisions/not-drawn/",
        "/api/v1/bounces/",
        "/api/v1/competitor-ratings/",
        "/api/v1/journeys/",
        "/api/v1/journeys/{code}/",
        "/api/v1/paths/",
        "/api/v1/funnels/",
        "/api/v1/competitor-comparisons/",
        "/api/v1/competitor-ratings/bulk/",
        *(f"/api/v1/{rows}/" for rows in ("consents", "interactions", *MODELS)),
        *(f"/api/v1/{rows}/bulk/" for rows in ("consents", "customers", "interactions", *MODELS)),
        *(
            f"/api/v1/segment/v1/{call}"
            for call in ("track", "identify", "page", "screen", "group", "alias", "batch", "import")
        ),
    }


def test_every_reference_of_the_schema_leads_somewhere():
    text = json.dumps(api_schema.schema(), default=str)
    known = api_schema.schema()["components"]["schemas"]
    named = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert named <= known.keys()


def test_every_example_is_what_it_stands_for():
    """A struct that reads the example of its own door: examples cannot grow old."""
    seen = 0
    for operations in api_schema.schema()["paths"].values():
        for operation in operations.values():
            media = list(operation["responses"].get("200", {}).get("content", {}).values())
            media += list(operation.get("requestBody", {}).get("content", {}).values())
            for each in media:
                for example in each.get("examples", {}).values():
                    msgspec.json.decode(msgspec.json.encode(example["value"]), type=_type_of(each["schema"]))
                    seen += 1
    assert seen >= 14


def _type_of(schema: dict) -> type:
    if "$ref" in schema:
        return api_schema._described[schema["$ref"].rsplit("/", 1)[-1]]
    if schema["type"] == "array":
        return list[_type_of(schema["items"])]
    row = _type_of(schema["properties"]["results"]["items"])
    return msgspec.defstruct("Page", [("next", str | None), ("previous", str | None), ("results", list[row])])


def test_the_documentation_opens_without_a_log_in_and_shows_every_door():
    page = Client().get("/api/docs/").content.decode()
    for path, operations in api_schema.schema()["paths"].items():
        assert path in page
        for operation in operations.values():
            assert f'id="{operation["operationId"]}"' in page
            for answer in operation["responses"].values():
                for code in answer["description"].split("`")[1::2]:
                    assert f"<code>{code}</code>" in page
    assert "<script" not in page
