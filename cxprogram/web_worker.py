"""The web server's worker: gunicorn's, but for how it takes connections.

Whoever wakes first takes a new connection, and in a burst that is the one that took the last: of 32 that came at once
29 went to one of two workers. One that has taken a connection lets its siblings take the next, the longer the more it
has open.
"""

import sys
import time
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

# Seconds for each open connection; at the most. Some hundred connections a second are taken all the same.
PAUSE, LONGEST = 0.0002, 0.003
# Seconds after which a thread that computes lets another go on, whose rows have come from the database.
SWITCH = 0.0005


class EvenWorker(ThreadWorker):
    _rests_until = 0.0

    def init_process(self) -> None:
        sys.setswitchinterval(SWITCH)
        super().init_process()

    def accept(self, listener: Any) -> None:
        before = self.nr_conns
        super().accept(listener)
        if self.nr_conns > before:
            self._rests_until = time.monotonic() + min(PAUSE * self.nr_conns, LONGEST)
            self.set_accept_enabled(False)

    def set_accept_enabled(self, enabled: bool) -> None:
        super().set_accept_enabled(enabled and time.monotonic() >= self._rests_until)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        rest = self._rests_until - time.monotonic()
        super().wait_for_and_dispatch_events(min(timeout, rest) if rest > 0 else timeout)
