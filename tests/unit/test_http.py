"""How requests are read and commands are run once."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Annotated, Any, cast

import litestar
import msgspec
import pytest
from httpx import ASGITransport, AsyncClient, Response
from litestar.types import ASGIApp, Receive, Send
from msgspec import Meta

from squad.adapters.clock.frozen import Frozen
from squad.adapters.database import sqlite
from squad.adapters.database.sqlite import SqliteDatabase
from squad.kernel.access import PUBLIC, Actor
from squad.kernel.http import BODY, Answer, Call, Empty, Endpoint, Endpoints, expect, mount
from squad.kernel.ids import uuid7
from squad.kernel.problem import (
    Forbidden,
    Impossible,
    Invalid,
    Malformed,
    Missing,
    Oversize,
    Problem,
    Reused,
    Stale,
    Unauthorized,
    Unsupported,
)
from squad.kernel.reading import ask, decode, fault
from squad.kernel.unit import Books
from squad.ports.database import Statement

DEEP = b"[" * 100_000


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line of an order."""

    thing: Annotated[str, Meta(min_length=1, max_length=10)]
    amount: Annotated[int, Meta(ge=1, le=9)] = 1


class Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A body with everything in it that can be wrong."""

    lines: tuple[Line, ...]
    id: str | None = None
    price: float = 0.0
    counts: Mapping[Annotated[str, Meta(pattern="^[a-z]+$")], int] = {}
    extra: Any = None


class Filter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A query."""

    limit: Annotated[int, Meta(ge=1, le=200)] = 50
    near: Annotated[float, Meta(ge=-90, le=90)] = 0.0
    q: Annotated[str, Meta(max_length=10)] = ""


class View(msgspec.Struct, frozen=True):
    """An order as it stands."""

    id: str
    version: int
    lines: int


class Orders:
    """A service that keeps orders, and refuses an order of bombs."""

    def __init__(self, books: Books[Statement], database: SqliteDatabase) -> None:
        self.books = books
        self.database = database

    async def count(self) -> int:
        """How many orders there are."""
        return int((await self.database.fetch("select count(*) from orders"))[0][0])


ENDPOINTS = Endpoints("/api/orders")


@ENDPOINTS.post("", action="tickets.create", body=Order, answer=View, status=201)
async def create(service: Orders, call: Call[Order, Empty]) -> View:
    """Order things."""
    if any(line.thing == "bomb" for line in call.body.lines):
        raise Impossible("No bombs.")
    unit = service.books.open(call.cause)
    view = View(call.body.id or uuid7(), 1, len(call.body.lines))
    unit.write(Statement("insert into orders values (?, ?)", (view.id, view.lines)))
    await unit.commit(view)
    return view


@ENDPOINTS.post("/{id}/cancel", action="tickets.cancel", body=Empty, answer=View)
async def cancel(service: Orders, call: Call[Empty, Empty]) -> View:
    """Cancel an order that is there."""
    rows = await service.database.fetch("select lines from orders where id = ?", (call.id(),))
    if not rows:
        raise Impossible("It is not there, or cancelled already.")
    expect(call.version(), 1)
    unit = service.books.open(call.cause)
    view = View(call.id(), 2, rows[0][0])
    unit.write(Statement("delete from orders where id = ?", (view.id,), rows=1))
    await unit.commit(view)
    return view


@ENDPOINTS.get("/{id}", action="tickets.read", query=Filter, answer=View)
async def read(service: Orders, call: Call[None, Filter]) -> View:
    """Show an order."""
    return View(call.id(), 7, call.query.limit)


@ENDPOINTS.get("", action=PUBLIC, query=None)
async def hello(service: Orders, call: Call[None, dict[str, str]]) -> Answer:
    """Say hello to everybody."""
    return Answer(b"hello " + call.query.get("who", "").encode(), media="text/plain")


CREATE, CANCEL, READ, HELLO = ENDPOINTS.rows
ANN = Actor(uuid7(), ("customer",))
BOB = Actor(uuid7(), ("customer",))


@pytest.fixture
async def orders(tmp_path: Path, clock: Frozen) -> AsyncIterator[Orders]:
    """The service on a database."""
    database = await sqlite.open(f"sqlite:{tmp_path}/orders.db", clock)
    await database.migrate(["create table orders(id text primary key, lines integer not null)"])
    yield Orders(Books("orders", database, clock), database)
    await database.close()


