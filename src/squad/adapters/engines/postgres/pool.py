"""Connections that are lent for a statement: at most so many, and nobody waits for ever.

asyncpg's own pool is the obvious way and costs 100 µs of the loop's time each time it lends one,
twice as much as the statement itself.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import asyncpg

Connect = Callable[[], Awaitable[Any]]


class Pool:
    """Lends connections, the one used last first. wait: s that a caller waits for one."""

    def __init__(self, connect: Connect, size: int, wait: float) -> None:
        self._connect = connect
        self._size = size
        self._wait = wait
        self._idle: list[Any] = []
        self._open = 0
        # A waiter is given a connection, or None: then it may open one.
        self._waiting: deque[asyncio.Future[Any]] = deque()

    async def fetch(self, sql: str, parameters: Sequence[Any]) -> list[Any]:
        """This will run a statement. Raises what asyncpg raises; TimeoutError: all stay busy."""
        connection = await self._take()
        try:
            rows: list[Any] = await connection.fetch(sql, *parameters)
        except (asyncio.CancelledError, TimeoutError):
            connection.terminate()  # its answer may still come, and would be somebody else's
            raise
        except asyncpg.ReadOnlySQLTransactionError:
            connection.terminate()
            self._drop()  # the others too: the next ones go to the new primary
            raise
        finally:
            self._give(connection)
        return rows

    async def _take(self) -> Any:
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection
            self._open -= 1
        if self._open < self._size:
            self._open += 1
            return await self._opened()
        return await self._turn() or await self._opened()

    async def _opened(self) -> Any:
        try:
            return await self._connect()
        except BaseException:
            self._give(None)
            raise

    async def _turn(self) -> Any:
        waiter: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        try:
            async with asyncio.timeout(self._wait):
                return await waiter
        except (asyncio.CancelledError, TimeoutError):
            if waiter.done() and not waiter.cancelled():
                self._give(waiter.result())
            raise

    def _give(self, connection: Any) -> None:
        """Takes back a connection, or the right to open one."""
        kept = connection if connection is not None and not connection.is_closed() else None
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(kept)
                return
        if kept is None:
            self._open -= 1
        else:
            self._idle.append(kept)

    def _drop(self) -> None:
        for connection in self._idle:
            connection.terminate()

    async def close(self, grace: float) -> None:
        """This will close the connections; those in use have `grace` seconds to come back."""
        self._size = 0
        try:
            async with asyncio.timeout(grace):
                while self._open:
                    connection = await self._take_any()
                    await connection.close()
                    self._open -= 1
        except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            self._drop()

    async def _take_any(self) -> Any:
        if self._idle:
            return self._idle.pop()
        return await self._turn()
