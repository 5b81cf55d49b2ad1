"""The post: messages to people that wait as documents until the notifier has taken them."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, TypeAlias

import msgspec

from squad.contracts.envelope import Event
from squad.kernel import crash, log
from squad.kernel.ids import derive
from squad.kernel.unit import Books
from squad.ports.documents import Documents, Put
from squad.ports.notifier import Message, Notifier, Refused
from squad.ports.unit import Cause, Conflict, Duplicate, Unavailable

SHARDS = ("0", "1", "2", "3")  # partitions (Amazon DynamoDB takes 1,000 writes/s in each)
BATCH = 48  # parcels taken at once; two writes each (squad.ports.documents.ITEMS)
CLAIM = timedelta(seconds=30)  # that a parcel taken is left alone by other nodes
SEND = 10.0  # s that the notifier may take for one message; a batch stops to begin more after it
HANDS = 8  # messages of a shard sent at the same time
LOOK = 0.25  # s between looks: a few full batches cost less than many small ones
IDLE = 1.0  # s between looks at a shard that has been empty for a while
PATIENCE = timedelta(hours=24)  # that a message is tried again
RETRY = (10.0, 30.0, 120.0, 600.0, 1_800.0)  # s before the 2nd, 3rd … try
KEEP = 90 * 86_400.0  # s that what failed is kept, to look at

FREE = Cause("")  # of work that is safe to repeat
_log = log.get("post")


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """A message that waits. id: the message's, for ever. until: it has failed then."""

    id: str
    until: datetime
    content: msgspec.Raw
    tries: int = 0


class Later(msgspec.Struct, frozen=True):
    """Not now: at `due`, or after a while where it is None. reason: of the failure in the end."""

    due: datetime | None = None
    reason: str = "expired"


class _Again(NamedTuple):
    parcel: Parcel
    due: datetime


Written: TypeAlias = Message | Later | None
Fate: TypeAlias = _Again | str | None  # put off, failed for a reason, or done with


class _Waiting(NamedTuple):
    shard: str
    sort: str
    version: int
    parcel: Parcel


def hold(id: str, content: object, due: datetime) -> Put:
    """This will keep a message until `due` and then until it is sent. Again: the same parcel."""
    parcel = Parcel(id=id, until=due + PATIENCE, content=msgspec.Raw(_encode(content)))
    return _put(SHARDS[int(id[0], 16) % len(SHARDS)], parcel, due)


