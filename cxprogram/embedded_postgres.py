"""The embedded PostgreSQL: one server per data folder. Standard library only.

    <data>/database.lock     held while a server is started or stopped; the kernel frees it with its holder
    <data>/postgres/         the server's home (0700): cluster/ and server.log
    /tmp/cx-<uid>-<digest>/  its Unix socket (0700); the server listens nowhere else

The socket is not in the data folder because its path must stay under about 100 bytes, and not in TMPDIR or
XDG_RUNTIME_DIR because those differ between a terminal, cron and sudo, while every process that uses one data
folder must find the same address without asking. PostgreSQL touches its socket hourly, so cleaners of /tmp
leave it alone; `requirepeer` in the address makes the client refuse a server that another user put there.

Where the server's account cannot reach the data folder (root's, under a 0700 parent), its home is made in
/var/lib/cxprogram, and <data>/postgres is a symbolic link to it.
"""

import fcntl
import hashlib
import os
import pwd
import shlex
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from urllib.parse import quote, urlencode

from cxprogram.postgres_tools import (
    EmbeddedDatabaseError,
    PostgresTools,
    account_of,
    reachable_folder,
    server_account,
)

NAME = "cxprogram"  # of the database and of its owner, who is no superuser
START_SECONDS = 300  # a crash recovery may take minutes: never report it as a failure
DYING_SECONDS = 30
# Said while a killed server or its backends have not quite gone; until then it cannot be replaced.
DYING = ("pre-existing shared memory block", "already exists")
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "work_mem": "16MB",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedPostgres:
    """The server of one data folder. `durable=False` is for tests only: it trades safety for speed."""

    def __init__(self, folder: Path, *, durable: bool = True):
        self.folder = folder.resolve()
        self.durable = durable
        self._digest = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]

    @property
    def home(self) -> Path:
        return (self.folder / "postgres").resolve()

    @property
    def cluster(self) -> Path:
        return self.home / "cluster"

    @property
    def log(self) -> Path:
        return self.home / "server.log"

    @cached_property
    def account(self) -> pwd.struct_passwd:
        return server_account((self.home, self.folder))

    @property
    def socket_dir(self) -> Path:
        return Path(f"/tmp/cx-{self.account.pw_uid}-{self._digest}")  # noqa: S108 - see _open_socket_dir

    @property
    def url(self) -> str:
        where = {"host": self.socket_dir, "requirepeer": self.account.pw_name}
        return f"postgresql://{NAME}@/{NAME}?{urlencode(where, quote_via=quote, safe='/')}"

    @property
    def pid(self) -> int | None:
        """The postmaster's process id, for pid files and tests; says nothing about its being alive."""
        return _pid_in(self.cluster / "postmaster.pid")

    def status(self) -> str:
        """Running, starting (or recovering, stopping), stopped: the server is asked, never a pid file."""
        asked = self._run("pg_isready", "-h", str(self.socket_dir), "-t", "3")
        return {0: "running", 1: "starting"}.get(asked.returncode, "stopped")

    def is_alive(self) -> bool:
        return self.status() == "running"

    def start(self) -> bool:
        """Start the server unless it runs; True if this call did. Many may call at once."""
        with self._lock():
            if not self.cluster.exists():
                self._end_orphan()
                self._make_home()
                self._initialise()
            self._check_owner()
            self._open_socket_dir()
            return self._start()

    def stop(self) -> bool:
        """Stop the server; True if it ran. What it has acknowledged is on the disk."""
        with self._lock():
            # Only a server that answers: the number in a stale pid file may by now be another process.
            if self.status() == "stopped":
                return False
            stop = ("-D", str(self.cluster), "-w", "stop", "-m")
            stopped = self._run("pg_ctl", *stop, "fast")
            if stopped.returncode:
                stopped = self._run("pg_ctl", *stop, "immediate")
            if stopped.returncode:
                raise _error("PostgreSQL did not stop", stopped)
            if self.socket_dir.exists() and not any(self.socket_dir.iterdir()):
                self.socket_dir.rmdir()
            return True

    def _start(self) -> bool:
        settings = SETTINGS | ({} if self.durable else FORGETFUL)
        settings["unix_socket_directories"] = str(self.socket_dir)
        options = shlex.join(part for key, value in settings.items() for part in ("-c", f"{key}={value}"))
        start = ("-D", str(self.cluster), "-l", str(self.log), "-o", options, "-w", "-t", str(START_SECONDS))
        began = time.monotonic()
        while (status := self.status()) != "running":
            waited = time.monotonic() - began
            if status == "stopped":
                self._forget_dead_postmaster()
                written = self.log.stat().st_size if self.log.exists() else 0
                started = self._run("pg_ctl", *start, "start")
                if started.returncode == 0:
                    return True
                tail = self._log_tail(written)
                if waited > DYING_SECONDS or not any(words in tail for words in DYING):
                    raise _error("PostgreSQL did not start", started, tail)
            if waited > START_SECONDS:
                raise EmbeddedDatabaseError(f"PostgreSQL is not ready after {waited:.0f} s; see {self.log}")
            time.sleep(0.1)
        return False

    def _forget_dead_postmaster(self) -> None:
        """Remove lock files that PostgreSQL itself cannot see are stale, once nothing has answered.

        In a container whose first process reaps no children a killed postmaster stays a zombie, and after a
        restart its number may belong to another process of the same user: to kill(pid, 0) both look alive.
        A server that really runs here is still found by its shared memory.
        """
        for lock in (self.cluster / "postmaster.pid", self._socket_lock):
            try:
                about = Path(f"/proc/{_pid_in(lock)}/stat").read_text()
            except FileNotFoundError:  # gone, or no /proc on this system: PostgreSQL's own check is enough
                continue
            name, state = about.split("(", 1)[1].rsplit(")", 1)
            if name != "postgres" or state.split()[0] == "Z":
                lock.unlink()

    def _end_orphan(self) -> None:
        """End a server whose data folder was deleted under it: it would answer at our address."""
        if (orphan := _pid_in(self._socket_lock)) and self.status() != "stopped":
            os.kill(orphan, signal.SIGQUIT)
            while self.status() != "stopped":
                time.sleep(0.05)

    def _make_home(self) -> None:
        place = self.folder / "postgres"
        if place.is_symlink() and not place.exists():
            raise EmbeddedDatabaseError(
                f"{place} points to {self.home}, which is gone. Restore that folder, "
                "or remove the link to begin with an empty database"
            )
        if not place.exists():
            if self._tools.can_enter(self.folder):
                place.mkdir(mode=0o700)
            else:
                place.symlink_to(tempfile.mkdtemp(prefix=f"{self._digest}-", dir=reachable_folder()))
            os.chown(place, self.account.pw_uid, self.account.pw_gid)

    def _initialise(self) -> None:
        """Make the cluster beside its place, with its database in it, and move it there when it is whole."""
        new = self.home / "new"
        shutil.rmtree(new, ignore_errors=True)
        made = self._run(
            "initdb",
            *("-D", str(new), "-U", "postgres", "--auth-local=trust", "--auth-host=reject"),
            *("-E", "UTF8", "--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            *(() if self.durable else ("--no-sync",)),
        )
        if made.returncode:
            raise _error("PostgreSQL could not set up its folder", made)
        statements = f"CREATE ROLE {NAME} LOGIN CREATEDB;\nCREATE DATABASE {NAME} OWNER {NAME};\n"
        filled = self._run("postgres", "--single", "-D", str(new), "postgres", send=statements)
        if filled.returncode or "ERROR:" in filled.stderr:
            raise _error("PostgreSQL could not create the database", filled)
        new.rename(self.cluster)

    def _check_owner(self) -> None:
        owner = self.home.stat().st_uid
        if owner != self.account.pw_uid:
            account = account_of(owner)
            raise EmbeddedDatabaseError(
                f"{self.home} belongs to {account.pw_name if account else owner}: "
                "run as that user, or name another folder with CX_DATA_DIR"
            )

    def _open_socket_dir(self) -> None:
        self.socket_dir.mkdir(mode=0o700, exist_ok=True)
        if self.socket_dir.lstat().st_uid == os.geteuid() != self.account.pw_uid:
            os.chown(self.socket_dir, self.account.pw_uid, self.account.pw_gid, follow_symlinks=False)
        found = self.socket_dir.lstat()
        if found.st_uid != self.account.pw_uid or found.st_mode != stat.S_IFDIR | 0o700:
            raise EmbeddedDatabaseError(
                f"{self.socket_dir} is not a private folder of {self.account.pw_name}: remove it"
            )

    @property
    def _socket_lock(self) -> Path:
        return self.socket_dir / ".s.PGSQL.5432.lock"

    @contextmanager
    def _lock(self) -> Iterator[None]:
        try:
            self.folder.mkdir(mode=0o711, parents=True, exist_ok=True)
            lock = (self.folder / "database.lock").open("a")
        except PermissionError as error:
            raise EmbeddedDatabaseError(f"No permission to write in {self.folder}") from error
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @cached_property
    def _tools(self) -> PostgresTools:
        return PostgresTools(self.account)

    def _run(self, tool: str, *arguments: str, send: str | None = None) -> subprocess.CompletedProcess[str]:
        return self._tools.run(tool, *arguments, send=send)

    def _log_tail(self, start: int, lines: int = 20) -> str:
        if not self.log.exists():
            return ""
        with self.log.open(errors="replace") as log:
            log.seek(start)
            return "".join(log.readlines()[-lines:])


def _pid_in(lock: Path) -> int | None:
    try:
        return int(lock.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def _error(what: str, ran: subprocess.CompletedProcess[str], log: str = "") -> EmbeddedDatabaseError:
    return EmbeddedDatabaseError(f"{what}.\n{ran.stdout}{ran.stderr}{log}".rstrip())
