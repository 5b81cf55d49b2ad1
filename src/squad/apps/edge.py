"""The edge: the single entry. Verifies tokens, limits rates and sizes, times out, logs."""

import asyncio
import contextlib
import ipaddress
import time
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from squad.apps.node import headers_of
from squad.kernel import log, metrics, trace
from squad.kernel.access import Actor
from squad.kernel.http import encode
from squad.kernel.problem import Late, Limited, Oversize, Problem, Shed, Unauthorized
from squad.ports.directory import Forged, Verifier
from squad.ports.unit import Unavailable

WINDOW = 10.0  # s of a rate limit
CLIENTS = 50_000  # buckets kept; the one unused for longest goes first
LOGIN = 30  # sign-in requests an address may make in a window
LARGEST = 26 * 1024 * 1024  # bytes of any request: an attachment of 25 MiB and its frame
SLOWEST = 32_768  # bytes/s that a body must move at least, once its first seconds are over
LOOPBACK = "127.0.0.0/8,::1"
ALIASES = ("/.well-known/", "/oauth2/")
PROBES = ("/healthz", "/readyz")  # asked several times a second by a balancer
LOGINS = ("/oauth2/token", "/oauth2/authorize", "/oauth2/callback")

_log = log.get("edge")
Scope = dict[str, Any]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def networks(text: str) -> list[Network]:
    """This will read SQUAD_BEHIND. Raises ValueError: names it."""
    if text in ("", "0"):
        return []
    try:
        parts = (LOOPBACK if text == "1" else text).split(",")
        return [ipaddress.ip_network(part.strip()) for part in parts]
    except ValueError as error:
        raise ValueError(f"SQUAD_BEHIND: {error}; write 1 or networks as 10.0.0.0/8") from error


