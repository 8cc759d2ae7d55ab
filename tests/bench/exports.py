"""The budgets of handing out answers, and of the whole application at rest."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import requests

from tests.demo_site import ROOT, free_port

EXPORT_ROWS = int(os.environ.get("CX_BENCH_EXPORT_ROWS", "100000"))
SECONDS, REST_MEGABYTES = 2, 600
REST_SECONDS = int(os.environ.get("CX_BENCH_REST_SECONDS", "45"))
TURNS = 3
FILL = """INSERT INTO feedback_response (program_id, survey_version_id, source, external_id, body_hash, answered_at,
    answered_on, unit_id, channel, language, weight, answers, missing, attributes)
    SELECT %s, %s, 'export', i::text, ''::bytea, timestamptz '2025-03-01' + (i %% 31) * interval '1 day',
        date '2025-03-01' + (i %% 31)::int, %s, 'api', 'en', 1,
        jsonb_build_object('NETPRO', i * 7919 %% 11, 'Q15PROBLEM', 1 + i %% 2), '{}', '{"terminal": "T1"}'
    FROM generate_series(1, %s) i"""


def export(bench: Any) -> None:
    """The answers of one month as an analyst's key asks for them, over HTTP, and what the web server grows by."""
    import psycopg
    from django.utils import timezone

    from cxprogram.services import tokens
    from tests.bench.__main__ import web

    owner = bench.cast.people["owner"]
    now = timezone.now()
    issued = tokens.create(
        bench.cast.program, owner, name="export", scopes=["read"], at=now, expires_at=now + tokens.MAX_LIFE
    )
    with psycopg.connect(bench.database.url, autocommit=True) as direct:
        direct.execute(FILL, [*bench.ids.split(","), EXPORT_ROWS])
        direct.execute("VACUUM ANALYZE feedback_response")
    figures = {}
    with web(bench.environ) as port:
        for form in ("csv", "ndjson"):
            address = f"http://127.0.0.1:{port}/api/v1/responses/export/?period=2025-03&format={form}"
            times, firsts = [], []
            for _turn in range(TURNS):
                started = time.perf_counter()
                reply = requests.get(
                    address, headers={"Authorization": f"Bearer {issued.secret}"}, stream=True, timeout=120
                )
                assert reply.status_code == 200, reply.text[:300]
                lines = 0
                for number, piece in enumerate(reply.iter_content(1 << 16)):
                    if not number:
                        firsts.append(time.perf_counter() - started)
                    lines += piece.count(b"\n")
                times.append(time.perf_counter() - started)
                assert lines == EXPORT_ROWS + (form == "csv"), lines
            figures[form] = (sorted(times)[TURNS // 2], sorted(firsts)[TURNS // 2])
    worst = max(seconds for seconds, _first in figures.values()) * bench.speed
    said = ", ".join(f"{form} {seconds:.2f} s" for form, (seconds, _first) in figures.items())
    first = max(first for _seconds, first in figures.values())
    figure = f"{said}, first byte after {first:.2f} s, at the reference speed {worst:.2f} s"
    bench.say(f"Export of {EXPORT_ROWS:,} answers", figure, f"≤ {SECONDS} s, streamed", worst <= SECONDS)


def rest(bench: Any) -> None:
    """The whole application as `serve` starts it, after its pages were looked at once and it was left alone."""
    port = free_port()
    environ = {name: value for name, value in bench.environ.items() if name != "DATABASE_URL"}
    folder = Path(environ["CX_DATA_DIR"]) / "at-rest"
    folder.mkdir()
    folder.chmod(0o711)
    environ |= {"CX_PORT": str(port), "CX_DATA_DIR": str(folder)}
    with (folder / "serve.out").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "manage.py", "serve"], cwd=ROOT, env=environ, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip
    try:
        _wait(port, server)
        for _turn in range(8):
            for path in ("/", "/accounts/login/", "/api/schema/", "/start/"):
                requests.get(f"http://127.0.0.1:{port}{path}", timeout=30)
        time.sleep(REST_SECONDS)
        sizes = {pid: _pss(pid) for pid in _family(server.pid)}
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(60)
    total = sum(sizes.values())
    figure = f"{total:.0f} MB PSS in {len(sizes)} processes"
    bench.say("All processes at rest", figure, f"≤ {REST_MEGABYTES} MB", total <= REST_MEGABYTES)


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        assert server.poll() is None, "serve ended"
        try:
            requests.get(f"http://127.0.0.1:{port}/accounts/login/", timeout=10)
        except requests.ConnectionError:
            time.sleep(0.3)
        else:
            return
    raise AssertionError("serve never answered")


def _family(pid: int) -> list[int]:
    """The process and all below it."""
    below: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        below.setdefault(parent, []).append(int(stat.parent.name))
    found = [pid]
    for each in found:
        found += below.get(each, [])
    return found


def _pss(pid: int) -> float:
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:  # it has ended meanwhile
        return 0.0
    match = re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)
    return int(match[1]) / 1024 if match else 0.0