class Post:
    """Sends parcels, at least once each, with one id for ever. Two nodes may share the work.

    A parcel is taken by moving it CLAIM into the future, guarded by its version; what is not
    done with by then (a crash) comes up again, with the same message id.

    write: puts a parcel's content into words now; None where it is not wanted any more.
    lost: the event that tells of a failure for good; reason: "refused" or what Later says.
    """

    def __init__(
        self, books: Books[Put], documents: Documents, notifier: Notifier, *,
        write: Callable[[Parcel], Awaitable[Written]], lost: Callable[[Parcel, str], Event],
    ) -> None:  # fmt: skip
        self._books = books
        self._documents = documents
        self._notifier = notifier
        self._write = write
        self._lost = lost

    async def run(self, shard: str) -> None:
        """This will send what is due until cancelled; the batch at hand is finished first."""
        pause = LOOK
        while True:
            batch = asyncio.ensure_future(self.deliver(shard))
            try:
                sent = await asyncio.shield(batch)
            except asyncio.CancelledError:
                await asyncio.wait([batch])
                raise
            pause = LOOK if sent else min(pause * 1.5, IDLE)
            if sent < BATCH:
                await asyncio.sleep(pause * random.uniform(0.8, 1.2))

    async def deliver(self, shard: str) -> int:
        """This will send one batch. Returns how many parcels are done with. Raises Unavailable."""
        now = self._books.clock.now()
        due = await self._due(shard, now)
        if not due:
            return 0
        try:
            taken = await self._take(due, now)
        except Conflict:
            return 0  # another node was faster
        crash.point("post.taken")
        hands, end = asyncio.Semaphore(HANDS), self._books.clock.monotonic() + SEND
        fates = await asyncio.gather(*(self._send(waiting.parcel, hands, end) for waiting in taken))
        crash.point("post.sent")
        await self._settle(taken, fates)
        return sum(not isinstance(fate, _Again) for fate in fates)

    async def _due(self, shard: str, now: datetime) -> list[_Waiting]:
        found = await self._documents.list("mail", shard, limit=BATCH)
        last = f"{_moment(now)}~"
        return [_Waiting(shard, d.sort, d.version, _decode(d.body)) for d in found if d.sort < last]

    async def _take(self, due: Sequence[_Waiting], now: datetime) -> list[_Waiting]:
        taken, unit = [], self._books.open(FREE)
        for waiting in due:
            put = _put(waiting.shard, waiting.parcel, now + CLAIM)
            unit.write(Put("mail", waiting.shard, waiting.sort, None, waiting.version), put)
            taken.append(waiting._replace(sort=put.sort))
        await unit.commit()
        return taken

    async def _send(self, parcel: Parcel, hands: asyncio.Semaphore, end: float) -> Fate:
        async with hands:
            if self._books.clock.monotonic() > end:
                return _Again(parcel, self._books.clock.now())
            try:
                written = await self._write(parcel)
                if isinstance(written, Message):
                    async with asyncio.timeout(SEND):
                        await self._notifier.send(written)
                    return None
            except Refused:
                return "refused"
            except (Unavailable, TimeoutError) as error:
                _log.warning("mail.waits", mail=parcel.id, reason=type(error).__name__)
                written = Later()
            except Exception:  # one mail that cannot be written must not stop the others
                _log.exception("mail.failed", mail=parcel.id)
                written = Later(reason="broken")
        return self._again(parcel, written) if written else None

    def _again(self, parcel: Parcel, later: Later) -> Fate:
        if later.due is not None:
            return _Again(parcel, later.due)
        now = self._books.clock.now()
        if now >= parcel.until:
            return later.reason
        pause = RETRY[min(parcel.tries, len(RETRY) - 1)] * random.uniform(0.8, 1.2)
        tried = msgspec.structs.replace(parcel, tries=parcel.tries + 1)
        return _Again(tried, now + timedelta(seconds=pause))

    async def _settle(self, taken: Sequence[_Waiting], fates: Sequence[Fate]) -> None:
        """Everything that is sent or put off in one commit; each failure in its own unit."""
        unit = self._books.open(FREE)
        for waiting, fate in zip(taken, fates, strict=True):
            gone = Put("mail", waiting.shard, waiting.sort, None)
            if isinstance(fate, str):
                await self._fail(waiting.parcel, fate, gone)
                continue
            unit.write(gone)
            if fate is not None:
                unit.write(_put(waiting.shard, fate.parcel, fate.due))
        await unit.commit()

    async def _fail(self, parcel: Parcel, reason: str, gone: Put) -> None:
        _log.warning("mail.lost", mail=parcel.id, reason=reason)
        unit = self._books.open(Cause(derive(parcel.id, "failed")))
        event = self._lost(parcel, reason)
        unit.write(gone, Put("failed", event.subject, parcel.id, _encode(parcel), keep=KEEP))
        unit.emit(event, version=1)
        try:
            await unit.commit()
        except Duplicate:
            await self._documents.commit(FREE, [gone], [], b"")


def _put(shard: str, parcel: Parcel, due: datetime) -> Put:
    return Put("mail", shard, f"{_moment(due)}-{parcel.id}", _encode(parcel))


def _moment(at: datetime) -> str:
    """Spelled so that it sorts: milliseconds since 1970, hexadecimal."""
    return f"{int(at.timestamp() * 1000):012x}"


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Parcel).decode
