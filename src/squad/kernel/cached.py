"""Cached: reads through a cache that may fail, and loads each thing once at a time."""

import asyncio
import random
import time
from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeAlias

from squad.kernel import metrics
from squad.ports.cache import Cache
from squad.ports.unit import Unavailable

Load: TypeAlias = Callable[[], Coroutine[Any, Any, bytes | None]]

WEIGHT = 0.1  # of the newest load in the running average of what a load takes


class Cached:
    """A cache in front of a slower source. A cache that fails makes reads slower, never wrong.

    jitter: share of the time to live that is left to chance, so that entries made together do
    not end together. `failures` counts calls that the cache did not answer.

    What `forget` cannot reach because the cache is down stays readable until its time is over.
    """

    def __init__(self, cache: Cache, *, jitter: float = 0.1) -> None:
        self.failures = 0
        self._cache: Final = cache
        self._jitter: Final = jitter
        self._loading: dict[str, asyncio.Task[bytes | None]] = {}
        self._cost = 0.0

    async def get_or_load(self, *, key: str, ttl: float, load: Load) -> bytes | None:
        """This will give the cached value, or load it and keep it up to `ttl` seconds.

        Callers that miss the same key at the same time share one load; it goes on when the one
        that began it is cancelled. None from `load` means no such thing and is not kept.

        Raises:
            what `load` raises; then nothing is kept.
        """
        found = await self._look(key)
        if found is not None:
            return found
        task = self._loading.get(key)
        if task is None:
            task = asyncio.create_task(self._fill(key, ttl, load))
            task.add_done_callback(_retrieve)
            self._loading[key] = task
        return await asyncio.shield(task)

    async def forget(self, *keys: str) -> None:
        """This will drop the keys after their source changed.

        A load under way saw the source as it was: it answers those who wait for it already, but
        is not kept, and nobody new joins it.
        """
        for key in keys:
            self._loading.pop(key, None)
        await self._erase(*keys)

    async def _fill(self, key: str, ttl: float, load: Load) -> bytes | None:
        mine = asyncio.current_task()
        try:
            began = time.perf_counter()
            value = await load()
            self._cost += (time.perf_counter() - began - self._cost) * WEIGHT
            if value is not None and self._loading.get(key) is mine:
                await self._keep(key, value, ttl * (1 - self._jitter * random.random()))
                if self._loading.get(key) is not mine:
                    await self._erase(key)
            return value
        finally:
            if self._loading.get(key) is mine:
                del self._loading[key]

    async def _look(self, key: str) -> bytes | None:
        began = time.perf_counter()
        try:
            found = await self._cache.get(key)
        except Unavailable:
            self.failures += 1
            metrics.looked_up("failed")
            return None
        if found is None:
            metrics.looked_up("miss")
        else:
            metrics.looked_up("hit", max(0.0, self._cost - (time.perf_counter() - began)))
        return found

    async def _keep(self, key: str, value: bytes, ttl: float) -> None:
        try:
            await self._cache.set(key, value, ttl)
        except Unavailable:
            self.failures += 1

    async def _erase(self, *keys: str) -> None:
        try:
            await self._cache.delete(*keys)
        except Unavailable:
            self.failures += 1


def _retrieve(task: asyncio.Task[bytes | None]) -> None:
    """Without this a failed load that nobody waits for any more would be logged as forgotten."""
    if not task.cancelled():
        task.exception()
