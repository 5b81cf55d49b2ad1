"""The product with one protection taken away: `careless.py FAULT up --demo`.

A drill that cannot fail proves nothing: its twin runs against this and must see it fail.
"""

import asyncio
import sqlite3
import sys
from collections.abc import Sequence
from typing import Any

from squad.adapters.engines import ledger, sqlite
from squad.apps import cli
from squad.kernel import crash, dispatch, outbox
from squad.ports.database import Statement
from squad.ports.unit import Cause, Letter
from squad.services.routing import store
from squad.services.routing.service import lease
from squad.services.routing.work import Work


def no_inbox() -> None:
    """Causes are not remembered: what comes twice is done twice."""

    def enter(self: Any, db: sqlite3.Connection, cause: Cause, answer: bytes, at: float) -> None:
        return None

    ledger.SqliteLedger.enter = enter  # type: ignore[method-assign]


def marked_first() -> None:
    """The relay marks letters as sent before it publishes them."""

    async def trip(self: Any) -> int:
        letters: Sequence[Letter] = await self._ledger.pending(outbox.LIMIT)
        await self._ledger.sent([letter.id for letter in letters])
        await asyncio.sleep(0.05)
        crash.point(f"{self._name}.published")
        if letters:
            await self._bus.publish(letters)
        return len(letters)

    outbox.Relay.trip = trip  # type: ignore[method-assign]


def acked_first() -> None:
    """Consumers acknowledge letters before they work on them."""

    async def step(self: Any, wait: float) -> int:
        found = await self._bus.receive(self._queue, limit=dispatch.BATCH, wait=wait)
        if found:
            await self._bus.ack(found)
            await asyncio.sleep(0.05)
            crash.point(f"{self._queue}.before_ack")
            await self._handle(found)
        return len(found)

    dispatch.Consumer.step = step  # type: ignore[method-assign]


def no_outbox() -> None:
    """Events are not kept with the change they tell of."""

    def post(self: Any, db: sqlite3.Connection, letters: Sequence[Letter], at: float) -> None:
        if not letters or hash(letters[0].id) % 10:
            original(self, db, letters, at)

    original = ledger.SqliteLedger.post
    ledger.SqliteLedger.post = post  # type: ignore[method-assign]


def lazy_sync() -> None:
    """Commits return before the disk has them: kill -9 does not show it, strace does."""
    original = sqlite.connect

    def connect(*arguments: Any, **options: Any) -> sqlite3.Connection:
        db = original(*arguments, **options)
        db.execute("pragma synchronous=normal")
        return db

    sqlite.connect = connect


def no_fence() -> None:
    """Every router takes itself for the active one, and overwrites what another decided."""

    async def look(self: Any) -> bool:
        taken, self.token = not self.token, 1
        return taken

    def fence(self: Any, token: int = 0) -> Statement:
        return Statement("update leases set token = 1 where name = 'router'")

    def save(before: Work | None, work: Work) -> Statement:
        sql, parameters, _ = original(before, work)
        guard = " where work.version = ?"
        return Statement(sql[: sql.index(guard)], parameters[:-3])

    original = store.save
    lease.Lease.look = look  # type: ignore[method-assign]
    lease.Lease.held = True  # type: ignore[assignment, method-assign]
    lease.Lease.fence = fence  # type: ignore[assignment, method-assign]
    store.save = save


FAULTS = (no_inbox, marked_first, acked_first, no_outbox, lazy_sync, no_fence)

if __name__ == "__main__":
    {fault.__name__: fault for fault in FAULTS}[sys.argv.pop(1)]()
    cli.main()
