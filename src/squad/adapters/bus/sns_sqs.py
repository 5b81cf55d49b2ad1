"""The bus port on Amazon SNS and SQS: one topic, and a queue for each service.

`sns_sqs:?region=…&prefix=squad&visibility=30&hold=600&fifo=0&bucket=…&endpoint=…`: see `open`.
"""

import asyncio
import math
from collections.abc import Mapping, Sequence
from typing import Any

from squad.adapters.engines.aws import Aws
from squad.adapters.engines.sqs.age import Age
from squad.adapters.engines.sqs.calls import POLL, Names, Sqs
from squad.adapters.engines.sqs.dead import Register, queue_of
from squad.adapters.engines.sqs.held import Held
from squad.adapters.engines.sqs.plan import Setup, provision
from squad.adapters.engines.sqs.text import BATCH, LARGEST, Parcel, attributes, claim, pack, unpack
from squad.adapters.engines.sqs.topic import Topic
from squad.kernel import log
from squad.kernel.ids import uuid7
from squad.ports.bus import RECEIVES, DeadLetter, Delivery, Depth
from squad.ports.clock import Clock
from squad.ports.unit import Letter, Unavailable

PAUSE = 0.1  # s between polls in a last second that is not whole
SWEEP = 1000  # letters taken out of a dead-letter queue at a time
REDRIVEN = f"SQS moved it here: {RECEIVES} receives, and no acknowledgement (consumer died or hung)"

_log = log.get("bus")
__all__ = ["SnsSqsBus", "open", "provision"]


