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
from squad.ports.unit import Cause, Letter


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


FAULTS = (no_inbox, marked_first, acked_first, no_outbox, lazy_sync)

if __name__ == "__main__":
    {fault.__name__: fault for fault in FAULTS}[sys.argv.pop(1)]()
    cli.main()
