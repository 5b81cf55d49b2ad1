"""Blobs as files in a folder: whole or not at all, and safe from a power loss once written.

A blob's file is its content followed by a trailer of 40 bytes: a mark and the SHA-256. It is
written under `drafts/`, flushed, and renamed into one of 256 shards, whose folder is flushed too.
"""

import asyncio
import errno
import fcntl
import hashlib
import os
import re
import secrets
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from io import FileIO
from pathlib import Path
from typing import Final, TypeVar, TypeVarTuple
from urllib.parse import unquote, urlsplit

from squad.ports.blobs import Blob, Damaged, TooLarge
from squad.ports.clock import Clock
from squad.ports.unit import Unavailable

_CHUNK = 256 * 1024  # bytes
_MARK = b"SQDBLOB1"
_TRAILER = len(_MARK) + 32  # bytes
_KEY: Final = re.compile(r"(?=.{1,200}\Z)[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*").fullmatch
_SHARDS: Final = tuple(f"{number:02x}" for number in range(256))
_DRAFTS = "drafts"
_THREADS = 4
T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class FileBlobs:
    """Streams to and from files in worker threads, about two chunks of memory for each stream."""

    def __init__(self, root: Path) -> None:
        self._root: Final = root
        self._threads: Final = ThreadPoolExecutor(_THREADS, "blobs")

    async def write(self, key: str, content: AsyncIterator[bytes], *, limit: int) -> Blob:
        """This will store a stream under the key, replacing what was there. limit: bytes.

        Raises:
            ValueError: not a key of ours.
            TooLarge: the stream goes on past the limit; it is not read any further.
            Unavailable: the disk does not take it.
        """
        path = self._path(key)
        draft = _Draft(self._root / _DRAFTS)
        try:
            await self._run(draft.open)
            size, buffer = 0, bytearray()
            async for chunk in content:
                size += len(chunk)
                if size > limit:
                    raise TooLarge(f"over {limit} bytes")
                buffer += chunk
                if len(buffer) >= _CHUNK:
                    await self._run(draft.write, buffer)
                    buffer = bytearray()
            digest = await self._run(draft.commit, buffer, path)
        finally:
            await asyncio.shield(self._run(draft.abandon))
        return Blob(key, size, digest)

    async def read(self, key: str) -> AsyncIterator[bytes]:
        """This will stream the content in chunks of up to 256 KiB.

        Raises:
            ValueError: not a key of ours.
            KeyError: no such blob.
            Damaged: the content is not what was written; its last chunk is held back.
            Unavailable: the disk does not give it.
        """
        source = _Source(self._path(key))
        try:
            if not await self._run(source.open):
                raise KeyError(key)
            while chunk := await self._run(source.next):
                yield chunk
        finally:
            await asyncio.shield(self._run(source.close))

    async def stat(self, key: str) -> Blob | None:
        """This will tell size and digest out of the trailer.

        Raises ValueError, Damaged, Unavailable.
        """
        found = await self._run(_inspect, self._path(key))
        return None if found is None else Blob(key, found[0], found[1].hex())

    async def delete(self, key: str) -> None:
        """This will remove the blob for good. Raises ValueError, Unavailable."""
        await self._run(_remove, self._path(key))

    async def link(self, key: str, *, name: str, media: str, seconds: float) -> str | None:
        """This will give no address: files are served by the product only."""
        self._path(key)
        return None

    async def close(self) -> None:
        """This will end the threads once their work under way is done."""
        self._threads.shutdown(wait=False)

    def _path(self, key: str) -> Path:
        if not _KEY(key):
            raise ValueError("not a blob key")
        shard = _SHARDS[hashlib.sha256(key.encode()).digest()[0]]
        return self._root / shard / key.replace("/", "+")

    async def _run(self, work: Callable[[*Ts], T], *args: *Ts) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, *args)
        except OSError as error:
            raise Unavailable(os.strerror(error.errno or errno.EIO)) from error


