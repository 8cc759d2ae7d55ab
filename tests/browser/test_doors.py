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
from tests.browser.test_pages import DESKTOP, PHONE, open_page
from tests.demo_site import DemoSite
from tests.mail_box import listening

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]
LANGUAGES = ("en", "sv", "nb", "da", "fi")
PERSON = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SCRIPT = r"""
import json
from datetime import timedelta
from django.utils import timezone
from django.test import override_settings
from cxprogram import mail
from cxprogram.models import User
from cxprogram.services import import_runs
from feedback.models import ContactDecision, ContactRule, Invitation, SamplingPlan, Survey
from feedback.pages import ask_message
from feedback.services import invitations, placements, survey_drafting, survey_grids, surveys
from feedback.services.survey_grids import NewGrid
from journeys.models import Competitor, Customer, Touchpoint
survey, at, made = Survey.objects.get(slug="sfo-live"), timezone.now() - timedelta(days=1), []
program = survey.program
for language in ("en", "sv", "nb", "da", "fi"):
    asking = invitations.Asking(source="browser", external_id=language, address="ann@example.org", language=language)
    invitation, _new = invitations.make(survey, asking, at=at)
    Invitation.objects.filter(pk=invitation.pk).update(status="sent", sent_at=at)
    token = invitations.token_for(invitation)
    with override_settings(**SMTP):
        mail.transmit(ask_message.mail(invitation, surveys.door("sfo-live"), token))
    made.append(token)
plan = SamplingPlan.objects.create(
    program=program, survey=survey, name="After a flight", method="random", sample_size=50, wave_every_days=30
)
rule = ContactRule.objects.create(program=program, code="quarter", name="Quarter", at_most=1, window_hours=2160)
facts = dict(program=program, at=at, plan=plan, survey=survey, channel="email", purpose="survey")
asked, skipped = Customer.objects.filter(program=program).order_by("pk")[:2]
ContactDecision.objects.create(**facts, customer=asked, outcome="asked")
ContactDecision.objects.create(
    **facts, customer=skipped, outcome="skipped", reason="rule", rule=rule, broken=["quarter"], eligible_at=at
)
draft = survey_drafting.from_template(program, "relationship", languages=["en", "sv", "fi"], on=at.date())
rows = [survey_grids.of_touchpoint(each) for each in Touchpoint.objects.filter(program=program)[:3]]
rivals = [survey_grids.of_competitor(each) for each in Competitor.objects.filter(program=program)[:2]]
survey_grids.add(draft, NewGrid("How was each part?", "en", (1, 5), rows))
survey_grids.add(draft, NewGrid("And compared with others?", "en", (1, 7), [survey_grids.of_us(program), *rivals]))
file = "Datum;Betyg;Kommentar\n2024-05-13;4;Snabbt\n2024-05-14;2;Lång kö\n".encode()
owner = User.objects.filter(membership__role="owner").first()
run = import_runs.receive(program, chunks=[file], name="reviews.csv", by=owner, at=timezone.now())
print(json.dumps({
    "invited": made, "place": placements.make(survey, name="Shop", channel="embed").code,
    "behind": [f"/plans/{plan.pk}/", f"/surveys/{draft.survey.slug}/edit/", f"/imports/{run.pk}/"],
}))
"""


@pytest.fixture(scope="module")
def asked(demo_site: DemoSite) -> dict[str, Any]:
    """An invitation in every language, its address and mail; a placement, a plan, a draft with grids, a file."""
    with listening() as box:
        done = demo_site.command_line.run("shell", "-v", "0", "-c", f"SMTP = {box.settings!r}\n{SCRIPT}")
        assert done.returncode == 0, done.stderr[-2000:]
    made = json.loads(done.stdout.strip().splitlines()[-1])
    mails = [mail.get_body(("html",)).get_content() for mail in box.mails]
    return {**made, "invited": list(zip(made["invited"], mails, strict=True))}


@pytest.fixture(scope="module")
def shop(demo_site: DemoSite, asked: dict[str, Any]) -> Iterator[str]:
    """A page of another origin, under a policy that names ours in script-src and connect-src and nothing else."""
    body = (
        '<!doctype html><html lang="{}"><head><meta charset="utf-8"><title>Shop</title></head><body><main>'
        f'<h1>Thank you for your order</h1><div data-cx-survey="sfo-live" data-place="{asked["place"]}"></div></main>'
        f'<script src="{demo_site.url}/embed/sfo-live.js" async></script></body></html>'
    )

    class Shop(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            policy = f"default-src 'none'; script-src {demo_site.url}; connect-src {demo_site.url}"
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(body.format(self.path.strip("/")).encode())

        def log_message(self, *args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_every_door_is_without_a_flaw_in_every_language(
    demo_site: DemoSite, chromium: Any, asked: dict[str, Any], shop: str
) -> None:
    page, found = open_page(demo_site, chromium, "", DESKTOP, user_agent=PERSON), {}
    for language, (token, mail) in zip(LANGUAGES, asked["invited"], strict=True):
        width, mode = PHONE if language in ("sv", "fi") else DESKTOP, "dark" if language in ("nb", "fi") else "light"
        page.context.clear_cookies()
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=mode)
        for address in (f"/s/sfo-live/?lang={language}", f"/s/sfo-live/done/?lang={language}", f"/r/{token}/9/",
                        f"/r/unknown/?lang={language}", f"/unsubscribe/{token}/?lang={language}"):  # fmt: skip
            page.goto(demo_site.url + address)
            assert page.locator("html").get_attribute("lang") == language
            found[address, language] = flaws(page)
        page.goto("about:blank")  # a mail lies outside the site's policy
        page.set_content(mail)
        found["mail", language] = flaws(page)
        page.goto(shop + language)
        page.locator("[data-cx-survey] input").first.wait_for(state="attached")
        found["widget", language] = flaws(page)
    page.context.close()
    flawed = {door: wrong for door, wrong in found.items() if wrong}
    assert flawed == {}, flawed


def test_the_pages_behind_the_doors_are_without_a_flaw(
    demo_site: DemoSite, chromium: Any, asked: dict[str, Any]
) -> None:
    """In one context: as many pages are opened as there are, and no more browsers than one."""
    page, found = open_page(demo_site, chromium, "owner", PHONE), {}
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for address in (
        f"/posters/{asked['place']}/?in=fi", "/surveys/", "/surveys/sfo-live/edit/", *asked["behind"], "/plans/",
        "/plans/decisions/", "/imports/", "/segments/", "/segments/every-step/", "/streams/", "/customers/1/",
    ):  # fmt: skip
        assert page.goto(demo_site.url + address).status == 200, address
        for width in (DESKTOP, PHONE):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (address, width)
        found[address] = flaws(page)
    page.context.close()
    assert {address: wrong for address, wrong in found.items() if wrong} == {}
    assert complaints == []


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
    page.goto(shop + "sv", wait_until="networkidle")
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
    assert sent and {tuple(each["key"]) for each in sent} == {(kept[0]["key"],)}
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
