"""Every page as its reader sees it: a real Chromium, the strict CSP, axe-core, phone and desktop."""

import re
from typing import Any

import pytest

from tests.browser.axe import flaws
from tests.demo_site import DemoSite

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]
# The third and later doors of a chapter are drawn as the first two: their thousands of cells are not looked at.
ALIKE = "article ~ article ~ article"
PHONE, DESKTOP = 390, 1440

# (role, page, width, mode)
PAGES: list[tuple[str, str, int, str]] = [
    ("owner", "/", DESKTOP, "light"),
    ("owner", "/map/", DESKTOP, "light"),
    ("owner", "/map/?period=all", PHONE, "dark"),
    ("owner", "/kpis/", DESKTOP, "dark"),
    ("owner", "/kpis/?kpi=nps", PHONE, "light"),
    ("owner", "/drivers/", DESKTOP, "light"),
    ("owner", "/drivers/", PHONE, "dark"),
    ("owner", "/drivers/new/", DESKTOP, "light"),
    ("owner", "/drivers/new/", PHONE, "dark"),
    ("owner", "/charter/", DESKTOP, "light"),
    ("owner", "/scorecard/", PHONE, "light"),
    ("owner", "/projects/", PHONE, "light"),
    ("owner", "/projects/restaurants/", DESKTOP, "light"),
    ("owner", "/reports/", DESKTOP, "light"),
    ("owner", "/more/", PHONE, "light"),
    ("owner", "/start/people/", PHONE, "light"),
    ("owner", "/start/journey/", DESKTOP, "dark"),
    ("owner", "/start/channel/", PHONE, "dark"),
    ("executive", "/", PHONE, "light"),
    ("executive", "/", DESKTOP, "dark"),
    ("unit_manager", "/", DESKTOP, "light"),
    ("unit_manager", "/", PHONE, "dark"),
    ("unit_manager", "/tickets/", PHONE, "light"),
    ("unit_manager", "/statements/", DESKTOP, "light"),
    ("frontline", "/", PHONE, "light"),
    ("frontline", "/tickets/", DESKTOP, "dark"),
    ("frontline", "/customers/?q=passenger", PHONE, "light"),
    ("owner", "/measurements/", PHONE, "light"),
    ("unit_manager", "/measurements/", DESKTOP, "dark"),
    ("owner", "/targets/", PHONE, "dark"),
    ("owner", "/use-cases/", PHONE, "light"),
    ("owner", "/audit/", PHONE, "light"),
    ("owner", "/audit/", DESKTOP, "dark"),
    ("owner", "/journeys/", PHONE, "dark"),
    ("owner", "/map/touchpoint/restaurants/", PHONE, "light"),
    ("executive", "/map/touchpoint/restaurants/", DESKTOP, "dark"),
    ("owner", "/paths/", PHONE, "light"),
    ("owner", "/funnels/", PHONE, "dark"),
    ("owner", "/competitors/", PHONE, "light"),
    ("frontline", "/voice/", PHONE, "light"),
    ("project_lead", "/", PHONE, "light"),
    ("auditor", "/", DESKTOP, "light"),
    ("advisor", "/scorecard/", DESKTOP, "light"),
    ("", "/s/sfo-live/", PHONE, "light"),
    ("", "/s/sfo-live/?lang=fi", DESKTOP, "dark"),
    ("", "/accounts/login/", PHONE, "light"),
    ("", "/api/docs/", DESKTOP, "light"),
    ("", "/nowhere/", PHONE, "light"),
]


def cookies_of(site: DemoSite, role: str) -> list[dict[str, str]]:
    cookies = site.log_in(role).cookies.items()
    return [{"name": name, "value": value, "domain": "127.0.0.1", "path": "/"} for name, value in cookies]


def open_page(site: DemoSite, chromium: Any, role: str, width: int, mode: str = "light", **options: Any) -> Any:
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme=mode, locale="en-GB", **options
    )
    if role:
        context.add_cookies(cookies_of(site, role))
    return context.new_page()


class Readers:
    """Every role and mode at one page: what a browser keeps of a site, scripts above all, is read and compiled once."""

    def __init__(self, site: DemoSite, chromium: Any) -> None:
        self.site = site
        self.role = ""
        self.complaints: list[str] = []
        self._page = open_page(site, chromium, self.role, DESKTOP)
        self._page.on("console", lambda each: self.complaints.append(each.text) if each.type == "error" else None)
        self._page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def page(self, role: str, width: int, mode: str) -> Any:
        if role != self.role:
            self._page.context.clear_cookies()
            if role:
                self._page.context.add_cookies(cookies_of(self.site, role))
            self.role = role
        self._page.emulate_media(color_scheme=mode)
        self._page.set_viewport_size({"width": width, "height": 900})
        self.complaints.clear()
        return self._page


@pytest.fixture(scope="module")
def readers(demo_site: DemoSite, chromium: Any) -> Readers:
    return Readers(demo_site, chromium)


@pytest.mark.parametrize(("role", "address", "width", "mode"), PAGES)
def test_a_page_is_clean(demo_site: DemoSite, readers: Readers, role: str, address: str, width: int, mode: str) -> None:
    page = readers.page(role, width, mode)
    reply = page.goto(demo_site.url + address)
    charts = page.locator("[data-cx-chart]")
    for number in range(charts.count()):
        charts.nth(number).locator("svg").first.wait_for(state="attached")
    expected = 404 if address == "/nowhere/" else 200
    assert reply.status == expected
    if expected == 200:
        assert readers.complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width, "the page scrolls sideways"
    assert flaws(page, beside=(ALIKE,) if address == "/api/docs/" else ()) == []


def test_a_customer_answers_without_javascript(demo_site: DemoSite, chromium: Any) -> None:
    page = open_page(demo_site, chromium, "", PHONE, java_script_enabled=False)
    page.goto(f"{demo_site.url}/s/sfo-live/?lang=sv")
    page.locator("input[name=NETPRO][value='8']").check(force=True)
    page.locator("textarea[name=WHY]").fill("Lång kö vid säkerhetskontrollen.")
    page.locator("form[method=post] button[type=submit]").first.click()
    assert page.url.split("?")[0].endswith("/done/")
    page.context.close()


def test_a_ticket_is_closed_without_javascript(demo_site: DemoSite, chromium: Any) -> None:
    page = open_page(demo_site, chromium, "unit_manager", PHONE, java_script_enabled=False)
    page.goto(f"{demo_site.url}/tickets/")
    page.locator(".cx-ticket a").last.click()
    number = re.findall(r"/tickets/(\d+)/", page.url)
    assert number
    page.locator("form[action$='/close/'] button").click()
    assert page.locator("[role=alert]").first.is_visible(), "what is missing is said"
    page.locator("form[action$='/close/'] select").first.select_option(index=1)
    page.locator("form[action$='/close/'] textarea").first.fill("We have told the wayfinding team, and thank you.")
    page.locator("form[action$='/close/'] button").click()
    reply = demo_site.api().get(f"{demo_site.url}/api/v1/tickets/{number[0]}/").json()
    assert (reply["status"], reply["action"]) == ("closed", "We have told the wayfinding team, and thank you.")
    page.context.close()
