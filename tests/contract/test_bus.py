"""What every bus promises."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest
from tests.engines import Engines

from squad.adapters.bus import memory, sns_sqs, sqlite
from squad.adapters.clock.frozen import Frozen
from squad.adapters.clock.system import SystemClock
from squad.adapters.engines.aws import Aws
from squad.adapters.engines.sqs.plan import Plan, Setup
from squad.ports.bus import Bus, DeadLetter, Delivery, Depth
from squad.ports.clock import Clock
from squad.ports.unit import Letter, Unavailable

ALL = ["memory", "sqlite", "sns_sqs", "sns_sqs fifo"]
SHARED = ["sqlite", "sns_sqs", "sns_sqs fifo"]  # those that processes share

LONG = 8.0  # s, a visibility time in which a slow machine opens a bus and receives everything

Opener = Callable[[Clock], Awaitable[Bus]]


class Kind:
    """A kind of bus: how it is opened, again and again, and how time passes for it.

    Seconds: hidden, the visibility time; early, how long before a moment it is looked at; late,
    how long after; delay, of a retry; tick, between letters; slack, of a time that it tells;
    news, until another process has a letter.
    """

    hidden = 30.0
    early = 0.1
    late = 0.0
    delay = 90.0
    tick = 1.0
    slack = 1e-3
    news = 0.1
    rounds = 20

    def __init__(self, opener: Opener, clock: Frozen) -> None:
        self.open = opener
        self.clock: Clock = clock
        self._frozen = clock

    async def passes(self, seconds: float) -> None:
        """Nothing happens for so long."""
        self._frozen.advance(seconds)

    async def close(self) -> None:
        """Nothing is left open."""


class Amazon(Kind):
    """Queues outside: their own clock, whole seconds, and `squad provision` before a start."""

    hidden = 2.0
    early = 2.0  # looked at at once: a machine may be slow
    late = 0.2
    delay = 2.0
    tick = 0.3
    slack = 0.25
    news = 0.5
    rounds = 2

    def __init__(self, endpoint: str, fifo: bool) -> None:
        prefix = f"t{uuid.uuid4().hex[:12]}"
        self._stem = f"sns_sqs:?endpoint={endpoint}&prefix={prefix}&fifo={int(fifo)}&hold=0"
        self._plan: Plan | None = None
        self._opened: list[Bus | Aws] = []
        self.open = self._open
        self.clock = SystemClock()

    async def _open(self, clock: Clock) -> Bus:
        url = f"{self._stem}&visibility={self.hidden:.0f}"
        if self._plan is None:  # one for all: opening the clients is most of a test's time
            self._opened.append(aws := Aws("bus", url))
            self._plan = Plan(aws, await Setup.read(aws))
            await self._plan.make({})
        bus = cast(Bus, _Provisioned(self._plan, await sns_sqs.open(url, clock)))
        self._opened.append(bus)
        return bus

    async def passes(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def close(self) -> None:
        for bus in self._opened:
            await bus.close()


class _Provisioned:
    """Provisions a queue before it subscribes."""

    def __init__(self, plan: Plan, bus: Bus) -> None:
        self._plan = plan
        self._bus = bus

    async def subscribe(self, queue: str, types: Sequence[str]) -> None:
        await self._plan.make({queue: types})
        await self._bus.subscribe(queue, types)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bus, name)


@pytest.fixture(params=ALL)
async def kind(
    request: pytest.FixtureRequest, tmp_path: Path, clock: Frozen, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Kind]:
    """Each kind of bus, empty; what lasts is there when it is opened again."""
    if request.param.startswith("sns_sqs"):
        engines: Engines = request.getfixturevalue("engines")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        found: Kind = Amazon(engines("ministack"), request.param.endswith("fifo"))
    elif request.param == "sqlite":
        found = Kind(lambda clock: sqlite.open(f"sqlite:{tmp_path}/bus.db", clock), clock)
    else:
        found = Kind(lambda clock: memory.open("memory:", clock), clock)
    yield found
    await found.close()


shared = pytest.mark.parametrize("kind", SHARED, indirect=True)


@pytest.fixture
async def bus(kind: Kind) -> AsyncIterator[Bus]:
    """A bus with one queue, `search`, that wants everything about tickets."""
    opened = await kind.open(kind.clock)
    await opened.subscribe("search", ["squad.tickets.*"])
    yield opened
    await opened.close()


def letter(id: str, type: str = "squad.tickets.created.v1") -> Letter:
    """A letter whose body nobody opens here."""
    return Letter(id, type, f"subject of {id}", b'{"id":"' + id.encode() + b'"}')


async def take(bus: Bus, queue: str = "search", limit: int = 10) -> list[Delivery]:
    """What is there to be received now."""
    return await bus.receive(queue, limit=limit, wait=0)


async def ids(bus: Bus, queue: str = "search") -> list[str]:
    """The ids of the letters that are there to be received now, sorted: no order is promised."""
    return sorted(delivery.letter.id for delivery in await take(bus, queue))


async def bury(bus: Bus, *names: str, queue: str = "search") -> list[DeadLetter]:
    """Publishes letters and buries them, one after the other."""
    for name in names:
        await bus.publish([letter(name)])
        for delivery in await take(bus, queue):
            await bus.bury(delivery, f"cannot read {delivery.letter.id}")
    return await bus.dead(queue)


async def test_hands_out_what_was_published(bus: Bus, kind: Kind) -> None:
    """A delivery carries the letter whole, its queue, the moment and the count."""
    sent = Letter("1", "squad.tickets.closed.v1", "ticket 7", "déjà \x00".encode())
    moment = kind.clock.now().timestamp()

    await bus.publish([sent])
    await kind.passes(5 * kind.tick)
    (delivery,) = await take(bus)

    assert delivery.letter == sent
    assert (delivery.queue, delivery.receives) == ("search", 1)
    assert delivery.published_at == pytest.approx(moment, abs=kind.slack)


async def test_gives_each_subscribed_queue_its_own_copy(bus: Bus) -> None:
    """Acknowledging in one queue leaves the other queue's copy."""
    await bus.subscribe("routing", ["squad.tickets.*"])
    await bus.publish([letter("1")])

    await bus.ack(await take(bus, "search"))

    assert await ids(bus, "routing") == ["1"]


