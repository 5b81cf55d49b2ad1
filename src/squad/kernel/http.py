"""Endpoints as data: method, path, action, body, query, answer; and the one way they are run."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, Generic, Literal, TypeVar

import msgspec
from litestar import Request, Response
from litestar.exceptions import InternalServerException
from litestar.handlers import HTTPRouteHandler
from litestar.response import Stream

from squad.kernel.access import PUBLIC, Actor, require
from squad.kernel.ids import derive, uuid7
from squad.kernel.problem import (
    Malformed,
    Missing,
    Oversize,
    Problem,
    Reused,
    Stale,
    Unauthorized,
    Unsupported,
)
from squad.kernel.reading import ask, decode
from squad.ports.unit import Cause, Done, Duplicate, Ledger

Criticality = Literal["core", "important", "normal", "sheddable"]
B = TypeVar("B")
Q = TypeVar("Q")
Run = TypeVar("Run", bound=Callable[..., Awaitable[Any]])

BODY = 262_144  # bytes of a JSON request at most
KEY = 200  # characters of an Idempotency-Key at most
encode = msgspec.json.Encoder().encode


class Empty(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A body or a query without fields."""


class Answer(msgspec.Struct, frozen=True):
    """What an endpoint gives back.

    body: a value to encode, bytes as they are, or an async iterator of bytes to stream.
    """

    body: Any = None
    status: int = 0
    headers: dict[str, str] = {}
    media: str = "application/json"


class Call(Generic[B, Q]):
    """One request, checked: who asks, for what, with what."""

    def __init__(
        self, request: Request[Any, Any, Any], actor: Actor, body: B, query: Q, cause: Cause
    ) -> None:
        self.request = request
        self.actor = actor
        self.body = body
        self.query = query
        self.cause = cause

    def id(self, name: str = "id") -> str:
        """This will give a part of the path. Raises Missing: it has a NUL, which no id has."""
        if "\0" in (part := str(self.request.path_params[name])):
            raise Missing("There is nothing at this address. See /api/docs.")
        return part

    def version(self) -> int | None:
        """This will read If-Match as a version; None without one. Raises Stale, Malformed."""
        value = self.request.headers.get("if-match")
        if value is None or value == "*":
            return None
        found = re.fullmatch(r'(?:W/)?"?(\d{1,9})"?', value.strip())
        if found is None:
            raise Malformed('If-Match takes the ETag of a GET, for example "3".')
        return int(found[1])

    async def stream(self) -> AsyncIterator[bytes]:
        """This will stream the body. Raises Malformed: the client went away; Oversize."""
        try:
            async for chunk in self.request.stream():
                yield chunk
        except InternalServerException as error:
            raise Malformed("The body was cut short. Send it again.") from error

    def seal(self, fingerprint: str) -> Cause:
        """This will give the cause the digest of a streamed body: a repeat must have the same."""
        self.cause = msgspec.structs.replace(self.cause, fingerprint=fingerprint.encode())
        return self.cause


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the service's interface.

    action: what `kernel.access.TABLE` must allow. command: takes an Idempotency-Key, its answer is
    kept. stream: not JSON: `run` reads and seals it; the `id` may be in the query. largest: bytes
    of JSON. In the documents, takes: media type; shown: type, where `run` itself reads parts.
    """

    method: str
    path: str
    run: Callable[[Any, Any], Awaitable[Any]]
    action: str
    body: Any = None
    query: Any = Empty
    answer: Any = None
    status: int = 200
    criticality: Criticality = "normal"
    command: bool = False
    stream: bool = False
    takes: str = "*/*"
    largest: int = BODY
    shown: Any = None
    media: str = "application/json"
    problems: tuple[int, ...] = ()

    @property
    def summary(self) -> str:
        """First sentence of the function's docstring."""
        return (self.run.__doc__ or "").strip().split("\n")[0]


