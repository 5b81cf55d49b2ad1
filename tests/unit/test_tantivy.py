"""The folder of the tantivy index: durable, alone, checked when opened, forgetful when asked."""

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from squad.adapters.clock.frozen import Frozen
from squad.adapters.engines.anchors import Anchors
from squad.adapters.index import tantivy
from squad.adapters.index.tantivy import TantivyIndex
from squad.ports.index import Entry, Query
from squad.ports.unit import Unavailable

CLOCK = Frozen(datetime(2026, 3, 2, 15, tzinfo=UTC))
WRITER = """
import asyncio, sys
from squad.adapters.clock.system import SystemClock
from squad.adapters.index import tantivy
from squad.ports.index import Entry

async def main():
    index = await tantivy.open(sys.argv[1], SystemClock())
    await index.begin()
    await index.finish()
    if sys.argv[2] == "rebuilding":
        await index.put([Entry("first", "ticket", 1, "printer")])
        await index.begin()
    for number in range(10_000):
        await index.put([Entry(f"{number}.{n}", "ticket", 1, "printer") for n in range(5)])
        await index.flush()
        print(number, flush=True)

asyncio.run(main())
"""


async def reopen(folder: Path) -> TantivyIndex:
    """The index in the folder."""
    return await tantivy.open(f"tantivy:{folder}", CLOCK)


async def filled(folder: Path) -> None:
    """Leaves an index of 600 printers, rebuilt once, in the folder."""
    index = await reopen(folder)
    await index.begin()
    for start in (0, 300):
        numbers = range(start, start + 300)
        await index.put([Entry(f"t{n}", "ticket", 1, f"printer {n}") for n in numbers])
        await index.flush()
    await index.finish()
    await index.remove(["t0"])
    await index.close()


def largest(folder: Path, suffix: str) -> Path:
    """The largest file of a kind."""
    return max(folder.rglob(f"*.{suffix}"), key=lambda path: path.stat().st_size)


