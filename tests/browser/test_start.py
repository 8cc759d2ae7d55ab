"""From an empty database to the first answer in a real Chromium, on a phone, as a stranger who makes mistakes."""

from typing import Any

import pytest

from tests.browser.axe import flaws

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1440, "height": 900}


def look(page: Any, path: str) -> None:
    """The page is the one meant, scrolls sideways at no width, and has no flaw."""
    page.wait_for_url(f"**{path}")
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], (path, size)
    assert (path, flaws(page)) == (path, [])


def test_a_stranger_walks_from_an_empty_database_to_the_first_answer(
    browser: Any, live_server: Any, settings: Any
) -> None:
    settings.BASE_URL = live_server.url
    context = browser.new_context(viewport=PHONE, locale="en-GB")
    context.set_default_timeout(10_000)
    page, wrong = context.new_page(), []
    page.on("pageerror", lambda error: wrong.append(str(error)))

    def press(name: str, **options: Any) -> None:
        page.get_by_role("button", name=name).click(**options)

    # 1: a mistake first, then a double click
    page.goto(live_server.url)
    press("Begin the program")
    page.get_by_role("alert").wait_for()
    look(page, "/start/")
    for label, text in (
        ("Your name", "Ann Berg"),
        ("Your e-mail address", "ann@example.org"),
        ("Password", "blue horse on the roof"),
        ("Name of your organisation", "Berg Spa"),
    ):
        page.get_by_label(label, exact=True).fill(text)
    press("Begin the program", click_count=2, delay=20)
    page.wait_for_url("**/start/people/")
    page.go_back()  # past the mistake: nothing is sent again
    page.wait_for_url("**/start/people/")

    # 2: written as a mail program writes it; whoever comes back sees who is there
    page.get_by_label("Units").fill("Spa\nKitchen")
    page.get_by_label("Unit managers").fill("Bo Ek <bo@example.org>, Spa")
    press("Add them and go on")
    page.wait_for_url("**/start/journey/")
    page.get_by_role("link", name="Back to: Units and people").click()
    page.get_by_text("Bo Ek (Unit manager)").wait_for()
    look(page, "/start/people/")

    # 3: left at the step, and found again from the first page
    page.goto(live_server.url)
    look(page, "/")
    page.get_by_role("link", name="Go on where you were").click()
    look(page, "/start/journey/")
    press("Take this journey", click_count=2, delay=20)

    # 4, 5
    look(page, "/start/survey/")
    page.get_by_label("Where do we make it hard?").check()
    press("Publish this survey")
    look(page, "/start/channel/")
    press("Open this channel")
    page.get_by_role("heading", name="Give the first answer yourself").wait_for()
    look(page, "/start/channel/")

    # The answer, in the tab that opens
    with context.expect_page() as opened:
        page.get_by_role("link", name="Answer the survey").click()
    survey = opened.value
    survey.get_by_label("2", exact=True).check(force=True)
    survey.get_by_role("button", name="Go on").click()
    survey.get_by_label("What made it difficult?").fill("The door was locked.")
    survey.get_by_role("button", name="Send the answer").click()
    survey.wait_for_url("**/done/")

    press("See whether it is counted")
    page.get_by_role("heading", name="Your program runs").wait_for()
    assert page.locator("[data-answers]").get_attribute("data-answers") == "1"
    look(page, "/start/channel/**")
    page.get_by_role("link", name="Answer the customer who gave a low score").click()
    assert page.locator(".cx-ticket .cx-score").inner_text().split() == ["Score", "2", "of", "7"]
    page.locator(".cx-ticket a").click()
    page.get_by_text("The door was locked.").wait_for()
    assert wrong == []
    context.close()
