"""Target R1: while parts of the application are killed, no acknowledged answer is lost and none is doubled.

    python -m tests.fault.kill9 --n 2000 --kills 20 --seed 7 [--data-dir FOLDER]

Runs `manage.py serve` on demo data, posts answers from eight clients that repeat a post with the same key until it is
acknowledged, and meanwhile kills web, worker, beat and postmaster by their pid files. Every acknowledged key is
written to a ledger that is fsynced; at the end the ledger is compared with the database. This tests the death of
processes, not of power.
"""

import argparse
import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import psycopg

from cxprogram.database import BASE_DIR, EmbeddedPostgres

PAGE, QUESTION = "/s/sfo-live/", "NETPRO"
CLIENTS = 8
VICTIMS = ("web", "worker", "beat", "postgres")
SECONDS_PER_KILL = 2.5  # the answers are spread over the kills
ANSWER_SECONDS = 90  # one answer must be acknowledged within this, kills included


@dataclass(frozen=True)
class Outcome:
    """`lost` and `changed` are acknowledged keys; `doubled` any key; `late` those never acknowledged in time."""

    acknowledged: int
    kills: Counter[str]
    seconds: float
    lost: list[str]
    doubled: list[str]
    changed: list[str]
    late: list[str]

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.doubled or self.changed or self.late)


def run(*, n: int, kills: int, seed: int, data_dir: Path) -> Outcome:
    """Post n answers under the given number of kills and compare what was acknowledged with what is stored."""
    chance = random.Random(seed)
    answers = {str(uuid.UUID(int=chance.getrandbits(128), version=4)): chance.randint(0, 10) for _ in range(n)}
    with served(data_dir) as port:
        started = time.monotonic()
        with (
            Killer(data_dir / "run", kills, seed) as killer,
            Ledger(data_dir / "ledger.txt") as ledger,
            ThreadPoolExecutor(CLIENTS) as clients,
        ):
            jobs = []
            for number, (key, score) in enumerate(answers.items()):
                time.sleep(max(0.0, started + number / n * kills * SECONDS_PER_KILL - time.monotonic()))
                jobs.append(clients.submit(post, port, key, score, ledger))
            late = [job.result() for job in jobs]
        stored = stored_answers(data_dir, list(answers))
        seconds = time.monotonic() - started
    counts = Counter(key for key, _ in stored)
    values = dict(stored)
    return Outcome(
        acknowledged=len(ledger.keys),
        kills=killer.kills,
        seconds=seconds,
        lost=[key for key in ledger.keys if not counts[key]],
        doubled=[key for key, count in counts.items() if count > 1],
        changed=[key for key in ledger.keys if counts[key] and values[key] != str(answers[key])],
        late=[key for key in late if key],
    )


def post(port: int, key: str, score: int, ledger: "Ledger") -> str | None:
    """Repeat the post with the same key until it is acknowledged; the key if it never was."""
    body = urlencode({QUESTION: score, "key": key})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    deadline = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("POST", PAGE, body, headers)
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException):
            status = None
        finally:
            connection.close()
        if status == 303:
            ledger.write(key)
            return None
        if status is not None and 400 <= status < 500:
            raise AssertionError(f"the page refused an honest answer with {status}")
        time.sleep(0.1)
    return key


def stored_answers(data_dir: Path, keys: list[str]) -> list[tuple[str, str]]:
    with psycopg.connect(EmbeddedPostgres(data_dir).url) as connection:
        return connection.execute(
            "SELECT external_id, answers ->> %s FROM feedback_response WHERE external_id = ANY(%s)",
            [QUESTION, keys],
        ).fetchall()


class Ledger:
    """The keys that were acknowledged, on the disk before the client goes on."""

    def __init__(self, path: Path):
        self.keys: list[str] = []
        self._lock = threading.Lock()
        self._file = path.open("w")

    def write(self, key: str) -> None:
        with self._lock:
            self.keys.append(key)
            self._file.write(f"{key}\n")
            self._file.flush()
            os.fsync(self._file.fileno())

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()


class Killer(threading.Thread):
    """Kills one part after another at random, each time waiting until the supervisor has replaced it."""

    def __init__(self, run_dir: Path, number: int, seed: int):
        super().__init__()
        self.kills: Counter[str] = Counter()
        self._run_dir, self._number = run_dir, number
        self._chance = random.Random(f"kills of {seed}")
        self._done = threading.Event()

    def run(self) -> None:
        """Each part in turn, in an order of chance: none is spared."""
        turns = self._number // len(VICTIMS) + 1
        order = [victim for _ in range(turns) for victim in self._chance.sample(VICTIMS, len(VICTIMS))]
        for victim in order[: self._number]:
            if self._done.wait(self._chance.uniform(0.2, 1.5)):
                return
            killed = self._pid(victim)
            os.kill(killed, signal.SIGKILL)
            self.kills[victim] += 1
            deadline = time.monotonic() + 30
            while self._pid(victim) == killed and time.monotonic() < deadline:
                time.sleep(0.05)

    def _pid(self, victim: str) -> int:
        while True:
            try:
                return int((self._run_dir / f"{victim}.pid").read_text())
            except (FileNotFoundError, ValueError):  # being replaced
                time.sleep(0.05)

    def __enter__(self) -> "Killer":
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._done.set()
        self.join()


@contextmanager
def served(data_dir: Path) -> Iterator[int]:
    """The whole application on this data folder and a free port, which is yielded."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environ = demo_environment(data_dir) | {"CX_PORT": str(port)}
    with (data_dir / "serve.log").open("w") as log:
        server = subprocess.Popen(manage("serve"), cwd=BASE_DIR, env=environ, stdout=log, stderr=log)
        try:
            wait_until_answers(port, server)
            yield port
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=60)


def wait_until_answers(port: int, server: subprocess.Popen[bytes], seconds: float = 120.0) -> None:
    deadline = time.monotonic() + seconds
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert server.poll() is None, "serve ended at once; see serve.log"
        assert time.monotonic() < deadline, f"nothing answers after {seconds} s; see serve.log"
        time.sleep(0.2)


def load_demo(data_dir: Path) -> None:
    subprocess.run(manage("demo", "--no-serve"), cwd=BASE_DIR, env=demo_environment(data_dir), check=True)


def demo_environment(data_dir: Path) -> dict[str, str]:
    environ = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    return environ | {"CX_DATA_DIR": str(data_dir), "CX_MODE": "demo"}


def manage(*arguments: str) -> list[str]:
    return [sys.executable, "manage.py", *arguments]


def main() -> None:
    parser = argparse.ArgumentParser(description="Kill parts of the application while answers come in.")
    parser.add_argument("--n", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--data-dir", type=Path, help="a data folder with the demo loaded; else one is made")
    options = parser.parse_args()
    data_dir = options.data_dir or Path(tempfile.mkdtemp(prefix="cx-fault-", dir="/tmp"))
    if options.data_dir is None:
        data_dir.chmod(0o711)
        load_demo(data_dir)
    outcome = run(n=options.n, kills=options.kills, seed=options.seed, data_dir=data_dir)
    print(f"{outcome} in {data_dir}")
    sys.exit(not outcome.is_clean)


if __name__ == "__main__":
    main()
