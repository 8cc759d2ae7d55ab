"""The map's editing page as plain forms, as a browser without JavaScript sends them."""

import copy
import html
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from journeys import journey_templates
from journeys.models import Journey, JourneyVersion, Touchpoint
from journeys.pages import map_editor
from journeys.services import documents
from tests import factories
from tests.factories import House


def client_of(house: House, role: str = "owner") -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(house.people[role])
    return client


EDIT = "/map/edit/?journey=departure"


@pytest.fixture
def journey(house: House) -> Journey:
    journey = Journey.objects.get(program=house.program)
    factories.make_touchpoint(journey.stages.get(code="arrive"), "desk")
    factories.make_touchpoint(journey.stages.get(code="arrive"), "road")
    return journey


def order(journey: Journey) -> list[str]:
    rows = Touchpoint.objects.on_map().filter(stage__journey=journey).order_by("stage__position", "position")
    return [row.code for row in rows]


def filled(client: Client, code: str, **typed: str) -> dict[str, str]:
    """The form of a touchpoint as the page offers it, with what a person typed."""
    page = client.get(EDIT)
    part = next(part for stage in page.context["page"].stages for part in stage.touchpoints if part.row.code == code)
    data = {"do": "touchpoint", "code": code}
    for field in part.form:
        value = field.value()
        if value not in (None, ""):
            data[field.html_name] = value
    return data | {part.form.add_prefix(name): value for name, value in typed.items()}


def test_a_touchpoint_is_changed_in_every_language(house: House, journey: Journey) -> None:
    client = client_of(house)
    reply = client.post(EDIT, filled(client, "desk", name="Check-in", names_sv="Incheckning", promises_en="At once"))
    assert (reply.status_code, reply.headers["Location"]) == (303, "/map/edit/?journey=departure#touchpoint-desk")
    row = Touchpoint.objects.get(code="desk")
    assert (row.name, row.names, row.promises, row.revision) == (
        "Check-in",
        {"sv": "Incheckning"},
        {"en": "At once"},
        1,
    )
    assert "Saved." in client.get(EDIT).content.decode()


def test_what_the_form_does_not_show_stays_as_it_is(house: House, journey: Journey) -> None:
    brought: dict[str, Any] = {
        "names": {"de": "Schalter"},
        "promises": {"en": "At once", "de": "Sofort"},
        "channels": ["phone", "counter"],
    }
    Touchpoint.objects.filter(code="desk").update(**brought)
    client = client_of(house)
    assert client.post(EDIT, filled(client, "desk", team="Ground crew")).status_code == 303
    row = Touchpoint.objects.get(code="desk")
    assert {"names": row.names, "promises": row.promises, "channels": row.channels} == brought
    assert row.team == "Ground crew"
    typed = filled(client, "desk", promises_en="") | {f"touchpoint-{row.pk}-channels": ["shop", "counter"]}
    assert client.post(EDIT, typed).status_code == 303
    row.refresh_from_db()
    assert (row.promises, row.channels) == ({"de": "Sofort"}, ["counter", "shop"])


def test_parts_are_added_moved_taken_off_and_put_back(house: House, journey: Journey) -> None:
    client = client_of(house)
    assert order(journey) == ["desk", "road", "food"]
    for data in (
        {"do": "add-touchpoint", "name": "Bag drop", "after": "arrive:desk"},
        {"do": "move-touchpoint", "code": "road", "place": "wait:food"},
        {"do": "add-stage", "name": "Fly", "after": "wait"},
        {"do": "move-touchpoint", "code": "food", "place": "fly:"},
        {"do": "off-touchpoint", "code": "desk"},
    ):
        assert client.post(EDIT, data).status_code == 303
    assert order(journey) == ["bag-drop", "road", "food"]
    assert client.post(EDIT, {"do": "move-stage", "code": "fly", "place": ""}).status_code == 303
    assert order(journey) == ["food", "bag-drop", "road"]
    assert client.post(EDIT, {"do": "back", "code": "desk"}).status_code == 303
    assert order(journey) == ["food", "bag-drop", "desk", "road"]
    for _turn in range(2):
        assert client.post(EDIT, {"do": "undo"}).status_code == 303
    assert order(journey) == ["bag-drop", "road", "food"]


def test_the_later_of_two_sees_both_texts_and_saves_again(house: House, journey: Journey) -> None:
    ann, bo = client_of(house), client_of(house, "analyst")
    hers, his = filled(ann, "desk", name="Check-in"), filled(bo, "desk", name="Bag drop")
    assert ann.post(EDIT, hers).status_code == 303
    told = bo.post(EDIT, his)
    assert told.status_code == 409
    text = told.content.decode()
    assert "Program owner has changed this meanwhile" in text
    assert re.search(r"Now:\s*Check-in.*Yours:\s*Bag drop", text, re.DOTALL)
    assert 'value="Bag drop"' in text
    assert Touchpoint.objects.get(code="desk").name == "Check-in"
    part = next(p for s in told.context["page"].stages for p in s.touchpoints if p.row.code == "desk")
    again = his | {part.form.add_prefix(name): part.form[name].value() for name in ("revision", "base")}
    assert bo.post(EDIT, again).status_code == 303
    assert Touchpoint.objects.get(code="desk").name == "Bag drop"


