"""Mail into a folder, one file for each message, to look at instead of sending it.

`<folder>/2026-03-02/15/<message id>.eml` by the hour of sending, UTC. Each file also stands under
`ids/`, so that a message sent again is known at whatever hour. Files survive the process; they
are not flushed one by one, so a power loss can take the last seconds of them.
"""

import asyncio
import errno
import hashlib
import os
import secrets
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from squad.adapters.engines.mail import Sender, compose, name, sender
from squad.ports.clock import Clock
from squad.ports.notifier import Message
from squad.ports.unit import Unavailable

_FROM = "Sysops Squad <no-reply@squad.invalid>"
_SHARDS: Final = tuple(f"{number:02x}" for number in range(256))


class FolderNotifier:
    """Keeps every message as a file.

    Files are written in the loop: six calls of 10 µs into memory (nothing is flushed) cost half
    of what a hop to a thread and back does.
    """

    def __init__(self, root: Path, sender: Sender, clock: Clock) -> None:
        self._root: Final = root
        self._sender: Final = sender
        self._clock: Final = clock

    async def send(self, message: Message) -> None:
        """This will write the message, once for ever for each id.

        Raises:
            Refused: `to` is not a mail address.
            ValueError: id, thread or language are not such.
            Unavailable: the disk does not take it.
        """
        try:
            self._write(message, self._clock.now())
        except OSError as error:
            raise Unavailable(os.strerror(error.errno or errno.EIO)) from error

    async def close(self) -> None:
        """This will do nothing: every file is complete."""

    def _write(self, message: Message, now: datetime) -> None:
        content = compose(message, sender=self._sender, now=now)
        file = f"{name(message.id)}.eml"
        shard = _SHARDS[hashlib.sha256(message.id.encode()).digest()[0]]
        kept = f"{self._root}/ids/{shard}/{file}"
        try:
            links = os.stat(kept).st_nlink
        except FileNotFoundError:
            draft = f"{self._root}/drafts/{secrets.token_hex(8)}"
            _put(draft, content)
            os.rename(draft, kept)
            links = 1
        # One link: new, or a crash came between the two names, or somebody cleared the hour away.
        if links == 1:
            _show(kept, f"{self._root}/{now:%Y-%m-%d/%H}/{file}")


def _put(path: str, content: bytes) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        left = memoryview(content)
        while left:
            left = left[os.write(file, left) :]
    finally:
        os.close(file)


def _show(kept: str, shown: str) -> None:
    try:
        os.link(kept, shown)
    except FileNotFoundError:
        Path(shown).parent.mkdir(parents=True, exist_ok=True)
        os.link(kept, shown)
    except FileExistsError:
        return  # the same message, sent twice at this moment


def _prepare(root: Path) -> None:
    for shard in _SHARDS:
        (root / "ids" / shard).mkdir(parents=True, exist_ok=True)
    (root / "drafts").mkdir(exist_ok=True)


async def open(url: str, clock: Clock) -> FolderNotifier:
    """This will open `folder:/a/folder?from=Name%20<local@domain>`; `from` is optional.

    Raises:
        ValueError: not such a URL.
        OSError: the folder cannot be made.
    """
    parts = urlsplit(url)
    given = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    if parts.scheme != "folder" or parts.netloc or not parts.path or not set(given) <= {"from"}:
        raise ValueError(f"not a folder for mail: {url!r}")
    root = Path(unquote(parts.path)).absolute()
    who = sender(given.get("from", _FROM))
    await asyncio.to_thread(_prepare, root)
    return FolderNotifier(root, who, clock)