async def test_delivers_by_exact_type_or_prefix(bus: Bus) -> None:
    """A pattern is one type, or a beginning that ends in `*`; two that match give one copy."""
    await bus.subscribe("exact", ["squad.tickets.created.v1"])
    await bus.subscribe("all", ["*", "squad.*"])
    kinds = ["squad.tickets.created.v1", "squad.tickets.created.v10", "squad.identity.erased.v1"]

    await bus.publish([letter(str(n), kind) for n, kind in enumerate(kinds)])

    assert await ids(bus, "search") == ["0", "1"]
    assert await ids(bus, "exact") == ["0"]
    assert await ids(bus, "all") == ["0", "1", "2"]


async def test_delivers_only_from_the_subscription_on(bus: Bus) -> None:
    """What was published before is not there; without any subscriber a letter goes nowhere."""
    await bus.publish([letter("early"), letter("nobody", "squad.weather.v1")])

    await bus.subscribe("late", ["*"])

    assert await ids(bus, "late") == []


async def test_replaces_the_patterns_of_a_queue(bus: Bus) -> None:
    """Subscribing anew keeps the letters that wait, and changes which ones come."""
    await bus.publish([letter("1")])

    await bus.subscribe("search", ["squad.people.*"])
    await bus.publish([letter("2"), letter("3", "squad.people.added.v1")])

    assert await ids(bus) == ["1", "3"]


async def test_subscribes_twice_with_one_effect(bus: Bus) -> None:
    """Repeating a subscription doubles nothing and loses nothing."""
    await bus.publish([letter("1")])

    await bus.subscribe("search", ["squad.tickets.*"])
    await bus.publish([letter("2")])

    assert await ids(bus) == ["1", "2"]


async def test_can_publish_again(bus: Bus) -> None:
    """Publishing is safe to repeat: at least once, and the same id tells.

    A bus may know the letter again and keep one.
    """
    await bus.publish([letter("1")])

    await bus.publish([letter("1")])

    assert set(await ids(bus)) == {"1"}


async def test_hands_out_no_more_than_asked(bus: Bus) -> None:
    """`limit` bounds a receive; the rest comes with the next, and nothing comes twice."""
    await bus.publish([letter(str(n)) for n in range(5)])

    batches = [await take(bus, limit=2) for _ in range(4)]

    assert [len(batch) for batch in batches] == [2, 2, 1, 0]
    assert len({delivery.letter.id for batch in batches for delivery in batch}) == 5


async def test_receives_nothing_from_an_unknown_queue(bus: Bus) -> None:
    """A queue that nobody made is empty."""
    assert await take(bus, "nobody") == []


