"""The map's editing page in a real browser: dragged with the mouse, moved by keyboard, edited in place, by two."""

from typing import Any

import pytest
from django.db.models import F
from django.test import Client

from journeys.models import Touchpoint
from tests import factories
from tests.browser.axe import flaws

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
EDIT = "/map/edit/?journey=departure"


def order() -> list[str]:
    rows = Touchpoint.objects.on_map().order_by("stage__position", "position")
    return [f"{row.stage.code}:{row.code}" for row in rows.select_related("stage")]


def test_a_map_is_edited_by_mouse_by_keyboard_in_place_and_by_two(browser: Any, live_server: Any) -> None:
    """In one test: after each, the database is emptied, which takes longer than the pages."""
    program = factories.make_program()
    people = factories.make_people(program, factories.make_units(program))
    journey = factories.make_journey(program)
    arrive, wait = journey.stages.all()
    for stage, code in ((arrive, "road"), (arrive, "desk"), (wait, "shop"), (wait, "gate")):
        factories.make_touchpoint(stage, code)

    def open_page(role: str, width: int, *, scripts: bool = True) -> tuple[Any, list[str]]:
        client = Client()
        client.force_login(people[role])
        context = browser.new_context(
            viewport={"width": width, "height": 900}, locale="en-GB", java_script_enabled=scripts
        )
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
        page, complaints = context.new_page(), []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda m: complaints.append(m.text) if "Content Security" in m.text else None)
        page.goto(f"{live_server.url}{EDIT}")
        return page, complaints

    page, complaints = open_page("owner", 1440)
    saved = page.locator("#map-said")

    # By mouse: the gate to behind the road, in the stage before.
    grip, target = page.locator("#grip-gate"), page.locator("#touchpoint-road")
    start, end = grip.bounding_box(), target.bounding_box()
    page.mouse.move(start["x"] + 10, start["y"] + 10)
    page.mouse.down()
    page.mouse.move(end["x"] + 40, end["y"] + end["height"] - 4, steps=8)
    page.mouse.up()
    page.locator("#stage-arrive #touchpoint-gate").wait_for()
    assert order() == ["arrive:road", "arrive:gate", "arrive:desk", "wait:shop"]

    # By keyboard: down within the stage, then on into the next; the focus stays on the handle.
    page.locator("#grip-gate").focus()
    page.keyboard.press("ArrowDown")
    page.locator("#touchpoint-desk + #touchpoint-gate").wait_for()
    page.keyboard.press("ArrowDown")
    page.locator("#stage-wait #touchpoint-gate").wait_for()
    assert order() == ["arrive:road", "arrive:desk", "wait:gate", "wait:shop"]
    assert page.evaluate("document.activeElement.id") == "grip-gate"

    # A stage: by mouse to behind the next, and back by keyboard.
    def stages() -> list[str]:
        return list(journey.stages.on_map().order_by("position").values_list("code", flat=True))

    grip, target = page.locator("#grip-stage-arrive"), page.locator("#stage-wait")
    start, end = grip.bounding_box(), target.bounding_box()
    page.mouse.move(start["x"] + 10, start["y"] + 10)
    page.mouse.down()
    page.mouse.move(end["x"] + end["width"] - 20, end["y"] + 30, steps=8)
    page.mouse.up()
    page.locator("#stage-wait + #stage-arrive").wait_for()
    assert stages() == ["wait", "arrive"]
    page.locator("#grip-stage-arrive").focus()
    page.keyboard.press("ArrowLeft")
    page.locator("#stage-arrive + #stage-wait").wait_for()
    assert stages() == ["arrive", "wait"]
    assert page.evaluate("document.activeElement.id") == "grip-stage-arrive"

    # In place, without leaving the page.
    other, _none = open_page("analyst", 390)
    page.locator("#sum-touchpoint-desk").click()
    field = page.locator("#touchpoint-desk").get_by_label("Name", exact=True)
    field.fill("Check-in")
    page.get_by_role("button", name="Save Desk").click()
    page.locator("#touchpoint-desk h3", has_text="Check-in").wait_for()
    assert "Saved" in saved.inner_text()

    # The second, who saw the page before, is told and keeps what was typed.
    other.locator("#sum-touchpoint-desk").click()
    other.locator("#touchpoint-desk").get_by_label("Name", exact=True).fill("Bag drop")
    other.get_by_role("button", name="Save Desk").click()
    other.locator("#touchpoint-desk [role=alert]", has_text="Check-in").wait_for()
    assert Touchpoint.objects.get(code="desk").name == "Check-in"
    assert other.locator("#touchpoint-desk").get_by_label("Name", exact=True).input_value() == "Bag drop"
    other.get_by_role("button", name="Save Check-in").click()
    other.locator("#touchpoint-desk h3", has_text="Bag drop").wait_for()

    # What the first did before can still be taken back; what is typed elsewhere and not saved yet stays.
    page.locator("#sum-touchpoint-road").click()
    page.locator("#touchpoint-road").get_by_label("Name", exact=True).fill("Way here")
    page.locator("#touchpoint-road").get_by_label("Phone").check()
    page.locator("#touchpoint-road").get_by_label("Who begins").select_option("organisation")
    page.locator("#sum-touchpoint-shop").click()
    page.get_by_role("button", name="Take Shop off the map").click()
    page.locator("#touchpoint-shop").wait_for(state="detached")
    page.locator("#map-undo").click()
    page.locator("#touchpoint-shop").wait_for()
    assert "wait:shop" in order()
    road = page.locator("#touchpoint-road")
    assert road.get_by_label("Name", exact=True).input_value() == "Way here"
    assert road.get_by_label("Phone").is_checked()
    assert road.get_by_label("Who begins").input_value() == "organisation"

    # It goes with the edit that was seen: what somebody else saved there meanwhile is told, not written over.
    Touchpoint.objects.filter(code="road").update(name="The road", revision=F("revision") + 1)
    page.locator("#map-undo").click()
    page.locator("#touchpoint-road h3", has_text="The road").wait_for()
    page.get_by_role("button", name="Save The road").click()
    page.locator("#touchpoint-road [role=alert]", has_text="The road").wait_for()
    assert Touchpoint.objects.get(code="road").name == "The road"
    assert road.get_by_label("Name", exact=True).input_value() == "Way here"

    for shown, width in ((page, 1440), (other, 390)):
        assert flaws(shown) == [], width
        assert shown.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), width
    assert complaints == []

    # Without scripts the same forms do.
    plain, _none = open_page("owner", 390, scripts=False)
    plain.locator("#sum-touchpoint-road").click()
    plain.get_by_role("button", name="Move The road later").click()
    plain.locator("#touchpoint-desk + #touchpoint-road").wait_for()
    assert order()[:2] == ["arrive:desk", "arrive:road"]
