"""Live: tells open clients which tickets changed; one look at the store serves all of a process."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any

from squad.kernel import stream
from squad.kernel.access import Actor
from squad.kernel.http import encode
from squad.kernel.page import cursor
from squad.kernel.problem import Limited, Shed
from squad.services.tickets.model.sight import Sight, sight
from squad.services.tickets.service.desk import Desk
from squad.services.tickets.service.sync import OVERLAP, Place
from squad.services.tickets.store.changes import Touched

POLL = 0.5  # s between looks at the store, while somebody listens
NEAR = 2.0  # s that a look goes back; every THOROUGH-th goes back OVERLAP
THOROUGH = 20
ROWS = 2_000  # changes that one look takes
PENDING = 500  # tickets that wait for a slow listener; beyond, it is told to pull
HEARTBEAT = 15.0  # s
LISTENERS = 5_000  # of a process
TABS = 20  # streams of one person
RETRY = 2_000  # ms that a client waits before it comes again

Told = tuple[str, Mapping[str, Any], float]
"""An event: its name, its data, and the change's time, seconds since 1970."""


class Listener:
    """An open stream: what it may see, and what waits to be told, the newest of each ticket."""

    def __init__(self, actor: Actor) -> None:
        self.who = actor.id
        self.ended = False
        self.wake = asyncio.Event()
        self._sight: Sight = sight(actor)
        self._pending: dict[str, Told] = {}
        self._lost = False

    def sees(self, row: Touched) -> bool:
        """This will tell whether the ticket is in sight."""
        return all(row.seen.get(column) in values for column, values in self._sight)

    def missed(self, kind: str, value: str) -> bool:
        """This will tell whether a departure may be from this sight."""
        return any(column == kind and value in values for column, values in self._sight)

    def tell(self, id: str, told: Told) -> None:
        """This will let a ticket's news wait, in place of older news of it."""
        self._pending.pop(id, None)
        self._pending[id] = told
        if len(self._pending) > PENDING:
            self._pending.clear()
            self._lost = True
        self.wake.set()

    def end(self) -> None:
        """This will end the stream."""
        self.ended = True
        self.wake.set()

    def take(self) -> list[bytes]:
        """This will give what waits, as events of a stream."""
        self.wake.clear()
        waiting = list(self._pending.values())
        self._pending.clear()
        lost, self._lost = self._lost, False
        return [_event("reset", {}), *map(_said, waiting)] if lost else [*map(_said, waiting)]


