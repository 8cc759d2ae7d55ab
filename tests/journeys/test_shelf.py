"""Journeys that are put away: out of everybody's sight, with nothing lost."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cxprogram.errors import ConflictError
from journeys.models import Journey, Kpi, Touchpoint
from journeys.services import documents, shelf
from tests import factories
from tests.api_client import Api, refused
from tests.cxprogram.admin_house import url
from tests.factories import NOON, House
from tests.journeys.test_admin_maps import filled

pytestmark = pytest.mark.django_db
AWAY = "/map/put-away/?journey=mistake"


@pytest.fixture
def mistake(house: House) -> Journey:
    """A journey that measures by the same question as the house's own."""
    journey = factories.make_journey(house.program, "mistake")
    factories.make_touchpoint(journey.stages.get(code="arrive"), "wrong", question_code=house.touchpoint.question_code)
    return journey


@pytest.fixture
def client(house: House) -> Client:
    found = Client(headers={"accept-language": "en"})
    found.force_login(house.people["owner"])
    return found


def put_away(house: House, journey: Journey) -> None:
    shelf.put_away(journey, by=house.people["owner"], at=NOON)


def test_it_takes_a_tick_to_put_a_journey_away_and_one_button_to_bring_it_back(
    client: Client, house: House, mistake: Journey
) -> None:
    whole = documents.dump(mistake)
    assert 'name="is_sure"' in client.get("/map/edit/?journey=mistake").content.decode()
    told = client.post(AWAY)
    assert told.status_code == 422
    assert "Tick the box" in told.content.decode()
    assert client.post(AWAY, {"is_sure": "on"}).headers["Location"] == "/journeys/put-away/"
    page = client.get("/journeys/put-away/").content.decode()
    assert "Mistake is put away." in page and "Bring Mistake back" in page
    assert "1 journey put away" in client.get("/journeys/").content.decode()
    back = client.post("/journeys/put-away/", {"code": "mistake"})
    assert (back.status_code, back.headers["Location"]) == (303, "/map/edit/?journey=mistake")
    assert "Mistake is back in the lists." in client.get("/map/edit/?journey=mistake").content.decode()
    assert documents.dump(mistake) == whole
    assert client.post("/journeys/put-away/", {"code": "mistake"}).status_code == 404


def test_it_is_in_no_list_and_no_selector(client: Client, house: House, mistake: Journey) -> None:
    pages = (
        "/journeys/", "/map/", "/map/new/", "/measurements/", "/use-cases/", "/paths/", "/funnels/", "/kpis/",
        "/competitors/", "/targets/",
    )  # fmt: skip
    assert "Mistake" in client.get("/journeys/").content.decode()
    put_away(house, mistake)
    for address in pages:
        reply = client.get(address)
        assert reply.status_code == 200, address
        text = reply.content.decode()
        assert "mistake" not in text.lower() and "Wrong" not in text, address
    for address in ("map/", "map/edit/", "map/export/", "map/versions/", "map/pdf/", "paths/"):
        assert client.get(f"/{address}?journey=mistake").status_code == 404, address
    assert client.get("/map/touchpoint/wrong/").status_code == 404
    assert not Touchpoint.objects.in_use().filter(code="wrong").exists()


def test_its_numbers_and_versions_stay_and_say_who_put_it_away(house: House, mistake: Journey) -> None:
    whole, kpis = documents.dump(mistake), Kpi.objects.count()
    put_away(house, mistake)
    put_away(house, mistake)
    shelf.bring_back(mistake, by=house.people["analyst"], at=NOON)
    shelf.bring_back(mistake, by=house.people["analyst"], at=NOON)
    told = mistake.versions.order_by("number").values_list("label", "author__email", "document")
    assert [each[0] for each in told] == ["Before the first edit", "Put away", "Brought back"]
    assert [each[1] for each in told][1:] == [house.people["owner"].email, house.people["analyst"].email]
    assert all(each[2] == whole for each in told)
    assert Kpi.objects.count() == kpis
    retired = list(mistake.events.order_by("pgh_id").values_list("retired_at", flat=True))
    assert retired[-2:] == [NOON, None]


def test_one_that_another_opens_into_is_kept_and_the_touchpoint_named(
    client: Client, house: House, mistake: Journey
) -> None:
    door = factories.make_touchpoint(house.touchpoint.stage, "door", opens=mistake)
    told = client.post(AWAY, {"is_sure": "on"})
    assert told.status_code == 409
    assert "Door of the journey Departure opens into it" in told.content.decode()
    with pytest.raises(ConflictError) as refused_too:
        put_away(house, mistake)
    assert refused_too.value.code == "journey-opened-from"
    Touchpoint.objects.filter(pk=door.pk).update(retired_at=NOON, position=None)
    put_away(house, mistake)
    Touchpoint.objects.filter(pk=door.pk).update(retired_at=None, position=9)
    page = client.get("/map/")
    assert page.status_code == 200
    assert "journey=mistake" not in page.content.decode()


def test_nothing_new_opens_into_it(client: Client, house: House, mistake: Journey) -> None:
    put_away(house, mistake)
    row = house.touchpoint
    reply = client.post(url(Touchpoint, "change", row.pk), filled(client, row) | {"opens": mistake.pk})
    assert "put away" in reply.context["adminform"].form.errors["opens"][0]
    Touchpoint.objects.filter(pk=row.pk).update(opens=mistake)
    reply = client.post(url(Touchpoint, "change", row.pk), filled(client, row) | {"name": "Meals"})
    assert reply.status_code == 302


def test_the_api_neither_lists_nor_reads_nor_replaces_it(house: House, mistake: Journey) -> None:
    api = Api(house.people["owner"], house.program)
    document = api.get("journeys/mistake/").json()["document"]
    put_away(house, mistake)
    assert [row["code"] for row in api.get("journeys/").json()["results"]] == ["departure"]
    assert refused(api.get("journeys/mistake/"), 404, "journey-unknown")
    reply = api.client.put(
        "/api/v1/journeys/mistake/", json.dumps(document), content_type="application/json", headers=api.headers
    )
    assert refused(reply, 409, "journey-put-away")
    shelf.bring_back(mistake, by=house.people["owner"], at=NOON)
    assert api.get("journeys/mistake/").json()["document"] == document


def test_a_file_of_it_brings_it_back_and_says_so_before(client: Client, house: House, mistake: Journey) -> None:
    data = client.get("/map/export/", {"journey": "mistake", "format": "json"}).content
    put_away(house, mistake)
    page = client.post("/map/import/", {"file": SimpleUploadedFile("j", data)})
    (preview,) = page.context["previews"]
    assert preview["changes"].brought_back == [("journey", "mistake")]
    assert Journey.objects.get(code="mistake").retired_at is not None
    assert client.post("/map/import/", {"document": preview["document"]}).status_code == 303
    assert Journey.objects.get(code="mistake").retired_at is None


def test_with_every_journey_put_away_the_pages_say_where_they_are(client: Client, house: House) -> None:
    put_away(house, house.touchpoint.stage.journey)
    for address in ("/map/", "/journeys/"):
        assert "1 journey put away" in client.get(address).content.decode()
    client.force_login(house.people["executive"])
    assert "put away" not in client.get("/map/").content.decode()
