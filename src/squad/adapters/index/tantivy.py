"""The index port on tantivy: files of one process, or its memory."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypeVar, TypeVarTuple
from urllib.parse import unquote, urlsplit

from squad.adapters.engines import fields
from squad.adapters.engines.fields import Change
from squad.adapters.engines.heap import lean
from squad.adapters.engines.seek import Seeker
from squad.adapters.engines.shelf import Shelf
from squad.adapters.engines.tantivy import Generation
from squad.ports.clock import Clock
from squad.ports.index import Entry, Found, Query
from squad.ports.unit import Unavailable

_READERS = 2  # threads
_STEP = 200  # entries copied at a time, about 20 ms of the writing thread
_ANY = 1 << 63  # above every version
T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class TantivyIndex:
    """One thread writes, in the order of the calls; others read. The event loop only waits."""

    def __init__(self, shelf: Shelf, living: Generation, whole: bool) -> None:
        self._shelf: Final = shelf
        self._living = living
        self._next: Generation | None = None
        self._removed: dict[str, int] = {}  # versions removed while a second generation fills
        self._whole = whole
        self._writer: Final = ThreadPoolExecutor(1, "index-write")
        self._readers: Final = ThreadPoolExecutor(_READERS, "index-read")

    @property
    def wants_rebuild(self) -> bool:
        """True from an open that found no usable index until a `finish`."""
        return not self._whole

    async def put(self, entries: Sequence[Entry]) -> None:
        """This will add or replace entries. Raises ValueError, Unavailable."""
        await self._write(self._put, [fields.change(entry) for entry in entries])

    async def remove(self, ids: Sequence[str]) -> None:
        """This will remove entries. Raises Unavailable."""
        await self._write(self._remove, ids)

    async def flush(self) -> None:
        """This will commit, in about 60 ms for 300 entries. Raises Unavailable."""
        await self._write(self._flush)

    async def get(self, ids: Sequence[str]) -> list[Entry]:
        """This will give entries in the order of the ids."""
        found = await self._read(lambda: [self._living.get(id) for id in ids])
        return [entry for entry in found if entry is not None]

    async def search(self, query: Query) -> Found:
        """This will find entries by words. Raises ValueError."""
        return await self._read(lambda: Seeker(self._living).search(query))

    async def suggest(self, prefix: str, query: Query, limit: int) -> list[str]:
        """This will complete a prefix to titles; with one slip in its last word if need be."""
        return await self._read(lambda: Seeker(self._living).suggest(prefix, query, limit))

    async def count(self) -> int:
        """This will count what is flushed in the living generation."""
        return self._living.searcher.num_docs

    async def begin(self) -> None:
        """This will start a second generation. Raises Unavailable."""
        await self._write(self._begin)

    async def finish(self) -> None:
        """This will swap generations. Raises RuntimeError, Unavailable."""
        if self._next is None:
            raise RuntimeError("no rebuild was begun")
        await self._write(self._finish, self._next, True)

    async def compact(self) -> None:
        """This will copy the living generation step by step and swap. Raises Unavailable."""
        if self._next is not None:
            return
        copy = await self._write(self._begin)
        try:
            steps = self._living.every(_STEP)
            while await self._write(self._copy, copy, steps):
                pass  # what others put and remove comes between two steps
            await self._write(self._finish, copy, self._whole)
        finally:
            await self._write(self._abandon, copy)

    async def close(self) -> None:
        """This will flush and let go of the files; a rebuild under way is lost."""
        await self._write(self._close)
        self._writer.shutdown(wait=False)
        self._readers.shutdown(wait=False)

    def _put(self, changes: Iterable[Change]) -> None:
        new = [it for it in changes if it.entry.version > self._removed.get(it.entry.id, -_ANY)]
        self._living.put(new)
        if self._next is not None:
            self._next.put(new)

    def _remove(self, ids: Sequence[str]) -> None:
        if self._next is not None:
            for id in ids:
                known = self._next.version(id), self._living.version(id), self._removed.get(id)
                self._removed[id] = max((it for it in known if it is not None), default=_ANY)
            self._next.remove(ids)
        self._living.remove(ids)

    def _flush(self) -> None:
        self._living.flush()
        if self._next is not None:
            self._next.flush()

    def _begin(self) -> Generation:
        if self._next is not None:
            self._abandon(self._next)
        self._living.flush()
        self._next = self._shelf.start()
        return self._next

    def _copy(self, copy: Generation, steps: Iterator[list[Entry]]) -> bool:
        entries = next(steps, []) if self._next is copy else []
        changes = [fields.change(entry) for entry in entries if entry.id not in self._removed]
        copy.put(changes)
        return bool(entries)

    def _finish(self, next: Generation, whole: bool) -> None:
        if self._next is not next:
            return
        next.flush()
        self._shelf.settle(next, whole=whole)
        old, self._living, self._next = self._living, next, None
        self._removed.clear()
        self._whole = whole
        next.follow(old)
        self._shelf.drop(old)

    def _abandon(self, next: Generation) -> None:
        if self._next is next:
            self._next = None
            self._removed.clear()
            self._shelf.drop(next)

    def _close(self) -> None:
        self._living.flush()
        if self._next is not None:
            self._abandon(self._next)
        self._living.close()
        self._shelf.close()

    async def _write(self, work: Callable[[*Ts], T], *args: *Ts) -> T:
        try:
            return await _run(self._writer, work, *args)
        except (OSError, ValueError) as error:  # tantivy's errors are ValueErrors
            raise Unavailable("the index cannot be written") from error

    async def _read(self, work: Callable[[*Ts], T], *args: *Ts) -> T:
        return await _run(self._readers, work, *args)


async def _run(pool: ThreadPoolExecutor, work: Callable[[*Ts], T], *args: *Ts) -> T:
    try:
        return await asyncio.get_running_loop().run_in_executor(pool, work, *args)
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # pyo3's: no Exception, nor to be imported
            raise
        raise Unavailable("tantivy gave up") from error


async def open(url: str, clock: Clock) -> TantivyIndex:
    """This will open `tantivy:/a/folder` (percent-encoded), or `tantivy:` kept in memory.

    Raises:
        ValueError: not such a URL.
        Unavailable: another process has the folder open, or it cannot be written.
    """
    parts = urlsplit(url)
    if parts.scheme != "tantivy" or parts.netloc or parts.query or parts.fragment:
        raise ValueError(f"not an index of tantivy: {url!r}")
    folder = Path(unquote(parts.path)).absolute() if parts.path else None
    try:
        return await asyncio.to_thread(_opened, folder)
    except OSError as error:
        raise Unavailable("the index cannot be opened") from error


def _opened(folder: Path | None) -> TantivyIndex:
    lean()
    shelf = Shelf(folder)
    return TantivyIndex(shelf, *shelf.living())