class Live:
    """The streams of this process."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._listeners: set[Listener] = set()
        self._wanted = asyncio.Event()
        self._told: dict[str, Touched] = {}
        self._left: dict[tuple[str, str, str], float] = {}
        self._mark = 0.0
        self._looks = 0
        self._full = False

    async def run(self) -> None:
        """This will look at the store as long as somebody listens; for ever."""
        while True:
            await self._wanted.wait()
            await self.look()
            await asyncio.sleep(POLL)

    async def listen(
        self, *, actor: Actor, place: Place | None, seconds: float
    ) -> AsyncIterator[bytes]:
        """This will give a stream that ends after so many seconds. place: told from there on.

        Raises Shed, Limited: there are too many, of this person's own.
        """
        if len(self._listeners) >= LISTENERS:
            raise Shed("Too many live screens are open here. Try again.", retry_after=10.0)
        if sum(one.who == actor.id for one in self._listeners) >= TABS:
            raise Limited(f"You have {TABS} live screens open. Close some.", retry_after=30.0)
        return self._stream(Listener(actor), actor, place, seconds)

    async def _stream(
        self, listener: Listener, actor: Actor, place: Place | None, seconds: float
    ) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        self._add(listener)
        try:
            with stream.opened(listener.end):
                yield f"retry: {RETRY}\n\n".encode()
                yield self._ready()
                for told in await self._since(actor, place):
                    yield told
                while not listener.ended and (left := until - loop.time()) > 0:
                    try:
                        async with asyncio.timeout(min(HEARTBEAT, left)):
                            await listener.wake.wait()
                    except TimeoutError:
                        yield b": still here\n\n"
                    for told in listener.take():
                        yield told
                yield _event("bye", {})
        finally:
            self._drop(listener)

    def _ready(self) -> bytes:
        now = self._desk.books.clock.now()
        return _event("ready", {"now": now, "cursor": _cursor(now.timestamp())})

    async def _since(self, actor: Actor, place: Place | None) -> list[bytes]:
        """What changed while the client was away; too much of it is for the pull."""
        if place is None:
            return []
        seen, changes = sight(actor), self._desk.changes
        rows = await changes.since(seen, after=(place.touched, place.id), limit=PENDING + 1)
        gone = await changes.gone(seen, place.since or place.touched, PENDING + 1)
        if len(rows) > PENDING or len(gone) > PENDING:
            return [_event("reset", {})]
        news = [
            _said(("ticket", _news(one.id, one.version, one.status, one.assignee, at), at))
            for one, _, at in rows
        ]
        return [*news, *(_event("gone", {"id": id}) for id in gone)]

    async def look(self) -> None:
        """This will tell every listener what changed since the last look."""
        self._looks += 1
        back = NEAR if self._looks % THOROUGH else OVERLAP
        if self._full:  # more was there than one look takes: on from where it ended
            back = 0.0
        since = self._mark - back
        rows = await self._desk.changes.touched(since, ROWS)
        self._full = len(rows) == ROWS
        for row in rows:
            held = self._told.get(row.id)
            if held is None or (held.at, held.version) != (row.at, row.version):
                self._told[row.id] = row
                self._spread(row)
        for ticket, kind, value, at in await self._desk.changes.departed(since, ROWS):
            if self._left.get((ticket, kind, value)) != at:
                self._left[ticket, kind, value] = at
                self._withdraw(ticket, kind, value, at)
        self._mark = max(self._mark, max((row.at for row in rows), default=0.0))
        self._forget()

    def _spread(self, row: Touched) -> None:
        news = _news(row.id, row.version, row.status, row.seen["assignee"], row.at)
        told = ("ticket", news, row.at)
        for listener in self._listeners:
            if listener.sees(row):
                listener.tell(row.id, told)

    def _withdraw(self, ticket: str, kind: str, value: str, at: float) -> None:
        row = self._told.get(ticket)
        for listener in self._listeners:
            if listener.missed(kind, value) and not (row and listener.sees(row)):
                listener.tell(ticket, ("gone", {"id": ticket}, at))

    def _forget(self) -> None:
        """Keeps what a thorough look may meet again."""
        since = self._mark - 2 * OVERLAP
        if len(self._told) > ROWS:
            self._told = {id: row for id, row in self._told.items() if row.at > since}
        if len(self._left) > ROWS:
            self._left = {key: at for key, at in self._left.items() if at > since}

    def _add(self, listener: Listener) -> None:
        if not self._listeners:
            self._mark = self._desk.books.clock.now().timestamp()
        self._listeners.add(listener)
        self._wanted.set()

    def _drop(self, listener: Listener) -> None:
        self._listeners.discard(listener)
        if not self._listeners:
            self._wanted.clear()


def _news(id: str, version: int, status: str, assignee: str | None, at: float) -> Mapping[str, Any]:
    return {
        "id": id,
        "version": version,
        "status": status,
        "assignee": assignee,
        "touched_at": datetime.fromtimestamp(at, UTC),
    }


def _cursor(at: float) -> str:
    """A place of the pull from which nothing is left out."""
    return cursor(at - OVERLAP, "", 0.0, at - OVERLAP, False)


def _said(told: Told) -> bytes:
    name, data, at = told
    return _event(name, data, _cursor(at))


def _event(name: str, data: Mapping[str, Any], id: str = "") -> bytes:
    """An event (HTML Living Standard, 9.2.5)."""
    head = f"id: {id}\n" if id else ""
    return b"%sevent: %s\ndata: %s\n\n" % (head.encode(), name.encode(), encode(data))
