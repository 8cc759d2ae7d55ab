"""R3: the widget keeps an answer while there is no server, and it arrives once. A minute by CX_FAULT_OUTAGE=60."""

import http.server
import json
import os
import threading
import time
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser.test_pages import PHONE, open_page
from tests.demo_site import DemoSite
from tests.fault.clients import read
from tests.fault.proxy import proxy

pytestmark = [pytest.mark.fault, pytest.mark.browser, pytest.mark.xdist_group("demo")]
OUTAGE = float(os.environ.get("CX_FAULT_OUTAGE", "3"))
PATIENCE = 120  # seconds: after a minute the widget tries once a minute
KEPT = "JSON.parse(localStorage.getItem('cx-answers:sfo-live') || '[]')"
STORED = "SELECT count(*) FROM feedback_response WHERE external_id = %s AND answers ->> 'NETPRO' = '3'"


def test_an_answer_given_without_a_server_arrives_once(demo_site: DemoSite, chromium: Any) -> None:
    """First the reply is lost on its way, then there is no server at all."""
    ours = urlsplit(demo_site.url)
    with proxy(ours.hostname or "", ours.port or 0) as line, shop(line.port) as address:
        page = open_page(demo_site, chromium, "", PHONE)
        page.goto(address, wait_until="networkidle")
        line.turn("deaf")
        page.locator("[data-cx-survey] input[value='3']").check(force=True)
        page.locator("[data-cx-survey] button").click()
        page.locator("[data-cx-survey] [role=status]").wait_for()
        (kept,) = page.evaluate(KEPT)
        line.turn("cut")
        page.wait_for_timeout(OUTAGE * 1_000)
        assert [row["key"] for row in page.evaluate(KEPT)] == [kept["key"]], "kept while there is no server"
        line.turn("open")
        deadline = time.monotonic() + PATIENCE
        while page.evaluate(KEPT) and time.monotonic() < deadline:
            page.wait_for_timeout(200)
        assert page.evaluate(KEPT) == []
        page.context.close()
    assert read(demo_site, STORED, kept["key"]) == 1, json.dumps(kept)


class shop:
    """A page of another origin that holds the widget."""

    def __init__(self, port: int) -> None:
        body = (
            '<!doctype html><html lang="en"><head><title>Shop</title></head><body><div data-cx-survey="sfo-live"></div>'
            f'<script src="http://127.0.0.1:{port}/embed/sfo-live.js" async></script></body></html>'
        ).encode()

        class Page(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)

    def __enter__(self) -> str:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self.server.server_port}/"

    def __exit__(self, *error: object) -> None:
        self.server.shutdown()
        self.server.server_close()
