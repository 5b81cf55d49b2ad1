"""Reading through a cache: once at a time, right although the cache fails."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

import pytest

from squad.adapters.cache.memory import MemoryCache
from squad.adapters.clock.frozen import Frozen
from squad.kernel import metrics
from squad.kernel.cached import Cached
from squad.ports.cache import CacheStats
from squad.ports.unit import Unavailable


class Source:
    """Something slow that counts how often it is read, and can be held back or broken."""

    def __init__(self) -> None:
        self.value: bytes | None = b"v1"
        self.reads = 0
        self.broken = False
        self.gate = asyncio.Event()
        self.gate.set()

    async def load(self) -> bytes | None:
        """Reads the value, then waits at the gate with it."""
        self.reads += 1
        seen = self.value
        await self.gate.wait()
        if self.broken:
            raise LookupError("source")
        return seen


class Down:
    """A cache whose server is away."""

    async def get(self, key: str) -> bytes | None:
        """Never answers."""
        raise Unavailable

    async def set(self, key: str, value: bytes, ttl: float) -> None:
        """Never keeps."""
        raise Unavailable

    async def delete(self, *keys: str) -> None:
        """Never forgets."""
        raise Unavailable

    async def stats(self) -> CacheStats:
        """Knows nothing."""
        return CacheStats(0, 0, 0, 0, 0)

    async def close(self) -> None:
        """Has nothing to let go of."""


@pytest.fixture
def clock() -> Frozen:
    """A clock that the tests move."""
    return Frozen(datetime(2026, 3, 2, 15, tzinfo=UTC))


@pytest.fixture
def cached(clock: Frozen) -> Cached:
    """An empty cache in memory."""
    return Cached(MemoryCache(clock))


def read(cached: Cached, source: Source) -> Coroutine[Any, Any, bytes | None]:
    """One read of the only key there is."""
    return cached.get_or_load(key="k", ttl=100, load=source.load)


async def until(true: Callable[[], bool]) -> None:
    """Lets other tasks run until something holds."""
    while not true():  # noqa: ASYNC110
        await asyncio.sleep(0)


async def test_loads_once_and_then_serves_from_the_cache(cached: Cached) -> None:
    """The second read does not touch the source."""
    source = Source()

    values = [await read(cached, source) for _ in range(3)]

    assert values == [b"v1"] * 3
    assert source.reads == 1


async def test_loads_once_for_a_stampede(cached: Cached) -> None:
    """A hundred readers that miss together share one load."""
    source = Source()
    source.gate.clear()
    readers = [asyncio.create_task(read(cached, source)) for _ in range(100)]
    await until(lambda: source.reads > 0)

    source.gate.set()
    values = await asyncio.gather(*readers)

    assert values == [b"v1"] * 100
    assert source.reads == 1


async def test_goes_on_loading_when_the_first_reader_leaves(cached: Cached) -> None:
    """Cancelling the reader that began the load does not take it from the others."""
    source = Source()
    source.gate.clear()
    first, second = (asyncio.create_task(read(cached, source)) for _ in range(2))
    await until(lambda: source.reads > 0)

    first.cancel()
    source.gate.set()

    assert await second == b"v1"
    assert source.reads == 1
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_tells_every_reader_of_a_failure_and_keeps_nothing(cached: Cached) -> None:
    """A failed load reaches all who waited; the next read tries again."""
    source = Source()
    source.broken = True

    outcomes = await asyncio.gather(
        *(read(cached, source) for _ in range(3)), return_exceptions=True
    )
    source.broken = False

    assert [type(outcome) for outcome in outcomes] == [LookupError] * 3
    assert await read(cached, source) == b"v1"
    assert source.reads == 2


async def test_does_not_keep_what_is_not_there(cached: Cached) -> None:
    """None is answered but not remembered: the thing may come to be."""
    source = Source()
    source.value = None
    first = await read(cached, source)
    source.value = b"v1"

    second = await read(cached, source)

    assert (first, second) == (None, b"v1")


async def test_never_keeps_a_load_older_than_a_change(cached: Cached) -> None:
    """A load that began before `forget` is neither kept nor joined after it."""
    source = Source()
    source.gate.clear()
    early = asyncio.create_task(read(cached, source))
    await until(lambda: source.reads > 0)
    source.value = b"v2"
    await cached.forget("k")

    late = asyncio.create_task(read(cached, source))
    await until(lambda: source.reads > 1)
    source.gate.set()

    assert (await early, await late) == (b"v1", b"v2")
    assert await read(cached, source) == b"v2"
    assert source.reads == 2


async def test_leaves_the_end_of_an_entry_to_chance(cached: Cached, clock: Frozen) -> None:
    """Entries made at once end spread over the last tenth of their time, never later."""
    source = Source()
    for number in range(200):
        await cached.get_or_load(key=str(number), ttl=100, load=source.load)

    ended = []
    for second in range(89, 101):
        clock.advance(89 if second == 89 else 1)
        before = source.reads
        for number in range(200):
            await cached.get_or_load(key=str(number), ttl=1000, load=source.load)
        ended.append(source.reads - before)

    assert ended[0] == 0
    assert sum(ended) == 200
    assert max(ended) < 60


async def test_counts_reads_and_what_they_saved(cached: Cached) -> None:
    """A hit saves about what a load takes; misses and failures save nothing."""

    async def slow() -> bytes:
        await asyncio.sleep(0.02)
        return b"v"

    def figure(outcome: str) -> float:
        return (
            metrics.REGISTRY.get_sample_value("squad_cache_reads_total", {"outcome": outcome}) or 0
        )

    before = {outcome: figure(outcome) for outcome in ("hit", "miss", "failed")}
    saved = metrics.REGISTRY.get_sample_value("squad_cache_saved_seconds_total") or 0
    for _ in range(11):
        await cached.get_or_load(key="slow", ttl=60, load=slow)
    await Cached(Down()).get_or_load(key="slow", ttl=60, load=slow)

    counted = {outcome: figure(outcome) - before[outcome] for outcome in before}
    assert counted == {"hit": 10, "miss": 1, "failed": 1}
    assert (
        metrics.REGISTRY.get_sample_value("squad_cache_saved_seconds_total") or 0
    ) - saved > 0.01


async def test_does_without_a_cache_that_is_down() -> None:
    """Every read is answered by the source, always its newest value; failures are counted."""
    cached = Cached(Down())
    source = Source()

    first = await read(cached, source)
    source.value = b"v2"
    await cached.forget("k")
    second = await read(cached, source)

    assert (first, second) == (b"v1", b"v2")
    assert cached.failures == 5


async def test_forgets_what_was_kept_while_it_changed(clock: Frozen) -> None:
    """A change that arrives while the cache is still storing the old value wins."""
    source = Source()

    class Slow(MemoryCache):
        """A cache that stores a value only after the source has changed."""

        async def set(self, key: str, value: bytes, ttl: float) -> None:
            source.value = b"v2"
            await slow.forget("k")
            await super().set(key, value, ttl)

    slow = Cached(Slow(clock))
    first = await read(slow, source)

    second = await read(slow, source)

    assert (first, second) == (b"v1", b"v2")
