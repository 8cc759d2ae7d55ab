"""Journeys out and in: identical again, with what others changed, and hostile files refused with their line."""

import copy
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from journeys.interchange import cjml
from journeys.interchange.xml_tree import XmlError
from journeys.models import Journey, Touchpoint
from journeys.services import documents
from tests import factories
from tests.api_client import Api, refused
from tests.factories import House
from tests.journeys.test_documents import journeys

PLAIN = {
    "format": "cx-journey", "version": 1, "code": "Visit_1", "name": "A visit & more", "description": "In <short>",
    "stages": [
        {"code": "arrive", "name": "Arriving", "goals": {"en": "Find it", "sv": "Hitta"}, "touchpoints": [
            {"code": "desk", "name": "Desk", "channels": ["counter", "app"], "promises": {"en": "At once"}},
            {"code": "call", "name": "We call", "initiator": "organisation", "channels": ["phone"]},
        ]},
        {"code": "leave", "name": "Leaving"},
    ],
    "findings": [{"kind": "need", "texts": {"en": "A seat"}, "stage": "arrive", "touchpoint": "desk"}],
}  # fmt: skip
FOREIGN = b"""<?xml version="1.0" encoding="UTF-8"?>
<!-- made by another tool -->
<CJML version="2.0">
  <plannedJourney>
    <journeyID> 17 </journeyID><journeyTitle>Bank loan</journeyTitle>
    <journeyPhases>
      <journeyPhase phaseID="p1"><phaseName>Apply</phaseName><phaseDescription>Quickly</phaseDescription></journeyPhase>
      <journeyPhase phaseID="p2"><phaseName>Decide</phaseName></journeyPhase>
    </journeyPhases>
    <actors><endUser actorID="A1"/><serviceProvider actorID="A2"/></actors>
    <touchpoints>
      <plannedCommunicationPoint><touchpointID> T 1</touchpointID><belongsTo phaseIDref="p1"/>
        <initiator><refersTo actorIDref="A1"/><initiatorLabel>Sends form</initiatorLabel></initiator>
        <receiver><refersTo actorIDref="A2"/><receiverLabel>Gets form</receiverLabel></receiver>
        <channel><channelName>INTERNETVIAPC</channelName></channel></plannedCommunicationPoint>
      <plannedAction><touchpointID>T2</touchpointID><belongsTo phaseIDref="p2"/>
        <initiator><refersTo actorIDref="A2"/><initiatorLabel>Decides</initiatorLabel></initiator></plannedAction>
      <plannedCommunicationPoint><touchpointID>T3</touchpointID><belongsTo phaseIDref="p2"/>
        <initiator><initiatorLabel>Tells</initiatorLabel></initiator>
        <channel><channelName>carrier pigeon</channelName></channel></plannedCommunicationPoint>
    </touchpoints>
  </plannedJourney>
  <actualJourney><journeyID>9</journeyID></actualJourney>
</CJML>"""


# --- the format -------------------------------------------------------------------------------
def test_what_goes_out_comes_back_the_same() -> None:
    found = cjml.read(cjml.write(PLAIN))
    assert (found.documents, found.not_taken) == ([PLAIN], [])


@settings(max_examples=60)
@given(journeys(), st.sampled_from(["en", "sv", "da"]))
def test_whatever_the_journey_it_comes_back_the_same(document: dict[str, Any], language: str) -> None:
    plain = documents.read(document)
    (again,) = cjml.read(cjml.write(document, language=language)).documents
    assert documents.read(again) == plain


def test_a_file_of_another_tool_is_read_as_far_as_it_goes() -> None:
    found = cjml.read(FOREIGN)
    (document,) = found.documents
    documents.read(document)
    assert (document["code"], document["name"]) == ("17", "Bank loan")
    stages = {each["code"]: (each["name"], [p["code"] for p in each["touchpoints"]]) for each in document["stages"]}
    assert stages == {"p1": ("Apply", ["t-1"]), "p2": ("Decide", ["T2", "T3"])}
    first, _second, third = (p for stage in document["stages"] for p in stage["touchpoints"])
    assert (first["name"], first["channels"], third["channels"]) == ("Sends form", ["web"], ["other"])
    assert [(kind, name) for kind, name, _line in found.not_taken] == [
        ("channelName", "carrier pigeon"), ("actualJourney", "9"),
    ]  # fmt: skip
    assert found.not_taken[1][2] == 23


def test_what_another_tool_changed_is_laid_over_what_only_we_know() -> None:
    text = cjml.write(PLAIN).decode()
    text = text.replace("<phaseName>Arriving</phaseName>", "<phaseName>Coming</phaseName>")
    text = text.replace("<initiatorLabel>Desk</initiatorLabel>", "<initiatorLabel>Reception</initiatorLabel>")
    (document,) = cjml.read(text.encode()).documents
    arriving = document["stages"][0]
    assert (arriving["name"], arriving["goals"]["sv"]) == ("Coming", "Hitta")
    assert arriving["touchpoints"][0] == PLAIN["stages"][0]["touchpoints"][0] | {"name": "Reception"}
    assert document["findings"] == PLAIN["findings"]


