"""CJML of other tools: who begins and who receives, actions, labels, goals; and what is left out is said."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from journeys.interchange import cjml
from journeys.interchange.xml_tree import XmlError
from journeys.models import Journey
from journeys.services import documents
from tests.factories import House

LOAN = b"""<CJML version="2.0">
  <plannedJourney>
    <journeyID>loan</journeyID><journeyTitle>Bank loan</journeyTitle><journeyStatus>draft</journeyStatus>
    <journeyPhases><journeyPhase phaseID="p1"><phaseName>Apply</phaseName><phaseDescription>Snabbt</phaseDescription>
    </journeyPhase></journeyPhases>
    <actors>
      <endUser actorID="u1"><actorName>Borrower</actorName></endUser>
      <serviceProvider actorID="s1"><companyName>The bank</companyName></serviceProvider>
      <serviceProvider actorIDref=" s2"><companyName>Credit agency</companyName></serviceProvider>
    </actors>
    <touchpoints>
      <plannedCommunicationPoint><touchpointID>T1</touchpointID><belongsTo phaseIDref="p1"/>
        <initiator><refersTo actorIDref="u1"/><initiatorLabel>Sends form</initiatorLabel></initiator>
        <receiver><refersTo actorIDref="s1"/><receiverLabel>Gets form</receiverLabel></receiver>
        <channel><channelName>email</channelName></channel></plannedCommunicationPoint>
      <plannedCommunicationPoint><touchpointID>T2</touchpointID><belongsTo phaseIDref="p1"/>
        <initiator><refersTo actorIDref="s1"/><initiatorLabel>Asks for the credit report</initiatorLabel></initiator>
        <receiver><refersTo actorIDref="s2"/></receiver></plannedCommunicationPoint>
      <plannedAction><touchpointID>T3</touchpointID><belongsTo phaseIDref="p1"/>
        <initiator><refersTo actorIDref="s1"/><initiatorLabel>Decides</initiatorLabel></initiator>
        <comment>Within a day</comment></plannedAction>
      <plannedCommunicationPoint><touchpointID>T4</touchpointID><belongsTo phaseIDref="p1"/>
        <initiator><refersTo actorIDref="s1"/><initiatorLabel>Tells</initiatorLabel></initiator>
        <receiver><refersTo actorIDref="u1"/><receiverLabel>Tells</receiverLabel></receiver>
      </plannedCommunicationPoint>
      <plannedCommunicationPoint><touchpointID>T5</touchpointID><belongsTo phaseIDref="p1"/>
        <initiator><refersTo actorIDref="s9"/><initiatorLabel>Reminds</initiatorLabel></initiator>
      </plannedCommunicationPoint>
    </touchpoints>
  </plannedJourney>
  <actualJourney><journeyID>9</journeyID></actualJourney>
