"""Spans made again from history: of tickets older than spans, or written by an older node."""

import asyncio
import contextlib

from squad.kernel.unit import Books
from squad.ports.database import Statement
from squad.ports.unit import Cause, Conflict, Unavailable
from squad.services.tickets import store
from squad.services.tickets.model.spans import fold
from squad.services.tickets.store.spans import remake

PAGE = 1_000  # tickets looked at at a time: 5 ms
TOGETHER = 50  # are made at a time: their units share a commit
PAUSE = 0.02  # s between pages: others have their turn
AGAIN = 3600.0  # s until all are looked at again: an older node beside this one writes no spans


class Repair:
    """Looks through all tickets and makes spans that are missing or behind."""

    def __init__(self, books: Books[Statement], tables: store.Store) -> None:
        self._books = books
        self._store = tables

    async def run(self) -> None:
        """This will keep spans complete, until cancelled."""
        while True:
            with contextlib.suppress(Unavailable):  # what is missing is found the next time
                await self.repair()
            await asyncio.sleep(AGAIN)

    async def repair(self) -> int:
        """This will make what is missing or behind. Returns how many. Raises Unavailable."""
        made, after = 0, ""
        while True:
            stale, after = await self._store.lists.stale(after, PAGE)
            for few in (stale[at : at + TOGETHER] for at in range(0, len(stale), TOGETHER)):
                made += sum(await asyncio.gather(*(self._remake(id) for id in few)))
            if not after:
                return made
            await asyncio.sleep(PAUSE)

    async def _remake(self, id: str) -> bool:
        found = await self._store.ticket(id)
        if found is None:
            return False
        unit = self._books.open(Cause(""))
        unit.write(*remake(fold(found[0], await self._store.history(id))))
        try:
            await unit.commit()
        except Conflict:  # a step came in between, and wrote it or leaves it to the next look
            return False
        return True