def test_a_clash_names_only_the_languages_that_differ(house: House, journey: Journey) -> None:
    said = {"en": "At once", "sv": "Genast", "fi": "Heti", "da": "Straks"}
    Touchpoint.objects.filter(code="desk").update(promises=said)
    ann, bo = client_of(house), client_of(house, "analyst")
    hers = filled(ann, "desk", promises_sv="Direkt", promises_fi="Tuota pikaa")
    his = filled(bo, "desk", promises_sv="Med en gång", promises_da="Med det samme")
    assert ann.post(EDIT, hers).status_code == 303
    told = bo.post(EDIT, his)
    part = next(p for s in told.context["page"].stages for p in s.touchpoints if p.row.code == "desk")
    assert part.clashes == (
        (
            "What the brand promises",
            "Dansk: Straks; Svenska: Direkt",
            "Dansk: Med det samme; Svenska: Med en gång",
        ),
    )


def test_a_clash_names_a_field_as_its_form_does(house: House, journey: Journey) -> None:
    ann, bo = client_of(house), client_of(house, "analyst")
    hers, his = (filled(who, "desk", receiver_name=said) for who, said in ((ann, "Hands bag"), (bo, "Takes bag")))
    assert ann.post(EDIT, hers).status_code == 303
    told = bo.post(EDIT, his)
    part = next(p for s in told.context["page"].stages for p in s.touchpoints if p.row.code == "desk")
    assert part.clashes == (("What the receiver calls it", "Hands bag", "Takes bag"),)


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"do": "nothing"}, 404),
        ({}, 404),
        ({"do": "add-touchpoint", "name": "", "after": "arrive:"}, 422),
        ({"do": "add-touchpoint", "name": "x", "after": "nowhere:"}, 404),
        ({"do": "move-touchpoint", "code": "none", "place": "arrive:"}, 404),
        ({"do": "move-touchpoint", "code": "desk", "place": ""}, 404),
        ({"do": "touchpoint", "code": "desk"}, 422),
        ({"do": "undo"}, 409),
        ({"do": "back", "code": "none"}, 404),
    ],
)
def test_what_cannot_be_done_is_refused_and_changes_nothing(
    house: House, journey: Journey, data: dict[str, Any], status: int
) -> None:
    before = order(journey)
    assert client_of(house).post(EDIT, data).status_code == status
    assert order(journey) == before
    assert not JourneyVersion.objects.filter(journey=journey, kind="edit").exists()


def test_versions_say_in_words_what_changed_and_bring_it_back(house: House, journey: Journey) -> None:
    client = client_of(house)
    client.post(EDIT, filled(client, "desk", name="Check-in"))
    client.post("/map/versions/?journey=departure", {"do": "keep", "name": "As agreed"})
    client.post(EDIT, {"do": "off-touchpoint", "code": "food"})
    text = client.get("/map/versions/?journey=departure").content.decode()
    assert "Check-in: name changed from Desk to Check-in." in text
    assert "Food was taken off." in text
    assert "As agreed" in text
    assert client.post("/map/versions/?journey=departure", {"do": "restore", "number": "1"}).status_code == 303
    assert (order(journey), Touchpoint.objects.get(code="desk").name) == (["desk", "road", "food"], "Desk")
    assert client.post("/map/versions/?journey=departure", {"do": "restore", "number": "99"}).status_code == 404


def test_a_touchpoint_with_findings_goes_off_and_every_page_of_its_history_stands(
    house: House, journey: Journey
) -> None:
    finding = factories.make_finding(Touchpoint.objects.get(code="desk"), study=factories.make_study(house.program))
    client = client_of(house)
    assert client.post(EDIT, {"do": "off-touchpoint", "code": "desk"}).status_code == 303
    page = client.get("/map/versions/?journey=departure&from=1&to=2")
    assert page.status_code == 200
    assert page.context["compared"].changes == ("Desk was taken off.",)
    for kind in ("json", "xlsx", "cjml"):
        data = client.get("/map/export/", {"journey": "departure", "format": kind}).content
        preview = client.post("/map/import/", {"file": SimpleUploadedFile("j", data)})
        assert (preview.status_code, bool(preview.context["previews"][0]["changes"])) == (200, False), kind
    assert client.post(EDIT, {"do": "undo"}).status_code == 303
    assert order(journey) == ["desk", "road", "food"]
    assert Touchpoint.objects.get(code="desk").findings.get() == finding