BOMB = b"""<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><CJML version="2.0"><x>&b;</x></CJML>"""
OUTSIDE = b"""<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><CJML version="2.0"><x>&a;</x></CJML>"""


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (b"", "xml-invalid", 1),
        (b"<CJML version='2.0'>\n<plannedJourney>\n<a>R & D</a></plannedJourney></CJML>", "xml-invalid", 3),
        (b"<CJML version='2.0'>\n<plannedJourney>", "xml-invalid", 2),
        (BOMB, "xml-forbidden", 1),
        (OUTSIDE, "xml-forbidden", 1),
        (b"<CJML version='2.0'>" + b"<a>" * 60 + b"</a>" * 60 + b"</CJML>", "xml-too-large", 1),
        (b"<cjml><actor id='1'/></cjml>", "cjml-dialect", 1),
        (b"\n<svg/>", "cjml-invalid", 2),
        (b"<CJML version='1.0'/>", "cjml-invalid", 1),
        (b"<CJML version='2.0'><actualJourney/></CJML>", "cjml-actual", 1),
        (FOREIGN.replace(b"<touchpointID>T3", b"<touchpointID>T2"), "cjml-repeated", 18),
        (FOREIGN.replace(b'phaseID="p2"', b'phaseID="p1"'), "cjml-repeated", 8),
        (FOREIGN.replace(b'phaseIDref="p1"', b'phaseIDref="p9"'), "cjml-invalid", 12),
        (b"<a>" + b"x" * (11 * 1024**2) + b"</a>", "xml-too-large", 0),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_refused_with_its_line(data: bytes, code: str, line: int) -> None:
    with pytest.raises(XmlError) as told:
        cjml.read(data)
    assert (told.value.code, told.value.extra["line"]) == (code, line)


@pytest.mark.parametrize("own", ["{", "[]", '{"stages":[{}]}', '{"stages":3}', '{"name":3}'])
def test_a_damaged_part_of_our_own_is_refused_with_its_line(own: str) -> None:
    written = cjml.write(PLAIN)
    start, end = written.index(b"<cx:document"), written.index(b"</cx:document>")
    opened = written.index(b">", start) + 1
    data = written[:opened] + own.encode() + written[end:]
    with pytest.raises(XmlError) as told:
        cjml.read(data)
    assert (told.value.code, told.value.extra["line"]) == ("cjml-invalid", written[:start].count(b"\n") + 1)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"<a>", "The file ends before its content does."),
        (b"", "The file ends before its content does."),
        (b"<a>R & D</a>", "There is a character that may not stand here"),
        (b"<a><b></a></b>", "The closing tag does not belong to the tag that is open."),
        (b"<a b='1' b='2'/>", "A tag has one attribute twice."),
        (b"<a/><b/>", "Something follows behind the end of the document."),
        (b"<a", "A tag is not closed."),
        (b"<a>&nbsp;</a>", "There is an entity that XML does not know."),
        (b"<?xml version='1.0' encoding='klingon'?><a/>", "The encoding that the file names cannot be read"),
        (b"<?xml version='1.0' encoding='big5'?><a/>", "The encoding that the file names cannot be read"),
        (b"\n<?xml version='1.0'?><a/>", "Something stands before the declaration"),
        (b"a,b", "This is not XML."),
    ],
)
def test_why_xml_is_refused_is_told_in_sentences(data: bytes, said: str) -> None:
    with pytest.raises(XmlError) as told:
        cjml.read(data)
    assert str(told.value.detail).startswith(said)


# --- the pages --------------------------------------------------------------------------------
def client_of(house: House, role: str = "owner") -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(house.people[role])
    return client


@pytest.mark.parametrize("format", ["json", "cjml", "xlsx"])
def test_a_file_goes_out_and_comes_in_after_a_look(house: House, format: str) -> None:
    journey = Journey.objects.get(program=house.program)
    factories.make_touchpoint(journey.stages.get(code="arrive"), "desk", promises={"en": "At once"})
    client, whole = client_of(house), documents.dump(journey)
    data = client.get("/map/export/", {"journey": "departure", "format": format}).content
    Touchpoint.objects.filter(code="desk").update(name="Changed meanwhile")
    page = client.post("/map/import/", {"file": SimpleUploadedFile("j", data)})
    text = page.content.decode()
    assert "Changed:" in text and "desk" in text
    assert Touchpoint.objects.get(code="desk").name == "Changed meanwhile"  # only looked at
    (preview,) = page.context["previews"]
    taken = client.post("/map/import/", {"document": preview["document"]})
    assert (taken.status_code, taken.headers["Location"]) == (303, "/map/edit/?journey=departure")
    assert documents.dump(journey) == whole
    kinds = list(journey.versions.order_by("number").values_list("kind", flat=True))
    assert kinds == ["kept", "imported"]