def held(folder: Path) -> bytes:
    """All bytes of all files, in lower case."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file()).lower()


def killed(folder: Path, state: str, flushes: int) -> int:
    """Kills a writing process after so many flushes, and counts those that returned."""
    command = [sys.executable, "-c", WRITER, f"tantivy:{folder}", state]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(flushes):
            assert process.stdout.readline()
        process.kill()
        return flushes + len(process.stdout.readlines())


async def test_keeps_everything_over_a_restart(tmp_path: Path) -> None:
    """What was flushed, and what `close` flushed, is there again, with its vocabulary."""
    await filled(tmp_path)

    index = await reopen(tmp_path)

    assert not index.wants_rebuild
    assert await index.count() == 599
    assert (await index.search(Query("pritner"))).total == 599
    await index.put([Entry("t1", "ticket", 1, "late news")])
    assert [entry.title for entry in await index.get(["t1"])] == ["printer 1"]
    await index.close()


@pytest.mark.parametrize("state", ["living", "rebuilding"])
@pytest.mark.parametrize("flushes", [1, 12])
async def test_keeps_what_was_flushed_before_kill_9(
    tmp_path: Path, state: str, flushes: int
) -> None:
    """Every flush that returned is there after SIGKILL, and an unfinished rebuild is gone."""
    flushes = await asyncio.to_thread(killed, tmp_path, state, flushes)

    index = await reopen(tmp_path)

    ids = [f"{number}.{n}" for number in range(flushes) for n in range(5)]
    assert len(await index.get(ids)) == len(ids)
    assert await index.count() in range(len(ids), len(ids) + 7)
    assert not index.wants_rebuild
    assert len([path for path in tmp_path.iterdir() if path.is_dir()]) == 1
    await index.close()


def truncate(folder: Path) -> None:
    """Cuts the end off a file."""
    path = largest(folder, "idx")
    path.write_bytes(path.read_bytes()[:-100])


def empty(folder: Path) -> None:
    """Leaves nothing of a file but its name, as a power loss may."""
    largest(folder, "term").write_bytes(b"")


def flip(folder: Path) -> None:
    """Changes one bit."""
    path = largest(folder, "store")
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 1
    path.write_bytes(content)


def lose(folder: Path) -> None:
    """Loses a file."""
    largest(folder, "fast").unlink()


def revive(folder: Path) -> None:
    """Loses the note of what was removed."""
    largest(folder, "del").unlink()


def blank(folder: Path) -> None:
    """Loses the list of files."""
    largest(folder, "json").write_bytes(b"")


def garble(folder: Path) -> None:
    """Garbles the pointer to the living generation."""
    (folder / "living.json").write_text('{"format":1,"living":"../..","whole":true}')


def age(folder: Path) -> None:
    """Makes it an index of another format."""
    path = folder / "living.json"
    path.write_text(path.read_text().replace('"format":1', '"format":0'))


@pytest.mark.parametrize(
    "damage", [truncate, empty, flip, lose, revive, blank, garble, age], ids=lambda f: f.__name__
)
async def test_starts_empty_and_says_so_when_torn(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    """A folder that is not whole is thrown away; the wish for a rebuild lasts until it is done."""
    await filled(tmp_path)
    damage(tmp_path)

    index = await reopen(tmp_path)

    assert index.wants_rebuild
    assert await index.count() == 0
    await index.put([Entry("t1", "ticket", 1, "printer")])
    await index.close()
    index = await reopen(tmp_path)
    assert (index.wants_rebuild, await index.count()) == (True, 1)
    await index.compact()
    assert index.wants_rebuild
    await index.begin()
    await index.finish()
    await index.close()
    index = await reopen(tmp_path)
    assert not index.wants_rebuild
    await index.close()


async def test_leaves_an_open_folder_to_its_owner(tmp_path: Path) -> None:
    """A second open is refused and harms nothing; after `close` the folder is free."""
    first = await reopen(tmp_path)

    with pytest.raises(Unavailable):
        await reopen(tmp_path)

    await first.put([Entry("t1", "ticket", 1, "printer")])
    await first.close()
    second = await reopen(tmp_path)
    assert await second.count() == 1
    await second.close()


@pytest.mark.parametrize("way", ["compact", "rebuild"])
async def test_leaves_no_byte_of_what_was_removed(tmp_path: Path, way: str) -> None:
    """After a compact or a rebuild no file holds a word that was removed or replaced."""
    index = await reopen(tmp_path)
    await index.put([Entry("t1", "person", 1, "Zanzibar"), Entry("t2", "ticket", 1, "Timbuktu")])
    await index.put([Entry("t3", "ticket", 1, "Printer")])
    await index.flush()
    assert b"zanzibar" in held(tmp_path)
    assert b"timbuktu" in held(tmp_path)

    await index.remove(["t1"])
    await index.put([Entry("t2", "ticket", 2, "Replaced")])
    if way == "rebuild":
        await index.begin()
        await index.put([Entry("t2", "ticket", 2, "Replaced"), Entry("t3", "ticket", 1, "Printer")])
    await (index.finish() if way == "rebuild" else index.compact())

    assert b"zanzibar" not in held(tmp_path)
    assert b"timbuktu" not in held(tmp_path)
    assert b"printer" in held(tmp_path)
    await index.close()


async def test_keeps_changes_that_the_disk_refused(tmp_path: Path) -> None:
    """A flush that fails says so each time; what was to be written can still be read."""
    index = await reopen(tmp_path)
    await index.put([Entry("t1", "ticket", 1, "printer")])
    (generation,) = (path for path in tmp_path.iterdir() if path.is_dir())
    shutil.move(generation, tmp_path / "away")

    for _ in range(2):
        with pytest.raises(Unavailable):
            await index.flush()

    assert [entry.id for entry in await index.get(["t1"])] == ["t1"]
    shutil.rmtree(generation, ignore_errors=True)
    shutil.move(tmp_path / "away", generation)
    await index.flush()
    assert (await index.search(Query("printer"))).total == 1
    await index.close()


@pytest.mark.parametrize("url", ["files:/x", "tantivy://host/x", "tantivy:/x?y=1", "tantivy:/x#y"])
async def test_refuses_a_url_that_is_not_its_own(url: str) -> None:
    """Another scheme, a host, or options that do not exist."""
    with pytest.raises(ValueError, match="not an index"):
        await tantivy.open(url, CLOCK)


def handles(folder: Path) -> list[str]:
    """Names of files in the folder that this process has open, deleted ones marked."""
    links = (str(fd.readlink()) for fd in Path("/proc/self/fd").iterdir() if fd.is_symlink())
    return sorted(link.rpartition("/")[2] for link in links if link.startswith(f"{folder}/"))


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc")
def test_holds_a_deleted_file_for_one_more_turn(tmp_path: Path) -> None:
    """So that the last searcher that maps it is gone before the disk takes it back."""
    (tmp_path / "file").write_bytes(b"mapped")
    (tmp_path / "meta.json").write_bytes(b"replaced")
    anchors, heir = Anchors(tmp_path), Anchors(None)

    anchors.turn()
    assert handles(tmp_path) == ["file"]
    (tmp_path / "file").unlink()
    anchors.turn()
    assert handles(tmp_path) == ["file (deleted)"]
    heir.adopt(anchors)
    anchors.close()
    assert handles(tmp_path) == ["file (deleted)"]
    heir.turn()

    assert handles(tmp_path) == []
