"""Many clients of one running application: kept connections, all let go at one moment."""

import http.client
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import psycopg

from cxprogram.database import EmbeddedPostgres
from tests.demo_site import DemoSite

PAGE, QUESTION = "/s/sfo-live/", "NETPRO"
Made = TypeVar("Made")


class Client:
    """One connection that is kept, and made again when the server has closed it."""

    def __init__(self, site: DemoSite) -> None:
        self.place = urlsplit(site.url)
        self.token = site.facts["api_token"]
        self.line: http.client.HTTPConnection | None = None

    def send(self, method: str, path: str, body: bytes | str = b"", **headers: str) -> tuple[int, bytes]:
        for turn in (1, 2):
            if self.line is None:
                self.line = http.client.HTTPConnection(self.place.hostname or "", self.place.port, timeout=60)
            try:
                self.line.request(method, path, body, headers)
                reply = self.line.getresponse()
                return reply.status, reply.read()
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                self.line = None  # a kept connection may end between two requests
                if turn == 2:
                    raise
        raise AssertionError

    def page(self, key: str, score: int) -> int:
        body = urlencode({QUESTION: score, "key": key})
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.send("POST", PAGE, body, **headers)[0]

    def api(self, path: str, body: Any) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        status, said = self.send("POST", f"/api/v1/{path}", json.dumps(body), **headers)
        return status, json.loads(said)


def answer(source: str, key: str, score: int, **more: Any) -> dict[str, Any]:
    at = "2026-11-01T12:00:00Z"
    return {
        "survey": "sfo-live", "source": source, "external_id": key, "answered_at": at, "answers": {QUESTION: score},
    } | more  # fmt: skip


def at_once(site: DemoSite, clients: int, work: Callable[[Client, int], Made]) -> list[Made]:
    """What each of so many clients made, who all began together."""
    gate = threading.Barrier(clients)

    def one(number: int) -> Made:
        client = Client(site)
        gate.wait(60)
        return work(client, number)

    with ThreadPoolExecutor(clients) as pool:
        return list(pool.map(one, range(clients)))


def read(site: DemoSite, statement: str, *values: Any) -> Any:
    """The first column of the first row, past the application."""
    url = site.environ.get("DATABASE_URL") or EmbeddedPostgres(site.folder).url
    with psycopg.connect(url) as connection:
        row = connection.execute(statement, values).fetchone()
    assert row is not None
    return row[0]
