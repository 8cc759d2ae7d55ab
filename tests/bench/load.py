"""A load of keep-alive connections from one process: bounded in number, loopback only."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

MAX_REQUESTS = 50_000


@dataclass(frozen=True)
class Run:
    """What a load measured: requests a second, latencies in milliseconds, answers by status."""

    rate: float
    p50: float
    p99: float
    statuses: dict[int, int]


async def _exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> tuple[int, bytes]:
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0
    )
    body = await reader.readexactly(length) if length else b""
    if b"transfer-encoding: chunked" in head.lower():
        while size := int(await reader.readline(), 16):
            body += (await reader.readexactly(size + 2))[:-2]
        await reader.readline()
    return int(head.split(b" ", 2)[1]), body


async def _client(
    port: int, requests: int, make: Callable[[int, bytes], bytes], numbers: list[int], times: list[float],
    statuses: dict[int, int],
) -> None:  # fmt: skip
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    body = b""
    try:
        for _turn in range(requests):
            numbers[0] += 1
            started = time.perf_counter()
            status, body = await _exchange(reader, writer, make(numbers[0], body))
            times.append((time.perf_counter() - started) * 1000)
            statuses[status] = statuses.get(status, 0) + 1
    finally:
        writer.close()


def run(port: int, *, connections: int, requests: int, make: Callable[[int, bytes], bytes], first: int = 0) -> Run:
    """Send `requests` in all over `connections`; `make(number, last body)` gives the next raw request."""
    if requests > MAX_REQUESTS:
        raise ValueError(f"at most {MAX_REQUESTS} requests")
    times: list[float] = []
    statuses: dict[int, int] = {}
    numbers = [first]

    async def all_clients() -> None:
        share = requests // connections
        await asyncio.gather(*(_client(port, share, make, numbers, times, statuses) for _ in range(connections)))

    started = time.perf_counter()
    asyncio.run(all_clients())
    seconds = time.perf_counter() - started
    times.sort()
    return Run(len(times) / seconds, times[len(times) // 2], times[int(len(times) * 0.99)], statuses)


def http(method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
