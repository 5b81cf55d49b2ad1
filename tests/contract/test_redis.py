"""What only a cache that processes share must keep: nobody brings back what was deleted."""

import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest
from deploy.local.engine import Engine, stop
from tests.contract.test_cache import emptied
from tests.engines import Engines

from squad.adapters.cache import redis
from squad.adapters.cache.redis import RedisCache
from squad.adapters.clock.frozen import Frozen
from squad.kernel.cached import Cached
from squad.ports.unit import Unavailable

Opener = Callable[[], Awaitable[RedisCache]]


@pytest.fixture
async def opener(engines: Engines, clock: Frozen) -> AsyncIterator[Opener]:
    """Opens one more process's view of the same cache."""
    url, opened = await emptied(engines), []

    async def again() -> RedisCache:
        cache = await redis.open(f"{url}?timeout=0.2", clock)
        opened.append(cache)
        return cache

    yield again
    for cache in opened:
        await cache.close()


@pytest.fixture
def server(engines: Engines) -> Iterator[Engine]:
    """A Redis that the test may break."""
    engines("redis")
    engine = engines.start("redis", "broken")
    yield engine
    with contextlib.suppress(ProcessLookupError):
        os.kill(engine.pid, signal.SIGCONT)
    stop(engine.pid)


async def test_does_not_keep_what_was_read_before_a_change(opener: Opener) -> None:
    """One process loads the old state, another changes it: the old one is not kept after that."""
    reader, writer = await opener(), await opener()
    assert await reader.get("ticket:1") is None

    await writer.delete("ticket:1")
    await reader.set("ticket:1", b"old", 60)

    assert await writer.get("ticket:1") is None


async def test_lets_one_of_two_fill_a_miss(opener: Opener) -> None:
    """Two processes that miss together may both fill: they read the same state."""
    one, two = await opener(), await opener()
    await one.get("ticket:1")
    await two.get("ticket:1")

    await one.set("ticket:1", b"new", 60)
    await two.set("ticket:1", b"new", 60)

    assert [await one.get("ticket:1"), await two.get("ticket:1")] == [b"new", b"new"]


async def test_keeps_prefixes_apart(engines: Engines, clock: Frozen) -> None:
    """Two installations on one server do not see each other."""
    url = await emptied(engines)
    one, two = [await redis.open(f"{url}?prefix={name}", clock) for name in ("one", "two")]
    await one.set("a", b"1", 60)

    assert await two.get("a") is None
    await one.close()
    await two.close()


async def test_a_dead_cache_only_costs_time(server: Engine, clock: Frozen) -> None:
    """Reads go to the source, at once; what was forgotten meanwhile is not found afterwards."""
    cache = await redis.open(f"{server.url}?timeout=0.2", clock)
    cached, truth = Cached(cache), [b"old"]

    async def load() -> bytes:
        return truth[0]

    async def read() -> bytes | None:
        return await cached.get_or_load(key="ticket:1", ttl=60, load=load)

    assert [await read(), await read()] == [b"old", b"old"]
    os.kill(server.pid, signal.SIGSTOP)
    truth[0] = b"new"
    await cached.forget("ticket:1")
    began = time.monotonic()
    down = [await read() for _ in range(100)]
    took = time.monotonic() - began
    os.kill(server.pid, signal.SIGCONT)
    clock.advance(2)

    assert down == [b"new"] * 100
    assert took < 1
    assert cached.failures > 100
    assert [await read(), await read()] == [b"new", b"new"]
    await cache.close()


async def test_owes_more_than_it_can_remember(
    server: Engine, clock: Frozen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an outage with very many changes everything is forgotten, not only some of it."""
    monkeypatch.setattr(redis, "OWED", 10)
    cache = await redis.open(f"{server.url}?timeout=0.2", clock)
    await cache.set("kept", b"1", 60)
    os.kill(server.pid, signal.SIGSTOP)
    with pytest.raises(Unavailable, match="SQUAD_CACHE"):
        await cache.delete("changed", *map(str, range(20)))
    os.kill(server.pid, signal.SIGCONT)
    clock.advance(2)

    assert await cache.get("kept") is None
    await cache.close()


async def test_comes_back_after_a_restart(server: Engine, engines: Engines, clock: Frozen) -> None:
    """A server that died is Unavailable, not an error of another kind, and no answer is wrong."""
    cache = await redis.open(server.url, clock)
    await cache.set("a", b"1", 60)
    stop(server.pid, signal.SIGKILL)

    with pytest.raises(Unavailable, match="SQUAD_CACHE: Redis does not answer"):
        await cache.get("a")
    with pytest.raises(Unavailable, match="asked again in a second"):
        await cache.get("a")
    await cache.close()


@pytest.mark.parametrize("url", ["redis:", "redis://h?size=1", "redis://h?timeout=0", "redis:///0"])
async def test_refuses_a_wrong_url(url: str, clock: Frozen) -> None:
    """It says what to write instead."""
    with pytest.raises(ValueError, match="SQUAD_CACHE"):
        await redis.open(url, clock)


async def test_names_a_wrong_password(engines: Engines, clock: Frozen) -> None:
    """A server that refuses us is Unavailable, and the password is in no text."""
    url = engines("redis").replace("redis://", "redis://nobody:hunter2@")
    cache = await redis.open(url, clock)

    with pytest.raises(Unavailable, match="AuthenticationError") as caught:
        await cache.get("a")

    assert "hunter2" not in str(caught.value)
    await cache.close()
