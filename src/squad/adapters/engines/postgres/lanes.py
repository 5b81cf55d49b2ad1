"""Group commit: units of one shape that wait together are one round trip and one transaction."""

import asyncio
from collections import deque
from typing import Any, NamedTuple

import asyncpg

from squad.adapters.engines.postgres.dialect import numbered
from squad.adapters.engines.postgres.server import LOST, READONLY, SETTING, Server, lost
from squad.adapters.engines.postgres.shapes import (
    DUPLICATE,
    Routine,
    Shape,
    Unit,
    kinds_of,
    shape_of,
)
from squad.ports.unit import Conflict, Unavailable

LANES = 2  # while one waits for the disk the other works
GROUP = 60  # units in one transaction: a backend keeps 64 subtransactions at hand
QUEUE = 20_000  # units waiting at most; beyond it the store says Unavailable


class _Task(NamedTuple):
    unit: Unit
    future: asyncio.Future[str | None]


class Lanes:
    """Connections that write. Units of one shape go together, whichever waited longest first."""

    def __init__(self, server: Server, count: int = LANES) -> None:
        self._server = server
        self._lanes = [_Lane(server) for _ in range(count)]
        self._running: dict[_Lane, asyncio.Task[None]] = {}
        self._waiting: dict[Shape, deque[_Task]] = {}
        self._length = 0
        self._closed = False

    async def commit(self, unit: Unit) -> bool:
        """This will apply a unit; False: its cause was applied before.

        Raises Conflict, Unavailable, and what is wrong with its statements.
        """
        if self._closed or self._length >= QUEUE:
            raise Unavailable(f"{SETTING}: closed, or too much waits to be written")
        future: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(shape_of(unit.writes), deque()).append(_Task(unit, future))
        self._length += 1
        self._wake()
        refusal = await future
        if refusal is not None and refusal != DUPLICATE:
            raise Conflict(refusal)
        return refusal is None

    def _wake(self) -> None:
        for lane in self._lanes:
            if lane not in self._running:
                self._running[lane] = asyncio.get_running_loop().create_task(self._run(lane))
                return

    async def _run(self, lane: "_Lane") -> None:
        try:
            while self._waiting:
                shape, tasks = self._next()
                await lane.settle(shape, tasks)
        finally:
            del self._running[lane]

    def _next(self) -> tuple[Shape, list[_Task]]:
        """In the order of their subjects, so that two groups take rows' locks in one order."""
        shape, queue = next(iter(self._waiting.items()))
        del self._waiting[shape]
        tasks = [queue.popleft() for _ in range(min(GROUP, len(queue)))]
        if queue:
            self._waiting[shape] = queue  # behind the others
        self._length -= len(tasks)
        tasks.sort(key=_subject)
        return shape, tasks

    async def close(self) -> None:
        """This will finish the units that were accepted, then close the connections."""
        self._closed = True
        while self._running:
            await asyncio.gather(*self._running.values())
        for lane in self._lanes:
            await lane.close()


class _Lane:
    """One connection, opened when it is needed, and the routines that its session has."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._connection: Any = None
        self._routines: dict[Shape, tuple[Routine, Any]] = {}

    async def settle(self, shape: Shape, tasks: list[_Task]) -> None:
        """This will run a group and answer each of its units."""
        try:
            answers = await self._together(shape, tasks)
        except Exception as error:
            if len(tasks) > 1 and _theirs(error):
                for task in tasks:
                    await self.settle(shape, [task])
                return
            for task in tasks:
                if not task.future.done():
                    task.future.set_exception(error)
            return
        for task, answer in zip(tasks, answers, strict=True):
            if not task.future.done():
                task.future.set_result(answer)

    async def _together(self, shape: Shape, tasks: list[_Task]) -> list[str | None]:
        """Once more where the connection was cut: the inbox tells what had been done.

        A unit whose cause is then found there, with its own answer, was done by us.
        """
        try:
            return await self._attempt(shape, tasks)
        except (asyncpg.PostgresError, *LOST) as error:
            if not lost(error):
                if getattr(error, "sqlstate", None) == READONLY:
                    self._drop()  # the next one goes to the new primary
                raise self._server.meaning(error) from error
            self._drop()
            if isinstance(error, TimeoutError) or not all(task.unit.cause.id for task in tasks):
                raise self._server.meaning(error) from error
        try:
            answers = await self._attempt(shape, tasks)
            pairs = zip(tasks, answers, strict=True)
            return [await self._ours(task, answer) for task, answer in pairs]
        except (asyncpg.PostgresError, *LOST) as error:
            self._drop()
            raise self._server.meaning(error) from error

    async def _attempt(self, shape: Shape, tasks: list[_Task]) -> list[str | None]:
        if self._connection is None or self._connection.is_closed():
            self._routines.clear()
            self._connection = await self._server.connect()
        routine, statement = self._routines.get(shape) or await self._prepare(shape)
        rows = await statement.fetchmany([routine.arguments(task.unit) for task in tasks])
        return [row[0] for row in rows]

    async def _prepare(self, shape: Shape) -> tuple[Routine, Any]:
        kinds = [await self._kinds(sql) for sql, _ in shape]
        routine = Routine(shape, kinds)
        await self._connection.execute(routine.definition)
        self._routines[shape] = routine, await self._connection.prepare(routine.call)
        return self._routines[shape]

    async def _kinds(self, sql: str) -> str:
        statement = await self._connection.prepare(numbered(sql))
        return kinds_of(sql, [parameter.name for parameter in statement.get_parameters()])

    async def _ours(self, task: _Task, answer: str | None) -> str | None:
        if answer != DUPLICATE:
            return answer
        cause = task.unit.cause
        kept = await self._connection.fetchrow(
            "select fingerprint, answer from inbox where cause = $1", cause.id
        )
        ours = kept is not None and tuple(kept) == (cause.fingerprint, task.unit.answer)
        return None if ours else answer

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()

    async def close(self) -> None:
        """This will close the connection."""
        if self._connection is not None:
            await self._server.leave(self._connection)


def _theirs(error: Exception) -> bool:
    """Whether one unit may be the reason: a bug, or a lock that another node holds."""
    state = getattr(error.__cause__, "sqlstate", None)
    return not isinstance(error, Unavailable) or state in ("40001", "40P01", "55P03")


def _subject(task: _Task) -> str:
    letters = task.unit.letters
    return letters[0].subject if letters else task.unit.cause.id
