"""Cache: what can be had again, kept near. Least recently used goes first."""

from typing import Protocol

import msgspec


class CacheStats(msgspec.Struct, frozen=True):
    """What a cache did since it was opened. size: bytes of keys and values.

    evictions, entries, size: of all that share the cache.
    """

    hits: int
    misses: int
    evictions: int
    entries: int
    size: int


class Cache(Protocol):
    """Bounded in entries and in bytes. Losing an entry costs time, never truth.

    Any call may raise squad.ports.unit.Unavailable: callers then do without the cache.
    """

    async def get(self, key: str) -> bytes | None:
        """This will give the value if it is there and not past its time."""
        ...

    async def set(self, key: str, value: bytes, ttl: float) -> None:
        """This will keep the value up to `ttl` seconds, in place of the one before.

        A value over the byte bound or a ttl of 0 or less is not kept; the one before goes anyway.
        """
        ...

    async def delete(self, *keys: str) -> None:
        """This will forget the keys. Unknown ones are ignored."""
        ...

    async def stats(self) -> CacheStats:
        """This will tell how well the cache serves."""
        ...

    async def close(self) -> None:
        """This will let go of connections."""
        ...
