"""W3C trace context through requests and letters; spans only where a trace is sampled."""

import os
import re
from typing import Final

_FORM: Final = re.compile(r"^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$")


def start(header: str = "", sampled: bool = False) -> str:
    """This will continue the caller's traceparent, or begin a trace where there is no valid one.

    Source: https://www.w3.org/TR/trace-context/#traceparent-header.
    """
    found = _FORM.match(header)
    if found and set(found[1]) != {"0"}:
        return f"00-{found[1]}-{os.urandom(8).hex()}-{found[3]}"
    return f"00-{os.urandom(16).hex()}-{os.urandom(8).hex()}-{'01' if sampled else '00'}"


def child(parent: str) -> str:
    """This will give a traceparent one step below; "" stays ""."""
    return f"{parent[:36]}{os.urandom(8).hex()}{parent[52:]}" if parent else ""


def trace_id(traceparent: str) -> str:
    """This will take the trace id out of a traceparent."""
    return traceparent[3:35]
