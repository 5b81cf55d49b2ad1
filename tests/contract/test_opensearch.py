"""OpenSearch beyond the port: settings that are wrong, connections that break, two processes."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4

import pytest
from opensearchpy import AsyncOpenSearch
from tests.engines import Engines

from squad.adapters.clock.frozen import Frozen
from squad.adapters.engines.opensearch.shelf import STALE
from squad.adapters.index import opensearch
from squad.ports.index import Entry, Query
from squad.ports.unit import Unavailable

CLOCK = Frozen(datetime(2026, 3, 2, 15, tzinfo=UTC))
PAGE: Final = (
    "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {size}\r\n\r\n"
)


@pytest.fixture
async def url(engines: Engines) -> AsyncIterator[str]:
    """A setting with a prefix of its own, whose indices are dropped afterwards."""
    prefix = f"t{uuid4().hex}"
    yield f"opensearch:{engines('opensearch')}?prefix={prefix}"
    async with AsyncOpenSearch(hosts=[engines("opensearch")]) as client:
        await client.indices.delete(index=f"{prefix}-*")


def entry(id: str, version: int = 1, title: str = "printer") -> Entry:
    """A ticket."""
    return Entry(id, "ticket", version, title, language="en")


async def found(index: opensearch.OpenSearchIndex) -> list[str]:
    """Ids of all that is found, in order of the alphabet."""
    return sorted(hit.id for hit in (await index.search(Query("printer"))).hits)


@pytest.mark.parametrize(
    "wrong",
    [
        "opensearch:",
        "opensearch:127.0.0.1:9200",
        "opensearch:ftp://127.0.0.1",
        "opensearch:http://127.0.0.1?prefix=A-b",
        "opensearch:http://127.0.0.1?shards=0",
        "opensearch:http://127.0.0.1?colour=red",
        "elastic:http://127.0.0.1",
    ],
)
async def test_refuses_a_wrong_address(wrong: str) -> None:
    """It names the setting, and what an address looks like."""
    with pytest.raises(ValueError, match=r"SQUAD_INDEX: .*opensearch:http"):
        await opensearch.open(wrong, CLOCK)


@asynccontextmanager
async def answering(status: str, answer: object) -> AsyncIterator[str]:
    """A server that always answers the same."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readuntil(b"\r\n\r\n"):
            body = json.dumps(answer).encode()
            writer.write(PAGE.format(status=status, size=len(body)).encode() + body)
            await writer.drain()

    def caught(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(serve(reader, writer))
        task.add_done_callback(lambda done: done.exception())  # the client left
        task.add_done_callback(lambda done: writer.close())

    server = await asyncio.start_server(caught, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize(
    ("status", "answer", "error", "said"),
    [
        ("200 OK", {"version": {"number": "8.1.0"}}, ValueError, "not OpenSearch"),
        ("200 OK", ["a", "page"], ValueError, "not OpenSearch"),
        (
            "200 OK",
            {"version": {"distribution": "opensearch", "number": "1.3.2"}},
            ValueError,
            "1.3.2 is too old",
        ),
        ("401 Unauthorized", {}, Unavailable, "refuses the user"),
        ("403 Forbidden", {}, Unavailable, "refuses the user"),
        ("429 Too Many Requests", {}, Unavailable, "answers 429"),
        ("503 Service Unavailable", {}, Unavailable, "answers 503"),
    ],
)
async def test_says_what_is_wrong_with_the_server(
    status: str, answer: object, error: type[Exception], said: str
) -> None:
    """Another product, another version, a wrong password, a busy one; never the password."""
    async with answering(status, answer) as address:
        with pytest.raises(error, match=f"SQUAD_INDEX: .*{said}") as caught:
            await opensearch.open(f"opensearch:http://squad:s3cret@{address}", CLOCK)

    assert "s3cret" not in str(caught.value)


class Cable:
    """A way to the engine that can be cut."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._writers: list[asyncio.StreamWriter] = []
        self.whole = True

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """This will carry one connection, both ways."""
        if not self.whole:
            writer.close()
            return
        there = await asyncio.open_connection("127.0.0.1", self._port)
        self._writers += writer, there[1]
        await asyncio.gather(carry(reader, there[1]), carry(there[0], writer))

    def cut(self) -> None:
        """This will break all connections, and refuse new ones."""
        self.whole = False
        for writer in self._writers:
            writer.transport.abort()


async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """This will carry one way until either end goes."""
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


async def test_goes_on_after_the_connection_was_cut(url: str) -> None:
    """Everything fails with Unavailable meanwhile; afterwards the same calls do their work."""
    port = int(url.split(":")[3].split("?")[0])
    cable = Cable(port)
    server = await asyncio.start_server(cable.connect, "127.0.0.1", 0)
    near = server.sockets[0].getsockname()[1]
    async with server:
        index = await opensearch.open(url.replace(str(port), str(near)), CLOCK)
        await index.put([entry("t1")])
        await index.begin()
        cable.cut()
        calls = (
            lambda: index.put([entry("t2")]),
            lambda: index.remove(["t1"]),
            lambda: index.flush(),
            lambda: index.get(["t1"]),
            lambda: index.search(Query("printer")),
            lambda: index.suggest("p", Query(""), 3),
            lambda: index.count(),
            lambda: index.begin(),
            lambda: index.finish(),
            lambda: index.compact(),
        )
        for call in calls:
            with pytest.raises(Unavailable, match="SQUAD_INDEX"):
                await call()
        cable.whole = True

        await index.put([entry("t2")])
        await index.flush()
        assert await found(index) == ["t1", "t2"]
        await index.finish()

        assert await found(index) == ["t2"]
        await index.close()
        cable.cut()


async def test_refuses_work_when_the_index_is_lost(url: str, engines: Engines) -> None:
    """Nothing is made by the way, with guessed mappings; a new open starts an empty index."""
    index = await opensearch.open(url, CLOCK)
    prefix = url.rpartition("=")[2]
    async with AsyncOpenSearch(hosts=[engines("opensearch")]) as client:
        await client.indices.delete(index=f"{prefix}-*")

    for call in (lambda: index.put([entry("t1")]), index.flush, index.count):
        with pytest.raises(Unavailable, match="no whole index"):
            await call()
    with pytest.raises(Unavailable):
        await index.close()
    again = await opensearch.open(url, CLOCK)
    assert (await again.count(), again.wants_rebuild) == (0, True)
    await again.close()


async def test_shares_an_index_between_processes(url: str) -> None:
    """What one puts or removes while the other rebuilds is so in both generations."""
    one, two = await opensearch.open(url, CLOCK), await opensearch.open(url, CLOCK)
    await one.put([entry("kept"), entry("erased", 4)])
    await one.begin()

    await two.put([entry("kept"), entry("new")])
    await two.remove(["erased"])
    await one.put([entry("erased", 4)])
    await one.finish()

    assert await found(two) == ["kept", "new"]
    await two.put([entry("later")])
    await two.flush()
    assert await found(one) == ["kept", "later", "new"]
    await one.close()
    await two.close()


async def test_lets_the_last_of_two_rebuilds_finish(url: str) -> None:
    """The first learns that it was overtaken; its half-filled generation never lives."""
    one, two = await opensearch.open(url, CLOCK), await opensearch.open(url, CLOCK)
    await one.put([entry("old")])
    await one.begin()
    await two.begin()

    with pytest.raises(RuntimeError, match="another process"):
        await one.finish()
    await two.put([entry("new")])
    await two.finish()

    assert await found(one) == ["new"]
    await one.close()
    await two.close()


async def test_remembers_that_it_was_filled(url: str) -> None:
    """After a `finish`, and a `compact` after it, the next open wants no rebuild."""
    index = await opensearch.open(url, CLOCK)
    await index.begin()
    await index.put([entry("t1")])
    await index.finish()
    await index.compact()
    await index.close()

    again = await opensearch.open(url, CLOCK)

    assert not again.wants_rebuild
    assert await found(again) == ["t1"]
    await again.close()


async def test_drops_what_a_dead_process_was_filling(url: str) -> None:
    """Hours after a rebuild that nobody finished, an open drops it, and `compact` works again."""
    dead = await opensearch.open(url, CLOCK)
    await dead.begin()
    await dead.close()

    index = await opensearch.open(url, Frozen(datetime.now(UTC) + timedelta(seconds=STALE + 60)))
    await index.put([entry("t1")])
    await index.compact()

    assert await found(index) == ["t1"]
    await index.close()


async def test_starts_over_when_the_format_changed(url: str, engines: Engines) -> None:
    """An older format's index is left to older processes until a rebuild has finished."""
    old = f"{url.rpartition('=')[2]}-0-first"
    async with AsyncOpenSearch(hosts=[engines("opensearch")]) as client:
        await client.indices.create(index=old)
        index = await opensearch.open(url, CLOCK)
        assert index.wants_rebuild
        assert await client.indices.exists(index=old)

        await index.begin()
        await index.finish()

        assert not await client.indices.exists(index=old)
    await index.close()
