"""The relay: what a unit left in the outbox reaches the bus, whatever dies in between."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from squad.adapters.bus import memory
from squad.adapters.bus import sqlite as bus_file
from squad.adapters.bus.memory import MemoryBus
from squad.adapters.clock.frozen import Frozen
from squad.adapters.clock.system import SystemClock
from squad.adapters.database import sqlite
from squad.adapters.database.sqlite import SqliteDatabase
from squad.contracts.people import UserErased
from squad.kernel import outbox
from squad.kernel.ids import derive
from squad.kernel.outbox import LIMIT, Relay
from squad.kernel.unit import Books
from squad.ports.bus import Bus
from squad.ports.database import Statement
from squad.ports.unit import Cause, Letter, Unavailable


@pytest.fixture
async def database(tmp_path: Path, clock: Frozen) -> AsyncIterator[SqliteDatabase]:
    """A store with an outbox."""
    opened = await sqlite.open(f"sqlite:{tmp_path}/identity.db", clock)
    yield opened
    await opened.close()


@pytest.fixture
def books(database: SqliteDatabase, clock: Frozen) -> Books[Statement]:
    """The books of a service."""
    return Books("identity", database, clock)


@pytest.fixture
async def bus(clock: Frozen) -> MemoryBus:
    """A bus with one queue that wants everything."""
    opened = await memory.open("memory:", clock)
    await opened.subscribe("search", ["*"])
    return opened


async def erase(books: Books[Statement], *names: str) -> list[str]:
    """One unit that emits an event for each name. Returns the events' ids."""
    unit = books.open(Cause(derive("erase", *names)))
    ids = [unit.emit(UserErased(id=derive("person", name)), version=1) for name in names]
    await unit.commit()
    return ids


async def arrived(bus: Bus) -> list[str]:
    """The ids of the letters in the queue, in the order of their receipts."""
    found: list[str] = []
    while deliveries := await bus.receive("search", limit=500, wait=0):
        found.extend(delivery.letter.id for delivery in deliveries)
        await bus.ack(deliveries)
    return found


class Flaky(MemoryBus):
    """A bus that fails some calls before the letters are in, and some after."""

    def __init__(self, clock: Frozen, *, before: int = 0, after: int = 0) -> None:
        super().__init__(clock)
        self._before = before
        self._after = after

    async def publish(self, letters: Sequence[Letter]) -> None:
        """Publishes, perhaps."""
        if self._before:
            self._before -= 1
            raise Unavailable("no route")
        await super().publish(letters)
        if self._after:
            self._after -= 1
            raise Unavailable("the answer was lost")


async def test_carries_letters_oldest_first(
    books: Books[Statement], database: SqliteDatabase, bus: MemoryBus
) -> None:
    """Each letter goes once, in the order of the commits, and is then marked."""
    sent = [*await erase(books, "ann", "bob"), *await erase(books, "eve")]
    relay = Relay("identity", database, bus)

    counts = [await relay.trip(), await relay.trip()]

    assert counts == [3, 0]
    assert await arrived(bus) == sent
    assert await database.pending(10) == []


async def test_carries_more_than_one_load(
    books: Books[Statement], database: SqliteDatabase, bus: MemoryBus
) -> None:
    """A full outbox goes load by load, and nothing stays behind."""
    sent = await erase(books, *[f"person {n}" for n in range(LIMIT + 10)])
    relay = Relay("identity", database, bus)

    counts = [await relay.trip(), await relay.trip(), await relay.trip()]

    assert counts == [LIMIT, 10, 0]
    assert await arrived(bus) == sent


async def test_keeps_letters_while_the_bus_is_down(
    books: Books[Statement], database: SqliteDatabase, clock: Frozen
) -> None:
    """A bus that refuses leaves the outbox as it was; the next trip carries everything."""
    bus = Flaky(clock, before=1)
    await bus.subscribe("search", ["*"])
    sent = await erase(books, "ann")
    relay = Relay("identity", database, bus)

    with pytest.raises(Unavailable):
        await relay.trip()
    waiting = [letter.id for letter in await database.pending(10)]
    await relay.trip()

    assert waiting == sent
    assert await arrived(bus) == sent


