"""Streams that stay open: they end when the process stops, which would wait for them otherwise."""

import contextlib
from collections.abc import Callable, Iterator

_open: dict[object, Callable[[], object]] = {}


@contextlib.contextmanager
def opened(end: Callable[[], object]) -> Iterator[None]:
    """This will have `end` called when the process stops, as long as the context lasts."""
    key = object()
    _open[key] = end
    try:
        yield
    finally:
        del _open[key]


def end_all() -> None:
    """This will ask every open stream of this process to end."""
    for end in list(_open.values()):
        end()
