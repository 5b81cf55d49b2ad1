"""Search at work: news gathered in batches, queries cached, everything rebuilt on demand."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from squad.contracts.operations import SnapshotEnded, SnapshotRequested
from squad.contracts.people import Person
from squad.contracts.tickets import Remark, Ticket
from squad.kernel import log
from squad.kernel.access import Actor
from squad.kernel.cached import Cached
from squad.kernel.ids import derive, uuid7
from squad.kernel.unit import letter_of
from squad.ports.bus import Bus
from squad.ports.cache import Cache
from squad.ports.clock import Clock
from squad.ports.index import Entry, Found, Index, Query
from squad.ports.unit import Cause
from squad.services.search import model

FREQUENT = 30.0  # s that an answer is kept, at most until the index changes
Change = Callable[[dict[str, Entry]], Entry | None]


class Rebuild(msgspec.Struct, kw_only=True):
    """A rebuild under way. seen: ids received. sent: how many each source says it sent."""

    id: str
    began: datetime
    seen: dict[str, set[str]]
    sent: dict[str, int]


_log = log.get("search")


class Search:
    """The service. Handlers only note what changed; `settle` writes the batch, then it is acked."""

    def __init__(self, index: Index, bus: Bus, cache: Cache, clock: Clock) -> None:
        self.index = index
        self.rebuilding: Rebuild | None = None
        self._bus = bus
        self._cached = Cached(cache)
        self._clock = clock
        self._generation = uuid7()
        self._changes: list[tuple[str, Change]] = []
        self._gone: list[str] = []

    # News

    def note_ticket(self, ticket: Ticket, *remarks: Remark) -> None:
        """This will note a ticket's news for the batch."""
        self._changes.append(
            (ticket.id, lambda known: model.merged(known.get(ticket.id), ticket, remarks))
        )

    def note_person(self, person: Person) -> None:
        """This will note a person's news for the batch; the index keeps the highest version."""
        entry = model.person_entry(person)
        self._changes.append((person.id, lambda known: entry))

    def note_gone(self, id: str) -> None:
        """This will note that a person is to be forgotten."""
        self._gone.append(id)

    def note_snapshot(self, source: str, id: str) -> None:
        """This will count a snapshot for the rebuild under way."""
        if self.rebuilding is not None:
            self.rebuilding.seen[source].add(id)

    async def settle(self) -> None:
        """This will write what was noted and make it findable and durable. Raises Unavailable."""
        changes, self._changes = self._changes, []
        gone, self._gone = self._gone, []
        if changes:
            ids = list(dict.fromkeys(id for id, _ in changes))
            known = {entry.id: entry for entry in await self.index.get(ids)}
            news: dict[str, Entry] = {}
            for id, change in changes:
                if (entry := change(known)) is not None:
                    known[id] = news[id] = entry
            await self.index.put(list(news.values()))
        if gone:
            await self.index.remove(gone)
        if changes or gone:
            await self.index.flush()
            self._generation = uuid7()
        await self._finish()

    # Questions

    async def find(self, *, actor: Actor, query: Query, kind: str) -> Found:
        """This will find what the actor may see. Raises ValueError: a cursor of another index."""
        asked = msgspec.structs.replace(
            query,
            kinds=model.kinds(actor, kind),
            all={**query.all, "reader": model.readers(actor)},
            private=actor.staff,
        )
        if not asked.kinds:
            return Found((), 0, "")
        key = derive("search", self._generation, msgspec.json.encode(asked).decode())

        async def load() -> bytes:
            return msgspec.msgpack.encode(await self.index.search(asked))

        body = await self._cached.get_or_load(key=key, ttl=FREQUENT, load=load)
        return msgspec.msgpack.decode(body or b"", type=Found)

    async def suggest(self, *, actor: Actor, prefix: str, limit: int) -> list[str]:
        """This will complete a prefix to titles that the actor may see."""
        query = Query("", kinds=model.kinds(actor, ""), all={"reader": model.readers(actor)})
        return await self.index.suggest(prefix, query, limit)

    # Rebuilding

    async def rebuild(self) -> Rebuild:
        """This will fill a second generation from the sources while the first answers."""
        id, now = uuid7(), self._clock.now()
        sources: tuple[Any, ...] = ("identity", "tickets")
        rebuild = Rebuild(id=id, began=now, seen={s: set() for s in sources}, sent={})
        await self.index.begin()
        self.rebuilding = rebuild
        letters = []
        for source in sources:
            event = SnapshotRequested(id=id, service="search", source=source)
            name = derive(id, source)
            letters.append(
                letter_of(event, id=name, version=1, source="search", time=now, cause=Cause(id))
            )
        await self._bus.publish(letters)
        return rebuild

    def ended(self, event: SnapshotEnded) -> None:
        """This will note that a source has sent everything."""
        if self.rebuilding is not None and event.id == self.rebuilding.id:
            self.rebuilding.sent[event.source] = event.sent

    async def _finish(self) -> None:
        """Swaps when everything that was sent has come; letters know no order."""
        rebuild = self.rebuilding
        if rebuild is None or len(rebuild.sent) < len(rebuild.seen):
            return
        if all(len(rebuild.seen[source]) >= sent for source, sent in rebuild.sent.items()):
            self.rebuilding = None
            try:
                await self.index.finish()
            except RuntimeError:
                _log.warning("rebuild.overtaken")  # another node's rebuild began or swapped since
            self._generation = uuid7()