async def test_publishes_again_what_may_not_have_arrived(
    books: Books[Statement], database: SqliteDatabase, clock: Frozen
) -> None:
    """When the answer was lost the same letters go again, with the same ids."""
    bus = Flaky(clock, after=1)
    await bus.subscribe("search", ["*"])
    sent = await erase(books, "ann", "bob")
    relay = Relay("identity", database, bus)

    with pytest.raises(Unavailable):
        await relay.trip()
    await relay.trip()

    assert await arrived(bus) == sent * 2


CRASHES = """
import asyncio, sys
from squad.adapters.bus import sqlite as bus_file
from squad.adapters.clock.system import SystemClock
from squad.adapters.database import sqlite
from squad.kernel.outbox import Relay

async def main(folder):
    database = await sqlite.open(f"sqlite:{folder}/identity.db", SystemClock())
    bus = await bus_file.open(f"sqlite:{folder}/bus.db", SystemClock())
    await Relay("identity", database, bus).trip()

asyncio.run(main(sys.argv[1]))
"""


@pytest.mark.parametrize(("point", "copies"), [("before_publish", 1), ("published", 2)])
async def test_loses_nothing_when_its_process_is_killed(
    books: Books[Statement], database: SqliteDatabase, tmp_path: Path, point: str, copies: int
) -> None:
    """SIGKILL before publishing, or between publish and mark: the next relay carries the rest."""
    bus = await bus_file.open(f"sqlite:{tmp_path}/bus.db", SystemClock())
    await bus.subscribe("search", ["*"])
    sent = await erase(books, "ann", "bob")
    killed = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", CRASHES, str(tmp_path)),
        env={**os.environ, "SQUAD_CRASH_AT": f"identity.{point}"},
    )

    code = await killed.wait()
    await Relay("identity", database, bus).trip()

    assert code == -signal.SIGKILL
    assert await arrived(bus) == sent * copies
    assert await database.pending(10) == []
    await bus.close()


async def test_goes_at_once_when_woken(
    books: Books[Statement],
    database: SqliteDatabase,
    bus: MemoryBus,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A commit rings the bell: the relay does not wait for its next look."""
    monkeypatch.setattr(outbox, "LOOK", 3600.0)
    relay = Relay("identity", database, bus)
    books.wake = relay.wake
    running = asyncio.create_task(relay.run())
    await asyncio.sleep(0)

    sent = await erase(books, "ann")
    async with asyncio.timeout(5):
        found = await bus.receive("search", limit=1, wait=1)

    assert [delivery.letter.id for delivery in found] == sent
    relay.stop()
    await running


async def test_looks_by_itself_when_nobody_wakes_it(
    books: Books[Statement],
    database: SqliteDatabase,
    bus: MemoryBus,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Letters of another process, or of a bell that was lost, go with the next look."""
    monkeypatch.setattr(outbox, "LOOK", 0.001)
    relay = Relay("identity", database, bus)
    running = asyncio.create_task(relay.run())
    await asyncio.sleep(0)

    sent = await erase(books, "ann")
    async with asyncio.timeout(5):
        found = await bus.receive("search", limit=1, wait=1)

    assert [delivery.letter.id for delivery in found] == sent
    relay.stop()
    await running


async def test_does_no_harm_beside_another(
    books: Books[Statement], database: SqliteDatabase, bus: MemoryBus
) -> None:
    """Two relays at once may carry a letter twice, never not at all."""
    sent = await erase(books, *[f"person {n}" for n in range(50)])
    relays = [Relay("identity", database, bus) for _ in range(2)]

    await asyncio.gather(*(relay.trip() for relay in relays))

    assert set(await arrived(bus)) == set(sent)
    assert await database.pending(10) == []


async def test_stops_when_told(database: SqliteDatabase, bus: MemoryBus) -> None:
    """`stop` ends a relay that sleeps, at once."""
    relay = Relay("identity", database, bus)
    running = asyncio.create_task(relay.run())
    await asyncio.sleep(0)

    relay.stop()

    async with asyncio.timeout(5):
        await running
