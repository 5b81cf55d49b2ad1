"""A cache in Redis, shared by every process. Its memory bound and eviction are the server's own.

A value that was read before a change must never be kept after it, whoever does either. So a miss
leaves a lease in the key: only who holds it may fill the key, and `delete` takes it away.
Source: Nishtala et al., "Scaling Memcache at Facebook", NSDI 2013, 3.2.1.
"""

import contextlib
from collections import OrderedDict
from collections.abc import AsyncIterator
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from squad.kernel.ids import uuid7
from squad.ports.cache import CacheStats
from squad.ports.clock import Clock
from squad.ports.unit import Unavailable

LEASE = 10_000  # ms that a caller has to fill what it missed
TIMEOUT = 0.25  # s: a cache that is slower than the source is of no use
PAUSE = 1.0  # s without a call after one that failed, so that an outage costs no time-outs
OWED = 10_000  # deletions and leases remembered at most
VALUE = 1024 * 1024  # bytes of a key and its value at most
PORT = 6379

_LOOK = """
local found = redis.call('GET', KEYS[1])
if not found then
  redis.call('SET', KEYS[1], 'L' .. ARGV[1], 'PX', ARGV[2])
  return 'L' .. ARGV[1]
end
return found
"""
_FILL = """
if redis.call('GET', KEYS[1]) ~= 'L' .. ARGV[1] then return 0 end
redis.call('SET', KEYS[1], 'V' .. ARGV[2], 'PX', ARGV[3])
return 1
"""


class RedisCache:
    """Keys of one prefix. What could not be deleted is deleted before the next read.

    Until then this process reads nothing; another one may see the old value until its time is
    over, as may all where this process ends in an outage: `ttl` bounds how long.
    """

    def __init__(self, client: Redis, clock: Clock, *, prefix: str, size: int) -> None:
        self._client = client
        self._clock = clock
        self._prefix: Final = f"{prefix}:cache:"
        self._size: Final = size
        self._look = client.register_script(_LOOK)
        self._fill = client.register_script(_FILL)
        self._leases: OrderedDict[str, str] = OrderedDict()
        self._owed: set[str] = set()
        self._flush = False
        self._until = 0.0
        self._hits = self._misses = 0
        self._evicted: int | None = None

    async def get(self, key: str) -> bytes | None:
        """This will give the value if it is there; a miss takes the lease to fill the key."""
        self._lease(key, "")  # if this fails, nothing may be kept: what is loaded may be old
        async with self._calling():
            await self._settle()
            token = uuid7()
            found = await self._look(keys=[self._prefix + key], args=[token, LEASE])
        if found[:1] == b"V":
            self._leases.pop(key, None)
            self._hits += 1
            return bytes(found[1:])
        self._lease(key, found[1:].decode())
        self._misses += 1
        return None

    async def set(self, key: str, value: bytes, ttl: float) -> None:
        """This will keep the value up to `ttl` seconds, unless the key was deleted since its miss.

        A value over the bound or without time is not kept; the one before goes anyway.
        """
        lease = self._leases.pop(key, None)
        fits = len(key.encode("utf-8", "surrogatepass")) + len(value) <= self._size
        if not fits or not ttl * 1000 >= 1:
            await self.delete(key)
            return
        async with self._calling():
            await self._settle()
            if lease is None:
                await self._client.set(self._prefix + key, b"V" + value, px=int(ttl * 1000))
            elif lease:
                names = [self._prefix + key]
                await self._fill(keys=names, args=[lease, value, int(ttl * 1000)])

    async def delete(self, *keys: str) -> None:
        """This will forget the keys, and that anybody may fill them with what was read before."""
        if not keys:
            return
        self._owed.update(keys)
        if len(self._owed) > OWED:
            self._owed.clear()
            self._flush = True
        for key in keys:
            self._leases.pop(key, None)
        async with self._calling():
            await self._settle()

    async def stats(self) -> CacheStats:
        """This will tell hits and misses of this process, and what the whole server holds."""
        async with self._calling():
            entries = await self._client.dbsize()
            memory = await self._client.info("memory")
            evicted = int((await self._client.info("stats"))["evicted_keys"])
        if self._evicted is None:
            self._evicted = evicted
        return CacheStats(
            hits=self._hits,
            misses=self._misses,
            evictions=max(0, evicted - self._evicted),
            entries=int(entries),
            size=int(memory["used_memory_dataset"]),
        )

    async def close(self) -> None:
        """This will let go of the connections."""
        await self._client.aclose()

    def _lease(self, key: str, token: str) -> None:
        self._leases[key] = token
        if len(self._leases) > OWED:
            self._leases.popitem(last=False)

    async def _settle(self) -> None:
        """Carries out the deletions that are owed; they stay owed if it fails."""
        if self._flush:
            async for name in self._client.scan_iter(match=f"{self._prefix}*", count=1000):
                await self._client.unlink(name)
            self._flush = False
        if self._owed:
            owed = list(self._owed)
            await self._client.unlink(*(self._prefix + key for key in owed))
            self._owed.difference_update(owed)

    @contextlib.asynccontextmanager
    async def _calling(self) -> AsyncIterator[None]:
        if self._clock.monotonic() < self._until:
            raise Unavailable("SQUAD_CACHE: Redis did not answer; it is asked again in a second")
        try:
            yield
        except (RedisError, OSError, TimeoutError) as error:
            self._until = self._clock.monotonic() + PAUSE
            raise Unavailable(
                f"SQUAD_CACHE: Redis does not answer ({type(error).__name__})"
            ) from error


async def open(url: str, clock: Clock) -> RedisCache:
    """This will open `redis://[user:password@]host[:port][/db]?prefix=squad` (rediss: with TLS).

    timeout: seconds for an answer. bytes: the largest entry. Redis may be down: it is asked again.
    Raises ValueError: not such a URL.
    """
    parts = urlsplit(url)
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    if not parts.hostname or set(given) - {"prefix", "timeout", "bytes"}:
        raise ValueError("SQUAD_CACHE: write redis://host:port/0?prefix=…&timeout=…&bytes=…")
    timeout = float(given.get("timeout", TIMEOUT))
    size = int(given.get("bytes", VALUE))
    if not timeout > 0 or size < 1:
        raise ValueError("SQUAD_CACHE: timeout and bytes must be above 0")
    options: dict[str, Any] = {"socket_timeout": timeout, "socket_connect_timeout": timeout}
    client = Redis.from_url(
        urlunsplit(parts._replace(query="")), retry=Retry(NoBackoff(), 1), **options
    )
    return RedisCache(client, clock, prefix=given.get("prefix", "squad"), size=size)
