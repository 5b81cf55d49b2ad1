"""How letters are handled: acknowledged, tried again or buried."""

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from squad.adapters.bus import memory
from squad.adapters.bus.memory import MemoryBus
from squad.adapters.clock.frozen import Frozen
from squad.contracts.envelope import Event
from squad.contracts.operations import Handling
from squad.contracts.people import UserErased
from squad.contracts.tickets import AttachmentAdded
from squad.kernel import dispatch, trace
from squad.kernel.dispatch import Consumer, Handlers, backoff
from squad.kernel.ids import derive
from squad.kernel.unit import letter_of
from squad.ports.bus import RECEIVES
from squad.ports.unit import Cause, Conflict, Done, Duplicate, Letter, Unavailable

NOON = datetime(2026, 3, 2, 17, tzinfo=UTC)
TRACE = "00-" + "ab" * 16 + "-" + "cd" * 8 + "-01"


@pytest.fixture
async def bus(clock: Frozen) -> MemoryBus:
    """A bus with one queue that wants everything."""
    opened = await memory.open("memory:", clock)
    await opened.subscribe("search", ["*"])
    return opened


def consumer(bus: MemoryBus, clock: Frozen, handlers: Handlers, **options: Any) -> Consumer:
    """A consumer of that queue."""
    return Consumer("search", bus, handlers, clock, **options)


def erased(who: str, number: int = 0) -> Letter:
    """A letter about a person; `number` makes another event of it."""
    return sealed(UserErased(id=derive("person", who)), str(number))


def sealed(event: Event, *parts: str) -> Letter:
    """The event as it comes out of an outbox."""
    return letter_of(
        event,
        id=derive(event.type, event.subject, *parts),
        version=3,
        source="identity",
        time=NOON,
        cause=Cause(derive("command"), actor="somebody", trace=TRACE),
    )


async def drain(bus: MemoryBus, clock: Frozen, handlers: Handlers, rounds: int = 8) -> None:
    """Lets the consumer try until nothing is left to try: an hour in eight steps."""
    reader = consumer(bus, clock, handlers)
    for _ in range(rounds):
        await reader.step(0)
        clock.advance(500)


async def left(bus: MemoryBus) -> tuple[int, int]:
    """How many letters are in the queue, and how many are dead."""
    (depth,) = await bus.depth()
    return depth.waiting + depth.hidden, depth.dead


class Book:
    """Notes what was handled, and raises what it was told to, once each."""

    def __init__(self, *errors: Exception) -> None:
        self.events: list[Any] = []
        self.causes: list[Cause] = []
        self._errors = list(errors)

    async def note(self, event: Any, cause: Cause) -> None:
        """Handles an event."""
        self.events.append(event)
        self.causes.append(cause)
        if self._errors:
            raise self._errors.pop(0)

    def handlers(self) -> Handlers:
        """For events about erased people."""
        return {UserErased: self.note}


async def test_acknowledges_what_was_handled(bus: MemoryBus, clock: Frozen) -> None:
    """The handler gets the event whole; the letter is gone for good."""
    book = Book()
    await bus.publish([erased("ann")])

    count = await consumer(bus, clock, book.handlers()).step(0)

    assert count == 1
    assert book.events == [UserErased(id=derive("person", "ann"))]
    assert await left(bus) == (0, 0)


async def test_gives_the_handler_the_events_cause(bus: MemoryBus, clock: Frozen) -> None:
    """The event's id is the cause; the actor and the trace go on, one span below."""
    book = Book()
    sent = erased("ann")
    await bus.publish([sent])

    await drain(bus, clock, book.handlers())
    (cause,) = book.causes

    assert (cause.id, cause.actor) == (sent.id, "somebody")
    assert trace.trace_id(cause.trace) == trace.trace_id(TRACE)
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", cause.trace)
    assert cause.trace != TRACE


async def test_acknowledges_a_duplicate(bus: MemoryBus, clock: Frozen) -> None:
    """What the inbox knows already is done: no second try, nothing dead."""
    reports: list[Handling] = []
    book = Book(Duplicate(Done(b"", b"")))
    await bus.publish([erased("ann")])

    await consumer(bus, clock, book.handlers(), report=reports.append).step(0)

    assert await left(bus) == (0, 0)
    assert [handling.outcome for handling in reports] == ["duplicate"]


async def test_loads_again_after_a_conflict(bus: MemoryBus, clock: Frozen) -> None:
    """Stale data is loaded again at once, within the same delivery."""
    book = Book(Conflict("stale"), Conflict("stale"))
    await bus.publish([erased("ann")])

    await consumer(bus, clock, book.handlers()).step(0)

    assert len(book.events) == 3
    assert await left(bus) == (0, 0)


