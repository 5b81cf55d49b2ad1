"""The edge believes nobody about who is asking, but the fleet's own edge before it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import msgspec
import pytest
from httpx import ASGITransport, AsyncClient, Response

from squad.apps import edge
from squad.apps.edge import LOGIN, Edge
from squad.contracts.envelope import Id
from squad.kernel.ids import uuid7

NOBODY = cast(Any, None)  # requests without a token ask no directory


async def whoami(scope: Any, _receive: Any, send: Any) -> None:
    """Tells the client's address as the application sees it."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["client"][0].encode()})


async def ask(app: Edge, told: str, peer: str = "127.0.0.1", path: str = "/") -> Response:
    """One request that says it comes from somewhere."""
    transport = ASGITransport(cast(Any, app), client=(peer, 1))
    async with AsyncClient(transport=transport, base_url="http://test") as http:
        return await http.get(path, headers={"X-Forwarded-For": told})


@pytest.mark.parametrize(
    ("behind", "peer", "told", "seen"),
    [
        ("1", "127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("1", "::1", "2001:DB8::9", "2001:db8::9"),
        ("1", "127.0.0.1", "203.0.113.9, 10.0.0.1", "10.0.0.1"),
        ("1", "127.0.0.1", "localhost", "127.0.0.1"),
        ("1", "127.0.0.1", "", "127.0.0.1"),
        ("1", "198.51.100.7", "203.0.113.9", "198.51.100.7"),
        ("10.1.0.0/16, 10.2.0.7", "10.1.9.9", "203.0.113.9", "203.0.113.9"),
        ("10.1.0.0/16, 10.2.0.7", "10.2.0.7", "203.0.113.9", "203.0.113.9"),
        ("10.1.0.0/16, 10.2.0.7", "10.2.0.8", "203.0.113.9", "10.2.0.8"),
        ("10.1.0.0/16", "127.0.0.1", "203.0.113.9", "127.0.0.1"),
        ("", "127.0.0.1", "203.0.113.9", "127.0.0.1"),
        ("0", "198.51.100.7", "127.0.0.1", "198.51.100.7"),
    ],
)
async def test_believes_only_what_stands_before(
    behind: str, peer: str, told: str, seen: str
) -> None:
    """An address is taken over from a balancer or edge that was named, and never otherwise."""
    app = Edge(whoami, NOBODY, rate=100, timeout=5, behind=behind)

    assert (await ask(app, told, peer)).text == seen


def test_names_a_wrong_network() -> None:
    """What is no network is refused at start."""
    with pytest.raises(ValueError, match=r"SQUAD_BEHIND: .*write 1 or"):
        Edge(whoami, NOBODY, rate=100, timeout=5, behind="10.0.0.0/33")


@pytest.mark.parametrize("behind", ["1", ""])
async def test_limits_each_client_behind_the_fleet(behind: str) -> None:
    """One who tries passwords shuts out nobody else; who claims other addresses gains nothing."""
    app = Edge(whoami, NOBODY, rate=100, timeout=5, behind=behind)
    path = "/api/identity/oauth2/token"

    greedy = [(await ask(app, "203.0.113.9", path=path)).status_code for _ in range(2 * LOGIN)]
    other = await ask(app, "203.0.113.10", path=path)

    assert greedy[-1] == 429
    assert other.status_code == (200 if behind else 429)


@pytest.mark.parametrize(("size", "status"), [(65_536, 200), (10, 504)])
async def test_gives_a_large_body_more_time(
    monkeypatch: pytest.MonkeyPatch, size: int, status: int
) -> None:
    """The time for an answer grows with what was sent, so that weak networks can send files."""
    monkeypatch.setattr(edge, "SLOWEST", 65_536)

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        await asyncio.sleep(0.1)
        await whoami(scope, receive, send)

    async def body() -> AsyncIterator[bytes]:
        yield b"x" * size

    app = Edge(slow, NOBODY, rate=100, timeout=0.03)
    async with AsyncClient(transport=ASGITransport(cast(Any, app)), base_url="http://test") as http:
        answer = await http.post("/", content=body())

    assert answer.status_code == status


@pytest.mark.parametrize("end", ["\n", " ", "0", "\r\n"])
def test_takes_an_id_and_nothing_after_it(end: str) -> None:
    """A line feed after a UUID is no UUID."""
    id = uuid7()

    assert msgspec.convert(id, Id) == id
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(id + end, Id)