def test_versions_call_every_field_and_choice_by_its_words(house: House, journey: Journey) -> None:
    document = documents.dump(journey)
    changed = copy.deepcopy(document)
    changed |= {"evidence": "researched", "evidence_note": {"en": "Seen"}, "description": "In short", "level": "part"}
    stage = changed["stages"][0]
    stage |= {"goal_evidence": "partly", "problem_question": "Q9", "problems": {"1": {"en": "Dirty"}}}
    stage["touchpoints"][0] |= {
        "truth": "confirmed", "truth_reason": "All say so", "channels": ["email", "web"], "initiator": "organisation",
        "expectations": [{"value": 4.5, "valid_from": "2026-01-01"}], "expectation_form": "direct",
        "expectation_question": "Q8", "problem_codes": [3],
    }  # fmt: skip
    told = [map_editor.change_in_words(each, changed) for each in documents.differences(document, changed)]
    text = " ".join(told)
    assert len(told) == 15
    assert "_" not in text and "Part(" not in text
    for words in (
        "evidence changed from Assumed to Researched.", "what the evidence is is now English: Seen.",
        "channels is now E-mail, Website.", "who begins changed from The customer to We.",
        "expectation is now 4.5 from 1 Jan 2026.", "level changed from Journey to Part of a journey.",
    ):  # fmt: skip
        assert words in text


def test_a_new_journey_begins_empty_from_a_template_or_as_a_copy(house: House, journey: Journey) -> None:
    client = client_of(house)
    for data, stages in (
        ({"name": "Empty one", "origin": ""}, 1),
        ({"name": "", "origin": "template:insurance"}, 5),
        ({"name": "Twice", "origin": "copy:departure"}, 2),
    ):
        reply = client.post("/map/new/", data)
        assert reply.status_code == 303
        code = reply.headers["Location"].partition("journey=")[2]
        assert Journey.objects.get(program=house.program, code=code).stages.on_map().count() == stages
        assert client.get(f"/map/edit/?journey={code}").status_code == 200
    assert client.post("/map/new/", {"name": "", "origin": ""}).status_code == 422
    assert client.post("/map/new/", {"name": "x", "origin": "copy:none"}).status_code == 422


@pytest.mark.parametrize("code", journey_templates.JOURNEYS)
def test_every_template_is_whole_in_every_language(house: House, code: str) -> None:
    client = client_of(house)
    made = [client.post("/map/new/", {"name": "", "origin": f"template:{code}"}) for _turn in range(2)]
    assert [reply.status_code for reply in made] == [303, 303]
    template = journey_templates.JOURNEYS[code]
    texts = [template.names, template.about, template.customer_words]
    texts += [words for each in template.stages for words in (each.names, each.goals, each.actions, each.thoughts)]
    texts += [words for each in template.touchpoints for words in (each.names, each.promises, each.tones)]
    assert all(set(each) == {"en", "sv", "nb", "da", "fi"} and all(each.values()) for each in texts)
    assert all(len(words) <= 75 for each in texts for words in each.values())  # a card holds no more
    assert template.key in {each.code for each in template.touchpoints}


@pytest.mark.parametrize("code", journey_templates.JOURNEYS)
def test_a_map_made_of_a_template_has_its_lanes_filled(house: House, code: str) -> None:
    client = client_of(house)
    made = client.post("/map/new/", {"name": "", "origin": f"template:{code}"}).headers["Location"]
    journey = Journey.objects.get(program=house.program, code=made.partition("journey=")[2])
    template = journey_templates.JOURNEYS[code]
    stages = [(each.goals, each.actions, each.thoughts) for each in journey.stages.on_map().order_by("position")]
    assert stages == [(each.goals, each.actions, each.thoughts) for each in template.stages]
    points = Touchpoint.objects.filter(stage__journey=journey).order_by("stage__position", "position")
    told = [(each.promises, each.tones, each.channels) for each in points]
    assert told == [(each.promises, each.tones, [*each.channels]) for each in template.touchpoints]
    page = client.get(f"/map/?journey={journey.code}&lanes=actions&lanes=promise&lanes=channels").content.decode()
    shown = html.unescape(page)
    for words in (template.stages[0].actions, template.stages[0].thoughts, template.touchpoints[-1].promises,
                  template.touchpoints[-1].tones):  # fmt: skip
        assert words["en"] in shown
    assert str(template.touchpoints[0].channels[0].label) in shown


def test_the_map_leads_to_its_editing_page_for_those_who_define(house: House) -> None:
    assert "/map/edit/?journey=departure" in client_of(house).get("/map/").content.decode()
    assert "/map/edit/" not in client_of(house, "executive").get("/map/").content.decode()