async def send(
    service: Orders,
    row: Endpoint,
    body: bytes = b"",
    *,
    id: str = "",
    query: str = "",
    actor: Actor | None = ANN,
    **headers: str,
) -> Response:
    """One request, by somebody whom the edge let in. Headers: `if_match` for If-Match.

    Raises the problem with which the request was refused.
    """
    refused: list[Problem] = []

    def enter(app: ASGIApp) -> ASGIApp:
        async def entered(scope: Any, receive: Receive, send: Send) -> None:
            scope["squad.actor"] = actor
            await app(scope, receive, send)

        return entered

    def refuse(_: litestar.Request[Any, Any, Any], problem: Problem) -> litestar.Response[None]:
        refused.append(problem)
        return litestar.Response(None, status_code=problem.status)

    app = litestar.Litestar(
        mount(ENDPOINTS.rows, service, service.database),
        middleware=[enter],
        exception_handlers={Problem: refuse},
        openapi_config=None,
    )
    url = f"http://squad{row.path.replace('{id}', id)}?{query}"
    given = [(k.replace("_", "-").encode(), v.encode("latin-1")) for k, v in headers.items()]
    async with AsyncClient(transport=ASGITransport(cast(Any, app))) as client:
        response = await client.request(row.method, url, content=body, headers=given)
    if refused:
        raise refused[0]
    return response


def order(*things: str, **more: Any) -> bytes:
    """A body that orders these things."""
    return msgspec.json.encode({"lines": [{"thing": thing} for thing in things], **more})


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b'{"lines":[{"thing":"a"},{"thing":7}]}', "/lines/1/thing"),
        (b'{"lines":[{"thing":"a"},{}]}', "/lines/1/thing"),
        (b'{"lines":[{"thing":"a","color":1}]}', "/lines/0/color"),
        (b'{"lines":[{"thing":"' + b"x" * 11 + b'"}]}', "/lines/0/thing"),
        (b'{"lines":[{"thing":"a","amount":1000000000}]}', "/lines/0/amount"),
        (b'{"lines":[{"thing":"a","amount":' + b"9" * 400 + b"}]}", "/lines/0/amount"),
        (b'{"lines":{}}', "/lines"),
        (b"{}", "/lines"),
        (b'{"lines":[],"who":1}', "/who"),
        (b'{"lines":[],"a/b~c":1}', "/a~1b~0c"),
        (b'{"lines":[],"a.b[0]":1}', "/a.b[0]"),
        (b'{"lines":[],"a\\nb":1}', "/a\nb"),
        (b'{"lines":[],"' + b"x" * 9000 + b'":1}', "/" + "x" * 199),
        (b'{"lines":[],"price":1e999}', "/price"),
        (b'{"lines":[],"counts":{"a":"b"}}', "/counts"),
        (b'{"lines":[],"counts":{"A":1}}', "/counts"),
        (b'{"lines":[],"id":"a\\u0000b"}', ""),
        (b"[]", ""),
        (b"null", ""),
        (b'"text"', ""),
    ],
)
def test_points_at_the_field_that_is_wrong(body: bytes, path: str) -> None:
    """A body that is JSON and unfit is 422 with an RFC 6901 pointer and a short message."""
    with pytest.raises(Invalid) as refused:
        decode(msgspec.json.Decoder(Order), body)

    (wrong,) = refused.value.faults
    assert wrong.path == path
    assert 0 < len(wrong.message) <= 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"lines=1",
        b'{"lines":[]',
        b'{"lines":[]}}',
        b'{"lines":[],"price":NaN}',
        b'{"lines":[],"price":-Infinity}',
        b'{"lines":[],"id":"\xff"}',
        b'{"lines":[],"id":"\\ud800"}',
        b'{"lines":[],"id":"a\x00b"}',
        b"\xef\xbb\xbf" + b'{"lines":[]}',
        b'{"lines":[],"extra":' + DEEP,
        b'{"lines":[],"extra":' + DEEP + b"]" * 100_000 + b"}",
        b'{"lines":[],"extra":' + b'{"a":' * 100_000,
    ],
)
def test_refuses_what_is_not_json(body: bytes) -> None:
    """Broken JSON, NaN, broken UTF-8 and 100,000 brackets are 400, and the process lives on."""
    with pytest.raises(Malformed) as refused:
        decode(msgspec.json.Decoder(Order), body)

    assert len(refused.value.detail) < 300


