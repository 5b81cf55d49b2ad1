"""The post: what waits is sent, once by one of many nodes, and never lost."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from squad.adapters.clock.frozen import Frozen
from squad.adapters.documents import sqlite
from squad.adapters.documents.sqlite import SqliteDocuments
from squad.contracts.engagement import NotificationFailed
from squad.contracts.registry import open_letter
from squad.kernel.ids import derive
from squad.kernel.post import BATCH, CLAIM, PATIENCE, RETRY, SHARDS, Later, Parcel, Post, hold
from squad.kernel.unit import Books
from squad.ports.documents import Put
from squad.ports.notifier import Message, Refused
from squad.ports.unit import Cause, Unavailable

PERSON = derive("person")
Answer = Callable[[Message], None]


class Channel:
    """A notifier that takes what it is told to: to stand in for servers that are down."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.asked = 0
        self.answer: Answer = lambda message: None
        self.some = asyncio.Event()
        self.goes_on = asyncio.Event()
        self.goes_on.set()

    async def send(self, message: Message) -> None:
        """This will take the message, or do what the test says."""
        self.asked += 1
        await asyncio.sleep(0)
        self.answer(message)
        self.taken.append(message.id)
        self.some.set()
        await self.goes_on.wait()

    async def close(self) -> None:
        """This will do nothing."""


class Office:
    """Some posts on one store, as nodes have them."""

    def __init__(self, documents: SqliteDocuments, clock: Frozen) -> None:
        self.documents = documents
        self.clock = clock
        self.channel = Channel()
        self.written: dict[str, Message | Later | None] = {}
        self.books = Books("engagement", documents, clock)

    def post(self) -> Post:
        """One more node."""
        return Post(self.books, self.documents, self.channel, write=self._write, lost=self._lost)

    async def _write(self, parcel: Parcel) -> Message | Later | None:
        text = msgspec.json.decode(parcel.content, type=str)
        if text == "broken":
            raise RuntimeError("a bug")
        return self.written.get(text, Message(parcel.id, "ana@example.com", text, text))

    def _lost(self, parcel: Parcel, reason: str) -> NotificationFailed:
        return NotificationFailed(id=parcel.id, person=PERSON, channel="mail", reason=reason)

    async def add(self, *texts: str, due: float = 0.0) -> Sequence[str]:
        """Parcels, one for each text; their ids."""
        ids, puts = [derive(text) for text in texts], list[Put]()
        for id, text in zip(ids, texts, strict=True):
            puts.append(hold(id, text, self.clock.now() + timedelta(seconds=due)))
        for start in range(0, len(puts), 90):
            await self.documents.commit(Cause(""), puts[start : start + 90], [], b"")
        return ids

    async def round(self, *posts: Post) -> int:
        """One look at every shard by each node at the same time."""
        nodes = posts or (self.post(),)
        return sum(await asyncio.gather(*(p.deliver(shard) for p in nodes for shard in SHARDS)))

    async def waiting(self) -> list[Parcel]:
        """What is not sent yet."""
        found = [await self.documents.list("mail", shard, limit=1000) for shard in SHARDS]
        return [msgspec.json.decode(d.body, type=Parcel) for part in found for d in part]

    async def failures(self) -> list[NotificationFailed]:
        """What was told of failures."""
        events = [open_letter(letter.body)[1] for letter in await self.documents.pending(100)]
        return [event for event in events if isinstance(event, NotificationFailed)]


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """A store without parcels."""
    clock = Frozen(datetime(2026, 3, 2, 15, tzinfo=UTC))
    documents = await sqlite.open(f"sqlite:{tmp_path}/post.db", clock)
    yield Office(documents, clock)
    await documents.close()


async def test_sends_what_is_due(office: Office) -> None:
    """Each parcel once, under its own id; then nothing waits."""
    ids = await office.add(*(f"text {n}" for n in range(100)))

    sent = await office.round()

    assert sent == 100
    assert sorted(office.channel.taken) == sorted(ids)
    assert await office.waiting() == []
    assert await office.round() == 0


async def test_waits_until_it_is_due(office: Office) -> None:
    """Not a millisecond before."""
    await office.add("later", due=60.0)
    office.clock.advance(59.999)
    early = await office.round()
    office.clock.advance(0.001)

    assert (early, await office.round()) == (0, 1)


async def test_takes_batches_in_the_order_they_are_due(office: Office) -> None:
    """A backlog is worked off, oldest first."""
    old = await office.add(*(f"old {n}" for n in range(5 * BATCH)))
    office.clock.advance(1)
    new = await office.add(*(f"new {n}" for n in range(BATCH)))

    while await office.round():
        pass

    first = {shard: [id for id in office.channel.taken if int(id[0], 16) % 4 == int(shard)]
             for shard in SHARDS}  # fmt: skip
    assert sorted(office.channel.taken) == sorted([*old, *new])
    assert all(ids == sorted(ids, key=lambda id: id in new) for ids in first.values())


async def test_is_sent_by_one_of_many_nodes(office: Office) -> None:
    """Three nodes at once, over and over: nothing twice, nothing left."""
    ids = await office.add(*(f"text {n}" for n in range(300)))
    nodes = [office.post() for _ in range(3)]

    for _ in range(10):
        await office.round(*nodes)

    assert sorted(office.channel.taken) == sorted(ids)
    assert await office.waiting() == []


