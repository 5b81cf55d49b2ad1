"""A clock that moves only when told to: for tests, simulations and replays."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit


class Frozen:
    """Stands at one moment until it is advanced.

    now: aware; kept in UTC. Raises ValueError without a time zone.
    """

    def __init__(self, now: datetime) -> None:
        if now.tzinfo is None:
            raise ValueError("a frozen clock needs an aware datetime")
        self._start = now.astimezone(UTC)
        self._elapsed = timedelta()

    def now(self) -> datetime:
        """This will give the moment the clock stands at, UTC, aware."""
        return self._start + self._elapsed

    def monotonic(self) -> float:
        """This will give the seconds advanced since the clock was made."""
        return self._elapsed.total_seconds()

    def advance(self, seconds: float) -> None:
        """This will move the clock forward. Raises ValueError below 0: time never runs back."""
        if seconds < 0:
            raise ValueError("a clock cannot run backwards")
        self._elapsed += timedelta(seconds=seconds)


async def open(url: str) -> Frozen:
    """This will open `frozen:?now=2026-03-02T15:00:00Z`. Raises ValueError on anything else."""
    parts = urlsplit(url)
    given = parse_qs(parts.query, strict_parsing=True) if parts.query else {}
    if parts.scheme != "frozen" or parts.path or set(given) != {"now"}:
        raise ValueError(f"not a frozen clock: {url!r}")
    return Frozen(datetime.fromisoformat(given["now"][0]))
