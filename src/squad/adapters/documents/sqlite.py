"""The documents port on SQLite: one file a service."""

import sqlite3
from collections.abc import Sequence

from squad.adapters.engines.bounds import check
from squad.adapters.engines.ledger import SCHEMA, SqliteLedger
from squad.adapters.engines.sqlite import Sqlite, path_of
from squad.ports.clock import Clock
from squad.ports.documents import Document, Put
from squad.ports.unit import Cause, Conflict, Letter

SWEEP = 500  # expired documents removed at once; more would keep the loop and writers waiting

# Rows lie in the order of writing, the key beside them: a group of new documents fills one page.
TABLE = """
create table if not exists documents(
    id integer primary key, kind text not null, partition text not null, sort text not null,
    body blob not null, version integer not null, until real
);
create unique index if not exists documents_key on documents(kind, partition, sort);
create index if not exists documents_until on documents(until) where until is not null;
"""
_GET = (
    "select kind, partition, sort, body, version from documents"
    " where kind = ? and partition = ? and sort = ? and (until is null or until > ?)"
)
_LIST = (
    "select kind, partition, sort, body, version from documents where kind = ? and partition = ?"
    " and sort >= ? and sort <= ? and (until is null or until > ?)"
)
_UPSERT = (
    "insert into documents(kind, partition, sort, body, version, until) values (?, ?, ?, ?, 1, ?)"
    " on conflict(kind, partition, sort) do update set body = excluded.body,"
    " version = case when until is null or until > ? then version + 1 else 1 end,"
    " until = excluded.until"
)
_ABSENT = _UPSERT + " where until <= ?"
_UPDATE = (
    "update documents set body = ?, version = version + 1, until = ? where kind = ?"
    " and partition = ? and sort = ? and version = ? and (until is null or until > ?)"
)
_DELETE = "delete from documents where kind = ? and partition = ? and sort = ?"
_EXPIRED = "delete from documents where id in (select id from documents where until <= ? limit ?)"
_BEYOND = "\U0010ffff"  # sorts after every character


class SqliteDocuments:
    """Documents in one file. Short reads run in the caller's thread: 10 µs beat a hop of 60."""

    def __init__(self, sqlite: Sqlite, clock: Clock) -> None:
        self._sqlite = sqlite
        self._clock = clock
        self._ledger = SqliteLedger(sqlite, clock)
        self.done = self._ledger.done
        self.pending = self._ledger.pending
        self.sent = self._ledger.sent
        self.backlog = self._ledger.backlog

    async def get(self, table: str, partition: str, sort: str) -> Document | None:
        """This will read one committed document that has not expired."""
        rows = self._sqlite.read(_GET, (table, partition, sort, self._now()))
        return Document(*rows[0]) if rows else None

    async def list(
        self,
        table: str,
        partition: str,
        *,
        prefix: str = "",
        after: str = "",
        limit: int = 50,
        newest_first: bool = False,
    ) -> list[Document]:
        """This will list committed documents that have not expired."""
        sql, values = _LIST, [table, partition, prefix, prefix + _BEYOND, self._now()]
        if after:
            sql += " and sort < ?" if newest_first else " and sort > ?"
            values.append(after)
        sql += " order by sort desc limit ?" if newest_first else " order by sort limit ?"
        return [Document(*row) for row in self._sqlite.read(sql, [*values, limit])]

    async def commit(
        self, cause: Cause, writes: Sequence[Put], letters: Sequence[Letter], answer: bytes
    ) -> None:
        """This will apply one unit in the writer's next transaction."""
        check(writes, letters, answer)
        at = self._now()

        def job(db: sqlite3.Connection) -> None:
            self._ledger.enter(db, cause, answer, at)
            for put in writes:
                _put(db, put, at)
            self._ledger.post(db, letters, at)

        await self._sqlite.write(job)

    async def prune(self, *, inbox: float, outbox: float) -> int:
        """This will forget old causes, letters sent long ago, and documents that expired."""
        gone = await self._ledger.prune(inbox=inbox, outbox=outbox)
        now = self._now()
        while swept := await self._sqlite.write(lambda db: _sweep(db, now)):
            gone += swept
        return gone

    async def close(self) -> None:
        """This will finish accepted units and close the file."""
        await self._sqlite.close()

    def _now(self) -> float:
        return self._clock.now().timestamp()


def _sweep(db: sqlite3.Connection, now: float) -> int:
    return db.execute(_EXPIRED, (now, SWEEP)).rowcount


def _put(db: sqlite3.Connection, put: Put, now: float) -> None:
    """One document, in the writer's transaction. Raises Conflict: the guard does not hold."""
    key = (put.table, put.partition, put.sort)
    until = None if put.keep is None else now + put.keep
    if put.body is None:
        held = _remove(db, key, put.version, now)
    elif put.version is None:
        held = _changed(db, _UPSERT, (*key, put.body, until, now))
    elif put.version == 0:
        held = _changed(db, _ABSENT, (*key, put.body, until, now, now))
    else:
        held = _changed(db, _UPDATE, (put.body, until, *key, put.version, now))
    if not held:
        raise Conflict(f"{put.table}: not at version {put.version}")


def _changed(db: sqlite3.Connection, sql: str, values: tuple[object, ...]) -> bool:
    return db.execute(sql, values).rowcount > 0


def _remove(
    db: sqlite3.Connection, key: tuple[str, str, str], version: int | None, now: float
) -> bool:
    if version is not None:
        found = db.execute(_GET, (*key, now)).fetchone()
        if version != (found[4] if found else 0):
            return False
    db.execute(_DELETE, key)
    return True


async def open(url: str, clock: Clock) -> SqliteDocuments:
    """This will open `sqlite:PATH`, making the file where it is missing."""
    return SqliteDocuments(Sqlite(path_of(url), SCHEMA + TABLE), clock)
