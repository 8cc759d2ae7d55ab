"""The supervisor with small children: restarted when dead, none left behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cxprogram.database import BASE_DIR

# A part that listens and has a child of its own, as gunicorn has; one that ignores SIGTERM; the supervisor.
LISTENS = """
import os, socket, sys, time
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
if os.fork() == 0:
    open(sys.argv[2], "w").write(str(os.getpid()))
time.sleep(600)
"""
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ignoring", flush=True)
time.sleep(600)
"""
SUPERVISE = """
import sys
from pathlib import Path
from cxprogram import supervisor
supervisor.GRACE_SECONDS = 0.5
folder, port, listens, stubborn = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
grandchild = folder / "grandchild"
supervisor.Supervisor(
    [
        supervisor.Part("web", [sys.executable, "-c", listens, str(port), str(grandchild)]),
        supervisor.Part("worker", [sys.executable, "-c", stubborn]),
    ],
    folder=folder,
    address=("127.0.0.1", port),
).run()
"""


class Running:
    """A supervisor in its own process, on its own folder and port."""

    def __init__(self, folder: Path):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.folder = folder
        self.process = self.start(folder)

    def start(self, folder: Path) -> subprocess.Popen[str]:
        arguments = [str(folder), str(self.port), LISTENS, STUBBORN]
        return subprocess.Popen(
            [sys.executable, "-c", SUPERVISE, *arguments],
            cwd=BASE_DIR,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def pid(self, name: str) -> int | None:
        try:
            return int((self.folder / "run" / f"{name}.pid").read_text())
        except FileNotFoundError:
            return None

    def grandchild(self) -> int | None:
        try:
            return int((self.folder / "grandchild").read_text())
        except (FileNotFoundError, ValueError):
            return None

    def answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def all_up(self) -> bool:
        log = self.folder / "log" / "worker.log"
        ignoring = log.exists() and "ignoring" in log.read_text()
        return bool(self.answers() and self.pid("worker") and self.grandchild() and ignoring)

    def replaced(self, name: str, old: int) -> Callable[[], bool]:
        return lambda: self.pid(name) not in (None, old)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    supervised = Running(tmp_path)
    wait_for(supervised.all_up)
    yield supervised
    supervised.process.terminate()
    supervised.process.communicate(timeout=10)


def wait_for(what: Callable[[], bool], seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.02)


def is_alive(pid: int | None) -> bool:
    """Zombies do not count: who should bury them depends on the machine."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_killed_part_is_back_within_five_seconds_and_its_orphans_are_gone(running: Running) -> None:
    killed, orphan = running.pid("web"), running.grandchild()
    os.kill(killed, signal.SIGKILL)
    wait_for(running.replaced("web", killed))
    wait_for(lambda: running.grandchild() != orphan and running.answers())
    assert not is_alive(killed)
    assert not is_alive(orphan)


def test_a_part_that_keeps_dying_is_tried_again_within_five_seconds(running: Running) -> None:
    for _ in range(3):
        killed = running.pid("worker")
        os.kill(killed, signal.SIGKILL)
        wait_for(running.replaced("worker", killed))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_none_is_left_behind(running: Running, number: signal.Signals) -> None:
    pids = [running.pid("web"), running.pid("worker"), running.grandchild()]
    assert all(map(is_alive, pids))
    os.kill(running.process.pid, number)
    assert running.process.wait(timeout=10) == 0
    assert not any(map(is_alive, pids))
    assert list((running.folder / "run").glob("*.pid")) == []


def test_a_second_supervisor_of_the_same_folder_is_refused(running: Running) -> None:
    second = running.start(running.folder)
    assert "Already running" in second.communicate(timeout=10)[0]
    assert second.returncode == 1
    assert running.process.poll() is None


def test_a_port_in_use_is_named_with_the_mend(running: Running, tmp_path: Path) -> None:
    other = running.start(tmp_path / "other")
    assert f"CX_PORT={running.port + 1} make serve" in other.communicate(timeout=10)[0]
    assert other.returncode == 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent has died")
def test_after_a_killed_supervisor_the_next_one_clears_up_and_runs(running: Running) -> None:
    pids = [running.pid("web"), running.pid("worker"), running.grandchild()]
    running.process.kill()
    running.process.wait()
    running.process = running.start(running.folder)
    wait_for(running.replaced("worker", pids[1]))
    wait_for(running.answers)
    assert not any(map(is_alive, pids))
