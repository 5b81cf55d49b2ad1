"""A cache in this process's memory."""

from collections import OrderedDict
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from squad.ports.cache import CacheStats
from squad.ports.clock import Clock

_ENTRIES = 50_000
_BYTES = 64 * 1024 * 1024


class MemoryCache:
    """Keeps at most `entries` and `size` bytes of keys and values, least recently used out first.

    Python's own overhead, about 250 bytes an entry, comes on top. Every call is O(1), evictions
    amortized. For one event loop.
    """

    def __init__(self, clock: Clock, *, entries: int = _ENTRIES, size: int = _BYTES) -> None:
        self._clock: Final = clock
        self._entries: Final = entries
        self._bound: Final = size
        self._kept: OrderedDict[str, tuple[bytes, float]] = OrderedDict()
        self._size = self._hits = self._misses = self._evictions = 0

    async def get(self, key: str) -> bytes | None:
        """This will give the value if it is there and not past its time."""
        found = self._kept.get(key)
        if found is None or found[1] <= self._clock.monotonic():
            self._drop(key)
            self._misses += 1
            return None
        self._kept.move_to_end(key)
        self._hits += 1
        return found[0]

    async def set(self, key: str, value: bytes, ttl: float) -> None:
        """This will keep the value up to `ttl` seconds; nothing is kept if it does not fit."""
        self._drop(key)
        size = _weigh(key, value)
        if size > self._bound or not ttl > 0:
            return
        self._kept[key] = (value, self._clock.monotonic() + ttl)
        self._size += size
        while self._size > self._bound or len(self._kept) > self._entries:
            self._drop(next(iter(self._kept)))
            self._evictions += 1

    async def delete(self, *keys: str) -> None:
        """This will forget the keys. Unknown ones are ignored."""
        for key in keys:
            self._drop(key)

    async def stats(self) -> CacheStats:
        """This will tell how well the cache serves."""
        return CacheStats(
            hits=self._hits,
            misses=self._misses,
            evictions=self._evictions,
            entries=len(self._kept),
            size=self._size,
        )

    async def close(self) -> None:
        """This will forget everything."""
        self._kept.clear()
        self._size = 0

    def _drop(self, key: str) -> None:
        found = self._kept.pop(key, None)
        if found is not None:
            self._size -= _weigh(key, found[0])


def _weigh(key: str, value: bytes) -> int:
    return len(key.encode("utf-8", "surrogatepass")) + len(value)


async def open(url: str, clock: Clock) -> MemoryCache:
    """This will open `memory:?entries=50000&bytes=67108864`; both bounds are optional.

    Raises:
        ValueError: not such a URL, or a bound below 1.
    """
    parts = urlsplit(url)
    given = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    bounds = {name: int(text) for name, text in given.items()}
    known = set(bounds) <= {"entries", "bytes"} and all(bound > 0 for bound in bounds.values())
    if parts.scheme != "memory" or parts.netloc or parts.path or not known:
        raise ValueError(f"not a memory cache: {url!r}")
    return MemoryCache(
        clock, entries=bounds.get("entries", _ENTRIES), size=bounds.get("bytes", _BYTES)
    )
