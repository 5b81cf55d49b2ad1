"""Inbox and outbox tables in SQLite, shared by the stores that keep units."""

import sqlite3
from collections.abc import Sequence

from squad.adapters.engines.sqlite import Sqlite
from squad.ports.clock import Clock
from squad.ports.unit import Cause, Done, Duplicate, Letter

PRUNED = 1_000  # rows of each table forgotten at a time, so that no unit waits long

SCHEMA = """
create table if not exists inbox(
    cause text primary key, fingerprint blob not null, answer blob not null, at real not null
) without rowid;
create index if not exists inbox_at on inbox(at);
create table if not exists outbox(
    seq integer primary key autoincrement, id text not null, type text not null,
    subject text not null, body blob not null, at real not null, sent real
);
create index if not exists outbox_pending on outbox(seq) where sent is null;
create index if not exists outbox_id on outbox(id) where sent is null;
"""


class SqliteLedger:
    """The part of a unit that every store has."""

    def __init__(self, sqlite: Sqlite, clock: Clock) -> None:
        self._sqlite = sqlite
        self._clock = clock

    async def done(self, cause: str) -> Done | None:
        """This will look the cause up in the inbox."""
        rows = self._sqlite.read("select fingerprint, answer from inbox where cause = ?", (cause,))
        return Done(*rows[0]) if rows else None

    def enter(self, db: sqlite3.Connection, cause: Cause, answer: bytes, at: float) -> None:
        """This will write the inbox row in the writer's transaction. Raises Duplicate.

        A cause without an id is not remembered: for work that is safe to repeat.
        """
        if not cause.id:
            return
        try:
            db.execute(
                "insert into inbox values (?, ?, ?, ?)", (cause.id, cause.fingerprint, answer, at)
            )
        except sqlite3.IntegrityError:
            query = "select fingerprint, answer from inbox where cause = ?"
            raise Duplicate(Done(*db.execute(query, (cause.id,)).fetchone())) from None

    def post(self, db: sqlite3.Connection, letters: Sequence[Letter], at: float) -> None:
        """This will write the outbox rows in the writer's transaction."""
        for letter in letters:
            db.execute(
                "insert into outbox(id, type, subject, body, at) values (?, ?, ?, ?, ?)",
                (letter.id, letter.type, letter.subject, letter.body, at),
            )

    async def pending(self, limit: int) -> list[Letter]:
        """This will list unsent letters in the order they were written."""
        rows = self._sqlite.read(
            "select id, type, subject, body from outbox where sent is null order by seq limit ?",
            (limit,),
        )
        return [Letter(*row) for row in rows]

    async def sent(self, ids: Sequence[str]) -> None:
        """This will mark letters as sent."""
        now = self._clock.now().timestamp()
        rows = [(now, id) for id in ids]
        await self._sqlite.write(
            lambda db: db.executemany(
                "update outbox set sent = ? where id = ? and sent is null", rows
            )
        )

    async def backlog(self) -> int:
        """This will count unsent letters."""
        rows = self._sqlite.read("select count(*) from outbox where sent is null")
        return int(rows[0][0])

    async def prune(self, *, inbox: float, outbox: float) -> int:
        """This will forget old causes and letters that were sent long ago."""
        now = self._clock.now().timestamp()

        def job(db: sqlite3.Connection) -> int:
            causes = db.execute(
                "delete from inbox where cause in"
                " (select cause from inbox where at < ? order by at limit ?)",
                (now - inbox, PRUNED),
            ).rowcount
            letters = db.execute(
                "delete from outbox where sent < ? and seq in"
                " (select seq from outbox order by seq limit ?)",
                (now - outbox, PRUNED),
            ).rowcount
            return causes + letters

        return await self._sqlite.write(job)