</CJML>"""


def read(data: bytes = LOAN) -> tuple[dict, cjml.Read]:
    found = cjml.read(data)
    (document,) = found.documents
    documents.read(document)
    return document, found


def test_who_begins_and_who_receives_follows_from_the_actors() -> None:
    document, _found = read()
    said = {
        each["code"]: (each.get("initiator", "customer"), each.get("receiver", ""), each.get("receiver_name", ""))
        for each in document["stages"][0]["touchpoints"]
    }
    assert said == {
        "T1": ("customer", "", "Gets form"),
        "T2": ("organisation", "partner", ""),
        "T3": ("organisation", "nobody", ""),
        "T4": ("organisation", "", ""),
        "T5": ("customer", "", ""),
    }


def test_how_the_actors_were_read_and_what_was_left_out_is_told_with_its_line() -> None:
    _document, found = read()
    assert [(each.line, each.element, each.name, each.role.label) for each in found.read_as] == [
        (7, "endUser", "u1, Borrower", "The customer"),
        (8, "serviceProvider", "s1, The bank", "We"),
        (9, "serviceProvider", "s2, Credit agency", "Somebody else"),
        (26, "initiator", "T5, Reminds", "The customer"),
        (26, "receiver", "T5, Reminds", "We"),
    ]
    assert found.not_taken == [
        ("journeyStatus", "draft", 3), ("comment", "Within a day", 21), ("actualJourney", "9", 31),
    ]  # fmt: skip


def test_what_was_read_written_and_read_again_is_the_same() -> None:
    document, _found = read()
    written = cjml.write(document)
    again, found = read(written)
    assert (documents.read(again), found.not_taken, found.read_as) == (documents.read(document), [], [])
    bare, found = read(written[: written.index(b"<cx:document")] + b"</plannedJourney></CJML>")
    assert (documents.read(bare), found.read_as) == (documents.read(document), [])


def test_an_action_goes_out_as_an_action_and_a_label_at_its_receiver() -> None:
    text = cjml.write(read()[0]).decode()
    assert (text.count("<plannedAction>"), text.count("<plannedCommunicationPoint>")) == (1, 4)
    assert "<receiverLabel>Gets form</receiverLabel>" in text
    assert '<refersTo actorIDref="partner" />\n          <receiverLabel>Asks for the credit report' in text


def test_what_another_tool_says_of_the_receiver_is_laid_over_what_we_know() -> None:
    text = cjml.write(read()[0]).decode()
    text = text.replace("<receiverLabel>Gets form<", "<receiverLabel>Reads form<")
    head, between, tail = text.partition("<initiatorLabel>Tells</initiatorLabel>")
    tail = tail.replace('actorIDref="customer"', 'actorIDref="partner"', 1)
    points = read((head + between + tail).encode())[0]["stages"][0]["touchpoints"]
    assert points[0]["receiver_name"] == "Reads form"
    assert (points[3]["receiver"], points[3]["initiator"]) == ("partner", "organisation")


def test_the_description_of_a_phase_is_in_the_language_asked_for_and_goes_back_to_it() -> None:
    goals = {"en": "Quickly", "sv": "Snabbt", "fi": "Nopeasti"}
    document = read()[0]
    document["stages"][0]["goals"] = goals
    for language, shown in [("sv", "Snabbt"), ("da", "Quickly")]:
        written = cjml.write(document, language=language)
        assert f"<phaseDescription>{shown}</phaseDescription>".encode() in written
        assert documents.read(read(written)[0]) == documents.read(document)
    changed = cjml.write(document, language="sv").replace(b">Snabbt<", b">Genast<")
    assert read(changed)[0]["stages"][0]["goals"] == goals | {"sv": "Genast"}
    document["stages"][0]["goals"] = {"fi": "Nopeasti"}
    assert b"<phaseDescription>Nopeasti</phaseDescription>" in cjml.write(document, language="sv")


def test_a_foreign_description_is_in_the_language_of_the_program() -> None:
    (document,) = cjml.read(LOAN, language="sv").documents
    assert document["stages"][0]["goals"] == {"sv": "Snabbt"}


def test_a_text_that_is_cut_is_told() -> None:
    _document, found = read(LOAN.replace(b"Gets form", b"g" * 201))
    assert ("receiverLabel", "g", 14) in found.not_taken


def test_a_file_of_actual_journeys_says_how_they_come_in() -> None:
    with pytest.raises(XmlError, match="XES"):
        cjml.read(b"<CJML version='2.0'><actualJourney/></CJML>")


def test_the_look_before_says_who_is_who_and_what_is_left_out(house: House) -> None:
    client = Client(headers={"accept-language": "en"})
    client.force_login(house.people["owner"])
    page = client.post("/map/import/", {"file": SimpleUploadedFile("loan.xml", LOAN)})
    text = page.content.decode()
    assert "Line 8: serviceProvider s1, The bank is read as We" in text
    assert "Line 21: comment Within a day" in text
    assert "An actual journey is what one customer did" in text
    (preview,) = page.context["previews"]
    client.post("/map/import/", {"document": preview["document"]})
    journey = Journey.objects.get(program=house.program, code="loan")
    points = journey.stages.get().touchpoints.order_by("position")
    assert list(points.values_list("initiator", "receiver", "receiver_name"))[:3] == [
        ("customer", "", "Gets form"), ("organisation", "partner", ""), ("organisation", "nobody", ""),
    ]  # fmt: skip
    out = client.get("/map/export/", {"journey": "loan", "format": "cjml"}).content
    assert documents.read(cjml.read(out).documents[0]) == documents.read(documents.dump(journey))
