"""Compiled routing, where the extra `fast` is installed: loaded at start, beside the work."""

import hashlib
import os
import threading
import time
from pathlib import Path

from squad.kernel import log
from squad.services.routing import swift

_log = log.get("fast")
_lock = threading.Lock()


def warm() -> bool:
    """This will compile routing's loops, or load them from the user's cache; once a process.

    False: numba is not installed. Until it is done, numpy decides the same. Blocks for a second
    or two, the first time on a machine for half a minute.
    """
    with _lock:
        if swift.ready:
            return True
        folder = _folder()
        return swift.warm(None if folder is None else str(folder))


def beside(*, told: bool) -> threading.Thread:
    """This will do as `warm` in a thread of its own, which nothing waits for.

    told: whether the log says so; not where standard output is for answers.
    """
    thread = threading.Thread(target=_tell if told else warm, name="fast", daemon=True)
    thread.start()
    return thread


def _tell() -> None:
    began = time.perf_counter()
    _log.info("routing.compiling", cache=str(_folder() or ""))
    done = warm()
    seconds = round(time.perf_counter() - began, 1)
    _log.info("routing.compiled" if done else "routing.plain", seconds=seconds)


def _folder() -> Path | None:
    """Where compiled code of these very loops is kept, for this user only; None: nowhere."""
    root = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    try:
        folder = Path(root).expanduser() / "squad" / _digest()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return None
    return folder if os.access(folder, os.W_OK) else None


def _digest() -> str:
    # numba keeps code by file and does not see when another one that it calls has changed.
    sources = (Path(swift.__file__).with_name(name) for name in swift.SOURCES)
    return hashlib.blake2b(b"".join(map(Path.read_bytes, sources)), digest_size=8).hexdigest()
