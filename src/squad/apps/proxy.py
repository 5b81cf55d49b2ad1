"""The edge as a process of its own: checks a request and hands it to the service's node."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import httpx

from squad.apps import serving, wiring
from squad.apps.edge import Edge
from squad.apps.site import Site, find
from squad.kernel import log, stream
from squad.kernel.http import encode
from squad.kernel.problem import Missing, Shed
from squad.kernel.settings import Settings
from squad.ports.unit import Unavailable

CHUNK = 65_536
BUSY = 200  # connections to nodes for requests
LASTING = "/live"  # the last part of a stream's address
STREAMS = 10_000  # and for streams of events, which must not take the others' place
# Hop-by-hop headers (RFC 9110, 7.6.1), and those that only we may write.
DROPPED = {
    b"connection", b"keep-alive", b"transfer-encoding", b"te", b"trailer", b"upgrade", b"host",
    b"proxy-connection", b"x-forwarded-for", b"x-forwarded-host", b"forwarded",
}  # fmt: skip


_log = log.get("edge")


class Proxy:
    """An ASGI application that forwards `/api/<service>/…`; the edge stands before it."""

    def __init__(self, settings: Settings, upstreams: Mapping[str, str]) -> None:
        self._settings = settings
        self._upstreams = upstreams
        self._client = _client(settings.timeout, BUSY)
        self._streams = _client(settings.timeout, STREAMS)
        self._edge: Edge | None = None
        self._keys: Callable[[], str | None] = lambda: None

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """This will serve ASGI."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        assert self._edge is not None
        await self._edge(scope, receive, send)

    async def _lifespan(self, receive: Any, send: Any) -> None:
        await receive()
        self._settings.home.mkdir(parents=True, exist_ok=True)
        clock = await wiring.clock(self._settings)
        url = wiring.url_of(self._settings, "directory", "edge")
        try:
            directory = await wiring.adapter("directory", url, clock)
        except (Unavailable, ValueError) as error:
            _log.error("edge.failed", reason=str(error))
            await send({"type": "lifespan.startup.failed", "message": ""})
            return
        self._keys = getattr(directory, "waits", self._keys)
        self._edge = Edge(
            Site(self.forward, find(self._settings.web)),
            directory,
            rate=self._settings.rate,
            timeout=self._settings.timeout,
            name="edge",
            behind=self._settings.behind,
        )
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._client.aclose()
        await self._streams.aclose()
        await directory.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def forward(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """This will pass the request on and stream the answer back.

        Raises Missing: no service has the address; Shed: its node does not answer.
        """
        if scope["path"] == "/metrics":  # a node answers it to its own machine, which this is
            raise Missing("Ask on the machine itself, or /api/monitoring/metrics.")
        if scope["path"] == "/healthz":  # of the edge alone: a balancer must not lose all at once
            await _say(send, 200, b"ok", b"text/plain")
            return
        if scope["path"] == "/readyz":
            await self._ready(send)
            return
        service = self._service(scope["path"])
        scope["squad.route"] = f"/api/{service}"
        query = scope["query_string"].decode("latin-1")
        url = f"{self._upstreams[service]}{scope['path']}" + (query and f"?{query}")
        headers = [(k, v) for k, v in scope["headers"] if k not in DROPPED]
        headers.append((b"traceparent", scope["squad.trace"].encode()))
        headers.append((b"x-forwarded-for", (scope.get("client") or ("",))[0].encode()))
        lasting = scope["path"].endswith(LASTING)
        client = self._streams if lasting else self._client
        request = client.build_request(
            scope["method"], url, headers=headers, content=_body(receive)
        )
        try:
            response = await client.send(request, stream=True)
        except httpx.HTTPError as error:
            raise Shed(f"{service} does not answer. Try again.", retry_after=1.0) from error
        try:
            await (_last(response, receive, send) if lasting else _answer(response, send))
        finally:
            await response.aclose()

    def _service(self, path: str) -> str:
        parts = path.split("/")
        name = parts[2] if path.startswith("/api/") and len(parts) > 2 else "monitoring"
        if name in self._upstreams:
            return name
        if len(parts) == 3 or path.startswith("/api/problems/"):
            return "monitoring"
        raise Missing("There is nothing at this address. See /api/docs.")

    async def _ready(self, send: Any) -> None:
        waits: dict[str, str] = {"edge": why} if (why := self._keys()) else {}
        for name, url in self._upstreams.items():
            try:
                answer = await self._client.get(f"{url}/readyz")
                waits |= answer.json()["waits"]
            except (httpx.HTTPError, ValueError, KeyError):
                waits[name] = "does not answer"
        body = encode({"ready": not waits, "waits": waits})
        await _say(send, 503 if waits else 200, body, b"application/json")


async def _say(send: Any, status: int, body: bytes, media: bytes) -> None:
    headers = [(b"content-type", media)]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _body(receive: Any) -> AsyncIterator[bytes]:
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return
        yield message.get("body", b"")
        if not message.get("more_body"):
            return


def _client(timeout: float, most: int) -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=most)
    return httpx.AsyncClient(timeout=timeout, limits=limits, trust_env=False)


async def _last(response: httpx.Response, receive: Any, send: Any) -> None:
    """Passes a stream on until it ends, the client goes, or this process stops."""
    gone = asyncio.create_task(_gone(receive))
    answer = asyncio.create_task(_answer(response, send, None))
    try:
        with stream.opened(gone.cancel):
            await asyncio.wait((gone, answer), return_when=asyncio.FIRST_COMPLETED)
    finally:
        gone.cancel()
        answer.cancel()
    try:
        await answer
    except (asyncio.CancelledError, httpx.HTTPError):
        await send({"type": "http.response.body", "body": b""})


async def _gone(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _answer(response: httpx.Response, send: Any, size: int | None = CHUNK) -> None:
    """size: bytes that are passed on together; None: as they come."""
    own = {b"traceparent", b"x-content-type-options", b"ratelimit", b"ratelimit-policy"}
    headers = [
        (key.lower(), value)
        for key, value in response.headers.raw
        if key.lower() not in DROPPED and key.lower() not in own
    ]
    start = {"type": "http.response.start", "status": response.status_code, "headers": headers}
    await send(start)
    with contextlib.suppress(httpx.StreamError):
        async for chunk in response.aiter_raw(size):
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def serve(settings: Settings, upstreams: Mapping[str, str]) -> None:
    """This will serve until SIGTERM or SIGINT. upstreams: URL of each service's node."""
    log.setup(settings.log)
    serving.run(Proxy(settings, upstreams), host=settings.host, port=settings.port)
