"""Keeps the parts of the application running on one machine: a dead one is restarted, none is left behind.

Standard library only. Every part runs in its own session, so a Ctrl-C in the terminal reaches the supervisor
alone, which then ends the parts: SIGTERM, ten seconds, SIGQUIT, SIGKILL to whatever is left of their groups.

    <folder>/run/supervisor.lock  locked as long as a supervisor runs on this data folder
    <folder>/run/<part>.pid       the part's first process; postgres.pid too when the database is embedded
    <folder>/log/<part>.log       what it prints; moved to .log.1 when a start finds it above 10 MB
"""

import fcntl
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from cxprogram import processes
from cxprogram.embedded_postgres import EmbeddedPostgres
from cxprogram.postgres_tools import EmbeddedDatabaseError

TICK_SECONDS = 0.2
DATABASE_SECONDS = 1.0
GRACE_SECONDS = 10.0
QUIT_SECONDS = 3.0
STEADY_SECONDS = 5.0
LONGEST_DELAY_SECONDS = 4.0  # a dead part is back within five seconds
LOG_BYTES = 10_000_000
MARK = "CX_SUPERVISED_IN"


class SupervisorError(RuntimeError):
    """The application cannot be started here; the message names the mend."""


@dataclass(frozen=True)
class Part:
    name: str
    command: Sequence[str]
    environ: Mapping[str, str] = field(default_factory=dict)


class Supervisor:
    """Runs the parts until told to stop.

    `address` is what one of them listens on; `prepare` is called when the database runs and the parts do not.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        *,
        folder: Path,
        address: tuple[str, int],
        database: EmbeddedPostgres | None = None,
        prepare: Callable[[], None] = lambda: None,
    ):
        self.run_dir, self.log_dir = folder / "run", folder / "log"
        self.address = address
        self.database = database
        self.prepare = prepare
        self.children = [_Child(part, self.run_dir, self.log_dir) for part in parts]
        self._signals = 0
        self._next_database_check = 0.0

    def run(self) -> None:
        for folder in (self.run_dir, self.log_dir):
            folder.mkdir(parents=True, exist_ok=True)
        with self._alone():
            processes.adopt_orphans()
            self._end_leftovers()
            self._check_address()
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup
                    signal.signal(number, self._on_signal)
            try:
                if self.database is not None:
                    self.database.start()
                self.prepare()
                self._watch()
            finally:
                self._stop()

    def _watch(self) -> None:
        announced = False
        while not self._signals:
            self._check_database()
            ended = processes.reap()
            for child in self.children:
                child.check(ended, time.monotonic())
            if not announced and self._answers():
                announced = True
                say("Ready at http://{}:{}/ - Ctrl-C stops everything".format(*self.address))
            time.sleep(TICK_SECONDS)

    def _check_database(self) -> None:
        if self.database is None or time.monotonic() < self._next_database_check:
            return
        try:
            if self.database.start():
                say(f"database: started, process {self.database.pid}")
            _write_pid(self.run_dir / "postgres.pid", self.database.pid)
        except EmbeddedDatabaseError as error:
            say(f"database: {error}")
        self._next_database_check = time.monotonic() + DATABASE_SECONDS

    def _stop(self) -> None:
        say("Stopping")
        for number, seconds in ((signal.SIGTERM, GRACE_SECONDS), (signal.SIGQUIT, QUIT_SECONDS)):
            heard = self._signals
            for child in self.children:
                child.signal(number)
            deadline = time.monotonic() + seconds
            while any(child.pid for child in self.children) and time.monotonic() < deadline:
                ended = processes.reap()
                for child in self.children:
                    child.note(ended)
                if self._signals > max(heard, 1):  # a second Ctrl-C: do not wait
                    break
                time.sleep(0.05)
        for child in self.children:
            child.kill_group()
        if self.database is not None:
            self.database.stop()
            (self.run_dir / "postgres.pid").unlink(missing_ok=True)
        processes.reap_all(1.0)

    def _on_signal(self, number: int, frame: object) -> None:
        self._signals += 1

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self.run_dir / "supervisor.lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                raise SupervisorError(
                    f"Already running on {self.run_dir.parent} (process {lock.read().strip()}). "
                    "Stop it first, or name another folder with CX_DATA_DIR"
                ) from None
            lock.truncate(0)
            lock.write(f"{os.getpid()}\n")
            lock.flush()
            yield

    def _end_leftovers(self) -> None:
        """End what a killed supervisor left here: it is known by the mark in its environment."""
        deadline = time.monotonic() + GRACE_SECONDS
        left = set(processes.with_environment(MARK, str(self.run_dir)))
        for pid in left:
            _kill(pid, signal.SIGTERM)
        while left and time.monotonic() < deadline:
            time.sleep(0.1)
            left = set(processes.with_environment(MARK, str(self.run_dir)))
        for pid in left:
            _kill(pid, signal.SIGKILL)

    def _check_address(self) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(self.address)
            except OSError as error:
                raise SupervisorError(
                    f"Port {self.address[1]} cannot be used ({error.strerror}). Stop the program that "
                    f"listens there, or choose another: CX_PORT={self.address[1] + 1} make serve"
                ) from None

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(self.address) == 0


class _Child:
    """One part and the process that is it at the moment."""

    def __init__(self, part: Part, run_dir: Path, log_dir: Path):
        self.part = part
        self.pid: int | None = None
        self.pid_file = run_dir / f"{part.name}.pid"
        self.log = log_dir / f"{part.name}.log"
        self._mark = str(run_dir)
        self._group: int | None = None
        self._started_at = 0.0
        self._start_at = 0.0
        self._short_lives = 0

    def check(self, ended: Mapping[int, int], now: float) -> None:
        """Restart at once after a steady life; after short ones wait a little longer each time."""
        if self.pid is not None and self.pid in ended:
            lived = now - self._started_at
            self._short_lives = 0 if lived >= STEADY_SECONDS else self._short_lives + 1
            self._start_at = now + min(max(self._short_lives - 1, 0), LONGEST_DELAY_SECONDS)
            say(f"{self.part.name}: ended with {ended[self.pid]} after {lived:.0f} s; see {self.log}")
            self.note(ended)
            self.kill_group()  # orphans of a killed master would keep its port
        if self.pid is None and now >= self._start_at:
            self._start(now)

    def note(self, ended: Mapping[int, int]) -> None:
        if self.pid in ended:
            self.pid = None

    def signal(self, number: int) -> None:
        if self.pid is not None:
            os.kill(self.pid, number)

    def kill_group(self) -> None:
        if self._group is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._group, signal.SIGKILL)
        if self.pid is not None:
            os.waitpid(self.pid, 0)
        self.pid = self._group = None
        self.pid_file.unlink(missing_ok=True)

    def _start(self, now: float) -> None:
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - our own command
                self.part.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self.part.environ, MARK: self._mark},
                start_new_session=True,
                preexec_fn=processes.die_with_parent,
            )
        process.returncode = 0  # processes.reap waits for it; this keeps Popen's destructor from doing so too
        self.pid = self._group = process.pid
        self._started_at = now
        _write_pid(self.pid_file, process.pid)
        say(f"{self.part.name}: started, process {process.pid}")


def _kill(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def say(line: str) -> None:
    print(line, flush=True)


def _write_pid(path: Path, pid: int | None) -> None:
    new = path.with_suffix(".new")
    new.write_text(f"{pid}\n")
    new.replace(path)
