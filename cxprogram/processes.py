"""The kernel's help so that no process is left behind; without effect off Linux. Standard library only."""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent() -> None:
    """For a child between fork and exec: when its parent is killed, it is told to end."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent ends, so that `reap` can bury them.

    A container's first process often reaps nothing, and then every orphan stays a zombie.
    """
    _prctl(PR_SET_CHILD_SUBREAPER, 1)


def reap() -> dict[int, int]:
    """The children that have ended since the last call, with their exit codes (negative: the signal)."""
    ended: dict[int, int] = {}
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return ended
        if pid == 0:
            return ended
        ended[pid] = os.waitstatus_to_exitcode(status)


def reap_all(seconds: float) -> None:
    """Wait for every child that is about to end, but no longer than this."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            ended, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not ended:
            time.sleep(0.01)


def with_environment(name: str, value: str) -> Iterator[int]:
    """The ids of the living processes that have this variable, as far as we may look."""
    for environ in Path("/proc").glob("[0-9]*/environ"):
        try:
            variables = environ.read_bytes().split(b"\0")
        except OSError:
            continue
        if f"{name}={value}".encode() in variables:
            yield int(environ.parent.name)


def _prctl(option: int, value: int) -> None:
    if _libc is not None:
        _libc.prctl(option, value, 0, 0, 0)