async def test_removes_what_was_acknowledged(bus: Bus, kind: Kind) -> None:
    """An acknowledged letter never comes again; the others of its batch do."""
    await bus.publish([letter("1"), letter("2"), letter("3")])
    batch = {delivery.letter.id: delivery for delivery in await take(bus)}

    await bus.ack([batch["1"], batch["3"]])
    await kind.passes(kind.hidden + kind.late)

    assert await ids(bus) == ["2"]


async def test_hides_a_letter_and_hands_it_out_again(bus: Bus, kind: Kind) -> None:
    """A letter that is neither acknowledged nor returned comes again after the visibility time."""
    await bus.publish([letter("1")])
    first = await take(bus)

    await kind.passes(kind.hidden - kind.early)
    hidden = await take(bus)
    await kind.passes(kind.early + kind.late)
    again = await take(bus)

    assert hidden == []
    assert [d.receives for d in (*first, *again)] == [1, 2]
    assert first[0].receipt != again[0].receipt
    assert first[0].published_at == again[0].published_at


@pytest.mark.parametrize("action", ["ack", "retry", "bury"])
async def test_ignores_a_receipt_of_an_earlier_delivery(bus: Bus, kind: Kind, action: str) -> None:
    """Who lost the letter to another receiver can no longer acknowledge, return or bury it."""
    await bus.publish([letter("1")])
    (slow,) = await take(bus)
    await kind.passes(kind.hidden + kind.late)
    (quick,) = await take(bus)

    await _act(bus, slow, action)
    hidden = await take(bus)
    await bus.retry(quick, 0)

    assert hidden == []
    assert await ids(bus) == ["1"]
    assert await bus.dead() == []


@pytest.mark.parametrize("done", ["ack", "retry", "bury"])
@pytest.mark.parametrize("action", ["ack", "retry", "bury"])
async def test_ignores_a_receipt_that_was_used(
    bus: Bus, kind: Kind, done: str, action: str
) -> None:
    """A receipt works once: after an ack, a retry or a burial it changes nothing."""
    await bus.publish([letter("1")])
    (delivery,) = await take(bus)
    await _act(bus, delivery, done)
    before = (await counts(bus), await bus.dead())

    await _act(bus, delivery, action)

    assert (await counts(bus), await bus.dead()) == before


async def counts(bus: Bus) -> list[Depth]:
    """How full each queue is, whatever the age of what waits."""
    return [msgspec.structs.replace(depth, oldest=0.0) for depth in await bus.depth()]


async def _act(bus: Bus, delivery: Delivery, action: str) -> None:
    if action == "ack":
        await bus.ack([delivery])
    elif action == "retry":
        await bus.retry(delivery, 0)
    else:
        await bus.bury(delivery, "late")


async def test_keeps_a_new_letter_from_an_old_receipt(bus: Bus, kind: Kind) -> None:
    """A repeated ack never removes a letter that took the place of the first.

    The bug that a drill found in the spike: row ids reused as receipts (FAULTS.md).
    """
    for n in range(kind.rounds):
        await bus.publish([letter(f"old {n}")])
        (old,) = await take(bus)
        await bus.ack([old])
        await bus.publish([letter(f"new {n}")])

        await bus.ack([old])
        (new,) = await take(bus)
        await bus.ack([old])
        await bus.retry(new, 0)

        assert await ids(bus) == [f"new {n}"]
        await kind.passes(kind.hidden + kind.late)
        await bus.ack(await take(bus))


async def test_retries_after_the_delay(bus: Bus, kind: Kind) -> None:
    """A returned letter stays away for the delay, then comes with its count raised."""
    await bus.publish([letter("1")])
    (delivery,) = await take(bus)

    await bus.retry(delivery, kind.delay)
    await kind.passes(kind.delay - kind.early)
    early = await take(bus)
    await kind.passes(kind.early + kind.late)
    (again,) = await take(bus)

    assert early == []
    assert (again.letter.id, again.receives) == ("1", 2)


async def test_buries_a_letter_with_the_reason(bus: Bus, kind: Kind) -> None:
    """A buried letter leaves its queue and can be seen whole, with why, when and how often."""
    await bus.publish([letter("1")])
    await kind.passes(7 * kind.tick)
    (delivery,) = await take(bus)

    moment = kind.clock.now().timestamp()
    await bus.bury(delivery, "unknown type")
    await kind.passes(kind.hidden + kind.late)
    (dead,) = await bus.dead()

    assert await take(bus) == []
    assert (dead.queue, dead.letter, dead.reason) == ("search", letter("1"), "unknown type")
    assert dead.receives == 1
    assert dead.buried_at == pytest.approx(moment, abs=kind.slack)


