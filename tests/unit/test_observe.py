"""Looking on: whole envelopes, made durable together, acknowledged after that."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from tests.conftest import NOON

from squad.adapters.bus import memory
from squad.adapters.bus.memory import MemoryBus
from squad.adapters.clock.frozen import Frozen
from squad.contracts.envelope import Envelope
from squad.contracts.operations import Handling
from squad.contracts.people import UserErased
from squad.kernel import dispatch
from squad.kernel.dispatch import Consumer
from squad.kernel.ids import derive
from squad.kernel.unit import letter_of
from squad.ports.unit import Cause, Letter, Unavailable


@pytest.fixture
async def bus(clock: Frozen) -> MemoryBus:
    """A bus with one queue that wants everything."""
    opened = await memory.open("memory:", clock)
    await opened.subscribe("watch", ["*"])
    return opened


def letter(number: int) -> Letter:
    """An event about somebody."""
    return letter_of(
        UserErased(id=derive(str(number))), id=derive("event", str(number)), version=number,
        source="identity", time=NOON, cause=Cause("why", actor="who"),
    )  # fmt: skip


class Watch:
    """Notes what it sees, and what of it had been settled when."""

    def __init__(self, bus: MemoryBus, clock: Frozen, *errors: Exception) -> None:
        self.seen: list[Envelope] = []
        self.settled: list[int] = []
        self.reports: list[Handling] = []
        self._errors = list(errors)
        self._bus = bus
        self.consumer = Consumer(
            "watch", bus, {}, clock,
            settle=self.settle, observer=self.see, report=self.reports.append, pace=0.001,
        )  # fmt: skip

    def see(self, envelope: Envelope) -> None:
        """Looks on."""
        if envelope.version == 13:
            raise KeyError("a bug")
        self.seen.append(envelope)

    async def settle(self) -> None:
        """Is called while all letters are still in the queue."""
        (depth,) = await self._bus.depth()
        self.settled.append(depth.waiting + depth.hidden)
        if self._errors:
            raise self._errors.pop(0)

    async def until(self, check: Callable[[], Awaitable[bool]]) -> None:
        """Runs the consumer until something holds."""
        task = asyncio.create_task(self.consumer.run())
        async with asyncio.timeout(5):
            while not await check():  # noqa: ASYNC110 - it rings no bell
                await asyncio.sleep(0.001)
        self.consumer.stop()
        await task


async def test_shows_the_whole_envelope(bus: MemoryBus, clock: Frozen) -> None:
    """Type, version, cause and actor, which a handler would not see."""
    watch = Watch(bus, clock)
    await bus.publish([letter(1), letter(2)])

    await watch.consumer.step(0)

    assert [(e.type, e.version, e.cause, e.actor) for e in watch.seen] == [
        (UserErased.type, number, "why", "who") for number in (1, 2)
    ]
    assert watch.settled == [2]
    assert (await bus.depth())[0].hidden == 0


async def test_reports_no_looking_on(bus: MemoryBus, clock: Frozen) -> None:
    """Else looking on would be looked at, for ever."""
    watch = Watch(bus, clock)
    await bus.publish([letter(1)])

    await watch.consumer.step(0)

    assert watch.reports == []


async def test_buries_what_it_chokes_on(bus: MemoryBus, clock: Frozen) -> None:
    """A bug or an unreadable letter costs that letter only."""
    watch = Watch(bus, clock)
    await bus.publish([letter(1), letter(13), Letter("x", "y", "z", b"\xff")])

    for _ in range(5):
        await watch.consumer.step(0)
        clock.advance(500)

    assert [e.version for e in watch.seen] == [1]
    reasons = {dead.letter.id: dead.reason for dead in await bus.dead()}
    assert reasons[derive("event", "13")] == "KeyError: 'a bug'"
    assert reasons["x"].startswith("unreadable: ")


@pytest.mark.parametrize("error", [Unavailable("down"), ZeroDivisionError("a bug")])
async def test_goes_on_after_a_batch_that_could_not_be_settled(
    bus: MemoryBus, clock: Frozen, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The letters stay, come again, and are acknowledged when they are durable."""
    monkeypatch.setattr(dispatch, "PAUSE", 0.001)
    watch = Watch(bus, clock, error)
    await bus.publish([letter(1)])

    async def empty() -> bool:
        clock.advance(5)
        (depth,) = await bus.depth()
        return depth.waiting + depth.hidden == 0

    await watch.until(empty)

    assert [e.version for e in watch.seen] == [1, 1]
