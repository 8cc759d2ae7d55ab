"""The budget of a large file: taken in by the worker, which is killed in the middle, and taken over by another."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

FILE_ROWS = int(os.environ.get("CX_BENCH_FILE_ROWS", "1000000"))
SECONDS, MEGABYTES = 120, 300
DEADLINE = 900
FIRST_DAY = date(2024, 1, 1)
MAPPING = {
    "survey": "sfo-live",
    "source": "bench-file",
    "external_id": {"column": "id"},
    "answered": {"kind": "date", "column": "day"},
    "unit": {"column": "unit"},
    "channel": {"constant": "file"},
    "language": {"constant": "en"},
    "attributes": [{"name": "terminal", "column": "terminal"}],
    "questions": [
        {"kind": "scale", "question": "NETPRO", "column": "nps", "scale": [0, 10]},
        {"kind": "single", "question": "Q15PROBLEM", "column": "problem", "codes": {"yes": 1, "no": 2}},
    ],
}
WORKER = """
import sys, time
import django
django.setup()
from django.utils import timezone
from feedback.services import import_work
import_work.work(int(sys.argv[1]), clock=timezone.now)
print(open("/proc/self/status").read().split("VmHWM:")[1].split()[0])
"""


def lines(rows: int, units: list[str]) -> Iterator[bytes]:
    """A file of answers, in pieces of ten thousand rows: two years of days, every unit, every score."""
    yield b"id,day,unit,nps,problem,terminal\n"
    days = [(FIRST_DAY + timedelta(days=n)).isoformat() for n in range(730)]
    for low in range(0, rows, 10_000):
        yield "".join(
            f"F{n},{days[n % 730]},{units[n % len(units)]},{n * 7919 % 11},{'no' if n % 5 else 'yes'},T{n % 4}\n"
            for n in range(low, min(low + 10_000, rows))
        ).encode()


def worker(run_id: int, environ: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, str(run_id)],
        cwd=Path(__file__).parents[2], env=environ, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def peak_megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def large_file(bench: Any) -> None:
    """A file through the import worker, killed by force at half its rows; another worker goes on behind it."""
    from django.utils import timezone

    from cxprogram.models import ImportRun
    from cxprogram.services import import_runs
    from feedback.models import Response, SurveyVersion

    version = SurveyVersion.objects.get(survey__slug="sfo-live")
    units = [code for code in bench.cast.units if code != "SFO"]
    run = import_runs.receive(
        bench.cast.program, chunks=lines(FILE_ROWS, units), name="large.csv", by=None, at=timezone.now()
    )
    import_runs.queue(run, kind="responses", mapping="", definition=MAPPING, options={"survey_version": version.pk})
    started = time.perf_counter()
    first = worker(run.pk, bench.environ)
    try:
        while run.done_rows < FILE_ROWS // 2:
            assert first.poll() is None, "the worker ended before its time"
            assert time.perf_counter() - started < DEADLINE
            time.sleep(0.1)
            run.refresh_from_db()
        peak = peak_megabytes(first.pid)
    finally:
        first.kill()
        first.wait(10)
    seconds = time.perf_counter() - started
    ImportRun.objects.filter(pk=run.pk).update(leased_until=timezone.now())  # nobody waits for the lease to run out
    started = time.perf_counter()
    second = worker(run.pk, bench.environ)
    said, _nothing = second.communicate(timeout=DEADLINE)
    seconds += time.perf_counter() - started
    peak = max(peak, int(said) / 1024)
    run.refresh_from_db()
    stored = Response.objects.filter(source="bench-file").count()
    account = (run.status, run.imported, run.repeated, run.rejected, stored)
    assert account == ("done", FILE_ROWS, 0, 0, FILE_ROWS), account
    scaled = seconds * bench.speed
    figure = (
        f"{seconds:.0f} s, at the reference speed {scaled:.0f} s, {peak:.0f} MB, "
        f"killed at half and resumed: {stored:,} stored, none doubled"
    )
    bench.say(
        f"File of {FILE_ROWS:,} answers",
        figure,
        f"≤ {SECONDS} s for 1,000,000, ≤ {MEGABYTES} MB",
        scaled <= SECONDS * FILE_ROWS / 1_000_000 and peak <= MEGABYTES,
    )
