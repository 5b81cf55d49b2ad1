"""What every cache promises."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio import Redis
from tests.engines import Engines

from squad.adapters.cache import memory, redis
from squad.adapters.clock.frozen import Frozen
from squad.ports.cache import Cache


@pytest.fixture
def clock() -> Frozen:
    """A clock that the tests move."""
    return Frozen(datetime(2026, 3, 2, 15, tzinfo=UTC))


class Times(NamedTuple):
    """How a cache's time passes in a test: `of` scales seconds to live, `passes` lets them go."""

    of: Callable[[float], float]
    passes: Callable[[float], Awaitable[None]]


@pytest.fixture(params=["memory", "redis"])
def kind(request: pytest.FixtureRequest) -> str:
    """Which cache."""
    return str(request.param)


@pytest.fixture
async def cache(kind: str, engines: Engines, clock: Frozen) -> AsyncIterator[Cache]:
    """Each cache, empty, with room for 100 bytes: in all, or for Redis in one entry."""
    opened: Cache
    if kind == "memory":
        opened = await memory.open("memory:?entries=3&bytes=100", clock)
    else:
        opened = await redis.open(f"{await emptied(engines)}?bytes=100", clock)
    yield opened
    await opened.close()


async def emptied(engines: Engines) -> str:
    """Redis' URL, with nothing in it."""
    client = Redis.from_url(engines("redis"))
    await client.flushdb()
    await client.aclose()
    return engines("redis")


@pytest.fixture
def times(kind: str, clock: Frozen) -> Times:
    """Redis has a clock of its own, which a test cannot set: a second takes 20 ms there."""

    async def advance(seconds: float) -> None:
        clock.advance(seconds)

    async def sleep(seconds: float) -> None:
        await asyncio.sleep(seconds / 50)

    if kind == "memory":
        return Times(lambda seconds: seconds, advance)
    return Times(lambda seconds: seconds / 50, sleep)


@pytest.fixture
def only_memory(kind: str, request: pytest.FixtureRequest) -> None:
    """Marks a bound that Redis keeps by its own `maxmemory`, of the whole server and sampled."""
    if kind == "redis":
        reason = "Redis evicts by maxmemory, roughly the least recently used of the whole server"
        request.applymarker(pytest.mark.xfail(strict=True, reason=reason))


async def test_gives_back_what_was_set(cache: Cache) -> None:
    """A value is found under its key, byte for byte; another key is not."""
    await cache.set("ticket:1", b"\x00\xff", 60)
    await cache.set("ticket:1", b"newer", 60)

    found = await cache.get("ticket:1")
    other = await cache.get("ticket:2")

    assert (found, other) == (b"newer", None)


async def test_forgets_a_value_past_its_time(cache: Cache, times: Times) -> None:
    """A value lives for its ttl and not a moment longer; setting it again starts anew."""
    await cache.set("short", b"a", times.of(10))
    await cache.set("again", b"b", times.of(10))

    await times.passes(7)
    before = await cache.get("short")
    await cache.set("again", b"c", times.of(10))
    await times.passes(3)

    assert before == b"a"
    assert await cache.get("short") is None
    assert await cache.get("again") == b"c"


@pytest.mark.usefixtures("only_memory")
async def test_drops_the_least_recently_used(cache: Cache) -> None:
    """With room for three, the fourth pushes out the one that was used longest ago."""
    for key in ("a", "b", "c"):
        await cache.set(key, key.encode(), 60)
    await cache.get("a")

    await cache.set("d", b"d", 60)

    assert [await cache.get(key) for key in "abcd"] == [b"a", None, b"c", b"d"]
    assert (await cache.stats()).evictions == 1


@pytest.mark.usefixtures("only_memory")
async def test_stays_within_its_bytes(cache: Cache) -> None:
    """Values are dropped until keys and values fit into 100 bytes."""
    await cache.set("a", b"x" * 49, 60)
    await cache.set("b", b"x" * 49, 60)

    await cache.set("c", b"x" * 60, 60)

    assert [await cache.get(key) is not None for key in "abc"] == [False, False, True]
    assert (await cache.stats()).size == 61


async def test_does_not_keep_what_cannot_fit(cache: Cache) -> None:
    """A value over the bound is refused alone, and the older one under its key is gone."""
    await cache.set("a", b"old", 60)
    await cache.set("b", b"other", 60)

    await cache.set("a", b"x" * 100, 60)

    assert await cache.get("a") is None
    assert await cache.get("b") == b"other"


@pytest.mark.parametrize("ttl", [0, -1, float("nan")])
async def test_does_not_keep_what_has_no_time(cache: Cache, ttl: float) -> None:
    """Without time to live there is nothing to find, not even the older value."""
    await cache.set("a", b"old", 60)

    await cache.set("a", b"new", ttl)

    assert await cache.get("a") is None


async def test_deletes_many_at_once(cache: Cache) -> None:
    """Deleted keys are gone, unknown ones do no harm."""
    await cache.set("a", b"1", 60)
    await cache.set("b", b"2", 60)

    await cache.delete("a", "b", "nobody")
    await cache.delete()

    assert (await cache.stats()).entries == 0
    assert [await cache.get("a"), await cache.get("b")] == [None, None]


async def test_counts_hits_and_misses(cache: Cache, times: Times) -> None:
    """Statistics tell hits, misses (expired ones too), entries and bytes."""
    await cache.set("ab", b"123", times.of(10))
    await cache.get("ab")
    full = await cache.stats()
    await times.passes(11)
    await cache.get("ab")
    await cache.delete("ab")

    stats = await cache.stats()

    assert (full.hits, full.misses, full.entries) == (1, 0, 1)
    assert full.size >= 5
    assert (stats.hits, stats.misses, stats.entries) == (1, 1, 0)
    assert stats.size < full.size


STEPS = st.lists(
    st.tuples(st.sampled_from("gsdt"), st.sampled_from("abcdefg"), st.integers(0, 60)), max_size=60
)


@given(steps=STEPS)
async def test_agrees_with_a_plain_model(steps: list[tuple[str, str, int]]) -> None:
    """Any sequence of calls leaves it within its bounds, and what it gives back was set last."""
    clock = Frozen(datetime(2026, 3, 2, 15, tzinfo=UTC))
    cache = await memory.open("memory:?entries=3&bytes=100", clock)
    truth: dict[str, tuple[bytes, float]] = {}

    for verb, key, number in steps:
        if verb == "g":
            found = await cache.get(key)
            value, until = truth.get(key, (None, 0.0))
            assert found is None or (found == value and clock.monotonic() < until)
        elif verb == "s":
            await cache.set(key, b"x" * number, number)
            truth[key] = (b"x" * number, clock.monotonic() + number)
        elif verb == "d":
            await cache.delete(key)
            truth.pop(key, None)
        else:
            clock.advance(number)

        stats = await cache.stats()
        assert stats.entries <= 3
        assert stats.size <= 100


@pytest.mark.parametrize(
    "url",
    ["", "redis://localhost", "memory:?entries=0", "memory:?bytes=-1", "memory:?size=1",
     "memory:?entries=", "memory:/x"],
)  # fmt: skip
async def test_refuses_a_foreign_url(url: str, clock: Frozen) -> None:
    """A URL that means something else, or no bound, is an error at start."""
    with pytest.raises(ValueError):
        await memory.open(url, clock)
