"""Blobs: files of any size, streamed, by a key of ours."""

from collections.abc import AsyncIterator
from typing import Protocol

import msgspec


class Blob(msgspec.Struct, frozen=True):
    """A stored file. size: bytes. sha256: hex digest of the content."""

    key: str
    size: int
    sha256: str


class TooLarge(Exception):
    """The stream went over the limit; nothing was kept."""


class Damaged(Exception):
    """What is stored is not what was written: a person must restore it from a backup."""


class Archived(Exception):
    """The content is in an archive. It was asked for, and is here in at most `wait` seconds."""

    def __init__(self, wait: float) -> None:
        super().__init__(f"in the archive; here in at most {wait:.0f} s")
        self.wait = wait


class Blobs(Protocol):
    """Written whole or not at all; what `write` returned survives a power loss.

    Keys are ours: names of letters, digits, `-` and `_` with single `/` between them, at most 200
    characters; never a client's file name. Raises ValueError on any other key, and
    squad.ports.unit.Unavailable when the store does not answer or is full.
    """

    async def write(self, key: str, content: AsyncIterator[bytes], *, limit: int) -> Blob:
        """This will store a stream under the key, replacing what was there.

        limit: bytes. Raises TooLarge beyond it. Memory used does not grow with the content.
        """
        ...

    def read(self, key: str) -> AsyncIterator[bytes]:
        """This will stream the content in chunks of up to 256 KiB.

        Raises KeyError: no such blob; Archived; Damaged: not what was written, told before the
        last chunk.
        """
        ...

    async def stat(self, key: str) -> Blob | None:
        """This will tell size and digest without reading the content. Raises Archived."""
        ...

    async def delete(self, key: str) -> None:
        """This will remove the blob. Unknown keys are ignored."""
        ...

    async def link(self, key: str, *, name: str, media: str, seconds: float) -> str | None:
        """This will give an address that serves this one blob as a file to whoever has it.

        name, media: what the file is called and is, told with it. seconds: how long the address
        is good for, at most 300. None: this store serves nobody but us.
        """
        ...

    async def close(self) -> None:
        """This will let go of threads and connections."""
        ...
