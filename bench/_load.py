"""A load client on raw sockets: 10 µs a request, so that the server is what is measured."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

import httptools
import uvloop


class Connection(asyncio.Protocol):
    """One keep-alive connection, one request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._body: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the loop."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Called by the loop."""
        self._parser.feed_data(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by the loop."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionError("the server closed the connection"))

    def on_body(self, body: bytes) -> None:
        """Called by the parser."""
        self._body.append(body)

    def on_message_complete(self) -> None:
        """Called by the parser."""
        status, body = self._parser.get_status_code(), b"".join(self._body)
        self._parser, self._body = httptools.HttpResponseParser(self), []
        if self._answer is not None and not self._answer.done():
            self._answer.set_result((status, body))

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """This will send a request and wait for its answer: status and body."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def close(self) -> None:
        """This will close the connection."""
        if self._transport is not None:
            self._transport.close()


def http(method: str, path: str, token: str, body: bytes = b"", key: str = "") -> bytes:
    """This will write a request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {token}"]
    if key:
        lines.append(f"Idempotency-Key: {key}")
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass
class Figures:
    """What a run measured. latencies: seconds, from the moment a request was due."""

    seconds: float
    latencies: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    def at(self, share: float) -> float:
        """This will give a quantile of the latency, in milliseconds."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000

    def line(self, name: str) -> str:
        """This will describe the run in one line."""
        return (
            f"{name:<34} {self.rate:8.0f}/s  p50 {self.at(0.5):7.2f} ms"
            f"  p99 {self.at(0.99):7.2f} ms  max {self.at(1):7.1f} ms  {self.statuses}"
        )


async def connect(port: int, count: int) -> list[Connection]:
    """This will open connections."""
    loop = asyncio.get_running_loop()
    pairs = [await loop.create_connection(Connection, "127.0.0.1", port) for _ in range(count)]
    return [protocol for _, protocol in pairs]


async def closed_loop(
    port: int, requests: Iterator[bytes], *, clients: int, seconds: float,
    on: Callable[[int, bytes], None] | None = None,
) -> Figures:  # fmt: skip
    """This will ask as fast as `clients` connections get answers."""
    figures = Figures(seconds)
    connections = await connect(port, clients)
    until = time.perf_counter() + seconds

    async def client(connection: Connection) -> None:
        while (began := time.perf_counter()) < until:
            status, body = await connection.ask(next(requests))
            _count(figures, status, time.perf_counter() - began)
            if on is not None:
                on(status, body)

    await _all(client(c) for c in connections)
    _close(connections)
    return figures


async def open_loop(
    port: int, requests: Iterator[bytes], *, rate: float, seconds: float, clients: int = 64,
    on: Callable[[int, bytes], None] | None = None,
) -> Figures:  # fmt: skip
    """This will ask at a steady rate whatever the answers do; waiting counts as latency."""
    figures = Figures(seconds)
    connections = await connect(port, clients)
    start = time.perf_counter() + 0.05
    due = iter(start + n / rate for n in range(int(rate * seconds)))

    async def client(connection: Connection) -> None:
        for moment in due:
            if (wait := moment - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
            status, body = await connection.ask(next(requests))
            _count(figures, status, time.perf_counter() - moment)
            if on is not None:
                on(status, body)

    await _all(client(c) for c in connections)
    figures.seconds = time.perf_counter() - start
    _close(connections)
    return figures


def _count(figures: Figures, status: int, latency: float) -> None:
    figures.latencies.append(latency)
    figures.statuses[status] = figures.statuses.get(status, 0) + 1


async def _all(clients: Iterable[Awaitable[None]]) -> None:
    await asyncio.gather(*clients)


def _close(connections: Sequence[Connection]) -> None:
    for connection in connections:
        connection.close()


def run(work: Awaitable[None]) -> None:
    """This will run a benchmark on uvloop."""

    async def main() -> None:
        await work

    uvloop.run(main())
