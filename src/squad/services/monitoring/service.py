"""Use cases of monitoring: look on, tell a ticket's journey, and deal with dead letters."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import msgspec

from squad.contracts.envelope import Envelope, Unreadable
from squad.contracts.operations import LettersHandled
from squad.contracts.routing import PolicyPromoted
from squad.kernel import metrics
from squad.kernel.problem import Missing
from squad.kernel.unit import Books
from squad.kernel.vitals import Health, Vitals
from squad.ports.bus import Bus
from squad.ports.database import Statement
from squad.ports.unit import Cause, Duplicate
from squad.services.monitoring import model, store
from squad.services.monitoring.model import Act, Count, Dead, Journey, Queues

T = TypeVar("T")
KEEP = 30 * 86_400.0  # s that events and their handlings are kept
INBOX = 7 * 86_400.0  # s that an administrator's command is remembered
PAGE = 500  # dead letters in one trip to the bus

_handled = msgspec.json.Decoder(LettersHandled).decode
_promotion = msgspec.json.Decoder(PolicyPromoted).decode
_letters = metrics.gauge("squad_queue_letters", "Letters in a queue.", ("queue", "state"))
_oldest = metrics.gauge("squad_queue_oldest_seconds", "Age of the oldest waiting.", ("queue",))


class Monitoring:
    """The service. What it sees it keeps in memory until `settle`, which runs before the acks."""

    def __init__(
        self, books: Books[Statement], tables: store.Store, bus: Bus, vitals: Vitals
    ) -> None:
        self.books = books
        self.store = tables
        self._bus = bus
        self._vitals = vitals
        self._seen: defaultdict[str, store.Seen] = defaultdict(store.Seen)
        self._promotions: list[tuple[Envelope, PolicyPromoted]] = []

    def see(self, envelope: Envelope) -> None:
        """This will note an event, or the handlings that one reports. Raises Unreadable."""
        if envelope.type != LettersHandled.type:
            if envelope.type == PolicyPromoted.type:
                self._promotions.append((envelope, _read(_promotion, envelope)))
            self._seen[envelope.subject].events.append(envelope)
            return
        batch = _read(_handled, envelope)
        for one in batch.handled:
            self._seen[one.subject].handlings.append((batch.service, one))

    async def settle(self) -> None:
        """This will make durable what was seen. Raises Unavailable: the letters come again."""
        seen, self._seen = self._seen, defaultdict(store.Seen)
        promotions, self._promotions = self._promotions, []
        unit = self.books.open(Cause(""))
        unit.write(*store.keep(seen, unit.now.timestamp()))
        for envelope, told in promotions:
            unit.write(*_promoted(envelope, told))
        await unit.commit()

    async def journey(self, *, ticket: str) -> Journey:
        """This will tell everything that happened to a ticket. Raises Missing."""
        facts, sightings = await self.store.seen(ticket)
        if not facts:
            raise Missing("Nothing is known of this ticket; after 30 days it is forgotten here.")
        return model.journey(ticket, facts, sightings)

    def health(self) -> Health:
        """This will tell the state of this node."""
        return self._vitals.health()

    async def queues(self) -> Queues:
        """This will tell how full each queue is."""
        return Queues(await self._bus.depth())

    async def sample(self) -> None:
        """This will bring the figures of the queues up to date."""
        for depth in await self._bus.depth():
            _letters.labels(depth.queue, "waiting").set(depth.waiting)
            _letters.labels(depth.queue, "hidden").set(depth.hidden)
            _letters.labels(depth.queue, "dead").set(depth.dead)
            _oldest.labels(depth.queue).set(depth.oldest)

    async def letters(self, *, queue: str, after: str, limit: int) -> list[Dead]:
        """This will list dead letters, the oldest first."""
        return [model.dead(d) for d in await self._bus.dead(queue, after=after, limit=limit)]

    async def letter(self, *, id: str) -> Dead:
        """This will show a dead letter with its body. Raises Missing."""
        found = await self._bus.inspect(id)
        if found is None:
            raise Missing("There is no such dead letter; it was replayed or discarded.")
        return model.dead(found, whole=True)

    async def replay(self, *, id: str, cause: Cause) -> Count:
        """This will put a dead letter back into its queue. Raises Missing."""
        await self.letter(id=id)

        async def work() -> int:
            return await self._bus.replay([id])

        return await self._administer(cause, work, action="replay", target=id)

    async def replay_all(self, *, queue: str, cause: Cause) -> Count:
        """This will put back all that are dead now, of one queue or of all ("")."""

        async def work() -> int:
            ids = await self._ids(queue)
            parts = (ids[n : n + PAGE] for n in range(0, len(ids), PAGE))
            return sum([await self._bus.replay(part) for part in parts])

        return await self._administer(cause, work, action="replay_all", target=queue)

    async def discard(self, *, id: str, reason: str, cause: Cause) -> Count:
        """This will remove a dead letter for good. Raises Missing."""
        await self.letter(id=id)

        async def work() -> int:
            return await self._bus.discard([id], reason)

        return await self._administer(cause, work, action="discard", target=id, reason=reason)

    async def audit(self, *, before: tuple[float, str] | None, limit: int) -> list[Act]:
        """This will list what administrators did, the newest first."""
        return await self.store.audit(before=before, limit=limit)

    async def prune(self) -> None:
        """This will forget what is too old, slice by slice."""
        before = self.books.clock.now().timestamp() - KEEP
        while (oldest := await self.store.oldest()) is not None and oldest < before:
            unit = self.books.open(Cause(""))
            unit.write(store.forget(min(before, oldest + store.SLICE)))
            await unit.commit()
        await self.books.ledger.prune(inbox=INBOX, outbox=INBOX)

    async def _ids(self, queue: str) -> Sequence[str]:
        """All first: what fails again at once would otherwise be replayed for ever."""
        found: list[str] = []
        while page := await self._bus.dead(queue, after=found[-1] if found else "", limit=PAGE):
            found.extend(letter.id for letter in page)
        return found

    async def _administer(
        self,
        cause: Cause,
        work: Callable[[], Awaitable[int]],
        *,
        action: str,
        target: str,
        reason: str = "",
    ) -> Count:
        """Noted before it is done, and what came of it after: no action goes unseen."""
        if (done := await self.books.ledger.done(cause.id)) is not None:
            raise Duplicate(done)
        intent = self.books.open(Cause(""))
        at = intent.now.timestamp()
        intent.write(
            store.intend(
                cause.id, at=at, actor=cause.actor, action=action, target=target, reason=reason
            )
        )
        await intent.commit()
        count = Count(await work())
        unit = self.books.open(cause)
        unit.write(store.finish(cause.id, count.count))
        await unit.commit(count)
        return count


def _read(decode: Callable[[msgspec.Raw], T], envelope: Envelope) -> T:
    try:
        return decode(envelope.data)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Unreadable(f"{envelope.type}: {error}") from error


def _promoted(envelope: Envelope, told: PolicyPromoted) -> Sequence[Statement]:
    """The audit's line about a policy; the same letter again changes nothing."""
    intent = store.intend(
        envelope.id, at=envelope.time.timestamp(), actor=envelope.actor, action="promote_policy",
        target=f"{told.before} to {told.version}", reason=told.note,
    )  # fmt: skip
    return intent, store.finish(envelope.id, 1)