def test_two_who_edit_different_fields_of_one_touchpoint_both_get_their_way(house: House, journey: Journey) -> None:
    ann, bo = client_of(house), client_of(house, "analyst")
    hers, his = filled(ann, "desk", name="Check-in"), filled(bo, "desk", team="Ground", promises_en="Fast")
    assert ann.post(EDIT, hers).status_code == 303
    assert bo.post(EDIT, his).status_code == 303
    desk = Touchpoint.objects.get(code="desk")
    assert (desk.name, desk.team, desk.promises) == ("Check-in", "Ground", {"en": "Fast"})


def test_who_is_told_sees_what_the_other_wrote_in_fields_left_alone_and_does_not_undo_it(
    house: House, journey: Journey
) -> None:
    ann, bo = client_of(house), client_of(house, "analyst")
    hers, his = filled(ann, "desk", name="Check-in", team="Ground"), filled(bo, "desk", name="Bag drop")
    assert ann.post(EDIT, hers).status_code == 303
    told = bo.post(EDIT, his)
    assert told.status_code == 409
    part = next(p for s in told.context["page"].stages for p in s.touchpoints if p.row.code == "desk")
    assert (part.form["name"].value(), part.form["team"].value()) == ("Bag drop", "Ground")
    again = {"do": "touchpoint", "code": "desk"} | {
        field.html_name: field.value() for field in part.form if field.value() not in (None, "")
    }
    assert bo.post(EDIT, again).status_code == 303
    desk = Touchpoint.objects.get(code="desk")
    assert (desk.name, desk.team) == ("Bag drop", "Ground")


def test_a_stage_that_was_taken_off_comes_back_with_its_touchpoints(house: House, journey: Journey) -> None:
    client = client_of(house)
    client.post(EDIT, {"do": "off-touchpoint", "code": "road"})
    factories.make_touchpoint(journey.stages.get(code="arrive"), "kerb")
    client.post(EDIT, {"do": "move-touchpoint", "code": "kerb", "place": "arrive:"})
    before = order(journey)
    assert before.index("kerb") < before.index("desk")
    assert client.post(EDIT, {"do": "off-stage", "code": "arrive"}).status_code == 303
    assert "Put Arrive back" in client.get(EDIT).content.decode()
    assert client.post(EDIT, {"do": "back-stage", "code": "arrive"}).status_code == 303
    assert [code for code in order(journey) if code in ("kerb", "desk")] == ["kerb", "desk"]
    assert sorted(order(journey)) == sorted(before)
    assert Touchpoint.objects.get(code="road").retired_at is not None
    assert client.post(EDIT, {"do": "back-stage", "code": "none"}).status_code == 404


def test_any_two_versions_are_told_apart_in_words_whichever_is_named_first(house: House, journey: Journey) -> None:
    client = client_of(house)
    for name in ("Check-in", "Bag drop"):
        client.post(EDIT, filled(client, "desk", name=name))
    client.post(EDIT, {"do": "off-touchpoint", "code": "food"})
    address = "/map/versions/?journey=departure"
    for query in ("&from=1&to=4", "&from=4&to=1"):
        compared = client.get(address + query).context["compared"]
        assert sorted(compared.changes) == ["Bag drop: name changed from Desk to Bag drop.", "Food was taken off."]
    assert "Check-in" not in " ".join(client.get(address + "&from=3&to=4").context["compared"].changes)
    for query in ("", "&from=1&to=1", "&from=1&to=99", "&from=x&to=-1"):
        assert client.get(address + query).context["compared"] is None


def test_a_version_whose_number_is_a_digit_to_python_alone_does_not_exist(house: House) -> None:
    assert client_of(house).post("/map/versions/?journey=departure", {"number": "²"}).status_code == 404


def test_a_question_that_the_program_does_not_have_is_refused_beside_its_field(house: House, journey: Journey) -> None:
    client = client_of(house)
    typed = filled(client, "desk", question_code="NOPE")
    reply = client.post(EDIT, typed)
    assert reply.status_code == 422
    assert "There is no question NOPE." in html.unescape(reply.content.decode())
    assert Touchpoint.objects.get(code="desk").question_code == ""
    assert client.post(EDIT, filled(client, "desk", question_code="Q7ALL")).status_code == 303


def test_a_question_that_a_file_brought_is_no_hindrance_to_other_edits(house: House, journey: Journey) -> None:
    Touchpoint.objects.filter(code="desk").update(question_code="LATER")
    client = client_of(house)
    assert "not measured: there is no question LATER" in client.get(EDIT).content.decode()
    assert client.post(EDIT, filled(client, "desk", team="Ground crew")).status_code == 303
    row = Touchpoint.objects.get(code="desk")
    assert (row.team, row.question_code) == ("Ground crew", "LATER")