class Buckets:
    """Token buckets, one a client: `limit` requests a window, refilled evenly."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._kept: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, client: str, now: float) -> tuple[float, float]:
        """This will take one token. Returns tokens left (below 0: refused), seconds to the next."""
        left, at = self._kept.pop(client, (float(self.limit), now))
        left = min(self.limit, left + (now - at) * self.limit / WINDOW)
        taken = left - 1
        self._kept[client] = (taken if taken >= 0 else left, now)
        if len(self._kept) > CLIENTS:
            self._kept.popitem(last=False)
        return taken, max(0.0, (1 - left) * WINDOW / self.limit)


class Edge:
    """An ASGI application around the node's."""

    def __init__(
        self, app: Any, directory: Verifier, *, rate: int, timeout: float, name: str = "",
        behind: str = "",
    ) -> None:  # fmt: skip
        self._app = app
        self._behind = networks(behind)
        self._name = name
        self._directory = directory
        self._timeout = timeout
        self._rates = Buckets(rate)
        self._logins = Buckets(LOGIN)

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """This will let a request through to the node, or answer a problem."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = Exchange(scope, receive, send)
        trace.enter(exchange.trace)
        if self._behind:
            exchange.unveil(self._behind)
        try:
            scope["squad.actor"] = self._actor(exchange)
            exchange.limit = self._limit(exchange, scope["squad.actor"])
            exchange.bound()
            async with asyncio.timeout(self._timeout) as exchange.allowance:
                await self._app(scope, exchange.receive, exchange.send)
        except Problem as problem:
            await exchange.refuse(problem)
        except TimeoutError:
            await exchange.refuse(Late("It took too long. The same Idempotency-Key finds out."))
        finally:
            exchange.note(self._name)

    def _actor(self, exchange: "Exchange") -> Actor:
        header = exchange.headers.get(b"authorization", b"")
        if not header:
            return Actor("")
        kind, _, token = header.decode("latin-1").partition(" ")
        if kind.lower() != "bearer":
            raise Unauthorized("Send a bearer token: Authorization: Bearer …")
        try:
            claims = self._directory.verify(token.strip())
            exchange.scope["squad.expires"] = claims.expires_at
        except Forged as error:
            raise Unauthorized(f"The token is not valid: {error}. Sign in again.") from error
        except Unavailable as error:
            raise Shed(
                "The keys of tokens are not known yet. Try again.", retry_after=2.0
            ) from error
        return Actor(
            claims.subject,
            tuple(claims.roles),
            claims.organisation,
            claims.store,
            tuple(claims.territories),
            claims.language,
            claims.session,
        )

    def _limit(self, exchange: "Exchange", actor: Actor) -> str:
        login = exchange.path.endswith(LOGINS)
        buckets = self._logins if login else self._rates
        client = actor.id or (exchange.scope.get("client") or ("?",))[0]
        left, wait = buckets.take(client, time.monotonic())
        policy = "login" if login else "default"
        exchange.policy = f'"{policy}";q={buckets.limit};w={int(WINDOW)}'
        if left < 0:
            exchange.limit = f'"{policy}";r=0;t={max(1, round(wait))}'
            raise Limited("Too many requests. Wait and try again.", retry_after=max(1.0, wait))
        return f'"{policy}";r={int(left)};t={int(WINDOW)}'


class Exchange:
    """One request and what was answered, for limits, headers and the one line of log."""

    def __init__(self, scope: Scope, receive: Any, send: Any) -> None:
        self.scope = scope
        self.headers = dict(scope["headers"])
        self._alias()
        self.path: str = scope["path"]
        self.limit = ""
        self.policy = ""
        self.status = 0
        self._receive = receive
        self._send = send
        self._size = 0
        self.allowance: asyncio.Timeout | None = None
        self._began = time.perf_counter()
        self._caller = self.headers.get(b"traceparent", b"").decode("latin-1")
        self.trace = trace.start(self._caller)
        scope["squad.trace"] = self.trace

    def _alias(self) -> None:
        """OpenID discovery lives at the root of an origin as well (RFC 8414)."""
        if self.scope["path"].startswith(ALIASES):
            self.scope["path"] = f"/api/identity{self.scope['path']}"
            self.scope["raw_path"] = self.scope["path"].encode()

    def unveil(self, trusted: Sequence[Network]) -> None:
        """This will take the client's address from the balancer or edge that stands before us."""
        peer = (self.scope.get("client") or ("",))[0]
        told = self.headers.get(b"x-forwarded-for", b"").decode("latin-1").rpartition(",")[2]
        with contextlib.suppress(ValueError):
            if told and any(ipaddress.ip_address(peer) in network for network in trusted):
                self.scope["client"] = (str(ipaddress.ip_address(told.strip())), 0)

    def bound(self) -> None:
        """This will refuse a request that says it is too large."""
        length = self.headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > LARGEST:
            raise Oversize(f"A request may have {LARGEST} bytes.")

    async def receive(self) -> Any:
        """This will count the body as it comes: its length may be a lie, or not said."""
        message = await self._receive()
        self._size += self._moved(message)
        if self._size > LARGEST:
            raise Oversize(f"A request may have {LARGEST} bytes.")
        return message

    def _moved(self, message: Any) -> int:
        """Gives a body the time that it takes at the slowest: a large one on a weak network."""
        size, allowance = len(message.get("body", b"")), self.allowance
        if size and allowance is not None and not allowance.expired():
            end = allowance.when()
            allowance.reschedule(None if end is None else end + size / SLOWEST)
        return size

    def _stay(self, headers: dict[bytes, bytes]) -> None:
        """Lets a stream of events go on: who sends it ends it, and tells that it lives."""
        events = headers.get(b"content-type", b"").startswith(b"text/event-stream")
        if events and self.allowance is not None and not self.allowance.expired():
            self.allowance.reschedule(None)

    async def send(self, message: Any) -> None:
        """This will add the headers that every answer has."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            own = dict(message["headers"])
            self._stay(own)
            message["headers"] = [*message["headers"], *self._common(own)]
        self._moved(message)
        await self._send(message)

    def _common(self, own: dict[bytes, bytes]) -> list[tuple[bytes, bytes]]:
        """Nothing is kept by a browser, unless the answer itself says for how long."""
        common = [(b"traceparent", self.trace.encode()), (b"x-content-type-options", b"nosniff")]
        if b"cache-control" not in own:
            common.append((b"cache-control", b"no-store"))
        if self.policy:
            common.append((b"ratelimit-policy", self.policy.encode()))
            common.append((b"ratelimit", self.limit.encode()))
        return common

    async def refuse(self, problem: Problem) -> None:
        """This will answer a problem document, unless the answer has begun."""
        self.allowance = None
        if self.status:
            return
        members = {**problem.body(), "instance": self.path, "trace": self.trace[3:35]}
        body = encode(members)
        headers = [
            (b"content-type", b"application/problem+json"),
            (b"content-length", str(len(body)).encode()),
            *((k.lower().encode(), v.encode()) for k, v in headers_of(problem).items()),
        ]
        start = {"type": "http.response.start", "status": problem.status, "headers": headers}
        await self.send(start)
        await self.send({"type": "http.response.body", "body": body})

    def note(self, name: str) -> None:
        """This will count the request, trace it and write its line. name: of this process."""
        seconds = time.perf_counter() - self._began
        route = self.scope.get("squad.route", "unmatched")
        metrics.answered(route, self.scope["method"], self.status, seconds)
        if trace.wanted(self.trace):
            self._trace(name or service_of(route), route, seconds)
        level = _log.debug if self.path in PROBES and self.status == 200 else _log.info
        level(
            "request.answered",
            method=self.scope["method"],
            route=route,
            status=self.status,
            duration_ms=round(seconds * 1000, 2),
            trace=self.trace[3:35],
            actor=getattr(self.scope.get("squad.actor"), "id", ""),
        )

    def _trace(self, service: str, route: str, seconds: float) -> None:
        """Names: https://opentelemetry.io/docs/specs/semconv/http/http-spans/."""
        trace.note(
            f"{self.scope['method']} {route}",
            service=service,
            kind="server",
            traceparent=self.trace,
            parent=trace.valid(self._caller),
            seconds=seconds,
            failed="error" if self.status >= 500 else "",
            facts={
                "http.request.method": self.scope["method"],
                "http.route": route,
                "http.response.status_code": self.status,
            },
        )


def service_of(route: str) -> str:
    """This will tell whose route it is; the node's own are the node's."""
    return route.split("/")[2] if route.startswith("/api/") else "node"
