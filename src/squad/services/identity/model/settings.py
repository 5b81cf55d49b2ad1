"""Settings of a person: one JSON object that the app understands and the server only bounds."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from squad.kernel.problem import Fault, Invalid, Oversize

SIZE: Final = 32_768  # bytes of the object as JSON
DEPTH: Final = 8  # objects and lists in one another, the object itself included


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a person chose: theme, language, views of the board. version 0: nothing yet."""

    version: int = 0
    settings: Mapping[str, Any] = {}


def bounded(settings: Mapping[str, Any]) -> bytes:
    """This will give settings as they are kept. Raises Oversize; Invalid: nested too deeply."""
    body = msgspec.json.encode(settings)
    if len(body) > SIZE:
        raise Oversize(f"Settings may have {SIZE} bytes; these have {len(body)}. Drop some.")
    if _depth(settings) > DEPTH:
        fault = Fault("/settings", f"at most {DEPTH} objects or lists in one another")
        raise Invalid("Settings are nested too deeply.", [fault])
    return body


def _depth(value: object) -> int:
    """Level by level: a value nested thousands deep must not exhaust the stack."""
    depth, level = 0, [value]
    while level := [one for one in level if isinstance(one, dict | list)]:
        depth += 1
        level = [
            inner for one in level for inner in (one.values() if isinstance(one, dict) else one)
        ]
    return depth
