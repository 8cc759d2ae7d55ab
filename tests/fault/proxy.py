"""A line to the application that can be cut: a small proxy on a port of its own."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal

Mode = Literal["open", "deaf", "cut"]


class Proxy:
    """`open` passes everything on; `deaf` passes questions on and loses the replies; `cut` hangs up on everybody."""

    def __init__(self, target: tuple[str, int]) -> None:
        self.target = target
        self.mode: Mode = "open"
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.lines: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def turn(self, mode: Mode) -> None:
        """From now on; what is under way is hung up on."""
        self.mode = mode
        while self.lines:
            _hang_up(self.lines.pop())

    def close(self) -> None:
        _hang_up(self.listener)
        self.turn("cut")

    def _accept(self) -> None:
        while True:
            try:
                asker, _address = self.listener.accept()
            except OSError:
                return
            if self.mode == "cut":
                _hang_up(asker)
                continue
            server = socket.create_connection(self.target, timeout=10)
            server.settimeout(None)
            self.lines += [asker, server]
            threading.Thread(target=self._pass, args=(asker, server), daemon=True).start()
            threading.Thread(target=self._pass, args=(server, asker, self.mode == "deaf"), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, is_lost: bool = False) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                if is_lost:
                    break  # the reply was on its way, nobody will see it
                sink.sendall(data)
        _hang_up(source)
        _hang_up(sink)


def _hang_up(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
    line.close()


@contextmanager
def proxy(host: str, port: int) -> Iterator[Proxy]:
    line = Proxy((host, port))
    try:
        yield line
    finally:
        line.close()
