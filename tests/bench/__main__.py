"""`make bench`: the budgets that can be measured here, as ratios to a yardstick in the same run.

    python -m tests.bench [answers] [flow] [bulk] [kpi] [map] [paths] [file] [export] [rest] [base] [demo]
    python -m tests.bench suite

Without a name, all but the test suite. Each part prints its figures and whether the budget holds; the last lines are
rows for the README's table. CX_BENCH_ROWS, _FILE_ROWS, _EXPORT_ROWS and _REQUESTS scale it. Budgets in seconds are
those of a machine on which the bare view, at 32 connections, answers 1 700 requests a second (DESIGN §7). A slower
machine is allowed as much more time as its bare view takes in the same run.
"""

import itertools
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import psycopg

from cxprogram import serving
from cxprogram.database import EmbeddedPostgres
from tests.bench import base, exports, files, journeys, load, whole
from tests.demo_site import ROOT, free_port

REQUESTS = int(os.environ.get("CX_BENCH_REQUESTS", "8000"))
ROWS = int(os.environ.get("CX_BENCH_ROWS", "10000000"))
TURNS = 3
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
COPY = """COPY feedback_response (program_id, survey_version_id, source, external_id, body_hash, answered_at,
    answered_on, unit_id, channel, language, weight, answers, missing, attributes) FROM STDIN"""
SHORT: dict[str, Any] = {"NETPRO": 9, "Q15PROBLEM": 2}
WORDS = "The queue at security was long, but they were kind."
REFERENCE_RATE = 1_700  # the bare view's, at 32 connections


@contextmanager
def web(environ: dict[str, str], **extra: str) -> Iterator[int]:
    """The web server as `serve` starts it, with other settings if `extra` says so."""
    port = free_port()
    command = [
        *(sys.executable, "-m", *serving.WEB_SERVER, "--bind", f"127.0.0.1:{port}"),
        *("--log-level", "error", "--keep-alive", "30"),
    ]
    server = subprocess.Popen(command, cwd=ROOT, env={**environ, **extra})
    try:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                load.run(port, connections=1, requests=1, make=lambda _n, _b: load.http("GET", "/s/none/"))
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(20)


def answer(source: str, number: int, **more: Any) -> bytes:
    return json.dumps(
        {
            "survey": "sfo-live",
            "source": source,
            "external_id": f"{os.getpid()}-{number}",
            "answered_at": "2026-11-01T12:00:00Z",
            "answers": SHORT | more,
        }
    ).encode()


