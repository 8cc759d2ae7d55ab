"""Two workers share what comes: whoever took the last connection lets the other take the next."""

import errno
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from cxprogram import web_worker
from cxprogram.web_worker import LONGEST, PAUSE, EvenWorker


class Poller:
    """Remembers what is waited for, and how long."""

    def __init__(self) -> None:
        self.registered: set[Any] = set()
        self.waits: list[float] = []

    def register(self, fileobj: Any, *_more: Any) -> None:
        self.registered.add(fileobj)

    def unregister(self, fileobj: Any) -> None:
        self.registered.remove(fileobj)

    def select(self, timeout: float) -> list[Any]:
        self.waits.append(timeout)
        return []


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    now = SimpleNamespace(time=100.0)
    monkeypatch.setattr(web_worker.time, "monotonic", lambda: now.time)
    yield now


@pytest.fixture
def worker(clock: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> EvenWorker:
    """A worker that listens; what it accepts is answered by nobody."""
    made = EvenWorker.__new__(EvenWorker)
    made.poller, made.sockets, made.nr_conns, made._accepting = Poller(), [Listener()], 0, False
    made.cfg = None
    monkeypatch.setattr("gunicorn.workers.gthread.TConn", lambda *_facts: object())
    monkeypatch.setattr(made, "enqueue_req", lambda _conn: None, raising=False)
    made.set_accept_enabled(True)
    return made


class Listener:
    def __init__(self) -> None:
        self.waiting = 10

    def setblocking(self, _is_blocking: bool) -> None: ...

    def getsockname(self) -> str:
        return "127.0.0.1"

    def accept(self) -> tuple[Any, str]:
        if not self.waiting:
            raise BlockingIOError(errno.EAGAIN, "a sibling was faster")
        self.waiting -= 1
        return SimpleNamespace(setblocking=lambda _is: None), "client"


def test_a_worker_that_took_a_connection_leaves_the_next_to_its_siblings(
    worker: EvenWorker, clock: SimpleNamespace
) -> None:
    (listener,) = worker.sockets
    worker.accept(listener)
    assert worker.nr_conns == 1 and listener not in worker.poller.registered
    worker.set_accept_enabled(True)  # the loop asks each time round
    assert listener not in worker.poller.registered
    worker.wait_for_and_dispatch_events(1.0)
    assert worker.poller.waits == [pytest.approx(PAUSE)], "no longer than it rests"
    clock.time += PAUSE
    worker.set_accept_enabled(True)
    assert listener in worker.poller.registered
    worker.wait_for_and_dispatch_events(1.0)
    assert worker.poller.waits[-1] == 1.0


def test_it_rests_the_longer_the_more_it_has_open_but_never_long(worker: EvenWorker, clock: SimpleNamespace) -> None:
    rests = []
    for open_before in (0, 4, 9, 500):
        worker.nr_conns = open_before
        worker.accept(worker.sockets[0])
        rests.append(worker._rests_until - clock.time)
        clock.time += 1
        worker.set_accept_enabled(True)
    assert rests == pytest.approx([PAUSE, 5 * PAUSE, 10 * PAUSE, LONGEST])


def test_a_worker_that_came_too_late_does_not_rest(worker: EvenWorker) -> None:
    (listener,) = worker.sockets
    listener.waiting = 0
    worker.accept(listener)
    assert worker.nr_conns == 0 and listener in worker.poller.registered