class SnsSqsBus:
    """Publishes to a topic whose subscriptions filter by type into the services' queues."""

    def __init__(
        self, aws: Aws, names: Names, topic: Topic, sqs: Sqs, register: Register, held: Held,
        clock: Clock,
    ) -> None:  # fmt: skip
        self._aws = aws
        self._names = names
        self._topic = topic
        self._sqs = sqs
        self._register = register
        self._held = held
        self._clock = clock
        self._age = Age()
        self._closed = asyncio.Event()

    async def subscribe(self, queue: str, types: Sequence[str]) -> None:
        """This will check the queue, and make its filter ask for these types.

        Raises Unavailable: queue or subscription are missing (`squad provision` makes them), or
        the filter leaves out what is asked for and may not be changed.
        """
        name = self._names.queue(queue)
        try:
            await self._sqs.url(name)
        except KeyError as error:
            raise self._aws.missing(f"queue {name}") from error
        await self._topic.demand(name, types)

    async def publish(self, letters: Sequence[Letter]) -> None:
        """This will publish in batches; what is too large for a message goes through S3."""
        self._check()
        parcels = [pack(letter) for letter in letters]
        large = [n for n, parcel in enumerate(parcels) if parcel.size > LARGEST]
        claims = await self._register.each(self._claim(letters[n]) for n in large)
        for n, parcel in zip(large, claims, strict=True):
            parcels[n] = parcel
        await self._topic.publish(parcels)

    async def _claim(self, letter: Letter) -> Parcel:
        return claim(letter, await self._register.keep(letter))

    async def receive(self, queue: str, *, limit: int, wait: float) -> list[Delivery]:
        """This will poll long, then take what more is there, in batches side by side.

        Closing the bus or cancelling a poll loses nothing: what SQS handed out at that moment
        comes again after the visibility time.
        """
        if self._closed.is_set():
            return []
        work = asyncio.ensure_future(self._receive(queue, limit, wait))
        closing = asyncio.ensure_future(self._closed.wait())
        try:
            await asyncio.wait((work, closing), return_when=asyncio.FIRST_COMPLETED)
            return await work if work.done() else []
        finally:
            work.cancel()
            closing.cancel()
            await asyncio.gather(work, closing, return_exceptions=True)

    async def _receive(self, queue: str, limit: int, wait: float) -> list[Delivery]:
        name = self._names.queue(queue)
        if not self._sqs.known(name) and not await self._exists(name):
            await asyncio.sleep(wait)
            return []
        self._held.leave(name)
        found = await self._first(name, limit, wait)
        if len(found) == BATCH < limit:
            sizes = [min(BATCH, limit - n) for n in range(BATCH, limit, BATCH)]
            more = await asyncio.gather(*(self._poll(name, size, 0) for size in sizes))
            found += [message for batch in more for message in batch]
        if not found:
            return []
        self._held.took(name, [message["ReceiptHandle"] for message in found])
        try:
            made = await self._register.each(self._delivery(queue, message) for message in found)
        except Unavailable:
            self._held.leave(name)
            raise
        self._age.received(queue, max(delivery.published_at for delivery in made))
        return made

    async def _exists(self, name: str) -> bool:
        try:
            await self._sqs.url(name)
        except KeyError:
            return False
        return True

    async def _first(self, name: str, limit: int, wait: float) -> list[dict[str, Any]]:
        """SQS waits whole seconds; the rest is short polls: a poll cut off would hide letters."""
        until = self._clock.monotonic() + wait
        while True:
            left = until - self._clock.monotonic()
            if found := await self._poll(name, limit, min(POLL, max(0, math.floor(left + 0.01)))):
                return found
            left = until - self._clock.monotonic()
            if left <= 0:
                return []
            if left < 1:
                await asyncio.sleep(min(left, PAUSE))

    async def _poll(self, name: str, limit: int, wait: int) -> list[dict[str, Any]]:
        return await self._sqs.receive(name, limit, wait, self._held.visibility)

    async def _delivery(self, queue: str, message: Mapping[str, Any]) -> Delivery:
        facts = message["Attributes"]
        return Delivery(
            await self._letter(message),
            queue,
            self._held.receipt(message["ReceiptHandle"]),
            int(facts["ApproximateReceiveCount"]),
            int(facts["SentTimestamp"]) / 1000,
        )

    async def _letter(self, message: Mapping[str, Any]) -> Letter:
        """A body that is gone from S3 leaves the letter empty: it ends among the dead letters."""
        letter = unpack(message)
        key = attributes(message).get("claim")
        if key is None:
            return letter
        body = await self._register.fetch(key)
        if body is None:
            _log.error("letter.body_missing", id=letter.id, type=letter.type, key=key)
        return Letter(letter.id, letter.type, letter.subject, body or b"")

    async def ack(self, deliveries: Sequence[Delivery]) -> None:
        """This will delete messages, ten a request."""
        receipts: dict[str, list[str]] = {}
        for delivery in deliveries:
            receipts.setdefault(delivery.queue, []).append(delivery.receipt)
        for queue, some in receipts.items():
            await self._sqs.delete(self._names.queue(queue), self._held.spend(some))

    async def retry(self, delivery: Delivery, delay: float) -> None:
        """This will hide the message for so long: whole seconds, rounded up, 12 hours at most."""
        handles = self._held.spend([delivery.receipt])
        seconds = max(0, math.ceil(delay - 1e-6))
        await self._sqs.hide(self._names.queue(delivery.queue), handles, seconds)

    async def bury(self, delivery: Delivery, reason: str) -> None:
        """This will keep the letter among the dead ones, then delete the message."""
        handles = self._held.spend([delivery.receipt])
        if handles:
            await self._register.bury(
                delivery.queue, delivery.letter, reason, delivery.receives, self._now()
            )
            await self._sqs.delete(self._names.queue(delivery.queue), handles)

    async def depth(self) -> list[Depth]:
        """This will ask SQS how full the queues are, and count the dead letters.

        Amazon's counts lag by up to a minute. SQS tells no age without CloudWatch: `oldest` is
        the age of what was received last here, or else the time since the queue was empty.
        """
        names = await self._sqs.names(f"{self._names.prefix}_")
        buried: dict[str, int] = {}
        async for id in self._register.ids():
            buried[queue_of(id)] = buried.get(queue_of(id), 0) + 1
        queues = self._names.services(names)
        return await self._register.each(self._depth(q, names, buried.get(q, 0)) for q in queues)

    async def _depth(self, queue: str, names: Sequence[str], buried: int) -> Depth:
        count = await self._sqs.count(self._names.queue(queue))
        if (grave := self._names.grave(queue)) in names:
            buried += sum(await self._sqs.count(grave))
        oldest = self._age.oldest(queue, count.waiting, self._now())
        return Depth(queue, count.waiting, count.hidden, buried, oldest)

    async def dead(self, queue: str = "", *, after: str = "", limit: int = 50) -> list[DeadLetter]:
        """This will list dead letters, those that SQS itself moved included."""
        if not after:
            names = await self._sqs.names(f"{self._names.prefix}_")
            queues = [q for q in self._names.services(names) if queue in ("", q)]
            there = [q for q in queues if self._names.grave(q) in names]
            await asyncio.gather(*(self._sweep(q) for q in there))
        return await self._register.page(queue, after, limit)

    async def _sweep(self, queue: str) -> None:
        """Takes over what SQS moved to the dead-letter queue: it gets an id, and a reason."""
        grave = self._names.grave(queue)
        for _ in range(SWEEP // BATCH):
            found = await self._sqs.receive(grave, BATCH, 0, self._held.visibility)
            if not found:
                return
            for message in found:
                receives = int(message["Attributes"]["ApproximateReceiveCount"]) - 1
                letter = await self._letter(message)
                await self._register.bury(queue, letter, REDRIVEN, receives, self._now())
            await self._sqs.delete(grave, [message["ReceiptHandle"] for message in found])

    async def inspect(self, id: str) -> DeadLetter | None:
        """This will find one dead letter."""
        return await self._register.find(id)

    async def replay(self, ids: Sequence[str]) -> int:
        """This will send dead letters to their queues again. Two at once may send one twice."""
        self._check()
        done = await self._register.each(self._replay(id) for id in dict.fromkeys(ids))
        return sum(done)

    async def _replay(self, id: str) -> bool:
        dead = await self._register.find(id)
        if dead is None:
            return False
        parcel = pack(dead.letter)
        if parcel.size > LARGEST:
            parcel = await self._claim(dead.letter)
        await self._sqs.send(self._names.queue(dead.queue), parcel, salt=uuid7())
        await self._register.remove(id)
        return True

    async def discard(self, ids: Sequence[str], reason: str) -> int:
        """This will remove dead letters; `discarded/` in the bucket keeps the reason."""
        done = await self._register.each(self._discard(id, reason) for id in dict.fromkeys(ids))
        return sum(done)

    async def _discard(self, id: str, reason: str) -> bool:
        dead = await self._register.find(id)
        if dead is None:
            return False
        await self._register.note(dead, reason, self._now())
        await self._register.remove(id)
        return True

    async def close(self) -> None:
        """This will let receivers go, end the heartbeat and close the connections."""
        self._closed.set()
        await asyncio.sleep(0)
        await self._held.close()
        await self._aws.close()

    def _check(self) -> None:
        if self._closed.is_set():
            raise Unavailable(f"{self._aws.setting}: the bus is closed")

    def _now(self) -> float:
        return self._clock.now().timestamp()


async def open(url: str, clock: Clock) -> SnsSqsBus:
    """This will open the bus on what `squad provision` made.

    prefix: begins every name. visibility: seconds that a letter stays hidden after a receive.
    hold: seconds for which the receiver's heartbeat keeps it hidden; 0: no heartbeat. fifo: 1 for
    FIFO topic and queues, each subject in its order (slower: Amazon's quota is 3,000/s a topic).
    bucket: for dead letters and bodies over 256 KiB; PREFIX-bus-ACCOUNT-REGION unless given.
    endpoint: of an emulator. Raises ValueError: an option is wrong. Unavailable: wrong endpoint
    or credentials, no permission, or something is missing.
    """
    aws = Aws("bus", url)
    try:
        setup = await Setup.read(aws)
        topic = Topic(aws, setup.sns, setup.arn, setup.names.fifo)
        register = Register(aws, setup.s3, setup.bucket)
        await topic.check()
        await register.check()
    except BaseException:
        await aws.close()
        raise
    sqs = Sqs(aws, setup.sqs, setup.names.fifo)
    held = Held(sqs, clock, setup.visibility, setup.hold)
    return SnsSqsBus(aws, setup.names, topic, sqs, register, held, clock)