async def test_comes_up_again_after_a_crash(office: Office) -> None:
    """What a dead node had taken is left alone for a while, then sent with the same id."""
    (id,) = await office.add("text")
    office.channel.goes_on.clear()
    batch = asyncio.ensure_future(office.round())
    await office.channel.some.wait()  # sent, and dead before it is marked
    batch.cancel()
    office.channel.goes_on.set()
    soon = await office.round()
    office.clock.advance(CLAIM.total_seconds())

    assert (soon, await office.round()) == (0, 1)
    assert office.channel.taken == [id, id]
    assert await office.waiting() == []


async def test_tries_again_while_the_channel_is_down(office: Office) -> None:
    """After 10 s, 30 s, 2 min … it goes out once the channel is back, and has not failed."""
    await office.add("text")
    office.channel.answer = _raise(Unavailable("down"))
    tries = []

    for pause in (*RETRY, RETRY[-1]):
        tries.append((office.channel.asked, await office.round(), office.channel.asked))
        office.clock.advance(pause * 0.79)
        assert await office.round() == 0
        office.clock.advance(pause * 0.42)
    office.channel.answer = lambda message: None

    assert tries == [(n, 0, n + 1) for n in range(len(RETRY) + 1)]
    assert await office.round() == 1
    assert len(office.channel.taken) == 1
    assert await office.failures() == []


async def test_gives_up_after_a_day(office: Office) -> None:
    """Then it has failed: an event tells so, once, and the mail is kept to look at."""
    (id,) = await office.add("text")
    office.channel.answer = _raise(Unavailable("down"))
    await office.round()
    office.clock.advance(PATIENCE.total_seconds())

    assert await office.round() == 1
    assert await office.failures() == [
        NotificationFailed(id=id, person=PERSON, channel="mail", reason="expired")
    ]
    assert await office.waiting() == []
    assert await office.documents.get("failed", PERSON, id) is not None


async def test_does_not_try_again_what_is_refused(office: Office) -> None:
    """A bad address fails at once, and only that mail; the reason names no address."""
    bad, good = await office.add("bad", "good")

    def answer(message: Message) -> None:
        if message.id == bad:
            raise Refused("550 <ana@example.com>: no such user")

    office.channel.answer = answer
    await office.round()

    (failure,) = await office.failures()
    assert (failure.id, failure.reason) == (bad, "refused")
    assert office.channel.taken == [good]
    assert await office.waiting() == []


async def test_tells_of_each_failure(office: Office) -> None:
    """Two failures of one person are two events, each with an id of its own, the same for ever."""
    ids = await office.add("one", "two")
    office.channel.answer = _raise(Refused("no"))

    await office.round()

    letters = await office.documents.pending(10)
    assert len({letter.id for letter in letters}) == 2
    assert {failure.id for failure in await office.failures()} == set(ids)


async def test_is_not_stopped_by_one_that_cannot_be_written(office: Office) -> None:
    """A bug in one mail's words delays that mail, then fails it; the others go out once."""
    broken, *rest = await office.add("broken", *(f"text {n}" for n in range(50)))

    for _ in range(3):
        await office.round()
    office.clock.advance(PATIENCE.total_seconds())
    await office.round()

    assert sorted(office.channel.taken) == sorted(rest)
    assert [(f.id, f.reason) for f in await office.failures()] == [(broken, "broken")]


async def test_asks_what_is_wanted_when_it_sends(office: Office) -> None:
    """What is not wanted any more is dropped; what must wait waits, however often, and is sent."""
    await office.add("unwanted", "held", "unknown")
    until = office.clock.now() + timedelta(days=3)
    office.written = {"unwanted": None, "held": Later(until), "unknown": Later(reason="unknown")}

    await office.round()
    left = {parcel.id for parcel in await office.waiting()}
    office.clock.advance(timedelta(days=3).total_seconds())
    office.written = {"unknown": Later(reason="unknown")}
    await office.round()

    assert left == {derive("held"), derive("unknown")}
    assert office.channel.taken == [derive("held")]
    assert [(f.id, f.reason) for f in await office.failures()] == [(derive("unknown"), "unknown")]


async def test_keeps_one_parcel_of_an_id(office: Office) -> None:
    """Held again for the same moment, it is one mail."""
    await office.add("text", due=60.0)
    await office.add("text", due=60.0)
    office.clock.advance(60)

    assert await office.round() == 1
    assert len(office.channel.taken) == 1


async def test_finishes_its_batch_when_it_is_stopped(office: Office) -> None:
    """A graceful stop in the middle of a batch leaves nothing that would be sent again."""
    ids = await office.add(*(f"text {n}" for n in range(20)))
    post = office.post()
    loops = [asyncio.ensure_future(post.run(shard)) for shard in SHARDS]
    await office.channel.some.wait()

    for loop in loops:
        loop.cancel()
    await asyncio.gather(*loops, return_exceptions=True)

    assert all(loop.cancelled() for loop in loops)
    left = {parcel.id for parcel in await office.waiting()}
    assert left.isdisjoint(office.channel.taken)
    assert left | set(office.channel.taken) == set(ids)


def _raise(error: Exception) -> Answer:
    def answer(message: Message) -> None:
        raise error

    return answer
