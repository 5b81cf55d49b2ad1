"""Blobs in files: what a disk, a crash and a neighbor may do to them."""

import asyncio
import os
import resource
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from squad.adapters.blobs import files
from squad.adapters.clock.frozen import Frozen
from squad.ports.blobs import Damaged, TooLarge
from squad.ports.unit import Unavailable

CLOCK = Frozen(datetime(2026, 3, 2, 15, tzinfo=UTC))
KEY = "tickets/019ae4b2-0c6f-7d31-8a53-7f3f4bd0c111/photo_1"
CHUNK = 256 * 1024
MIB = 1024 * 1024


async def stream(*chunks: bytes) -> AsyncIterator[bytes]:
    """The chunks, one after the other."""
    for chunk in chunks:
        yield chunk


async def test_flushes_before_it_names_and_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The content reaches the disk before its name does, and the name before `write` returns."""
    blobs = await files.open(f"files:{tmp_path}", CLOCK)
    done: list[str] = []
    fsync, replace = os.fsync, os.replace

    def flushed(handle: int) -> None:
        done.append("folder" if os.path.isdir(handle) else "content")  # noqa: PTH112
        fsync(handle)

    def named(source: Path, target: Path) -> None:
        done.append("name")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", flushed)
    monkeypatch.setattr(os, "replace", named)

    await blobs.write(KEY, stream(b"x"), limit=1)

    assert done == ["content", "name", "folder"]


WRITER = """
import asyncio, sys
from squad.adapters.blobs import files
from squad.adapters.clock.system import SystemClock
async def endless():
    while True:
        yield bytes(300_000)
        print("more", flush=True)
async def main():
    blobs = await files.open(sys.argv[1], SystemClock())
    await blobs.write("half", endless(), limit=10**12)
asyncio.run(main())
"""


async def test_removes_what_a_crash_left(tmp_path: Path) -> None:
    """A draft of a killed process goes at the next start; a live writer's draft stays."""
    url = f"files:{tmp_path}"
    path = {"PYTHONPATH": os.pathsep.join(sys.path)}
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WRITER, url, stdout=subprocess.PIPE, env=os.environ | path
    )
    assert child.stdout is not None
    await child.stdout.readline()
    live = await files.open(url, CLOCK)
    during = list((tmp_path / "drafts").iterdir())
    child.kill()
    await child.communicate()

    after = await files.open(url, CLOCK)

    assert len(during) == 1
    assert not list((tmp_path / "drafts").iterdir())
    assert await live.stat("half") is None
    assert await after.stat("half") is None


async def test_leaves_no_draft_behind(tmp_path: Path) -> None:
    """Neither a success, nor a refusal, nor a failure of the disk leaves a draft."""
    blobs = await files.open(f"files:{tmp_path}", CLOCK)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    await blobs.write("fine", stream(b"x"), limit=1)
    with pytest.raises(TooLarge):
        await blobs.write("big", stream(bytes(MIB)), limit=1)
    resource.setrlimit(resource.RLIMIT_FSIZE, (CHUNK, hard))
    try:
        with pytest.raises(Unavailable):
            await blobs.write("full", stream(bytes(CHUNK), bytes(CHUNK)), limit=MIB)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert not list((tmp_path / "drafts").iterdir())
    assert await blobs.stat("full") is None


@pytest.mark.parametrize("harm", ["flip", "cut", "empty"])
async def test_tells_damage_before_the_end(tmp_path: Path, harm: str) -> None:
    """A file that changed on the disk is never passed off as what was written."""
    blobs = await files.open(f"files:{tmp_path}", CLOCK)
    await blobs.write("k", stream(bytes(2 * CHUNK)), limit=MIB)
    (file,) = (path for path in tmp_path.rglob("k") if path.is_file())
    content = bytearray(file.read_bytes())
    content[CHUNK + 5] ^= 1
    file.write_bytes({"flip": bytes(content), "cut": bytes(content[:-9]), "empty": b""}[harm])

    received = bytearray()

    async def drain() -> None:
        async for chunk in blobs.read("k"):
            received.extend(chunk)

    with pytest.raises(Damaged):
        await drain()

    assert len(received) <= CHUNK


async def test_survives_a_new_start(tmp_path: Path) -> None:
    """What one process wrote the next one finds; a blank in the path is no trouble."""
    url = f"files:{tmp_path}/two%20words"
    first = await files.open(url, CLOCK)
    written = await first.write(KEY, stream(b"kept"), limit=4)

    second = await files.open(url, CLOCK)

    assert await second.stat(KEY) == written
    assert [chunk async for chunk in second.read(KEY)] == [b"kept"]
    assert (tmp_path / "two words").is_dir()


@pytest.mark.parametrize("url", ["", "files:", "s3:/x", "files://host/x", "files:/x?y=1"])
async def test_refuses_a_foreign_url(url: str) -> None:
    """A URL that means something else is an error at start."""
    with pytest.raises(ValueError, match="not a folder"):
        await files.open(url, CLOCK)
