"""W3C trace context through requests and letters; spans only where a trace is sampled."""

import random
import re
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Final, Literal

import msgspec

Kind = Literal["server", "consumer", "client"]

# A later version may add parts behind the flags; what we know of it stays readable (section 3.2.4).
_FORM: Final = re.compile(
    r"(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?"
).fullmatch
_ODD: Final = ("1", "3", "5", "7", "9", "b", "d", "f")  # the last bit of the flags: sampled
_bits = random.Random().getrandbits  # seeded by the system; ids must differ, not be secret


_current: ContextVar[str] = ContextVar("traceparent", default="")


class Span(msgspec.Struct, frozen=True):
    """One step of a trace, when it has ended.

    name: low in number, never an id. traceparent: of the step itself. parent: of the step above,
    "" at the top. began, ended: nanoseconds since 1970. failed: why, or "".
    """

    name: str
    service: str
    kind: Kind
    traceparent: str
    parent: str
    began: int
    ended: int
    failed: str
    facts: Mapping[str, str | int | float]


class _Recorder:
    """What this process does with sampled steps. ratio: share of new traces that are sampled."""

    keep: Callable[[Span], None] | None = None
    ratio: float = 0.0


_recorder = _Recorder()


def setup(keep: Callable[[Span], None] | None, ratio: float = 0.0) -> None:
    """This will hand every sampled step to `keep` from now on; None: to nobody."""
    _recorder.keep = keep
    _recorder.ratio = ratio if keep is not None else 0.0


def valid(header: str) -> str:
    """This will give the caller's traceparent as version 00, or "" where it is not one.

    Source: https://www.w3.org/TR/trace-context/#traceparent-header.
    """
    found = _FORM(header)
    if found is None or (found[1] == "00" and found[5]):
        return ""
    return f"00-{found[2]}-{found[3]}-{found[4]}"


def start(header: str = "") -> str:
    """This will continue the caller's trace, or begin one where there is none.

    The caller's word on sampling counts; a new trace is sampled by the ratio.
    """
    if caller := valid(header):
        return child(caller)
    flags = "01" if _recorder.ratio and random.random() < _recorder.ratio else "00"
    return f"00-{_bits(128) | 1:032x}-{_bits(64) | 1:016x}-{flags}"


def enter(traceparent: str) -> None:
    """This will make the step the current one of this task and of those it starts."""
    _current.set(traceparent)


def current() -> str:
    """This will give the current step's traceparent, or ""."""
    return _current.get()


def child(parent: str) -> str:
    """This will give a traceparent one step below; "" stays ""."""
    return f"{parent[:36]}{_bits(64) | 1:016x}{parent[52:]}" if parent else ""


def trace_id(traceparent: str) -> str:
    """This will take the trace id out of a traceparent."""
    return traceparent[3:35]


def wanted(traceparent: str) -> bool:
    """This will tell whether somebody wants the step: ask before gathering facts about it."""
    return _recorder.keep is not None and traceparent.endswith(_ODD)


def note(
    name: str,
    *,
    service: str,
    kind: Kind,
    traceparent: str,
    parent: str,
    seconds: float,
    failed: str = "",
    facts: Mapping[str, str | int | float],
) -> None:
    """This will record a step that ends now, if it is wanted. seconds: how long it took."""
    if _recorder.keep is None or not wanted(traceparent):
        return
    ended = time.time_ns()
    began = ended - int(seconds * 1e9)
    _recorder.keep(Span(name, service, kind, traceparent, parent, began, ended, failed, facts))