class Endpoints:
    """Collects the rows of one service: `@endpoints.post("/{id}", action=…)`."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.rows: list[Endpoint] = []

    def add(self, method: str, path: str, **options: Any) -> Callable[[Run], Run]:
        """This will add the decorated function as a row."""

        def row(run: Run) -> Run:
            self.rows.append(
                Endpoint(method=method, path=f"{self.prefix}{path}", run=run, **options)
            )
            return run

        return row

    def get(self, path: str, **options: Any) -> Callable[[Run], Run]:
        """This will add a read."""
        return self.add("GET", path, **options)

    def post(self, path: str, **options: Any) -> Callable[[Run], Run]:
        """This will add a command that makes or steps something."""
        return self.add("POST", path, **{"command": True, **options})

    def patch(self, path: str, **options: Any) -> Callable[[Run], Run]:
        """This will add a command that changes fields."""
        return self.add("PATCH", path, **{"command": True, **options})

    def put(self, path: str, **options: Any) -> Callable[[Run], Run]:
        """This will add a command that replaces something."""
        return self.add("PUT", path, **{"command": True, **options})

    def delete(self, path: str, **options: Any) -> Callable[[Run], Run]:
        """This will add a command that removes something."""
        return self.add("DELETE", path, **{"command": True, **options})


class Route:
    """An endpoint bound to its service, as an HTTP handler."""

    def __init__(self, endpoint: Endpoint, service: Any, ledger: Ledger[Any] | None) -> None:
        self.endpoint = endpoint
        self._service = service
        self._ledger = ledger
        self._decoder = msgspec.json.Decoder(endpoint.body) if endpoint.body else None

    def handler(self) -> HTTPRouteHandler:
        """This will give what Litestar mounts."""

        async def handle(request: Request[Any, Any, Any]) -> Response[Any]:
            return await self.answer(request)

        path = re.sub(r"\{(\w+)\}", r"{\1:str}", self.endpoint.path)
        return HTTPRouteHandler(
            path,
            http_method=[self.endpoint.method],  # type: ignore[list-item]
            status_code=200,  # of the route; every answer carries its own, 204 too
            opt={"endpoint": self.endpoint},
            include_in_schema=False,
        )(handle)

    async def answer(self, request: Request[Any, Any, Any]) -> Response[Any]:
        """This will check, run and render. Raises Problem."""
        endpoint = self.endpoint
        actor: Actor = request.scope.get("squad.actor") or Actor("")  # type: ignore[assignment]
        request.scope["squad.route"] = endpoint.path  # type: ignore[typeddict-unknown-key]
        if endpoint.action != PUBLIC:
            if not actor.id:
                raise Unauthorized("Send a bearer token: Authorization: Bearer …")
            require(actor, endpoint.action)
        body = await self._body(request)
        query = ask(request.query_params.multi_items(), endpoint.query)
        cause = self._cause(request, actor, body, query)
        if endpoint.command and self._ledger is not None:
            return await self._command(Call(request, actor, body, query, cause))
        result = await endpoint.run(self._service, Call(request, actor, body, query, cause))
        return render(result, endpoint.status, request)

    async def _command(self, call: Call[Any, Any]) -> Response[Any]:
        """Runs first and looks into the inbox only when that fails: most commands come once."""
        assert self._ledger is not None
        try:
            result = await self.endpoint.run(self._service, call)
        except Duplicate as duplicate:
            return self._repeat(duplicate.done, call)
        except Problem:
            if (done := await self._ledger.done(call.cause.id)) is not None:
                return self._repeat(done, call)
            raise
        return render(result, self.endpoint.status, call.request)

    def _repeat(self, done: Done, call: Call[Any, Any]) -> Response[Any]:
        """The same command again gets the first answer; the key with another body is refused."""
        if done.fingerprint != call.cause.fingerprint:
            raise Reused(
                "This Idempotency-Key (or id) came before with another body."
                " Take a new key for a new command."
            )
        answer = Answer(done.answer, headers={"Idempotent-Replay": "true"})
        return render(answer, self.endpoint.status, call.request)

    async def _body(self, request: Request[Any, Any, Any]) -> Any:
        if self._decoder is None or self.endpoint.stream:
            return None
        kind = request.headers.get("content-type", "application/json").split(";")[0].strip()
        if kind != "application/json" and not kind.endswith("+json"):
            raise Unsupported("Send application/json.")
        raw = await request.body()
        if len(raw) > (most := self.endpoint.largest):
            raise Oversize(f"A request may have {most} bytes; this one has {len(raw)}.")
        return decode(self._decoder, raw or b"{}", apart=self.endpoint.shown is not None)

    def _cause(self, request: Request[Any, Any, Any], actor: Actor, body: Any, query: Any) -> Cause:
        trace: str = request.scope.get("squad.trace", "")  # type: ignore[assignment]
        if not self.endpoint.command:
            return Cause("", actor=actor.id, trace=trace)
        chosen = getattr(query if self.endpoint.stream else body, "id", None)
        key = request.headers.get("idempotency-key") or chosen or uuid7()
        if not 0 < len(key) <= KEY:
            raise Malformed(f"An Idempotency-Key has 1 to {KEY} characters.")
        id = derive("command", actor.id, request.method, request.url.path, key)
        print_ = encode(body) if body is not None else b""
        return Cause(id, derive(print_.decode("utf-8", "replace")).encode(), actor.id, trace)


def render(result: Any, status: int, request: Request[Any, Any, Any]) -> Response[Any]:
    """This will turn a result into a response, with the ETag of what has a version."""
    answer = result if isinstance(result, Answer) else Answer(result)
    content = answer.body
    headers = dict(answer.headers)
    version = None
    if isinstance(content, bytes):
        version = _version(content) if answer.media == "application/json" and content else None
    elif not isinstance(content, AsyncIterator):
        version = getattr(content, "version", None)
        content = b"" if content is None else encode(content)
    if isinstance(version, int):
        headers["ETag"] = f'"{version}"'
    tag = headers.get("ETag")
    if tag and request.method == "GET" and request.headers.get("if-none-match") == tag:
        return Response(None, status_code=304, headers={"ETag": tag})
    kind: type[Response[Any]] = Stream if isinstance(content, AsyncIterator) else Response
    return kind(
        content, status_code=answer.status or status, headers=headers, media_type=answer.media
    )


class _Versioned(msgspec.Struct):
    version: int | None = None


_versioned = msgspec.json.Decoder(_Versioned)


def _version(body: bytes) -> int | None:
    try:
        return _versioned.decode(body).version
    except msgspec.DecodeError:
        return None


def mount(
    rows: Sequence[Endpoint], service: Any, ledger: Ledger[Any] | None
) -> list[HTTPRouteHandler]:
    """This will bind a service's rows to the running service."""
    return [Route(row, service, ledger).handler() for row in rows]


def expect(version: int | None, stored: int) -> None:
    """This will raise Stale where If-Match names another version than the stored one."""
    if version is not None and version != stored:
        raise Stale(f"You changed version {version}; it is now {stored}. Load it again.")