class Bench:
    def __init__(self, folder: Path) -> None:
        self.database = EmbeddedPostgres(folder)
        self.database.start()
        self.environ = {
            **os.environ,
            "CX_MODE": "demo",
            "CX_DATA_DIR": str(folder),
            "DATABASE_URL": self.database.url,
            "DJANGO_SETTINGS_MODULE": "cxprogram.settings",
            "OMP_NUM_THREADS": "1",
        }
        self.rows: list[str] = []
        self.firsts = itertools.count(9_000_000, REQUESTS)  # of the yardstick's rows
        os.environ.update(self.environ)
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        from cxprogram.demo import program as frame
        from cxprogram.demo import surveys
        from feedback.models import SurveyVersion

        self.cast = frame.make_cast()
        self.token = frame.make_token(self.cast)
        frame.make_journey(self.cast)
        frame.make_kpis(self.cast)
        surveys.make_surveys(self.cast, surveys.make_questions(self.cast))
        version = SurveyVersion.objects.get(survey__slug="sfo-live")
        self.ids = f"{self.cast.program.pk},{version.pk},{self.cast.root.pk}"

    def close(self) -> None:
        from django.db import connection

        connection.close()
        self.database.stop()

    def say(self, what: str, figure: str, budget: str, holds: bool) -> None:
        print(f"{what}: {figure} (budget {budget}) {'holds' if holds else 'DOES NOT HOLD'}", flush=True)
        self.rows.append(f"| {what} | {budget} | {figure} | {'yes' if holds else 'no'} |")

    def bare(self, number: int, _last: bytes) -> bytes:
        body = answer("yardstick", number)
        return load.http("POST", "/insert/", body, Content_Type="application/json")

    @contextmanager
    def both(self) -> Iterator[tuple[int, int]]:
        """The ports of the application and of the bare view."""
        yardstick = {"DJANGO_SETTINGS_MODULE": "tests.bench.yardstick", "CX_BENCH_IDS": self.ids}
        with web(self.environ) as port, web(self.environ, **yardstick) as bare_port:
            yield port, bare_port

    @cached_property
    def speed(self) -> float:
        return self.speed_now()

    def speed_now(self) -> float:
        """This machine's against that of the budgets, by the bare view's rate."""
        with web(self.environ, DJANGO_SETTINGS_MODULE="tests.bench.yardstick", CX_BENCH_IDS=self.ids) as port:
            bare = load.run(port, connections=32, requests=REQUESTS // 2, make=self.bare, first=next(self.firsts))
        assert set(bare.statuses) == {201}, bare.statuses
        return bare.rate / REFERENCE_RATE

    def answers(self) -> None:
        """Answer by API, durable, 32 connections, against the bare view; turn by turn."""

        def ours(number: int, _last: bytes) -> bytes:
            headers = {"Authorization": f"Bearer {self.token}", "Content_Type": "application/json"}
            return load.http("POST", "/api/v1/responses/", answer("bench", number), **headers)

        ratios, rates, p99s = [], [], []
        with self.both() as (port, bare_port):
            for turn in range(TURNS):
                first = turn * REQUESTS
                mine = load.run(port, connections=32, requests=REQUESTS, make=ours, first=first)
                theirs = load.run(bare_port, connections=32, requests=REQUESTS, make=self.bare, first=first)
                assert set(mine.statuses) == {201} == set(theirs.statuses), (mine.statuses, theirs.statuses)
                ratios.append(mine.rate / theirs.rate)
                rates.append(mine.rate)
                p99s.append((mine.p99 * theirs.rate / REFERENCE_RATE, mine.p99))
        ratio, (p99, seen) = statistics.median(ratios), statistics.median_high(p99s)
        figure = (
            f"{ratio:.2f} × the bare view, {statistics.median(rates):,.0f}/s, p99 {seen:.0f} ms, "
            f"at the reference speed {p99:.0f} ms"
        )
        self.say("Answer by API, 32 connections", figure, "≥ 0.5 ×, p99 ≤ 50 ms", ratio >= 0.5 and p99 <= 50)

    def flow(self) -> None:
        """Respondent flow: the page and the answer to it, 4 connections; one answer in five opens a ticket, as in the
        survey of the airport."""

        def step(number: int, last: bytes) -> bytes:
            key = re.search(rb'name="key"[^>]*value="([^"]+)"', last)
            if key is None:
                return load.http("GET", "/s/sfo-live/")
            score = 3 if number % 10 < 2 else 9  # a flow is two requests
            form = f"key={key[1].decode()}&NETPRO={score}&Q15PROBLEM=2".encode()
            return load.http("POST", "/s/sfo-live/", form, Content_Type="application/x-www-form-urlencoded")

        flows, seen = [], []
        with self.both() as (port, bare_port):
            for turn in range(TURNS):
                first = 1_000_000 * (turn + 1)
                bare = load.run(bare_port, connections=32, requests=REQUESTS // 4, make=self.bare, first=first)
                assert set(bare.statuses) == {201}, bare.statuses
                speed = bare.rate / REFERENCE_RATE
                result = load.run(port, connections=4, requests=REQUESTS // 2, make=step)
                assert set(result.statuses) == {200, 303}, result.statuses
                flows.append((result.rate / 2 / speed, result.p99 * speed))
                seen.append((result.rate / 2, result.p99))
        rate, p99 = (statistics.median(figures) for figures in zip(*flows, strict=True))
        seen_rate, seen_p99 = (statistics.median(figures) for figures in zip(*seen, strict=True))
        figure = (
            f"{seen_rate:,.0f}/s, p99 of a step {seen_p99:.0f} ms, at the reference speed {rate:,.0f}/s, {p99:.0f} ms"
        )
        self.say("Respondent flow, 4 connections", figure, "≥ 300/s, p99 ≤ 50 ms", rate >= 300 and p99 <= 50)

    def bulk(self) -> None:
        """Bulk over HTTP, against COPY of the same rows: bodies of 10 000 people who answered the three questions that
        the survey shows, over two connections. A person's answers are one row."""
        size, bodies, stored_answers = 10_000, 6, json.dumps(SHORT | {"WHY": WORDS})

        def ours(number: int, _last: bytes) -> bytes:
            rows = b"\n".join(answer("bulk", 10_000_000 + number * size + row, WHY=WORDS) for row in range(size))
            headers = {"Authorization": f"Bearer {self.token}", "Content_Type": "application/x-ndjson"}
            return load.http("POST", "/api/v1/responses/bulk/", rows, **headers)

        program, version, unit = (int(number) for number in self.ids.split(","))
        ratios, rates = [], []
        with web(self.environ) as port, psycopg.connect(self.database.url, autocommit=True) as connection:
            for turn in range(TURNS):
                made = {number: ours(number, b"") for number in range(turn * bodies + 1, (turn + 1) * bodies + 1)}
                mine = load.run(
                    port, connections=2, requests=bodies, make=lambda n, _b, made=made: made[n], first=turn * bodies
                )
                assert set(mine.statuses) == {200}, mine.statuses
                started = time.perf_counter()
                with connection.cursor().copy(COPY) as copy:
                    for row in range(size * bodies):
                        copy.write_row(
                            (program, version, "copied", f"{turn}-{row}", b"", NOON, NOON.date(), unit, "api", "", 1.0,
                             stored_answers, "{}", "{}")
                        )  # fmt: skip
                theirs = size * bodies / (time.perf_counter() - started)
                rates.append(mine.rate * size)
                ratios.append(mine.rate * size / theirs)
            (stored,) = connection.execute("SELECT count(*) FROM feedback_response WHERE source = 'bulk'").fetchone()
        assert stored == size * bodies * TURNS, stored
        ratio, rate = statistics.median(ratios), statistics.median(rates)
        answers = rate * (len(SHORT) + 1)
        scaled = answers / self.speed
        figure = (
            f"{ratio:.2f} × COPY, {answers:,.0f} answers/s of {rate:,.0f} people, at the reference speed {scaled:,.0f}"
        )
        holds = ratio >= 0.4 and scaled >= 50_000
        self.say("Bulk over HTTP, 10 000 people a body", figure, "≥ 50 000 answers/s, ≥ 0.4 × COPY", holds)

    def kpi(self) -> None:
        """KPI read over a tenth of the rows and over all of them: database time and buffers touched."""
        few, many = self._kpi_at(ROWS // 10, 0), self._kpi_at(ROWS, ROWS // 10)
        figure = f"{many[0]:.1f} ms, {many[1]} buffers at {ROWS:,} answers; {few[0]:.1f} ms, {few[1]} at a tenth"
        holds = many[0] <= 15 and many[1] <= few[1] * 1.5
        self.say(f"KPI read over {ROWS:,} answers", figure, "≤ 15 ms, same buffers", holds)

    def _kpi_at(self, rows: int, start: int) -> tuple[float, int]:
        """Fill up to `rows` answers (two years of days, seven areas), fold, explain the read."""
        from django.utils import timezone

        from cxprogram import periods
        from feedback import tallies
        from feedback.services import folding

        program, version, _unit = (int(number) for number in self.ids.split(","))
        units = [unit.pk for code, unit in self.cast.units.items() if code != "SFO"]
        step = 1_000_000
        with psycopg.connect(self.database.url, autocommit=True) as connection:
            for low in range(start, rows, step):
                connection.execute(
                    """INSERT INTO feedback_response (program_id, survey_version_id, source, external_id, body_hash,
                           answered_at, answered_on, unit_id, channel, language, weight, answers, missing, attributes)
                       SELECT %s, %s, 'fill', i::text, ''::bytea,
                           timestamptz '2024-01-01' + (i %% 730) * interval '1 day',
                           date '2024-01-01' + (i %% 730)::int, (%s::bigint[])[1 + i %% 7], 'api', '', 1,
                           jsonb_build_object('NETPRO', (i * 7919) %% 11), '{}', '{}'
                       FROM generate_series(%s::bigint, %s::bigint) i""",
                    [program, version, units, low, min(low + step, rows) - 1],
                )
                folding.fold(self.cast.program, at=timezone.now())
            connection.execute("VACUUM ANALYZE feedback_response, feedback_scorecell, feedback_scoremonth")
            folding.fold(self.cast.program, at=timezone.now())
            year = periods.parse("2024")
            parameters = {
                "program": program, "questions": ["NETPRO"], "codes": ["2024"], "starts": [year.start],
                "ends": [year.end], "first": year.start, "last": year.end,
            }  # fmt: skip
            plans = [
                connection.execute("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + tallies.READ, parameters).fetchone()
                for _turn in range(7)
            ]
        top = [plan[0][0] for plan in plans if plan]
        times = sorted(plan["Planning Time"] + plan["Execution Time"] for plan in top)
        root = top[-1]["Plan"]
        return times[len(times) // 2], root["Shared Hit Blocks"] + root["Shared Read Blocks"]


def main(names: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="cx-bench-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o711)
        bench = Bench(folder)
        parts: dict[str, Callable[[], None]] = {
            "answers": bench.answers, "flow": bench.flow, "bulk": bench.bulk, "kpi": bench.kpi,
            "map": partial(journeys.wide_map, bench), "paths": partial(journeys.paths, bench, ROWS),
            "file": partial(files.large_file, bench), "export": partial(exports.export, bench),
            "rest": partial(exports.rest, bench), "base": partial(base.large_base, bench, ROWS),
            "demo": partial(whole.demo, bench), "suite": partial(whole.suite, bench),
        }  # fmt: skip
        try:
            for part in names or [each for each in parts if each != "suite"]:
                parts[part]()
        finally:
            bench.close()
    print(
        f"\n{date.today():%d %b %Y}, {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    )
    print("| What | Budget | Measured | Holds |\n|---|---|---|---|\n" + "\n".join(bench.rows))
    return 0 if all(row.endswith("| yes |") for row in bench.rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
