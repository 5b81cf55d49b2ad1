"""What every store of blobs promises."""

import asyncio
import hashlib
import os
import tracemalloc
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.engines import Engines

from squad.adapters.blobs import files, s3
from squad.adapters.clock.frozen import Frozen
from squad.kernel.ids import uuid7
from squad.ports.blobs import Blobs, TooLarge

CLOCK = Frozen(datetime(2026, 3, 2, 15, tzinfo=UTC))
KEY = "tickets/019ae4b2-0c6f-7d31-8a53-7f3f4bd0c111/photo_1"
CHUNK = 256 * 1024
MIB = 1024 * 1024


@pytest.fixture(params=["files", "s3"])
async def blobs(
    request: pytest.FixtureRequest, tmp_path: Path, engines: Engines, aws: None
) -> AsyncIterator[Blobs]:
    """Each store, empty."""
    opened: Blobs
    if request.param == "files":
        opened = await files.open(f"files:{tmp_path}/blobs", CLOCK)
    else:
        url = f"s3:?endpoint={engines('ministack')}&bucket=squad-{uuid7()}"
        await s3.provision(url, {}, "")
        opened = await s3.open(url, CLOCK)
    yield opened
    await opened.close()


async def stream(*chunks: bytes) -> AsyncIterator[bytes]:
    """The chunks, one after the other."""
    for chunk in chunks:
        yield chunk


async def whole(blobs: Blobs, key: str = KEY) -> bytes:
    """All of a blob."""
    return b"".join([chunk async for chunk in blobs.read(key)])


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
async def test_gives_back_what_was_written(blobs: Blobs, size: int) -> None:
    """Content of any size comes back byte for byte, in chunks of at most 256 KiB."""
    content = os.urandom(size)

    written = await blobs.write(KEY, stream(content[:100], b"", content[100:]), limit=size)

    chunks = [chunk async for chunk in blobs.read(KEY)]
    assert (written.key, written.size) == (KEY, size)
    assert written.sha256 == hashlib.sha256(content).hexdigest()
    assert b"".join(chunks) == content
    assert all(0 < len(chunk) <= CHUNK for chunk in chunks)
    assert await blobs.stat(KEY) == written


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(sizes=st.lists(st.integers(0, 300_000), max_size=6))
async def test_does_not_care_how_the_stream_is_cut(blobs: Blobs, sizes: list[int]) -> None:
    """However the sender cuts it, the content is the same."""
    chunks = [bytes([number + 1]) * size for number, size in enumerate(sizes)]

    written = await blobs.write(KEY, stream(*chunks), limit=2_000_000)

    assert written.size == sum(sizes)
    assert await whole(blobs) == b"".join(chunks)


async def test_stops_reading_past_the_limit(blobs: Blobs) -> None:
    """A stream over the limit is refused at the chunk that goes over, and nothing is kept."""
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield bytes(1000)

    with pytest.raises(TooLarge):
        await blobs.write(KEY, endless(), limit=5000)

    assert taken == 6
    assert await blobs.stat(KEY) is None


async def test_keeps_the_old_one_when_the_new_one_fails(blobs: Blobs) -> None:
    """A write that ends in an error, or in a cancellation, changes nothing."""
    first = await blobs.write(KEY, stream(b"first"), limit=10)

    async def broken() -> AsyncIterator[bytes]:
        yield bytes(2 * CHUNK)
        raise ConnectionResetError("the sender left")

    async def stuck() -> AsyncIterator[bytes]:
        yield bytes(2 * CHUNK)
        reached.set()
        await asyncio.Event().wait()

    reached = asyncio.Event()
    task = asyncio.create_task(blobs.write(KEY, stuck(), limit=MIB))
    await reached.wait()
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(ConnectionResetError):
        await blobs.write(KEY, broken(), limit=MIB)
    assert await blobs.stat(KEY) == first
    assert await whole(blobs) == b"first"


async def test_replaces_and_leaves_readers_alone(blobs: Blobs) -> None:
    """Who began to read the old content reads it to its end; the next reader has the new one."""
    old, new = bytes(3 * CHUNK), b"new"
    await blobs.write(KEY, stream(old), limit=MIB)
    reader = blobs.read(KEY)
    start = await anext(reader)

    await blobs.write(KEY, stream(new), limit=MIB)

    assert start + b"".join([chunk async for chunk in reader]) == old
    assert await whole(blobs) == new


async def test_deletes(blobs: Blobs) -> None:
    """A deleted blob is gone; deleting it again does no harm."""
    await blobs.write(KEY, stream(b"x"), limit=1)

    await blobs.delete(KEY)
    await blobs.delete(KEY)

    assert await blobs.stat(KEY) is None
    with pytest.raises(KeyError):
        await whole(blobs)


async def test_keeps_keys_apart(blobs: Blobs) -> None:
    """Keys that look alike are different blobs."""
    keys = ["a", "A", "a/b", "a-b", "a_b", "ab", "a/b/c", "x" * 200]

    for key in keys:
        await blobs.write(key, stream(key.encode()), limit=200)

    assert [await whole(blobs, key) for key in keys] == [key.encode() for key in keys]


@pytest.mark.parametrize(
    "key",
    ["", "/", "/a", "a/", "a//b", "..", "a/../b", "a.b", "a b", "a\n", "a\x00", "é", "a+b", "a\\b",
     "%2e%2e", "x" * 201, "٣"],
)  # fmt: skip
async def test_refuses_other_keys(blobs: Blobs, key: str) -> None:
    """What is not a key of ours never reaches the store."""
    with pytest.raises(ValueError, match="not a blob key"):
        await blobs.write(key, stream(b"x"), limit=1)
    with pytest.raises(ValueError, match="not a blob key"):
        await whole(blobs, key)
    with pytest.raises(ValueError, match="not a blob key"):
        await blobs.stat(key)
    with pytest.raises(ValueError, match="not a blob key"):
        await blobs.delete(key)


async def test_holds_little_memory(blobs: Blobs) -> None:
    """Streaming 25 MB in and out allocates less than 3 MB at any moment."""
    piece = bytes(64 * 1024)
    tracemalloc.start()

    written = await blobs.write(KEY, stream(*[piece] * 400), limit=25 * MIB)
    read = 0
    async for chunk in blobs.read(KEY):
        read += len(chunk)

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert read == written.size == 400 * len(piece)
    assert peak < 3 * MIB


async def test_writes_many_at_once(blobs: Blobs) -> None:
    """Writers of different keys, and of one key, do not disturb each other."""
    contents = {f"k{number}": bytes([number]) * (CHUNK + number) for number in range(16)}
    same = [bytes([number]) * CHUNK for number in range(8)]

    await asyncio.gather(
        *(blobs.write(key, stream(content), limit=MIB) for key, content in contents.items()),
        *(blobs.write(KEY, stream(content), limit=MIB) for content in same),
    )

    assert {key: await whole(blobs, key) for key in contents} == contents
    assert await whole(blobs) in same
