"""The machine's clock, or one that runs ahead of it: for rehearsals and benchmarks."""

import time
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit


class SystemClock:
    """Tells the machine's time, `ahead` seconds later (earlier, if negative)."""

    def __init__(self, ahead: float = 0.0) -> None:
        self._ahead = timedelta(seconds=ahead)

    def now(self) -> datetime:
        """This will give the present moment, UTC, aware."""
        return datetime.now(UTC) + self._ahead

    def monotonic(self) -> float:
        """This will give seconds since some start; it never runs back."""
        return time.monotonic()


async def open(url: str) -> SystemClock:
    """This will open `system:` or `system:?ahead=SECONDS`. Raises ValueError on anything else."""
    parts = urlsplit(url)
    given = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
    if parts.scheme != "system" or parts.path or parts.netloc or not set(given) <= {"ahead"}:
        raise ValueError(f"not a system clock: {url!r}")
    return SystemClock(float(given.get("ahead", 0.0)))