async def test_lists_dead_letters_page_by_page(bus: Bus) -> None:
    """Oldest first, by queue or all, going on after the last one seen."""
    await bus.subscribe("routing", ["*"])
    await bury(bus, "1", "2", "3")
    for delivery in await take(bus, "routing"):
        await bus.bury(delivery, "no")

    first = await bus.dead("search", limit=2)
    rest = await bus.dead("search", after=first[-1].id, limit=2)

    assert [dead.letter.id for dead in (*first, *rest)] == ["1", "2", "3"]
    assert len(await bus.dead()) == 6
    assert len(await bus.dead("routing")) == 3
    assert await bus.dead("nobody") == []


async def test_inspects_one_dead_letter(bus: Bus) -> None:
    """A dead letter is found by its id; what is no such id finds nothing."""
    (dead,) = await bury(bus, "1")

    found = await bus.inspect(dead.id)

    assert found == dead
    for wrong in ("", "999", "-1", "x", "1 or 1", "9" * 30, "²"):
        assert await bus.inspect(wrong) is None
        assert await bus.replay([wrong]) == await bus.discard([wrong], "no") == 0


async def test_lists_from_the_start_after_an_id_that_never_was(bus: Bus) -> None:
    """A cursor that is not ours does no harm."""
    await bury(bus, "1")

    assert [len(await bus.dead(after=wrong)) for wrong in ("", "x", "-1", "²")] == [1] * 4


async def test_replays_one_dead_letter(bus: Bus) -> None:
    """A replayed letter is back in its queue, as if never received, and no longer dead."""
    dead = await bury(bus, "1", "2")

    moved = await bus.replay([dead[0].id, dead[0].id])
    (delivery,) = await take(bus)

    assert moved == 1
    assert (delivery.letter, delivery.receives) == (dead[0].letter, 1)
    assert [d.id for d in await bus.dead()] == [dead[1].id]
    assert await bus.replay([dead[0].id]) == 0


async def test_replays_all_into_the_queues_they_came_from(bus: Bus) -> None:
    """Each dead letter goes back to its own queue and to no other that asked for its type."""
    await bus.subscribe("routing", ["*"])
    await bury(bus, "1", "2")
    await bus.ack(await take(bus, "routing"))
    await bus.publish([letter("3", "squad.people.added.v1")])
    for delivery in await take(bus, "routing"):
        await bus.bury(delivery, "no")

    moved = await bus.replay([dead.id for dead in await bus.dead()])

    assert (moved, await bus.dead()) == (3, [])
    assert (await ids(bus, "search"), await ids(bus, "routing")) == (["1", "2"], ["3"])


async def test_can_bury_a_replayed_letter_again(bus: Bus) -> None:
    """A replay that fails ends among the dead letters again, as a new one."""
    (dead,) = await bury(bus, "1")
    await bus.replay([dead.id])
    (delivery,) = await take(bus)

    await bus.bury(delivery, "still unreadable")
    (again,) = await bus.dead()

    assert (again.letter, again.reason) == (dead.letter, "still unreadable")
    assert again.id != dead.id


async def test_discards_dead_letters_for_good(bus: Bus, kind: Kind) -> None:
    """A discarded letter is nowhere any more; the others stay."""
    dead = await bury(bus, "1", "2", "3")

    gone = await bus.discard([dead[0].id, dead[2].id, dead[2].id], "test data")
    await kind.passes(kind.hidden + kind.late)

    assert gone == 2
    assert [d.letter.id for d in await bus.dead()] == ["2"]
    assert await take(bus) == []
    assert await bus.discard([dead[0].id], "again") == 0


async def test_tells_how_full_each_queue_is(bus: Bus, kind: Kind) -> None:
    """Waiting, hidden, dead, and the age of the oldest that waits."""
    await bury(bus, "dead")
    await bus.publish([letter("hidden")])
    await take(bus)
    await bus.publish([letter("1")])
    await kind.passes(2 * kind.tick)
    await bus.publish([letter("2")])
    await kind.passes(kind.tick)

    (depth,) = [depth for depth in await bus.depth() if depth.queue == "search"]

    assert (depth.waiting, depth.hidden, depth.dead) == (2, 1, 1)
    # How much older depends on what else this machine does.
    assert 3 * kind.tick - kind.slack <= depth.oldest <= 3 * kind.tick + 5.0


