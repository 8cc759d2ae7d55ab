"""The doors for customers in a real Chromium: a mail, the widget on a foreign page, no flaw in any language."""

import http.server
import json
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest

from tests.browser.axe import flaws
from tests.browser.test_pages import DESKTOP, PHONE, chromium, open_page
from tests.demo_site import DemoSite

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]
assert chromium  # a fixture
LANGUAGES = ("en", "sv", "nb", "da", "fi")
PERSON = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SCRIPT = """
import json
from datetime import timedelta
from django.utils import timezone
from feedback.models import Invitation, Survey
from feedback.pages import ask_message
from feedback.services import invitations, placements, surveys
survey, at, made = Survey.objects.get(slug="sfo-live"), timezone.now() - timedelta(days=1), []
for language in ("en", "sv", "nb", "da", "fi"):
    asking = invitations.Asking(source="browser", external_id=language, address="ann@example.org", language=language)
    invitation, _new = invitations.make(survey, asking, at=at)
    Invitation.objects.filter(pk=invitation.pk).update(status="sent", sent_at=at)
    token = invitations.token_for(invitation)
    made.append((token, ask_message.mail(invitation, surveys.door("sfo-live"), token).html))
print(json.dumps({"invited": made, "place": placements.make(survey, name="Shop", channel="embed").code}))
"""


@pytest.fixture(scope="module")
def asked(demo_site: DemoSite) -> dict[str, Any]:
    """An invitation in every language, with its address and its mail, and a placement."""
    done = demo_site.manage("shell", "-v", "0", "-c", SCRIPT)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.strip().splitlines()[-1])


@pytest.fixture(scope="module")
def shop(demo_site: DemoSite, asked: dict[str, Any]) -> Iterator[str]:
    """A page of another origin, under a policy that names ours in script-src and connect-src and nothing else."""
    body = (
        '<!doctype html><html lang="sv"><head><meta charset="utf-8"><title>Shop</title></head><body><main>'
        f'<h1>Thank you for your order</h1><div data-cx-survey="sfo-live" data-place="{asked["place"]}"></div></main>'
        f'<script src="{demo_site.url}/embed/sfo-live.js" async></script></body></html>'
    ).encode()

    class Shop(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            policy = f"default-src 'none'; script-src {demo_site.url}; connect-src {demo_site.url}"
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_every_door_is_without_a_flaw_in_every_language(
    demo_site: DemoSite, chromium: Any, asked: dict[str, Any]
) -> None:
    found = {}
    for language, (token, mail) in zip(LANGUAGES, asked["invited"], strict=True):
        page = open_page(demo_site, chromium, "", PHONE if language in ("sv", "fi") else DESKTOP, user_agent=PERSON)
        for address in (f"/s/sfo-live/?lang={language}", f"/s/sfo-live/done/?lang={language}", f"/r/{token}/9/",
                        f"/r/unknown/?lang={language}", f"/unsubscribe/{token}/?lang={language}"):  # fmt: skip
            page.goto(demo_site.url + address)
            assert page.locator("html").get_attribute("lang") == language
            found[address, language] = flaws(page)
        page.goto("about:blank")  # a mail lies outside the site's policy
        page.set_content(mail)
        found["mail", language] = flaws(page)
        page.context.close()
    page = open_page(demo_site, chromium, "owner", PHONE)
    for address in (f"/posters/{asked['place']}/?in=fi", "/surveys/", "/surveys/sfo-live/edit/"):
        page.goto(demo_site.url + address)
        found[address, ""] = flaws(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE, address
    page.context.close()
    flawed = {door: wrong for door, wrong in found.items() if wrong}
    assert flawed == {}, flawed


def test_a_customer_answers_from_a_mail_without_javascript(
    demo_site: DemoSite, chromium: Any, asked: dict[str, Any]
) -> None:
    token, mail = asked["invited"][0]
    page = open_page(demo_site, chromium, "", PHONE, java_script_enabled=False, user_agent=PERSON)
    page.set_content(mail)
    page.get_by_role("link", name="9", exact=True).click()
    assert page.locator("input[name=NETPRO][value='9']").is_checked()
    page.locator("form[method=post] button[type=submit]").first.click()
    assert page.url.split("?")[0].endswith("/done/")
    assert page.goto(f"{demo_site.url}/r/{token}/").status == 404, "one answer each"
    page.context.close()


def test_the_widget_answers_on_a_foreign_page_and_sends_once_what_was_given_offline(
    demo_site: DemoSite, chromium: Any, shop: str
) -> None:
    page = open_page(demo_site, chromium, "", PHONE)
    wrong: list[str] = []
    sent: list[dict[str, list[str]]] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda each: sent.append(parse_qs(each.post_data)) if each.method == "POST" else None)
    page.goto(shop, wait_until="networkidle")
    assert flaws(page) == []
    scores = page.locator("[data-cx-survey] input[type=radio]")
    assert (scores.count(), page.locator("[data-cx-survey] section").get_attribute("lang")) == (11, "sv")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    assert page.locator("[data-cx-survey] input:checked").get_attribute("value") == "1", "by keyboard alone"
    page.locator("[data-cx-survey] textarea").fill("Lång kö")

    page.context.set_offline(True)
    page.locator("[data-cx-survey] button").click()
    page.locator("[data-cx-survey] [role=status]").wait_for()
    kept = json.loads(page.evaluate("localStorage.getItem('cx-answers:sfo-live')"))
    assert len(kept) == 1
    page.context.set_offline(False)
    deadline = time.monotonic() + 30
    while json.loads(page.evaluate("localStorage.getItem('cx-answers:sfo-live')")) and time.monotonic() < deadline:
        page.wait_for_timeout(100)
    assert json.loads(page.evaluate("localStorage.getItem('cx-answers:sfo-live')")) == []
    assert len(sent) >= 2 and {tuple(each["key"]) for each in sent} == {(kept[0]["key"],)}
    assert sent[-1]["NETPRO"] == ["1"] and sent[-1]["WHY"] == ["Lång kö"]
    again = page.request.post(
        demo_site.url + kept[0]["path"],
        data=kept[0]["body"],
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert (again.status, again.json()) == (200, {"status": "stored"}), "a repeat is a repeat"
    other = page.request.post(
        demo_site.url + kept[0]["path"],
        data=kept[0]["body"].replace("NETPRO=1", "NETPRO=9"),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert other.status == 409, "the first answer stands"
    page.reload(wait_until="networkidle")
    assert json.loads(page.evaluate("localStorage.getItem('cx-answers:sfo-live')")) == []
    assert wrong == []
    page.context.close()
