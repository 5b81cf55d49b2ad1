"""The database port on SQLite: one file a service."""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

from squad.adapters.engines.ledger import SCHEMA, SqliteLedger
from squad.adapters.engines.sqlite import Sqlite, path_of
from squad.ports.clock import Clock
from squad.ports.database import Row, Statement
from squad.ports.unit import Cause, Conflict, Letter


class SqliteDatabase:
    """Tables in one file. Short reads run in the caller's thread: 10 µs beat a hop of 60."""

    def __init__(self, sqlite: Sqlite, clock: Clock) -> None:
        self._sqlite = sqlite
        self._clock = clock
        self._ledger = SqliteLedger(sqlite, clock)
        self.done = self._ledger.done
        self.pending = self._ledger.pending
        self.sent = self._ledger.sent
        self.backlog = self._ledger.backlog
        self.prune = self._ledger.prune

    async def migrate(self, steps: Sequence[str]) -> None:
        """This will run the steps that the file has not seen, each in its own transaction."""
        await self._sqlite.write(lambda db: _refuse_newer(db, len(steps)))
        for number, step in enumerate(steps, 1):
            await self._sqlite.write(lambda db, n=number, s=step: _step(db, n, s))  # type: ignore[misc]

    async def fetch(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """This will read committed rows."""
        return self._sqlite.read(sql, parameters)

    async def commit(
        self, cause: Cause, writes: Sequence[Statement], letters: Sequence[Letter], answer: bytes
    ) -> None:
        """This will apply one unit in the writer's next transaction."""
        at = self._clock.now().timestamp()

        def job(db: sqlite3.Connection) -> None:
            self._ledger.enter(db, cause, answer, at)
            for sql, parameters, rows in writes:
                _execute(db, sql, parameters, rows)
            self._ledger.post(db, letters, at)

        await self._sqlite.write(job)

    async def close(self) -> None:
        """This will finish accepted units and close the file."""
        await self._sqlite.close()


def _execute(db: sqlite3.Connection, sql: str, parameters: Sequence[Any], rows: int | None) -> None:
    try:
        changed = db.execute(sql, parameters).rowcount
    except sqlite3.IntegrityError as error:
        raise Conflict(str(error)) from error
    if rows is not None and changed != rows:
        raise Conflict(f"changed {changed} rows, not {rows}: {sql[:60]}")


def _refuse_newer(db: sqlite3.Connection, known: int) -> None:
    db.execute("create table if not exists migrations(step integer primary key)")
    [(last,)] = db.execute("select coalesce(max(step), 0) from migrations")
    if last > known:
        raise ValueError(
            f"SQUAD_DATABASE: the schema is at step {last}, newer than this version, which knows"
            f" {known}: run the newer version"
        )


def _step(db: sqlite3.Connection, number: int, script: str) -> None:
    if db.execute("select 1 from migrations where step = ?", (number,)).fetchone():
        return
    for statement in _statements(script):
        db.execute(statement)
    db.execute("insert into migrations values (?)", (number,))


def _statements(script: str) -> Iterator[str]:
    """One statement at a time, each ends a line: executescript would commit in between."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement


async def open(url: str, clock: Clock) -> SqliteDatabase:
    """This will open `sqlite:PATH`, making the file where it is missing."""
    return SqliteDatabase(Sqlite(path_of(url), SCHEMA), clock)
