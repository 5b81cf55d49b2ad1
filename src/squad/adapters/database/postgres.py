"""The database port on PostgreSQL: a schema and a role a service."""

from collections.abc import Sequence
from typing import Any

from squad.adapters.engines.postgres.dialect import tables, typed
from squad.adapters.engines.postgres.lanes import Lanes
from squad.adapters.engines.postgres.roles import provision
from squad.adapters.engines.postgres.server import SETTING, Server, read
from squad.adapters.engines.postgres.shapes import Unit
from squad.ports.clock import Clock
from squad.ports.database import Row, Statement
from squad.ports.unit import Cause, Done, Duplicate, Letter, Unavailable

__all__ = ["PostgresDatabase", "open", "provision"]

PRUNED = 1_000  # rows of each table forgotten at a time
MIGRATE = 600.0  # s that a step may take, and wait for another node's
_LOCK = "select pg_advisory_xact_lock(hashtextextended(current_schema(), 0))"

LEDGER = """
create table if not exists migrations(step bigint primary key, tables text not null);
create table if not exists inbox(
    cause text collate "C" primary key, fingerprint bytea not null, answer bytea not null,
    at double precision not null
);
create index if not exists inbox_at on inbox(at);
create table if not exists outbox(
    seq bigint generated always as identity primary key, id text not null, type text not null,
    subject text not null, body bytea not null, at double precision not null,
    sent double precision
);
create index if not exists outbox_pending on outbox(seq) where sent is null;
create index if not exists outbox_id on outbox(id) where sent is null;
alter table outbox set (autovacuum_vacuum_scale_factor = 0.02);
"""


class PostgresDatabase:
    """Tables of one service in a schema of its own. READ COMMITTED; statements guard versions."""

    def __init__(self, server: Server, clock: Clock) -> None:
        self._server = server
        self._clock = clock
        self._lanes = Lanes(server)

    async def migrate(self, steps: Sequence[str]) -> None:
        """This will run the steps that the schema has not seen, each in its own transaction."""
        connection = await self._server.connect(MIGRATE)
        try:
            with self._server.translated():
                for number, step in enumerate(steps, 1):
                    async with connection.transaction():
                        await connection.execute(_LOCK)
                        await _step(connection, number, step, len(steps))
        finally:
            await self._server.leave(connection)

    async def fetch(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """This will read committed rows."""
        return await self._server.fetch(sql, *parameters)

    async def commit(
        self, cause: Cause, writes: Sequence[Statement], letters: Sequence[Letter], answer: bytes
    ) -> None:
        """This will apply one unit in one round trip, which units of its shape share."""
        at = self._clock.now().timestamp()
        if await self._lanes.commit(Unit(cause, writes, letters, answer, at)):
            return
        done = await self.done(cause.id)
        if done is None:
            raise Unavailable(f"{SETTING}: the cause was forgotten at this moment")
        raise Duplicate(done)

    async def done(self, cause: str) -> Done | None:
        """This will look the cause up in the inbox."""
        rows = await self._server.fetch(
            "select fingerprint, answer from inbox where cause = ?", cause
        )
        return Done(*rows[0]) if rows else None

    async def pending(self, limit: int) -> list[Letter]:
        """This will list unsent letters in the order they were written."""
        rows = await self._server.fetch(
            "select id, type, subject, body from outbox where sent is null order by seq limit ?",
            limit,
        )
        return [Letter(*row) for row in rows]

    async def sent(self, ids: Sequence[str]) -> None:
        """This will mark letters as sent; what another relay is marking is left to it."""
        if ids:
            await self._server.fetch(
                "update outbox set sent = ? where seq in (select seq from outbox"
                " where id = any(?) and sent is null for update skip locked)",
                self._clock.now().timestamp(),
                list(ids),
            )

    async def backlog(self) -> int:
        """This will count unsent letters."""
        rows = await self._server.fetch("select count(*) from outbox where sent is null")
        return int(rows[0][0])

    async def prune(self, *, inbox: float, outbox: float) -> int:
        """This will forget old causes and letters that were sent long ago."""
        now = self._clock.now().timestamp()
        causes = await self._server.fetch(
            "delete from inbox where cause in (select cause from inbox where at < ?"
            " order by at limit ? for update skip locked) returning 1",
            now - inbox,
            PRUNED,
        )
        letters = await self._server.fetch(
            "delete from outbox where sent < ? and seq in"
            " (select seq from outbox order by seq limit ? for update skip locked) returning 1",
            now - outbox,
            PRUNED,
        )
        return len(causes) + len(letters)

    async def close(self) -> None:
        """This will finish accepted units and close the connections."""
        await self._lanes.close()
        await self._server.close()


async def _step(connection: Any, number: int, script: str, last: int) -> None:
    """Under the lock: another node may have run the step while this one waited."""
    rows = await connection.fetch("select step, tables from migrations order by step")
    if rows and rows[-1][0] > last:
        raise ValueError(
            f"{SETTING}: the schema is at step {rows[-1][0]}, newer than this version, which knows"
            f" {last} steps: run the newer version"
        )
    if rows and number == 1 and rows[0][1] != tables(script):
        raise ValueError(
            f"{SETTING}: the schema holds other tables ({rows[0][1]}): each service needs one of"
            " its own; put {service} into the URL's role or schema"
        )
    if number > len(rows):
        await connection.execute(typed(script))
        await connection.execute("insert into migrations values ($1, $2)", number, tables(script))


async def open(url: str, clock: Clock) -> PostgresDatabase:
    """This will open `postgres://ROLE@HOST:PORT/DATABASE?passfile=PATH&schema=NAME&…`.

    Options: engines.postgres.server.read. Several hosts are tried for the one that takes writes.
    Raises Unavailable: nobody answers in time; ValueError: something there is wrong or missing.
    """
    server = Server(read(url))
    await server.open()
    connection = await server.connect()
    try:
        with server.translated():
            async with connection.transaction():
                await connection.execute(_LOCK)
                await connection.execute(LEDGER)
    finally:
        await server.leave(connection)
    return PostgresDatabase(server, clock)