class _Draft:
    """A file on its way in. The lock keeps `abandon` apart from work a cancelled task left behind.

    The file is flocked while it is open, so that other processes know it from a leftover.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / secrets.token_hex(16)
        self._hash = hashlib.sha256()
        self._lock = threading.Lock()
        self._file: FileIO | None = None
        self._over = False

    def open(self) -> None:
        with self._lock:
            while not self._over:
                self._file = FileIO(self._path, "x")
                fcntl.flock(self._file, fcntl.LOCK_EX)
                if os.fstat(self._file.fileno()).st_nlink:
                    return
                self._file.close()  # swept between its making and its lock: once more

    def write(self, data: bytearray) -> None:
        with self._lock:
            self._hash.update(data)
            self._put(data)

    def commit(self, rest: bytearray, path: Path) -> str:
        """This will give the SHA-256 once the file is under its name for good."""
        with self._lock:
            self._hash.update(rest)
            self._put(rest + _MARK + self._hash.digest())
            if self._file is not None:
                os.fsync(self._file.fileno())
            self._path.replace(path)
            self._over = True
            _flush(path.parent)
            return self._hash.hexdigest()

    def abandon(self) -> None:
        """This will close the file, and remove it unless it was committed."""
        with self._lock:
            if self._file is not None:
                if not self._over:
                    self._path.unlink(missing_ok=True)
                self._file.close()
            self._over = True

    def _put(self, data: bytearray) -> None:
        if self._file is None or self._over:
            raise OSError(errno.EBADF, "the draft is over")
        view = memoryview(data)
        while view:
            view = view[self._file.write(view) :]


class _Source:
    """A file on its way out; the lock as in _Draft."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._hash = hashlib.sha256()
        self._lock = threading.Lock()
        self._file: FileIO | None = None
        self._left = 0
        self._digest = b""

    def open(self) -> bool:
        """This will tell whether there is such a file. Raises Damaged: its trailer is not ours."""
        with self._lock:
            try:
                self._file = FileIO(self._path)
            except FileNotFoundError:
                return False
            self._left, self._digest = _trailer(self._file)
            self._file.seek(0)
            return True

    def next(self) -> bytes:
        """This will give the next chunk, b"" after the last. Raises Damaged."""
        with self._lock:
            if self._file is None or self._file.closed:
                return b""
            chunk = self._file.read(min(_CHUNK, self._left)) or b""
            self._hash.update(chunk)
            self._left -= len(chunk)
            ended = not self._left or not chunk
            if ended and (self._left or self._hash.digest() != self._digest):
                raise Damaged(self._path.name)
            return chunk

    def close(self) -> None:
        with self._lock:
            if self._file is not None:
                self._file.close()


def _trailer(file: FileIO) -> tuple[int, bytes]:
    """This will give the content's size and digest. Raises Damaged."""
    size = os.fstat(file.fileno()).st_size - _TRAILER
    if size >= 0:
        file.seek(size)
        trailer = file.read(_TRAILER) or b""
        if trailer.startswith(_MARK):
            return size, trailer[len(_MARK) :]
    raise Damaged("no trailer")


def _inspect(path: Path) -> tuple[int, bytes] | None:
    try:
        with FileIO(path) as file:
            return _trailer(file)
    except FileNotFoundError:
        return None


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    _flush(path.parent)


def _flush(folder: Path) -> None:
    """Makes the names in a folder durable (fsync(2): a file's own flush does not)."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _prepare(root: Path) -> None:
    for name in (*_SHARDS, _DRAFTS):
        (root / name).mkdir(parents=True, exist_ok=True)
    _flush(root)
    _flush(root.parent)
    for left in (root / _DRAFTS).iterdir():
        _sweep(left)


def _sweep(path: Path) -> None:
    """Removes a draft whose writer is gone: its lock went with it."""
    try:
        with FileIO(path) as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
    except (BlockingIOError, FileNotFoundError):
        return


async def open(url: str, clock: Clock) -> FileBlobs:
    """This will open `files:/a/folder` (percent-encoded), making it if needed.

    Drafts that a crash left behind are removed; those of other live processes are not.

    Raises:
        ValueError: not such a URL.
        OSError: the folder cannot be made or written.
    """
    parts = urlsplit(url)
    if parts.scheme != "files" or parts.netloc or not parts.path or parts.query or parts.fragment:
        raise ValueError(f"not a folder of blobs: {url!r}")
    root = Path(unquote(parts.path)).absolute()
    await asyncio.to_thread(_prepare, root)
    return FileBlobs(root)
