"""Clock: what time it is."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells time. Rules never read the machine's clock: they are given `now`."""

    def now(self) -> datetime:
        """This will give the present moment, UTC, aware, to the microsecond."""
        ...

    def monotonic(self) -> float:
        """This will give seconds that never run backwards, from an arbitrary start."""
        ...