@pytest.mark.parametrize("body", [DEEP, b'{"who":' + DEEP, b'{"lines":' + DEEP])
def test_refuses_depth_where_no_depth_is_expected(body: bytes) -> None:
    """Typed fields are refused at the first bracket, without reading on."""
    with pytest.raises(Invalid):
        decode(msgspec.json.Decoder(Order), body)


def test_takes_a_backslash_before_u0000_as_text() -> None:
    """Only the character NUL is refused, not a text that speaks of it."""
    body = rb'{"lines":[],"id":"\\u0000"}'

    value = decode(msgspec.json.Decoder(Order), body)

    assert value.id == r"\u0000"


def test_takes_any_message_apart() -> None:
    """A field named like msgspec's own words confuses nobody but its sender."""
    for name in ("x - at `$.y", "`", "` - at `$", "key` in `$.z"):
        found = fault(f"Object contains unknown field `{name}`")

        assert found.message.startswith("Object contains unknown field")


@pytest.mark.parametrize(
    ("items", "path"),
    [
        ([("limit", "1000000000")], "query.limit"),
        ([("limit", "9" * 5000)], "query.limit"),
        ([("limit", "0")], "query.limit"),
        ([("limit", "many")], "query.limit"),
        ([("limit", "")], "query.limit"),
        ([("limit", "1"), ("limit", "2")], "query.limit"),
        ([("near", "nan")], "query.near"),
        ([("near", "inf")], "query.near"),
        ([("q", "x" * 11)], "query.q"),
        ([("q", "a\0")], "query.q"),
        ([("who", "me")], "query.who"),
    ],
)
def test_names_the_parameter_that_is_wrong(items: list[tuple[str, str]], path: str) -> None:
    """Unknown, repeated, out of bounds, not a number: 422 that says which."""
    with pytest.raises(Invalid) as refused:
        ask(items, Filter)

    assert [wrong.path for wrong in refused.value.faults] == [path]


def test_reads_parameters_as_what_they_are() -> None:
    """Values come as text and become numbers where numbers are asked for."""
    asked = ask([("limit", "7"), ("near", "-12.5"), ("q", "7")], Filter)

    assert asked == Filter(limit=7, near=-12.5, q="7")


async def test_answers_with_the_version_as_etag(orders: Orders) -> None:
    """What has a version has an ETag; asking again with it is 304 without a body."""
    first = await send(orders, READ, id="1", query="limit=3")

    again = await send(orders, READ, id="1", query="limit=3", if_none_match='"7"')

    assert msgspec.json.decode(first.content) == {"id": "1", "version": 7, "lines": 3}
    assert first.headers["ETag"] == '"7"'
    assert (again.status_code, again.content) == (304, b"")


async def test_keeps_everybody_else_out(orders: Orders) -> None:
    """Without a token 401, with a role that may not 403, before the body is even read."""
    with pytest.raises(Unauthorized):
        await send(orders, CREATE, b"{", actor=None)
    with pytest.raises(Forbidden):
        await send(orders, CREATE, b"{", actor=Actor(uuid7(), ("auditor",)))
    with pytest.raises(Forbidden):
        await send(orders, CREATE, b"{", actor=Actor(uuid7(), ("nobody",)))

    assert (await send(orders, HELLO, query="who=you", actor=None)).content == b"hello you"


async def test_takes_json_only_and_not_too_much(orders: Orders) -> None:
    """Another media type is 415, a body beyond the bound 413; JSON's cousins are taken."""
    with pytest.raises(Unsupported):
        await send(orders, CREATE, order("nut"), content_type="text/xml")
    with pytest.raises(Oversize):
        await send(orders, CREATE, b" " * (BODY + 1))
    taken = await send(
        orders, CREATE, order("nut"), content_type="application/merge-patch+json; charset=utf-8"
    )

    assert taken.status_code == 201
    assert await orders.count() == 1


