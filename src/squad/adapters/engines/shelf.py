"""Shelf: a folder with the generations of an index, of which one is the living one."""

import fcntl
import os
import shutil
import struct
import zlib
from pathlib import Path
from typing import IO, Final

import msgspec

from squad.adapters.engines.fields import FORMAT
from squad.adapters.engines.tantivy import Generation, sync
from squad.ports.unit import Unavailable

_POINTER = "living.json"
_PARTS = ("fast", "fieldnorm", "idx", "pos", "store", "term")  # files of every segment
_TAIL = struct.Struct("<II")  # how tantivy ends a file: length of a JSON footer, magic number
_MAGIC = 1337
_CHUNK = 1 << 20  # bytes


class Pointer(msgspec.Struct, frozen=True):
    """Which generation lives, in which format. whole: a rebuild has filled it."""

    format: int
    living: str
    whole: bool


class Shelf:
    """Opens, starts, swaps and drops generations. Without a folder they live in memory."""

    def __init__(self, folder: Path | None) -> None:
        """This will take the folder, making it if needed.

        Raises Unavailable: another process has it.
        """
        self._folder: Final = folder
        self._lock: IO[bytes] | None = None if folder is None else _claim(folder)
        self._numbers = 0

    def living(self) -> tuple[Generation, bool]:
        """This will open the living generation, and tell whether a rebuild has filled it.

        One that is not whole on disk is thrown away for an empty one.
        """
        if self._folder is None:
            return Generation(None), False
        self._numbers = max((int(path.name) for path in _generations(self._folder)), default=0)
        pointer = _read(self._folder / _POINTER)
        generation = None if pointer is None else _opened(self._folder / pointer.living)
        if pointer is None or generation is None:
            generation, pointer = self.start(), None
            self.settle(generation, whole=False)
        for path in _generations(self._folder):
            if path != generation.folder:
                shutil.rmtree(path)
        return generation, pointer is not None and pointer.whole

    def start(self) -> Generation:
        """This will start an empty generation beside the others."""
        if self._folder is None:
            return Generation(None)
        self._numbers += 1
        path = self._folder / str(self._numbers)
        path.mkdir()
        return Generation(path)

    def settle(self, generation: Generation, *, whole: bool) -> None:
        """This will make a generation the living one, durably."""
        if self._folder is None or generation.folder is None:
            return
        pointer = Pointer(FORMAT, generation.folder.name, whole)
        draft = self._folder / "draft"
        with draft.open("wb") as file:
            file.write(msgspec.json.encode(pointer))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._folder / _POINTER)
        sync(self._folder)

    def drop(self, generation: Generation) -> None:
        """This will end a generation and delete its files; searches under way keep theirs open."""
        generation.close()
        if generation.folder is not None:
            shutil.rmtree(generation.folder, ignore_errors=True)  # else at the next open

    def close(self) -> None:
        """This will give the folder free."""
        if self._lock is not None:
            self._lock.close()


def _claim(folder: Path) -> IO[bytes]:
    folder.mkdir(parents=True, exist_ok=True)
    lock = (folder / "lock").open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise Unavailable("another process has the index open") from error
    return lock


def _generations(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_dir() and path.name.isdecimal()]


def _read(path: Path) -> Pointer | None:
    try:
        pointer = msgspec.json.decode(path.read_bytes(), type=Pointer)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
    return pointer if pointer.format == FORMAT and pointer.living.isdecimal() else None


def _opened(folder: Path) -> Generation | None:
    """The generation if every file of it is there and as it was written."""
    try:
        meta = msgspec.json.decode((folder / "meta.json").read_bytes(), type=_Meta)
        whole = all(_intact(folder / name) for segment in meta.segments for name in segment.files())
        return Generation(folder) if whole else None
    except (OSError, ValueError):  # msgspec's errors are ValueErrors, and so are tantivy's
        return None


class _Deletes(msgspec.Struct):
    opstamp: int


class _Segment(msgspec.Struct):
    segment_id: str
    deletes: _Deletes | None = None

    def files(self) -> list[str]:
        name = self.segment_id.replace("-", "")
        deleted = [f"{name}.{self.deletes.opstamp}.del"] if self.deletes else []
        return [f"{name}.{part}" for part in _PARTS] + deleted


class _Meta(msgspec.Struct):
    segments: list[_Segment]


class _Footer(msgspec.Struct):
    crc: int


def _intact(path: Path) -> bool:
    """This will check a file of tantivy's against the CRC-32 in its footer."""
    left = path.stat().st_size - _TAIL.size
    if left < 0:
        return False
    with path.open("rb") as file:
        file.seek(left)
        length, magic = _TAIL.unpack(file.read())
        left -= length
        if magic != _MAGIC or left < 0:
            return False
        file.seek(left)
        footer = msgspec.json.decode(file.read(length), type=_Footer)
        file.seek(0)
        crc = 0
        while left and (chunk := file.read(min(_CHUNK, left))):
            crc = zlib.crc32(chunk, crc)
            left -= len(chunk)
    return crc == footer.crc