async def test_tells_of_empty_and_of_abandoned_queues(bus: Bus) -> None:
    """An empty queue has depth 0; one that lost its subscription still shows what is in it."""
    await bus.subscribe("empty", ["*"])
    await bus.publish([letter("1")])
    await bus.ack(await take(bus, "empty"))

    await bus.subscribe("search", [])
    depths = {depth.queue: depth for depth in await bus.depth()}

    assert (depths["empty"].waiting, depths["empty"].oldest) == (0, 0.0)
    assert depths["search"].waiting == 1


async def test_waits_for_the_first_letter(kind: Kind) -> None:
    """A receiver that waits gets a letter as soon as it is published, not when its time is up."""
    bus = await kind.open(SystemClock())
    await bus.subscribe("search", ["*"])
    waiting = asyncio.create_task(bus.receive("search", limit=10, wait=30))

    await bus.publish([letter("1")])
    async with asyncio.timeout(5):
        found = await waiting

    assert [delivery.letter.id for delivery in found] == ["1"]
    await bus.close()


async def test_gives_up_waiting_in_time(kind: Kind) -> None:
    """Nothing within `wait` seconds is an empty answer."""
    bus, clock = await kind.open(SystemClock()), SystemClock()
    await bus.subscribe("search", ["*"])
    began = clock.monotonic()

    found = await bus.receive("search", limit=10, wait=0.05)

    assert found == []
    assert 0.04 < clock.monotonic() - began < 2
    await bus.close()


async def test_lets_receivers_go_when_it_closes(kind: Kind) -> None:
    """Closing ends a receive that waits, at once and without letters."""
    bus = await kind.open(SystemClock())
    waiting = asyncio.create_task(bus.receive("search", limit=10, wait=30))
    await asyncio.sleep(0)

    async with asyncio.timeout(5):
        await bus.close()
        found = await waiting

    assert found == []


async def test_refuses_letters_once_closed(kind: Kind) -> None:
    """Publishing to a closed bus is Unavailable: never a letter that looks accepted and is not."""
    bus = await kind.open(kind.clock)
    await bus.subscribe("search", ["*"])

    await bus.close()

    with pytest.raises(Unavailable):
        await bus.publish([letter("1")])


@shared
async def test_shows_letters_to_another_process_quickly(kind: Kind) -> None:
    """What one instance publishes, another receives within moments; both ways."""
    clock = SystemClock()
    one, two = await kind.open(clock), await kind.open(clock)
    await one.subscribe("one", ["*"])
    await two.subscribe("two", ["*"])
    delays = []

    for n, (sender, receiver, queue) in enumerate([(one, two, "two"), (two, one, "one")] * 5):
        waiting = asyncio.create_task(receiver.receive(queue, limit=1, wait=5))
        await asyncio.sleep(0)
        await sender.publish([letter(f"{n}")])
        published = clock.monotonic()
        (delivery,) = await waiting
        delays.append(clock.monotonic() - published)
        await receiver.ack([delivery])
        await sender.ack(await sender.receive("one" if queue == "two" else "two", limit=1, wait=1))

    assert sorted(delays)[len(delays) // 2] < kind.news
    await one.close()
    await two.close()


@shared
async def test_hands_a_letter_to_one_of_many_receivers(kind: Kind) -> None:
    """Two instances that receive side by side share the letters and get none twice."""
    kind.hidden = max(kind.hidden, LONG)
    one, two = await kind.open(kind.clock), await kind.open(kind.clock)
    await one.subscribe("search", ["*"])
    await one.publish([letter(str(n)) for n in range(200)])

    batches = await asyncio.gather(*(take(bus, limit=10) for bus in (one, two) * 20))

    found = [delivery.letter.id for batch in batches for delivery in batch]
    assert len(found) == len(set(found)) == 200
    await one.close()
    await two.close()


@shared
async def test_survives_the_end_of_every_process(kind: Kind) -> None:
    """Subscriptions, waiting, hidden and dead letters are there when it is opened again."""
    kind.hidden = max(kind.hidden, LONG)
    bus = await kind.open(kind.clock)
    await bus.subscribe("search", ["*"])
    (dead,) = await bury(bus, "dead")
    await bus.publish([letter("hidden")])
    (delivery,) = await take(bus)
    await bus.publish([letter("waiting")])
    await bus.close()

    bus = await kind.open(kind.clock)
    await bus.publish([letter("new")])

    assert await ids(bus) == ["new", "waiting"]
    assert await bus.dead() == [dead]
    await bus.ack([delivery])
    await kind.passes(kind.hidden + kind.late)
    assert await ids(bus) == ["new", "waiting"]
    await bus.close()
