"""The demonstration, built and served as a user would: one for the whole run, on one worker.

Tests that use the fixture `demo_site` carry `pytestmark = pytest.mark.xdist_group("demo")`.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
import requests

from cxprogram.embedded_postgres import EmbeddedPostgres
from cxprogram.postgres_tools import PostgresTools
from tests.command_line import CommandLine
from tests.folders import data_folder
from tests.template_database import migrated_template

ROOT = Path(__file__).resolve().parent.parent
BUILD_SECONDS, START_SECONDS = 300, 90
BUILD = ("demo", "--no-serve")


@dataclass(frozen=True)
class DemoSite:
    url: str
    facts: dict[str, Any]
    folder: Path
    environ: dict[str, str]
    second_run: dict[str, Any]
    pristine: Path | None  # a copy of the folder before it was served; none on a server that is not ours
    sessions: dict[str, requests.Session] = field(default_factory=dict)

    @cached_property
    def command_line(self) -> CommandLine:
        """As `manage`, without the seconds in which Django is set up."""
        return CommandLine(self.environ, self.folder)

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=BUILD_SECONDS,
        )

    def log_in(self, role: str) -> requests.Session:
        """A browser's session without a browser; one for each role."""
        if role not in self.sessions:
            self.sessions[role] = self._log_in(role)
        return self.sessions[role]

    def _log_in(self, role: str) -> requests.Session:
        session = requests.Session()
        session.headers["Accept-Language"] = "en"
        page = session.get(f"{self.url}/accounts/login/")
        login = self.facts["logins"][role]
        answer = session.post(
            f"{self.url}/accounts/login/",
            data={
                "login": login["email"],
                "password": login["password"],
                "csrfmiddlewaretoken": session.cookies["csrftoken"],
            },
            headers={"Referer": page.url},
        )
        assert answer.status_code == 200, answer.text[:500]
        assert "sessionid" in session.cookies
        return session

    def api(self) -> requests.Session:
        session = requests.Session()
        session.headers["Authorization"] = f"Bearer {self.facts['api_token']}"
        return session


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _scratch_database(url: str) -> str:
    """A database of its own on the server that CI tests against."""
    name = f"cx_demo_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{migrated_template()}"')
    parts = urlsplit(url)
    return parts._replace(path=f"/{name}").geturl()


def _lay_out(folder: Path) -> None:
    """The template's tables on a server of the site's own: migrating once a run is enough."""
    server, template = EmbeddedPostgres(folder), migrated_template()
    tools = PostgresTools(server.account)
    server.start()
    try:
        source = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{template}").geturl()
        dumped = tools.run("pg_dump", "--no-owner", "--no-privileges", source)
        assert dumped.returncode == 0, dumped.stderr
        loaded = tools.run("psql", "-q", "-v", "ON_ERROR_STOP=1", server.url, send=dumped.stdout)
        assert loaded.returncode == 0, loaded.stderr
    finally:
        server.stop()


@pytest.fixture(scope="session")
def demo_site() -> Iterator[DemoSite]:
    with data_folder() as folder, data_folder() as copy:
        yield from _served(folder, copy)


def _served(folder: Path, copy: Path) -> Iterator[DemoSite]:
    port = free_port()
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("CX_", "DJANGO_"))},
        "CX_MODE": "demo",
        "CX_DATA_DIR": str(folder),
        "CX_PORT": str(port),
    }
    given = os.environ.get("CX_TEST_SERVER_URL")
    if given:
        environ["DATABASE_URL"] = _scratch_database(given)
    else:
        environ.pop("DATABASE_URL", None)
        _lay_out(folder)
    site = DemoSite(f"http://127.0.0.1:{port}", {}, folder, environ, {}, None if given else copy)
    site.facts.update(_built(site.manage(*BUILD)))
    site.second_run.update(_built(site.command_line.run(*BUILD)))
    if given and site.second_run["changed"]:  # another database's open transaction held back what the first run folds
        site.second_run.update(_built(site.command_line.run(*BUILD)))
    if site.pristine:
        subprocess.run(["cp", "-a", f"{folder}/.", str(site.pristine)], check=True)
    log = (folder / "serve.out").open("w")
    server = subprocess.Popen(
        [sys.executable, "manage.py", "serve"], cwd=ROOT, env=environ, stdout=log, stderr=log, start_new_session=True
    )
    try:
        _wait_for(site, server)
        yield site
    finally:
        if server.poll() is None:
            server.send_signal(signal.SIGINT)
            try:
                server.wait(30)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait(10)
        log.close()
        site.command_line.close()


def _built(built: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert built.returncode == 0, built.stdout[-2000:] + built.stderr[-4000:]
    return json.loads(Path(built.stdout.strip().splitlines()[-1]).read_text())


def _wait_for(site: DemoSite, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert server.poll() is None, (site.folder / "serve.out").read_text()[-4000:]
        try:
            if requests.get(f"{site.url}/s/sfo-live/", timeout=5).status_code == 200:
                return
        except requests.ConnectionError:
            time.sleep(0.2)
    raise AssertionError((site.folder / "serve.out").read_text()[-4000:])
