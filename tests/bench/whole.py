"""What takes minutes as a whole: the test suite, and the demonstration from nothing to its first page."""

import http.client
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.demo_site import ROOT, free_port

SUITE_SECONDS, DEMO_SECONDS = 300, 90


def suite(bench: Any) -> None:
    """Every test, as `make test` runs them; the bare view's rate before and after it says how fast the machine was."""
    command = ["-m", "pytest", "-n", "auto", "--dist", "loadgroup", "--no-loadscope-reorder", "-q"]
    speeds, started = [bench.speed_now()], time.perf_counter()
    run = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=_untouched(), capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - started
    scaled = seconds * statistics.mean([*speeds, bench.speed_now()])
    said = re.search(r"(\d+ (?:failed|passed).*) in [\d.]+s", run.stdout)
    figure = f"{said[1] if said else 'no summary'}, {seconds:.0f} s, at the reference speed {scaled:.0f} s"
    bench.say("Test suite", figure, f"≤ {SUITE_SECONDS} s", run.returncode == 0 and scaled <= SUITE_SECONDS)


def demo(bench: Any) -> None:
    """`manage.py demo` on an empty folder, until its page is served."""
    speeds = [bench.speed_now()]
    with _demonstration() as (port, started):
        while not _answers(port):
            if time.perf_counter() - started > 20 * DEMO_SECONDS:
                raise TimeoutError("the demonstration serves no page")
            time.sleep(0.2)
        seconds = time.perf_counter() - started
    scaled = seconds * statistics.mean([*speeds, bench.speed_now()])
    figure = f"{seconds:.0f} s to the served page, at the reference speed {scaled:.0f} s"
    bench.say("`make demo` after installation", figure, f"≤ {DEMO_SECONDS} s", scaled <= DEMO_SECONDS)


@contextmanager
def _demonstration() -> Iterator[tuple[int, float]]:
    with tempfile.TemporaryDirectory(prefix="cx-bench-demo-", dir="/tmp") as name:
        Path(name).chmod(0o711)
        port = free_port()
        environ = _untouched() | {"CX_MODE": "demo", "CX_DATA_DIR": name, "CX_PORT": str(port)}
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "manage.py", "demo"], cwd=ROOT, env=environ, stdout=subprocess.DEVNULL
        )
        try:
            yield port, started
        finally:
            process.terminate()
            process.wait(60)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/accounts/login/")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _untouched() -> dict[str, str]:
    """The environment without what the benchmark has set for its own application."""
    own = {"DATABASE_URL", "DJANGO_SETTINGS_MODULE", "OMP_NUM_THREADS"}
    return {name: value for name, value in os.environ.items() if name not in own and not name.startswith("CX_")}
