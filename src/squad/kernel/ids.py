"""Ids: made in order of time, derived from a cause, or checked when a client chose them."""

import hashlib
import os
import re
import threading
import time
from typing import Final

_CANONICAL: Final = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
).fullmatch
# Ours for ever: changing it changes every derived id, and replays would no longer be recognized.
_NAMESPACE: Final = bytes.fromhex("a64976cb26c14e6890943c2519238f4f")
_TAIL = 74  # bits after the moment, version and variant apart (RFC 9562, 5.7)
_FRESH = (1 << 73) - 1  # a fresh tail leaves its top bit clear: room to count up (RFC 9562, 6.2)
_LOW = (1 << 62) - 1
_VARIANT = 2 << 62
_VARIANTS: Final = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
_MOMENTS = 1 << 48  # ms since 1970 that fit, up to the year 10889


class _Rising:
    """Gives moments with tails, each greater than the one before (RFC 9562, 6.2, method 2)."""

    def __init__(self) -> None:
        self._last = 0
        self._lock = threading.Lock()

    def next(self, ms: int, *, exact: bool) -> int:
        """This will give the next number at `ms`.

        exact: at that moment, even if it is past; otherwise a clock that fell back is ignored.
        """
        chance = int.from_bytes(os.urandom(10), "big")
        with self._lock:
            shown = self._last >> _TAIL
            if ms == shown or (ms < shown and not exact):
                self._last += 1 + (chance & 0xFFFFFFFF)
            else:
                self._last = ms << _TAIL | (chance & _FRESH)
            return self._last


_wall = _Rising()
_told = _Rising()


def uuid7(clock_ms: int | None = None) -> str:
    """This will make a UUIDv7, greater than every one made before in this process.

    clock_ms: milliseconds since 1970 to put in instead of the machine's; such ids rise among
    themselves as long as `clock_ms` does not fall.

    Raises:
        ValueError: clock_ms does not fit in 48 bits.
    """
    if clock_ms is None:
        number = _wall.next(time.time_ns() // 1_000_000, exact=False)
    elif 0 <= clock_ms < _MOMENTS:
        number = _told.next(clock_ms, exact=True)
    else:
        raise ValueError(f"not a moment that a UUIDv7 can hold: {clock_ms}")
    head = f"{number >> 62:015x}"
    tail = f"{number & _LOW | _VARIANT:x}"
    return f"{head[:8]}-{head[8:12]}-7{head[12:]}-{tail[:4]}-{tail[4:]}"


def is_uuid(text: str) -> bool:
    """This will tell whether a client may use the text as an id.

    True for any UUID of RFC 9562, versions 1 to 8, in canonical lower-case form; false for the
    nil and the max UUID, which name nothing.
    """
    return _CANONICAL(text) is not None


def derive(*parts: str) -> str:
    """This will make the one UUIDv5 that belongs to these parts: same parts, same id, for ever.

    Different sequences of parts never meet: ("ab", "c") is not ("a", "bc").
    """
    name = "".join([f"{len(part)}:{part}" for part in parts]).encode("utf-8", "surrogatepass")
    hexed = hashlib.sha1(_NAMESPACE + name, usedforsecurity=False).hexdigest()
    clock = _VARIANTS[hexed[16]] + hexed[17:20]
    return f"{hexed[:8]}-{hexed[8:12]}-5{hexed[13:16]}-{clock}-{hexed[20:32]}"
