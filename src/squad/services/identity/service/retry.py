"""Deciding again when others changed the same thing meanwhile."""

import contextlib
from collections.abc import Awaitable, Callable
from typing import TypeVar

from squad.kernel.problem import Impossible
from squad.ports.unit import Conflict

T = TypeVar("T")
TRIES = 5  # loads before a command gives up


async def retried(attempt: Callable[[], Awaitable[T]]) -> T:
    """This will load and decide again on a conflict. Raises Impossible: it keeps changing."""
    for _ in range(TRIES):
        with contextlib.suppress(Conflict):
            return await attempt()
    raise Impossible("Others keep changing this. Load it again, then try again.")