async def test_runs_a_command_once(orders: Orders) -> None:
    """The same key and body again: the first answer, marked as a replay, and no second effect."""
    first = await send(orders, CREATE, order("nut"), idempotency_key="k")

    again = await send(orders, CREATE, order("nut"), idempotency_key="k")

    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotent-Replay"] == "true"
    assert again.headers["ETag"] == first.headers["ETag"] == '"1"'
    assert "Idempotent-Replay" not in first.headers
    assert await orders.count() == 1


async def test_runs_a_command_once_by_the_id_in_its_body(orders: Orders) -> None:
    """A client that chose the id needs no key."""
    body = order("nut", id=uuid7())
    first = await send(orders, CREATE, body)

    again = await send(orders, CREATE, body)

    assert again.content == first.content
    assert await orders.count() == 1


async def test_gives_the_first_answer_where_the_state_moved_on(orders: Orders) -> None:
    """A step sent twice is answered twice alike, though by now it would be impossible."""
    await send(orders, CREATE, order("nut", id="1"))
    first = await send(orders, CANCEL, id="1", idempotency_key="k")

    again = await send(orders, CANCEL, id="1", idempotency_key="k")

    assert again.content == first.content
    with pytest.raises(Impossible):
        await send(orders, CANCEL, id="1", idempotency_key="other")


async def test_refuses_a_key_that_came_with_another_body(orders: Orders) -> None:
    """A reused key is 422, changes nothing, and says what to do."""
    await send(orders, CREATE, order("nut"), idempotency_key="k")

    for body in (order("bolt"), order("bomb"), order("nut", "nut")):
        with pytest.raises(Reused, match="new key"):
            await send(orders, CREATE, body, idempotency_key="k")

    assert await orders.count() == 1


async def test_tells_keys_of_people_and_addresses_apart(orders: Orders) -> None:
    """Two people, or two addresses, may use the same key for different things."""
    await send(orders, CREATE, order("nut", id="1"), idempotency_key="k")

    await send(orders, CREATE, order("bolt", id="2"), idempotency_key="k", actor=BOB)
    await send(orders, CANCEL, id="1", idempotency_key="k")
    await send(orders, CANCEL, id="2", idempotency_key="k")

    assert await orders.count() == 0


async def test_remembers_nothing_of_a_command_that_was_refused(orders: Orders) -> None:
    """A refused command left no trace: the key works for the mended one."""
    with pytest.raises(Impossible):
        await send(orders, CREATE, order("bomb"), idempotency_key="k")

    answer = await send(orders, CREATE, order("nut"), idempotency_key="k")

    assert answer.status_code == 201


async def test_runs_two_commands_without_keys_twice(orders: Orders) -> None:
    """Without key and id each request is a command of its own."""
    await send(orders, CREATE, order("nut"))

    await send(orders, CREATE, order("nut"))

    assert await orders.count() == 2


async def test_bounds_the_key(orders: Orders) -> None:
    """A key of more than 200 characters is refused, whatever is in the rest."""
    with pytest.raises(Malformed):
        await send(orders, CREATE, order("nut"), idempotency_key="k" * 201)

    answer = await send(orders, CREATE, order("nut"), idempotency_key="ÿ" * 200)

    assert answer.status_code == 201


@pytest.mark.parametrize("header", ['"1"', 'W/"1"', "1", "*", ' "1" '])
async def test_steps_what_has_the_expected_version(orders: Orders, header: str) -> None:
    """If-Match with the ETag that was read lets the change through."""
    await send(orders, CREATE, order("nut", id="1"))

    answer = await send(orders, CANCEL, id="1", if_match=header)

    assert msgspec.json.decode(answer.content)["version"] == 2


async def test_finds_nothing_by_an_id_with_nul(orders: Orders) -> None:
    """No id has the character NUL, which PostgreSQL would not even look for."""
    with pytest.raises(Missing):
        await send(orders, CANCEL, id="1%00")


@pytest.mark.parametrize(
    ("header", "problem"), [('"2"', Stale), ('"0"', Stale), ("x", Malformed), ("1, 2", Malformed)]
)
async def test_refuses_a_change_of_an_older_version(
    orders: Orders, header: str, problem: type[Problem]
) -> None:
    """If-Match with another version is 412, with nonsense 400; nothing changes."""
    await send(orders, CREATE, order("nut", id="1"))

    with pytest.raises(problem):
        await send(orders, CANCEL, id="1", if_match=header)

    assert await orders.count() == 1