def test_a_diagram_of_lucidchart_is_named_and_so_is_what_can_be_read(house: House) -> None:
    data = b"Id,Name,Shape Library,Page ID,Line Source,Line Destination\n1,Document,,,,\n"
    page = client_of(house).post("/map/import/", {"file": SimpleUploadedFile("j.csv", data)})
    text = page.content.decode()
    assert page.status_code == 422
    assert "This is a Lucidchart diagram" in text and "CJML 2.0" in text and "Expecting" not in text


@pytest.mark.parametrize("data", [b"not a file", b"a,b\n1,2\n"])
def test_of_what_does_not_begin_as_json_no_place_is_told(house: House, data: bytes) -> None:
    page = client_of(house).post("/map/import/", {"file": SimpleUploadedFile("j", data)})
    assert "neither JSON, XML nor a workbook" in page.content.decode() and "char 0" not in page.content.decode()


@pytest.mark.parametrize(
    ("data", "status", "said"),
    [
        (b"not a file", 422, "neither JSON, XML nor a workbook"),
        (b"{}", 422, "missing"),
        (b"[1]", 422, ""),
        (b"<cjml/>", 422, "drawing dialect"),
        (BOMB, 422, "1: "),
        (b"\xff\xfe", 422, "neither JSON, XML nor a workbook"),
        (b"[" * 100_000, 422, "neither JSON, XML nor a workbook"),
        (json.dumps(PLAIN | {"level": "planet"}).encode(), 422, ".level"),
    ],
)
def test_a_file_that_is_no_journey_is_refused_on_the_page(house: House, data: bytes, status: int, said: str) -> None:
    page = client_of(house).post("/map/import/", {"file": SimpleUploadedFile("j", data)})
    assert page.status_code == status
    assert said in page.content.decode()
    assert Journey.objects.filter(program=house.program).count() == 1


# --- the API ----------------------------------------------------------------------------------
def put(api: Api, path: str, body: Any, **headers: str) -> Any:
    return api.client.put(
        f"/api/v1/{path}", json.dumps(body), content_type="application/json", headers=api.headers | headers
    )


def test_a_program_reads_and_replaces_a_map_that_nobody_has_edited_since(house: House) -> None:
    api = Api(house.people["owner"], house.program)
    (row,) = api.get("journeys/").json()["results"]
    assert (row["code"], row["stages"], row["touchpoints"]) == ("departure", 2, 1)
    read = api.get("journeys/departure/")
    document, seen = read.json()["document"], read.json()["fingerprint"]
    assert read.headers["ETag"] == f'"{seen}"'
    changed = copy.deepcopy(document)
    changed["stages"][1]["touchpoints"][0]["name"] = "Eating"
    taken = put(api, "journeys/departure/", changed, **{"If-Match": f'"{seen}"'})
    assert (taken.status_code, taken.json()["changed"]) == (200, [["touchpoint", "food"]])
    assert api.get("journeys/departure/").json()["fingerprint"] == taken.json()["fingerprint"]
    for stale in (seen, ""):
        assert refused(put(api, "journeys/departure/", document, **{"If-Match": stale}), 412, "journey-edited-since")
    assert Touchpoint.objects.get(code="food").name == "Eating"


def test_a_new_journey_is_made_once(house: House) -> None:
    api = Api(house.people["owner"], house.program)
    assert put(api, "journeys/visit/", PLAIN).status_code == 201
    assert refused(put(api, "journeys/visit/", PLAIN), 412, "journey-edited-since")
    assert refused(put(api, "journeys/else/", PLAIN | {"code": "else"}), 422, "touchpoint-elsewhere")
    assert refused(put(api, "journeys/bad/", {"name": 7}), 422, "journey-document-invalid")
    assert refused(api.get("journeys/none/"), 404, "journey-unknown")


def test_who_may_not_define_replaces_nothing(house: House) -> None:
    api = Api(house.people["integration"], house.program)
    assert refused(put(api, "journeys/visit/", PLAIN), 403, "not-allowed")
    assert not Journey.objects.filter(code="visit").exists()


def test_a_journey_comes_in_before_its_survey_and_says_so(house: House) -> None:
    sofa = {"code": "sofa", "name": "Sofa", "question_code": "SOON"}
    body = PLAIN | {
        "code": "later", "stages": [{"code": "rest", "name": "Rest", "touchpoints": [sofa]}], "findings": [],
    }  # fmt: skip
    page = client_of(house).post("/map/import/", {"file": SimpleUploadedFile("j", json.dumps(body).encode())})
    assert page.context["previews"][0]["changes"].not_asked == [("touchpoint", "SOON")]
    assert "No question of this program has these codes yet: SOON." in page.content.decode()
    taken = put(Api(house.people["owner"], house.program), f"journeys/later/?program={house.program.slug}", body)
    assert (taken.status_code, taken.json()["not_asked"]) == (201, [["touchpoint", "SOON"]])
    assert Touchpoint.objects.get(code="sofa").question_code == "SOON"
