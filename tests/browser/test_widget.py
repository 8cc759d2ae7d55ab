"""The widget's post office in a real Chromium: nothing is lost while offline, nothing is sent twice."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings

from tests.browser.chromium import launched

pytestmark = pytest.mark.browser
SHOP, OURS = "https://shop.example/", "https://cx.example"
WORDS = {
    "title": "Short", "dir": "ltr", "question": "How was it?", "low": "bad", "high": "good",
    "choices": [["1", "1"], ["2", "2"]],
    "comment": "", "hint": "", "send": "Send", "choose": "Choose", "thanks": "Thanks", "waiting": "Waiting",
    "refused": "Refused",
}  # fmt: skip
FACTS = {
    "slug": "short", "isOpen": True, "origin": OURS, "question": "Q", "comment": "", "fields": ["PLAN"],
    "language": "en", "texts": {"en": WORDS}, "style": "",
}  # fmt: skip
PAGE = f'<!doctype html><html lang="en"><body><script src="{OURS}/embed/short.js"></script></body></html>'


class Post:
    """Our server as the browser meets it: down, or taking answers in."""

    def __init__(self, context: Any) -> None:
        script = (Path(settings.BASE_DIR) / "cxprogram/static/cxprogram/widget.js").read_text()
        self.script = script.replace("CX_SURVEY", json.dumps(FACTS))
        self.is_up, self.tried, self.taken = False, 0, []
        self.queries: list[dict[str, list[str]]] = []
        self.page = PAGE
        context.route(f"{SHOP}**", lambda route: route.fulfill(body=self.page, content_type="text/html"))
        context.route(f"{OURS}/embed/**", lambda route: route.fulfill(body=self.script, content_type="text/javascript"))
        context.route(f"{OURS}/s/**", self.answer)

    def answer(self, route: Any) -> None:
        self.tried += 1
        if not self.is_up:
            route.abort("internetdisconnected")
            return
        self.queries.append(parse_qs(urlsplit(route.request.url).query))
        self.taken.append(parse_qs(route.request.post_data)["key"][0])
        route.fulfill(status=200, body="{}", headers={"Access-Control-Allow-Origin": "*"})


def test_an_answer_given_offline_is_tried_every_five_seconds_and_sent_once_by_whichever_page() -> None:
    with launched() as browser:
        send_once(browser.new_context())


def send_once(context: Any) -> None:
    post = Post(context)
    first, second = context.new_page(), context.new_page()
    for page in (first, second):
        page.clock.install(time=0)
        page.goto(SHOP)
        page.clock.pause_at(3600)
    first.locator("section input").first.check()
    first.locator("section button").click()
    first.get_by_role("status").filter(has_text="Waiting").wait_for()
    assert post.tried == 1
    for minute in range(1, 13):  # a minute without a server
        first.clock.run_for(4900)
        first.wait_for_timeout(30)
        assert post.tried == minute, "not more often than every five seconds"
        first.clock.run_for(200)
        for _wait in range(100):
            if post.tried > minute:
                break
            first.wait_for_timeout(20)
        assert post.tried == minute + 1
    post.is_up = True
    first.evaluate("for (let n = 0; n < 5; n++) dispatchEvent(new Event('online'))")
    second.evaluate("for (let n = 0; n < 5; n++) dispatchEvent(new Event('online'))")
    first.get_by_role("status").filter(has_text="Thanks").wait_for()
    for page in (first, second):
        page.clock.run_for(20_000)
        page.wait_for_timeout(50)
    assert len(post.taken) == 1
    assert first.evaluate("localStorage.getItem('cx-answers:short')") == "[]"
    context.close()


def test_the_widget_is_dark_only_on_a_dark_page_or_where_it_is_told_to_be() -> None:
    pages = {
        # the page's own style, what the tag says, whether the card is dark
        "nothing said": ("", "", False),
        "a dark ground": ("body { background: #111 }", "", True),
        "a light ground": (":root { color-scheme: light dark } body { background: #fff }", "", False),
        "dark by its scheme": (":root { color-scheme: dark }", "", True),
        "as the visitor's system": (":root { color-scheme: light dark }", "", True),
        "a picture under light text": ("body { background: linear-gradient(#000, #222); color: #eee }", "", True),
        "told to be light": ("body { background: #111 }", 'data-theme="light"', False),
        "told to be dark": ("", 'data-theme="dark"', True),
    }
    css = (Path(settings.BASE_DIR) / "cxprogram/static/cxprogram/widget.css").read_text()
    with launched() as browser:
        context = browser.new_context(color_scheme="dark")
        post = Post(context)
        post.script = post.script.replace('"style": ""', f'"style": {json.dumps(css)}')
        page, found = context.new_page(), {}
        for name, (style, said, _is_dark) in pages.items():
            post.page = PAGE.replace("<body>", f"<style>{style}</style><body>").replace("<script", f"<script {said}")
            page.goto(SHOP)
            ground = page.locator("section").evaluate("box => getComputedStyle(box).backgroundColor")
            found[name] = {"rgb(24, 36, 44)": True, "rgb(255, 255, 255)": False}[ground]
    assert found == {name: is_dark for name, (_style, _said, is_dark) in pages.items()}


def test_the_page_around_fills_the_hidden_questions_of_the_survey() -> None:
    with launched() as browser:
        post = Post(context := browser.new_context())
        post.is_up, post.page = True, PAGE.replace("<script", '<script data-field-plan="gold & more" data-field-x="no"')
        page = context.new_page()
        page.goto(SHOP)
        page.locator("section input").first.check()
        page.locator("section button").click()
        page.get_by_role("status").filter(has_text="Thanks").wait_for()
        page.wait_for_timeout(50)
    assert post.queries == [{"lang": ["en"], "PLAN": ["gold & more"]}]
