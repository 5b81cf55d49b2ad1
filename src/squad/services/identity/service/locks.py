"""Locks by key: one change at a time to one person or one mail."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from weakref import WeakValueDictionary


class Locks:
    """Each lives for as long as somebody holds it or waits for it."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def hold(self, *keys: str) -> AsyncIterator[None]:
        """This will hold all the keys, in one order for everybody; "" is no key."""
        async with AsyncExitStack() as stack:
            for key in sorted({key.casefold() for key in keys if key}):
                await stack.enter_async_context(self._locks.setdefault(key, asyncio.Lock()))
            yield
