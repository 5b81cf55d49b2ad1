"""SQLite with one writer that commits waiting units together, and reads beside it."""

import asyncio
import contextlib
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from urllib.parse import parse_qs, urlsplit

from squad.ports.unit import Unavailable

T = TypeVar("T")
Job = Callable[[sqlite3.Connection], Any]

GROUP = 64  # units in one transaction at most: 4 ms of the loop's time
QUEUE = 20_000  # units waiting at most; beyond it the store says Unavailable
BUSY = 5.0  # s to wait for another process's lock
LOOK = 0.002  # s between looks at such a lock
CHECKPOINT = 4_000  # WAL pages (16 MB): fewer, larger checkpoints


class _Task(NamedTuple):
    job: Job
    future: asyncio.Future[Any]


def path_of(url: str) -> Path:
    """This will take the file out of `sqlite:relative` or `sqlite:/absolute` (with ?options)."""
    return Path(url.split(":", 1)[1].split("?", 1)[0])


def options_of(url: str) -> dict[str, str]:
    """This will read the options behind `?` of a port's URL."""
    return {key: values[-1] for key, values in parse_qs(urlsplit(url).query).items()}


def connect(path: Path, *, readonly: bool = False) -> sqlite3.Connection:
    """This will open a connection: WAL, synchronous FULL (a commit returns after fdatasync).

    Source: https://www.sqlite.org/pragma.html#pragma_synchronous.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    db = sqlite3.connect(
        path, timeout=BUSY, isolation_level=None, check_same_thread=False, cached_statements=256
    )
    db.execute("pragma journal_mode=wal")
    db.execute("pragma synchronous=full")
    db.execute("pragma foreign_keys=on")
    db.execute(f"pragma wal_autocheckpoint={CHECKPOINT}")
    db.execute("pragma cache_size=-8000")
    if readonly:
        db.execute("pragma query_only=on")
    return db


class Sqlite:
    """One file: `write` runs jobs in shared transactions, `read` runs queries at once.

    Statements run in the loop's thread and only the commit, which waits for the disk, in a
    thread of its own. A writer thread for everything is the obvious way and starves: each row
    gives up the interpreter and waits for it again behind a busy loop (250 letters/s, not 9,000).

    A job is a function of the connection; it may run twice (a group that fails is taken back
    and its jobs run again, each under a savepoint), so it must only talk to the connection.
    """

    def __init__(self, path: Path, script: str = "") -> None:
        self.path = path
        self._db = connect(path)
        if script:
            self._db.executescript(script)
        self._db.execute("pragma busy_timeout=0")  # the loop must not sleep: `_begin` looks again
        self._reader = connect(path, readonly=True)
        self._jobs: deque[_Task] = deque()
        self._disk = ThreadPoolExecutor(1, thread_name_prefix=f"commit:{path.name}")
        self._runner: asyncio.Task[None] | None = None
        self._closed = False

    async def write(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """This will run the job in a transaction and return after the commit is durable.

        Raises what the job raises (then nothing of it was written); Unavailable.
        """
        if self._closed or len(self._jobs) > QUEUE:
            raise Unavailable(f"{self.path.name}: closed, or too much waits to be written")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._jobs.append(_Task(job, future))
        if self._runner is None or self._runner.done():
            self._runner = loop.create_task(self._run())
        return await future

    def read(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """This will run a short query at once, in the calling thread. Raises Unavailable."""
        if self._closed:
            raise Unavailable(f"{self.path.name}: closed")
        try:
            return self._reader.execute(sql, parameters).fetchall()
        except sqlite3.OperationalError as error:
            if _bug(error):
                raise
            raise Unavailable(f"{self.path.name}: {error}") from error

    async def close(self) -> None:
        """This will finish the jobs that were accepted, then close the file."""
        if self._closed:
            return
        self._closed = True
        if self._runner is not None:
            await self._runner
        self._disk.shutdown()
        self._reader.close()
        self._db.close()

    async def _run(self) -> None:
        while self._jobs:
            tasks = [self._jobs.popleft() for _ in range(min(GROUP, len(self._jobs)))]
            _settle(tasks, await self._commit(tasks))

    async def _commit(self, tasks: list[_Task]) -> list[Any]:
        """Together first, which is fast; one by one under savepoints when one of them fails."""
        try:
            return await self._transact(tasks, _together)
        except Exception as error:
            if len(tasks) == 1:
                return [_translated(error)]
        try:
            return await self._transact(tasks, _apart)
        except sqlite3.Error as error:
            return [_translated(error)] * len(tasks)

    async def _transact(
        self, tasks: list[_Task], way: Callable[[sqlite3.Connection, list[_Task]], list[Any]]
    ) -> list[Any]:
        try:
            await self._begin()
            results = way(self._db, tasks)
            await asyncio.get_running_loop().run_in_executor(self._disk, self._db.execute, "commit")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                self._db.execute("rollback")
            raise
        return results

    async def _begin(self) -> None:
        until = time.monotonic() + BUSY
        while True:
            try:
                self._db.execute("begin immediate")
            except sqlite3.OperationalError as error:
                busy = getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
                if not busy or time.monotonic() > until:
                    raise
                await asyncio.sleep(LOOK)
            else:
                return


def _together(db: sqlite3.Connection, tasks: list[_Task]) -> list[Any]:
    return [task.job(db) for task in tasks]


def _apart(db: sqlite3.Connection, tasks: list[_Task]) -> list[Any]:
    results = []
    for task in tasks:
        db.execute("savepoint job")
        try:
            results.append(task.job(db))
        except Exception as error:
            db.execute("rollback to job")
            results.append(_translated(error))
        db.execute("release job")
    return results


def _bug(error: sqlite3.Error) -> bool:
    """Wrong SQL, which no waiting mends; a lock, a full disk or a lost file may pass.

    SCHEMA is what wrong SQL gets after another connection changed the tables.
    """
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_SCHEMA)


def _translated(error: BaseException) -> BaseException:
    if isinstance(error, sqlite3.OperationalError) and not _bug(error):
        unavailable = Unavailable(str(error))
        unavailable.__cause__ = error
        return unavailable
    return error


def _settle(tasks: list[_Task], results: list[Any]) -> None:
    for (_, future), result in zip(tasks, results, strict=True):
        if future.done():
            continue
        if isinstance(result, BaseException):
            future.set_exception(result)
        else:
            future.set_result(result)
