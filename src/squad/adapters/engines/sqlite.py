"""SQLite with one writer thread that commits waiting units together, and reads beside it."""

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple, TypeVar
from urllib.parse import parse_qs, urlsplit

from squad.ports.unit import Unavailable

T = TypeVar("T")
Job = Callable[[sqlite3.Connection], Any]

GROUP = 256  # units in one transaction at most
QUEUE = 20_000  # units waiting at most; beyond it the store says Unavailable
BUSY = 5.0  # s to wait for another process's lock
CHECKPOINT = 4_000  # WAL pages (16 MB): fewer, larger checkpoints


class _Task(NamedTuple):
    job: Job
    loop: asyncio.AbstractEventLoop
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
    """One file: `write` runs jobs in the writer thread, `read` runs queries in the caller's.

    A job is a function of the connection; it may run twice (a group that fails is taken back
    and its jobs run again, each under a savepoint), so it must only talk to the connection.
    """

    def __init__(self, path: Path, script: str = "") -> None:
        self.path = path
        self._db = connect(path)
        if script:
            self._db.executescript(script)
        self._reader = connect(path, readonly=True)
        self._jobs: SimpleQueue[_Task | None] = SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=f"write:{path.name}", daemon=True)
        self._thread.start()

    async def write(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """This will run the job in a transaction and return after the commit is durable.

        Raises what the job raises (then nothing of it was written); Unavailable.
        """
        if self._closed or self._jobs.qsize() > QUEUE:
            raise Unavailable(f"{self.path.name}: too much waits to be written")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._jobs.put(_Task(job, loop, future))
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
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)
        self._reader.close()
        self._db.close()

    def _run(self) -> None:
        while (first := self._jobs.get()) is not None:
            tasks, last = self._take(first)
            _deliver(tasks, self._commit(tasks))
            if last:
                return

    def _take(self, first: _Task) -> tuple[list[_Task], bool]:
        tasks = [first]
        with contextlib.suppress(Empty):
            while len(tasks) < GROUP:
                task = self._jobs.get_nowait()
                if task is None:
                    return tasks, True
                tasks.append(task)
        return tasks, False

    def _commit(self, tasks: list[_Task]) -> list[Any]:
        """Together first, which is fast; one by one under savepoints when one of them fails."""
        try:
            return self._together(tasks)
        except BaseException as error:
            self._rollback()
            if len(tasks) == 1:
                return [_translated(error)]
        try:
            return self._apart(tasks)
        except sqlite3.Error as error:
            self._rollback()
            return [_translated(error)] * len(tasks)

    def _together(self, tasks: list[_Task]) -> list[Any]:
        self._db.execute("begin immediate")
        results = [task.job(self._db) for task in tasks]
        self._db.execute("commit")
        return results

    def _apart(self, tasks: list[_Task]) -> list[Any]:
        self._db.execute("begin immediate")
        results = []
        for task in tasks:
            self._db.execute("savepoint job")
            try:
                results.append(task.job(self._db))
            except Exception as error:
                self._db.execute("rollback to job")
                results.append(_translated(error))
            self._db.execute("release job")
        self._db.execute("commit")
        return results

    def _rollback(self) -> None:
        with contextlib.suppress(sqlite3.Error):
            self._db.execute("rollback")


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


def _deliver(tasks: list[_Task], results: list[Any]) -> None:
    """One wake-up per loop for the whole group: a call per unit would cost more than the commit."""
    loops = {task.loop for task in tasks}
    for loop in loops:
        pairs = [
            (task.future, result)
            for task, result in zip(tasks, results, strict=True)
            if task.loop is loop
        ]
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_settle, pairs)


def _settle(pairs: list[tuple[asyncio.Future[Any], Any]]) -> None:
    for future, result in pairs:
        if future.done():
            continue
        if isinstance(result, BaseException):
            future.set_exception(result)
        else:
            future.set_result(result)
