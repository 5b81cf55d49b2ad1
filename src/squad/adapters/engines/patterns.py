"""Matching event types against what queues asked for, shared by the embedded buses."""

from collections.abc import Iterable


def wants(patterns: Iterable[str], type: str) -> bool:
    """This will tell whether one pattern is the type, or ends in `*` and begins it."""
    return any(
        type.startswith(pattern[:-1]) if pattern.endswith("*") else pattern == type
        for pattern in patterns
    )
