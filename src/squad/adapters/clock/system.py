"""The machine's own clock."""

import time
from datetime import UTC, datetime


class SystemClock:
    """Time as the operating system tells it."""

    def now(self) -> datetime:
        """This will give the present moment, UTC, aware, to the microsecond."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """This will give seconds since an arbitrary start, unmoved by corrections of the clock."""
        return time.monotonic()


async def open(url: str) -> SystemClock:
    """This will open `system:`. Raises ValueError on anything else."""
    if url != "system:":
        raise ValueError(f"not a system clock: {url!r}")
    return SystemClock()