async def test_tries_later_when_conflicts_do_not_end(bus: MemoryBus, clock: Frozen) -> None:
    """After five reloads in a row the letter goes back to the queue."""
    book = Book(*[Conflict("stale")] * 5)
    await bus.publish([erased("ann")])
    reader = consumer(bus, clock, book.handlers())

    await reader.step(0)
    waiting = await left(bus)
    clock.advance(1)
    await reader.step(0)

    assert waiting == (1, 0)
    assert len(book.events) == 6
    assert await left(bus) == (0, 0)


async def test_waits_longer_after_each_try(bus: MemoryBus, clock: Frozen) -> None:
    """What is unavailable is tried again after about 0.2 s, 2 s, 15 s and 60 s."""
    book = Book(*[Unavailable("down")] * 4)
    await bus.publish([erased("ann")])
    reader = consumer(bus, clock, book.handlers())
    tries = []

    await reader.step(0)
    for seconds in (0.2, 2.0, 15.0, 60.0):
        clock.advance(seconds * 0.79)
        early = await reader.step(0)
        clock.advance(seconds * 0.42)
        tries.append((early, await reader.step(0)))

    assert tries == [(0, 1)] * 4
    assert await left(bus) == (0, 0)


def test_spreads_tries_so_that_letters_do_not_come_in_step() -> None:
    """Delays differ by up to 20 % around the table, which ends at a minute."""
    delays = [backoff(receives) for receives in (1, 5, 50) for _ in range(200)]

    assert 0.16 <= min(delays) <= 0.24
    assert min(delays[200:]) >= 48
    assert max(delays) <= 72
    assert len(set(delays)) > 500


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (Unavailable("database down"), "unavailable: database down"),
        (KeyError("spot"), "KeyError: 'spot'"),
        (ValueError("latitude"), "ValueError: latitude"),
    ],
)
async def test_buries_a_letter_the_fifth_time(
    bus: MemoryBus, clock: Frozen, error: Exception, reason: str
) -> None:
    """What fails in five receives is parked, whole and with the last reason."""
    sent = erased("ann")
    await bus.publish([sent])
    book = Book(*[error] * 9)

    await drain(bus, clock, book.handlers())
    (dead,) = await bus.dead()

    assert len(book.events) == RECEIVES == 5
    assert (dead.letter, dead.reason, dead.receives) == (sent, reason, 5)
    assert await left(bus) == (0, 1)


def broken(change: Callable[[bytes], bytes], type: str = UserErased.type) -> Letter:
    """A letter whose body was changed."""
    sent = erased("ann")
    return Letter(sent.id, type, sent.subject, change(sent.body))


@pytest.mark.parametrize(
    ("letter", "reason"),
    [
        (broken(lambda body: b""), "unreadable: not a CloudEvent"),
        (broken(lambda body: b"\xff\xfe{"), "unreadable: not a CloudEvent"),
        (broken(lambda body: b"[" * 100_000), "unreadable: not a CloudEvent"),
        (broken(lambda body: body[:-9]), "unreadable: not a CloudEvent"),
        (broken(lambda body: body.replace(b"erased.v1", b"erased.v2")), "unknown type"),
        (broken(lambda body: body.replace(b"identity.", b"payroll.")), "unknown type"),
        (broken(lambda body: body.replace(b'"id":"', b'"id":"x', 2)), UserErased.type),
        (broken(lambda body: body.replace(b'{"id":', b'{"who":')), "missing required field"),
    ],
)
async def test_buries_what_it_cannot_read(
    bus: MemoryBus, clock: Frozen, letter: Letter, reason: str
) -> None:
    """Garbage, an unknown type or version, unfit data: parked, and no handler sees it."""
    book = Book()
    await bus.publish([letter])

    await drain(bus, clock, book.handlers())
    (dead,) = await bus.dead()

    assert reason in dead.reason
    assert dead.letter == letter
    assert book.events == []


async def test_buries_what_nobody_handles(bus: MemoryBus, clock: Frozen) -> None:
    """A known event without a handler is a mistake of wiring: it is kept, not dropped."""
    event = AttachmentAdded(
        id=derive("a"),
        ticket=derive("t"),
        author=derive("p"),
        visibility="public",
        media="image/png",
        size=1,
    )
    await bus.publish([sealed(event)])

    await drain(bus, clock, Book().handlers())
    (dead,) = await bus.dead()

    assert dead.reason == "no handler for squad.tickets.attachment_added.v1"


async def test_lets_the_rest_flow_past_poison(bus: MemoryBus, clock: Frozen) -> None:
    """Unreadable letters hold up nobody, not even those about the same subject."""
    book = Book()
    sent = [erased("ann", n) for n in range(3)]
    poison = [broken(lambda body: b"poison") for _ in range(3)]
    await bus.publish([letter for pair in zip(poison, sent, strict=True) for letter in pair])

    await consumer(bus, clock, book.handlers()).step(0)

    assert len(book.events) == 3
    assert await left(bus) == (3, 0)


async def test_replays_what_was_mended(bus: MemoryBus, clock: Frozen) -> None:
    """After the fix a replay handles the dead letters, and none is left."""
    await bus.publish([erased("ann", n) for n in range(3)])
    await drain(bus, clock, Book(*[KeyError("bug")] * 15).handlers())
    dead = await bus.dead()
    mended = Book()

    await bus.replay([letter.id for letter in dead])
    await drain(bus, clock, mended.handlers())

    assert len(dead) == len(mended.events) == 3
    assert await left(bus) == (0, 0)


async def test_handles_letters_of_one_subject_in_turn(bus: MemoryBus, clock: Frozen) -> None:
    """Never two of one subject at once; different subjects go side by side."""
    people = {derive("person", who): who for who in ("ann", "bob", "eve")}
    running: list[str] = []
    most = 0
    clashes = 0

    async def handle(event: UserErased, cause: Cause) -> None:
        nonlocal most, clashes
        who = people[event.id]
        clashes += who in running
        running.append(who)
        most = max(most, len(running))
        for _ in range(5):
            await asyncio.sleep(0)
        running.remove(who)

    await bus.publish([erased(who, n) for n in range(4) for who in people.values()])
    await consumer(bus, clock, {UserErased: handle}).step(0)

    assert (most, clashes) == (3, 0)
    assert await left(bus) == (0, 0)


async def test_keeps_the_order_of_one_subject(bus: MemoryBus, clock: Frozen) -> None:
    """Within a batch, letters of one subject are handled as the bus gave them."""
    book = Book()
    sent = [erased("ann", n) for n in range(20)]
    await bus.publish(sent)

    await consumer(bus, clock, book.handlers()).step(0)

    assert [cause.id for cause in book.causes] == [letter.id for letter in sent]


async def test_acknowledges_only_after_the_batch_is_settled(bus: MemoryBus, clock: Frozen) -> None:
    """A store that makes changes durable in batches does so before the acks."""
    book = Book()
    seen: list[tuple[int, int]] = []

    async def settle() -> None:
        seen.append((len(book.events), (await left(bus))[0]))

    await bus.publish([erased("ann", n) for n in range(3)])
    await consumer(bus, clock, book.handlers(), settle=settle).step(0)

    assert seen == [(3, 3)]
    assert await left(bus) == (0, 0)


async def test_hands_out_again_what_could_not_be_settled(bus: MemoryBus, clock: Frozen) -> None:
    """When the batch cannot be made durable, nothing of it is acknowledged."""

    async def settle() -> None:
        raise Unavailable("disk full")

    await bus.publish([erased("ann")])
    with pytest.raises(Unavailable):
        await consumer(bus, clock, Book().handlers(), settle=settle).step(0)
    clock.advance(30)
    again = Book()
    await consumer(bus, clock, again.handlers()).step(0)

    assert len(again.events) == 1


async def test_gives_up_a_handler_that_hangs(
    bus: MemoryBus, clock: Frozen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A handler that never ends is cut off, so that its queue goes on; the letter comes again."""
    monkeypatch.setattr(dispatch, "HANDLING", 0.01)
    stuck = asyncio.Event()

    async def hang(event: UserErased, cause: Cause) -> None:
        await stuck.wait()

    await bus.publish([erased("ann"), erased("bob")])
    await consumer(bus, clock, {UserErased: hang}).step(0)
    book = Book()
    clock.advance(1)
    await consumer(bus, clock, book.handlers()).step(0)

    assert len(book.events) == 2


async def test_reports_each_handling(bus: MemoryBus, clock: Frozen) -> None:
    """Monitoring learns of every letter: which, when, how often, with what outcome."""
    reports: list[Handling] = []
    sent = erased("ann")
    await bus.publish([sent])
    clock.advance(2)
    reader = consumer(bus, clock, Book(KeyError("x")).handlers(), report=reports.append)

    await reader.step(0)
    clock.advance(1)
    await reader.step(0)

    assert [(r.event, r.receives, r.outcome) for r in reports] == [
        (sent.id, 1, "retry"),
        (sent.id, 2, "ack"),
    ]
    assert [round(r.handled - r.published, 3) for r in reports] == [2.0, 3.0]


async def test_stops_after_the_batch_at_hand(bus: MemoryBus, clock: Frozen) -> None:
    """Stopping finishes what was begun, and takes nothing more."""
    handled: list[str] = []

    async def handle(event: UserErased, cause: Cause) -> None:
        reader.stop()
        handled.append(event.id)

    reader = consumer(bus, clock, {UserErased: handle})
    await bus.publish([erased(str(n)) for n in range(200)])
    async with asyncio.timeout(5):
        await reader.run()

    assert len(handled) == dispatch.BATCH
    assert (await left(bus))[0] == 200 - dispatch.BATCH
